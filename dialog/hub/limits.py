"""How fast one person may send, whatever the number of tabs and transports."""

from collections import OrderedDict
from dataclasses import dataclass

from dialog.forum.names import Admission

PEOPLE = 200_000
STRIKE_TIME = 60.0
STRIKES = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """``rate`` messages a second on average, ``burst`` at once."""

    rate: float
    burst: float


GUESSES = Pace(rate=0.1, burst=100.0)
SIGN_INS = Pace(rate=0.1, burst=100.0)  # asked for from one network: a whole office has one
SIGN_INS_OF_ADDRESS = Pace(rate=1 / 180, burst=5.0)  # each is a letter to somebody, asked or not
# A letter to somebody, asked or not, whom we do not know: a mailbox gets few, all together half of
# what the relay may be given by default.
SUBSCRIPTIONS_OF_ADDRESS = Pace(rate=1 / 14_400, burst=5.0)
SUBSCRIPTIONS_IN_ALL = Pace(rate=1.0, burst=600.0)
BARRIERS = Pace(rate=1 / 120, burst=5.0)  # reports of barriers from one network: each is a letter
BARRIERS_IN_ALL = Pace(rate=1 / 20, burst=60.0)  # and all end in one mailbox
SEARCHES = Pace(rate=0.5, burst=8.0)  # of one person, for what resembles their text
SEARCHES_OF_ROOM = Pace(rate=20.0, burst=20.0)  # of all its people, beside their upvotes
SEARCHES_OF_ADDRESS = Pace(rate=3.0, burst=120.0)  # in the archive: a hall has one address
SEARCHES_OF_ARCHIVE = Pace(rate=20.0, burst=200.0)  # by all together


class Buckets:
    """A token bucket for each person, the least recently used forgotten first."""

    def __init__(self, pace: Pace) -> None:
        """Begin with full buckets."""
        self._pace = pace
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, person: object, now: float, cost: float = 1) -> float:
        """Take one token, or look for one; return 0, or the seconds until there is one again."""
        level = self._level(person, now)
        allowed = level >= 1
        self._keep(person, level - cost if allowed else level, now)
        return 0.0 if allowed else (1 - level) / self._pace.rate

    def spend(self, person: object, now: float, cost: float) -> None:
        """Take what was spent elsewhere, if it has to be from what is to come."""
        self._keep(person, max(-self._pace.burst, self._level(person, now) - cost), now)

    def _level(self, person: object, now: float) -> float:
        level, at = self._buckets.pop(person, (self._pace.burst, now))
        passed = max(0.0, now - at)  # a clock that was set back must lock nobody out
        return min(self._pace.burst, level + passed * self._pace.rate)

    def _keep(self, person: object, level: float, now: float) -> None:
        self._buckets[person] = (level, now)
        if len(self._buckets) > PEOPLE:
            self._buckets.popitem(last=False)


class Arrivals:
    """How many new participants of a session come from one network.

    Beyond the ``usual`` pace they come as some of many, and beyond what is ``most`` they wait.
    """

    def __init__(self, usual: Pace, most: Pace) -> None:
        """Begin with nobody."""
        self._usual, self._most = Buckets(usual), Buckets(most)

    def admit(self, network: object, now: float) -> Admission | float:
        """Count one more, and return how they come in, or the seconds until somebody may."""
        wait = self._most.take(network, now)
        if wait:
            return wait
        return Admission.NEW if self._usual.take(network, now) else Admission.JOINED


@dataclass(frozen=True, slots=True)
class Spent:
    """Messages that a person of a session has sent to another process."""

    slug: str
    person: int
    staff: bool
    messages: int


class Strikes:
    """How often one connection was too fast within a minute."""

    def __init__(self) -> None:
        """Begin with none."""
        self._times: list[float] = []

    def strike(self, now: float) -> bool:
        """Count one more; tell whether it is the third within a minute."""
        self._times = [t for t in self._times if now - t < STRIKE_TIME]
        self._times.append(now)
        return len(self._times) >= STRIKES
