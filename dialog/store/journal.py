"""The journal of sessions: opened whole, appended in batches, gapless."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select, update

from dialog.forum.events import Entry, Event, Purged, Sealed, Upvoted, overwrites
from dialog.forum.journal import Batch, Opened, Overtaken, Place, Remembered, Tail, Unavailable
from dialog.forum.state import State
from dialog.forum.window import FULL, SHARED, Extent
from dialog.store import deletions, payloads, states
from dialog.store.database import Database
from dialog.store.handover import Handover
from dialog.store.lines import refresh
from dialog.store.listening import tell
from dialog.store.sessions import Found, draw_epoch, enrol, find, set_session
from dialog.store.tables import JOURNAL, QUESTIONS, RESULTS, STATES, TEXTS, upsert

ROWS_AT_ONCE = 500
# How many taps are added up in a moment, and what others weigh beside them: in time, in bytes.
LONG = 100_000
TAPS_OF_OTHERS = 10
BYTES_OF_TAP = 35
BYTES_OF_OTHERS = 200
BETWEEN = 0.01
_ENTER = JOURNAL.insert()
GONE_BACK = ""  # no journal has this epoch

Make = Callable[[Tail], Batch | None]


class JournalFault(Exception):  # noqa: N818 - the word of the contract with the hub
    """A journal cannot be read, or a batch does not follow it; a person has to look."""


class Journal:
    """The journals of all sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, slug: str) -> Opened:
        """Return a session's journal as stored; a new session begins with a fresh epoch.

        Raise ``JournalFault`` for a gap, an unknown kind or a payload that does not fit its kind.
        """
        extent = SHARED if self._database.shared else FULL
        read = await self._database.read(lambda connection: _open(connection, slug, extent))
        if read is None:
            await self._database.write(lambda connection: enrol(connection, slug))
            return await self.open(slug)
        opened, parts = read
        with suppress(Unavailable):  # it is made anew whenever it is wanted
            await self._keep(slug, parts)
        return opened

    async def _keep(self, slug: str, parts: Iterable[states.Row]) -> None:
        """Store a state part by part, so that others store between them, and drop earlier ones.

        It is given up where the session has another epoch meanwhile.
        """
        for part in parts:
            if not await self._database.write(partial(states.store, slug=slug, part=part)):
                return
            await asyncio.sleep(BETWEEN)
        more = bool(parts)
        while more:
            more = await self._database.write(lambda connection: states.tidy(connection, part))
            await asyncio.sleep(BETWEEN)

    async def long(self, slug: str) -> bool:
        """Tell whether opening a session's journal would take a while: its state is old."""
        return await self._database.read(lambda connection: _long(connection, slug))

    async def append(self, slug: str, place: Place, make: Make) -> None:
        """Store in one transaction what ``make`` returns for what others stored since ``place``.

        Where several processes write, ``make`` is called on the loop while a thread holds the
        session's row, so that nobody is ever overtaken; what it raises rolls back and is raised
        here, and for None nothing is stored. An entry that overwrites texts forgets remembered
        answers. Sealing deletes who supported what, forgets remembered answers and draws a new
        epoch.
        """
        if not self._database.shared:
            batch = make(Tail(place.epoch))
            if batch is not None:
                scrub = any(_scrubs(entry.event) for entry in batch.entries)
                await self._write(slug, place, lambda _tail: batch, scrub=scrub)
            return
        with Handover(make) as decide:
            await self._write(slug, place, decide)

    async def _write(self, slug: str, place: Place, decide: Make, *, scrub: bool = False) -> None:
        def work(connection: Connection) -> None:
            _append(connection, slug, place, decide)

        await self._database.write(work, scrub=scrub, batch=True)

    async def begin_anew(
        self, slug: str, place: Place, batch: Batch, kept: Collection[int]
    ) -> None:
        """Let a batch be the whole journal from now on, and keep these texts only.

        Raise ``Overtaken`` where somebody has stored something since ``place``.
        """

        def work(connection: Connection) -> None:
            session = _known(connection, slug, lock=True)
            if (session.epoch, session.head) != (place.epoch, place.head):
                raise Overtaken
            _clear(connection, session.id, kept)
            _store_entries(connection, session.id, batch.entries, 0)
            refresh(connection, session.id, 1, batch.lines)
            set_session(connection, session.id, head=len(batch.entries), epoch=draw_epoch())
            tell(connection, slug, len(batch.entries))

        await self._database.write(work, scrub=True)

    async def tail(self, slug: str, place: Place) -> Tail:
        """Return what others have stored since ``place``."""
        return await self._database.read(
            lambda connection: _tail(connection, _known(connection, slug), slug, place)
        )

    async def trial(self, slug: str) -> None:
        """Write as every batch does and leave all as it is, or raise."""
        await self._database.write(lambda connection: _trial(connection, slug))

    async def latest(self) -> int:
        """Return when the last entry of all was written, in ms UTC; 0 where there is none."""
        query = select(func.max(JOURNAL.c.at))
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

    async def known(self, slug: str) -> bool:
        """Tell whether a session was ever opened here."""
        found = await self._database.read(lambda connection: find(connection, slug))
        return found is not None

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


def _open(
    connection: Connection, slug: str, extent: Extent
) -> tuple[Opened, Iterable[states.Row]] | None:
    """Return a journal as stored, and what is to be kept of it so that it opens quickly again."""
    session = find(connection, slug)
    if session is None:
        return None
    query = select(TEXTS.c.number, TEXTS.c.body).where(TEXTS.c.session == session.id)
    query = query.execution_options(yield_per=ROWS_AT_ONCE)
    texts = {number: body for number, body in connection.execute(query)}  # noqa: C416 - rows
    state = states.read(connection, session, texts, extent)
    begun = state.session.seq if state else 0
    entries = _entries(connection, session, slug, begun)
    state, tail = _add_up(entries, state, lambda: State.begin(texts, extent))
    added = state.session.seq if state else 0
    head = added + len(tail)
    if head != session.head:
        raise JournalFault(f"{slug}: the journal ends at {head}, not at {session.head}")
    parts = states.parts(state, session) if state and added > begun else ()
    remembered = tuple(_remembered(connection, session.id))
    texts = state.session.texts if state else texts
    return Opened(session.epoch, tuple(tail), texts, remembered, state, extent), parts


def _add_up(
    entries: Iterable[Entry], state: State | None, begin: Callable[[], State]
) -> tuple[State | None, list[Entry]]:
    """Add up entries while they are read: millions of taps need more room than what they come to.

    Return the state and the last entries, which are not long.
    """
    tail: list[Entry] = []
    taps = 0
    for entry in entries:
        tail.append(entry)
        taps += len(entry.event.taps) if isinstance(entry.event, Upvoted) else TAPS_OF_OTHERS
        if taps > LONG:
            state = state or begin()
            state.catch_up(tail)
            tail, taps = [], 0
    return state, tail


def _long(connection: Connection, slug: str) -> bool:
    session = _known(connection, slug)
    columns = JOURNAL.c
    query = select(func.sum(func.length(columns.payload) + BYTES_OF_OTHERS))
    after = states.number(connection, session)
    query = query.where(columns.session == session.id, columns.number > after)
    return (connection.scalar(query) or 0) > LONG * BYTES_OF_TAP


def _entries(connection: Connection, session: Found, slug: str, since: int = 0) -> Iterator[Entry]:
    columns = JOURNAL.c
    query = select(columns.number, columns.at, columns.person, columns.kind, columns.payload)
    query = query.where(columns.session == session.id, columns.number > since)
    query = query.order_by(columns.number)
    with connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for expected, (number, at, person, kind, payload) in enumerate(rows, since + 1):
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


def _remembered(connection: Connection, session: int, since: int = -1) -> Iterator[Remembered]:
    columns = RESULTS.c
    query = select(columns.person, columns.key, columns.body, columns.result)
    query = query.where(columns.session == session, columns.seq > since)
    query = query.execution_options(yield_per=ROWS_AT_ONCE)
    for person, key, body, result in connection.execute(query):
        yield Remembered(person, key, bytes(body), bytes(result))


# --- tail ----------------------------------------------------------------------------------------


def _tail(connection: Connection, session: Found, slug: str, place: Place) -> Tail:
    if session.head < place.head:  # an older copy stands in the database's place
        return Tail(GONE_BACK)
    if session.epoch != place.epoch or session.head == place.head:
        return Tail(session.epoch)
    entries = tuple(_entries(connection, session, slug, place.head))
    overwritten = any(overwrites(entry.event) for entry in entries)
    texts = select(TEXTS.c.number, TEXTS.c.body).where(TEXTS.c.session == session.id)
    if not overwritten:  # then only new ones can be others than before
        texts = texts.where(TEXTS.c.number > place.text)
    return Tail(
        session.epoch,
        entries,
        {row.number: row.body for row in connection.execute(texts)},
        tuple(_remembered(connection, session.id, place.head)),
    )


# --- append --------------------------------------------------------------------------------------


def _append(connection: Connection, slug: str, place: Place, decide: Make) -> None:
    session = _known(connection, slug, lock=True)
    batch = decide(_tail(connection, session, slug, place))
    if batch is None:
        return
    numbers = [entry.number for entry in batch.entries]
    if numbers != list(range(session.head + 1, session.head + 1 + len(numbers))):
        raise JournalFault(f"{slug}: a batch with a gap after {session.head}: {numbers}")
    last = _report(connection, session.id, slug, batch.entries)
    _store_entries(connection, session.id, batch.entries, last)
    for entry in batch.entries:
        _forget(connection, session.id, entry)
    refresh(connection, session.id, session.head + 1, batch.lines)
    head = session.head + len(numbers)
    upsert(connection, RESULTS, [_result(session.id, result, head) for result in batch.remembered])
    set_session(connection, session.id, head=head, phase=batch.phase.value)
    tell(connection, slug, head)


def _clear(connection: Connection, session: int, kept: Collection[int]) -> None:
    """Delete a session's entries with all but some texts, and what was made of them."""
    for table in (JOURNAL, RESULTS, STATES, QUESTIONS):
        connection.execute(delete(table).where(table.c.session == session))
    found = connection.scalars(select(TEXTS.c.number).where(TEXTS.c.session == session)).all()
    gone = [{"session_": session, "number_": number} for number in found if number not in kept]
    if gone:
        own = TEXTS.c.session == bindparam("session_"), TEXTS.c.number == bindparam("number_")
        connection.execute(delete(TEXTS).where(*own), gone)


def _trial(connection: Connection, slug: str) -> None:
    session = _known(connection, slug, lock=True)
    set_session(connection, session.id, head=session.head + 1)
    set_session(connection, session.id, head=session.head)


def _report(connection: Connection, session: int, slug: str, entries: tuple[Entry, ...]) -> int:
    """Write down what a batch deletes; return the last text it may overwrite, mostly none."""
    last, cuts = 0, list[deletions.Cut]()
    if any(overwrites(entry.event) for entry in entries):
        query = select(func.max(TEXTS.c.number)).where(TEXTS.c.session == session)
        last = connection.scalar(query) or 0
        cuts = deletions.overwritten(connection, session, entries, last)
    removed = deletions.removed(connection, session, entries)
    if cuts or removed:
        deletions.note(connection, slug, entries[-1].at, cuts=cuts, removed=removed)
    return last


def _store_entries(
    connection: Connection, session: int, entries: tuple[Entry, ...], last: int
) -> None:
    """Store entries with their texts; those up to number ``last`` are there and overwritten."""
    if entries:
        rows = [_entry(session, entry) for entry in entries]
        connection.execute(_ENTER, rows)
    # The last body of a number wins: what a batch blackens again is never stored.
    texts = {n: (body, entry.at) for entry in entries for n, body in entry.texts}
    new = [
        {"session": session, "number": n, "body": body, "at": at}
        for n, (body, at) in texts.items()
        if n > last
    ]
    old = [{"session": session, "number": n, "body": texts[n][0]} for n in texts if n <= last]
    upsert(connection, TEXTS, new)
    upsert(connection, TEXTS, old)


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
    """Delete what overwritten texts or the sealing of the record leave no reason to keep."""
    if _scrubs(entry.event):
        states.forget(connection, session)
        # A hash of an overwritten text would still betray it to whoever guesses.
        own, earlier = RESULTS.c.session == session, RESULTS.c.seq < entry.number
        connection.execute(delete(RESULTS).where(own, earlier))
    if isinstance(entry.event, Sealed):
        ours, taps = JOURNAL.c.session == session, JOURNAL.c.kind == "upvoted"
        earlier = JOURNAL.c.number < entry.number
        statement = update(JOURNAL).where(ours, taps, earlier)
        connection.execute(statement.values(payload=payloads.NO_TAPS))
    if isinstance(entry.event, Purged):
        others = JOURNAL.c.person.not_in(entry.event.persons)
        query = update(JOURNAL).where(JOURNAL.c.session == session, others)
        connection.execute(query.where(JOURNAL.c.number < entry.number).values(person=0))
    if isinstance(entry.event, Sealed | Purged):
        set_session(connection, session, epoch=draw_epoch())


def _scrubs(event: Event) -> bool:
    return overwrites(event) or isinstance(event, Sealed)


def _result(session: int, remembered: Remembered, head: int) -> dict[str, object]:
    return {
        "session": session,
        "person": remembered.person,
        "key": remembered.key,
        "body": remembered.body,
        "seq": head,
        "result": remembered.result,
    }
