"""The row of a session: whoever adds to a session locks it first."""

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from dialog.forum.names import Phase
from dialog.store.tables import SESSIONS, insert


class Found(NamedTuple):
    """A session's row: its number, its epoch, its journal's head, its last person number."""

    id: int
    epoch: str
    head: int
    persons: int


def enrol(connection: Connection, slug: str) -> None:
    """Make a session's row with a fresh epoch, unless there is one."""
    row = {
        "slug": slug,
        "epoch": draw_epoch(),
        "phase": Phase.ANNOUNCED.value,
        "head": 0,
        "persons": 0,
    }
    connection.execute(insert(connection, SESSIONS).on_conflict_do_nothing(), row)


def find(connection: Connection, slug: str, *, lock: bool = False) -> Found | None:
    """Return a session's row, if there is one.

    With ``lock`` nobody else adds to it before this transaction ends.
    """
    columns = SESSIONS.c
    query = select(columns.id, columns.epoch, columns.head, columns.persons)
    query = query.where(columns.slug == slug)
    # SQLite has no row locks and needs none: its writers begin with the whole file locked.
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Found(*row)


def lock(connection: Connection, slug: str) -> Found:
    """Return a session's locked row, made where there was none."""
    row = find(connection, slug, lock=True)
    if row is None:
        enrol(connection, slug)
        row = find(connection, slug, lock=True)
    if row is None:  # pragma: no cover - it was made above and rows of sessions stay
        raise LookupError(slug)
    return row


def set_session(connection: Connection, session: int, **values: object) -> None:
    """Set columns of a session's row."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(values))


def draw_epoch() -> str:
    """Draw an epoch: 16 hex digits."""
    return secrets.token_hex(8)
