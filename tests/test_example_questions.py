"""The questions that play an evening in the demonstration are fit to be asked."""

import tomllib
from pathlib import Path
from typing import Any

from dialog.programme import read

FOLDER = Path(__file__).parent.parent / "sessions" / "2026-11-24-sprache-und-arbeit"
EXAMPLE: dict[str, Any] = tomllib.loads((FOLDER / "questions.de.toml").read_text(encoding="utf-8"))
QUESTIONS: list[dict[str, Any]] = EXAMPLE["questions"]


def test_there_are_enough_different_questions_and_names() -> None:
    assert len({question["text"] for question in QUESTIONS}) == len(QUESTIONS) >= 80
    assert len(set(EXAMPLE["names"])) == len(EXAMPLE["names"]) >= 60


def test_the_questions_are_counted_through() -> None:
    assert [question["n"] for question in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))


def test_every_question_would_be_accepted() -> None:
    declared = read(FOLDER)
    for question in QUESTIONS:
        assert len(question["text"]) <= declared.limits.text
        assert len(question.get("background", "")) <= declared.limits.background
        assert question["topic"] in declared.topics
        assert question["show"] in ("name", "team", "anonymous")
        assert 1 <= question["weight"] <= 100


def test_every_topic_is_asked_about() -> None:
    assert {question["topic"] for question in QUESTIONS} == set(read(FOLDER).topics)


def test_about_a_third_has_a_background_and_enough_have_an_answer() -> None:
    with_background = [question for question in QUESTIONS if "background" in question]
    assert 0.25 < len(with_background) / len(QUESTIONS) < 0.45
    assert len([question for question in QUESTIONS if "answer" in question]) >= 15


def test_there_is_something_for_moderators_to_work_on() -> None:
    cases = sorted(question["case"] for question in QUESTIONS if "case" in question)
    assert cases == ["no_question", "off_topic", "personal_data", "personal_data"]
    alike = [(question["n"], question["like"]) for question in QUESTIONS if "like" in question]
    assert len(alike) >= 5
    assert all(other < number for number, other in alike)


def test_nobody_anonymous_names_a_district() -> None:
    assert not [q["n"] for q in QUESTIONS if q["show"] == "anonymous" and "district" in q]


def test_no_key_is_unknown() -> None:
    known = {"n", "topic", "weight", "show", "district", "text"}
    known |= {"background", "answer", "like", "case"}
    assert {key for question in QUESTIONS for key in question} <= known
