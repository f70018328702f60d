"""A proxy that fails as it is told, between a client and the server; loopback only, and bounded.

``fault`` may be changed while it runs, also from another thread. In asynchronous tests it runs in
their loop (``async with``), beside a browser in a thread of its own (``with``).
"""

import asyncio
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from tests.live.server import Server

CHUNK = 64 * 1024
LINKS = 2_000
UPGRADE = re.compile(rb"(?i)\r\nupgrade: *websocket\r\n")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")
LOST = (ConnectionError, TimeoutError)


class Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(
        self,
        proxy: "Proxy",
        client: asyncio.StreamWriter,
        server: asyncio.StreamWriter,
    ) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.upgraded = False  # the client asked for a websocket
        self.passed = 0
        self.held = bytearray()

    async def write(self, data: bytes, *, up: bool) -> None:
        self.passed += len(data)
        writer = self.server if up else self.client
        writer.write(data)
        await writer.drain()

    def abort(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


class Fault:
    """Passes on everything; each fault changes one of these steps."""

    def meets(self, link: Link) -> bool:
        """Whether a new connection is taken at all."""
        return True

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        """Pass on what one side sent, or not."""
        await link.write(data, up=up)

    async def hang_up(self, link: Link) -> None:
        """The server has hung up."""


class Refuse(Fault):
    """Takes no new connection."""

    def meets(self, link: Link) -> bool:
        return False


class Delay(Fault):
    """Passes on everything later, by lot."""

    def __init__(self, seconds: float, jitter: float = 0) -> None:
        self._seconds, self._jitter = seconds, jitter

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        await asyncio.sleep(self._seconds + link.proxy.chance.uniform(0, self._jitter))
        await link.write(data, up=up)


class Stall(Fault):
    """Keeps connections and passes on nothing; once it is over, what was held comes."""

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        while link.proxy.fault is self:  # noqa: ASYNC110 - another thread may change the fault
            await asyncio.sleep(0.02)
        await link.proxy.fault.carry(link, data, up=up)


class Slice(Fault):
    """Passes on everything in tiny pieces."""

    def __init__(self, most: int = 7) -> None:
        self._most = most

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        while data:
            size = link.proxy.chance.randint(1, self._most)
            await link.write(data[:size], up=up)
            await asyncio.sleep(0)
            data = data[size:]


class Cut(Fault):
    """Ends connections without a word after some bytes or seconds, if wanted only websockets."""

    def __init__(
        self, *, size: int | None = None, seconds: float | None = None, websockets: bool = False
    ) -> None:
        self._size, self._seconds, self._websockets = size, seconds, websockets

    def meets(self, link: Link) -> bool:
        if not self._websockets:
            self._plan(link)
        return True

    def _plan(self, link: Link) -> None:
        if self._seconds is not None:
            asyncio.get_running_loop().call_later(self._seconds, link.abort)

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        if self._websockets and up and UPGRADE.search(data):
            self._plan(link)
        if self._size is None or (self._websockets and not link.upgraded):
            await link.write(data, up=up)
            return
        rest = self._size - link.passed
        await link.write(data[:rest], up=up)
        if len(data) >= rest:
            link.abort()


class RefuseUpgrade(Fault):
    """Answers a handshake itself, or hands it on as a plain request that the server refuses."""

    def __init__(self, status: int | None = None) -> None:
        self._status = status

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        if not (up and link.upgraded):
            await link.write(data, up=up)
        elif self._status is None:
            await link.write(UPGRADE.sub(b"\r\n", data), up=True)
        else:
            answer = f"HTTP/1.1 {self._status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            await link.write(answer.encode(), up=False)
            link.client.close()


class SwallowUpgrade(Fault):
    """Never answers a handshake; everything else is passed on."""

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        if not link.upgraded:
            await link.write(data, up=up)


class Buffer(Fault):
    """Holds answers back until they are whole or too big to be held, and every frame for ever."""

    def __init__(self, most: int = 64 * 1024) -> None:
        self._most = most

    async def carry(self, link: Link, data: bytes, *, up: bool) -> None:
        if up:
            await link.write(data, up=True)
            return
        link.held += data
        if link.upgraded:
            head, found, frames = bytes(link.held).partition(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 101") and found:
                await link.write(head + found, up=False)
                link.held[:] = frames[: self._most]
        elif _whole(link.held) or len(link.held) > self._most:
            await self.hang_up(link)

    async def hang_up(self, link: Link) -> None:
        if not link.upgraded:
            await link.write(bytes(link.held), up=False)
            link.held.clear()


def _whole(held: bytearray) -> bool:
    """Whether an answer, or the rest of one, is there to its end."""
    head, found, body = bytes(held).partition(b"\r\n\r\n")
    length = LENGTH.search(head + b"\r\n") if found else None
    if length:
        return len(body) >= int(length[1])
    return held.endswith(b"0\r\n\r\n") or head.startswith((b"HTTP/1.1 304", b"HTTP/1.1 204"))


class Proxy:
    """The proxy: one address that leads to a server on this machine."""

    def __init__(self, port: int, host: str = "127.0.0.1", *, seed: int = 1) -> None:
        if not ip_address(host).is_loopback:
            raise ValueError(f"{host} is another machine's")
        self.chance = random.Random(seed)
        self.fault = Fault()
        self.arrivals: list[float] = []  # when each connection came, in the loop's time
        self._target = host, port
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.close()
        self._cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed in the loop's next turn

    def __enter__(self) -> Self:
        self._own = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._own.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), self._own).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.__aexit__(kind, error, trace), self._own).result(10)
        self._own.call_soon_threadsafe(self._own.stop)
        self._thread.join(10)
        self._own.close()

    def cut(self) -> None:
        """End every connection without a word, now."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for link in tuple(self._links):
            link.abort()

    async def _meet(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.arrivals.append(self._loop.time())
        try:
            await self._join(reader, client)
        except LOST:
            client.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _join(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if len(self._links) >= LINKS or isinstance(self.fault, Refuse):
            client.transport.abort()
            return
        answers, server = await asyncio.open_connection(*self._target)
        link = Link(self, client, server)
        self._links.add(link)
        try:
            if self.fault.meets(link):
                await asyncio.gather(
                    self._pump(link, reader, up=True), self._pump(link, answers, up=False)
                )
        finally:
            self._links.discard(link)
            link.abort()

    async def _pump(self, link: Link, source: asyncio.StreamReader, *, up: bool) -> None:
        with suppress(*LOST):
            while data := await source.read(CHUNK):
                link.upgraded = link.upgraded or (up and bool(UPGRADE.search(data)))
                await self.fault.carry(link, data, up=up)
            if not up:
                await self.fault.hang_up(link)
        for writer in (link.client, link.server):
            writer.close()


@contextmanager
def behind(server: Server, *, seed: int = 1) -> Iterator[Proxy]:
    """Put a proxy before a server that is not yet started: its address becomes the public one."""
    with Proxy(server.port, seed=seed) as proxy:
        server.base = server.environment["DIALOG_BASE_URL"] = proxy.base
        yield proxy
