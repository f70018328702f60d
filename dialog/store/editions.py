"""How often what calendars show of a session has changed: calendars believe the highest number."""

from sqlalchemy import Connection, select

from dialog.store.database import Database
from dialog.store.people import Clock
from dialog.store.sessions import lock
from dialog.store.tables import EDITIONS, SESSIONS, upsert


class Editions:
    """The editions of one database's sessions; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def sequence(self, slug: str, mark: bytes, first: int = 0) -> int:
        """Return the number of what bears this mark, and write nothing.

        ``first`` is that of a session's first edition.
        """
        query = select(EDITIONS.c.mark, EDITIONS.c.sequence).join(SESSIONS)
        query = query.where(SESSIONS.c.slug == slug)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return first
        return int(row.sequence) + int(row.mark != mark)

    async def note(self, slug: str, mark: bytes, first: int = 0) -> int:
        """Keep what bears this mark as the last edition, and return its number."""

        def work(connection: Connection) -> int:
            session = lock(connection, slug).id
            query = select(EDITIONS.c.mark, EDITIONS.c.sequence)
            known = connection.execute(query.where(EDITIONS.c.session == session)).one_or_none()
            if known is not None and known.mark == mark:
                return int(known.sequence)
            number = first if known is None else int(known.sequence) + 1
            row = {"session": session, "sequence": number, "mark": mark, "at": self._clock()}
            upsert(connection, EDITIONS, [row])
            return number

        return await self._database.write(work)
