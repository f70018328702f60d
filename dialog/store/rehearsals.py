"""The end of a rehearsal: everything of it is deleted, and never anything of a real session."""

from sqlalchemy import Connection, and_, delete, not_, select

from dialog.forum.events import Declared
from dialog.store import payloads
from dialog.store.database import Database
from dialog.store.sessions import find
from dialog.store.tables import GRANTS, JOURNAL, METADATA, PASSES, SESSIONS


class RealSession(Exception):  # noqa: N818 - it is said of a session
    """Its journal declares a real session, so nothing of it is deleted."""


async def erase(database: Database, slug: str) -> None:
    """Delete a rehearsal with all it holds, and the passes that open nothing else.

    Raise ``RealSession`` where its journal knows it as a real one, whatever a file says now.
    """
    await database.write(lambda connection: _erase(connection, slug), scrub=True)


def _erase(connection: Connection, slug: str) -> None:
    session = find(connection, slug, lock=True)
    if session is None:
        return
    if not all(_rehearsals(connection, session.id)):
        raise RealSession(f"{slug} is a real session.")
    here = GRANTS.c.session == session.id
    opens_nothing_else = and_(
        PASSES.c.account.is_(None),
        PASSES.c.id.in_(select(GRANTS.c.holder).where(here)),
        PASSES.c.id.not_in(select(GRANTS.c.holder).where(not_(here))),
    )
    connection.execute(delete(PASSES).where(opens_nothing_else))
    for table in reversed(METADATA.sorted_tables):
        if "session" in table.c:
            connection.execute(delete(table).where(table.c.session == session.id))
    connection.execute(delete(SESSIONS).where(SESSIONS.c.id == session.id))


def _rehearsals(connection: Connection, session: int) -> list[bool]:
    """Return of every declaration in a journal whether it declares a rehearsal."""
    own = and_(JOURNAL.c.session == session, JOURNAL.c.kind == "declared")
    said = connection.scalars(select(JOURNAL.c.payload).where(own)).all()
    events = [payloads.decode("declared", payload) for payload in said]
    return [isinstance(event, Declared) and event.rehearsal for event in events]
