"""The proxy of the chaos tests does what its faults say, and reaches no other machine."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from tests.chaos.proxy import (
    Buffer,
    Cut,
    Delay,
    Fault,
    Proxy,
    Refuse,
    RefuseUpgrade,
    Slice,
    Stall,
    SwallowUpgrade,
)

PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HANDSHAKE = b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy before a server that answers in two parts: a head, and what comes after it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await reader.readuntil(b"\r\n\r\n")
            writer.write(SWITCHED if b"Upgrade" in asked else ANSWER)
            await asyncio.sleep(0.05)
            writer.write(b"Hallo")
            await reader.read()
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as started:
        yield started
    server.close()
    await asyncio.sleep(0.05)


async def heard(proxy: Proxy, asked: bytes, most: int = 1_000, seconds: float = 0.3) -> bytes:
    """Return what comes soon, until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(asked)
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            while len(answer) < most and (data := await reader.read(1_000)):
                answer += data
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return answer


@pytest.mark.parametrize(
    "fault, plain, handshake",
    [
        (Fault, ANSWER + b"Hallo", SWITCHED + b"Hallo"),
        (lambda: Delay(0.01, 0.01), ANSWER + b"Hallo", SWITCHED + b"Hallo"),
        (Slice, ANSWER + b"Hallo", SWITCHED + b"Hallo"),
        (Refuse, b"", b""),
        (Stall, b"", b""),
        (lambda: Cut(size=len(PLAIN) + 8), ANSWER[:8], b""),
        (lambda: Cut(seconds=0), b"", b""),
        (lambda: Cut(seconds=0.02, websockets=True), ANSWER + b"Hallo", SWITCHED),
        (RefuseUpgrade, ANSWER + b"Hallo", ANSWER + b"Hallo"),
        (SwallowUpgrade, ANSWER + b"Hallo", b""),
        (Buffer, ANSWER + b"Hallo", SWITCHED),
    ],
)
async def test_each_fault_does_what_it_says(
    proxy: Proxy, fault: Callable[[], Fault], plain: bytes, handshake: bytes
) -> None:
    proxy.fault = fault()
    assert await heard(proxy, PLAIN, len(plain)) == plain
    assert await heard(proxy, HANDSHAKE, len(handshake) + 1) == handshake


async def test_an_upgrade_may_be_refused_by_the_proxy_itself(proxy: Proxy) -> None:
    proxy.fault = RefuseUpgrade(502)
    assert (await heard(proxy, HANDSHAKE)).startswith(b"HTTP/1.1 502 ")


async def test_what_was_stalled_comes_once_it_is_over(proxy: Proxy) -> None:
    proxy.fault = Stall()
    waiting = asyncio.create_task(heard(proxy, PLAIN, len(ANSWER) + 5, 10))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    proxy.fault = Fault()
    assert await waiting == ANSWER + b"Hallo"


async def test_a_cut_ends_every_connection_now(proxy: Proxy) -> None:
    waiting = asyncio.create_task(heard(proxy, HANDSHAKE, 1_000, 10))
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    proxy.cut()
    assert await waiting == SWITCHED + b"Hallo"
    assert time.monotonic() - begun < 5


def test_only_this_machine_is_reached() -> None:
    with pytest.raises(ValueError, match="another machine"):
        Proxy(80, "192.0.2.1")
