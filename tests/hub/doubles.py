"""Stand-ins: a journal in memory, a line that only remembers, a clock that stands."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dialog.forum.commands import Declare
from dialog.forum.events import Entry, Sealed, Upvoted, overwrites
from dialog.forum.journal import Batch, Opened, Place, Remembered, Tail
from dialog.forum.names import MINUTE, SECOND, Limits, Phase, Role, Stream, Who
from dialog.forum.phase import Schedule
from dialog.forum.transcript import Transcript
from dialog.hub.connection import Connection
from dialog.hub.room import Room, Timing

NOW = 1_796_317_200_000
SLUG = "2026-12-03-probe"
ANNA = Who(1, Role.VOLUNTEER, "Anna")
BORIS = Who(2, Role.VOLUNTEER, "Boris")
MARA = Who(9, Role.MODERATOR, "Mara")
OLGA = Who(10, Role.ORGANISER, "Olga")
READER = Who(0, Role.READER)
QUICK = Timing(tick=0.005, window=0.001, heartbeat=0.05)

SCHEDULE = Schedule(NOW - MINUTE, NOW, NOW + 60 * MINUTE)
DECLARE = Declare(SCHEDULE, by_clock=True, limits=Limits(ask_ms=0, waiting=100))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Memory:
    """A journal that keeps what real ones keep, and fails when it is told to."""

    def __init__(self) -> None:
        self.epoch = "e7c0ffee00000001"
        self.entries: list[Entry] = []
        self.texts: dict[int, str] = {}
        self.remembered: list[Remembered] = []
        self.batches: list[Batch] = []
        self.failing = 0
        self.closed = 0
        self.free = asyncio.Event()
        self.free.set()
        self.opened = 0

    async def open(self, session: str) -> Opened:
        if self.closed:
            self.closed -= 1
            raise OSError("the journal is out of reach")
        self.opened += 1
        return Opened(self.epoch, tuple(self.entries), dict(self.texts), tuple(self.remembered))

    async def trial(self, session: str) -> None:
        await self._write()

    async def _write(self) -> None:
        await self.free.wait()
        if self.failing:
            self.failing -= 1
            raise OSError("the disk is full")

    async def tail(self, session: str, place: Place) -> Tail:
        return Tail(self.epoch)

    async def append(
        self, session: str, place: Place, make: Callable[[Tail], Batch | None]
    ) -> None:
        batch = make(Tail(place.epoch))
        if batch is None:
            return
        await self._write()
        head = len(self.entries)
        numbers = [entry.number for entry in batch.entries]
        assert numbers == list(range(head + 1, head + 1 + len(numbers))), "gapless"
        self.batches.append(batch)
        for entry in batch.entries:
            self._keep(entry)
        self.remembered.extend(batch.remembered)

    def _keep(self, entry: Entry) -> None:
        if overwrites(entry.event) or isinstance(entry.event, Sealed):
            self.remembered.clear()
        if isinstance(entry.event, Sealed):
            self.epoch = "e7c0ffee00000002"
            self.entries = [
                replace(e, event=Upvoted(())) if isinstance(e.event, Upvoted) else e
                for e in self.entries
            ]
        self.entries.append(replace(entry, texts=()))
        self.texts.update(entry.texts)


def apart(frames: bytes) -> list[bytes]:
    """Return the messages that were sent in one piece."""
    text, found = frames.decode(), []
    while text:
        _message, end = json.JSONDecoder().raw_decode(text)
        found.append(text[:end].encode())
        text = text[end:]
    return found


class Line:
    """A transport that remembers; ``backed_up`` is set by hand."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.backed_up = False
        self.code = 0

    def post(self, frame: bytes) -> bool:
        if self.backed_up:
            return False
        self.write(*apart(frame))
        return True

    def write(self, *frames: bytes) -> None:
        self.frames.extend(json.loads(frame) for frame in frames)

    def close(self, code: int, reason: str) -> None:
        self.code = self.code or code

    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.frames if frame["type"] != "heartbeat"]

    def last(self, kind: str) -> dict[str, Any]:
        return next(frame for frame in reversed(self.frames) if frame["type"] == kind)


class Hall:
    """A room with everything around it."""

    def __init__(self, timing: Timing = QUICK, journal: Memory | None = None) -> None:
        self.clock = Clock()
        self.journal = journal or Memory()
        self.records: list[Transcript] = []
        self.unable = 0
        self.room = Room(
            SLUG,
            self.journal,
            clock=self.clock,
            frame=bytes,
            publish=self._publish,
            timing=timing,
        )

    async def _publish(self, slug: str, record: Transcript) -> None:
        if self.unable:
            self.unable -= 1
            raise OSError("the folder cannot be written")
        self.records.append(record)

    async def follow(
        self, who: Who = ANNA, stream: Stream = Stream.FLOOR, epoch: str = "", seq: int = 0
    ) -> tuple[Line, Connection]:
        """Let someone in."""
        line = Line()
        connection = Connection(line, who, stream, pass_id=1)
        await self.room.enter(connection, epoch, seq)
        return line, connection

    async def settled(self) -> None:
        """Wait until the clock has opened the session and everyone was told."""
        async with asyncio.timeout(5):
            while await self.phase() is not Phase.LIVE or self.room._sweep.dirty:  # noqa: ASYNC110
                await asyncio.sleep(0)

    async def phase(self) -> Phase:
        return await self.room.read(lambda session, _board: session.phase)

    async def count(self) -> int:
        return await self.room.read(lambda session, _board: len(session.questions))


__all__ = [
    "ANNA", "BORIS", "DECLARE", "MARA", "MINUTE", "NOW", "OLGA", "QUICK", "READER", "SCHEDULE",
    "SECOND", "SLUG", "Clock", "Hall", "Line", "Memory",
]  # fmt: skip
