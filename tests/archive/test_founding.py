"""A session that begins with a record adds up to that record again, and can be cared for."""

from datetime import datetime
from typing import Any

import pytest

from dialog.archive.bundle import Heading, bundle
from dialog.archive.founding import founding
from dialog.forum import commands as c
from dialog.forum.decide import decide
from dialog.forum.events import Entry, Fact
from dialog.forum.evolve import evolve, replay
from dialog.forum.names import BLACKENED, Field, Phase, Role, Show, Who
from dialog.forum.retention import MONTH, YEAR, due, recorded_texts
from dialog.forum.session import Session
from dialog.forum.transcript import transcript
from tests.archive.records import record as drawn

OLGA = Who(1, Role.ORGANISER, "Olga Ott")
NOW = 1_900_000_000_000


def begun(record: dict[str, Any], *, named: bool = True) -> Session:
    fact = founding(record, named=named)
    return replay([Entry(1, NOW, 0, fact.event, fact.texts)])


def again(record: dict[str, Any], session: Session) -> dict[str, Any]:
    """Return the record of a session under the heading of another record."""
    recording = record["recording"]
    heading = Heading(
        slug=record["slug"],
        title=record["title"],
        language=record["language"],
        introduction=record["introduction"],
        answerer=(record["answerer"]["name"], record["answerer"]["office"]),
        starts=datetime.fromisoformat(record["starts"]),
        ends=datetime.fromisoformat(record["ends"]),
        topics=tuple(record["topics"]),
        recording=recording
        and (recording["url"], recording["starts"] and datetime.fromisoformat(recording["starts"])),
    )
    return bundle(heading, transcript(session))


def same(told: object, meant: object) -> bool:
    """Whether two records say the same; moments may be written in other zones."""
    if isinstance(told, dict) and isinstance(meant, dict):
        return told.keys() == meant.keys() and all(same(told[key], meant[key]) for key in told)
    if isinstance(told, list) and isinstance(meant, list):
        return len(told) == len(meant) and all(map(same, told, meant))
    if isinstance(told, str) and isinstance(meant, str) and told != meant:
        return datetime.fromisoformat(told) == datetime.fromisoformat(meant)
    return told == meant


@pytest.mark.parametrize("count", [1, 50, 200])
def test_the_record_comes_out_as_it_went_in(count: int):
    record = drawn(count)
    assert same(again(record, begun(record)), record)


def test_twice_it_is_the_same_to_the_last_sign():
    once = again(drawn(50), begun(drawn(50)))
    assert again(once, begun(once)) == once


def test_names_that_may_not_stay_go_with_the_next_purge():
    record = drawn(50)
    shown = any(question["asker"] for question in record["questions"])
    assert shown
    session = begun(record, named=False)
    at = session.published_at + MONTH
    fact = decide(session, c.Purge(), Who(0, Role.SYSTEM), at)
    assert isinstance(fact, Fact)
    evolve(session, Entry(2, at, 0, fact.event, fact.texts))
    assert not any(question["asker"] for question in transcript(session).questions)


def test_names_that_may_stay_do():
    session = begun(drawn(50))
    assert due(session, session.published_at + 3 * YEAR) == ()
    assert {q.wording.show for q in session.questions.values()} == {Show.NAME, Show.ANONYMOUS}


def test_it_can_be_cared_for():
    session = begun(drawn(50))
    assert session.phase is Phase.PUBLISHED
    number = next(q.number for q in session.questions.values() if q.public and q.answer)
    fact = decide(session, c.Correct(number, "Richtig ist etwas anderes."), OLGA, NOW + 1)
    assert isinstance(fact, Fact)
    evolve(session, Entry(2, NOW + 1, 1, fact.event, fact.texts))
    told = {q["number"]: q for q in transcript(session).questions}[number]
    assert told["answer"]["text"] == "Richtig ist etwas anderes."
    assert told["changes"][-1]["what"] == "corrected"


def test_blackening_reaches_what_an_answer_said_before_also_without_a_log():
    session = begun(drawn(200))
    corrected = [q for q in session.questions.values() if q.answer and q.answer.corrections]
    question = corrected[0]
    assert question.answer
    before = {old.before for old in question.answer.corrections}
    fact = decide(session, c.Redact(question.number, 0, 4, Field.ANSWER), OLGA, NOW + 1)
    assert isinstance(fact, Fact)
    evolve(session, Entry(2, NOW + 1, 1, fact.event, fact.texts))
    assert {session.text(number) for number in before} == {BLACKENED}
    assert session.text(question.answer.text).startswith(BLACKENED)


def test_taking_out_leaves_no_text_of_a_question_also_without_a_log():
    session = begun(drawn(200))
    question = next(q for q in session.questions.values() if q.answer and q.answer.corrections)
    texts = recorded_texts(session)
    fact = decide(session, c.Unpublish(question.number, "Auf Wunsch."), OLGA, NOW + 1)
    assert isinstance(fact, Fact)
    evolve(session, Entry(2, NOW + 1, 1, fact.event, fact.texts))
    gone = texts - recorded_texts(session)
    assert gone
    assert {session.text(number) for number in gone} == {BLACKENED}
