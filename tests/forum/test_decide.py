"""Deciding reads the state, changes nothing, and never fails, whatever anyone asks at any time."""

import copy
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.forum import commands as c
from dialog.forum.decide import decide, result, seal
from dialog.forum.events import Declared, Entered, Fact, Noted
from dialog.forum.names import MINUTE, SYSTEM, Limits, Phase, Role, Via, Who
from dialog.forum.question import Mark
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import may
from tests.forum.evening import ANNA, BORIS, MARA, OLGA, SCHEDULE, SVEN, TOPICS, Evening
from tests.forum.test_board import prepared

COMMANDS = st.one_of([st.from_type(command) for command in get_args(c.Command)])
NEAR = st.integers(-1, 60)


@st.composite
def near(draw: st.DrawFn) -> c.Command:
    """Return any command whose numbers are near those of the evening."""
    command = draw(COMMANDS)
    for field in ("number", "rev", "into", "event", "order_rev", "seen", "person", "start", "end"):
        if hasattr(command, field) and draw(st.booleans()):
            object.__setattr__(command, field, draw(NEAR))
    return command


EVENINGS = {phase: prepared(phase) for phase in (Phase.LIVE, Phase.CLOSED, Phase.PUBLISHED)}
EVENINGS |= {phase: Evening(phase) for phase in (Phase.ANNOUNCED, Phase.OPEN)}
COPIES = copy.deepcopy({phase: evening.session for phase, evening in EVENINGS.items()})
WHO = st.builds(
    Who, st.integers(0, 2**31 - 1) | st.integers(0, 50), st.sampled_from(Role), st.text()
)


@given(
    st.sampled_from(sorted(EVENINGS)), COMMANDS | near(), WHO, st.integers(0, 2**53) | st.just(0)
)
def test_any_command_by_anyone_at_any_time_is_decided_without_a_trace(
    phase: Phase, command: c.Command, who: Who, now: int
):
    session = EVENINGS[phase].session
    decision = decide(session, command, who, session.at + now)
    assert decision is None or isinstance(decision, Fact | Refusal)
    assert session == COPIES[phase]
    if not may(who.role, command.do):
        assert decision == Refusal(Code.FORBIDDEN, field="role")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", get_args(c.Command), ids=lambda command: command.do)
def test_a_role_without_permission_is_refused_before_anything_else(
    role: Role, command: type[c.Command]
):
    made = object.__new__(command)  # without any fields: nothing may look at them
    if not may(role, command.do):
        refusal = decide(Evening().session, made, Who(1, role), 0)
        assert refusal == Refusal(Code.FORBIDDEN, field="role")


def test_a_session_is_declared_once_and_declared_anew_when_it_changed():
    evening = Evening()
    same = c.Declare(SCHEDULE, TOPICS, limits=evening.session.limits)
    assert evening.idle(same, SYSTEM)
    evening.told(c.Declare(SCHEDULE, ("Arbeit",), True, False, True), SYSTEM)
    session = evening.session
    assert (session.topics, session.by_clock, session.readers) == (("Arbeit",), True, False)
    assert (session.second_person, session.limits) == (True, Limits())
    assert isinstance(evening.journal[-1].event, Declared)


def test_an_extension_survives_the_same_declaration():
    evening = Evening(Phase.LIVE)
    evening.told(c.Extend(10), OLGA)
    evening.told(c.Declare(SCHEDULE, TOPICS, limits=evening.session.limits), SYSTEM)
    assert evening.session.schedule.ends > SCHEDULE.ends


def test_an_extension_survives_another_declaration_with_the_same_times():
    evening = Evening(Phase.LIVE)
    evening.told(c.Extend(10), OLGA)
    longer = evening.session.schedule
    evening.told(c.Declare(SCHEDULE, ("Arbeit",), limits=evening.session.limits), SYSTEM)
    assert (evening.session.schedule, evening.session.topics) == (longer, ("Arbeit",))
    other = replace(SCHEDULE, ends=longer.ends + MINUTE)
    evening.told(c.Declare(other, ("Arbeit",), limits=evening.session.limits), SYSTEM)
    assert evening.session.schedule == other


def test_a_running_evening_takes_no_end_that_is_over():
    for phase in (Phase.OPEN, Phase.LIVE, Phase.CLOSED):
        evening = Evening(phase)
        over = replace(SCHEDULE, starts=SCHEDULE.opens + 1, ends=SCHEDULE.opens + 2)
        declared = c.Declare(over, TOPICS, limits=evening.session.limits)
        if phase is Phase.LIVE:
            refusal = Refusal(Code.INCOMPLETE, field="ends", since=over.ends)
            assert evening.refused(declared, SYSTEM) == refusal
            assert evening.session.schedule == SCHEDULE
        else:
            evening.told(declared, SYSTEM)
            assert evening.session.schedule == over


def test_a_topic_that_is_offered_no_more_stays_with_its_questions():
    evening = Evening(Phase.LIVE)
    number = evening.public("Wann beginnen die Kurse?")
    evening.told(c.Topic(number, evening.rev(number), TOPICS[0]), MARA)
    evening.told(c.Declare(SCHEDULE, ("Anderes",), limits=evening.session.limits), SYSTEM)
    assert evening.session.questions[number].topic == TOPICS[0]
    refused = evening.refused(c.Topic(number, evening.rev(number), TOPICS[1]), MARA)
    assert refused.field == "topic"


def test_staff_enter_once_and_again_under_another_name_or_role():
    evening = Evening()
    assert evening.idle(c.Enter(SVEN.person, SVEN.role, SVEN.name), SYSTEM)
    evening.told(c.Enter(SVEN.person, Role.MODERATOR, SVEN.name), SYSTEM)
    entered = evening.journal[-1]
    assert isinstance(entered.event, Entered)
    assert entered.texts == ()
    evening.told(c.Enter(SVEN.person, Role.SCRIBE, "S. Stein"), SYSTEM)
    assert evening.session.name(SVEN.person) == "S. Stein"


def test_what_was_found_beside_a_text_is_noted_once():
    evening = Evening()
    number = evening.ask("Wann?")
    note = c.Note(number, (), (Mark("email", 0, 3),))
    evening.told(note, SYSTEM)
    assert isinstance(evening.journal[-1].event, Noted)
    assert evening.idle(note, SYSTEM)
    assert evening.refused(c.Note(99), SYSTEM) == Refusal(Code.UNKNOWN, number=99)


def test_only_a_published_session_is_sealed_and_only_once():
    evening = Evening(Phase.LIVE)
    assert seal(evening.session) is None
    evening.publish()
    assert seal(evening.session) is None
    assert evening.session.voters_sealed == 0


def test_done_tells_what_became_of_a_command():
    evening = Evening(Phase.LIVE)
    told = evening.told(c.Ask("Wann?"), ANNA)
    assert told == {"event": evening.session.seq, "number": 1, "rev": evening.session.seq}
    told = evening.told(c.Approve(1, evening.rev(1)), MARA)
    assert told == {"event": evening.session.seq, "number": 1, "rev": evening.session.seq}
    assert evening.upvote(1, BORIS) == {"number": 1, "on": True, "upvotes": 2}
    assert evening.told(c.Pause(True), OLGA) == {"event": evening.session.seq}
    assert evening.told(c.Pause(True), OLGA) == {}
    told = evening.told(c.Claim(1), MARA)
    assert (told["number"], told["by"]) == (1, MARA.name)
    evening.approve(evening.ask("Und?", MARA, via=Via.CHAT))
    assert result(evening.session, c.Claim(2), MARA, None)["by"] is None
