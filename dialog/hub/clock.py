"""Clocks that no step of the machine's clock can throw: an evening goes on at its own pace.

What is due, the order of the journal and every age would follow a clock that somebody sets. So a
step counts only once it has lasted, and the time of a room never goes back.
"""

import time
from collections.abc import Callable
from functools import partial

PATIENCE = 10 * 60 * 1_000
DRIFT = 1_000

Clock = Callable[[], int]


_boottime = getattr(time, "CLOCK_BOOTTIME", None)
_steady_ns: Callable[[], int] = (
    time.monotonic_ns if _boottime is None else partial(time.clock_gettime_ns, _boottime)
)


def steady() -> int:
    """Return ms of a clock that nobody sets; where it can, it goes on while the machine sleeps."""
    return _steady_ns() // 1_000_000


class Patient:
    """The machine's clock in ms UTC, but for a step that has not lasted ten minutes yet."""

    def __init__(self, wall: Clock, steady: Clock = steady) -> None:
        """Believe the machine once; from then on ``steady`` tells how much time went by."""
        self._wall = wall
        self._steady = steady
        self._lead = self._doubted = wall() - steady()
        self._since = 0

    def __call__(self) -> int:
        """Return the time; less than a second of drift is followed at once."""
        now = self._steady()
        lead = self._wall() - now
        if abs(lead - self._lead) <= DRIFT:
            self._lead = self._doubted = lead
        elif abs(lead - self._doubted) > DRIFT:
            self._doubted, self._since = lead, now
        elif now - self._since >= PATIENCE:
            self._lead = lead
        return now + self._lead

    @property
    def doubted(self) -> int:
        """How many ms the machine's clock is ahead of what is believed."""
        return self._wall() - self()


class Onward:
    """A time that never goes back and never stands still.

    Where its source lies behind, it goes at half speed until it is met: whoever waits for a
    deadline waits twice as long at most, and no tap is from the future or too old.
    """

    def __init__(self, source: Clock, steady: Clock = steady) -> None:
        """Begin with what ``source`` says."""
        self._source = source
        self._steady = steady
        self._shown = 0.0
        self._looked = steady()

    def __call__(self) -> int:
        """Return the time in ms UTC."""
        now, found = self._steady(), self._source()
        crept = self._shown + (now - self._looked) / 2
        self._shown = found if found >= self._shown else crept
        self._looked = now
        return int(self._shown)

    def not_before(self, moment: int) -> None:
        """Go on from ``moment`` at the earliest: what is stored has happened."""
        self._shown = max(self._shown, moment)
