"""What happened in a rehearsal: raw moments in seconds of one clock that only runs forward."""

import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

now = time.perf_counter


@dataclass(frozen=True, slots=True)
class Tap:
    """An upvote that was acknowledged: by whom, when tapped and answered, its number.

    ``steady``: on one connection from the tap to the answer.
    """

    guest: int
    at: float
    answered: float
    seq: int
    steady: bool


@dataclass(frozen=True, slots=True)
class Away:
    """A time without connection: from when to when, and whether the guest wanted it so.

    ``wanted``: when it began to come back.
    """

    guest: int
    since: float
    wanted: float
    back: float
    own: bool
    came_back: bool = True


@dataclass(slots=True)
class Screen:
    """When one guest's screen reached which number, and whether live or by catching up."""

    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[float]" = field(default_factory=lambda: array("d"))
    live: bytearray = field(default_factory=bytearray)

    def reached(self, seq: int, *, live: bool) -> None:
        """Note that a number is on the screen now."""
        self.seqs.append(seq)
        self.times.append(now())
        self.live.append(live)


@dataclass(frozen=True, slots=True)
class Sample:
    """One second of the tool itself: its share of a core, how late its own clock rang (s)."""

    at: float
    cpu: float
    late: float
    present: int


@dataclass(slots=True)
class Record:
    """Everything that was measured."""

    began: float = field(default_factory=now)
    ended: float = 0.0
    invited: int = 0
    joined: int = 0
    arrived: int = 0
    present: int = 0
    polling: int = 0
    had_to_poll: int = 0
    asked: int = 0
    approved: int = 0
    taps: list[Tap] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    aways: list[Away] = field(default_factory=list)
    refusals: list[tuple[float, str]] = field(default_factory=list)
    limits: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    drifts: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    cut_off: int = 0
    turned_away: int = 0
    proven: int = 0
    missing: int = 0
    unproven: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    alike: tuple[tuple[str, int, str], dict[int, Any], dict[str, Any]] | None = None

    def screen(self) -> Screen:
        """Return the screen of one more guest."""
        made = Screen()
        self.screens.append(made)
        return made

    def refused(self, code: str) -> None:
        """Note a refusal by its code."""
        self.refusals.append((now(), code))

    @property
    def lasted(self) -> float:
        """How many seconds it took, up to now while it is under way."""
        return (self.ended or now()) - self.began
