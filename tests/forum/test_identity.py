"""Who is shown how, who takes part, and the second list of many new participants."""

from dataclasses import replace
from typing import Any

import pytest

from dialog.forum import commands as c
from dialog.forum.names import (
    MINUTE,
    REWORD_GRACE,
    SECOND_LIST,
    SYSTEM,
    Admission,
    Field,
    Limits,
    Phase,
    Reason,
    Review,
    Role,
    Show,
    Stream,
    Via,
    Who,
)
from dialog.forum.refusals import Code
from dialog.forum.traces import ever
from dialog.forum.views import me, own_row, row, session_row
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    INGE,
    MARA,
    MARA_ASKING,
    NORA,
    OLGA,
    SCHEDULE,
    TOPICS,
    Evening,
)

TEXT = "Wann kommt der Bus?"


def fresh(evening: Evening, number: int) -> bool:
    made = row(evening.session, Stream.DESK, number)
    assert made is not None
    return bool(made["fresh"])


def newcomer(number: int) -> Who:
    return Who(1_000 + number, Role.VOLUNTEER, "", Admission.NEW)


def crowd(evening: Evening, count: int) -> list[int]:
    return [evening.ask(f"Frage {n} von vielen?", newcomer(n)) for n in range(count)]


def second(evening: Evening) -> int:
    return int(session_row(evening.session, Stream.DESK)["counts"]["second"])


# --- the second list ---------------------------------------------------------------------------


def test_questions_of_many_new_ones_wait_in_the_second_list_until_one_is_approved():
    evening = Evening()
    first, other = evening.ask("Eins?", NORA), evening.ask("Zwei?", NORA)
    assert fresh(evening, first)
    assert fresh(evening, other)
    assert second(evening) == 2
    evening.approve(first)
    assert not fresh(evening, other)
    assert second(evening) == 0
    assert not fresh(evening, evening.ask("Drei?", NORA))


def test_what_was_approved_once_stays_out_of_the_second_list():
    evening = Evening()
    number = evening.ask(TEXT, NORA)
    event = evening.approve(number)
    evening.told(c.Undo(event), MARA)
    assert evening.q(number).standing.review is Review.WAITING
    assert not fresh(evening, number)
    assert second(evening) == 0


@pytest.mark.parametrize("who", [ANNA, INGE, MARA_ASKING])
def test_who_was_invited_or_came_at_a_usual_pace_waits_in_the_queue(who: Who):
    evening = Evening()
    assert not fresh(evening, evening.ask(TEXT, who))


def test_what_staff_enter_waits_in_the_queue():
    evening = Evening()
    assert not fresh(
        evening, evening.ask(TEXT, replace(MARA, admission=Admission.NEW), via=Via.HALL)
    )


def test_a_question_for_the_stage_only_is_approved_too():
    evening = Evening()
    number, other = evening.ask("Eins?", NORA), evening.ask("Zwei?", NORA)
    evening.told(c.StageOnly(number, evening.rev(number)), MARA)
    assert not fresh(evening, other)


@pytest.mark.parametrize("do", ["return", "withdraw", "merge"])
def test_what_was_decided_otherwise_leaves_the_list_and_vouches_for_nobody(do: str):
    evening = Evening()
    kept = evening.public("Andere?")
    number, other = evening.ask("Eins?", NORA), evening.ask("Zwei?", NORA)
    decide: dict[str, tuple[c.Command, Who]] = {
        "return": (c.Return(number, evening.rev(number), Reason.UNCLEAR), MARA),
        "withdraw": (c.Withdraw(number), NORA),
        "merge": (c.Merge(number, evening.rev(number), kept), MARA),
    }
    evening.told(*decide[do])
    assert not fresh(evening, number)
    assert fresh(evening, other)
    assert second(evening) == 1


def test_more_than_two_hundred_are_told_to_come_later_and_others_are_not():
    evening = Evening()
    numbers = crowd(evening, SECOND_LIST)
    refusal = evening.refused(c.Ask(TEXT), NORA)
    assert (refusal.code, refusal.field) == (Code.BUSY, "second")
    assert (refusal.limit, refusal.retry_ms) == (SECOND_LIST, MINUTE)
    evening.ask(TEXT, ANNA)
    evening.ask("Aus dem Saal?", MARA, via=Via.HALL)
    evening.give_back(numbers[0])
    evening.ask("Jetzt?", NORA)
    refusal = evening.refused(c.Reword(numbers[0], evening.rev(numbers[0]), "Anders?"), newcomer(0))
    assert (refusal.code, refusal.field) == (Code.BUSY, "second")
    evening.told(c.Reword(numbers[1], evening.rev(numbers[1]), "Anders?"), newcomer(1))


def test_upvotes_of_new_ones_are_never_limited_whatever_waits():
    evening = Evening()
    number = evening.public(TEXT)
    crowd(evening, SECOND_LIST)
    for n in range(1_000):
        evening.upvote(number, newcomer(n))
    assert evening.session.upvotes(number) == 1_001


def test_nobody_but_the_desk_sees_the_second_list():
    evening = Evening()
    number = evening.ask(TEXT, NORA)
    assert "fresh" not in own_row(evening.session, number)
    evening.approve(number)
    for stream in (Stream.FLOOR, Stream.STAGE):
        made = row(evening.session, stream, number)
        assert made is not None
        assert "fresh" not in made
        assert "second" not in session_row(evening.session, stream)["counts"]
    assert "new" not in me(evening.session, NORA).values()


def test_with_the_people_the_second_list_goes():
    evening = Evening(Phase.LIVE)
    evening.ask(TEXT, NORA)
    evening.phase(Phase.CLOSED)
    evening.wait(400 * 24 * 60 * MINUTE)
    evening.told(c.Purge(), SYSTEM)
    evening.told(c.Purge(), SYSTEM)
    assert evening.session.second == 0
    assert not fresh(evening, 1)


# --- invited people only -----------------------------------------------------------------------


def test_while_only_the_invited_take_part_others_read_on():
    evening = Evening()
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    evening.told(c.Accept(invited=True), OLGA)
    for command in (c.Ask("Neu?"), c.Upvote(number, True, evening.now)):
        for who in (CARLA, NORA, MARA_ASKING):
            refusal = evening.refused(command, who)
            assert (refusal.code, refusal.field) == (Code.FORBIDDEN, "invited")
    evening.upvote(number, BORIS, on=False)
    evening.upvote(number, INGE)
    evening.ask("Neu?", INGE)
    evening.ask("Aus dem Saal?", MARA, via=Via.HALL)
    assert evening.session.upvotes(number) == 2
    assert session_row(evening.session, Stream.FLOOR)["invited"]
    evening.told(c.Accept(invited=False), OLGA)
    evening.ask("Wieder?", CARLA)
    assert not session_row(evening.session, Stream.FLOOR)["invited"]


def test_each_is_told_whether_they_are_invited():
    evening = Evening()
    assert me(evening.session, INGE)["invited"]
    assert not me(evening.session, ANNA)["invited"]


def test_the_other_switches_stay_as_they_are():
    evening = Evening()
    evening.told(c.Accept(upvotes=False), OLGA)
    evening.told(c.Accept(invited=True), OLGA)
    switches = evening.session.switches
    assert (switches.questions, switches.upvotes, switches.invited) == (True, False, True)
    assert evening.idle(c.Accept(), OLGA)


# --- what a session lets one be shown as ---------------------------------------------------------


@pytest.mark.parametrize("allowed", [(s,) for s in Show])
@pytest.mark.parametrize("show", list(Show))
def test_one_is_shown_only_as_the_session_says(allowed: tuple[Show, ...], show: Show):
    evening = Evening(shows=allowed)
    if show in allowed:
        assert evening.q(evening.ask(TEXT, show=show)).wording.show is show
    else:
        refusal = evening.refused(c.Ask(TEXT, show=show), ANNA)
        assert (refusal.code, refusal.field) == (Code.FORBIDDEN, "show")


def test_where_nobody_is_anonymous_a_name_is_needed():
    evening = Evening(shows=(Show.NAME, Show.TEAM))
    refusal = evening.refused(c.Ask(TEXT, show=Show.TEAM), replace(ANNA, name=" "))
    assert (refusal.code, refusal.field) == (Code.INCOMPLETE, "name")


@pytest.mark.parametrize("show", list(Show))
def test_for_whom_staff_ask_is_shown_as_they_wish(show: Show):
    evening = Evening(shows=(show,))
    number = evening.ask(TEXT, MARA, via=Via.PHONE, asker="Frau Beispiel", show=show, archive=True)
    wording = evening.q(number).wording
    name = "" if show is Show.ANONYMOUS else "Frau Beispiel"
    assert (wording.show, evening.session.text(wording.name)) == (show, name)
    assert wording.archive is (show is Show.NAME)


def test_staff_show_nobody_otherwise_than_the_session_does():
    evening = Evening(shows=(Show.NAME, Show.TEAM))
    refusal = evening.refused(c.Ask(TEXT, via=Via.PHONE), MARA)
    assert (refusal.code, refusal.field) == (Code.FORBIDDEN, "show")
    evening.ask(TEXT, MARA, via=Via.PHONE, show=Show.TEAM)


def test_a_session_shows_people_in_one_way_at_least():
    evening = Evening()
    declare = c.Declare(SCHEDULE, TOPICS, limits=evening.session.limits, shows=())
    refusal = evening.refused(declare, SYSTEM)
    assert (refusal.code, refusal.field) == (Code.INCOMPLETE, "shows")


# --- changing one's name -------------------------------------------------------------------------

HOF: dict[str, Any] = {"show": Show.NAME, "district": "Hof"}


def worn(evening: Evening, number: int) -> tuple[Review, Show, str, str]:
    question, text = evening.q(number), evening.session.text
    wording = question.wording
    return question.standing.review, wording.show, text(wording.name), text(wording.district)


@pytest.mark.parametrize("show", list(Show))
def test_what_is_in_review_is_named_anew_at_once(show: Show):
    evening = Evening()
    number = evening.ask(TEXT, show=Show.TEAM)
    evening.told(c.Name(number, show, "Hof"), ANNA)
    name = "" if show is Show.ANONYMOUS else ANNA.name
    assert worn(evening, number) == (Review.WAITING, show, name, "Hof")
    assert evening.idle(c.Name(number, show, "Hof"), ANNA)


@pytest.mark.parametrize("review", ["approve", "stage_only"])
def test_less_than_was_shown_goes_at_once_and_stays_public(review: str):
    evening = Evening()
    number = evening.ask(TEXT, archive=True, **HOF)
    rev = evening.rev(number)
    evening.told(c.Approve(number, rev) if review == "approve" else c.StageOnly(number, rev), MARA)
    stands = evening.q(number).standing.review
    evening.told(c.Name(number, Show.TEAM, "Hof"), ANNA)
    assert worn(evening, number) == (stands, Show.TEAM, ANNA.name, "Hof")
    assert not evening.q(number).wording.archive
    evening.told(c.Name(number, Show.ANONYMOUS), ANNA)
    assert worn(evening, number) == (stands, Show.ANONYMOUS, "", "")
    question = evening.q(number)
    left = ever(evening.session, question, Field.NAME, Field.DISTRICT)
    assert {evening.session.text(n) for n in left} <= {""}


@pytest.mark.parametrize(
    "command",
    [
        c.Name(1, Show.NAME, "Hof"),
        c.Name(1, Show.TEAM, "Coburg"),
    ],
)
def test_more_than_was_shown_is_reviewed_again(command: c.Name):
    evening = Evening()
    evening.public(TEXT, show=Show.TEAM, district="Hof")
    evening.told(command, ANNA)
    assert evening.q(1).standing.review is Review.WAITING
    assert row(evening.session, Stream.FLOOR, 1) is None


def test_the_team_may_know_more_at_once():
    evening = Evening()
    number = evening.public(TEXT)
    evening.told(c.Name(number, Show.TEAM), ANNA)
    assert worn(evening, number) == (Review.APPROVED, Show.TEAM, ANNA.name, "")


def test_another_name_is_reviewed_and_the_one_before_is_gone():
    evening = Evening()
    number = evening.public(TEXT, archive=True, **HOF)
    before = evening.q(number).wording.name
    evening.told(c.Name(number, Show.NAME, "Hof"), replace(ANNA, name="A. B."))
    assert worn(evening, number) == (Review.WAITING, Show.NAME, "A. B.", "Hof")
    assert not evening.session.text(before)
    assert not evening.q(number).wording.archive


def test_what_is_on_the_stage_or_answered_shows_no_more_than_it_did():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.take(number)
    assert evening.refused(c.Name(number, Show.NAME), ANNA).code is Code.CONFLICT
    evening.done()
    assert evening.refused(c.Name(number, Show.NAME), ANNA).code is Code.CONFLICT
    evening.told(c.Name(number, Show.TEAM), ANNA)


def test_a_merged_question_shows_less_but_no_more():
    evening = Evening()
    kept, number = evening.public("Andere?", BORIS), evening.ask(TEXT, **HOF)
    evening.merge(number, kept)
    assert evening.refused(c.Name(number, Show.NAME, "Coburg"), ANNA).code is Code.CONFLICT
    evening.told(c.Name(number, Show.ANONYMOUS), ANNA)
    assert worn(evening, number) == (Review.MERGED, Show.ANONYMOUS, "", "")


def test_of_what_is_withdrawn_nothing_is_shown():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Withdraw(number), ANNA)
    assert evening.refused(c.Name(number, Show.NAME), ANNA).code is Code.CONFLICT
    assert evening.refused(c.Name(number, Show.ANONYMOUS), ANNA).code is Code.CONFLICT


def test_less_is_never_barred_and_more_is():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT, **HOF)
    evening.told(c.Mute(ANNA.person), MARA)
    assert evening.refused(c.Name(number, Show.NAME, "Coburg"), ANNA).code is Code.MUTED
    evening.told(c.Unmute(ANNA.person), MARA)
    evening.told(c.Pause(on=True), OLGA)
    assert evening.refused(c.Name(number, Show.NAME, "Coburg"), ANNA).code is Code.PAUSED
    evening.told(c.Name(number, Show.NAME), ANNA)
    evening.told(c.Pause(on=False), OLGA)
    evening.phase(Phase.CLOSED)
    evening.wait(REWORD_GRACE + 2 * 60 * MINUTE)
    assert evening.refused(c.Name(number, Show.NAME, "Coburg"), ANNA).code is Code.CLOSED
    evening.publish()
    assert evening.refused(c.Name(number, Show.NAME, "Coburg"), ANNA).code is Code.CLOSED
    evening.told(c.Name(number, Show.TEAM), ANNA)
    assert row(evening.session, Stream.FLOOR, number)["asker"] is None  # type: ignore[index]


def test_a_name_that_is_none_is_refused():
    evening = Evening(limits=Limits(name=10, ask_ms=0))
    number = evening.ask(TEXT)
    assert evening.refused(c.Name(number, Show.ANONYMOUS, "H" * 11), ANNA).code is Code.TOO_LONG
    long = replace(ANNA, name="N" * 11)
    assert evening.refused(c.Name(number, Show.NAME), long).code is Code.TOO_LONG
    assert evening.refused(c.Name(number, Show.NAME), BORIS).code is Code.UNKNOWN
    assert evening.refused(c.Name(99, Show.NAME), ANNA).code is Code.UNKNOWN


def test_one_is_named_anew_only_as_the_session_says():
    evening = Evening(shows=(Show.NAME, Show.TEAM))
    number = evening.ask(TEXT, show=Show.TEAM)
    refusal = evening.refused(c.Name(number, Show.ANONYMOUS), ANNA)
    assert (refusal.code, refusal.field) == (Code.FORBIDDEN, "show")
    refusal = evening.refused(c.Name(number, Show.TEAM), replace(ANNA, name=""))
    assert (refusal.code, refusal.field) == (Code.INCOMPLETE, "name")
