"""The directory of integration guides, as it was handed in last."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from dialog.store.database import Database
from dialog.store.people import Clock
from dialog.store.tables import GUIDES


class Guide(NamedTuple):
    """A guide of a district or city; empty is what the list does not tell."""

    district: str
    organisation: str = ""
    name: str = ""
    phone: str = ""
    mail: str = ""
    web: str = ""
    note: str = ""


class Directory(NamedTuple):
    """All guides in the order of their list, handed in at ``made`` (ms UTC, 0: never)."""

    guides: tuple[Guide, ...] = ()
    made: int = 0


class Guides:
    """The directory of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> Directory:
        """Return the directory."""
        query = select(GUIDES).order_by(GUIDES.c.number)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        found = tuple(Guide(*(getattr(row, name) for name in Guide._fields)) for row in rows)
        return Directory(found, rows[0].made if rows else 0)

    async def mark(self) -> tuple[int, int]:
        """Return what is another whenever the directory is."""
        query = select(func.count(), func.coalesce(func.max(GUIDES.c.made), 0))
        count, made = await self._database.read(lambda connection: connection.execute(query).one())
        return int(count), int(made)

    async def replace(self, guides: Sequence[Guide], seen: int) -> bool:
        """Put another directory in the place of the one ``made`` at ``seen``.

        False where that is not the present one any more.
        """
        now = self._clock()

        def work(connection: Connection) -> bool:
            made = connection.scalar(select(func.max(GUIDES.c.made))) or 0
            if made != seen:
                return False
            connection.execute(delete(GUIDES))
            later = max(now, made + 1)
            rows = [
                {"number": number, "made": later, **one._asdict()}
                for number, one in enumerate(guides, 1)
            ]
            if rows:
                connection.execute(GUIDES.insert(), rows)
            return True

        return await self._database.write(work, scrub=True)
