"""What an edit changed, in words."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.web.difference import difference

PLAYED = json.loads((Path(__file__).parents[1] / "wire" / "difference.json").read_text("utf-8"))
WORDS = st.lists(st.sampled_from("abc"), max_size=9).map(" ".join)


@pytest.mark.parametrize("played", PLAYED["differences"])
def test_the_runs_are_those_that_the_page_finds(played: dict[str, Any]):
    assert [list(run) for run in difference(played["before"], played["after"])] == played["runs"]


@given(WORDS, WORDS)
def test_both_wordings_can_be_read_from_it(before: str, after: str):
    runs = difference(before, after)
    for gone, text in (("ins", before), ("del", after)):
        assert " ".join(words for kind, words in runs if kind != gone) == text
    assert all(one[0] != other[0] for one, other in pairwise(runs))
