"""When the clock asks for another phase."""

from dialog.forum.names import Phase
from dialog.forum.phase import FOLLOWS, STAFFED, Schedule, due, next_due
from tests.forum.laws import PHASES

TIMES = Schedule(opens=100, starts=200, ends=300)


def test_each_phase_leads_where_the_life_of_a_session_says():
    assert {(one, other) for one in Phase for other in FOLLOWS[one]} == PHASES


def test_the_clock_opens_and_closes_and_starts_only_when_told_to():
    asked = {
        (phase, now): due(phase, TIMES, now, by_clock=False)
        for phase in Phase
        for now in (99, 100, 200, 300)
    }
    wanted = {key: phase for key, phase in asked.items() if phase}
    assert wanted == {
        (Phase.ANNOUNCED, 100): Phase.OPEN,
        (Phase.ANNOUNCED, 200): Phase.OPEN,
        (Phase.ANNOUNCED, 300): Phase.OPEN,
        (Phase.LIVE, 300): Phase.CLOSED,
    }
    assert due(Phase.OPEN, TIMES, 199, by_clock=True) is None
    assert due(Phase.OPEN, TIMES, 200, by_clock=True) is Phase.LIVE


def test_the_next_moment_is_the_one_at_which_something_is_due():
    for by_clock in (False, True):
        for phase in Phase:
            moment = next_due(phase, TIMES, by_clock=by_clock)
            if moment is None:
                assert due(phase, TIMES, 10_000, by_clock=by_clock) is None
            else:
                assert due(phase, TIMES, moment - 1, by_clock=by_clock) is None
                assert due(phase, TIMES, moment, by_clock=by_clock) is not None


def test_staff_work_in_every_phase_but_the_last_two():
    assert set(Phase) - STAFFED == {Phase.PUBLISHED, Phase.CANCELLED}
