"""Who uses a SQLite file as its server: one process, for what it holds in memory is the truth."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dialog.store.database import locate


class InUse(Exception):  # noqa: N818 - it is said of a database
    """Another process serves or restores this database."""


@contextmanager
def lock(url: str) -> Iterator[None]:
    """Hold a database as its only server; raise ``InUse`` where another process does.

    The lock is one of SQLite's own on an empty file beside the database: it ends with the process,
    however that ends, and other programs may still read. PostgreSQL has no need of it.
    """
    located = locate(url)
    if located.drivername != "sqlite" or not located.database:
        yield
        return
    database = Path(located.database).resolve()  # a link to it is not another one
    database.parent.mkdir(parents=True, exist_ok=True)
    file = Path(f"{database}.lock")
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise InUse(f"Another process uses {located.database}.") from None
        yield
