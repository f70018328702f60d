"""The journal of sessions: opened whole, appended in batches, gapless."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, delete, select, update

from dialog.forum.events import Entry, Event, Redacted, Sealed
from dialog.forum.journal import Batch, Opened, Remembered
from dialog.store import payloads
from dialog.store.database import Database
from dialog.store.lines import refresh
from dialog.store.sessions import Found, draw_epoch, enrol, find, set_session
from dialog.store.tables import JOURNAL, RESULTS, TEXTS, upsert

ROWS_AT_ONCE = 5_000
TRIAL = Batch(())
_ENTER = JOURNAL.insert()


class JournalFault(Exception):  # noqa: N818 - the word of the contract with the hub
    """A journal cannot be read, or a batch does not follow it; a person has to look."""


class Behind(Exception):  # noqa: N818 - not an error: another process was quicker
    """The journal has grown since the caller read it; ``head`` is its last number."""

    def __init__(self, slug: str, head: int) -> None:
        super().__init__(f"{slug}: the journal stands at {head}")
        self.head = head


class Journal:
    """The journals of all sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, slug: str) -> Opened:
        """Return a session's journal as stored; a new session begins with a fresh epoch.

        Raise ``JournalFault`` for a gap, an unknown kind or a payload that does not fit its kind.
        """
        opened = await self._database.read(lambda connection: _open(connection, slug))
        if opened is None:
            await self._database.write(lambda connection: enrol(connection, slug))
            return await self.open(slug)
        return opened

    async def append(self, slug: str, batch: Batch) -> None:
        """Store a batch in one transaction; raise ``Behind`` where it does not follow the head.

        A batch of nothing writes as every other one does and leaves all as it is.
        Redaction overwrites bodies and forgets remembered answers. Sealing deletes who supported
        what, forgets remembered answers and draws a new epoch.
        """
        scrub = any(isinstance(entry.event, Redacted | Sealed) for entry in batch.entries)
        await self._database.write(lambda connection: _append(connection, slug, batch), scrub=scrub)

    async def epoch(self, slug: str) -> str:
        """Return a session's epoch as it is now; raise ``JournalFault`` for an unknown session."""
        found = await self._database.read(lambda connection: _known(connection, slug))
        return found.epoch

    async def new_epoch(self, slug: str) -> str:
        """Draw and return a new epoch, so that every client takes a fresh snapshot."""
        return await self._database.write(lambda connection: _new_epoch(connection, slug))


def _known(connection: Connection, slug: str, *, lock: bool = False) -> Found:
    row = find(connection, slug, lock=lock)
    if row is None:
        raise JournalFault(f"{slug}: no such session")
    return row


def _new_epoch(connection: Connection, slug: str) -> str:
    epoch = draw_epoch()
    set_session(connection, _known(connection, slug, lock=True).id, epoch=epoch)
    return epoch


# --- open ----------------------------------------------------------------------------------------


def _open(connection: Connection, slug: str) -> Opened | None:
    session = find(connection, slug)
    if session is None:
        return None
    entries = tuple(_entries(connection, session, slug))
    if len(entries) != session.head:
        raise JournalFault(f"{slug}: the journal ends at {len(entries)}, not at {session.head}")
    texts = select(TEXTS.c.number, TEXTS.c.body).where(TEXTS.c.session == session.id)
    return Opened(
        epoch=session.epoch,
        entries=entries,
        texts={row.number: row.body for row in connection.execute(texts)},
        remembered=tuple(_remembered(connection, session.id)),
    )


def _entries(connection: Connection, session: Found, slug: str) -> Iterator[Entry]:
    columns = JOURNAL.c
    query = select(columns.number, columns.at, columns.person, columns.kind, columns.payload)
    query = query.where(columns.session == session.id).order_by(columns.number)
    with connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for expected, (number, at, person, kind, payload) in enumerate(rows, 1):
            if number != expected:
                raise JournalFault(f"{slug}: entry {expected} is missing")
            yield Entry(number, at, person, _event(slug, number, kind, payload))


def _event(slug: str, number: int, kind: str, payload: str) -> Event:
    try:
        return payloads.decode(kind, payload)
    except payloads.UnknownKindError:
        raise JournalFault(f"{slug}: entry {number} is of unknown kind {kind}") from None
    except msgspec.MsgspecError as fault:
        raise JournalFault(f"{slug}: entry {number} does not fit {kind}: {fault}") from None


def _remembered(connection: Connection, session: int) -> Iterator[Remembered]:
    columns = RESULTS.c
    query = select(columns.person, columns.key, columns.body, columns.result)
    for person, key, body, result in connection.execute(query.where(columns.session == session)):
        yield Remembered(person, key, bytes(body), bytes(result))


# --- append --------------------------------------------------------------------------------------


def _append(connection: Connection, slug: str, batch: Batch) -> None:
    session = _known(connection, slug, lock=True)
    if batch == TRIAL:
        set_session(connection, session.id, head=session.head + 1)
        set_session(connection, session.id, head=session.head)
        return
    numbers = [entry.number for entry in batch.entries]
    if numbers and numbers[0] != session.head + 1:
        raise Behind(slug, session.head)
    if numbers != list(range(session.head + 1, session.head + 1 + len(numbers))):
        raise JournalFault(f"{slug}: a batch with a gap: {numbers}")
    _store_entries(connection, session.id, batch.entries)
    for entry in batch.entries:
        _forget(connection, session.id, entry)
    refresh(connection, session.id, session.head + 1, batch.lines)
    head = session.head + len(numbers)
    upsert(connection, RESULTS, [_result(session.id, result, head) for result in batch.remembered])
    set_session(connection, session.id, head=head, phase=batch.phase.value)


def _store_entries(connection: Connection, session: int, entries: tuple[Entry, ...]) -> None:
    if entries:
        rows = [_entry(session, entry) for entry in entries]
        connection.execute(_ENTER, rows)
    # The last body of a number wins: what a batch blackens again is never stored.
    texts = dict(text for entry in entries for text in entry.texts)
    bodies = [{"session": session, "number": n, "body": body} for n, body in texts.items()]
    upsert(connection, TEXTS, bodies)


def _entry(session: int, entry: Entry) -> dict[str, object]:
    kind, payload = payloads.encode(entry.event)
    return {
        "session": session,
        "number": entry.number,
        "at": entry.at,
        "person": entry.person,
        "kind": kind,
        "payload": payload,
    }


def _forget(connection: Connection, session: int, entry: Entry) -> None:
    """Delete what a redaction or the sealing of the record leaves no reason to keep."""
    if isinstance(entry.event, Redacted | Sealed):
        # A hash of a blackened text would still betray it to whoever guesses.
        own, earlier = RESULTS.c.session == session, RESULTS.c.seq < entry.number
        connection.execute(delete(RESULTS).where(own, earlier))
    if isinstance(entry.event, Sealed):
        ours, taps = JOURNAL.c.session == session, JOURNAL.c.kind == "upvoted"
        earlier = JOURNAL.c.number < entry.number
        statement = update(JOURNAL).where(ours, taps, earlier)
        connection.execute(statement.values(payload=payloads.NO_TAPS))
        set_session(connection, session, epoch=draw_epoch())


def _result(session: int, remembered: Remembered, head: int) -> dict[str, object]:
    return {
        "session": session,
        "person": remembered.person,
        "key": remembered.key,
        "body": remembered.body,
        "seq": head,
        "result": remembered.result,
    }
