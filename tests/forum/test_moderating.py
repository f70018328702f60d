"""What moderators may do, and what stands when two act at once."""

import pytest

from dialog.forum import commands as c
from dialog.forum.moderating import FROM
from dialog.forum.names import CLAIM_TIME, SECOND, Outcome, Phase, Reason, Review, Show, Via
from dialog.forum.refusals import Code, Refusal
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    MARA,
    MARA_ASKING,
    MORITZ,
    OLGA,
    Evening,
)
from tests.forum.laws import JUDGING, REVIEWS

TEXT = "Wann kommt der Bus?"


def standing(review: Review) -> tuple[Evening, int]:
    """Return an evening with one question that stands so."""
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT)
    other = evening.public("Wann fährt der Bus?", BORIS)
    rev = evening.rev(number)
    if review is Review.UNREVIEWED:
        evening.phase(Phase.CLOSED)
    commands: dict[Review, tuple[c.Command, ...]] = {
        Review.WAITING: (),
        Review.APPROVED: (c.Approve(number, rev),),
        Review.STAGE_ONLY: (c.StageOnly(number, rev),),
        Review.RETURNED: (c.Return(number, rev, Reason.UNCLEAR),),
        Review.MERGED: (c.Merge(number, rev, other),),
        Review.UNREVIEWED: (c.Conclude(),),
    }
    if review is Review.WITHDRAWN:
        evening.told(c.Withdraw(number), ANNA)
    for command in commands.get(review, ()):
        evening.told(command, OLGA)
    assert evening.q(number).standing.review is review
    return evening, number


@pytest.mark.parametrize("review", Review)
@pytest.mark.parametrize("do", sorted(FROM))
def test_only_the_listed_steps_lead_from_one_review_to_the_next(do: str, review: Review):
    evening, number = standing(review)
    rev = evening.rev(number)
    commands: dict[str, c.Command] = {
        "approve": c.Approve(number, rev),
        "stage_only": c.StageOnly(number, rev),
        "return": c.Return(number, rev, Reason.INSULTING),
        "hide": c.Hide(number, rev),
        "merge": c.Merge(number, rev, 2),
        "unmerge": c.Unmerge(number, rev),
        "edit": c.Edit(number, rev, "Anders?"),
        "topic": c.Topic(number, rev, "Wohnen"),
        "brief": c.Brief(number, rev, "Kurz."),
    }
    told = evening.do(commands[do], MARA)
    if do in REVIEWS:
        allowed = review in REVIEWS[do][0] and (do, review) != ("return", Review.RETURNED)
        after = REVIEWS[do][1] if allowed else {review}
        assert evening.q(number).standing.review in after
    else:
        allowed = review in FROM[do]
    if not allowed:
        assert isinstance(told, Refusal)
        assert (told.code, told.state) == (Code.CONFLICT, review.value)


def test_the_second_of_two_is_told_what_the_first_one_did_and_when():
    evening = Evening()
    number = evening.ask(TEXT)
    rev = evening.rev(number)
    evening.wait(SECOND)
    evening.told(c.Approve(number, rev), MARA)
    at = evening.now
    evening.wait(SECOND)
    assert evening.refused(c.Return(number, rev, Reason.UNCLEAR), MORITZ) == Refusal(
        Code.CONFLICT, number=number, rev=rev + 1, state="approved", by=MARA.name, since=at
    )


def test_a_conflict_with_the_asking_itself_names_nobody():
    evening = Evening()
    number = evening.ask(TEXT)
    refusal = evening.refused(c.Approve(number, 0), MARA)
    assert (refusal.by, refusal.since) == (None, evening.now)


def test_nobody_decides_on_a_question_of_their_own():
    evening = Evening()
    number = evening.ask(TEXT, MARA_ASKING)
    rev = evening.rev(number)
    for command in (c.Approve(number, rev), c.Topic(number, rev, "Wohnen")):
        assert evening.refused(command, MARA) == Refusal(Code.FORBIDDEN, field="own", number=number)
    evening.approve(number, MORITZ)


def test_an_unknown_question_is_unknown():
    evening = Evening()
    for command in (c.Approve(9, 1), c.Claim(9)):
        assert evening.refused(command, MARA) == Refusal(Code.UNKNOWN, number=9)


def test_a_returned_question_keeps_its_upvotes():
    evening = Evening()
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    evening.give_back(number)
    evening.approve(number)
    assert evening.session.upvotes(number) == 2


def test_two_reasons_need_a_note_and_every_note_passes_the_gate():
    evening = Evening()
    number = evening.ask(TEXT)
    rev = evening.rev(number)
    for reason in (Reason.ALREADY_ANSWERED, Reason.NOT_OURS):
        assert evening.refused(c.Return(number, rev, reason), MARA) == Refusal(
            Code.INCOMPLETE, field="note"
        )
    bad = c.Return(number, rev, Reason.UNCLEAR, "\u202e")
    assert evening.refused(bad, MARA).code is Code.BAD_TEXT
    evening.told(c.Return(number, rev, Reason.NOT_OURS, "Der Landkreis."), MARA)
    assert evening.session.text(evening.q(number).standing.note) == "Der Landkreis."


def test_merging_counts_the_union_of_people_and_shows_what_was_merged():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    for number in (kept, merged):
        evening.upvote(number, CARLA)
    evening.merge(merged, kept)
    assert evening.session.upvotes(kept) == 3
    assert evening.q(kept).merged == (merged,)


def test_a_merged_question_stands_apart_again_as_it_stood_before():
    evening = Evening()
    kept, merged = evening.public(TEXT), evening.public("Wann fährt der Bus?", BORIS)
    evening.merge(merged, kept)
    evening.upvote(kept, CARLA)
    evening.told(c.Unmerge(merged, evening.rev(merged)), MORITZ)
    assert evening.q(merged).public
    assert [evening.session.upvotes(n) for n in (kept, merged)] == [2, 1]


def test_merging_into_a_merged_question_goes_to_the_kept_one():
    evening = Evening()
    one, two, three = (evening.public(f"{who.name}?", who) for who in (ANNA, BORIS, CARLA))
    evening.merge(two, one)
    evening.merge(three, two)
    assert evening.q(three).standing.into == one


def test_a_merge_closes_no_circle_and_hides_nothing_public():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    waiting = evening.ask("Drei?", CARLA)
    evening.merge(two, one)
    for number, into in ((one, two), (one, one), (one, waiting)):
        command = c.Merge(number, evening.rev(number), into)
        assert evening.refused(command, MARA).code is Code.CONFLICT
    unknown = c.Merge(one, evening.rev(one), 99)
    assert evening.refused(unknown, MARA) == Refusal(Code.UNKNOWN, field="into", number=99)
    evening.merge(waiting, one)


def test_what_is_on_the_stage_is_not_merged_away():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    evening.take(two)
    assert evening.refused(c.Merge(two, evening.rev(two), one), MARA).code is Code.CONFLICT
    evening.merge(one, two)


def test_waiting_questions_merge_into_waiting_ones():
    evening = Evening()
    one, two = evening.ask("Eins?"), evening.ask("Zwei?", BORIS)
    evening.merge(two, one)
    evening.approve(one)
    assert evening.session.upvotes(one) == 2


def test_hiding_takes_a_question_off_the_stage_and_out_of_the_order():
    evening = Evening(Phase.LIVE)
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    evening.take(one)
    evening.order(two)
    for number in (one, two):
        evening.told(c.Hide(number, evening.rev(number)), MARA)
    stage = evening.session.stage
    assert (stage.now, stage.order, stage.since) == (0, (), 0)
    assert evening.q(one).standing.review is Review.WAITING


def test_an_edit_keeps_the_original_and_says_that_it_was_edited():
    evening = Evening()
    number = evening.ask(TEXT, background="Grund.", show=Show.NAME)
    evening.told(c.Edit(number, evening.rev(number), "Wann kommt er?", "Grund."), MARA)
    question = evening.q(number)
    assert question.wording.edited
    assert question.original is not None
    assert evening.session.text(question.original.text) == TEXT
    assert question.wording.background == question.original.background
    evening.told(c.Edit(number, evening.rev(number), "Wann?", "Grund."), MORITZ)
    assert evening.session.text(evening.q(number).original.text) == TEXT  # type: ignore[union-attr]


def test_an_edit_without_a_change_is_none():
    evening = Evening()
    number = evening.ask(TEXT, background="Grund.", show=Show.NAME)
    same = c.Edit(number, evening.rev(number), f" {TEXT} ", "Grund.", ANNA.name)
    assert evening.idle(same, MARA)


def test_hiding_a_name_alone_is_no_edit_of_the_text():
    evening = Evening()
    number = evening.ask(TEXT, show=Show.NAME)
    evening.told(c.Edit(number, evening.rev(number), TEXT, asker=""), MARA)
    wording = evening.q(number).wording
    assert (wording.name, wording.show, wording.edited) == (0, Show.ANONYMOUS, False)


def test_every_part_of_an_edit_passes_the_gate():
    evening = Evening()
    number = evening.ask(TEXT)
    rev = evening.rev(number)
    for command, field in (
        (c.Edit(number, rev, ""), "text"),
        (c.Edit(number, rev, TEXT, "\x00"), "background"),
        (c.Edit(number, rev, TEXT, asker="a" * 81), "asker"),
    ):
        assert evening.refused(command, MARA).field == field


def test_a_topic_comes_from_the_sessions_list():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Topic(number, evening.rev(number), "Wohnen"), MARA)
    unknown = c.Topic(number, evening.rev(number), "Wetter")
    assert evening.refused(unknown, MARA) == Refusal(Code.UNKNOWN, field="topic")
    evening.told(c.Topic(number, evening.rev(number), ""), MARA)
    assert evening.q(number).topic == ""


def test_a_note_for_the_stage_passes_the_gate_and_moves_no_revision():
    evening = Evening()
    number = evening.public(TEXT)
    rev = evening.rev(number)
    assert evening.refused(c.Brief(number, rev, "\x00"), MARA).code is Code.BAD_TEXT
    evening.told(c.Brief(number, rev, "Siehe Antrag."), MARA)
    assert evening.rev(number) == rev


def test_a_claim_shows_who_is_at_it_and_blocks_nobody():
    evening = Evening()
    number = evening.ask(TEXT)
    rev = evening.rev(number)
    assert evening.told(c.Claim(number), MARA)["by"] == MARA.name
    assert evening.told(c.Claim(number), MORITZ)["by"] == MARA.name
    evening.told(c.Claim(number), MARA)
    evening.wait(CLAIM_TIME)
    assert evening.told(c.Claim(number), MORITZ)["by"] == MORITZ.name
    assert evening.rev(number) == rev
    evening.approve(number, MARA)
    assert evening.q(number).claim is None


def test_a_muted_participant_is_unmuted():
    evening = Evening()
    assert evening.refused(c.Mute(ANNA.person), MARA).field == "person"
    evening.ask(TEXT)
    evening.told(c.Mute(ANNA.person), MARA)
    assert evening.idle(c.Mute(ANNA.person), MORITZ)
    assert evening.session.muted == {ANNA.person}
    evening.told(c.Unmute(ANNA.person), MARA)
    assert evening.session.muted == frozenset()


def test_a_word_to_the_stage_is_sent_and_taken_away():
    evening = Evening()
    assert evening.refused(c.Message("a" * 301), MARA).code is Code.TOO_LONG
    evening.told(c.Message("Noch fünf Minuten."), MARA)
    assert evening.session.message is not None
    evening.told(c.Message(""), MARA)
    assert evening.session.message is None
    assert evening.idle(c.Message(" "), MARA)


def test_a_judgement_of_the_laws_is_one_of_the_rules():
    assert set(FROM) == JUDGING


def test_a_question_from_the_telephone_is_judged_like_any_other():
    evening = Evening()
    number = evening.ask(TEXT, MARA, via=Via.PHONE)
    evening.approve(number, MARA)
    assert evening.q(number).result.outcome is Outcome.OPEN


# --- a group at once ------------------------------------------------------------------------------


def group_of_three() -> tuple[Evening, tuple[int, ...], tuple[int, ...]]:
    """Return an evening with three waiting questions by three people, and their revisions."""
    evening = Evening(Phase.LIVE)
    numbers = tuple(evening.ask(f"{TEXT} {who.name}", who) for who in (ANNA, BORIS, CARLA))
    return evening, numbers, tuple(map(evening.rev, numbers))


def test_a_group_is_merged_with_one_entry_and_taken_apart_with_one_undo():
    evening, numbers, revs = group_of_three()
    entries = len(evening.journal)
    told = evening.told(c.MergeAll(numbers, revs, numbers[1]), MARA)
    assert len(evening.journal) == entries + 1
    assert evening.session.upvotes(numbers[1]) == 3
    assert evening.q(numbers[1]).merged == (numbers[0], numbers[2])
    assert evening.q(numbers[1]).standing.review is Review.WAITING
    evening.told(c.Undo(int(told["event"])), MORITZ)
    assert [evening.q(number).standing.review for number in numbers] == [Review.WAITING] * 3
    evening.told(c.Undo(evening.session.seq), MORITZ)
    assert evening.session.upvotes(numbers[1]) == 3


def test_a_group_is_merged_into_a_public_question_that_is_not_of_it():
    evening, numbers, revs = group_of_three()
    kept = evening.public("Wann fährt er?", ANNA)
    evening.told(c.MergeAll(numbers, revs, kept), MARA)
    assert evening.session.upvotes(kept) == 3
    assert all(evening.q(number).standing.into == kept for number in numbers)


def test_a_group_is_returned_with_one_reason_and_one_note():
    evening, numbers, revs = group_of_three()
    bare = c.ReturnAll(numbers, revs, Reason.NOT_OURS)
    assert evening.refused(bare, MARA) == Refusal(Code.INCOMPLETE, field="note")
    entries = len(evening.journal)
    evening.told(c.ReturnAll(numbers, revs, Reason.NOT_OURS, "Der Landkreis."), MARA)
    assert len(evening.journal) == entries + 1
    for number in numbers:
        standing = evening.q(number).standing
        assert (standing.review, standing.reason) == (Review.RETURNED, Reason.NOT_OURS)
        assert evening.session.text(standing.note) == "Der Landkreis."


@pytest.mark.parametrize("do", ["merge_all", "return_all"])
def test_one_that_moved_stops_the_group_and_is_named(do: str):
    evening, numbers, revs = group_of_three()
    evening.wait(SECOND)
    evening.approve(numbers[2], MORITZ)
    before = evening.session.seq
    told = evening.refused(together(do, numbers, revs), MARA)
    assert (told.code, told.number, told.by) == (Code.CONFLICT, numbers[2], MORITZ.name)
    assert (told.state, told.since) == ("approved", evening.now)
    assert evening.session.seq == before


def together(do: str, numbers: tuple[int, ...], revs: tuple[int, ...]) -> c.Command:
    """Return a command on a group; the first one is kept."""
    if do == "merge_all":
        return c.MergeAll(numbers, revs, numbers[0] if numbers else 1)
    return c.ReturnAll(numbers, revs, Reason.UNCLEAR)


@pytest.mark.parametrize("do", ["merge_all", "return_all"])
def test_what_may_not_be_done_to_one_is_done_to_none(do: str):
    evening, numbers, revs = group_of_three()
    own = evening.ask("Meine?", MARA_ASKING)
    mixed = together(do, (*numbers, own), (*revs, evening.rev(own)))
    assert evening.refused(mixed, MARA) == Refusal(Code.FORBIDDEN, field="own", number=own)
    evening.merge(numbers[2], numbers[1])
    merged = together(do, numbers, tuple(map(evening.rev, numbers)))
    told = evening.refused(merged, MORITZ)
    assert (told.code, told.number, told.state) == (Code.CONFLICT, numbers[2], "merged")
    evening.give_back(numbers[0])
    evening.told(c.Appeal(numbers[0], "Bitte."), ANNA)
    appealed = together(do, (numbers[0], numbers[1]), tuple(map(evening.rev, numbers[:2])))
    assert evening.refused(appealed, MARA).field == "appeal"


@pytest.mark.parametrize("do", ["merge_all", "return_all"])
def test_a_group_is_named_readably(do: str):
    evening, numbers, revs = group_of_three()
    malformed = Refusal(Code.MALFORMED, field="numbers")
    assert evening.refused(together(do, numbers, revs[:2]), MARA) == malformed
    twice = together(do, (numbers[0],) * 2, (revs[0],) * 2)
    assert evening.refused(twice, MARA) == malformed
    assert evening.refused(together(do, (), ()), MARA) == Refusal(Code.INCOMPLETE, field="numbers")
    assert evening.refused(together(do, (99,), (1,)), MARA) == Refusal(Code.UNKNOWN, number=99)


def test_a_group_of_one_is_merged_into_nothing_and_none_into_what_is_not_there():
    evening, numbers, revs = group_of_three()
    alone = c.MergeAll(numbers[:1], revs[:1], numbers[0])
    assert evening.refused(alone, MARA) == Refusal(Code.INCOMPLETE, field="numbers")
    lost = c.MergeAll(numbers, revs, 99)
    assert evening.refused(lost, MARA) == Refusal(Code.UNKNOWN, field="into", number=99)


def test_what_is_on_the_stage_is_merged_with_no_group_and_leaves_it_when_returned():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{TEXT} {n}") for n in range(3))
    evening.order(one, two, three)
    evening.take(one)
    numbers, revs = (one, two), (evening.rev(one), evening.rev(two))
    assert evening.refused(c.MergeAll(numbers, revs, three), MARA).code is Code.CONFLICT
    event = evening.told(c.ReturnAll(numbers, revs, Reason.UNCLEAR), MARA)["event"]
    assert (evening.session.stage.now, evening.session.stage.order) == (0, (three,))
    evening.told(c.Undo(int(event)), MARA)
    assert (evening.session.stage.now, evening.session.stage.order) == (one, (two, three))


# --- words that would overwrite others unseen ---------------------------------------------------


def test_a_note_overwrites_no_other_unseen():
    evening = Evening()
    number = evening.public(TEXT)
    rev = evening.rev(number)
    evening.told(c.Brief(number, rev, "Eins\nzwei", seen=""), MARA)
    evening.wait(SECOND)
    refusal = evening.refused(c.Brief(number, rev, "Drei", seen=""), MORITZ)
    assert (refusal.code, refusal.field, refusal.number) == (Code.CONFLICT, "briefing", number)
    assert (refusal.by, refusal.since) == (MARA.name, evening.now - SECOND)
    evening.told(c.Brief(number, rev, "Drei", seen="Eins\r\nzwei"), MORITZ)
    evening.told(c.Brief(number, rev, "Vier"), MARA)


def test_a_note_that_never_stood_there_was_nobodys():
    evening = Evening()
    number = evening.public(TEXT)
    told = evening.refused(c.Brief(number, evening.rev(number), "Eins", seen="Zwei"), MARA)
    assert told == Refusal(Code.CONFLICT, field="briefing", number=number)


def test_a_word_to_the_stage_overwrites_no_other_that_nobody_has_read():
    evening = Evening()
    evening.told(c.Message("Lauter.", seen=0), MARA)
    at = evening.now
    evening.wait(SECOND)
    refusal = evening.refused(c.Message("Kürzer.", seen=0), MORITZ)
    assert refusal == Refusal(Code.CONFLICT, field="message", by=MARA.name, since=at)
    evening.told(c.Message("Kürzer.", seen=at), MORITZ)
    evening.told(c.Acknowledge(), MARA)
    evening.told(c.Message("Gut.", seen=0), MARA)
    evening.told(c.Message("Danke."), MORITZ)
