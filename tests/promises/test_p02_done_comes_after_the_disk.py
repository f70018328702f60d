"""P2: an answer survives a power cut: every connection is FULL, ``done`` comes after COMMIT.

A real cut cannot be made here. What is shown is the order in which a real SQLite is told to commit
and people are told that it has, and what the database is told on every connection it ever gets.
"""

import asyncio
import os
import random
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dialog import disk
from dialog.archive import folder
from dialog.forum import commands as c
from dialog.forum.names import SYSTEM, Role, Stream, Via, Who
from dialog.hub.ledger import Done, Waiting
from dialog.hub.room import Room, Timing
from dialog.secret import kept_secret
from dialog.store.backup import backup, restore
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from tests.hub.doubles import DECLARE, MARA, NOW, SLUG, Clock
from tests.mutants import Mutant

SEED = 7

MUTANTS = (
    Mutant(
        "SQLite syncs its log now and then only",
        "dialog/store/database.py",
        'DURABLE = ("FULL", 2)',
        'DURABLE = ("NORMAL", 1)',
        "full_on_every or after_a_backup",
    ),
    Mutant(
        "SQLite syncs nothing",
        "dialog/store/database.py",
        'DURABLE = ("FULL", 2)',
        'DURABLE = ("OFF", 0)',
        "full_on_every",
    ),
    Mutant(
        "a connection is not looked at before it is used",
        "dialog/store/database.py",
        "        check_sqlite(connection)\n\n",
        "\n",
        "refused",
    ),
    Mutant(
        "answers come before the commit",
        "dialog/hub/room.py",
        "        return self._ledger.batch(draft) if draft.entries else None\n",
        "        self._ledger.answer(draft)\n"
        "        return self._ledger.batch(draft) if draft.entries else None\n",
        "answered",
    ),
    Mutant(
        "answers come while the commit is under way",
        "dialog/store/database.py",
        "        return await _finish(self._writer.submit(job, batch=batch))\n",
        "        return self._writer.submit(job, batch=batch) and None\n",
        "answered",
    ),
    Mutant(
        "two count from one number",
        "dialog/store/database.py",
        '"BEGIN IMMEDIATE" if writes else "BEGIN"',
        '"BEGIN"',
        "eight",
    ),
    Mutant(
        "a file gets its name before its content is on the disk",
        "dialog/disk.py",
        "        settle(drawn)\n        drawn.replace(file)\n",
        "        drawn.replace(file)\n",
        "files",
    ),
    Mutant(
        "the name of a file is not on the disk",
        "dialog/disk.py",
        "        drawn.unlink(missing_ok=True)\n    settle(file.parent)\n",
        "        drawn.unlink(missing_ok=True)\n",
        "files",
    ),
)


class Recorded(sqlite3.Connection):
    """A real connection that notes when it commits, and when that is done."""

    order: list[str]

    def commit(self) -> None:
        if self.in_transaction:
            self.order.append("commit")
            super().commit()
            self.order.append("committed")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of an empty database."""
    made = f"sqlite:///{tmp_path}/data/dialog.sqlite3"
    migrate(made)
    return made


@pytest.fixture
async def database(url) -> AsyncIterator[Database]:
    """An open database."""
    opened = Database(url)
    yield opened
    await opened.close()


def pragma(name: str):
    """Return what a connection says of a setting, slowly, so that every thread is busy."""
    wait = threading.Event()

    def work(connection) -> object:
        wait.wait(0.02)
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    return work


async def settings(database: Database, name: str) -> set[object]:
    """Return what the writer and both readers say."""
    asked = [database.write(pragma(name)), *(database.read(pragma(name)) for _ in range(6))]
    return set(await asyncio.gather(*asked))


async def test_it_is_full_on_every_connection_and_after_reconnecting(database) -> None:
    for _ in range(2):
        assert await settings(database, "synchronous") == {2}
        assert await settings(database, "journal_mode") == {"wal"}
        database._writing.dispose()
        database._reading.dispose()


async def test_it_is_full_after_a_backup_and_a_restore(url, tmp_path) -> None:
    backup(url, tmp_path / "copy")
    restore(url, tmp_path / "copy", datetime(2026, 12, 3, tzinfo=UTC))
    opened = Database(url)
    assert await settings(opened, "synchronous") == {2}
    assert await settings(opened, "journal_mode") == {"wal"}
    await opened.close()


async def test_a_connection_that_is_not_is_refused(url) -> None:
    """Another program may have turned the file, or a network folder may not allow it."""
    opened = Database(url)

    @event.listens_for(opened._writing, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=Stubborn, **options)

    with pytest.raises(RuntimeError, match="FULL"):
        await opened.write(lambda connection: connection.exec_driver_sql("SELECT 1"))
    await opened.close()


class Stubborn(sqlite3.Connection):
    """A connection that is not told to sync."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        deaf = statement.startswith("PRAGMA synchronous =")
        return super().execute("PRAGMA synchronous = NORMAL" if deaf else statement, *values)


@pytest.mark.parametrize(
    "commands",
    [pytest.param(200, id="small"), pytest.param(20_000, id="large", marks=pytest.mark.large)],
)
async def test_everything_is_answered_after_its_commit(database, commands) -> None:
    order: list[str] = []

    @event.listens_for(database._writing, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Recorded:
        made = sqlite3.connect(*arguments, factory=Recorded, **options)
        made.order = order
        return made

    async def publish(*_: object) -> None:
        raise AssertionError("nothing is published here")

    chance, clock = random.Random(SEED), Clock()
    room = Room(
        SLUG, Journal(database), clock=clock, frame=bytes, publish=publish, timing=Timing(window=0)
    )
    await room.start()
    await room.ask(DECLARE, SYSTEM)
    asked = c.Ask("Wer wartet auf die Platte?", via=Via.HALL)
    await room.ask(asked, MARA, stream=Stream.DESK)
    rev = await room.read(lambda session, _board: session.questions[1].rev)
    await room.ask(c.Approve(1, rev), MARA, stream=Stream.DESK)
    order.clear()
    answered = asyncio.Semaphore(0)

    def answer(reply: object) -> None:
        order.append("done" if isinstance(reply, Done) else str(reply))
        answered.release()

    for person in range(2, commands + 2):
        tap = c.Upvote(1, on=True, intent=NOW)
        room.submit(Waiting(tap, Who(person, Role.VOLUNTEER), answer))
        if chance.random() < 0.2:
            await asyncio.sleep(0)
    async with asyncio.timeout(120):
        for _ in range(commands):
            await answered.acquire()
    await room.stop()
    assert order.count("done") == commands
    assert order[:2] == ["commit", "committed"]
    for before, after in pairwise(order):
        assert (before, after) != ("commit", "done"), "answered while the disk was asked"
    stored = await database.read(lambda c: c.exec_driver_sql("SELECT upvotes FROM questions").all())
    assert [row[0] for row in stored] == [commands]
    print(f"{commands} answers after {order.count('committed')} commits, each after its own")


async def test_no_answer_is_ahead_of_what_another_connection_sees(database, url) -> None:
    """Each is looked up in the file at the moment it is given."""
    clock, seen = Clock(), []
    file = url.removeprefix("sqlite:///")

    async def publish(*_: object) -> None:
        raise AssertionError("nothing is published here")

    room = Room(SLUG, Journal(database), clock=clock, frame=bytes, publish=publish)
    await room.start()
    await room.ask(DECLARE, SYSTEM)
    done = asyncio.Event()

    def answered(_reply: object) -> None:
        with closing(sqlite3.connect(file)) as other:
            (head,) = other.execute("SELECT max(number) FROM journal").fetchone()
        seen.append(head - room._ledger.session.seq)
        if len(seen) == 20:
            done.set()

    for number in range(20):
        asking = c.Ask(f"Steht Nummer {number} schon da?")
        room.submit(Waiting(asking, Who(number + 1, Role.VOLUNTEER), answered))
        await asyncio.sleep(0.001)
    await asyncio.wait_for(done.wait(), 20)
    await room.stop()
    assert seen == [0] * 20


async def test_eight_counts_from_two_processes_are_eight(database, url) -> None:
    other = Database(url)
    await Journal(database).open("a")
    wait = threading.Event()

    def count(connection) -> None:
        read = connection.exec_driver_sql("SELECT persons FROM sessions").scalar_one()
        wait.wait(0.005)
        connection.exec_driver_sql(f"UPDATE sessions SET persons = {read + 1}")

    await asyncio.gather(*(one.write(count) for one in (database, other) * 4))
    found = await database.read(lambda c: c.exec_driver_sql("SELECT persons FROM sessions").all())
    assert [row[0] for row in found] == [8]
    await other.close()


def test_files_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch) -> None:
    """The record of a session and the secret: the content, then the name, then the folder."""
    order: list[str] = []
    real_sync, real_replace, real_link = os.fsync, Path.replace, Path.hardlink_to

    def sync(handle: int) -> None:
        real_sync(handle)
        order.append("folder" if os.fstat(handle).st_mode & 0o040000 else "content")

    def replace(self: Path, target: Path) -> Path:
        order.append("name")
        return real_replace(self, target)

    def link(self: Path, target: Path) -> None:
        order.append("name")
        real_link(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "hardlink_to", link)
    folder.write(tmp_path / "session", {"schema": "x"})
    assert order == ["content", "name", "folder"]
    order.clear()
    kept_secret(tmp_path / "data")
    assert order == ["content", "name", "folder"]
    order.clear()
    disk.write(tmp_path / "one", b"1")
    disk.write(tmp_path / "one", b"2")
    assert order == ["content", "name", "folder"] * 2
    assert (tmp_path / "one").read_bytes() == b"2"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["one"]
