"""Published answers: found by what their questions resemble, and only while they are published."""

from typing import Any

import msgspec

from dialog.archive.answers import Answers
from dialog.archive.entries import Evening
from dialog.archive.record import Question

KEPT = "Wer übernimmt die Kaution, wenn eine Familie Leistungen bekommt?"
MOVED = "Wer hilft beim Umzug mit Möbeln und Transport?"
STARTS = "2026-10-06T18:00:00+02:00"


def evening(slug: str = "wohnen", **fields: Any) -> Evening:
    told = {"title": "Wohnen", "language": "de", "starts": STARTS}
    who = {"by": "Staatsminister", "office": "Ministerium"}
    return Evening(slug, **told | who | fields)


def asked(number: int, text: str | None, answer: str | None = "So.", **fields: Any) -> Question:
    """Return a question of a record as JSON would have it."""
    told: dict[str, Any] = {
        "text": answer, "kind": "summary", "by": None, "until": None, "kept": None, "to": None,
        "sources": [], "minute": None, "at": None, "corrections": [],
    }  # fmt: skip
    plain: dict[str, Any] = {
        "number": number, "text": text, "background": None, "asker": None, "district": None,
        "topic": None, "upvotes": 1, "rank": None, "asked": None, "outcome": "aloud",
        "outcome_at": None, "answer": told if answer and text else None, "edited": False,
        "merged": [], "removed": None, "changes": [],
    }  # fmt: skip
    return msgspec.convert(plain | fields, Question)


def record(**texts: Any) -> list[Question]:
    return [asked(int(name[1:]), text) for name, text in texts.items()]


def steps(answers: Answers, slug: str, questions: list[Question]) -> int:
    return sum(1 for _ in answers.take(evening(slug), questions))


def test_an_answer_is_found_with_its_address_and_who_gave_it() -> None:
    answers = Answers()
    steps(answers, "wohnen", record(q7=KEPT, q9=MOVED))
    found = answers.like("Wer übernimmt die Kaution für Familien?")
    assert [(one.path, one.by) for one in found] == [("/archive/wohnen/7", "Staatsminister")]
    assert found[0].starts == STARTS


def test_what_has_no_answer_or_no_text_is_not_found() -> None:
    answers = Answers()
    steps(answers, "wohnen", [asked(7, KEPT, None)])
    steps(answers, "umzug", record(q1=None))
    assert len(answers) == 0
    assert answers.like(KEPT) == []


def test_a_record_that_changed_takes_the_place_of_the_one_before() -> None:
    answers = Answers()
    assert steps(answers, "wohnen", record(q7=KEPT, q9=MOVED)) == 2
    assert steps(answers, "umzug", record(q7=MOVED)) == 1
    assert steps(answers, "wohnen", record(q7=KEPT, q9=MOVED)) == 0
    assert steps(answers, "wohnen", record(q7="Wer übernimmt die █████?")) == 2
    assert KEPT not in [one.text for one in answers.like(KEPT)]
    assert [one.path for one in answers.like(MOVED)] == ["/archive/umzug/7"]
    assert len(answers) == 2
    assert sum(1 for _ in answers.drop("umzug")) == 1
    assert answers.like(MOVED) == []
