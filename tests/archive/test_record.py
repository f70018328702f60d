"""Records of every schema are read for ever."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from dialog.archive.record import SCHEMA, check, upcast

FIRST: dict[str, Any] = json.loads(
    (Path(__file__).parent / "schemas" / "1.json").read_text("utf-8")
)


@pytest.fixture
def first() -> dict[str, Any]:
    return copy.deepcopy(FIRST)


def numbered(record: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {question["number"]: question for question in record["questions"]}


def test_a_record_of_the_first_schema_is_brought_forward(first):
    record = upcast(first)
    check(record)
    assert record["schema"] == SCHEMA
    assert first == FIRST
    for before, after in zip(FIRST["questions"], record["questions"], strict=True):
        assert {key: after[key] for key in before if key not in ("answer", "removed")} == {
            key: before[key] for key in before if key not in ("answer", "removed")
        }


def test_its_answers_tell_what_changed_after_publication(first):
    first["published"] = "2026-10-20T10:00:00+02:00"
    question = first["questions"][0]
    question["answer"] |= {
        "at": "2026-10-06T18:20:00+02:00",
        "corrections": [{"at": "2026-10-21T09:00:00Z", "before": "Früher."}],
        "kept": {"at": "2026-10-22T09:00:00+02:00", "text": "Getan."},
    }
    late = first["questions"][1]
    late["answer"] |= {"at": "2026-10-20T09:00:00Z", "corrections": [], "kept": None}
    record = upcast(first)
    check(record)
    questions = numbered(record)
    assert questions[question["number"]]["changes"] == [
        {"at": "2026-10-21T09:00:00Z", "what": "corrected"},
        {"at": "2026-10-22T09:00:00+02:00", "what": "kept"},
    ]
    assert questions[question["number"]]["answer"]["kept"]["corrections"] == []
    assert questions[late["number"]]["changes"] == [
        {"at": "2026-10-20T09:00:00Z", "what": "answered"}
    ]
    moments = [one["at"] for q in record["questions"] for one in q["changes"]]
    assert record["changed"] in moments


def test_a_record_in_which_nothing_changed_is_as_old_as_its_publication(first):
    first["questions"] = [q | {"answer": None} for q in first["questions"]]
    assert upcast(first)["changed"] == FIRST["published"]


def test_what_was_taken_out_keeps_its_reason(first):
    first["questions"][0] |= {"text": None, "answer": None, "removed": "Auf Wunsch."}
    record = upcast(first)
    check(record)
    assert record["questions"][0]["removed"] == {"at": None, "why": "Auf Wunsch."}


def test_a_record_of_today_stays_as_it_is(first):
    record = upcast(first)
    assert upcast(record) is record


def broken(record: dict[str, Any], *path: object, value: object) -> dict[str, Any]:
    """Return a record with another value at a place."""
    changed = copy.deepcopy(record)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    "path, value",
    [
        (("figures", "returned"), {}),
        (("figures", "received"), 2**53 - 1),
        (("figures", "received"), 1),
        (("figures", "outcomes"), {}),
        (("figures", "approved"), 0),
        (("questions", 0, "number"), 0),
        (("questions", 0, "number"), 1_000),
        (("questions", 0, "outcome"), "not_reached"),
        (("starts",), "0001-01-01T00:00:00+14:00"),
        (("starts",), "9999-12-31T23:59:59-12:00"),
        (("published",), "2026-10-20t10:00:00z"),
        (("questions", 0, "asked"), "9999-12-31T23:59:59-12:00"),
        (("questions", 0, "answer", "at"), "2026-13-01T00:00:00Z"),
        (("language",), "xx"),
    ],
)
def test_a_record_that_does_not_add_up_or_names_no_moment_is_refused(first, path, value):
    record = upcast(first)
    check(record)
    with pytest.raises(ValueError, match=r"."):
        check(broken(record, *path, value=value))


def test_a_number_stands_once(first):
    record = upcast(first)
    twice = broken(record, "questions", 1, "number", value=record["questions"][0]["number"])
    with pytest.raises(ValueError, match="add up"):
        check(twice)
