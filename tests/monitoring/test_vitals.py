"""Readiness tells the truth: of the database, the disk and the clock, each by its own fault."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dialog.app import Application
from dialog.forum.journal import Unavailable
from dialog.settings import Settings
from dialog.store.migrate import migrate
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.stepped import HOUR, Stepped

WAIT_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stepped]:
    """A server whose clock a test may set."""
    folder = tmp_path_factory.mktemp("vitals")
    slug = declare(folder / "sessions", "bereit")
    made = Stepped(folder, {"open": slug})
    made.step(0)
    made.migrate()
    made.start()
    yield made
    made.stop()


def told(server: Server) -> tuple[int, str]:
    answer = server.browser().get("/readyz")
    return answer.status, answer.text


def until(server: Server, good: Callable[[tuple[int, str]], bool]) -> tuple[int, str]:
    """Ask until an answer is as expected: a look holds for some seconds."""
    deadline = time.monotonic() + WAIT_S
    while not good(found := told(server)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def fit(found: tuple[int, str]) -> bool:
    return found == (200, "ready\n")


def unfit(found: tuple[int, str]) -> bool:
    return found[0] == 503


def test_a_clock_that_was_set_is_told_until_it_is_right_again(server: Stepped) -> None:
    until(server, fit)
    for step in (HOUR, -HOUR):
        server.step(step)
        assert until(server, unfit)[1] == "not ready: clock: the machine's clock was set\n"
    server.step(0)
    until(server, fit)


def test_a_database_that_another_program_holds_is_told_though_nobody_writes(
    server: Stepped,
) -> None:
    until(server, fit)
    with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert until(server, unfit)[1].startswith("not ready: database: ")
        other.rollback()
    until(server, fit)


async def test_a_server_without_sessions_finds_its_database_again(tmp_path: Path) -> None:
    """Nothing was tried where no session is, and a proxy that asked sent nobody here any more."""
    (tmp_path / "sessions").mkdir()
    settings = Settings(data=tmp_path, sessions=tmp_path / "sessions")
    migrate(settings.database)
    application = Application(settings)
    with closing(sqlite3.connect(tmp_path / "dialog.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await application.database.write(lambda _connection: None)
        assert not await application.storing()
        other.rollback()
    assert await application.storing()
    await application.close()


def begun(server: Server, good: Callable[[tuple[int, str]], bool]) -> tuple[int, str]:
    """Start a server that is not to be ready, and wait for what it tells."""
    server.begin()
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            if good(found := told(server)):
                return found
        except OSError:
            found = (0, "")
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_a_full_disk_and_a_clock_behind_what_is_stored_are_told_from_the_start(
    server: Stepped,
) -> None:
    server.stop()
    server.step(-HOUR)
    server.environment["DIALOG_DISK_MB"] = str(10**12)
    both = {
        "not ready: disk: the disk is almost full",
        "not ready: clock: the machine's clock lies behind what is stored",
    }
    found = begun(server, lambda found: both <= set(found[1].splitlines()))
    assert found[0] == 503
    server.stop()
    server.step(0)
    del server.environment["DIALOG_DISK_MB"]
    server.start()


def test_a_process_off_the_database_server_s_clock_is_told(
    tmp_path: Path, fresh_postgres_url: str
) -> None:
    declare(tmp_path / "sessions", "bereit")
    url = fresh_postgres_url.replace("+psycopg", "", 1)
    server = Stepped(tmp_path, {}, database_url=url)
    server.step(HOUR)  # since before its start: nothing beside its own clock would tell
    server.migrate()
    differs = "not ready: clock: the machine's clock differs from the database's\n"
    try:
        begun(server, lambda found: found == (503, differs))
    finally:
        server.stop()
