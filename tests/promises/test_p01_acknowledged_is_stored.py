"""P1: what was answered with ``done`` survives ``kill -9``, once, and a disk that takes nothing.

Twenty clients storm, the process is killed at a random moment, and what the file holds is compared
with a fold of its journal. What cannot be stored is refused in words, and nothing of it stays.
"""

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from dialog.store.lock import InUse, lock
from dialog.store.migrate import migrate
from tests.chaos.disk import Disk
from tests.chaos.storm import FAST, Storm, compare, stored
from tests.live.client import Live
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant

SEED = 2
OUTAGES = ["full", "read-only", "broken"]

MUTANTS = (
    Mutant(
        "answers come before the commit",
        "dialog/hub/room.py",
        "        return self._ledger.batch(draft) if draft.entries else None\n",
        "        self._ledger.answer(draft)\n"
        "        __import__('time').sleep(0.02)\n"
        "        return self._ledger.batch(draft) if draft.entries else None\n",
        "storm",
    ),
    Mutant(
        "of the taps of a batch only the first is stored",
        "dialog/hub/ledger.py",
        "event = Upvoted(tuple(draft.taps))",
        "event = Upvoted(tuple(draft.taps[:1]))",
        "storm",
    ),
    Mutant(
        "answers are not remembered in the commit",
        "dialog/store/journal.py",
        "    upsert(connection, RESULTS, [_result(session.id, result, head) "
        "for result in batch.remembered])\n",
        "",
        "storm",
    ),
    Mutant(
        "the tables do not follow the journal",
        "dialog/store/journal.py",
        "    refresh(connection, session.id, session.head + 1, batch.lines)\n",
        "",
        "storm",
    ),
    Mutant(
        "a commit that failed leaves its state in memory",
        "dialog/hub/room.py",
        "exc_info=fault)\n        await self._reopen()\n",
        "exc_info=fault)\n",
        "takes_nothing and full",
    ),
    Mutant(
        "while nothing can be stored, commands are tried all the same",
        "dialog/hub/inbox.py",
        "        if self._outage.on:\n            self._refuse([waiting])\n            return\n",
        "",
        "takes_nothing and full",
    ),
    Mutant(
        "nobody tries whether the disk takes something again",
        "dialog/hub/room.py",
        "            self._inbox.tried()\n",
        "            pass\n",
        "takes_nothing and full",
    ),
    Mutant(
        "a full disk is a fault of ours",
        "dialog/store/outage.py",
        '    sqlite3.SQLITE_FULL: "the disk is full",\n',
        "",
        "takes_nothing and full",
    ),
    Mutant(
        "a reader's page waits for its pass to be written",
        "dialog/store/people.py",
        "            with suppress(Unavailable):  # whoever only reads a page need not know\n",
        "            with suppress(KeyError):\n",
        "takes_nothing and read-only",
    ),
    Mutant(
        "a file that another program holds is a fault of ours",
        "dialog/store/outage.py",
        '    sqlite3.SQLITE_BUSY: "locked by another program",\n',
        "",
        "another_program",
    ),
    Mutant(
        "two servers may hold one file",
        "dialog/store/lock.py",
        '            connection.execute("BEGIN EXCLUSIVE")\n',
        "            pass\n",
        "second_server",
    ),
)


@pytest.mark.chaos
@pytest.mark.parametrize(
    "kills, clients",
    [pytest.param(5, 8, id="small"), pytest.param(50, 20, id="large", marks=pytest.mark.large)],
)
async def test_a_storm_loses_nothing_that_was_acknowledged(tmp_path, kills, clients) -> None:
    chance = random.Random(SEED)
    slug = declare(tmp_path / "sessions", "sturm", waiting=100)
    server, file = Server(tmp_path, {"storm": slug}, **FAST), tmp_path / "data" / "dialog.sqlite3"
    migrate(f"sqlite:///{file}")
    server.start()
    slowest = 0.0
    try:
        storm = await asyncio.to_thread(Storm, server, slug, clients, chance)
        for _ in range(kills):
            async with storm.connected():
                slowest = max(slowest, await storm.converged())
                await asyncio.gather(*(one.again() for one in storm.everyone))
                raging = asyncio.create_task(storm.rage())
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                server.kill()
                await asyncio.wait_for(raging, 15)
            compare(storm, stored(file, slug))
            await asyncio.to_thread(server.start)
        async with storm.connected():
            slowest = max(slowest, await storm.converged())
            await asyncio.gather(*(one.again() for one in storm.everyone))
            compare(storm, stored(file, slug))
    finally:
        server.stop()
    server.check_log()
    asked, taps, approved = (len(storm.done(do)) for do in ("ask", "upvote", "approve"))
    assert min(asked, taps, approved) > kills
    print(
        f"{kills} kills, {clients} clients: {asked} questions, {taps} taps, {approved} approvals "
        f"acknowledged, none lost; on one ranking within {slowest:.2f} s"
    )


# --- a disk that takes nothing -------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server in the middle of an evening, whose passes are written anew at every page."""
    running = timedelta(minutes=-10)
    slug = declare(tmp_path / "sessions", "abend", starts=running, goes_live="by_clock")
    started = Server(tmp_path, {"live": slug})
    migrate(f"sqlite:///{tmp_path}/data/dialog.sqlite3")
    yield started
    started.stop()


def lines(server: Server) -> list[dict]:
    """What was logged, every line as JSON."""
    return [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]


async def ready(server: Server, status: int) -> None:
    """Wait until the server tells of itself what it should."""
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(server.browser().get, "/readyz")).status != status:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)


def passes_grow_old(server: Server) -> None:
    """Set *last seen* back, so that the next page wants to write it anew."""
    with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as database:
        database.execute("UPDATE passes SET seen = seen - 86400000")
        database.commit()


@pytest.mark.chaos
@pytest.mark.parametrize("kind", OUTAGES)
async def test_a_disk_that_takes_nothing_is_told_and_survived(
    server, tmp_path, kind, compiler
) -> None:
    disk = Disk(tmp_path, tmp_path / "data", compiler)
    server.environment |= disk.environment
    server.start()
    slug = server.slugs["live"]
    browser = server.volunteer(slug)
    page = server.page(browser, slug)
    async with Live(browser, slug, page=page.live) as one:
        done = await one.command("ask", text="Steht sie vorher schon da?")
        await asyncio.to_thread(passes_grow_old, server)
        with disk.failing(kind):
            read = await asyncio.to_thread(browser.get, f"/sessions/{slug}")
            assert read.status == 200, "whoever reads a page writes nothing"
            await _refused(one)
            await ready(server, 503)
            await asyncio.to_thread(_pages_in_an_outage, server, browser, slug, page.token)
        await ready(server, 200)
        after = await one.command("ask", text="Und die danach?")
        assert (after["type"], after["result"]["number"]) == ("done", 2)
        await one.until(lambda: one.seq >= after["seq"])
        assert [row["text"] for row in one.me["mine"]] == [
            "Steht sie vorher schon da?",
            "Und die danach?",
        ]
    found = stored(tmp_path / "data" / "dialog.sqlite3", slug)
    assert found.texts == {1: "Steht sie vorher schon da?", 2: "Und die danach?"}
    assert found.head == after["seq"] > done["seq"]
    told = [line["event"] for line in lines(server) if line["level"] == "error"]
    assert told == ["database takes nothing"]
    assert "Traceback" not in server.log.read_text("utf-8")


async def _refused(one: Live) -> None:
    """Commands are refused with the time to wait, from the second one on at once."""
    times = [await one.command("ask", text=f"Geht sie verloren, Nummer {n}?") for n in range(30)]
    assert {(answer["code"], answer["field"]) for answer in times} == {("busy", "storage")}
    assert all(0 < answer["retry_ms"] <= 5_100 for answer in times)
    assert sum(message["type"] == "snapshot" for message in one.seen) <= 3


def _pages_in_an_outage(server: Server, browser, slug: str, token: str) -> None:
    for path in ("/", f"/sessions/{slug}", f"/sessions/{slug}/mine", f"/sessions/{slug}/join"):
        assert browser.get(path).status in (200, 303), path
    typed = {"token": token, "key": str(uuid4()), "text": "Bleibt mein Text?"}
    asked = browser.post(f"/sessions/{slug}/questions", typed)
    assert asked.status == 503
    assert "Gerade kann nichts gespeichert werden" in asked.text
    assert "Bleibt mein Text?" in asked.text
    assert int(asked.headers["retry-after"]) >= 1
    joined = server.browser().join(slug, "Neu Dabei")
    assert (joined.status, joined.headers["retry-after"]) == (503, "5")
    assert "Gerade kann nichts gespeichert werden" in joined.text
    # The name waits in a form that sends the very same once more.
    assert 'name="name" value="Neu Dabei"' in joined.text


@pytest.mark.chaos
async def test_a_file_that_another_program_holds_is_a_busy_one(server) -> None:
    server.start()
    slug = server.slugs["live"]
    browser = server.volunteer(slug)
    file = server.folder / "data" / "dialog.sqlite3"
    async with Live(browser, slug, page=server.page(browser, slug).live) as one:
        with closing(sqlite3.connect(file, isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            answer = await one.command("ask", text="Kommt sie an dem anderen vorbei?")
            assert (answer.get("code"), answer.get("field")) == ("busy", "storage")
            foreign.execute("ROLLBACK")
        await ready(server, 200)
        assert (await one.command("ask", text="Kommt sie jetzt an?"))["type"] == "done"
    assert [line["why"] for line in lines(server) if line["level"] == "error"] == [
        "locked by another program"
    ]


def test_a_second_server_on_one_file_is_refused(server) -> None:
    server.start()
    second = server.run("serve")
    assert second.returncode == 1
    assert "Another process uses" in second.stderr
    assert "Traceback" not in second.stderr
    server.kill()
    server.start()  # the lock ended with the process


def test_the_lock_is_of_one_file(tmp_path) -> None:
    one, other = (f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other"))
    with lock(one), lock(other), pytest.raises(InUse), lock(one):
        raise AssertionError("two held it")
    with lock(one):
        pass
