"""Brings a database to the tables of this program; works wherever the package is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dialog.store.database import make_engine, make_folder

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
LOCK = 0x6469616C6F67  # "dialog": two processes that start together migrate one after the other


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, all of it in one transaction.

    Raise ``ValueError`` for one that a later version of this program has brought further.
    """
    make_folder(url)
    with _connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        known(connection)
        command.upgrade(config(connection), revision)
        _check_keys(connection)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an earlier revision; ``base`` is the empty one."""
    with _connection(url) as connection:
        command.downgrade(config(connection), revision)
        _check_keys(connection)


def at_head(url: str) -> bool:
    """Tell whether a database has the tables of this program."""
    make_folder(url)
    with _connection(url) as connection:
        known(connection)
        current = MigrationContext.configure(connection).get_current_heads()
        heads = ScriptDirectory.from_config(config(connection)).get_heads()
        return set(current) == set(heads)


def known(connection: Connection) -> None:
    """Go on with a database of this version or an earlier one, or raise ``ValueError``."""
    current = MigrationContext.configure(connection).get_current_heads()
    scripts = ScriptDirectory.from_config(config(connection))
    if set(current) - {script.revision for script in scripts.walk_revisions()}:
        raise ValueError(
            "It was made by a later version of this program: install that one, or restore a backup "
            "of before."
        )


def config(connection: Connection) -> Config:
    """Return Alembic's configuration, made here so that no file has to be found."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    # Rebuilding a table in SQLite drops the old one; its keys must not take rows along.
    engine = make_engine(url, size=1, keys=False)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _check_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    faults = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if faults:
        raise RuntimeError(f"The migration left rows without their owner: {faults[:3]}")
