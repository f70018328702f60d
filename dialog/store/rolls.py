"""Lists that were handed in and not yet taken over; kept for a day at most.

Addresses belong to a session; a directory of guides belongs to none, and its ``slug`` is empty.
"""

import secrets

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from dialog.store.database import Database
from dialog.store.people import DAY, Clock
from dialog.store.sessions import lock
from dialog.store.tables import ROLLS, SESSIONS


class Rolls:
    """The lists of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, slug: str, body: str) -> str:
        """Keep a list (JSON), and return the name under which it is found: 32 hex digits."""
        name, now = secrets.token_hex(16), self._clock()

        def work(connection: Connection) -> None:
            session = lock(connection, slug).id if slug else None
            row = {"id": name, "session": session, "made": now, "body": body}
            connection.execute(ROLLS.insert(), row)

        await self._database.write(work)
        return name

    async def get(self, slug: str, name: str) -> str | None:
        """Return a list of a session, None where there is none or its day is over."""
        young = ROLLS.c.made > self._clock() - DAY
        query = select(ROLLS.c.body).where(_own(slug, name), young)
        return await self._database.read(lambda c: c.execute(query).scalar_one_or_none())

    async def replace(self, slug: str, name: str, body: str) -> None:
        """Keep a list with what was corrected in it."""
        own = update(ROLLS).where(_own(slug, name)).values(body=body)
        await self._database.write(lambda connection: connection.execute(own), scrub=True)

    async def drop(self, slug: str, name: str) -> None:
        """Delete a list."""
        own = delete(ROLLS).where(_own(slug, name))
        await self._database.write(lambda connection: connection.execute(own), scrub=True)

    async def forget(self) -> None:
        """Delete the lists whose day is over."""
        old = ROLLS.c.made <= self._clock() - DAY
        any_old = select(ROLLS.c.id).where(old).limit(1)
        if await self._database.read(lambda connection: connection.scalar(any_old)):
            await self._database.write(lambda c: c.execute(delete(ROLLS).where(old)), scrub=True)


def _own(slug: str, name: str) -> ColumnElement[bool]:
    if not slug:
        return and_(ROLLS.c.session.is_(None), ROLLS.c.id == name)
    session = select(SESSIONS.c.id).where(SESSIONS.c.slug == slug).scalar_subquery()
    return and_(ROLLS.c.session == session, ROLLS.c.id == name)
