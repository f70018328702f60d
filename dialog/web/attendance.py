"""Who of the invited was in the room while it was live: noted once, and by no page itself."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from dialog.forum.board import Board
from dialog.forum.journal import Unavailable
from dialog.forum.names import Phase, Role, Stream
from dialog.forum.session import Session
from dialog.hub.room import Room
from dialog.store.guests import Guests

log = structlog.get_logger()
LOOK_S: Final = 2.0


class Attendance:
    """Notes who was there; ``rooms`` gives those that are open."""

    def __init__(self, guests: Guests, rooms: Callable[[], Iterable[Room]]) -> None:
        """Begin with nobody noted: whoever was noted before is left as they are."""
        self._guests = guests
        self._rooms = rooms
        self._seen: dict[str, set[int]] = {}
        self._noted: dict[str, set[int]] = {}

    def see(self, slug: str, person: int) -> None:
        """Remember somebody who looks at a room without a connection of their own."""
        if person not in self._noted.get(slug, ()):
            self._seen.setdefault(slug, set()).add(person)

    async def run(self) -> None:
        """Look who is there, again and again until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Unavailable:  # the next look finds them
                continue
            except Exception:
                log.exception("attendance not noted")

    async def look(self) -> None:
        """Note whoever is in a live room and was not noted yet."""
        for room in [*self._rooms()]:
            seen = self._seen.pop(room.slug, set())
            if await room.read(_live):
                await self._note(room.slug, seen | _people(room))

    async def _note(self, slug: str, people: set[int]) -> None:
        noted = self._noted.setdefault(slug, set())
        if new := people - noted:
            try:
                await self._guests.join(slug, new)
                noted |= new
            except Unavailable:  # later, then
                self._seen.setdefault(slug, set()).update(new)


def _people(room: Room) -> set[int]:
    there = room.presence.follow(Stream.FLOOR)
    return {one.who.person for one in there if one.who.role is Role.VOLUNTEER}


def _live(session: Session, _board: Board) -> bool:
    return session.phase is Phase.LIVE
