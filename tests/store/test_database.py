"""The database: durable on every connection, one writer, nothing left behind."""

import asyncio
import threading
import time

import pytest
from sqlalchemy import Connection, text

from dialog.forum.journal import Unavailable
from dialog.store import database as databases
from dialog.store.database import Database, check_sqlite, locate
from dialog.store.tables import TEXTS, insert

COUNT = text("SELECT persons FROM sessions WHERE slug = 'a'")
ONE_MORE = text("UPDATE sessions SET persons = persons + 1 WHERE slug = 'a'")
BEGIN = text(
    "INSERT INTO sessions (slug, epoch, phase, head, persons) VALUES ('a', 'e', 'live', 0, 0)"
)


def number(connection: Connection) -> int:
    return int(connection.execute(COUNT).scalar_one())


async def test_every_connection_writes_through_to_the_disk(database):
    question = "PRAGMA synchronous"
    if "postgresql" in str(database._writing.url):
        question = "SHOW synchronous_commit"

    def ask(connection: Connection) -> object:
        time.sleep(0.02)  # so that both readers are busy
        return connection.exec_driver_sql(question).scalar_one()

    written = await database.write(ask)
    read = await asyncio.gather(*(database.read(ask) for _ in range(6)))
    assert {written, *read} in ({2}, {"on"})


def test_a_connection_that_might_lose_a_commit_is_refused(tmp_path):
    import sqlite3

    connection = sqlite3.connect(tmp_path / "x.db")
    with pytest.raises(RuntimeError, match="write-ahead"):
        check_sqlite(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    with pytest.raises(RuntimeError, match="FULL"):
        check_sqlite(connection)
    connection.close()


async def test_batches_and_all_else_take_turns(database):
    order: list[str] = []
    free = threading.Event()

    def held(_connection: Connection) -> None:
        free.wait(5)

    def write(name: str, *, batch: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(database.write(lambda _c: order.append(name), batch=batch))

    first = asyncio.create_task(database.write(held))
    await asyncio.sleep(0)
    joins = [write(f"join {number}") for number in range(3)]
    batches = [write(f"batch {number}", batch=True) for number in range(2)]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(first, *joins, *batches)
    assert order == ["batch 0", "join 0", "batch 1", "join 1", "join 2"]


async def test_what_fails_leaves_nothing(database):
    await database.write(lambda c: c.execute(BEGIN))

    def fail(connection: Connection) -> None:
        connection.execute(ONE_MORE)
        raise OverflowError

    with pytest.raises(OverflowError):
        await database.write(fail)
    assert await database.read(number) == 0


async def test_reading_changes_nothing(database):
    await database.write(lambda c: c.execute(BEGIN))
    with pytest.raises(Exception, match=r"read-?only"):
        await database.read(lambda c: c.execute(ONE_MORE))


async def test_a_reader_sees_one_state_however_long_it_reads(url, database):
    other = Database(url)
    await database.write(lambda c: c.execute(BEGIN))
    begun, go = threading.Event(), threading.Event()

    def read_twice(connection: Connection) -> tuple[int, int]:
        first = number(connection)
        begun.set()
        go.wait(5)
        return first, number(connection)

    reading = asyncio.create_task(database.read(read_twice))
    await asyncio.to_thread(begun.wait)
    await other.write(lambda c: c.execute(ONE_MORE))
    go.set()
    assert await reading == (0, 0)
    assert await database.read(number) == 1
    await other.close()


async def test_eight_counts_from_two_processes_are_eight(url, database):
    other = Database(url)
    await database.write(lambda c: c.execute(BEGIN))

    def count(connection: Connection) -> None:
        row = text("SELECT persons FROM sessions WHERE slug = 'a' FOR UPDATE")
        if connection.dialect.name == "sqlite":
            row = COUNT
        before = connection.execute(row).scalar_one()
        time.sleep(0.005)
        connection.execute(text(f"UPDATE sessions SET persons = {before + 1}"))

    await asyncio.gather(*(one.write(count) for one in (database, other) * 4))
    assert await database.read(number) == 8
    await other.close()


async def test_a_write_that_another_process_holds_up_is_given_up(url, database, monkeypatch):
    await database.write(lambda c: c.execute(BEGIN))
    monkeypatch.setattr(databases, "BUSY_MS", 100)
    other = Database(url)
    begun, go = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        connection.execute(ONE_MORE)
        begun.set()
        go.wait(10)

    holding = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(begun.wait)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(other.write(lambda c: c.execute(ONE_MORE)), 5)
    go.set()
    await holding
    assert await other.read(number) == 1
    await other.close()


async def test_whoever_stops_waiting_stops_no_write(database):
    await database.write(lambda c: c.execute(BEGIN))
    begun, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        go.wait(5)
        connection.execute(ONE_MORE)

    waiting = asyncio.create_task(database.write(slow))
    queued = asyncio.create_task(database.write(lambda c: c.execute(ONE_MORE)))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    queued.cancel()
    await asyncio.gather(waiting, queued, return_exceptions=True)
    go.set()
    assert await database.write(number) == 2


async def test_closing_finishes_what_was_begun_and_leaves_no_thread(url):
    before = set(threading.enumerate())
    database = Database(url)
    await database.write(lambda c: c.execute(BEGIN))

    def slow(connection: Connection) -> None:
        time.sleep(0.05)
        connection.execute(ONE_MORE)

    last = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0)
    await asyncio.gather(*(database.read(number) for _ in range(4)))
    await database.close()
    await database.close()
    await last
    assert set(threading.enumerate()) <= before
    with pytest.raises(RuntimeError):
        await database.read(number)
    again = Database(url)
    assert await again.read(number) == 1
    await again.close()


async def test_a_nul_is_stored_nowhere(database):
    row = {"session": 1, "number": 1, "body": "a\0b"}
    with pytest.raises(Exception, match="NUL"):
        await database.write(lambda c: c.execute(insert(c, TEXTS), row))


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "sqlite+aiosqlite:///x.db"]
)
def test_an_address_we_cannot_keep_is_refused(address):
    with pytest.raises(ValueError, match="The database is"):
        locate(address)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_one_driver(scheme):
    assert locate(f"{scheme}://a@b/c").drivername == "postgresql+psycopg"


async def test_words_outside_their_set_are_refused_by_the_database(database):
    wrong = text(BEGIN.text.replace("'live'", "'asleep'"))
    with pytest.raises(Exception, match=r"(?i)check"):
        await database.write(lambda c: c.execute(wrong))
