"""A migrated database of each kind, and what stands on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from dialog.store.people import DAY, HOUR, Lifetime, People


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/dialog.db"
    return str(request.getfixturevalue("fresh_postgres_url"))


@pytest.fixture
def url(empty_url) -> str:
    """The address of a database with the tables of this program."""
    migrate(empty_url)
    return empty_url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a migrated SQLite database."""
    found = tmp_path / "one.db"
    migrate(f"sqlite:///{found}")
    return found


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
