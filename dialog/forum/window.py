"""Which questions a stream carries once there are too many to carry all.

Each part of a window is the first of many by a rank; the window is all its parts together with what
is on the stage and in the running order. What has to be looked at is what changed, never the many.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from typing import Self

from pyroaring import BitMap

from dialog.forum.names import Outcome, Review, Stream
from dialog.forum.question import STAGED, Question
from dialog.forum.session import Session

SHIFT = 32
NUMBER = (1 << SHIFT) - 1
UNANSWERED = frozenset({Outcome.OPEN, Outcome.NOT_REACHED})


@dataclass(frozen=True, slots=True)
class Extent:
    """How many questions a stream carries: all up to ``whole``, beyond that the first of each.

    A ranked row leaves only behind place ``leaving``, or ties would flap; but not where several
    processes have to carry the same ones, whatever each has carried before (``same``). Of so many
    that were carried, ``gone`` are remembered; ``reserve`` candidates spare looking at all.
    """

    whole: int = 400
    ranked: int = 300
    leaving: int = 330
    newest: int = 50
    answered: int = 50
    waiting: int = 200
    second: int = 200
    claimed: int = 50
    worked: int = 100
    decided: int = 50
    reserve: int = 1_000
    gone: int = 2_000

    @property
    def same(self) -> bool:
        """Tell whether what is carried follows from the session alone."""
        return self.leaving == self.ranked


FULL = Extent()
SHARED = replace(FULL, leaving=FULL.ranked)

Rank = Callable[[Session, Question], int | None]


def _ranked(session: Session, question: Question) -> int | None:
    if not question.stageable or question.number == session.stage.now:
        return None
    return -session.upvotes(question.number)


def _newest(_session: Session, question: Question) -> int | None:
    return -question.number


def _answered(_session: Session, question: Question) -> int | None:
    ended = question.standing.review in STAGED and question.result.outcome not in UNANSWERED
    return -question.result.at if ended else None


def _waiting(_session: Session, question: Question) -> int | None:
    return 0 if question.standing.review is Review.WAITING and not question.fresh else None


def _second(_session: Session, question: Question) -> int | None:
    return 0 if question.second else None


def _claimed(_session: Session, question: Question) -> int | None:
    return -question.claim.until if question.claim else None


def _worked(_session: Session, question: Question) -> int | None:
    appeal, answer = question.standing.appeal, question.answer
    appealed = appeal is not None and appeal.open
    pending = answer is not None and not answer.released
    busy = appealed or pending or question.draft or question.scribe
    return -question.rev if busy else None


def _decided(_session: Session, question: Question) -> int | None:
    return -question.rev if question.standing.by else None


RANKS: Mapping[str, Rank] = {
    "ranked": _ranked,
    "newest": _newest,
    "answered": _answered,
    "waiting": _waiting,
    "second": _second,
    "claimed": _claimed,
    "worked": _worked,
    "decided": _decided,
}
PARTS: Mapping[Stream, tuple[str, ...]] = {
    Stream.FLOOR: ("ranked", "newest", "answered"),
    Stream.STAGE: ("ranked", "newest", "answered", "worked"),
    Stream.DESK: ("ranked", "waiting", "second", "claimed", "worked", "decided"),
}


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part as it is kept: members as a bitmap, the candidates, their bar, and who was chosen."""

    members: bytes
    near: tuple[int, ...]
    bar: int | None
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeptWindow:
    """A window as it is kept: its parts, and whose count has changed since they were looked at."""

    parts: dict[str, KeptPart]
    counted: tuple[int, ...]


@dataclass(slots=True)
class Part:
    """The first ``size`` of its members: rank, then the earlier question.

    ``near`` are the keys of all members up to the ``bar``, so a place among them is a place among
    all. A key is the rank with the number in its low bits.
    """

    rank: Rank
    size: int
    leaving: int
    reserve: int
    members: BitMap = field(default_factory=BitMap)
    near: dict[int, int] = field(default_factory=dict)
    bar: int | None = None
    chosen: set[int] = field(default_factory=set)
    stale: bool = field(default=True, compare=False)

    @classmethod
    def begin(cls, session: Session, blank: Self, kept: KeptPart) -> Self:
        """Return a part as it was kept with just this session."""
        blank.members = BitMap.deserialize(kept.members)
        keys = (blank.key(session, session.questions[number]) for number in kept.near)
        blank.near = {key & NUMBER: key for key in keys if key is not None}
        blank.bar, blank.chosen = kept.bar, set(kept.chosen)
        return blank

    @property
    def kept(self) -> KeptPart:
        """What has to be kept of a part beside the session."""
        chosen = tuple(sorted(self.chosen))
        return KeptPart(self.members.serialize(), tuple(sorted(self.near)), self.bar, chosen)

    def key(self, session: Session, question: Question) -> int | None:
        """Return a question's key, None where it is no member."""
        rank = self.rank(session, question)
        return None if rank is None else (rank << SHIFT) + question.number

    def put(self, session: Session, question: Question, *, shown: bool) -> None:
        """Take in a question as it is now."""
        key, number = self.key(session, question) if shown else None, question.number
        if key is None:
            self.members.discard(number)
        else:
            self.members.add(number)
        if key is not None and (self.bar is None or key <= self.bar):
            self.stale = self.stale or self.near.get(number) != key
            self.near[number] = key
        elif self.near.pop(number, None) is not None:
            self.stale = True

    def choose(self, session: Session) -> set[int]:
        """Return the numbers that are carried; one that was leaves only behind ``leaving``."""
        if self.stale:
            keys = self._first(session)
            self.stale = False
            first = [key & NUMBER for key in keys[: self.leaving]]
            self.chosen = {*first[: self.size], *self.chosen.intersection(first)}
        return self.chosen

    def _first(self, session: Session) -> list[int]:
        """Return the candidates in order, after a look at all where too few are left of them."""
        if len(self.near) < self.leaving and self.bar is not None:
            every = (self.key(session, session.questions[n]) for n in self.members)
            return self._cut(nsmallest(self.reserve, (key for key in every if key is not None)))
        keys = sorted(self.near.values())
        return self._cut(keys[: self.reserve]) if len(keys) > 2 * self.reserve else keys

    def _cut(self, keys: list[int]) -> list[int]:
        self.near = {key & NUMBER: key for key in keys}
        self.bar = keys[-1] if len(keys) < len(self.members) else None
        return keys


@dataclass(slots=True)
class Window:
    """What one stream carries, part by part; ``stale`` since something changed that may matter.

    ``counted`` are those whose count alone has changed since: many taps cost one look.
    """

    parts: dict[str, Part]
    counted: set[int] = field(default_factory=set)
    stale: bool = field(default=True, compare=False)

    @classmethod
    def over(cls, stream: Stream, extent: Extent) -> Self:
        """Return the window of a stream, with nothing in it yet."""
        reserve = extent.reserve
        parts = {}
        for name in PARTS[stream]:
            size = getattr(extent, name)
            leaving = extent.leaving if name == "ranked" else size
            parts[name] = Part(RANKS[name], size, leaving, reserve)
        return cls(parts)

    @classmethod
    def begin(cls, session: Session, blank: Self, kept: KeptWindow) -> Self:
        """Return a window as it was kept with just this session."""
        blank.counted = set(kept.counted)
        for name, part in kept.parts.items():
            Part.begin(session, blank.parts[name], part)
        return blank

    @property
    def kept(self) -> KeptWindow:
        """What has to be kept of a window beside the session."""
        parts = {name: part.kept for name, part in self.parts.items()}
        return KeptWindow(parts, tuple(sorted(self.counted)))

    def follow(self, session: Session, number: int, *, shown: bool) -> None:
        """Take in a question as it is now, and whether its stream would show it at all."""
        self.stale = True
        for part in self.parts.values():
            part.put(session, session.questions[number], shown=shown)

    def choose(self, session: Session) -> set[int]:
        """Return the numbers that are carried: those of every part, and those on the stage."""
        ranked = self.parts["ranked"]
        for number in ranked.members.intersection(BitMap(self.counted)):
            ranked.put(session, session.questions[number], shown=True)
        self.counted.clear()
        self.stale = False
        chosen = {number for number in (*session.stage.order, session.stage.now) if number}
        return chosen.union(*(part.choose(session) for part in self.parts.values()))
