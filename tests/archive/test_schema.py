"""The published schema: records fit it, and what is none does not."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from dialog.archive.folder import encoded
from dialog.archive.record import upcast
from dialog.archive.schema import PATH, schema
from tests.archive.records import record

BASE = "https://dialog.example"
PUBLISHED = schema(BASE)
VALIDATOR = Draft202012Validator(PUBLISHED, format_checker=Draft202012Validator.FORMAT_CHECKER)
FIRST = json.loads((Path(__file__).parent / "schemas/1.json").read_text("utf-8"))


def test_the_schema_is_one_and_is_named_by_its_address() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == f"{BASE}{PATH}"
    assert "\\Z" not in json.dumps(PUBLISHED)  # only Python knows that


@pytest.mark.parametrize("told", [record(3), record(200), upcast(FIRST)], ids=["3", "200", "first"])
def test_records_fit_it(told: dict[str, Any]) -> None:
    VALIDATOR.validate(json.loads(encoded(told)))


@pytest.mark.parametrize(
    "path, value",
    [
        (("schema",), "dialog-transcript/1"),
        (("title",), None),
        (("published",), 5),
        (("language",), "deutsch"),
        (("recording", "url"), "javascript:alert(1)"),
        (("questions", 0, "upvotes"), -1),
        (("questions", 0, "outcome"), "vergessen"),
        (("questions", 0, "changes"), [{"at": "2026-01-01T00:00:00Z", "what": "erfunden"}]),
        (("questions", 0, "answer", "kind"), "Gedicht"),
        (("figures", "received"), "viele"),
    ],
)
def test_what_is_none_does_not(path: tuple[str | int, ...], value: object) -> None:
    told: Any = copy.deepcopy(record(12))
    node = told
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(ValidationError):
        VALIDATOR.validate(told)
