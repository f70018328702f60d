"""A tick: each stream's change encoded and framed once, the same bytes to every connection.

What a tick tells is made at once, by the room's task, between two commits. It is handed out in
slices of a ms, so that thousands of screens hold no answer up; while that lasts, the room goes
on deciding and storing, and nothing but bytes that are made and each connection's number is read.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import structlog

from dialog.forum.board import Sheet
from dialog.forum.events import Tap
from dialog.forum.evolve import Touched
from dialog.forum.names import Stream
from dialog.forum.session import Session
from dialog.forum.views import Row, me, own_row
from dialog.hub import wire
from dialog.hub.clock import steady
from dialog.hub.closing import Close
from dialog.hub.connection import NOTHING, Connection
from dialog.hub.impressions import Impressions
from dialog.hub.ledger import Ledger
from dialog.hub.presence import Presence

log = structlog.get_logger()

SLICE_MS = 1
LOOK = 25  # connections between two looks at the clock
FRAMES = 64
FAULT = "connection fault"

Frame = Callable[[bytes], bytes]

_seq = attrgetter("seq")


class Own(NamedTuple):
    """What is new of a person's own: whole rows, and which numbers they support now."""

    questions: list[Row]
    upvoted: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Page:
    """What one tick tells a stream: frames up to ``seq``, in one, from each number somebody has."""

    seq: int
    since: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Round:
    """What one tick tells: the streams' pages, and people's own."""

    number: int
    pages: Mapping[Stream, Page]
    own: Mapping[int, Own]


class Sweep:
    """What a room still has to tell, and to whom."""

    def __init__(
        self,
        frame: Frame,
        presence: Presence,
        clock: Callable[[], int],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with nothing to tell; ``clock`` gives the room's time in ms UTC.

        ``ended`` is called when a tick that took more than a slice has reached everyone.
        """
        self._clock = clock
        self._frame = frame
        self._presence = presence
        self._ended = ended
        self.impressions = Impressions()
        self._told: dict[tuple[Stream, int, int], bytes] = {}
        self._frames: dict[tuple[Stream, int, int], bytes] = {}
        self._rows: dict[int, set[int]] = {}
        self._taps: dict[int, dict[int, bool]] = {}
        self.dirty = False
        self._behind: set[Connection] = set()
        self._number = 0
        self._going: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Tell whether a tick is still on its way to some."""
        return self._going is not None and not self._going.done()

    @property
    def pending(self) -> bool:
        """Tell whether a tick has anything to do."""
        return self.dirty or bool(self._behind)

    def note(self, state: Session, touched: Touched) -> None:
        """Remember what an entry changed for the tick to come.

        The count of a public question is its floor row's; no other is told of by a stream.
        """
        self.dirty = True
        hidden = {n for n in touched.counts if not state.questions[n].public}
        for number in touched.rows | hidden:
            asker = state.questions[number].asker
            if asker:
                self._rows.setdefault(asker, set()).add(number)
        for tap in touched.taps:
            self._note_tap(tap)

    def _note_tap(self, tap: Tap) -> None:
        self._taps.setdefault(tap.person, {})[tap.number] = tap.on

    def forget(self) -> None:
        """Drop the rows made of an earlier state; what was noted was stored, and stays."""
        self._told.clear()
        self._frames.clear()

    def anew(self, ledger: Ledger, connection: Connection) -> None:
        """Send a connection everything, now or when it drains."""
        connection.seq, connection.owed = NOTHING, True
        self.send(ledger, connection)

    def tick(self, ledger: Ledger, *, beat: bool = False) -> None:
        """Tell everyone what they lack, and with a ``beat`` that the server is alive.

        One's own comes first: whoever has reached the number of a ``done`` has seen what it did.
        """
        self.dirty = False
        self.forget()
        self._number += 1
        own = self._own(ledger.session)
        for connection in tuple(self._behind):
            connection.owed = connection.owed or connection.own in own
            self.send(ledger, connection)
        told = Round(self._number, self._pages(ledger, beat), own)
        self._hand_out(iter(self._presence.everyone()), told)

    def _own(self, session: Session) -> dict[int, Own]:
        """Return what is new of the own of each who is here."""
        rows, self._rows = self._rows, {}
        taps, self._taps = self._taps, {}
        own = {}
        for person in filter(self._presence.of, rows.keys() | taps.keys()):
            questions = [own_row(session, number) for number in sorted(rows.get(person, ()))]
            upvoted = {str(number): on for number, on in taps.get(person, {}).items()}
            own[person] = Own(questions, upvoted)
        return own

    def _pages(self, ledger: Ledger, beat: bool) -> dict[Stream, Page]:
        """Make what a tick tells, from every number that one who is not behind has."""
        pages = {}
        for stream, sheet in ledger.board.sheets.items():
            here = self._presence.follow(stream)
            awake = [c for c in here if c not in self._behind] if self._behind else here
            seqs = set(map(_seq, awake)) - {sheet.seq}
            beats = self._beat(ledger, sheet) if beat and here else b""
            since = {sheet.seq: beats}
            for seq in sorted(seqs)[-FRAMES:]:
                since[seq] = self._rows_since(ledger, stream, seq) + beats
            pages[stream] = Page(sheet.seq, since)
        return pages

    def _beat(self, ledger: Ledger, sheet: Sheet) -> bytes:
        people, digest = self._presence.people, ledger.digest(sheet.stream)
        little = self.impressions.offer(sheet) if sheet.stream is Stream.FLOOR else None
        return self._frame(wire.heartbeat(sheet.seq, self._clock(), people, digest, little))

    def _hand_out(self, left: Iterator[Connection], told: Round) -> None:
        """Begin at once; what is left after a slice of time goes on beside everything else."""
        if self._slice(left, told):
            self._going = asyncio.create_task(self._go_on(left, told))

    async def _go_on(self, left: Iterator[Connection], told: Round) -> None:
        some = True
        try:
            while some:
                await asyncio.sleep(0)
                some = self._slice(left, told)
        finally:
            self._ended()

    async def end(self) -> None:
        """Wait until a tick that is on its way has reached everyone."""
        if self._going is not None:
            await self._going

    def _slice(self, left: Iterator[Connection], told: Round) -> bool:
        """Serve connections for a slice of time, and tell whether some may be left."""
        end = steady() + SLICE_MS
        for count, connection in enumerate(left, 1):
            try:
                self._post(told, connection)
            except Exception:
                log.exception(FAULT, stream=connection.stream.value)
                self._hang_up(connection)
            if count % LOOK == 0 and steady() >= end:
                return True
        return False

    def _post(self, told: Round, connection: Connection) -> None:
        """Send a tick to a connection, or remember that it is behind.

        One that was brought up to date after the tick was made has more than that already.
        """
        if connection.told == told.number:
            return
        connection.told = told.number
        page = told.pages[connection.stream]
        own, frames = told.own.get(connection.own), page.since.get(connection.seq)
        if own and frames is not None:
            frames = self._frame(wire.mine(page.seq, own.questions, own.upvoted)) + frames
        if frames is not None and (not frames or connection.line.post(frames)):
            connection.seq = page.seq
        else:
            connection.owed = own is not None
            self._behind.add(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self._behind.discard(connection)

    def catch_up(self, ledger: Ledger) -> None:
        """Look again at those who were left out: what has drained gets all it lacks at once."""
        for connection in tuple(self._behind):
            self.send(ledger, connection)

    def send(self, ledger: Ledger, connection: Connection) -> None:
        """Bring one connection up to date; a fault of ours ends it, and nobody else's."""
        try:
            self._bring(ledger, connection)
        except Exception:
            log.exception(FAULT, stream=connection.stream.value)
            self._hang_up(connection)

    def _hang_up(self, connection: Connection) -> None:
        self._presence.leave(connection)
        connection.close(Close.FAULT)

    def _bring(self, ledger: Ledger, connection: Connection) -> None:
        """Send what a connection lacks, its own first, or remember that it is behind."""
        connection.told = self._number
        if connection.line.backed_up:
            self._behind.add(connection)
            return
        self._behind.discard(connection)
        sheet = ledger.board.sheets[connection.stream]
        if connection.owed:
            own = me(ledger.session, connection.who)
            told = wire.alone(ledger.epoch, sheet.seq, self._clock(), own)
            connection.line.write(self._frame(told))
            connection.owed = False
        if connection.seq != sheet.seq:
            connection.line.write(self._rows_since(ledger, connection.stream, connection.seq))
            connection.seq = sheet.seq

    def _rows_since(self, ledger: Ledger, stream: Stream, seq: int) -> bytes:
        """Return the frame of what a stream has beyond a number, made once for all who lack it."""
        key = (stream, seq, ledger.board.sheets[stream].seq)
        if key not in self._frames:
            if len(self._frames) >= FRAMES:  # a quiet evening has no tick that clears them
                self.forget()
            self._frames[key] = self._frame(self.rows(ledger, stream, seq))
        return self._frames[key]

    def rows(self, ledger: Ledger, stream: Stream, seq: int) -> bytes:
        """Return the message of what a stream has beyond a number, also to those who poll."""
        sheet = ledger.board.sheets[stream]
        key = (stream, seq if sheet.reaches(seq) else NOTHING, sheet.seq)
        if key not in self._told:
            if len(self._told) >= FRAMES:
                self.forget()
            self._told[key] = wire.rows(ledger.epoch, sheet.since(seq))
        return self._told[key]
