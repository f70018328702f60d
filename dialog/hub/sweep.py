"""A tick: each stream's change encoded and framed once, the same bytes to every connection.

Everything here is called by the room's task alone.
"""

import asyncio
from collections.abc import Callable

from dialog.forum.board import Board
from dialog.forum.events import Tap
from dialog.forum.evolve import Touched
from dialog.forum.names import Stream
from dialog.forum.session import Session
from dialog.forum.views import Row, own_row
from dialog.hub import wire
from dialog.hub.connection import Connection
from dialog.hub.digest import digest
from dialog.hub.presence import Presence

SLICE = 250
WHOLE = -1

Frame = Callable[[bytes], bytes]


class Sweep:
    """What a room still has to tell, and to whom."""

    def __init__(self, frame: Frame, presence: Presence) -> None:
        """Begin with nothing to tell."""
        self._frame = frame
        self._presence = presence
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
        """Remember what an entry changed for the tick to come."""
        self.dirty = True
        for number in touched.rows:
            asker = state.questions[number].asker
            if asker:
                self._rows.setdefault(asker, set()).add(number)
        for tap in touched.taps:
            self._note_tap(tap)

    def _note_tap(self, tap: Tap) -> None:
        self._taps.setdefault(tap.person, {})[tap.number] = tap.on

    def forget(self) -> None:
        """Drop the frames of a state that was thrown away; what was noted was stored, and stays."""
        self._frames.clear()

    def whole(self, epoch: str, board: Board, stream: Stream) -> bytes:
        """Return a stream's snapshot, made once for all who come before the next change."""
        sheet = board.sheets[stream]
        key = (stream, WHOLE, sheet.seq)
        if key not in self._frames:
            self._frames[key] = self._frame(wire.snapshot(epoch, sheet.snapshot()))
        return self._frames[key]

    async def tick(self, state: Session, board: Board) -> None:
        """Tell people of their own, then send every connection what it lacks, slice by slice.

        One's own comes first: whoever has reached the number of a ``done`` has seen what it did.
        """
        self.dirty = False
        self._frames.clear()
        rows, self._rows = self._rows, {}
        taps, self._taps = self._taps, {}
        for person in rows.keys() | taps.keys():
            self._tell(state, board, person, rows.get(person, set()), taps.get(person, {}))
        for index, connection in enumerate(self._presence.everyone()):
            self._send(connection, board)
            if index % SLICE == SLICE - 1:
                await asyncio.sleep(0)

    def catch_up(self, board: Board) -> None:
        """Look again at those who were left out: what has drained gets one delta."""
        for connection in tuple(self._behind):
            self._send(connection, board)

    def _send(self, connection: Connection, board: Board) -> None:
        """Bring one connection up to date, or remember that it is behind."""
        sheet = board.sheets[connection.stream]
        if connection.line.backed_up:
            self._behind.add(connection)
            return
        self._behind.discard(connection)
        if connection.seq == sheet.seq:
            return
        key = (connection.stream, connection.seq, sheet.seq)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frame(wire.delta(sheet.delta(connection.seq)))
            self._frames[key] = frame
        connection.line.write(frame)
        connection.seq = sheet.seq

    def _tell(
        self, state: Session, board: Board, person: int, rows: set[int], taps: dict[int, bool]
    ) -> None:
        questions: list[Row] = [own_row(state, n) for n in sorted(rows)]
        upvoted = {str(number): on for number, on in taps.items()}
        for connection in self._presence.of(person):
            if connection.stream is Stream.FLOOR:
                seq = board.sheets[connection.stream].seq
                connection.line.write(self._frame(wire.mine(seq, questions, upvoted)))

    async def heartbeat(self, board: Board, now_ms: int) -> None:
        """Give every connection a sign of life, with the digest of its stream."""
        people = self._presence.people
        for stream, sheet in board.sheets.items():
            beat = wire.heartbeat(sheet.seq, now_ms, people, digest(sheet))
            frame = self._frame(beat)
            for index, connection in enumerate(self._presence.follow(stream)):
                self._send(connection, board)
                if connection not in self._behind:
                    connection.line.write(frame)
                if index % SLICE == SLICE - 1:
                    await asyncio.sleep(0)
