"""A restart is announced, ends in good order, and loses nothing that was acknowledged."""

import asyncio
import socket
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.live.client import Live
from tests.live.programme import evening
from tests.live.server import Server


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated database."""
    folder = tmp_path_factory.mktemp("machine")
    Server(folder, evening(folder / "sessions")).migrate()
    return folder


@pytest.fixture
def server(machine: Path):
    slugs = {"live": next(p.name for p in (machine / "sessions").glob("*-laeuft"))}
    started = Server(machine, slugs)
    started.start()
    yield started
    started.stop()
    started.check_log()


async def test_a_restart_says_good_bye_and_everything_is_there_after_it(server) -> None:
    slug = server.slugs["live"]
    browser = server.volunteer(slug)
    page, text, key = server.page(browser, slug), f"Bleibt sie {uuid4().hex}?", str(uuid4())
    async with Live(browser, slug, page=page.live) as one:
        done = await one.command("ask", key=key, text=text)
        await one.until(lambda: one.seq >= done["seq"])
        poll = f"/sessions/{slug}/updates?stream=floor&epoch={one.epoch}&seq={one.seq}"
        waiting = asyncio.create_task(asyncio.to_thread(browser.get, poll))
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        server.terminate()
        assert await one.closed() == 1012
        bye = one.seen[-1]
        assert set(bye) == {"type", "why", "retry_ms"}
        assert (bye["type"], bye["why"]) == ("bye", "restart")
        assert 1_000 <= bye["retry_ms"] <= 5_000
    last = (await waiting).json()[-1]
    assert (last["type"], last["why"]) == ("bye", "restart")
    assert await asyncio.to_thread(server.wait) == 0
    assert time.monotonic() - begun < 5
    await asyncio.to_thread(server.start)
    async with one:  # the page of before the restart is still good
        again = await one.command("ask", key=key, text=text)
        assert again["result"] == done["result"]
        assert [row["text"] for row in one.me["mine"]] == [text]
        assert [m["type"] for m in one.seen if m["type"] != "heartbeat"] == ["welcome", "done"]


async def test_a_client_that_reads_nothing_does_not_hold_up_the_end(server) -> None:
    slug = server.slugs["live"]
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        async with Live(server.browser(), slug) as one:
            await one.until(lambda: one.seq)
            server.terminate()
            assert await asyncio.to_thread(server.wait, 15) == 0


def test_an_outdated_database_is_not_served(tmp_path) -> None:
    server = Server(tmp_path, evening(tmp_path / "sessions"))
    done = server.run("serve")
    assert done.returncode == 1
    assert "python -m dialog migrate" in done.stderr
    assert "Traceback" not in done.stderr
