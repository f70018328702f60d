"""A room's clock: the machine's, which never goes back."""

from collections.abc import Callable

PACE_MS = 500  # in a second, while the machine's clock catches up


class RoomClock:
    """The time of a room in ms UTC, never before its last entry.

    Where the machine's clock is behind, time goes on at half pace until it has caught up: standing
    still would give a second tap the moment of the first, which holds.
    """

    def __init__(self, machine: Callable[[], int], ticks: Callable[[], float], since: int) -> None:
        """Begin at ``since``; ``ticks`` counts seconds whatever is done to the machine's clock."""
        self._machine = machine
        self._ticks = ticks
        self._at = float(since)
        self._ticked = ticks()

    def __call__(self) -> int:
        """Return the time."""
        ticked = self._ticks()
        slow = self._at + (ticked - self._ticked) * PACE_MS
        machine = self._machine()
        self._at = float(machine) if machine >= self._at else max(machine, slow)
        self._ticked = ticked
        return int(self._at)
