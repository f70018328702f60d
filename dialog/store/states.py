"""States beside the journals: what one adds up to at a number, so that it is opened quickly.

Each may be thrown away at any time and is made anew. It is stored in parts, each in a transaction
of its own, for nobody's upvote waits until megabytes are on the disk; it counts once all are there.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, delete, func, select

from dialog.forum.state import State
from dialog.forum.window import Extent
from dialog.store import bodies
from dialog.store.sessions import Found, find
from dialog.store.tables import STATES, upsert

PART = 256 * 1024
Row = dict[str, Any]

log = structlog.get_logger()


def read(
    connection: Connection, session: Found, texts: Mapping[int, str], extent: Extent
) -> State | None:
    """Return the latest state of a session that is whole and of its epoch and our rules."""
    columns = STATES.c
    query = select(columns.body).where(columns.session == session.id).order_by(columns.part)
    for number, digest in _whole(connection, session):
        # Beside its parts may stand one that a longer state of other rules has left.
        own = (columns.number == number, columns.hash == digest)
        body = b"".join(connection.scalars(query.where(*own)))
        if sha256(body).digest() == digest:
            return _decoded(body, number, texts, extent)
    return None


def number(connection: Connection, session: Found) -> int:
    """Return the number of the latest such state, 0 where there is none."""
    return next((number for number, _ in _whole(connection, session)), 0)


def _whole(connection: Connection, session: Found) -> Sequence[tuple[int, bytes]]:
    """Return number and hash of every state of which all parts are there, the latest first."""
    c = STATES.c
    query = select(c.number, c.hash).group_by(c.number, c.hash, c.parts)
    query = query.where(c.session == session.id, c.epoch == session.epoch, c.rules == bodies.RULES)
    query = query.where(c.number <= session.head).having(func.count() == c.parts)
    found = connection.execute(query.order_by(c.number.desc()))
    return [(number, bytes(digest)) for number, digest in found]


def _decoded(body: bytes, number: int, texts: Mapping[int, str], extent: Extent) -> State | None:
    try:
        return bodies.decode(body, texts, extent)
    except (msgspec.MsgspecError, ValueError, LookupError):
        log.exception("state not read", number=number)
        return None


def parts(state: State, session: Found) -> Iterator[Row]:
    """Return the parts of a state of a session, as they are stored one after the other."""
    body = bodies.encode(state)
    count = math.ceil(len(body) / PART)
    shared: Row = {
        "session": session.id,
        "number": state.session.seq,
        "parts": count,
        "epoch": session.epoch,
        "rules": bodies.RULES,
        "hash": sha256(body).digest(),
    }
    return (
        shared | {"part": part, "body": body[part * PART : (part + 1) * PART]}
        for part in range(count)
    )


def store(connection: Connection, slug: str, part: Row) -> bool:
    """Store one part, unless the session has another epoch since: then all of it is out of date.

    Sealing draws one, and must find nobody later who supported something.
    """
    session = find(connection, slug, lock=True)
    if session is None or session.epoch != part["epoch"]:
        return False
    upsert(connection, STATES, [part])
    return True


def tidy(connection: Connection, before: Row) -> bool:
    """Delete a part of an earlier state; tell whether there was one."""
    c = STATES.c
    earlier = (c.session == before["session"], c.number < before["number"])
    found = connection.execute(select(c.number, c.part).where(*earlier).limit(1)).one_or_none()
    if found is None:
        return False
    connection.execute(delete(STATES).where(*earlier, c.number == found[0], c.part == found[1]))
    return True


def forget(connection: Connection, session: int) -> None:
    """Delete all states of a session: some of what they were made of is to be found no more."""
    connection.execute(delete(STATES).where(STATES.c.session == session))
