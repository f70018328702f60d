"""One database behind one writer thread and a few reader threads.

SQLite and PostgreSQL alike: synchronous SQLAlchemy, called from threads of this class, so that
nothing blocks the event loop and no write is lost to a disconnected client.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from dialog import meters
from dialog.forum.journal import Unavailable
from dialog.store.outage import Outage, reason
from dialog.store.turns import Turns

READERS = 2
BUSY_MS = 5_000
SHORT_MS = 250
READ_MS = 60_000
# A machine that is gone says nothing: how long to wait for it (seconds, and ms for the last).
REACHING = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
DURABLE = ("FULL", 2)  # what SQLite is told, and what it says then

T = TypeVar("T")


class Database:
    """A database that runs functions of a connection, each in one transaction."""

    def __init__(self, url: str) -> None:
        """Prepare engines and threads; nothing is opened before the first call."""
        self._outage = Outage()
        self._writing = make_engine(url, size=1, patience=self._patience, bounded=True)
        self._reading = make_engine(url, size=READERS, writes=False, bounded=True)
        self._writer = Turns()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="dialog-reader")
        self._unscrubbed = False
        self._closed = False

    @property
    def shared(self) -> bool:
        """Tell whether other processes may write here: a SQLite file is one server's."""
        return self._writing.dialect.name == "postgresql"

    @property
    def failing(self) -> bool:
        """Tell whether the last write found no room, no right or no turn to write."""
        return self._outage.on

    async def write(
        self, work: Callable[[Connection], T], *, scrub: bool = False, batch: bool = False
    ) -> T:
        """Run ``work`` in one transaction of the writer thread and return once it is durable.

        ``scrub`` says that it overwrites or deletes what nobody may find in the files afterwards;
        a ``batch`` of a room takes turns with all else that waits. A cancelled caller cancels no
        write. Raise ``Unavailable`` where nothing can be stored now; who stood in line while a
        write failed fails with it.
        """
        job = partial(self._write, work, scrub, time.monotonic())
        return await _finish(self._writer.submit(job, batch=batch))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a reader thread on one consistent state of the database.

        Raise ``Unavailable`` where nothing can be read now.
        """
        return await _finish(self._readers.submit(self._read, work))

    async def close(self) -> None:
        """Finish what was begun, then close every connection and thread; a second call is idle."""
        if self._closed:
            return
        self._closed = True
        # Writes stand in line before this, so the loop does not block while they finish.
        await _finish(self._writer.last(self._writing.dispose))
        self._writer.shutdown()
        self._readers.shutdown()
        self._reading.dispose()

    def _write(self, work: Callable[[Connection], T], scrub: bool, asked: float) -> T:
        if why := self._outage.since(asked):
            raise Unavailable(why)
        try:
            with self._writing.begin() as connection:
                done = work(connection)
        except DBAPIError as error:
            if why := reason(error):
                self._outage.met(why)
                meters.WRITE_FAILURES.inc()
                raise Unavailable(why) from None
            raise
        self._outage.over()
        meters.WRITE_SECONDS.observe(time.monotonic() - asked)
        # The work is stored, whatever becomes of this; then the next write tries again.
        if scrub or self._unscrubbed:
            self._unscrubbed = not _scrubbed(self._writing)
        return done

    def _patience(self) -> int:
        """Return how many ms to wait for the lock: who is next in line waits for all before."""
        return SHORT_MS if self._outage.on else BUSY_MS

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._reading.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            if why := reason(error):
                raise Unavailable(why) from None
            raise


async def _finish(future: Future[T]) -> T:
    return await asyncio.shield(asyncio.wrap_future(future))


def locate(url: str) -> URL:
    """Return the address with the driver we use; raise ``ValueError`` where we know none."""
    found = make_url(url)
    if found.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        told = REACHING | dict(found.query)  # whoever set the address knows better
        return found.set(drivername="postgresql+psycopg", query=told)
    if found.drivername == "sqlite" and found.database not in (None, "", ":memory:"):
        return found
    raise ValueError("The database is sqlite:///path/to/file or postgresql://…")


def patient() -> int:
    """Return how many ms a writer waits for another one, where nothing is amiss."""
    return BUSY_MS


def make_engine(
    url: str,
    *,
    size: int,
    writes: bool = True,
    keys: bool = True,
    patience: Callable[[], int] = patient,
    bounded: bool = False,
) -> Engine:
    """Return an engine whose every connection is checked to be durable before it is used.

    Without ``keys`` SQLite checks no foreign keys, as rebuilding a table needs it. A migration
    is not ``bounded``: it may take its time.
    """
    located = locate(url)
    if located.drivername == "sqlite":
        engine = create_engine(located, pool_size=size, max_overflow=0, hide_parameters=True)
        _prepare_sqlite(engine, writes=writes, keys=keys, patience=patience)
        return engine
    level = "READ COMMITTED" if writes else "REPEATABLE READ"
    engine = create_engine(
        located,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level=level,
        hide_parameters=True,
    )
    _prepare_postgres(engine, writes=writes, bounded=bounded)
    return engine


def _prepare_sqlite(
    engine: Engine, *, writes: bool, keys: bool, patience: Callable[[], int]
) -> None:
    pragmas = {
        "busy_timeout": BUSY_MS,
        "journal_mode": "WAL",
        "synchronous": DURABLE[0],
        "foreign_keys": int(keys),
        "secure_delete": "ON",
        "query_only": int(not writes),
    }
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"  # or two could count from one number

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        connection.isolation_level = None  # transactions are ours, not the driver's
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
        check_sqlite(connection)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience()}")
        connection.exec_driver_sql(begin)


def check_sqlite(connection: Any) -> None:  # noqa: ANN401 - the driver's, or a test's
    """Raise ``RuntimeError`` where a commit might not survive a power cut."""
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        raise RuntimeError("SQLite needs a write-ahead log; not every network folder allows one.")
    if connection.execute("PRAGMA synchronous").fetchone() != (DURABLE[1],):
        raise RuntimeError("SQLite must write synchronous=FULL.")


def _prepare_postgres(engine: Engine, *, writes: bool, bounded: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        connection.execute("SET synchronous_commit TO on")
        for name, ms in _bounds(writes).items() if bounded else ():
            connection.execute(f"SET {name} TO {ms}")
        connection.commit()
        connection.read_only = not writes


def _bounds(writes: bool) -> dict[str, int]:
    """Return how long PostgreSQL lets us wait for a lock, stand still and take for a statement.

    A lock is taken from a process that stands still before others give up waiting for it.
    """
    still, statement = (BUSY_MS * 4 // 5, 2 * BUSY_MS) if writes else (READ_MS, READ_MS)
    return {
        "lock_timeout": BUSY_MS,  # as SQLite does, or a drain may hang
        "idle_in_transaction_session_timeout": still,
        "statement_timeout": statement,
    }


def _scrubbed(engine: Engine) -> bool:
    """Empty SQLite's log, where overwritten texts would live on; tell whether that was possible.

    A reader may hold the log, or the disk be full. PostgreSQL keeps old rows until its own vacuum;
    nothing is done there.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {SHORT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()
        return busy is not None and busy[0] == 0
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def make_folder(url: str) -> None:
    """Make the folder of a SQLite file where it is missing, and the file for us alone."""
    located = locate(url)
    if located.drivername == "sqlite" and located.database:
        file = Path(located.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)
