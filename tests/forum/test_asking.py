"""What volunteers may do, and until when."""

from dialog.forum import commands as c
from dialog.forum.events import Fact
from dialog.forum.names import (
    ASK_GRACE,
    INTENT_TIME,
    MINUTE,
    REWORD_GRACE,
    SECOND,
    Field,
    Limits,
    Outcome,
    Phase,
    Reason,
    Review,
    Show,
    Via,
)
from dialog.forum.refusals import Code, Refusal
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    DORA,
    MARA,
    MARA_ASKING,
    MORITZ,
    OLGA,
    SVEN,
    Evening,
)

TEXT = "Wann kommt der Bus?"


# --- ask ---------------------------------------------------------------------------------------


def test_a_question_waits_and_its_asker_is_its_first_voter():
    evening = Evening()
    number = evening.ask(TEXT, ANNA, background="Er fährt selten.", district="Hof")
    question = evening.q(number)
    assert (number, question.asker, question.standing.review) == (1, 1, Review.WAITING)
    assert evening.session.upvotes(number) == 1
    assert list(evening.session.upvoted[ANNA.person]) == [number]
    assert [t.number for t in evening.touched[-1].taps] == [number]


def test_an_asker_is_shown_as_they_want_to_be():
    evening = Evening()
    shows = {show: evening.ask(f"{TEXT} {show}", ANNA, show=show) for show in Show}
    names = {show: evening.session.text(evening.q(n).wording.name) for show, n in shows.items()}
    assert names == {Show.NAME: ANNA.name, Show.TEAM: ANNA.name, Show.ANONYMOUS: ""}


def test_every_part_of_a_question_passes_the_gate():
    evening = Evening()
    for command, field in (
        (c.Ask(" "), "text"),
        (c.Ask("a" * 301), "text"),
        (c.Ask(TEXT, background="\x00"), "background"),
        (c.Ask(TEXT, district="a" * 81), "district"),
    ):
        assert evening.refused(command, ANNA).field == field
    assert evening.session.questions == {}


def test_a_moderator_enters_a_question_for_someone_and_says_on_which_way():
    evening = Evening()
    number = evening.ask(TEXT, MARA, via=Via.PHONE, asker="Frau Kern", show=Show.NAME)
    question = evening.q(number)
    assert (question.asker, question.via, question.wording.show) == (0, Via.PHONE, Show.NAME)
    assert evening.session.upvotes(number) == 0
    nameless = evening.ask("Und die Bahn?", MARA, via=Via.HALL)
    assert evening.q(nameless).wording.show is Show.ANONYMOUS


def test_only_staff_ask_for_others_and_staff_ask_for_others_only():
    evening = Evening()
    assert evening.refused(c.Ask(TEXT, via=Via.MAIL), ANNA).field == "via"
    assert evening.refused(c.Ask(TEXT), MARA).field == "via"


def test_ones_own_question_is_not_asked_twice_but_again_after_withdrawing():
    evening = Evening()
    number = evening.ask(TEXT)
    assert evening.refused(c.Ask("wann kommt der bus"), ANNA) == Refusal(
        Code.DUPLICATE, field="text", number=number
    )
    evening.ask(TEXT, BORIS)
    evening.told(c.Withdraw(number), ANNA)
    evening.ask(TEXT)


def test_what_is_asked_again_is_compared_with_the_words_that_stand_there_now():
    evening = Evening()
    number = evening.public(TEXT)
    done = evening.told(c.Edit(number, evening.rev(number), "Wann kommt die Bahn?"), MARA)
    assert evening.refused(c.Ask("wann kommt die bahn"), BORIS).number == number
    assert isinstance(evening.decide(c.Ask(TEXT), BORIS), Fact)
    evening.told(c.Undo(done["event"]), MARA)
    assert isinstance(evening.decide(c.Ask("Wann kommt die Bahn?"), BORIS), Fact)
    assert evening.refused(c.Ask(TEXT), BORIS).number == number
    evening.told(c.Redact(number, 0, 4, Field.TEXT), OLGA)
    assert isinstance(evening.decide(c.Ask(TEXT), BORIS), Fact)
    assert list(evening.session.twins(TEXT)) == []


def test_a_public_question_is_not_asked_by_anyone_again():
    evening = Evening()
    evening.ask("Etwas anderes?", BORIS)
    number = evening.public(TEXT)
    assert evening.refused(c.Ask(TEXT), BORIS).number == number
    assert evening.refused(c.Ask(TEXT, via=Via.MAIL), MARA).number == number


def test_asking_has_a_pace_and_a_bound_and_says_when_it_goes_on():
    evening = Evening(limits=Limits(waiting=2, ask_ms=20 * SECOND))
    evening.ask("Eins?")
    evening.wait(SECOND)
    assert evening.refused(c.Ask("Zwei?"), ANNA) == Refusal(Code.TOO_FAST, retry_ms=19 * SECOND)
    evening.wait(19 * SECOND)
    evening.ask("Zwei?")
    evening.wait(20 * SECOND)
    assert evening.refused(c.Ask("Drei?"), ANNA) == Refusal(Code.TOO_MANY, limit=2)
    evening.approve(1)
    evening.ask("Drei?")
    evening.ask("Von Hand?", MARA, via=Via.CHAT)
    evening.ask("Gleich noch eine?", MARA, via=Via.CHAT)


def test_questions_are_taken_until_a_minute_after_the_end_from_everyone():
    evening = Evening(Phase.LIVE)
    evening.phase(Phase.CLOSED)
    ended = evening.now
    evening.wait(ASK_GRACE)
    evening.ask(TEXT)
    evening.ask("Vom Telefon?", MARA, via=Via.PHONE)
    evening.wait(1)
    for command, who in ((c.Ask("Zu spät?"), BORIS), (c.Ask("Auch?", via=Via.PHONE), MARA)):
        assert evening.refused(command, who) == Refusal(Code.CLOSED, since=ended)


def test_nothing_is_asked_before_the_session_opens():
    assert Evening(Phase.ANNOUNCED).refused(c.Ask(TEXT), ANNA) == Refusal(Code.CLOSED)


def test_switching_questions_off_after_the_end_does_not_prolong_the_grace():
    evening = Evening(Phase.CLOSED)
    ended = evening.now
    evening.wait(50 * SECOND)
    evening.told(c.Accept(questions=False), OLGA)
    evening.wait(11 * SECOND)
    assert evening.refused(c.Ask(TEXT), ANNA).since == ended


def test_a_pause_halts_volunteers_and_not_staff():
    evening = Evening()
    evening.ask(TEXT)
    evening.told(c.Pause(True), OLGA)
    assert evening.refused(c.Ask("Noch eine?"), ANNA) == Refusal(Code.PAUSED)
    assert evening.refused(c.Upvote(1, True, evening.now), BORIS).code is Code.PAUSED
    evening.ask("Vom Telefon?", MARA, via=Via.PHONE)
    evening.told(c.Withdraw(1), ANNA)


def test_a_muted_participant_may_only_withdraw():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Mute(ANNA.person), MARA)
    for command in (c.Ask("Und?"), c.Reword(number, 1, "Und?"), c.Upvote(number, True, 0)):
        assert evening.refused(command, ANNA) == Refusal(Code.MUTED)
    evening.told(c.Withdraw(number), ANNA)


def test_after_publishing_volunteers_are_told_that_it_is_over():
    evening = Evening(Phase.CLOSED)
    evening.publish()
    for command in (c.Ask(TEXT), c.Object(1), c.Upvote(1, True, 0)):
        assert evening.refused(command, ANNA).code is Code.CLOSED


# --- upvote ------------------------------------------------------------------------------------


def test_one_person_supports_a_question_once_and_takes_it_back_once():
    evening = Evening()
    number = evening.public(TEXT)
    for on, count in ((True, 2), (True, 2), (False, 1), (False, 1), (True, 2)):
        told = evening.upvote(number, BORIS, on=on)
        assert (told["on"], told["upvotes"]) == (on, count)
    evening.upvote(number, ANNA, on=False)
    evening.upvote(number, BORIS, on=False)
    assert evening.session.upvoted == {}
    evening.upvote(number, CARLA, on=False)
    assert evening.session.upvotes(number) == 0


def test_a_late_older_tap_changes_nothing_and_neither_does_an_equal_one():
    evening = Evening()
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    at = evening.now
    evening.wait(SECOND)
    assert evening.idle(c.Upvote(number, False, at - 1), BORIS)
    assert evening.idle(c.Upvote(number, False, at), BORIS)
    told = evening.told(c.Upvote(number, False, at), BORIS)
    assert told == {"number": number, "on": True, "upvotes": 2}


def test_a_tap_from_the_future_counts_as_now():
    evening = Evening()
    number = evening.public(TEXT)
    evening.told(c.Upvote(number, True, evening.now + INTENT_TIME), BORIS)
    assert evening.session.taps.intent(BORIS.person, number) == evening.now


def test_a_tap_older_than_ten_minutes_is_stale():
    evening = Evening()
    number = evening.public(TEXT)
    evening.wait(INTENT_TIME)
    stale = c.Upvote(number, True, evening.now - INTENT_TIME - 1)
    assert evening.refused(stale, BORIS) == Refusal(Code.STALE, number=number)
    evening.told(c.Upvote(number, True, evening.now - INTENT_TIME), BORIS)


def test_a_tap_below_what_was_forgotten_is_stale():
    evening = Evening()
    number = evening.public(TEXT)
    evening.session.taps.floor = evening.now - 5
    assert evening.refused(c.Upvote(number, True, evening.now - 5), BORIS).code is Code.STALE
    evening.told(c.Upvote(number, True, evening.now - 4), BORIS)


def test_supporting_a_merged_question_supports_the_kept_one():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    evening.merge(merged, kept)
    told = evening.upvote(merged, CARLA)
    assert (told["on"], told["upvotes"]) == (True, 3)
    assert CARLA.person in evening.q(kept).voters


def test_taking_back_takes_a_person_out_of_the_whole_tree_and_says_so():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    evening.upvote(kept, CARLA)
    evening.upvote(merged, CARLA)
    event = evening.merge(merged, kept)
    evening.upvote(kept, CARLA, on=False)
    assert [(t.number, t.on) for t in evening.touched[-1].taps] == [(1, False), (2, False)]
    evening.told(c.Undo(event), MARA)
    assert CARLA.person not in evening.session.upvoted
    assert [evening.session.upvotes(n) for n in (kept, merged)] == [1, 1]


def test_a_tap_on_a_merged_question_keeps_its_intent_when_the_tree_is_taken_apart():
    evening = Evening(Phase.LIVE)
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    for number in (kept, merged):
        evening.upvote(number, CARLA)
    evening.wait(1_000)
    early = evening.now
    evening.merge(merged, kept)
    evening.upvote(kept, CARLA, on=False)
    evening.told(c.Unmerge(merged, evening.rev(merged)), MARA)
    assert evening.idle(c.Upvote(merged, True, early), CARLA)
    event = evening.merge(merged, kept)
    evening.upvote(merged, CARLA)
    evening.told(c.Undo(event), MARA)
    assert evening.idle(c.Upvote(kept, False, early + 1), CARLA)


def test_a_late_older_tap_on_a_merged_question_changes_nothing():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    evening.upvote(merged, CARLA)
    at = evening.now
    evening.upvote(merged, CARLA, on=False)
    evening.merge(merged, kept)
    assert evening.idle(c.Upvote(kept, True, at), CARLA)
    assert evening.idle(c.Upvote(merged, True, at), CARLA)


def test_support_for_what_is_not_public_is_unknown_as_for_nothing():
    evening = Evening()
    number = evening.ask(TEXT)
    for n in (number, 99):
        assert evening.refused(c.Upvote(n, True, evening.now), BORIS) == Refusal(
            Code.UNKNOWN, number=n
        )


def test_upvotes_can_be_switched_off_and_end_with_the_evening():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.told(c.Accept(upvotes=False), OLGA)
    assert evening.refused(c.Upvote(number, True, evening.now), BORIS).code is Code.CLOSED
    evening.told(c.Accept(upvotes=True), OLGA)
    evening.upvote(number, BORIS)
    evening.phase(Phase.CLOSED)
    refusal = evening.refused(c.Upvote(number, True, evening.now), CARLA)
    assert refusal == Refusal(Code.CLOSED, since=evening.now)


# --- one's own question ------------------------------------------------------------------------


def test_only_ones_own_question_can_be_reworded_withdrawn_or_appealed():
    evening = Evening()
    number = evening.ask(TEXT)
    for command in (
        c.Reword(number, evening.rev(number), "Anders?"),
        c.Withdraw(number),
        c.Appeal(number),
        c.Object(99),
    ):
        assert evening.refused(command, BORIS).code is Code.UNKNOWN


def test_rewording_a_returned_question_puts_it_back_into_the_queue():
    evening = Evening()
    number = evening.ask(TEXT, background="Alt.")
    evening.give_back(number)
    evening.told(c.Reword(number, evening.rev(number), "Anders?", "Neu."), ANNA)
    question = evening.q(number)
    assert question.standing.review is Review.WAITING
    assert evening.session.text(question.wording.background) == "Neu."


def test_rewording_names_what_it_saw_and_passes_the_gate():
    evening = Evening()
    number = evening.ask(TEXT)
    rev = evening.rev(number)
    assert evening.refused(c.Reword(number, rev - 1, "Anders?"), ANNA).code is Code.CONFLICT
    assert evening.refused(c.Reword(number, rev, ""), ANNA).code is Code.EMPTY
    assert evening.refused(c.Reword(number, rev, "A?", "\x00"), ANNA).field == "background"
    evening.approve(number)
    refusal = evening.refused(c.Reword(number, evening.rev(number), "Anders?"), ANNA)
    assert (refusal.code, refusal.state) == (Code.CONFLICT, "approved")
    assert refusal.by is None  # who moderates is not told to volunteers


def test_rewording_ends_a_quarter_of_an_hour_after_questions_ended():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.phase(Phase.LIVE)
    evening.phase(Phase.CLOSED)
    evening.wait(REWORD_GRACE)
    evening.told(c.Reword(number, evening.rev(number), "Gerade noch?"), ANNA)
    evening.wait(1)
    refusal = evening.refused(c.Reword(number, evening.rev(number), "Zu spät?"), ANNA)
    assert refusal.code is Code.CLOSED


def test_rewording_goes_on_when_questions_are_taken_again():
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT)
    evening.told(c.Accept(questions=False), OLGA)
    evening.wait(REWORD_GRACE + MINUTE)
    evening.told(c.Accept(questions=True), OLGA)
    evening.told(c.Reword(number, evening.rev(number), "Anders?"), ANNA)


def test_rewording_an_appealed_question_ends_the_appeal():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.give_back(number)
    evening.told(c.Appeal(number, "Bitte."), ANNA)
    evening.told(c.Reword(number, evening.rev(number), "Anders?"), ANNA)
    appeal = evening.q(number).standing.appeal
    assert appeal is not None
    assert not appeal.open


def test_a_question_nobody_took_up_is_withdrawn_wholly():
    evening = Evening()
    number = evening.ask(TEXT, show=Show.NAME)
    evening.told(c.Withdraw(number), ANNA)
    assert evening.q(number).standing.review is Review.WITHDRAWN
    assert evening.idle(c.Withdraw(number), ANNA)


def test_a_question_that_was_taken_up_keeps_its_text_and_loses_name_and_background():
    evening = Evening(Phase.LIVE)
    others = {"background": "Grund.", "show": Show.NAME, "district": "Hof"}
    numbers = {who: evening.public(f"{who.name}?", who, **others) for who in (ANNA, BORIS, CARLA)}
    upvoted, nxt, ended = numbers[ANNA], numbers[BORIS], numbers[CARLA]
    evening.upvote(upvoted, DORA)
    evening.order(nxt)
    evening.answer(ended, outcome=Outcome.WRITTEN)
    evening.take(evening.public("Jetzt?", DORA, **others))
    merged = evening.ask("Auch Boris?", BORIS, **others)
    evening.merge(merged, upvoted)
    for number in (*numbers.values(), 4, merged):
        review = evening.q(number).standing.review
        who = next(w for w in (ANNA, BORIS, CARLA, DORA) if w.person == evening.q(number).asker)
        evening.told(c.Withdraw(number), who)
        question = evening.q(number)
        assert question.standing.review is review
        assert (question.wording.name, question.wording.background) == (0, 0)
        assert question.wording.show is Show.ANONYMOUS
        assert evening.session.text(question.wording.text)


def test_withdrawing_asks_who_else_supports_it_not_how_many():
    evening = Evening(Phase.LIVE)
    evening.upvote(evening.public("Die nächste?", CARLA), DORA)
    number = evening.public(TEXT)
    evening.upvote(number, ANNA, on=False)
    evening.upvote(number, BORIS)
    evening.told(c.Withdraw(number), ANNA)
    assert evening.q(number).public


def test_a_question_further_back_in_the_running_order_leaves_it_when_withdrawn():
    evening = Evening(Phase.LIVE)
    first, second = evening.public("Eins?", BORIS), evening.public(TEXT)
    evening.order(first, second)
    evening.told(c.Withdraw(second), ANNA)
    assert evening.session.stage.order == (first,)


def test_a_return_is_appealed_once():
    evening = Evening()
    number = evening.ask(TEXT)
    assert evening.refused(c.Appeal(number), ANNA).code is Code.CONFLICT
    evening.give_back(number)
    assert evening.refused(c.Appeal(number, "\x00"), ANNA).code is Code.BAD_TEXT
    evening.told(c.Appeal(number, "Bitte noch einmal."), ANNA)
    assert evening.refused(c.Appeal(number), ANNA).code is Code.CONFLICT


def test_an_appeal_is_decided_by_another_moderator_and_that_is_final():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.give_back(number, MARA)
    evening.told(c.Appeal(number), ANNA)
    approve = c.Approve(number, evening.rev(number))
    assert evening.refused(approve, MARA) == Refusal(Code.FORBIDDEN, field="appeal", number=number)
    again = c.Return(number, evening.rev(number), Reason.NO_QUESTION)
    evening.told(again, MORITZ)
    assert evening.refused(c.Appeal(number), ANNA).code is Code.CONFLICT


def test_an_appeal_may_be_decided_by_an_organiser_who_returned_it():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.give_back(number, OLGA)
    evening.told(c.Appeal(number), ANNA)
    evening.approve(number, OLGA)
    assert evening.q(number).public


def test_an_objection_to_an_edit_brings_a_question_back_to_the_queue_once():
    evening = Evening()
    number = evening.public(TEXT)
    assert evening.refused(c.Object(number), ANNA).code is Code.CONFLICT
    evening.told(c.Edit(number, evening.rev(number), "Wann kommt er?"), MARA)
    evening.told(c.Object(number), ANNA)
    assert evening.q(number).standing.review is Review.WAITING
    assert evening.refused(c.Approve(number, evening.rev(number)), MARA).field == "appeal"
    evening.approve(number, MORITZ)
    assert evening.refused(c.Object(number), ANNA).code is Code.CONFLICT


def test_nobody_objects_to_an_edit_once_the_question_is_on_the_stage_or_ended():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.told(c.Edit(number, evening.rev(number), "Wann kommt er?"), MARA)
    evening.take(number)
    assert evening.refused(c.Object(number), ANNA).code is Code.CONFLICT
    evening.done()
    assert evening.refused(c.Object(number), ANNA).code is Code.CONFLICT


def test_after_closing_volunteers_withdraw_reword_appeal_and_object():
    evening = Evening()
    edited = evening.public("Bearbeitet?")
    waiting, returned, other = (evening.ask(f"Frage {i}?") for i in range(3))
    evening.told(c.Edit(edited, evening.rev(edited), "Anders?"), MARA)
    evening.give_back(returned)
    evening.phase(Phase.LIVE)
    evening.phase(Phase.CLOSED)
    evening.told(c.Object(edited), ANNA)
    evening.told(c.Reword(waiting, evening.rev(waiting), "Neu?"), ANNA)
    evening.told(c.Appeal(returned), ANNA)
    evening.told(c.Withdraw(other), ANNA)


def test_a_scribe_has_no_business_here():
    assert Evening().refused(c.Ask(TEXT, via=Via.PHONE), SVEN).field == "role"


def test_who_moderates_here_may_ask_here_as_a_volunteer():
    evening = Evening()
    assert evening.q(evening.ask(TEXT, MARA_ASKING)).asker == MARA.person
