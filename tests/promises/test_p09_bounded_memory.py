"""P9: a connection costs bounded memory, whatever it sends: it is closed, or idle."""

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from dialog.edge.conversation import LAST_FRAMES
from tests.chaos.flood import KINDS, TEXT, Flooded, flood, frame
from tests.edge.test_attacks_edge import UPGRADE, Slow, hung_up, raw
from tests.edge.test_edge import App, serving
from tests.live.client import Live
from tests.live.memory import resident
from tests.live.server import Server, running
from tests.mutants import Mutant

MIB = 1024 * 1024
GROWTH = 4 * MIB
LONGEST_S = 30
ALLOWED_TO_STAY = {"body"}  # refused with 413, and read to nowhere until its time is over

MUTANTS = (
    Mutant(
        "every number to resume from is kept as a frame",
        "dialog/hub/sweep.py",
        "if len(self._frames) >= FRAMES:",
        "if len(self._frames) < 0:",
        "tests/hub/test_attacks_hub.py::test_numbers_to_resume_from_fill_no_memory",
    ),
    Mutant(
        "pings and pongs are not counted",
        "dialog/edge/conversation.py",
        "if self._signals > self._limits.control_frames:",
        "if self._signals > 10**9:",
        "small-pings",
    ),
    Mutant(
        "pieces of a message are not counted",
        "dialog/edge/conversation.py",
        "if self._fragments > self._limits.fragments:",
        "if self._fragments > 10**9:",
        "small-empty",
    ),
    Mutant(
        "a message may have any size",
        "dialog/edge/server.py",
        "ws_max_size=limits.message_bytes",
        "ws_max_size=10**9",
        "small-large",
    ),
    Mutant(
        "a message is measured in signs",
        "dialog/web/live.py",
        "len(data.encode()) > self._largest()",
        "len(data) > self._largest()",
        "measured_in_bytes",
    ),
    Mutant(
        "a head may have any length",
        "dialog/edge/requests.py",
        "if self._no_body > self._limits.head_bytes:",
        "if self._no_body > 10**9:",
        "small-header and not headers",
    ),
    Mutant(
        "a head may have any number of headers",
        "dialog/edge/requests.py",
        "if len(self.headers) >= HEADERS:",
        "if len(self.headers) >= 10**9:",
        "head_of_many_headers",
    ),
    Mutant(
        "requests may be sent ahead without end",
        "dialog/edge/requests.py",
        "if len(self.pipeline) >= AHEAD:",
        "if len(self.pipeline) >= 10**9:",
        "sent_ahead",
    ),
    Mutant(
        "who is told to go may say on",
        "dialog/edge/conversation.py",
        "if self._last > LAST_FRAMES:",
        "if self._last > 10**9:",
        "after_the_end",
    ),
    Mutant(
        "who is too fast is never told to go",
        "dialog/hub/limits.py",
        "return len(self._times) >= STRIKES",
        "return False",
        "small-commands",
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("flood")) as started:
        yield started


def poured(server: Server, kind: str, volume: int) -> Flooded:
    """Flood as a volunteer who takes part, again and again until so much was taken."""
    slug = server.slugs["live"]
    browser = server.volunteer(slug)
    hello = {"type": "hello", "stream": "floor", "page": server.page(browser, slug).live}
    headers = {
        "Origin": server.base,
        "Cookie": browser.cookie,
        "Sec-WebSocket-Protocol": "dialog.v1",
    }
    sent, closed, until = 0, True, time.monotonic() + LONGEST_S
    while sent < volume and closed and time.monotonic() < until:
        more, closed = flood(
            server.port,
            KINDS[kind],
            volume=volume - sent,
            path=f"/sessions/{slug}/live",
            headers=headers,
            first=[json.dumps(hello)],
            patience=0.5 if kind in ALLOWED_TO_STAY else 8,
        )
        sent += more
    return Flooded(sent, closed)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "megabytes",
    [pytest.param(2, id="small"), pytest.param(40, id="full", marks=pytest.mark.large)],
)
async def test_a_flood_ends_or_is_idle_and_fills_no_memory(server, kind, megabytes) -> None:
    await asyncio.to_thread(poured, server, kind, 200_000)  # what is made once is made now
    before = resident(server)
    sent, closed = await asyncio.to_thread(poured, server, kind, megabytes * 1_000_000)
    growth = resident(server) - before
    print(f"{kind}: {sent / MIB:.2f} MiB taken, closed {closed}, {growth / MIB:+.2f} MiB")
    assert growth < GROWTH
    assert closed or kind in ALLOWED_TO_STAY
    assert server.browser().get("/healthz").status == 200


async def test_requests_sent_ahead_without_end_are_cut() -> None:
    """While one is being answered eight more may wait; the ninth ends the connection."""
    app = Slow()
    async with serving(app) as address, raw(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(app.came.wait(), 5)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        assert await hung_up(reader) == b""
        app.may.set()


async def test_a_head_of_many_headers_is_cut_before_it_is_whole() -> None:
    """What is short costs many times its bytes: the pairs of one piece read are megabytes."""
    app = App()
    async with serving(app) as address, raw(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 200 + b"\r\n")
        assert await hung_up(reader) == b""


async def test_few_frames_are_taken_after_the_end() -> None:
    app = App()
    async with serving(app) as address, raw(address) as (reader, writer):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        app.lines[0].close(4501, "vorbei")
        await reader.readexactly(10)
        writer.write(frame(TEXT, b"noch etwas") * LAST_FRAMES)
        await asyncio.sleep(0)
        assert not app.lines[0].disconnected
        writer.write(frame(TEXT, b"noch etwas") * 2)
        assert await hung_up(reader, 3) == b""


async def test_a_message_is_measured_in_bytes(server) -> None:
    """Signs of three bytes each are no way around the limit."""
    slug = server.slugs["live"]
    browser = await asyncio.to_thread(server.volunteer, slug)
    page = await asyncio.to_thread(lambda: server.page(browser, slug).live)
    async with Live(browser, slug, page=page) as client:
        await client.send("€" * 3_000)
        assert await client.closed() == 1009
