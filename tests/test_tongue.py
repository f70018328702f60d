"""In which language somebody typed; the script of live pages finds the same (tests/js)."""

import json
from pathlib import Path

import pytest

from dialog.tongue import tongue

TEXTS = json.loads(Path(__file__).with_name("tongues.json").read_text("utf-8"))


@pytest.mark.parametrize("text, otherwise, lang", TEXTS)
def test_letters_tell_a_language(text: str, otherwise: str, lang: str) -> None:
    assert tongue(text, otherwise) == lang
