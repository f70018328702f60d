"""A tick: each stream's change encoded and framed once, the same bytes to every connection.

Everything here is called by the room's task alone.
"""

import asyncio
from collections.abc import Callable

import structlog

from dialog.forum.events import Tap
from dialog.forum.evolve import Touched
from dialog.forum.names import Stream
from dialog.forum.session import Session
from dialog.forum.views import me, own_row
from dialog.hub import wire
from dialog.hub.closing import Close
from dialog.hub.connection import NOTHING, Connection
from dialog.hub.ledger import Ledger
from dialog.hub.presence import Presence

log = structlog.get_logger()

SLICE = 250
FRAMES = 64

Frame = Callable[[bytes], bytes]


class Sweep:
    """What a room still has to tell, and to whom."""

    def __init__(self, frame: Frame, presence: Presence, clock: Callable[[], int]) -> None:
        """Begin with nothing to tell; ``clock`` gives the room's time in ms UTC."""
        self._clock = clock
        self._frame = frame
        self._presence = presence
        self._told: dict[tuple[Stream, int, int], bytes] = {}
        self._frames: dict[tuple[Stream, int, int], bytes] = {}
        self._rows: dict[int, set[int]] = {}
        self._taps: dict[int, dict[int, bool]] = {}
        self.dirty = False
        self._behind: set[Connection] = set()

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

    async def tick(self, ledger: Ledger) -> None:
        """Tell people of their own, then send every connection what it lacks, slice by slice.

        One's own comes first: whoever has reached the number of a ``done`` has seen what it did.
        """
        self.dirty = False
        self.forget()
        rows, self._rows = self._rows, {}
        taps, self._taps = self._taps, {}
        for person in rows.keys() | taps.keys():
            self._tell(ledger, person, rows.get(person, set()), taps.get(person, {}))
        for index, connection in enumerate(self._presence.everyone()):
            self.send(ledger, connection)
            if index % SLICE == SLICE - 1:
                await asyncio.sleep(0)

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
            log.exception("connection fault", stream=connection.stream.value)
            self._presence.leave(connection)
            connection.close(Close.FAULT)

    def _bring(self, ledger: Ledger, connection: Connection) -> None:
        """Send what a connection lacks, its own first, or remember that it is behind."""
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

    def _tell(self, ledger: Ledger, person: int, rows: set[int], taps: dict[int, bool]) -> None:
        """Tell all tabs of a person what is new of their own; who is behind gets it all later."""
        tabs = [tab for tab in self._presence.of(person) if tab.stream is Stream.FLOOR]
        if not tabs:
            return
        questions = [own_row(ledger.session, n) for n in sorted(rows)]
        upvoted = {str(number): on for number, on in taps.items()}
        seq = ledger.board.sheets[Stream.FLOOR].seq
        frame = self._frame(wire.mine(seq, questions, upvoted))
        for tab in tabs:
            tab.owed = tab.owed or tab.line.backed_up
            if not tab.owed:
                tab.line.write(frame)

    async def heartbeat(self, ledger: Ledger) -> None:
        """Give every connection a sign of life, with the digest of its stream."""
        people, now_ms = self._presence.people, self._clock()
        for stream, sheet in ledger.board.sheets.items():
            beat = wire.heartbeat(sheet.seq, now_ms, people, ledger.digest(stream))
            frame = self._frame(beat)
            for index, connection in enumerate(self._presence.follow(stream)):
                self.send(ledger, connection)
                if connection not in self._behind:
                    connection.line.write(frame)
                if index % SLICE == SLICE - 1:
                    await asyncio.sleep(0)
