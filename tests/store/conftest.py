"""A migrated database of each kind, and what stands on it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from dialog.store.people import DAY, HOUR, Lifetime, People
from dialog.store.tables import METADATA


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/dialog.db"
    return str(request.getfixturevalue("fresh_postgres_url"))


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url) -> str:
    """The address of one migrated PostgreSQL database, which every test finds empty."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE store"))
    engine.dispose()
    found = postgres_url.replace("/postgres?", "/store?", 1)
    migrate(found)
    return str(found)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory) -> Path:
    """A migrated SQLite file to copy: migrating takes longer than most tests."""
    found = tmp_path_factory.mktemp("store") / "migrated.db"
    migrate(f"sqlite:///{found}")
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request) -> str:
    """The address of an empty database with the tables of this program."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('file')}"
    found = request.getfixturevalue("migrated_postgres_url")
    engine = create_engine(found)
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return str(found)


@pytest.fixture
def file(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """The file of a migrated SQLite database."""
    return Path(shutil.copy(migrated_sqlite, tmp_path / "one.db"))


@pytest.fixture
async def database(url) -> AsyncIterator[Database]:
    """An open database."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def journal(database) -> Journal:
    """The journals of the database."""
    return Journal(database)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_796_317_200_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the people."""
    return Clock()


@pytest.fixture
def people(database, clock) -> People:
    """The people of the database; passes last two hours idle and one day in all."""
    return People(database, "a secret of the tests", clock, Lifetime(2 * HOUR, DAY))
