"""The three streams as they stand: every row with its versions, followed entry by entry.

A row's version is the journal number of the last entry that changed what the stream shows of it;
its count has a version of its own. So a resume from any number is the rows above that number, a
restart counts the same, and an entry that changes nothing visible moves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from dialog.forum.evolve import Touched
from dialog.forum.names import Stream
from dialog.forum.session import Session
from dialog.forum.views import Row, row, session_row


@dataclass(slots=True)
class Shown:
    """A question as one stream shows it: row without count, count, and the version of each."""

    row: Row
    version: int
    upvotes: int
    counted: int

    @property
    def whole(self) -> Row:
        """The row with its count, as it is sent."""
        return self.row | {"upvotes": self.upvotes}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stream whole, at journal number ``seq``."""

    seq: int
    session: Row
    questions: list[Row]


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a stream after ``start`` up to ``end``; None: the session row did not."""

    start: int
    end: int
    session: Row | None
    questions: list[Row]
    gone: list[int]


@dataclass(frozen=True, slots=True)
class KeptSheet:
    """What a stream knows beyond the session: ``rows`` in the order of their last change.

    Each is number, version and version of the count; 0 for the last tells that it is gone.
    """

    seq: int
    session_version: int
    rows: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a board knows beyond the session, as a plain value."""

    sheets: dict[Stream, KeptSheet]


@dataclass(slots=True)
class Sheet:
    """One stream: ``recent`` holds the numbers that changed, the latest last.

    ``revised`` is the last change of anything but counts.
    """

    stream: Stream
    seq: int = 0
    session: Row = field(default_factory=dict)
    session_version: int = 0
    revised: int = 0
    shown: dict[int, Shown] = field(default_factory=dict)
    recent: dict[int, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, stream: Stream, state: Session, kept: KeptSheet) -> Self:
        """Return a stream as it was kept, its rows made anew from the session."""
        made = session_row(state, stream)
        sheet = cls(stream, kept.seq, made, kept.session_version)
        for number, version, counted in kept.rows:
            new = row(state, stream, number) if counted else None
            if new is not None:
                sheet.shown[number] = Shown(new, version, state.upvotes(number), counted)
            sheet.recent[number] = max(version, counted)
        return sheet

    @property
    def kept(self) -> KeptSheet:
        """What has to be kept of a stream beside the session."""
        rows = []
        for number, seq in self.recent.items():
            shown = self.shown.get(number)
            rows.append((number, shown.version, shown.counted) if shown else (number, seq, 0))
        return KeptSheet(self.seq, self.session_version, tuple(rows))

    def follow(self, state: Session, touched: Touched) -> None:
        """Take over what an entry changed, where this stream shows it."""
        for number in touched.rows:
            self._follow_row(state, number)
        for number in touched.counts & self.shown.keys():
            self._follow_count(state, number)
        if touched.session:
            self._follow_session(state)

    def snapshot(self) -> Snapshot:
        """Return the stream whole, questions by number."""
        rows = [self.shown[number].whole for number in sorted(self.shown)]
        return Snapshot(self.seq, self.session, rows)

    def delta(self, since: int) -> Delta:
        """Return what changed after ``since``, however long ago that was."""
        changed = sorted(self._changed(since))
        return Delta(
            since,
            self.seq,
            self.session if self.session_version > since else None,
            [self._since(self.shown[n], since) for n in changed if n in self.shown],
            [number for number in changed if number not in self.shown],
        )

    def _changed(self, since: int) -> Iterable[int]:
        for number in reversed(self.recent):
            if self.recent[number] <= since:
                return
            yield number

    @staticmethod
    def _since(shown: Shown, since: int) -> Row:
        if shown.version > since:
            return shown.whole
        return {"number": shown.row["number"], "upvotes": shown.upvotes}

    def _follow_row(self, state: Session, number: int) -> None:
        new = row(state, self.stream, number)
        old = self.shown.get(number)
        if new is None:
            if old is not None:
                del self.shown[number]
                self._moved(number, state.seq)
                self.revised = state.seq
        elif old is None or old.row != new:
            count = old.upvotes if old else state.upvotes(number)
            counted = old.counted if old else state.seq
            self.shown[number] = Shown(new, state.seq, count, counted)
            self._moved(number, state.seq)
            self.revised = state.seq

    def _follow_count(self, state: Session, number: int) -> None:
        shown = self.shown[number]
        shown.upvotes, shown.counted = state.upvotes(number), state.seq
        self._moved(number, state.seq)

    def _follow_session(self, state: Session) -> None:
        new = session_row(state, self.stream)
        if new != self.session:
            self.session = new
            self.session_version = self.revised = self.seq = state.seq

    def _moved(self, number: int, seq: int) -> None:
        self.recent.pop(number, None)
        self.recent[number] = self.seq = seq


class Board:
    """All three streams of one session."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self.sheets = {stream: Sheet(stream) for stream in Stream}

    @classmethod
    def begin(cls, session: Session, kept: Kept) -> Self:
        """Return the board as it was kept with just this session."""
        board = cls()
        for stream, sheet in kept.sheets.items():
            board.sheets[stream] = Sheet.begin(stream, session, sheet)
        return board

    def kept(self) -> Kept:
        """Return all that the board knows beyond the session."""
        return Kept({stream: sheet.kept for stream, sheet in self.sheets.items()})

    def settle(self, session: Session) -> None:
        """Bring the windows up to date: at the start of each tick, after all was followed."""

    def follow(self, state: Session, touched: Touched) -> None:
        """Let every stream take over what an entry changed."""
        for sheet in self.sheets.values():
            sheet.follow(state, touched)
