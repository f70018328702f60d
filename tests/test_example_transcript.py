"""The record shipped as an example keeps every rule of a real one."""

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from dialog.forum.names import BLACKENED, Amended
from dialog.programme import read

FOLDER = Path(__file__).parent.parent / "sessions" / "2026-10-06-wohnen-und-ankommen"
RECORD: dict[str, Any] = json.loads((FOLDER / "transcript.json").read_text(encoding="utf-8"))
FIGURES: dict[str, Any] = RECORD["figures"]
QUESTIONS: list[dict[str, Any]] = RECORD["questions"]
SHOWN = [question for question in QUESTIONS if not question["removed"]]
REASONS = {
    "off_topic",
    "already_answered",
    "not_ours",
    "single_case",
    "no_question",
    "insulting",
    "pending",
    "advertising",
    "unclear",
}


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def test_the_record_is_that_of_its_declaration() -> None:
    declared = read(FOLDER)
    assert RECORD["schema"] == "dialog-transcript/2"
    assert (RECORD["slug"], RECORD["title"]) == (declared.slug, declared.title)
    assert RECORD["topics"] == list(declared.topics)
    assert RECORD["answerer"] == {
        "name": declared.answerer.name,
        "office": declared.answerer.office,
    }
    assert (moment(RECORD["starts"]), moment(RECORD["ends"])) == (declared.starts, declared.ends)
    assert declared.recording is not None
    assert RECORD["recording"]["url"] == declared.recording.url
    assert moment(RECORD["recording"]["starts"]) == declared.recording.starts
    assert RECORD["introduction"] == declared.intro.replace("*", "")


def test_the_figures_add_up() -> None:
    apart = ("approved", "stage_only", "merged", "withdrawn", "unreviewed")
    returned = sum(FIGURES["returned"].values())
    assert FIGURES["received"] == returned + sum(FIGURES[key] for key in apart)
    assert FIGURES["approved"] == sum(FIGURES["outcomes"].values()) == len(QUESTIONS)
    assert FIGURES["merged"] == sum(len(question["merged"]) for question in QUESTIONS)
    assert FIGURES["upvotes"] == sum(question["upvotes"] for question in QUESTIONS)
    assert FIGURES["voters"] >= max(question["upvotes"] for question in QUESTIONS)
    assert set(FIGURES["returned"]) <= REASONS
    kept = [question for question in QUESTIONS if (question["answer"] or {}).get("kept")]
    assert FIGURES["kept"] == len(kept)


def test_the_outcomes_are_counted_right() -> None:
    for outcome, count in FIGURES["outcomes"].items():
        assert count == sum(question["outcome"] == outcome for question in QUESTIONS)


def test_most_questions_are_answered() -> None:
    assert len([question for question in QUESTIONS if question["answer"]]) >= 27


def test_each_number_stands_once() -> None:
    merged = [entry["number"] for question in QUESTIONS for entry in question["merged"]]
    numbers = [question["number"] for question in QUESTIONS] + merged
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) <= FIGURES["received"]


def test_ranks_follow_upvotes_then_numbers() -> None:
    ranking = sorted(QUESTIONS, key=lambda question: (-question["upvotes"], question["number"]))
    assert [question["rank"] for question in ranking] == list(range(1, len(QUESTIONS) + 1))


def test_questions_were_asked_in_the_order_of_their_numbers() -> None:
    asked = [moment(q["asked"]) for q in sorted(SHOWN, key=lambda q: int(q["number"]))]
    declared = read(FOLDER)
    assert asked == sorted(asked)
    assert declared.opens < asked[0]
    assert declared.questions_until is not None
    assert asked[-1] < declared.questions_until
    assert all(moment(q["asked"]) < moment(q["outcome_at"]) for q in SHOWN)


def test_every_text_keeps_its_limit() -> None:
    for question in SHOWN:
        for text in [question["text"], *(entry["text"] for entry in question["merged"])]:
            assert 0 < len(text) <= 300
            assert "\n" not in text
        assert question["background"] is None or 0 < len(question["background"]) <= 1000


def test_every_topic_is_one_of_the_session() -> None:
    assert {question["topic"] for question in SHOWN} == set(RECORD["topics"])


def test_the_questions_stand_in_the_order_of_the_evening() -> None:
    answered = [question for question in QUESTIONS if question["outcome"] != "not_reached"]
    rest = [question for question in QUESTIONS if question["outcome"] == "not_reached"]
    assert answered + rest == QUESTIONS
    assert answered == sorted(answered, key=lambda question: moment(question["outcome_at"]))
    assert rest == sorted(rest, key=lambda question: int(question["rank"]))


def test_minutes_ascend_and_lie_within_the_evening() -> None:
    minutes = [q["answer"]["minute"] for q in QUESTIONS if q["answer"]]
    spoken = [minute for minute in minutes if minute is not None]
    assert all(before < after for before, after in pairwise(spoken))
    length = moment(RECORD["ends"]) - moment(RECORD["recording"]["starts"])
    assert 0 < spoken[0] < spoken[-1] < length.total_seconds()


def test_an_answer_has_what_its_outcome_needs() -> None:
    for question in QUESTIONS:
        outcome, answer = question["outcome"], question["answer"]
        if outcome == "not_reached":
            assert answer is None
            continue
        assert answer["kind"] in ("summary", "verbatim")
        assert (answer["by"] is not None) == (outcome in ("promised", "written"))
        assert (answer["until"] is not None) == (outcome == "promised")
        assert (answer["to"] is not None) == (outcome == "referred")
        assert (answer["minute"] is None) == (outcome == "written")
        assert answer["kept"] is None or outcome == "promised"
        assert all(source.startswith("https://") for source in answer["sources"])
        assert moment(answer["at"]) >= moment(question["outcome_at"])


def test_the_record_shows_every_kind_of_mark() -> None:
    answers = [question["answer"] for question in QUESTIONS if question["answer"]]
    assert any(answer["corrections"] for answer in answers)
    assert any(answer["sources"] for answer in answers)
    assert {answer["kind"] for answer in answers} == {"summary", "verbatim"}
    assert len([question for question in QUESTIONS if question["merged"]]) == 3
    assert any(question["edited"] for question in QUESTIONS)
    assert any(question["asker"] is None for question in SHOWN)
    assert any(question["background"] and BLACKENED in question["background"] for question in SHOWN)
    assert any(answer["kept"] and answer["kept"]["corrections"] for answer in answers)


def test_the_record_shows_everything_that_may_come_after_publication() -> None:
    """Three weeks after this demonstration, a promise is kept, one is overdue, one still open."""
    said = [change["what"] for question in QUESTIONS for change in question["changes"]]
    assert set(said) == {what.value for what in Amended}
    moments = [moment(change["at"]) for question in QUESTIONS for change in question["changes"]]
    assert max(moments) == moment(RECORD["changed"])
    assert min(moments) > moment(RECORD["published"])
    due = [q["answer"] for q in QUESTIONS if q["outcome"] == "promised" and not q["answer"]["kept"]]
    assert sorted(answer["until"] for answer in due) == ["2026-11-20", "2027-01-29"]
    (gone,) = (question for question in QUESTIONS if question["removed"])
    assert gone["changes"] == [{"at": gone["removed"]["at"], "what": "removed"}]
    assert not any(gone[text] for text in ("text", "background", "asker", "answer", "topic"))


def test_keeping_and_correcting_come_after_publication() -> None:
    published = moment(RECORD["published"])
    for question in QUESTIONS:
        answer = question["answer"] or {"kept": None, "corrections": []}
        changes = answer["corrections"] + ([answer["kept"]] if answer["kept"] else [])
        assert all(published < moment(change["at"]) for change in changes)
        assert all(change["before"] != answer["text"] for change in answer["corrections"])
