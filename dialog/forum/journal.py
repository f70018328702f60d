"""What a session and whoever keeps its journal hand to each other, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialog.forum.events import Entry
from dialog.forum.names import Outcome, Phase, Reason, Review
from dialog.forum.state import State
from dialog.forum.window import FULL, Extent


class Unavailable(Exception):  # noqa: N818 - it is said of whoever keeps a journal
    """Nothing can be stored or read at the moment, through no fault of what was asked for."""


class Overtaken(Exception):  # noqa: N818 - it is said of whoever follows a journal
    """Others have begun the journal anew: what was read of it stands no more."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A command done: the same key and body get the same answer until publication.

    ``body`` is a hash of the canonical command, ``result`` its answer as JSON.
    """

    person: int
    key: str
    body: bytes
    result: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A question's line in the tables that pages, search and statistics read."""

    number: int
    asked: int
    review: Review
    reason: Reason | None
    into: int
    outcome: Outcome
    topic: str
    upvotes: int
    text: int
    rev: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit stores: entries, answers to remember, and the lines they changed."""

    entries: tuple[Entry, ...]
    remembered: tuple[Remembered, ...] = ()
    lines: tuple[Line, ...] = ()
    phase: Phase = Phase.ANNOUNCED


@dataclass(frozen=True, slots=True)
class Place:
    """How far someone has read a journal: its epoch, its last entry, the last text."""

    epoch: str
    head: int
    text: int


@dataclass(frozen=True, slots=True)
class Tail:
    """What others have stored since a place; under another epoch all has to be read anew."""

    epoch: str
    entries: tuple[Entry, ...] = ()
    texts: Mapping[int, str] = field(default_factory=dict)
    remembered: tuple[Remembered, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A journal as read: epoch (16 hex digits), texts, remembered answers, and what happened.

    Of a long journal the beginning is added up to a ``state``, which belongs to whoever gets it;
    then the ``entries`` are those after it, and the texts are its texts. How much a stream carries
    depends on whether others read the same journal: its ``extent``.
    """

    epoch: str
    entries: tuple[Entry, ...]
    texts: Mapping[int, str]
    remembered: tuple[Remembered, ...]
    state: State | None = None
    extent: Extent = FULL

    def added_up(self) -> State:
        """Return what the journal adds up to; once, for the state belongs to whoever gets it."""
        state = self.state or State.begin(self.texts, self.extent)
        state.catch_up(self.entries)
        return state
