"""Invited people in a running session: who was there is noted, and their addresses go in time."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.live.client import TOLD, Browser, Live
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.test_publication import done, live
from tests.live.test_retention import FILE, age, left, settled
from tests.web.test_invitations import hand_in, invite, link_of, stored

ASKED, NOT_ASKED, NEVER = "asked@kanarien.example", "nicht@kanarien.example", "nie@kanarien.example"
ALL = (ASKED, NOT_ASKED, NEVER)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with a session that is live, and one that is open and goes live by hand."""
    root, running = tmp_path / "sessions", timedelta(minutes=-10)
    slugs = {
        "direct": declare(root, "frist", starts=running, goes_live="by_clock", release="direct"),
        "open": declare(root, "offen", starts=timedelta(minutes=5)),
    }
    made = Server(tmp_path, slugs, hello_seconds=10)
    made.migrate()
    made.start()
    yield made
    if made.running:
        made.stop()
    made.check_log()


def come(server: Server, team: Browser, slug: str, address: str, *, asks: bool = False) -> Browser:
    """Open somebody's personal link and press its button."""
    here = f"/sessions/{slug}/organiser/invitations"
    link = link_of(server, team, here, address)
    guest = server.browser()
    chosen = {"asked": "1"} if asks else {}
    assert guest.submit(link, link, name="", asks="1", **chosen).status == 303
    return guest


def joined(server: Server) -> set[str]:
    return {key for (key,) in stored(server, "SELECT key FROM guests WHERE joined > 0")}


def until(server: Server, expected: set[str], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while joined(server) != expected:
        assert time.monotonic() < deadline, joined(server)
        time.sleep(0.05)


async def test_whoever_is_in_the_live_room_was_there(server: Server) -> None:
    live_slug, open_slug = server.slugs["direct"], server.slugs["open"]
    team = await asyncio.to_thread(server.staff, open_slug, "organiser")
    await asyncio.to_thread(
        invite, team, f"/sessions/{open_slug}/organiser/invitations", ASKED, NOT_ASKED
    )
    guest = await asyncio.to_thread(come, server, team, open_slug, ASKED)
    other = await asyncio.to_thread(come, server, team, open_slug, NOT_ASKED)
    assert other.get(f"/sessions/{open_slug}").status == 200  # not live: nobody was there
    live_team = await asyncio.to_thread(server.staff, live_slug, "organiser")
    here = f"/sessions/{live_slug}/organiser/invitations"
    await asyncio.to_thread(invite, live_team, here, NEVER)
    page = await asyncio.to_thread(come, server, live_team, live_slug, NEVER)
    assert page.get(f"/sessions/{live_slug}").status == 200
    await asyncio.to_thread(until, server, {NEVER})
    async with (
        live(server, open_slug, guest),
        live(server, open_slug, team, "/organiser", "desk") as desk,
    ):
        await done(desk, "phase", to="live")
        await asyncio.to_thread(until, server, {NEVER, ASKED})
    csv = live_team.get(f"/sessions/{live_slug}/organiser/invitations.csv").text
    assert "War dabei" in csv


async def test_nobody_is_there_before_they_opened_their_invitation(server: Server) -> None:
    slug = server.slugs["direct"]
    team = await asyncio.to_thread(server.staff, slug, "organiser")
    await asyncio.to_thread(invite, team, f"/sessions/{slug}/organiser/invitations", *ALL)
    async with Live(server.browser(), slug) as reader:
        await reader.until(lambda: any(m["type"] == "heartbeat" for m in reader.seen), 30)
        beat = next(m for m in reader.seen if m["type"] == "heartbeat")
        assert beat["present"] == 1


async def publish(server: Server) -> Browser:
    """Invite three, let two come and one of them want the record, and publish."""
    slug = server.slugs["direct"]
    team = await asyncio.to_thread(server.staff, slug, "organiser")
    await asyncio.to_thread(invite, team, f"/sessions/{slug}/organiser/invitations", *ALL)
    guest = await asyncio.to_thread(come, server, team, slug, ASKED, asks=True)
    await asyncio.to_thread(come, server, team, slug, NOT_ASKED)
    here = f"/sessions/{slug}/organiser/invitations"
    assert (await asyncio.to_thread(team.submit, here, here, do="send", count="1")).status == 303
    async with live(server, slug, team, "/organiser", "desk") as desk:
        await done(desk, "phase", to="closed")
        backup = await asyncio.to_thread(server.run, "backup", str(server.folder / "copy"))
        assert backup.returncode == 0, backup.stderr
        await done(desk, "conclude")
        assert (await desk.command("publish"))["type"] == "done"
    await asyncio.to_thread(settled, server)
    return guest


async def test_addresses_go_with_publication_and_later_with_the_record(server: Server) -> None:
    guest = await publish(server)
    slug = server.slugs["direct"]
    deadline = time.monotonic() + 30
    while left_in_data(server, *ALL) != [ASKED]:
        assert time.monotonic() < deadline, left_in_data(server, *ALL)
        await asyncio.sleep(0.1)
    assert guest.get(f"/sessions/{slug}/mine").status in (303, 403)
    server.stop()
    age(server, 13)
    assert server.run("purge", "--dry-run").stdout == "Nothing is due.\n"
    age(server, 2)
    would = server.run("purge", "--dry-run")
    assert "addresses" in would.stdout
    went = server.run("purge")
    assert went.returncode == 0, went.stderr
    assert left_in_data(server, *ALL) == []
    assert server.run("purge").stdout == "Nothing is due.\n"
    assert reports_say_nothing(server)


async def test_a_restored_backup_loses_them_again(server: Server) -> None:
    await publish(server)
    server.stop()
    age(server, 15)
    assert server.run("purge").returncode == 0
    assert left_in_data(server, *ALL) == []
    backup = server.folder / "copy"
    assert ASKED.encode() in backup.read_bytes()
    done_ = server.run("restore", str(backup))
    assert done_.returncode == 0, done_.stderr
    backup.unlink()
    assert left_in_data(server, *ALL) == []


def left_in_data(server: Server, *texts: str) -> list[str]:
    """Return which texts still stand in a file; SQLite's log is read with them."""
    TOLD.update(texts)
    return left(server, *texts)


def reports_say_nothing(server: Server) -> bool:
    folder = server.folder / "data" / "deletions"
    return all(b"kanarien" not in file.read_bytes() for file in folder.glob("*.json"))


def test_lists_are_deleted_after_a_day(server: Server) -> None:
    slug = server.slugs["open"]
    team = server.staff(slug, "organiser")
    here = f"/sessions/{slug}/organiser/invitations"
    place = hand_in(team, here, text="liegt@kanarien.example").headers["location"]
    assert team.get(place).status == 200
    with closing(sqlite3.connect(server.folder / "data" / FILE)) as database, database:
        database.execute("UPDATE rolls SET made = made - 86400001")
    deadline = time.monotonic() + 30
    while stored(server, "SELECT * FROM rolls"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert team.get(place).status == 410
