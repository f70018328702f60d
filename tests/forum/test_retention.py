"""What has had its time goes, and only that; the record stays as it is."""

from dataclasses import replace

import pytest

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.events import Entry, Event, Purged, Recorded, Sealed
from dialog.forum.evolve import evolve, replay
from dialog.forum.names import BLACKENED, SYSTEM, Outcome, Phase, Reason, Show
from dialog.forum.refusals import Refusal
from dialog.forum.retention import (
    CANCELLED,
    DAY,
    MONTH,
    UNPUBLISHED,
    YEAR,
    Term,
    due,
    persons_kept,
    purge,
    recorded,
    recorded_texts,
    terms,
)
from dialog.forum.session import Session
from dialog.forum.transcript import transcript
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, MARA, OLGA, SVEN, Evening

ALL = (Term.SUPPORT, Term.PERSONS, Term.LOG)


def held(*, publish: bool = True) -> Evening:
    """Return an evening with something of everything that may have to go."""
    evening = Evening(Phase.LIVE)
    told = evening.public("Bleibt diese Frage?", ANNA, show=Show.NAME)
    evening.told(c.Edit(told, evening.rev(told), "Bleibt diese Frage so?"), MARA)
    kept = evening.public("Wer hält sein Wort?", BORIS)
    twin = evening.public("Wer hält Wort?", CARLA)
    evening.merge(twin, kept)
    evening.give_back(evening.ask("Mein Fall, Az. 7?", DORA), reason=Reason.SINGLE_CASE)
    case = evening.ask("Familie Berg wartet?", DORA)
    evening.told(c.StageOnly(case, evening.rev(case)), MARA)
    withdrawn = evening.ask("Doch nicht?", ANNA)
    evening.told(c.Withdraw(withdrawn), ANNA)
    evening.told(c.Brief(told, evening.rev(told), "Vorsicht, heikel."), MARA)
    evening.told(c.Message("Lauter."), MARA)
    evening.told(c.Banner("Gleich geht es los."), OLGA)
    evening.told(c.Mute(DORA.person), MARA)
    evening.told(c.SaveDraft(told, evening.rev(told), "Vorläufig …"), SVEN)
    evening.answer(told, "Ja.", by="Referat 3", sources=("https://example.org/a",))
    evening.answer(kept, "Bald.", outcome=Outcome.PROMISED, by="Wir", until="2027-01-31")
    evening.told(c.ChangePhase(Phase.CLOSED), OLGA)
    evening.told(c.Conclude(), OLGA)
    if publish:
        evening.told(c.Publish(), OLGA)
    return evening


def agreeing(evening: Evening, number: int) -> None:
    """Let a question's asker have agreed to stand in the archive for good."""
    question = evening.q(number)
    question.wording = replace(question.wording, archive=True)


def bodies(session: Session) -> set[str]:
    return {body for body in session.texts.values() if body}


def test_terms_count_from_publication():
    evening = held()
    start = evening.session.published_at
    assert terms(evening.session) == dict(
        zip(ALL, (start, start + MONTH, start + YEAR), strict=True)
    )


@pytest.mark.parametrize("phase", [Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE])
def test_a_session_that_lives_has_no_terms(phase):
    session = Evening(phase).session
    assert terms(session) == {}
    assert due(session, 2**50) == ()
    assert purge(session, 2**50) is None


def test_without_publication_terms_count_from_the_end():
    closed = held(publish=False).session
    assert terms(closed)[Term.SUPPORT] == closed.phase_at + UNPUBLISHED
    evening = Evening(Phase.OPEN)
    evening.told(c.ChangePhase(Phase.CANCELLED), OLGA)
    assert terms(evening.session)[Term.SUPPORT] == evening.now + CANCELLED


def test_nothing_is_due_before_its_day():
    evening = held()
    start = evening.session.published_at
    assert due(evening.session, start + MONTH - 1) == ()
    assert due(evening.session, start + MONTH) == (Term.PERSONS,)
    evening.wait(MONTH - 1)
    assert evening.idle(c.Purge(), SYSTEM)


def test_after_a_month_only_what_the_record_shows_is_left():
    evening = held()
    before = transcript(evening.session)
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    assert bodies(evening.session) == {
        "Bleibt diese Frage so?",
        "Wer hält sein Wort?",
        "Wer hält Wort?",
        "Ja.",
        "Referat 3",
        "https://example.org/a",
        "Bald.",
        "Wir",
    }
    after = transcript(evening.session)
    names = {q["number"]: q["asker"] for q in before.questions}
    assert names[1] == ANNA.name
    assert [q | {"asker": None} for q in before.questions] == list(after.questions)
    assert (after.figures, after.published, after.changed) == (
        before.figures,
        before.published,
        before.changed,
    )


def test_who_agreed_keeps_the_name():
    evening = held()
    agreeing(evening, 1)
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    named = {q["number"]: q["asker"] for q in transcript(evening.session).questions}
    assert named == {1: ANNA.name, 2: None}
    assert evening.q(2).wording.name == 0


def test_whom_a_promise_is_owed_stays_reachable_until_it_is_kept():
    evening = held()
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    assert {q.number: q.asker for q in evening.session.questions.values() if q.asker} == {
        2: BORIS.person,
        3: CARLA.person,
    }
    assert evening.session.asked == {BORIS.person: [2], CARLA.person: [3]}
    assert persons_kept(evening.session) >= {BORIS.person, CARLA.person, MARA.person}
    assert due(evening.session, evening.now) == ()
    evening.told(c.Keep(2, "Getan."), OLGA)
    assert due(evening.session, evening.now) == (Term.PERSONS,)
    evening.told(c.Purge(), SYSTEM)
    assert evening.session.asked == {}
    assert "Getan." in bodies(evening.session)


def test_after_a_year_nobody_is_known_whatever_was_promised():
    evening = held()
    evening.wait(YEAR)
    evening.told(c.Purge(), SYSTEM)
    assert evening.session.asked == {}


def test_the_log_names_nobody_any_more():
    evening = held()
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    persons = {deed.person for deed in evening.session.deeds.values()}
    assert persons <= {0, *evening.session.staff}
    assert not persons & {ANNA.person, DORA.person}
    assert {evening.session.name(person) for person in evening.session.staff} == {""}
    evening.told(c.Correct(1, "Jein."), OLGA)
    evening.told(c.Enter(99, OLGA.role, "Neue Kraft"), SYSTEM)
    assert evening.session.name(99) == ""
    assert "Neue Kraft" not in bodies(evening.session)


def test_a_purged_session_is_what_its_journal_adds_up_to():
    evening = held()
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    assert replay(evening.journal) == evening.session
    assert evening.session.muted == frozenset()
    assert evening.session.message is None


def test_a_question_that_was_taken_out_leaves_its_reason_only():
    evening = held()
    evening.told(c.Unpublish(1, "Auf Wunsch."), OLGA)
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    left = bodies(evening.session)
    assert "Auf Wunsch." in left
    assert not left & {"Bleibt diese Frage so?", "Ja.", "Referat 3"}


def test_corrections_and_the_words_of_a_promise_stay():
    evening = held()
    evening.told(c.Correct(1, "Jein."), OLGA)
    evening.told(c.Keep(2, "Getan."), OLGA)
    assert {"Ja.", "Jein.", "Getan."} <= {
        evening.session.text(number) for number in recorded_texts(evening.session)
    }


def test_without_publication_support_goes_first_then_the_rest():
    evening = held(publish=False)
    upvotes = evening.session.upvotes(2)
    evening.wait(UNPUBLISHED)
    assert due(evening.session, evening.now) == (Term.SUPPORT,)
    evening.told(c.Purge(), SYSTEM)
    assert isinstance(evening.journal[-1].event, Sealed)
    assert evening.session.upvotes(2) == upvotes
    assert evening.session.upvoted == {}
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    assert isinstance(evening.journal[-1].event, Purged)
    assert due(evening.session, evening.now) == ()


def test_nobody_but_the_server_purges():
    evening = held()
    evening.wait(MONTH)
    assert isinstance(evening.do(c.Purge(), OLGA), Refusal)


def test_the_log_is_due_after_a_year_and_again_a_year_after_each_entry():
    evening = held()
    start = evening.session.published_at
    assert Term.LOG not in due(evening.session, start + YEAR - 1)
    assert Term.LOG in due(evening.session, start + YEAR)
    begun = anew(evening.session, start + YEAR)
    assert begun.deeds == {}
    assert due(begun, start + 3 * YEAR) == ()


def anew(session: Session, now: int) -> Session:
    """Return a session that begins with its record."""
    kept = {n: session.text(n) for n in recorded_texts(session)}
    assert session.declaration
    events: tuple[Event, ...] = (session.declaration, recorded(session).event)
    return replay([Entry(n, now, 0, event) for n, event in enumerate(events, 1)], kept)


def test_a_session_that_begins_with_its_record_has_the_same_record():
    evening = held()
    agreeing(evening, 1)
    evening.told(c.Redact(2, 0, 3), OLGA)
    evening.told(c.Correct(1, "Jein."), OLGA)
    evening.told(c.Keep(2, "Getan."), OLGA)
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    begun = anew(evening.session, evening.now)
    assert transcript(begun) == transcript(evening.session)
    assert (begun.phase, begun.published_at) == (Phase.PUBLISHED, evening.session.published_at)
    assert BLACKENED not in {begun.text(n) for q in begun.questions.values()
                             for n in (q.wording.name, q.wording.background)}  # fmt: skip


def test_what_was_taken_out_stays_out_when_a_session_begins_anew():
    evening = held()
    evening.told(c.Unpublish(1, "Auf Wunsch."), OLGA)
    evening.wait(MONTH)
    evening.told(c.Purge(), SYSTEM)
    begun = anew(evening.session, evening.now)
    assert transcript(begun) == transcript(evening.session)
    assert begun.questions[1].answer is None


def test_a_record_can_be_cared_for_after_it_has_begun_anew():
    evening = held()
    evening.wait(YEAR + DAY)
    evening.told(c.Purge(), SYSTEM)
    session = anew(evening.session, evening.now)
    evening.session, evening.journal, evening.board = session, [], Board()
    evening.told(c.Keep(2, "Spät getan."), OLGA)
    evening.told(c.Correct(1, "Jein."), OLGA)
    evening.told(c.Redact(2, 0, 3), OLGA)
    record = {q["number"]: q for q in transcript(session).questions}
    assert record[2]["answer"]["kept"]["text"] == "Spät getan."
    assert record[1]["answer"]["text"] == "Jein."
    assert [one["what"] for one in record[2]["changes"]] == ["kept", "blackened"]


def test_an_entry_that_begins_anew_touches_every_row():
    evening = held()
    fact = recorded(evening.session)
    assert isinstance(fact.event, Recorded)
    touched = evolve(Session(), Entry(1, evening.now, 0, fact.event))
    assert touched.rows == set(evening.session.questions)
    assert touched.session
