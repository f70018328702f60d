"""The row of a session: whoever adds to a session locks it first."""

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from dialog.forum.names import Phase
from dialog.store.tables import SESSIONS, insert

# Made once: whoever makes a statement anew for every commit pays for it with every commit.
_FIND = select(SESSIONS.c.id, SESSIONS.c.epoch, SESSIONS.c.head, SESSIONS.c.persons)
_FIND = _FIND.where(SESSIONS.c.slug == bindparam("slug"))
_FIND_AND_LOCK = _FIND.with_for_update()
_SET = update(SESSIONS).where(SESSIONS.c.id == bindparam("session"))


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
    # SQLite has no row locks and needs none: its writers begin with the whole file locked.
    query = _FIND_AND_LOCK if lock else _FIND
    row = connection.execute(query, {"slug": slug}).one_or_none()
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
    connection.execute(_SET, {"session": session, **values})


def draw_epoch() -> str:
    """Draw an epoch: 16 hex digits."""
    return secrets.token_hex(8)
