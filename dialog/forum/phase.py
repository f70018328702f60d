"""A session's life: which phase may follow which, and what the clock makes due."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialog.forum.names import Phase

FOLLOWS: Mapping[Phase, frozenset[Phase]] = {
    Phase.ANNOUNCED: frozenset({Phase.OPEN, Phase.CANCELLED}),
    Phase.OPEN: frozenset({Phase.LIVE, Phase.CANCELLED}),
    Phase.LIVE: frozenset({Phase.CLOSED, Phase.CANCELLED}),
    Phase.CLOSED: frozenset({Phase.LIVE, Phase.PUBLISHED}),
    Phase.PUBLISHED: frozenset(),
    Phase.CANCELLED: frozenset(),
}
ASKING = frozenset({Phase.OPEN, Phase.LIVE})
ON_STAGE = frozenset({Phase.LIVE, Phase.CLOSED})
STAFFED = frozenset({Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE, Phase.CLOSED})


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of a session in ms UTC; ``questions_until`` is 0 where there is no such time."""

    opens: int
    starts: int
    ends: int
    questions_until: int = 0


@dataclass(frozen=True, slots=True)
class Switches:
    """What is taken at the moment, beside the phase; ``invited``: from invited people only."""

    questions: bool = True
    upvotes: bool = True
    paused: bool = False
    blank: bool = False
    invited: bool = False


def due(phase: Phase, schedule: Schedule, now: int, *, by_clock: bool) -> Phase | None:
    """Return the phase that the clock asks for at ``now``, if it asks for another one."""
    if phase is Phase.ANNOUNCED and now >= schedule.opens:
        return Phase.OPEN
    if phase is Phase.OPEN and by_clock and now >= schedule.starts:
        return Phase.LIVE
    if phase is Phase.LIVE and now >= schedule.ends:
        return Phase.CLOSED
    return None


def next_due(phase: Phase, schedule: Schedule, *, by_clock: bool) -> int | None:
    """Return the moment in ms at which the clock will ask for another phase, if there is one."""
    if phase is Phase.ANNOUNCED:
        return schedule.opens
    if phase is Phase.OPEN and by_clock:
        return schedule.starts
    return schedule.ends if phase is Phase.LIVE else None
