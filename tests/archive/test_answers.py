"""Published answers: found by what their questions resemble, and only while they are published."""

from typing import Any

from dialog.archive.answers import Answers

KEPT = "Wer übernimmt die Kaution, wenn eine Familie Leistungen bekommt?"
MOVED = "Wer hilft beim Umzug mit Möbeln und Transport?"


def record(slug: str = "wohnen", **texts: Any) -> dict[str, Any]:
    questions = [
        {"number": int(name[1:]), "text": text, "answer": {"text": "So."} if text else None}
        for name, text in texts.items()
    ]
    who = {"name": "Staatsminister", "office": "Ministerium"}
    return {
        "slug": slug,
        "starts": "2026-10-06T18:00:00+02:00",
        "answerer": who,
        "questions": questions,
    }


def steps(answers: Answers, taken: dict[str, Any]) -> int:
    return sum(1 for _ in answers.take(taken))


def test_an_answer_is_found_with_its_address_and_who_gave_it() -> None:
    answers = Answers()
    steps(answers, record(q7=KEPT, q9=MOVED))
    found = answers.like("Wer übernimmt die Kaution für Familien?")
    assert [(one.path, one.by) for one in found] == [("/archive/wohnen/7", "Staatsminister")]
    assert found[0].starts == "2026-10-06T18:00:00+02:00"


def test_what_has_no_answer_or_no_text_is_not_found() -> None:
    answers = Answers()
    unanswered = record(q7=KEPT)
    unanswered["questions"][0]["answer"] = None
    steps(answers, unanswered)
    steps(answers, record("umzug", q1=None))
    assert len(answers) == 0
    assert answers.like(KEPT) == []


def test_a_record_that_changed_takes_the_place_of_the_one_before() -> None:
    answers = Answers()
    assert steps(answers, record(q7=KEPT, q9=MOVED)) == 2
    assert steps(answers, record("umzug", q7=MOVED)) == 1
    assert steps(answers, record(q7=KEPT, q9=MOVED)) == 0
    assert steps(answers, record(q7="Wer übernimmt die █████?")) == 2
    assert KEPT not in [one.text for one in answers.like(KEPT)]
    assert [one.path for one in answers.like(MOVED)] == ["/archive/umzug/7"]
    assert len(answers) == 2
