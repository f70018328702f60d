"""The three streams as they stand: every row with its versions, followed entry by entry.

A row's version is the journal number of the last entry that changed what the stream shows of it;
its count has a version of its own. So a resume from any number is the rows above that number, a
restart counts the same, and an entry that changes nothing visible moves nothing.

Where there are too many questions, each stream shows those of its window only. Windows are
brought up to date between entries. Where several processes show the same, they have to be at every
number that any of them may give.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from dialog.forum.evolve import Touched
from dialog.forum.names import Review, Stream
from dialog.forum.session import Session
from dialog.forum.views import Row, row, session_row, visible
from dialog.forum.window import FULL, Extent, KeptWindow, Window


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
    horizon: int
    window: KeptWindow | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a board knows beyond the session, as a plain value."""

    sheets: dict[Stream, KeptSheet]


@dataclass(slots=True)
class Sheet:
    """One stream: ``recent`` holds the numbers that changed, the latest last.

    With more questions than the ``extent`` has room for, a ``window`` tells which ones are shown.
    What is gone is known from number ``horizon`` on.
    ``revised`` is the last change of anything but counts, as far as this process knows.
    """

    stream: Stream
    extent: Extent = FULL
    seq: int = 0
    session: Row = field(default_factory=dict)
    session_version: int = 0
    revised: int = field(default=0, compare=False)
    shown: dict[int, Shown] = field(default_factory=dict)
    recent: dict[int, int] = field(default_factory=dict)
    horizon: int = 0
    window: Window | None = None
    settled: bool = field(default=False, compare=False)

    @classmethod
    def begin(cls, stream: Stream, extent: Extent, state: Session, kept: KeptSheet) -> Self:
        """Return a stream as it was kept, its rows made anew from the session."""
        made = session_row(state, stream) if kept.session_version else {}
        sheet = cls(stream, extent, kept.seq, made, kept.session_version, horizon=kept.horizon)
        for number, version, counted in kept.rows:
            new = row(state, stream, number) if counted else None
            if new is not None:
                sheet.shown[number] = Shown(new, version, state.upvotes(number), counted)
            sheet.recent[number] = max(version, counted)
        if kept.window is not None:
            sheet.window = Window.begin(state, Window.over(stream, extent), kept.window)
        return sheet

    @property
    def kept(self) -> KeptSheet:
        """What has to be kept of a stream beside the session."""
        rows = []
        for number, seq in self.recent.items():
            shown = self.shown.get(number)
            rows.append((number, shown.version, shown.counted) if shown else (number, seq, 0))
        window = self.window.kept if self.window else None
        return KeptSheet(self.seq, self.session_version, tuple(rows), self.horizon, window)

    def follow(self, state: Session, touched: Touched) -> None:
        """Take over what an entry changed, where this stream shows it.

        A count moves the number also where the row is outside the window, or a button there would
        never settle.
        """
        for number in touched.rows:
            self._follow_row(state, number, blackened=number in touched.blackened)
        for number in touched.counts:
            if number in self.shown:
                self._follow_count(state, number)
            elif self.window and self.seq < state.seq and visible(state, self.stream, number):
                self.seq = state.seq
        if self.window:
            self.window.counted |= touched.counts
        if touched.session:
            self._follow_session(state)
        if self.window is None and _size(state, self.stream) > self.extent.whole:
            self._open_window(state)

    def settle(self, state: Session) -> None:
        """Bring the window up to date: rows that enter are new, rows that leave are gone.

        The window of another process is not known: at the first time the number moves on, and
        whoever comes with an earlier one begins anew.
        """
        first, self.settled = not self.settled, True
        if self.window is None:
            return
        if first:
            self.horizon = self.seq = state.seq
        if not (self.window.stale or self.window.counted):
            return
        wanted = self._wanted(state, self.window)
        for number in self.shown.keys() - wanted:
            del self.shown[number]
            self._moved(number, state.seq)
        for number in sorted(wanted - self.shown.keys()):
            self._enter(state, number)
        self._forget()

    def resumable(self, seq: int) -> bool:
        """Tell whether a client that comes with a number may go on from there."""
        return self.horizon < seq <= self.seq

    def reaches(self, seq: int) -> bool:
        """Tell whether all that is gone since a number that this process gave is known."""
        return seq >= self.horizon and seq >= 0

    def since(self, seq: int) -> Snapshot | Delta:
        """Return what a client that was given ``seq`` lacks: everything, if that is too old."""
        return self.delta(seq) if self.reaches(seq) else self.snapshot()

    def snapshot(self) -> Snapshot:
        """Return the stream whole, questions by number."""
        rows = [self.shown[number].whole for number in sorted(self.shown)]
        return Snapshot(self.seq, self.session, rows)

    def delta(self, since: int) -> Delta:
        """Return what changed after ``since``, however long ago that was."""
        changed = sorted(self.changed(since))
        return Delta(
            since,
            self.seq,
            self.session if self.session_version > since else None,
            [self._since(self.shown[n], since) for n in changed if n in self.shown],
            [number for number in changed if number not in self.shown],
        )

    def changed(self, since: int) -> Iterator[int]:
        """Return the numbers that changed after ``since``, the latest first."""
        for number in reversed(self.recent):
            if self.recent[number] <= since:
                return
            yield number

    def _open_window(self, state: Session) -> None:
        """Begin a window over all that is shown so far."""
        self.window = Window.over(self.stream, self.extent)
        for number in self.shown:
            self.window.follow(state, number, shown=True)

    def _wanted(self, state: Session, window: Window) -> set[int]:
        """Return the numbers to show if visible, and close a window that is not needed any more."""
        if _size(state, self.stream) <= self.extent.whole:
            self.window = None
            return set(window.parts["newest"].members)
        return window.choose(state)

    def _enter(self, state: Session, number: int) -> None:
        made = row(state, self.stream, number)
        if made is not None:
            self.shown[number] = Shown(made, state.seq, state.upvotes(number), state.seq)
            self._moved(number, state.seq)

    def _forget(self) -> None:
        """Forget what has been gone longest; resumes from before that begin anew."""
        gone = len(self.recent) - len(self.shown)
        if gone <= self.extent.gone:
            return
        left = [number for number in self.recent if number not in self.shown]
        for number in left[: gone // 2]:
            self.horizon = max(self.horizon, self.recent.pop(number))

    @staticmethod
    def _since(shown: Shown, since: int) -> Row:
        if shown.version > since:
            return shown.whole
        return {"number": shown.row["number"], "upvotes": shown.upvotes}

    def _follow_row(self, state: Session, number: int, *, blackened: bool) -> None:
        old = self.shown.get(number)
        if self.window:
            shown = visible(state, self.stream, number)
            self.window.follow(state, number, shown=shown)
            self.revised = state.seq  # pages show more than the window
            if old is None:
                return
        new = row(state, self.stream, number)
        if new is None:
            if old is not None:
                del self.shown[number]
                self._moved(number, state.seq)
                self.revised = state.seq
        elif old is None or old.row != new or blackened:
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


def _size(state: Session, stream: Stream) -> int:
    """Return how many questions a stream would show without a window."""
    reviews = state.reviews
    if stream is Stream.DESK:
        return len(state.questions)
    staged = reviews[Review.STAGE_ONLY] if stream is Stream.STAGE else 0
    return reviews[Review.APPROVED] + staged


class Board:
    """All three streams of one session."""

    def __init__(self, extent: Extent = FULL) -> None:
        """Begin with nothing shown."""
        self.extent = extent
        self.sheets = {stream: Sheet(stream, extent) for stream in Stream}

    @classmethod
    def begin(cls, session: Session, kept: Kept, extent: Extent = FULL) -> Self:
        """Return the board as it was kept with just this session."""
        board = cls(extent)
        for stream, sheet in kept.sheets.items():
            board.sheets[stream] = Sheet.begin(stream, extent, session, sheet)
        return board

    @property
    def windowed(self) -> bool:
        """Tell whether every stream has too many questions to show them all."""
        return all(sheet.window for sheet in self.sheets.values())

    def kept(self) -> Kept:
        """Return all that the board knows beyond the session."""
        return Kept({stream: sheet.kept for stream, sheet in self.sheets.items()})

    def follow(self, state: Session, touched: Touched) -> None:
        """Let every stream take over what an entry changed."""
        for sheet in self.sheets.values():
            sheet.follow(state, touched)

    def settle(self, session: Session) -> None:
        """Bring the windows up to date: after all was followed, before anything is read."""
        for sheet in self.sheets.values():
            sheet.settle(session)
