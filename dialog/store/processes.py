"""What the processes that serve one PostgreSQL database look for: heads, ended passes, each other.

Ages are counted by the database's clock: those of several machines may differ.
"""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select

from dialog.store.database import Database
from dialog.store.tables import PROCESSES, SESSIONS, upsert

FRESH_MS = 10_000
NOW = "SELECT extract(epoch FROM clock_timestamp()) * 1000"
ENDED = (
    "SELECT held FROM unnest(%s::int[]) AS held "
    "WHERE NOT EXISTS (SELECT 1 FROM passes WHERE passes.id = held)"
)


class Processes:
    """This process among those that serve a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = secrets.token_hex(8)

    async def heads(self) -> dict[str, tuple[str, int]]:
        """Return epoch and last number of every session, by slug."""
        query = select(SESSIONS.c.slug, SESSIONS.c.epoch, SESSIONS.c.head)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {slug: (epoch, head) for slug, epoch, head in rows}

    async def now(self) -> int:
        """Return the database server's time, in ms UTC."""
        return await self._database.read(lambda c: int(c.exec_driver_sql(NOW).scalar_one()))

    async def ended(self, passes: Collection[int]) -> Sequence[int]:
        """Return which of these passes there are no more."""
        if not passes:
            return ()
        return await self._database.read(
            lambda c: c.exec_driver_sql(ENDED, (list(passes),)).scalars().all()
        )

    async def exchange(self, told: bytes) -> Sequence[bytes]:
        """Keep what this process tells, and return what the others told of late."""

        def work(connection: Connection) -> Sequence[bytes]:
            now = int(connection.exec_driver_sql(NOW).scalar_one())
            upsert(connection, PROCESSES, [{"name": self._name, "at": now, "told": told}])
            silent = PROCESSES.c.at < now - FRESH_MS
            connection.execute(delete(PROCESSES).where(silent))
            others = select(PROCESSES.c.told).where(PROCESSES.c.name != self._name)
            return [bytes(one) for one in connection.scalars(others)]

        return await self._database.write(work)

    async def part(self) -> None:
        """Let the others count no more on this process."""
        own = delete(PROCESSES).where(PROCESSES.c.name == self._name)
        await self._database.write(lambda connection: connection.execute(own))
