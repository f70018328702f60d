"""Clients that mean harm at the edge: they flood, drip, and never read."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from dialog.edge.frames import text_frame
from dialog.edge.limits import Limits
from tests.edge.test_edge import App, serving, until

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING, PONG = b"\x89\x80\x00\x00\x00\x00", b"\x8a\x80\x00\x00\x00\x00"
PIECE = b"\x00\x80\x00\x00\x00\x00"


class Pages(App):
    """Answers every request with the same large body."""

    size = 10

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        message = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * self.size})


class Refusing(App):
    """Lets nobody in."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
        self.came.set()


@asynccontextmanager
async def raw(address: str, **how: Any) -> AsyncIterator[tuple[Any, Any]]:
    reader, writer = await asyncio.open_connection(*address[5:-1].split(":"), **how)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def hung_up(reader: asyncio.StreamReader, seconds: float = 5) -> bytes:
    """Wait until the other side hangs up, and return what it said before."""
    with suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), seconds)
    return b""


@pytest.mark.parametrize(
    "flood", [PING * 2_000, PONG * 2_000, b"\x01\x80\x00\x00\x00\x00" + PIECE * 2_000]
)
async def test_hundreds_of_frames_without_a_message_end_a_connection(flood) -> None:
    app = App()
    async with serving(app) as address, raw(address) as (reader, writer):
        writer.write(UPGRADE)
        await asyncio.wait_for(app.came.wait(), 5)
        writer.write(flood)
        await hung_up(reader)
        await until(lambda: app.ended)
        assert app.heard == []


async def test_a_client_that_takes_no_leave_is_cut_though_its_buffer_never_drains() -> None:
    app = App()
    async with (
        serving(app, limits=Limits(close_seconds=0.1)) as address,
        raw(address, limit=1_024) as (_reader, writer),
    ):
        writer.write(UPGRADE)
        await asyncio.wait_for(app.came.wait(), 5)
        line = app.lines[0]
        while not line.backed_up:
            line.write(text_frame(b"x" * 65_536))
        writer.write(b"\x88\x80\x00\x00\x00\x00")
        await until(lambda: app.ended)
        await until(lambda: line.disconnected)


@pytest.mark.parametrize("waiting", [1, 64 * 1024 + 1])
async def test_a_client_that_takes_nothing_is_gone_in_time(waiting) -> None:
    app = App()
    async with (
        serving(app, limits=Limits(stalled_seconds=1)) as address,
        raw(address, limit=1_024) as (_reader, writer),
    ):
        writer.write(UPGRADE)
        await asyncio.wait_for(app.came.wait(), 5)
        line = app.lines[0]
        while line.transport.get_write_buffer_size() < waiting:
            line.write(text_frame(b"x" * 1_024))
        await until(lambda: app.ended)
        assert line.disconnected


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 300_000,
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 300_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 50_000,
    ],
)
async def test_a_head_has_an_end(head) -> None:
    async with serving(Pages()) as address, raw(address) as (reader, writer):
        writer.write(head)
        assert await hung_up(reader) == b""


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nX: "])
async def test_a_head_that_drips_is_not_waited_for(begun) -> None:
    async with (
        serving(Pages(), limits=Limits(head_seconds=0.2)) as address,
        raw(address) as (reader, writer),
    ):
        writer.write(begun)
        assert await hung_up(reader) == b""


async def test_a_second_head_is_not_waited_for_either() -> None:
    async with (
        serving(Pages(), limits=Limits(head_seconds=0.2)) as address,
        raw(address) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        await hung_up(reader, 2)


async def test_a_body_that_drips_is_not_waited_for() -> None:
    async with (
        serving(Pages(), limits=Limits(body_seconds=0.2)) as address,
        raw(address) as (reader, writer),
    ):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
        assert await hung_up(reader) == b""


async def test_an_answer_that_nobody_reads_is_given_up() -> None:
    app = Pages()
    app.size = 20_000_000
    async with (
        serving(app, limits=Limits(stalled_seconds=0.2)) as address,
        raw(address, limit=1_024) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(1)
        assert len(await hung_up(reader)) < app.size


async def test_a_body_and_an_answer_that_take_their_time_are_waited_for() -> None:
    async with (
        serving(Pages(), limits=Limits(head_seconds=0.3)) as address,
        raw(address) as (reader, writer),
    ):
        for _ in range(2):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            await asyncio.sleep(0.5)
            writer.write(b"x" * 8)
            assert b" 200 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            await reader.readuntil(b"0\r\n\r\n")


async def test_a_refused_handshake_is_no_fault(caplog) -> None:
    app = Refusing()
    with caplog.at_level(logging.WARNING):
        async with serving(app) as address, raw(address) as (reader, writer):
            writer.write(UPGRADE)
            assert b" 403 " in await hung_up(reader)
            await asyncio.sleep(0.05)
    assert caplog.records == []


async def test_a_kept_connection_does_not_live_on_line_ends() -> None:
    """uvicorn stops its clock at any byte, and these begin no request."""
    async with (
        serving(Pages(), limits=Limits(keep_seconds=0.5)) as address,
        raw(address) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(b"\r\n")
        assert await hung_up(reader) == b""


async def test_some_requests_may_be_sent_ahead_and_are_answered_in_order() -> None:
    async with serving(Pages()) as address, raw(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        for _ in range(5):
            assert b" 200 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            await reader.readuntil(b"0\r\n\r\n")


class Slow(Pages):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.came.set()
            await self.may.wait()
        await super().__call__(scope, receive, send)
        self.ended.append(0)


async def test_who_asked_twice_and_hung_up_is_no_fault(caplog) -> None:
    """uvicorn tells only the last answer that nobody waits; the first one then fails."""
    app = Slow()
    async with serving(app) as address:
        async with raw(address) as (_reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
            await asyncio.wait_for(app.came.wait(), 5)
            writer.transport.abort()
        await asyncio.sleep(0.1)
        app.may.set()
        await until(lambda: app.ended)
    assert [record for record in caplog.records if record.name != "asyncio"] == []


async def test_no_websocket_begins_while_an_answer_is_on_its_way() -> None:
    app = Slow()
    limits = Limits(keep_seconds=0.3)
    async with serving(app, limits=limits) as address, raw(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + UPGRADE)
        await asyncio.wait_for(app.came.wait(), 5)
        app.may.set()
        assert b" 101 " not in await hung_up(reader)
        assert app.lines == []


async def test_what_a_client_does_wrong_fills_no_log(caplog) -> None:
    async with serving(Pages()) as address:
        for said in (
            b"\x00\x01\x02\r\n\r\n",
            b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        ):
            async with raw(address) as (reader, writer):
                writer.write(said)
                await reader.readline()
    assert caplog.records == []
