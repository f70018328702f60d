"""Evenings nobody planned: any command by anyone at any hour, and every law after every step."""

import random
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, SYSTEM, Limits, Phase
from dialog.forum.roles import MAY
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, MARA, MARA_ASKING, OLGA, SCHEDULE, Evening
from tests.forum.laws import Court
from tests.forum.steps import MAKERS, VOLUNTEERS, WAITS, WEIGHTED, Step

DRAWS = st.integers(0, 255)
STEPS = st.builds(
    Step,
    do=st.sampled_from(WEIGHTED),
    wait=st.sampled_from(WAITS),
    who=DRAWS,
    one=DRAWS,
    two=DRAWS,
    three=DRAWS,
)


def begun(phase: Phase, *, second_person: bool) -> Evening:
    """Return an evening with questions of several people, some public, in a phase."""
    evening = Evening(
        Phase.OPEN, second_person=second_person, limits=Limits(ask_ms=2_000, waiting=3)
    )
    for who in (ANNA, BORIS, CARLA, DORA, MARA_ASKING):
        evening.ask(f"Warum fragt «{who.name}»?", who)
    for number in (1, 2, 3):
        evening.approve(number)
    for to in (Phase.LIVE, Phase.CLOSED):
        if evening.session.phase is not phase:
            evening.phase(to)
    return evening


class Evenings(RuleBasedStateMachine):
    """Draws steps one by one; the court does the rest."""

    court: Court

    @initialize(
        phase=st.sampled_from([Phase.OPEN, Phase.LIVE, Phase.LIVE, Phase.CLOSED]),
        second=st.booleans(),
    )
    def begin(self, phase: Phase, second: bool) -> None:
        """Begin in some phase."""
        self.court = Court(begun(phase, second_person=second))

    @rule(step=STEPS)
    def act(self, step: Step) -> None:
        """Somebody does something."""
        evening = self.court.evening
        evening.wait(step.wait)
        self.court.step(step.command(evening), step.whom())

    @rule(step=STEPS, taps=st.lists(st.tuples(DRAWS, DRAWS, st.booleans()), max_size=6))
    def tap(self, step: Step, taps: list[tuple[int, int, bool]]) -> None:
        """Many support in one moment, and some think again at once."""
        evening = self.court.evening
        evening.wait(1 + step.wait)
        count = len(evening.session.questions)
        late = reversed(range(len(taps)))
        self.court.batch(
            (c.Upvote(1 + number % count, on, evening.now - ms), VOLUNTEERS[who % 5])
            for ms, (who, number, on) in zip(late, taps, strict=True)
        )

    def teardown(self) -> None:
        """Go through all that was too much for every step."""
        if hasattr(self, "court") and not self.court.broken:
            self.court.adjourn()


def test_the_laws_hold_after_every_step_of_any_evening():
    run_state_machine_as_test(
        Evenings,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_laws_hold_through_a_long_evening(seed: int):
    lots = random.Random(seed)
    court = Court(begun(Phase.OPEN, second_person=seed % 2 == 1))
    for to in (Phase.LIVE, Phase.CLOSED, Phase.LIVE, Phase.CLOSED):
        wander(court, lots, 50)
        court.step(c.ChangePhase(to), OLGA)
        if seed % 3 == 0 and to is Phase.LIVE:
            court.evening.now = max(court.evening.now, SCHEDULE.ends - 30 * MINUTE)
    wander(court, lots, 25)
    court.step(c.ChangePhase(Phase.CLOSED), OLGA)
    court.step(c.Conclude(), OLGA)
    court.step(c.Publish(), OLGA)
    wander(court, lots, 40, ("correct", "keep", "redact", "unpublish", *MAKERS))
    court.adjourn()


def wander(court: Court, lots: random.Random, steps: int, dos: tuple[str, ...] = WEIGHTED) -> None:
    """Take steps at random, mostly without delay."""
    for _ in range(steps):
        draws = (lots.randrange(256) for _ in range(4))
        step = Step(lots.choice(dos), lots.choice((*WAITS, *WAITS[:4] * 3)), *draws)
        court.evening.wait(step.wait)
        if lots.randrange(2):
            court.step(c.Tick(), SYSTEM)
        court.step(step.command(court.evening), step.whom())


def test_every_command_has_its_permission_and_its_maker():
    commands = {command.do for command in get_args(c.Command)}
    assert commands == set().union(*MAY.values())
    assert commands == set(MAKERS)
    assert MARA.person == MARA_ASKING.person
