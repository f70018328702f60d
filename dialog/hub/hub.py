"""The hub: all rooms of the programme, opened at the start and closed at the end."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import structlog

from dialog.forum.commands import Declare
from dialog.forum.names import SYSTEM
from dialog.forum.refusals import Refusal
from dialog.hub import wire
from dialog.hub.closing import Close
from dialog.hub.presence import There
from dialog.hub.room import Room
from dialog.hub.sweep import Frame

log = structlog.get_logger()

AWAY_MS = 1_000  # a process needs about that long to begin
SPREAD_MS = 4_000
EACH_MS = 1.0  # taking one connection in costs less than half of that

Lot = Callable[[], float]


class Hub:
    """Rooms by slug."""

    def __init__(self, frame: Frame) -> None:
        """Begin without a room."""
        self._rooms: dict[str, Room] = {}
        self._frame = frame
        self.parting = False
        self.ended: set[int] = set()

    def add(self, room: Room) -> None:
        """Take in the room of one more session."""
        self._rooms[room.slug] = room

    def __iter__(self) -> Iterator[Room]:
        """Return all rooms there are now; some may come or go meanwhile."""
        return iter(tuple(self._rooms.values()))

    def room(self, slug: str) -> Room | None:
        """Return the room of a session, None for an unknown one."""
        return self._rooms.get(slug)

    async def start(self, declared: Mapping[str, Declare]) -> None:
        """Open all rooms and tell each what its declaration says now."""
        for slug, room in self._rooms.items():
            await self._open(room, declared[slug])

    async def open(self, room: Room, declared: Declare) -> None:
        """Take in one more room while others are open."""
        await self._open(room, declared)
        self.add(room)

    async def shut(self, slug: str) -> None:
        """End one room while others stay open; who is in it is told that it is gone."""
        room = self._rooms.pop(slug)
        await room.stop()
        for connection in room.presence.everyone():
            connection.close(Close.GONE)

    async def _open(self, room: Room, declared: Declare) -> None:
        await room.start()
        if isinstance(await room.ask(declared, SYSTEM), Refusal):
            log.warning("declaration not taken, the one of before holds", session=room.slug)

    async def stop(self, within: float, lot: Lot = random.random) -> None:
        """Finish the commits under way, then say good-bye to everyone.

        A commit that hangs is waited for ``within`` seconds. Everybody gets another moment to come
        back: those who are told one by one must not arrive all at once. ``lot`` is in [0, 1).
        """
        self.parting = True
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await asyncio.gather(*(room.stop() for room in self._rooms.values()))
        leaving = [c for room in self._rooms.values() for c in room.presence.everyone()]
        for connection, moment in zip(leaving, moments(len(leaving), lot), strict=True):
            connection.line.write(self._frame(wire.bye("restart", moment)))
            connection.close(Close.RESTART)

    def revoke(self, pass_id: int) -> None:
        """End what a pass has open in every room; what is on its way finds it in ``ended``."""
        self.ended.add(pass_id)
        for room in self._rooms.values():
            room.revoke(pass_id)

    # --- other processes -------------------------------------------------------------------------

    def heard(self, slug: str, head: int, epoch: str = "") -> None:
        """Let a room look at its journal if that stands elsewhere by now."""
        room = self._rooms.get(slug)
        if room is not None:
            room.heard(head, epoch)

    @property
    def passes(self) -> set[int]:
        """The passes with which anybody is here."""
        return {held for room in self for held in room.passes} - {0}

    def there(self) -> dict[str, There]:
        """Return who is in each room, to be told to other processes."""
        return {room.slug: room.presence.there() for room in self}

    def hear(self, elsewhere: Sequence[Mapping[str, There]]) -> None:
        """Take in who is in the rooms of the other processes."""
        for room in self:
            room.presence.hear([told[room.slug] for told in elsewhere if room.slug in told])


def moments(count: int, lot: Lot = random.random) -> Iterator[int]:
    """Return for each of ``count`` clients after how many ms to come back, evenly spread."""
    span = max(SPREAD_MS, count * EACH_MS)
    for number in range(count):
        yield AWAY_MS + int((number + lot()) * span / count)
