"""What an attacker tried over a socket."""

import asyncio
import sqlite3
from contextlib import closing

from tests.live.client import Live
from tests.live.server import Server


async def test_a_socket_opened_before_leaving_says_hello_in_vain(server: Server) -> None:
    slug = server.slugs["live"]
    thief = server.volunteer(slug)
    page = server.page(thief, slug)
    one = Live(thief, slug, page=page.live)
    await one.open(thief.cookie)
    assert thief.post(f"/sessions/{slug}/leave", {"token": page.token}).status == 303
    await one.send({"type": "hello", "stream": "floor", "page": page.live})
    assert await one.closed() == 4501


async def test_leaving_without_a_pass_sends_no_reader_away(server: Server) -> None:
    slug, nobody = server.slugs["live"], server.browser()
    nobody.cookie = "dialog=irgendetwas"
    token = server.seal(slug)
    async with Live(server.browser(), slug) as reader:
        assert nobody.post(f"/sessions/{slug}/leave", {"token": token}).status == 303
        assert (await reader.command("withdraw", number=1))["code"] == "forbidden"
    async with Live(server.browser(), slug) as later:
        await later.until(lambda: later.seq)


async def test_a_reader_who_floods_uses_up_nobody_elses_patience(server: Server) -> None:
    slug = server.slugs["live"]
    async with Live(server.browser(), slug) as flooder, Live(server.browser(), slug) as reader:
        for _ in range(60):
            await flooder.send(
                {"type": "command", "key": "12345678", "do": "withdraw", "number": 1}
            )
        assert await flooder.closed() == 4429
        assert (await reader.command("withdraw", number=1))["code"] == "forbidden"


async def test_a_hello_that_waits_while_its_pass_ends_is_sent_away(server: Server) -> None:
    """The end of the pass stands in line before a commit, and the hello behind it."""
    slug = server.slugs["live"]
    thief, other = server.volunteer(slug), server.volunteer(slug)
    page = server.page(thief, slug)
    one = Live(thief, slug, page=page.live)
    form = {"token": page.token}
    async with Live(other, slug, page=server.page(other, slug).live) as busy:
        with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as database:
            database.execute("BEGIN IMMEDIATE")
            leave = asyncio.to_thread(thief.post, f"/sessions/{slug}/leave", form)
            leaving = asyncio.create_task(leave)
            await asyncio.sleep(0.3)
            asking = asyncio.create_task(busy.command("ask", text="Was hält auf?", background=""))
            await asyncio.sleep(0.3)
            await one.open(thief.cookie)
            await one.send({"type": "hello", "stream": "floor", "page": page.live})
        assert (await leaving).status == 303
        assert (await asking)["type"] == "done"
        assert await one.closed() == 4501
