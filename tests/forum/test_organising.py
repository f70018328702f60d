"""What organisers do: phases and switches, the end of the evening, the record."""

from dataclasses import replace

import pytest

from dialog.forum import commands as c
from dialog.forum.events import Redacted
from dialog.forum.names import (
    BLACKENED,
    MINUTE,
    SYSTEM,
    Field,
    Outcome,
    Phase,
    Reason,
    Review,
    Show,
)
from dialog.forum.organising import LONGEST, next_tick
from dialog.forum.refusals import Code, Refusal
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    MARA,
    MORITZ,
    OLGA,
    SCHEDULE,
    SELMA,
    SVEN,
    TOPICS,
    Evening,
)
from tests.forum.laws import PHASES

TEXT = "Wann kommt der Bus?"


# --- phases and switches -----------------------------------------------------------------------


def in_phase(phase: Phase) -> Evening:
    """Return an evening in any phase at all."""
    evening = Evening(phase if phase not in (Phase.PUBLISHED, Phase.CANCELLED) else Phase.OPEN)
    if phase is Phase.CANCELLED:
        evening.phase(Phase.CANCELLED)
    if phase is Phase.PUBLISHED:
        evening.phase(Phase.LIVE)
        evening.publish()
    return evening


@pytest.mark.parametrize("to", Phase)
@pytest.mark.parametrize("phase", Phase)
def test_a_session_moves_only_along_its_life(phase: Phase, to: Phase):
    evening = in_phase(phase)
    told = evening.do(c.ChangePhase(to), OLGA)
    if (phase, to) in PHASES and to is not Phase.PUBLISHED:
        assert evening.session.phase is to
    else:
        assert evening.session.phase is phase
        assert isinstance(told, Refusal) != (phase is to and phase in set(Phase) - ENDED)


ENDED = {Phase.PUBLISHED, Phase.CANCELLED}


@pytest.mark.parametrize("phase", sorted(ENDED))
def test_nothing_but_the_record_moves_after_the_end(phase: Phase):
    evening = in_phase(phase)
    for command, who in (
        (c.Pause(True), OLGA),
        (c.Approve(1, 1), MARA),
        (c.Back(0), MARA),
        (c.Take(1, 1), SVEN),
        (c.Undo(1), MARA),
    ):
        assert evening.refused(command, who) == Refusal(Code.CLOSED, state=phase.value)
    for record in (c.Correct(9, "a"), c.Keep(9, "a"), c.Redact(9, 0, 1), c.Unpublish(9, "a")):
        assert evening.refused(record, OLGA) == Refusal(Code.UNKNOWN, number=9)


def test_a_session_that_has_run_out_needs_a_later_end_before_it_goes_on():
    evening = Evening(Phase.LIVE)
    evening.now = SCHEDULE.ends
    evening.told(c.Tick(), SYSTEM)
    assert evening.session.phase is Phase.CLOSED
    assert evening.refused(c.ChangePhase(Phase.LIVE), OLGA) == Refusal(
        Code.INCOMPLETE, field="ends", since=SCHEDULE.ends
    )
    evening.told(c.Extend(10), OLGA)
    evening.phase(Phase.LIVE)
    assert evening.session.closed_at == 0
    assert evening.idle(c.Tick(), SYSTEM)


def test_the_clock_opens_starts_ends_questions_and_closes_once_each():
    evening = Evening(Phase.ANNOUNCED, by_clock=True)
    seen = []
    for _ in range(4):
        due = next_tick(evening.session)
        assert due is not None
        evening.now = due - 1
        assert evening.idle(c.Tick(), SYSTEM)
        evening.now = due
        evening.told(c.Tick(), SYSTEM)
        assert evening.idle(c.Tick(), SYSTEM)
        seen.append((due, evening.session.phase, evening.session.switches.questions))
    assert seen == [
        (SCHEDULE.opens, Phase.OPEN, True),
        (SCHEDULE.starts, Phase.LIVE, True),
        (SCHEDULE.questions_until, Phase.LIVE, False),
        (SCHEDULE.ends, Phase.CLOSED, False),
    ]
    assert next_tick(evening.session) is None


def test_the_clock_that_slept_does_late_what_was_due():
    evening = Evening(Phase.LIVE)
    evening.now = SCHEDULE.ends + MINUTE
    evening.told(c.Tick(), SYSTEM)
    assert evening.session.phase is Phase.CLOSED
    assert evening.session.closed_at == SCHEDULE.ends
    assert evening.session.asks_ended == SCHEDULE.questions_until
    assert evening.refused(c.Ask("Zu spät?"), ANNA).code is Code.CLOSED


def test_questions_taken_again_after_their_end_stay_on():
    evening = Evening(Phase.LIVE)
    evening.told(c.Accept(questions=False), OLGA)
    evening.now = SCHEDULE.questions_until
    assert evening.idle(c.Tick(), SYSTEM)
    assert next_tick(evening.session) == SCHEDULE.ends
    evening.told(c.Accept(questions=True), OLGA)
    assert evening.session.schedule.questions_until == 0
    assert evening.idle(c.Tick(), SYSTEM)
    assert evening.session.switches.questions


def test_a_switch_left_out_stays_as_it_is():
    evening = Evening()
    evening.told(c.Accept(upvotes=False), OLGA)
    assert evening.session.switches.questions
    assert evening.idle(c.Accept(), OLGA)
    assert evening.idle(c.Accept(questions=True), OLGA)


def test_extending_moves_the_end_and_the_end_of_questions_if_that_lies_ahead():
    evening = Evening(Phase.LIVE)
    evening.told(c.Extend(10), OLGA)
    later = 10 * MINUTE
    assert evening.session.schedule.ends == SCHEDULE.ends + later
    assert evening.session.schedule.questions_until == SCHEDULE.questions_until + later
    evening.told(c.Accept(questions=False), OLGA)
    evening.told(c.Extend(10), OLGA)
    assert evening.session.schedule.questions_until == SCHEDULE.questions_until + later
    for minutes in (0, -1, LONGEST + 1):
        assert evening.refused(c.Extend(minutes), OLGA).code is Code.MALFORMED


def test_a_banner_is_shown_and_taken_away():
    evening = Evening()
    assert evening.refused(c.Banner("\x00"), OLGA).code is Code.BAD_TEXT
    evening.told(c.Banner("Gleich geht es los."), OLGA)
    assert evening.session.text(evening.session.banner) == "Gleich geht es los."
    evening.told(c.Banner(""), OLGA)
    assert evening.session.banner == 0


# --- the end -----------------------------------------------------------------------------------


def test_concluding_gives_every_question_an_end():
    evening = Evening(Phase.LIVE)
    opened, ended = evening.public("Offen?"), evening.public("Beantwortet?", BORIS)
    waiting, stage_only = evening.ask("Wartet?", CARLA), evening.ask("Fall?", CARLA)
    evening.told(c.StageOnly(stage_only, evening.rev(stage_only)), MARA)
    evening.take(ended)
    evening.done()
    evening.take(opened)
    evening.order(stage_only)
    assert evening.refused(c.Conclude(), OLGA) == Refusal(Code.CONFLICT, state="live")
    evening.phase(Phase.CLOSED)
    evening.told(c.Conclude(), OLGA)
    outcomes = [evening.q(n).result.outcome for n in (opened, ended, stage_only)]
    assert outcomes == [Outcome.NOT_REACHED, Outcome.ALOUD, Outcome.NOT_REACHED]
    assert evening.q(waiting).standing.review is Review.UNREVIEWED
    assert (evening.session.stage.now, evening.session.stage.order) == (0, ())
    assert evening.idle(c.Conclude(), OLGA)


def test_a_question_answered_on_the_stage_but_never_ended_there_was_reached():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.take(number)
    evening.answer(number, outcome=Outcome.WRITTEN)
    evening.phase(Phase.CLOSED)
    evening.told(c.Conclude(), OLGA)
    assert evening.q(number).result.outcome is Outcome.WRITTEN


def test_publishing_waits_until_every_question_was_decided():
    evening = Evening()
    evening.ask("Wartet?")
    evening.public("Offen?", BORIS)
    stage_only = evening.ask("Fall?", CARLA)
    evening.told(c.StageOnly(stage_only, evening.rev(stage_only)), MARA)
    assert evening.refused(c.Publish(), OLGA) == Refusal(Code.CONFLICT, state="open")
    evening.phase(Phase.LIVE)
    evening.phase(Phase.CLOSED)
    assert evening.refused(c.Publish(), OLGA) == Refusal(Code.INCOMPLETE, field="questions", open=3)
    evening.publish()
    assert evening.session.phase is Phase.PUBLISHED


def test_a_rehearsal_is_never_published_and_stays_one():
    for rehearsal in (False, True):
        evening = Evening(Phase.LIVE)
        declared = c.Declare(evening.session.schedule, TOPICS, rehearsal=rehearsal)
        evening.session.declaration = None
        evening.told(declared, SYSTEM)
        assert evening.session.rehearsal is rehearsal
        other = replace(declared, rehearsal=not rehearsal)
        refusal = Refusal(Code.CONFLICT, field="rehearsal")
        assert evening.refused(other, SYSTEM) == refusal
        evening.phase(Phase.CLOSED)
        if rehearsal:
            never = Refusal(Code.FORBIDDEN, field="rehearsal")
            assert evening.refused(c.Publish(), OLGA) == never
        else:
            evening.publish()


def test_an_answer_handed_in_has_to_be_released_before_publication():
    evening = Evening(Phase.LIVE, second_person=True)
    number = evening.public(TEXT)
    evening.take(number)
    evening.answer(number)
    evening.done()
    evening.phase(Phase.CLOSED)
    assert evening.refused(c.Publish(), OLGA) == Refusal(Code.INCOMPLETE, field="answers", open=1)
    evening.told(c.Release(number, evening.rev(number)), OLGA)
    evening.publish()
    assert evening.session.phase is Phase.PUBLISHED


def test_publishing_clears_the_stage_and_forgets_who_supported_what():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    evening.phase(Phase.CLOSED)
    evening.take(number)
    evening.answer(number)
    evening.done()
    evening.told(c.Back(evening.session.order_rev), MARA)
    evening.told(c.Publish(), OLGA)
    assert evening.session.stage.now == 0
    assert evening.session.upvotes(number) == evening.session.voters == 2
    assert not evening.q(number).voters
    assert evening.session.upvoted == {}
    assert len(evening.session.taps) == 0


# --- the record --------------------------------------------------------------------------------


def test_a_published_answer_is_corrected_and_the_correction_stays_visible():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.answer(number, "Im Mai.")
    assert evening.refused(c.Correct(number, "Im Juni."), OLGA) == Refusal(
        Code.CONFLICT, state="live"
    )
    evening.publish()
    assert evening.refused(c.Correct(number, ""), OLGA).code is Code.EMPTY
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    answer = evening.q(number).answer
    assert answer is not None
    assert evening.session.text(answer.text) == "Im Juni."
    before = [(old.at, evening.session.text(old.before)) for old in answer.corrections]
    assert before == [(evening.now, "Im Mai.")]


def test_an_answer_in_writing_is_added_later():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.publish()
    evening.wait(MINUTE)
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    assert evening.q(number).result.outcome is Outcome.WRITTEN
    assert evening.q(number).result.at == evening.now


def test_an_answer_in_writing_takes_a_question_out_of_the_running_order():
    evening = Evening(Phase.CLOSED)
    number = evening.public(TEXT)
    evening.order(number)
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    assert evening.session.stage.order == ()


def test_only_a_public_question_is_corrected_or_unpublished():
    evening = Evening(Phase.CLOSED)
    number = evening.ask(TEXT)
    for command in (c.Correct(number, "Ja."), c.Unpublish(number, "Fehler.")):
        assert evening.refused(command, OLGA).code is Code.CONFLICT


def test_a_promise_is_kept_with_a_word_on_how():
    evening = Evening(Phase.LIVE)
    plain, promised = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    assert evening.refused(c.Keep(plain, "Getan."), OLGA).code is Code.CONFLICT
    evening.answer(plain)
    assert evening.refused(c.Keep(plain, "Getan."), OLGA).code is Code.CONFLICT
    evening.answer(promised, outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    evening.publish()
    assert evening.refused(c.Keep(promised, ""), OLGA).code is Code.EMPTY
    evening.told(c.Keep(promised, "Getan."), OLGA)
    answer = evening.q(promised).answer
    assert answer is not None
    assert answer.kept is not None
    assert answer.kept.at == evening.now


def test_a_promise_that_waits_for_release_is_not_kept():
    evening = Evening(Phase.LIVE, second_person=True)
    number = evening.public(TEXT)
    evening.answer(number, outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    assert evening.refused(c.Keep(number, "Getan."), OLGA).code is Code.CONFLICT
    evening.told(c.Release(number, evening.rev(number)), SELMA)
    evening.told(c.Keep(number, "Getan."), OLGA)


def test_a_question_is_taken_out_of_the_record_with_a_reason():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    assert evening.refused(c.Unpublish(number, "Fehler."), OLGA).code is Code.CONFLICT
    evening.publish()
    assert evening.refused(c.Unpublish(number, " "), OLGA).code is Code.EMPTY
    evening.told(c.Unpublish(number, "Auf Wunsch."), OLGA)
    assert evening.session.text(evening.q(number).removed) == "Auf Wunsch."


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.CANCELLED])
def test_blackening_covers_the_place_and_every_earlier_wording_wholly(phase: Phase):
    evening = Evening()
    number = evening.ask("Frau Kern ruft an?", show=Show.NAME, background="Frau Kern.")
    evening.told(c.Edit(number, evening.rev(number), "Ruft Frau Kern an?", "Kern.", "K."), MARA)
    evening.told(c.Edit(number, evening.rev(number), "Ruft sie, Kern, an?", "K.", "K."), MORITZ)
    if phase is Phase.CANCELLED:
        evening.phase(phase)
    evening.told(c.Redact(number, 10, 14), OLGA)
    evening.told(c.Redact(number, 0, 2, Field.BACKGROUND), OLGA)
    evening.told(c.Redact(number, 0, 2, Field.NAME), OLGA)
    texts = evening.session.texts
    wording = evening.q(number).wording
    assert texts[wording.text] == f"Ruft sie, {BLACKENED}, an?"
    assert texts[wording.background] == texts[wording.name] == BLACKENED
    left = [body for body in texts.values() if "Kern" in body or body in ("K.", ANNA.name)]
    assert left == []


def test_blackening_an_answer_covers_its_drafts():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.told(c.SaveDraft(number, evening.rev(number), "Frau Kern …"), SVEN)
    evening.answer(number, "Frau Kern weiß es.")
    evening.publish()
    evening.told(c.Redact(number, 0, 9, Field.ANSWER), OLGA)
    assert evening.session.text(evening.q(number).answer.text) == f"{BLACKENED} weiß es."  # type: ignore[union-attr]
    assert not [body for body in evening.session.texts.values() if "Kern" in body]
    assert isinstance(evening.journal[-1].event, Redacted)
    assert evening.rev(number) == evening.session.seq


@pytest.mark.parametrize("start, end", [(-1, 2), (2, 2), (3, 2), (0, 20)])
def test_a_place_that_is_none_is_not_blackened(start: int, end: int):
    evening = Evening()
    number = evening.ask(TEXT)
    assert evening.refused(c.Redact(number, start, end), OLGA) == Refusal(
        Code.MALFORMED, field="text", length=len(TEXT)
    )


@pytest.mark.parametrize("field", [Field.BACKGROUND, Field.NAME, Field.ANSWER])
def test_a_text_that_is_not_there_is_not_blackened(field: Field):
    evening = Evening()
    number = evening.ask(TEXT)
    refusal = evening.refused(c.Redact(number, 0, 1, field), OLGA)
    assert (refusal.code, refusal.field, refusal.length) == (Code.MALFORMED, field.value, 0)


def test_undoing_an_edit_brings_no_blackened_word_back():
    evening = Evening()
    number = evening.ask("Frau Kern ruft an?")
    event = int(evening.told(c.Edit(number, evening.rev(number), "Ruft sie an?"), MARA)["event"])
    evening.told(c.Redact(number, 5, 8), OLGA)
    evening.told(c.Undo(event), MARA)
    assert evening.session.text(evening.q(number).wording.text) == BLACKENED


def test_a_reason_is_one_of_nine():
    assert len(Reason) == 9


def test_drafts_are_blackened_though_nobody_handed_them_in():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    for text in ("Frau Muster sagt", "Frau Muster sagt es", ""):
        evening.told(c.SaveDraft(number, evening.rev(number), text), SVEN)
    evening.told(c.Redact(number, 5, 11, Field.ANSWER), OLGA)
    written = [text for text in evening.session.texts.values() if "sagt" in text]
    assert written == [f"Frau {BLACKENED} sagt es"]


def test_how_a_promise_was_kept_is_blackened_with_its_earlier_words():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.answer(number, "Ja.", outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    for text in ("Frau Weiler rief an.", "Frau Weiler hat angerufen."):
        evening.told(c.Keep(number, text), SVEN)
    evening.told(c.Redact(number, 5, 11, Field.KEPT), OLGA)
    answer = evening.q(number).answer
    assert answer is not None
    assert answer.kept is not None
    assert evening.session.text(answer.kept.text) == f"Frau {BLACKENED} hat angerufen."
    assert evening.session.text(answer.text) == "Ja."
    assert not [text for text in evening.session.texts.values() if "Weiler" in text]
