"""An audience before two rooms of one session, each with a database of its own to one PostgreSQL.

They stand for two processes: whoever comes back comes to the other one. No wake-up reaches them;
they look for news when all is to be quiet, as the poll beneath the wake-ups does.
"""

import asyncio
from pathlib import Path
from time import monotonic_ns
from typing import Any

from dialog.forum.names import SYSTEM, Stream, Who
from dialog.hub.limits import Spent
from dialog.hub.room import Room
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.processes import Processes
from dialog.store.tables import JOURNAL, QUESTIONS, RESULTS, SESSIONS, TEXTS
from tests.hub.doubles import Clock
from tests.promises.audience import AT_ONCE, DECLARE, Tab, Venue, unkept

KEPT = (JOURNAL, TEXTS, QUESTIONS, RESULTS)


class Side:
    """One process: its database, its journal and its room."""

    def __init__(self, url: str, slug: str, clock: Clock) -> None:
        self.slug, self.clock = slug, clock
        self.database = Database(url)
        self.journal = Journal(self.database)
        self.processes = Processes(self.database)
        self.spent: list[Spent] = []

    async def begin(self) -> None:
        self.room = Room(
            self.slug, self.journal, clock=self.clock, frame=bytes, publish=unkept,
            charge=self.spent.append, timing=AT_ONCE,
        )  # fmt: skip
        await self.room.start()
        await self.room.ask(DECLARE, SYSTEM)

    async def look(self) -> None:
        """Look for news, and wait until they are taken in."""
        epoch, head = (await self.processes.heads())[self.slug]
        self.room.heard(head, epoch)
        while self.room._behind:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        await self.room.read(lambda _session, _board: None)


class Roamer(Tab):
    """A client that comes back to the other process."""

    async def enter(self) -> None:
        self.leave()
        two = self.two  # type: ignore[attr-defined]
        two.turn += 1
        self.venue = two.sides[two.turn % len(two.sides)]
        await super().enter()


class Two(Venue):
    """Two rooms of one session, and who is there."""

    def __init__(self, url: str) -> None:
        self.slug = f"2026-12-03-probe-{monotonic_ns()}"
        self.clock = Clock()
        self.tabs: list[Tab] = []
        self.turn = 0
        self.sides = [Side(url, self.slug, self.clock) for _ in range(2)]

    async def open(self) -> None:
        self.journal, self.database = self.sides[0].journal, self.sides[0].database
        await self.begin()

    async def begin(self) -> None:
        await asyncio.gather(*(side.begin() for side in self.sides))
        self.room = self.sides[0].room
        await self.settle()

    async def close(self) -> None:
        for side in self.sides:
            await side.room.stop()
            await side.database.close()

    async def crash(self) -> None:
        """Throw one room away as it is, and begin it anew."""
        self.turn += 1
        side = self.sides[self.turn % 2]
        self.room, self.database = side.room, side.database
        tabs, self.tabs = self.tabs, [t for t in self.tabs if t.venue is side]  # type: ignore[comparison-overlap]
        await self._fall()
        self.tabs = tabs
        await side.begin()
        await self.settle()

    def copy(self, to: Path) -> None:
        """Keep what the tables hold."""
        with self.database._reading.begin() as connection:
            self._copied = {table: connection.execute(table.select()).all() for table in KEPT}
            query = SESSIONS.select().where(SESSIONS.c.slug == self.slug)
            self._session = connection.execute(query).one()

    async def restore(self, copied: Path) -> None:
        """Put what was kept in the tables' place, while both processes go on."""
        await self.settle()
        for tab in self.tabs:
            tab.leave()
        own = self._session.id

        def work(connection: Any) -> None:
            for table in KEPT:
                connection.execute(table.delete().where(table.c.session == own))
            for table in reversed(KEPT):
                rows = [row._asdict() for row in self._copied[table] if row.session == own]
                if rows:
                    connection.execute(table.insert(), rows)
            values = {"head": self._session.head, "phase": self._session.phase}
            connection.execute(SESSIONS.update().where(SESSIONS.c.id == own).values(values))

        await self.database.write(work)
        await self.journal.new_epoch(self.slug)
        await self.settle()

    async def follow(self, who: Who, stream: Stream = Stream.FLOOR) -> Tab:
        tab = self._roamer(who, stream)
        self.tabs.append(tab)
        await tab.enter()
        return tab

    async def fresh(self, who: Who, stream: Stream) -> Tab:
        tab = self._roamer(who, stream)
        await tab.enter()
        tab.deliver()
        tab.leave()
        return tab

    def _roamer(self, who: Who, stream: Stream) -> Roamer:
        tab = Roamer(self, who, stream)
        tab.two = self  # type: ignore[attr-defined]
        return tab

    def hold(self) -> None:
        for side in self.sides:
            self.room = side.room
            super().hold()

    def beat(self) -> None:
        for side in self.sides:
            self.room = side.room
            super().beat()

    async def settle(self) -> None:
        """Wait until both rooms have nothing more to do and are at the same place."""
        while True:
            for side in self.sides:
                self.room = side.room
                await super().settle()
                await side.look()
            places = {side.room._ledger.place for side in self.sides}
            if len(places) == 1 and not any(side.room._inbox for side in self.sides):
                break
        for side in self.sides:
            self.room = side.room
            await super().settle()
