"""The hub: all rooms of the programme, opened at the start and closed at the end."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping

from dialog.forum.commands import Declare
from dialog.forum.names import SYSTEM
from dialog.hub import wire
from dialog.hub.closing import Close
from dialog.hub.room import Room
from dialog.hub.sweep import Frame

SPREAD_MS = 4_000


class Hub:
    """Rooms by slug."""

    def __init__(self, frame: Frame) -> None:
        """Begin without a room."""
        self._rooms: dict[str, Room] = {}
        self._frame = frame
        self.ended: set[int] = set()

    def add(self, room: Room) -> None:
        """Take in the room of one more session."""
        self._rooms[room.slug] = room

    def __iter__(self) -> Iterator[Room]:
        """Return all rooms."""
        return iter(self._rooms.values())

    def room(self, slug: str) -> Room | None:
        """Return the room of a session, None for an unknown one."""
        return self._rooms.get(slug)

    async def start(self, declared: Mapping[str, Declare]) -> None:
        """Open all rooms and tell each what its declaration says now."""
        for slug, room in self._rooms.items():
            await room.start()
            await room.ask(declared[slug], SYSTEM)

    async def stop(self, random_ms: Callable[[int], int] = random.randrange) -> None:
        """Say good-bye to everyone, each with another moment to come back, and close all rooms."""
        for room in self._rooms.values():
            for connection in room.presence.everyone():
                farewell = wire.bye("restart", 200 + random_ms(SPREAD_MS))
                connection.line.write(self._frame(farewell))
                connection.close(Close.RESTART)
        await asyncio.gather(*(room.stop() for room in self._rooms.values()))

    def revoke(self, pass_id: int) -> None:
        """End what a pass has open in every room; what is on its way finds it in ``ended``."""
        self.ended.add(pass_id)
        for room in self._rooms.values():
            room.revoke(pass_id)
