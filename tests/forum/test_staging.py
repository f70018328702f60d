"""What happens on the stage; a bouncing switch never skips a question."""

import pytest

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, Outcome, Phase, Review, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.staging import PAST, came
from dialog.forum.views import session_row
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    DORA,
    MARA,
    MINISTER,
    OLGA,
    SVEN,
    Evening,
)


def staged() -> tuple[Evening, int, int, int]:
    """Return a live evening with three public questions."""
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"Fragt {w.name}?", w) for w in (ANNA, BORIS, CARLA))
    return evening, one, two, three


def test_next_ends_the_present_question_as_answered_aloud():
    evening, one, two, _ = staged()
    evening.take(one)
    evening.wait(MINUTE)
    evening.told(c.Next(two, evening.session.order_rev, one), MINISTER)
    assert evening.session.stage.now == two
    assert evening.session.stage.since == evening.now
    assert evening.session.stage.past == (one,)
    assert evening.q(one).result.outcome is Outcome.ALOUD
    assert evening.q(one).result.at == evening.now


@pytest.mark.parametrize(
    "make",
    [
        lambda rev, seen: c.Now(2, rev, seen),
        lambda rev, seen: c.Next(2, rev, seen),
        c.Done,
        c.Back,
    ],
)
def test_a_bouncing_foot_switch_gets_a_conflict_and_skips_nothing(make):
    evening, one, _two, three = staged()
    evening.take(three)
    evening.take(one)
    command = make(evening.session.order_rev, one)
    evening.wait(30)
    evening.told(command, MINISTER)
    stage = evening.session.stage
    refusal = evening.refused(command, MINISTER)
    assert refusal.code is Code.CONFLICT
    assert (refusal.field, refusal.rev) == ("order", evening.session.order_rev)
    assert evening.session.stage == stage


def test_a_second_hand_that_saw_another_question_gets_a_conflict():
    evening, one, two, three = staged()
    evening.take(one)
    refusal = evening.refused(c.Next(three, evening.session.order_rev, two), MINISTER)
    assert (refusal.code, refusal.number) == (Code.CONFLICT, one)


def test_two_hands_on_one_running_order_do_not_undo_each_other():
    evening, one, two, three = staged()
    rev = evening.session.order_rev
    evening.told(c.Order((one, two), rev), MARA)
    assert evening.session.order_rev == evening.session.seq
    for command in (c.Order((two, one), rev), c.Now(three, rev)):
        assert evening.refused(command, OLGA).rev == evening.session.seq


def test_the_stage_opens_when_the_session_is_live():
    evening = Evening()
    number = evening.public("Wann?")
    evening.order(number)
    refusal = evening.refused(c.Now(number, evening.session.order_rev), MARA)
    assert refusal == Refusal(Code.CLOSED, state="open")
    evening.phase(Phase.LIVE)
    evening.take(number)
    evening.phase(Phase.CLOSED)
    evening.done()


def test_a_running_order_names_open_reviewed_questions_once_each():
    evening, one, two, three = staged()
    waiting = evening.ask("Wartet?")
    evening.take(three)
    rev = evening.session.order_rev
    assert evening.refused(c.Order((one, one), rev), MARA).code is Code.MALFORMED
    assert evening.refused(c.Order((one, 99), rev), MARA) == Refusal(
        Code.UNKNOWN, field="numbers", number=99
    )
    for number in (waiting, three):
        assert evening.refused(c.Order((number,), rev), MARA).code is Code.CONFLICT
    evening.order(two, one)
    assert evening.session.stage.order == (two, one)
    assert evening.idle(c.Order((two, one), evening.session.order_rev), MARA)


def test_what_is_taken_leaves_the_running_order():
    evening, one, two, three = staged()
    evening.order(one, two, three)
    evening.take(two)
    assert evening.session.stage.order == (one, three)


def test_only_what_may_be_shown_and_is_still_open_is_taken():
    evening, one, _, _ = staged()
    evening.take(one)
    waiting = evening.ask("Wartet?")
    rev = evening.session.order_rev
    assert evening.refused(c.Now(99, rev, one), MARA) == Refusal(Code.UNKNOWN, number=99)
    for number in (one, waiting):
        assert evening.refused(c.Now(number, rev, one), MARA).code is Code.CONFLICT
    evening.told(c.StageOnly(waiting, evening.rev(waiting)), MARA)
    evening.take(waiting)


def test_done_ends_the_present_question_as_told():
    evening, one, two, _ = staged()
    rev = evening.session.order_rev
    assert evening.refused(c.Done(rev), MINISTER).code is Code.CONFLICT
    evening.take(one)
    for outcome in (Outcome.OPEN, Outcome.NOT_REACHED):
        command = c.Done(evening.session.order_rev, one, outcome)
        assert evening.refused(command, MINISTER) == Refusal(Code.MALFORMED, field="outcome")
    evening.done(outcome=Outcome.PROMISED)
    assert evening.q(one).result.outcome is Outcome.PROMISED
    evening.take(two)
    assert evening.session.stage.past == (one,)


def test_the_scribe_says_otherwise():
    evening, one, two, _ = staged()
    evening.take(one)
    evening.answer(one, outcome=Outcome.WRITTEN)
    assert evening.q(one).result.outcome is Outcome.OPEN
    evening.take(two)
    assert evening.q(one).result.outcome is Outcome.WRITTEN


def test_back_restores_the_one_before_and_opens_it_again():
    evening, one, two, three = staged()
    evening.order(three)
    evening.take(one)
    evening.take(two)
    evening.told(c.Back(evening.session.order_rev, two), MINISTER)
    stage = evening.session.stage
    assert (stage.now, stage.order, stage.past) == (one, (two, three), ())
    assert evening.q(one).result.outcome is Outcome.OPEN
    assert evening.refused(c.Back(evening.session.order_rev, one), MINISTER).field == "order"


def test_back_from_an_empty_stage_brings_the_last_one():
    evening, one, _, _ = staged()
    evening.take(one)
    evening.done()
    evening.told(c.Back(evening.session.order_rev), MINISTER)
    assert evening.session.stage.now == one


def test_back_keeps_an_outcome_that_was_written_down():
    evening, one, two, _ = staged()
    evening.take(one)
    evening.answer(one, outcome=Outcome.WRITTEN)
    evening.take(two)
    evening.told(c.Back(evening.session.order_rev, two), MINISTER)
    assert evening.session.stage.now == one
    assert evening.q(one).result.outcome is Outcome.WRITTEN
    evening.take(two)
    assert evening.q(one).result.outcome is Outcome.WRITTEN


def test_back_passes_by_what_was_hidden_meanwhile():
    evening, one, two, three = staged()
    for number in (one, two, three):
        evening.take(number)
    evening.told(c.Hide(two, evening.rev(two)), MARA)
    evening.told(c.Back(evening.session.order_rev, three), MINISTER)
    assert evening.session.stage.now == one


def test_an_answered_question_brought_back_does_not_come_up_again():
    evening, one, two, three = staged()
    evening.take(one)
    evening.answer(one)
    for number in (two, three):
        evening.take(number)
    for _ in range(2):
        evening.told(c.Back(evening.session.order_rev, evening.session.stage.now), MINISTER)
    assert evening.session.stage.now == one
    evening.done()
    evening.told(c.Back(evening.session.order_rev), MINISTER)
    assert one not in evening.session.stage.order


def test_the_stage_remembers_so_many_questions_and_no_more():
    evening = Evening(Phase.LIVE)
    numbers = [evening.public(f"Frage {i}?") for i in range(PAST + 3)]
    for number in numbers:
        evening.take(number)
    assert evening.session.stage.past == tuple(numbers[2:-1])


def test_the_stage_confirms_what_it_was_told():
    evening = Evening()
    assert evening.refused(c.Acknowledge(), MINISTER) == Refusal(Code.UNKNOWN, field="message")
    evening.told(c.Message("Bitte kürzer."), MARA)
    evening.told(c.Acknowledge(), MINISTER)
    assert evening.session.message is not None
    assert evening.session.message.read
    assert evening.idle(c.Acknowledge(), MINISTER)


def test_the_organiser_may_do_what_the_stage_may():
    evening, one, _, _ = staged()
    evening.take(one, OLGA)
    evening.done(OLGA)
    assert evening.upvote(2, DORA)["upvotes"] == 2


@pytest.mark.parametrize("who", [MARA, MINISTER, SVEN, OLGA])
def test_every_member_of_staff_empties_the_screens_and_shows_them_again(who):
    evening = Evening()
    for on in (True, False):
        evening.told(c.Blank(on), who)
        assert session_row(evening.session, Stream.FLOOR)["blank"] is on
        assert evening.idle(c.Blank(on), who)


def test_emptied_screens_are_undone_in_the_log():
    evening = Evening(Phase.LIVE)
    evening.told(c.Blank(on=True), MINISTER)
    evening.told(c.Undo(evening.session.seq), MARA)
    assert not evening.session.switches.blank
    assert evening.refused(c.Blank(on=True), ANNA).code is Code.FORBIDDEN


@pytest.mark.parametrize("who", [MINISTER, SVEN])
def test_every_member_of_staff_takes_a_question_off_every_screen(who):
    evening, one, _, _ = staged()
    evening.take(one)
    evening.told(c.Hide(one, evening.rev(one)), who)
    assert evening.session.stage.now == 0
    assert evening.q(one).standing.review is Review.WAITING
    evening.told(c.Undo(evening.session.seq), MARA)
    assert evening.session.stage.now == one
    assert evening.refused(c.Undo(evening.session.seq), who).code is Code.FORBIDDEN


def test_what_was_next_stays_next_until_the_present_question_ends():
    evening, one, two, three = staged()
    four = evening.public("Fragt Dora?", DORA)
    evening.take(one)
    assert evening.session.stage.frozen == (two, three)
    evening.upvote(four, ANNA)
    evening.upvote(four, BORIS)
    assert frozen(evening) == [two, three]
    evening.done()
    assert frozen(evening) == []
    evening.take(four)
    assert frozen(evening) == [two, three]


def test_the_running_order_stands_before_what_is_frozen():
    evening, one, two, three = staged()
    four = evening.public("Fragt Dora?", DORA)
    evening.order(three)
    evening.take(one)
    assert evening.session.stage.order == (three,)
    assert frozen(evening) == [two, four]
    evening.take(two)
    evening.told(c.Back(evening.session.order_rev, two), MINISTER)
    assert [*evening.session.stage.order] == [two, three]
    assert frozen(evening) == [four]


def test_what_is_frozen_and_no_longer_public_is_named_nowhere():
    evening, one, two, three = staged()
    evening.take(one)
    evening.told(c.Hide(two, evening.rev(two)), MARA)
    assert frozen(evening) == [three]
    evening.told(c.Hide(one, evening.rev(one)), MARA)
    assert evening.session.stage.frozen == ()


def frozen(evening: Evening) -> list[int]:
    return session_row(evening.session, Stream.FLOOR)["frozen"]


def test_when_a_question_came_on_the_stage_is_known_after_it_has_left():
    evening, one, two, three = staged()
    evening.take(one)
    first = evening.now
    evening.wait(MINUTE)
    evening.told(c.Next(two, evening.session.order_rev, one), MINISTER)
    evening.order(three)
    assert [came(evening.session, number) for number in (one, two, three)] == [
        first,
        first + MINUTE,
        0,
    ]
    evening.wait(MINUTE)
    evening.told(c.Back(evening.session.order_rev, two), MINISTER)
    assert came(evening.session, one) == evening.now
