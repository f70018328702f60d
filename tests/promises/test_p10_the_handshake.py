"""P10: the handshake cannot be exhausted: who drips is cut, places are counted and given back."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from statistics import median

import pytest
from websockets.exceptions import InvalidStatus

from dialog.edge.door import SPARE
from tests.edge.test_attacks_edge import hung_up
from tests.live.client import Live
from tests.live.server import Server, running
from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        "a head may take for ever",
        "dialog/edge/requests.py",
        "self._deadline = self.loop.call_later(seconds, self._cut) if seconds else None",
        "self._deadline = None",
        "drips_is_cut",
    ),
    Mutant(
        "a hello may take for ever",
        "dialog/web/live.py",
        'self._frames.close(Close.SILENT, "no hello")',
        "pass",
        "no_hello",
    ),
    Mutant(
        "a person may have any number of sockets",
        "dialog/app.py",
        "self.crowd = Crowd(settings.connections_per_person, ",
        "self.crowd = Crowd(10**9, ",
        "one_person",
    ),
    Mutant(
        "a person's place is kept when the poll's client has hung up",
        "dialog/web/live.py",
        'while (await request.receive())["type"] != "http.disconnect":',
        "while await request.receive():",
        "one_person",
    ),
    Mutant(
        "an address may have any number of connections",
        "dialog/edge/door.py",
        "self._addresses = Crowd(per_address)",
        "self._addresses = Crowd(10**9)",
        "one_address",
    ),
    Mutant(
        "behind a proxy an address may have any number of connections",
        "dialog/app.py",
        "addresses=Crowd(settings.connections_per_address)",
        "addresses=Crowd(10**9)",
        "proxy",
    ),
    Mutant(
        "there may be any number of connections",
        "dialog/edge/door.py",
        "self._all = Crowd(most)",
        "self._all = Crowd(10**9)",
        "in_all",
    ),
    Mutant(
        "there may be any number of those who are refused",
        "dialog/edge/door.py",
        "self._spare = Crowd(SPARE)",
        "self._spare = Crowd(10**9)",
        "in_all",
    ),
    Mutant(
        "a page's place is not given back",
        "dialog/edge/requests.py",
        "        if self.place:\n            self.place.leave()\n",
        "",
        "one_address",
    ),
    Mutant(
        "a websocket's place is not given back",
        "dialog/edge/frames.py",
        "        if self.place:\n            self.place.leave()\n",
        "",
        "one_address",
    ),
)

SOCKET = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
SOCKET += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: dialog.v1\r\n"
ASK_JSON = {"accept": "application/json"}
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has little patience, and two places for each person."""
    folder = tmp_path_factory.mktemp("hasty")
    with running(folder, head_seconds=2, hello_seconds=2, connections_per_person=2) as started:
        yield started


@asynccontextmanager
async def line(server: Server) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def status(opened: Line, path: str = "/healthz", more: str = "") -> int:
    """Ask for a page over a connection, and return the answer's status; 0 is none."""
    reader, writer = opened
    with suppress(OSError):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
        answer = await asyncio.wait_for(reader.readline(), 10)
        return int(answer.split()[1]) if answer else 0
    return 0


async def entered(stack: AsyncExitStack, server: Server, slug: str, name: str = "") -> Live:
    """Connect as a nameless reader, or as one who takes part."""
    browser = await asyncio.to_thread(server.volunteer, slug, name) if name else server.browser()
    page = await asyncio.to_thread(lambda: server.page(browser, slug).live)
    return await stack.enter_async_context(Live(browser, slug, page=page))


async def eventually(holds) -> None:
    """Wait until a place is free: the server hears a moment later that someone has left."""
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)


# --- who drips ------------------------------------------------------------------------------------


async def dripping(opened: Line) -> float:
    """Send a head byte by byte, and return after how many seconds the server hangs up."""
    reader, writer = opened
    began = time.monotonic()
    writer.write(b"GET / HTTP/1.1\r\nX: ")

    async def drip() -> None:
        with suppress(OSError):
            while True:
                writer.write(b"a")
                await asyncio.sleep(0.25)

    dripped = asyncio.create_task(drip())
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 60)
    dripped.cancel()
    return time.monotonic() - began


async def drips(server: Server) -> tuple[list[float], list[float]]:
    """Let fifty drip; return when they were cut, and how long honest pages took meanwhile."""
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(server)) for _ in range(50)]
        dripped = asyncio.gather(*map(dripping, lines))
        waits = []
        while not dripped.done():
            began = time.monotonic()
            async with line(server) as honest:
                assert await status(honest, "/") == 200
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
        return await dripped, waits


async def silence(server: Server) -> float:
    """Say no hello, and return after how long the server says why it closes."""
    silent = Live(server.browser(), server.slugs["live"])
    began = time.monotonic()
    await silent.open()
    assert await silent.closed(30) == 4400
    return time.monotonic() - began


async def test_who_drips_is_cut_and_others_are_served(hasty) -> None:
    ends, waits = await drips(hasty)
    assert max(ends) < 20
    assert waits


async def test_who_says_no_hello_is_told_to_go(hasty) -> None:
    assert await silence(hasty) < 20


@pytest.mark.large
async def test_in_time_and_meanwhile_at_once(tmp_path) -> None:
    with running(tmp_path, head_seconds=10, hello_seconds=5) as server:
        ends, waits = await drips(server)
        told = await silence(server)
    print(f"50 who drip are cut after {min(ends):.2f} to {max(ends):.2f} s; an honest page")
    print(f"meanwhile takes {median(waits):.3f} s, at most {max(waits):.3f} s")
    print(f"no hello: told to go after {told:.2f} s")
    assert max(ends) < 11
    assert max(waits) < 1
    assert told < 6


# --- who is too many ------------------------------------------------------------------------------


async def test_one_person_has_so_many_places_and_gets_them_back(hasty) -> None:
    slug = hasty.slugs["live"]
    async with AsyncExitStack() as stack:
        first = await entered(stack, hasty, slug, "Samira Kanarienvogel")
        browser = first._browser

        async def poll() -> int:
            page = await asyncio.to_thread(browser.get, f"/sessions/{slug}/updates", **ASK_JSON)
            assert page.status == 200 or page.json()["code"] == "busy"
            return page.status

        async with Live(browser, slug, page=first._page):
            with pytest.raises(InvalidStatus, match="503"):
                await Live(browser, slug, page=first._page).open(browser.cookie)
            assert await poll() == 503
            await entered(stack, hasty, slug, "Boris Kanarienvogel")
            for _ in range(3):
                await entered(stack, hasty, slug)

        async def free() -> bool:
            return await poll() == 200

        async def full() -> bool:
            return await poll() == 503

        async def given_up() -> bool:
            """Hold the last place by a poll, then wait for it no more; news may answer it first."""
            updates = f"/sessions/{slug}/updates"
            told = (await asyncio.to_thread(browser.get, updates, **ASK_JSON)).json()[0]
            address = f"{updates}?epoch={told['epoch']}&seq={told['seq']}"
            async with line(hasty) as (_reader, writer):
                head = f"GET {address} HTTP/1.1\r\nHost: x\r\nCookie: {browser.cookie}\r\n\r\n"
                writer.write(head.encode())
                for _ in range(20):
                    if await full():
                        return True
                    await asyncio.sleep(0.05)
            return False

        await eventually(free)
        await eventually(given_up)
        await eventually(free)


async def test_one_address_has_so_many_places_and_gets_them_back(tmp_path) -> None:
    with running(tmp_path, connections_per_address=6) as server:
        slug = server.slugs["live"]
        async with AsyncExitStack() as stack:
            await entered(stack, server, slug)
            for _ in range(5):
                await stack.enter_async_context(line(server))
            async with line(server) as more:
                assert await status(more) == 503
                assert await hung_up(more[0]) is not None
            with pytest.raises(InvalidStatus, match="503"):
                await Live(server.browser(), slug).open()
        async with AsyncExitStack() as stack:

            async def all_again() -> bool:
                async with AsyncExitStack() as tried:
                    lines = [await tried.enter_async_context(line(server)) for _ in range(6)]
                    return [await status(one) for one in lines] == [200] * 6

            await eventually(all_again)


async def test_behind_a_proxy_an_address_is_the_one_it_names(tmp_path) -> None:
    with running(tmp_path, connections_per_address=2, proxies="127.0.0.1") as server:
        slug = server.slugs["live"]
        browser = server.browser()
        me, *_rest = (await asyncio.to_thread(browser.get, f"/sessions/{slug}/updates")).json()
        address = f"/sessions/{slug}/updates?epoch={me['epoch']}&seq={me['seq']}"
        one, other = "X-Forwarded-For: 203.0.113.1\r\n", "X-Forwarded-For: 203.0.113.2\r\n"
        async with AsyncExitStack() as stack:
            waiting = []
            for _ in range(2):
                reader, writer = await stack.enter_async_context(line(server))
                writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\n{one}\r\n".encode())
                waiting.append(reader)

            async def full() -> bool:
                async with line(server) as more:
                    return await status(more, more=one) == 503

            await eventually(full)
            async with line(server) as more:
                assert await status(more, more=other) == 200
            async with line(server) as more:
                assert await status(more, f"/sessions/{slug}/live", more=one + SOCKET) == 503

        async def free() -> bool:
            return not await full()

        await eventually(free)


async def test_in_all_there_are_so_many_and_the_rest_is_cut(tmp_path) -> None:
    with running(tmp_path, connections=5) as server:
        async with AsyncExitStack() as stack:
            lines = [await stack.enter_async_context(line(server)) for _ in range(5 + SPARE)]
            for _ in range(5):
                assert await beyond(server)
            assert await status(lines[-1]) == 503
            assert await status(lines[4]) == 200

        async def free() -> bool:
            with suppress(OSError):
                async with line(server) as more:
                    return await status(more) == 200
            return False

        await eventually(free)


async def beyond(server: Server) -> bool:
    """Tell whether a connection is cut at once, or before it is one."""
    with suppress(ConnectionError):
        async with line(server) as (reader, _writer):
            return await hung_up(reader, 3) == b""
    return True
