"""The edge alone, before a small application: frames as they are, hanging up, and the drain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as Parsed
from websockets.streams import StreamReader

from dialog.edge.aliases import Aliases
from dialog.edge.door import Door
from dialog.edge.frames import EXTENSION, Frames, text_frame
from dialog.edge.limits import Limits
from dialog.edge.server import Server, configure

uvloop = pytest.importorskip("uvloop", reason="not made for every system")

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class App:
    """Accepts every websocket and remembers what came."""

    def __init__(self) -> None:
        self.lines: list[Frames] = []
        self.heard: list[str | bytes] = []
        self.ended: list[int] = []
        self.listens = True
        self.came = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        line = scope["extensions"][EXTENSION]
        await receive()
        await send({"type": "websocket.accept"})
        if self.listens:
            line.listen(self.heard.append)
        self.lines.append(line)
        self.came.set()
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard.append(message.get("text", b""))
        self.ended.append(message["code"])


@pytest.fixture
async def app() -> App:
    return App()


def open_door(most: int = 1_000, per_address: int = 1_000) -> Door:
    return Door(most, per_address, Aliases(lambda: 0.0))


@asynccontextmanager
async def serving(
    app: Any, *, limits: Limits | None = None, door: Door | None = None, **more: Any
) -> AsyncIterator[str]:
    """Run the edge before an application; what it said of itself stands in ``more``."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listening(number: int) -> None:
        port.set_result(number)

    async def drain() -> None:
        more.get("drained", []).append(len(app.lines))

    config = configure(
        app,
        host="127.0.0.1",
        port=0,
        proxies=more.get("proxies", ""),
        drain_seconds=1,
        door=door or open_door(),
        limits=limits or Limits(message_bytes=4_096),
    )
    server = Server(config, listening=listening, drain=drain)
    serve = asyncio.create_task(server.serve())
    try:
        yield f"ws://127.0.0.1:{await asyncio.wait_for(port, 10)}/"
    finally:
        server.should_exit = True
        await asyncio.wait_for(serve, 15)


@asynccontextmanager
async def client(address: str, app: App) -> AsyncIterator[ClientConnection]:
    async with connect(address, proxy=None, compression=None, ping_interval=None) as socket:
        await asyncio.wait_for(app.came.wait(), 5)
        yield socket


async def until(holds: Any) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)


# --- frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_is_read_as_it_was_written(length) -> None:
    stream = StreamReader()
    stream.feed_data(text_frame(b"x" * length))
    stream.feed_eof()
    reading = Parsed.parse(stream.read_exact, mask=False)
    with pytest.raises(StopIteration) as done:
        next(reading)
    frame = done.value.value
    assert (frame.opcode, frame.fin, len(frame.data)) == (1, True, length)
    assert (frame.rsv1, frame.rsv2, frame.rsv3) == (False, False, False)


async def test_frames_go_out_and_messages_come_in_without_a_queue(app) -> None:
    async with serving(app) as address, client(address, app) as socket:
        for size in (5, 5_000, 100_000):
            app.lines[0].write(text_frame(b"x" * size))
            assert len(await socket.recv()) == size
        await socket.send("ganz")
        await socket.send(["in", " Stücken", " – ", "\U0001f600"])
        await socket.send(b"\x00\x01")
        await socket.ping()
        await until(lambda: len(app.heard) == 3)
        assert app.heard == ["ganz", "in Stücken – \U0001f600", b"\x00\x01"]
        assert not app.lines[0].backed_up


async def test_an_accepted_handshake_is_let_go(app) -> None:
    async with serving(app) as address, client(address, app):
        line = app.lines[0]
        await until(lambda: line.handshake_complete)
        assert (hasattr(line, "request"), hasattr(line, "response")) == (False, False)
        assert line.scope["headers"] == []


async def test_without_a_listener_messages_wait_for_the_application(app) -> None:
    app.listens = False
    async with serving(app) as address, client(address, app) as socket:
        await socket.send("eins")
        await until(lambda: app.heard == ["eins"])


async def test_text_that_is_not_utf8_ends_the_connection(app) -> None:
    async with serving(app) as address, client(address, app) as socket:
        socket.transport.write(b"\x81\x82\x00\x00\x00\x00\xff\xfe")
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 1007
        await until(lambda: app.ended == [1007])


async def test_a_message_beyond_the_limit_ends_the_connection(app) -> None:
    async with serving(app) as address, client(address, app) as socket:
        with suppress(ConnectionClosed):
            await socket.send("x" * 5_000)
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 1009


async def test_hanging_up_says_why_and_only_once(app) -> None:
    async with serving(app) as address, client(address, app) as socket:
        line = app.lines[0]
        line.close(4501, "vorbei")
        line.close(4503, "noch einmal")
        line.write(text_frame(b"zu spaet"))
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert (socket.close_code, socket.close_reason) == (4501, "vorbei")
        await until(lambda: app.ended == [4501])


async def test_what_comes_after_hanging_up_is_not_heard(app) -> None:
    async with serving(app) as address, client(address, app) as socket:
        app.lines[0].close(4503, "vorbei")
        with suppress(ConnectionClosed):
            await socket.send("noch etwas")
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert app.heard == []


async def test_nothing_follows_the_answer_to_a_good_bye(app) -> None:
    async with serving(app) as address:
        host, port = address.removeprefix("ws://").rstrip("/").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        await app.came.wait()
        line, receive = app.lines[0], app.lines[0].data_received

        def received(data: bytes) -> None:
            receive(data)
            line.post(text_frame(b"late"))

        line.data_received = received
        writer.write(b"\x88\x82\0\0\0\0\x03\xe8")
        assert await asyncio.wait_for(reader.read(), 5) == b"\x88\x02\x03\xe8"
        writer.close()


async def test_a_client_that_reads_nothing_is_backed_up_and_then_cut(app) -> None:
    async with serving(app, limits=Limits(close_seconds=0.1)) as address:
        _reader, writer = await asyncio.open_connection(*address[5:-1].split(":"), limit=1_024)
        writer.write(HANDSHAKE)
        await asyncio.wait_for(app.came.wait(), 5)
        line = app.lines[0]
        for _ in range(400):
            line.write(text_frame(b"x" * 65_536))
            if line.backed_up:
                break
        assert line.backed_up
        line.close(4408, "nichts gelesen")
        await until(lambda: app.ended == [4408])
        await until(line.transport.is_closing)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _read_late() -> None:
    """Say more than the kernel takes, past the transport and through it, to who reads later."""
    app = App()
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection(*address[5:-1].split(":"), limit=1_024)
        writer.write(HANDSHAKE)
        await asyncio.wait_for(app.came.wait(), 5)
        line, said = app.lines[0], b""
        for number in range(100):
            frames = [text_frame(bytes([number]) * size) for size in (3, 9_000, 0)]
            line.write(*frames)
            said += b"".join(frames)
        assert line.backed_up
        await reader.readuntil(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.readexactly(len(said)), 5) == said
        await until(lambda: not line.backed_up)
        line.write(text_frame(b"wieder"))
        assert await asyncio.wait_for(reader.readexactly(8), 5) == text_frame(b"wieder")
        line.transport.pause_reading()  # so that it is told by nobody that the other has gone
        writer.transport.abort()
        for _ in range(3):
            line.write(text_frame(b"niemand da"))
            await asyncio.sleep(0.01)
        await until(lambda: app.ended)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_is_read_late_comes_whole_and_in_order(loop) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_read_late())


async def test_plain_requests_get_no_websocket(app) -> None:
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection(*address[5:-1].split(":"))
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        )
        answer = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        await writer.wait_closed()
        assert b" 400 " in answer
        assert app.lines == []


async def test_the_drain_comes_before_the_first_socket_is_closed(app) -> None:
    drained: list[int] = []
    async with serving(app, drained=drained) as address:
        socket = await connect(address, proxy=None)
        await asyncio.wait_for(app.came.wait(), 5)
    assert drained == [1]
    await asyncio.wait_for(socket.wait_closed(), 5)
    assert socket.close_code == 1012


def test_forwarded_headers_are_believed_from_named_proxies_only() -> None:
    asked: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "drain_seconds": 1}
    asked |= {"door": open_door(), "limits": Limits()}
    plain = configure(App, proxies="", **asked)
    behind = configure(App, proxies="10.0.0.1", **asked)
    assert (plain.proxy_headers, behind.proxy_headers) == (False, True)
    assert behind.forwarded_allow_ips == "10.0.0.1"


class Slow:
    """Is still looking who comes when the client is gone, and only then takes a place for it."""

    def __init__(self) -> None:
        self.lines: list[Frames] = []
        self.given_up = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await App()(scope, receive, send)
            return
        while (await receive())["type"] != "websocket.disconnect":
            pass
        scope["extensions"][EXTENSION].at_end(self.given_up.set)


async def test_a_place_taken_for_who_is_gone_already_is_given_up() -> None:
    slow = Slow()
    async with serving(slow) as address:
        _reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(HANDSHAKE)
        await writer.drain()
        writer.transport.abort()
        await asyncio.wait_for(slow.given_up.wait(), 5)
