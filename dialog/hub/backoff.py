"""What fails again and again: how long to wait before it is tried once more."""

FIRST = 0.25
AT_MOST = 5.0
FORGET_AFTER = 60.0


class Backoff:
    """Tries that failed; ``on`` until one works.

    Each failure doubles the wait, for a disk that is almost full takes a trial and refuses what
    comes next. Work that is done, or a quiet minute, makes it short again.
    """

    def __init__(self) -> None:
        """Begin with what works."""
        self.on = False
        self._until = 0.0
        self._delay = 0.0

    def met(self, now: float) -> bool:
        """Wait longer than last time; tell whether this is the first failure."""
        first = not self._delay or now > self._until + FORGET_AFTER
        self._delay = FIRST if first else min(AT_MOST, 2 * self._delay)
        self._until = now + self._delay
        self.on = True
        return first

    def tried(self) -> None:
        """Go on: a trial worked."""
        self.on = False

    def over(self) -> None:
        """Forget everything: the work itself was done."""
        self.on, self._delay = False, 0.0

    def left(self, now: float) -> float:
        """Return the seconds until the next try."""
        return max(0.0, self._until - now)
