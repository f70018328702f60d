"""The questions' lines beside the journal, refreshed in its transaction: what pages read."""

from collections.abc import Sequence

from sqlalchemy import Connection

from dialog.forum.journal import Line
from dialog.store.tables import QUESTIONS, upsert

# Counts change by hundreds in every batch, so they alone go past the compiler of statements.
COUNT_ONE = "UPDATE questions SET upvotes = ? WHERE session = ? AND number = ? AND rev = ?"
COUNT_MANY = (
    "UPDATE questions SET upvotes = line.upvotes "
    "FROM unnest(%s::int[], %s::int[], %s::bigint[]) AS line (upvotes, number, rev) "
    "WHERE questions.session = %s AND questions.number = line.number "
    "AND questions.rev = line.rev"
)


def refresh(connection: Connection, session: int, first: int, lines: Sequence[Line]) -> None:
    """Store the lines that a batch changed; ``first`` is the number of its first entry.

    A line whose ``rev`` is older than the batch and stored so has a new count and nothing else.
    """
    revised = [line for line in lines if line.rev >= first]
    counted = [line for line in lines if line.rev < first]
    if counted and _count(connection, session, counted) != len(counted):
        revised = list(lines)
    upsert(connection, QUESTIONS, [_row(session, line) for line in revised])


def _count(connection: Connection, session: int, lines: Sequence[Line]) -> int:
    """Set counts and return how many lines were there in that revision."""
    if connection.dialect.name == "sqlite":
        rows = [(line.upvotes, session, line.number, line.rev) for line in lines]
        return connection.exec_driver_sql(COUNT_ONE, rows).rowcount
    upvotes, numbers, revs = zip(
        *((line.upvotes, line.number, line.rev) for line in lines), strict=True
    )
    columns = (list(upvotes), list(numbers), list(revs), session)
    return connection.exec_driver_sql(COUNT_MANY, columns).rowcount


def _row(session: int, line: Line) -> dict[str, object]:
    return {
        "session": session,
        "number": line.number,
        "asked": line.asked,
        "review": line.review.value,
        "reason": line.reason.value if line.reason else None,
        "into": line.into,
        "outcome": line.outcome.value,
        "topic": line.topic,
        "upvotes": line.upvotes,
        "text": line.text,
        "rev": line.rev,
    }
