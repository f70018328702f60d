"""Undo restores what an act changed, or says that it no longer stands."""

import pytest

from dialog.forum import commands as c
from dialog.forum.names import SECOND, Outcome, Phase, Reason, Review
from dialog.forum.refusals import Code, Refusal
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    MARA,
    MARA_ASKING,
    MINISTER,
    MORITZ,
    OLGA,
    SVEN,
    Evening,
)

TEXT = "Wann kommt der Bus?"


def undo(evening: Evening, event: int) -> int:
    return int(evening.told(c.Undo(event), OLGA)["event"])


def conflicts(evening: Evening, event: int) -> bool:
    return evening.refused(c.Undo(event), OLGA).code is Code.CONFLICT


def test_undo_restores_and_undo_of_undo_is_redo():
    evening = Evening()
    number = evening.ask(TEXT)
    event = evening.give_back(number)
    returned = evening.q(number).standing
    undone = undo(evening, event)
    assert evening.q(number).standing.review is Review.WAITING
    redone = undo(evening, undone)
    assert evening.q(number).standing == returned
    undo(evening, redone)
    assert evening.q(number).standing.review is Review.WAITING
    assert conflicts(evening, event)


def test_undo_names_the_event_it_takes_back_and_moves_the_revision():
    evening = Evening()
    number = evening.ask(TEXT)
    event = evening.approve(number)
    evening.wait(SECOND)
    undone = undo(evening, event)
    assert evening.acted(undone).undoes == event
    assert evening.rev(number) == undone


def test_what_was_changed_since_is_not_undone():
    evening = Evening()
    number = evening.ask(TEXT)
    event = evening.approve(number)
    evening.wait(SECOND)
    evening.give_back(number)
    assert evening.refused(c.Undo(event), MARA) == Refusal(
        Code.CONFLICT, field="event", rev=evening.session.seq, by=MARA.name, since=evening.now
    )


def test_other_axes_do_not_stand_in_the_way():
    evening = Evening()
    number = evening.ask(TEXT)
    event = evening.approve(number)
    evening.told(c.Topic(number, evening.rev(number), "Wohnen"), MARA)
    evening.upvote(number, BORIS)
    undo(evening, event)
    assert evening.q(number).topic == "Wohnen"
    assert evening.session.upvotes(number) == 2


@pytest.mark.parametrize("event", [0, 1, 8, 999])
def test_what_is_no_act_cannot_be_undone(event: int):
    evening = Evening()
    evening.ask(TEXT)
    assert evening.refused(c.Undo(event), OLGA) == Refusal(Code.UNKNOWN, field="event")


def test_what_volunteers_did_and_what_is_final_cannot_be_undone():
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT)
    evening.told(c.Withdraw(number), ANNA)
    withdrawn = evening.session.seq
    evening.phase(Phase.CLOSED)
    for event in (withdrawn, evening.session.seq):
        assert evening.refused(c.Undo(event), OLGA).code is Code.UNKNOWN


def test_one_undoes_only_what_one_may_do():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    answered = evening.answer(number)
    evening.told(c.Pause(True), OLGA)
    for event in (answered, evening.session.seq):
        assert evening.refused(c.Undo(event), MARA) == Refusal(Code.FORBIDDEN, field="event")
    undo(evening, answered)
    assert evening.q(number).answer is None
    assert evening.q(number).result.outcome is Outcome.OPEN


def test_nobody_undoes_what_was_decided_on_their_own_question():
    evening = Evening()
    number = evening.ask(TEXT, MARA_ASKING)
    event = evening.give_back(number, MORITZ)
    assert evening.refused(c.Undo(event), MARA) == Refusal(
        Code.FORBIDDEN, field="own", number=number
    )
    evening.told(c.Undo(event), MORITZ)


def test_nobody_decides_on_an_appeal_against_them_by_way_of_undo():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.give_back(number, MARA)
    evening.told(c.Appeal(number), ANNA)
    approved = evening.approve(number, MORITZ)
    undone = int(evening.told(c.Undo(approved), MORITZ)["event"])
    assert evening.refused(c.Undo(undone), MARA).field == "appeal"
    evening.told(c.Undo(undone), MORITZ)


def test_muting_is_undone_without_a_question_to_judge():
    evening = Evening()
    evening.ask(TEXT, MARA_ASKING)
    event = int(evening.told(c.Mute(MARA.person), MORITZ)["event"])
    evening.told(c.Undo(event), MARA)
    assert not evening.session.muted


# --- merging -----------------------------------------------------------------------------------


def test_an_undone_merge_stands_apart_and_may_come_back():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt er?", BORIS)
    event = evening.merge(merged, kept)
    undone = undo(evening, event)
    assert evening.q(merged).public
    assert evening.q(merged).before_merge is None
    undo(evening, undone)
    assert evening.q(kept).merged == (merged,)
    assert evening.session.upvotes(kept) == 2


def test_a_merge_that_would_close_a_circle_does_not_come_back():
    evening = Evening()
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    undone = undo(evening, evening.merge(one, two))
    evening.merge(two, one)
    assert conflicts(evening, undone)


def test_a_merge_that_would_hide_a_public_question_does_not_come_back():
    evening = Evening()
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    undone = undo(evening, evening.merge(one, two))
    evening.told(c.Hide(two, evening.rev(two)), MARA)
    assert conflicts(evening, undone)


def test_a_merge_comes_back_into_what_was_merged_itself_meanwhile():
    evening = Evening()
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    undone = undo(evening, evening.merge(one, two))
    evening.merge(two, three)
    undo(evening, undone)
    assert evening.session.root(one).number == three
    assert evening.session.upvotes(three) == 3
    whole = evening.board.sheets
    assert {s.shown[three].row["merged"][0] for s in whole.values()} == {one}


# --- the stage ---------------------------------------------------------------------------------


def test_an_undone_hiding_puts_a_question_back_where_it_stood():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    evening.take(one)
    evening.order(two)
    stage = evening.session.stage
    events = [int(evening.told(c.Hide(n, evening.rev(n)), MARA)["event"]) for n in (one, two)]
    for event in reversed(events):
        undo(evening, event)
    assert evening.session.stage == stage


def test_an_undone_next_opens_the_one_before_again():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    evening.take(one)
    stage = evening.session.stage
    told = evening.told(c.Next(two, evening.session.order_rev, one), MINISTER)
    evening.told(c.Undo(int(told["event"])), MARA)
    assert evening.session.stage == stage
    assert evening.q(one).result.outcome is Outcome.OPEN


def test_an_undo_that_makes_a_question_unfit_takes_it_off_the_stage():
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT)
    approved = evening.approve(number)
    evening.take(number)
    undone = undo(evening, approved)
    assert evening.session.stage.now == 0
    evening.wait(SECOND)
    undo(evening, undone)
    assert evening.session.stage.now == number


def test_a_redone_answer_takes_its_question_out_of_the_running_order():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    undone = undo(evening, evening.answer(number, outcome=Outcome.WRITTEN))
    evening.order(number)
    undo(evening, undone)
    assert evening.session.stage.order == ()


def test_a_redone_answer_leaves_its_question_on_the_stage():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    undone = undo(evening, evening.answer(number, outcome=Outcome.WRITTEN))
    evening.take(number)
    undo(evening, undone)
    assert evening.session.stage.now == number


def test_an_order_of_what_has_ended_does_not_come_back():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.order(number)
    event = evening.order()
    evening.answer(number, outcome=Outcome.WRITTEN)
    assert conflicts(evening, event)


def test_concluding_is_undone_wholly():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    waiting = evening.ask("Drei?", CARLA)
    evening.take(one)
    evening.order(two)
    evening.phase(Phase.CLOSED)
    stage = evening.session.stage
    event = int(evening.told(c.Conclude(), OLGA)["event"])
    undo(evening, event)
    assert evening.session.stage == stage
    assert evening.q(waiting).standing.review is Review.WAITING
    assert [evening.q(n).stageable for n in (one, two)] == [True, True]


def test_an_edit_is_undone_step_by_step_back_to_the_original():
    evening = Evening()
    number = evening.ask(TEXT)
    first = evening.q(number).wording
    events = []
    for text in ("Wann kommt er?", "Wann?"):
        command = c.Edit(number, evening.rev(number), text)
        events.append(int(evening.told(command, MARA)["event"]))
    undo(evening, events[1])
    assert evening.q(number).original == first
    undone = undo(evening, events[0])
    assert (evening.q(number).wording, evening.q(number).original) == (first, None)
    undo(evening, undone)
    assert evening.q(number).original == first


def test_a_switch_is_undone():
    evening = Evening()
    event = int(evening.told(c.Accept(upvotes=False), OLGA)["event"])
    undo(evening, event)
    assert evening.session.switches.upvotes


def test_a_return_undone_after_publishing_is_too_late():
    evening = Evening(Phase.LIVE)
    event = evening.give_back(evening.ask(TEXT), reason=Reason.UNCLEAR)
    evening.publish()
    assert evening.refused(c.Undo(event), OLGA).code is Code.CLOSED
    assert evening.refused(c.Undo(event), SVEN).field == "role"
