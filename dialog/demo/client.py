"""A client of the public protocol: it follows one stream of a session, and gives commands."""

import asyncio
import json
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, Protocol, cast
from uuid import uuid4

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from dialog.demo.browser import PAGE_META, Browser
from dialog.demo.picture import DriftError, Picture, Row, Seen

log = structlog.get_logger()

Stream = Literal["floor", "stage", "desk"]
Answer = dict[str, Any]

OVER: Final = frozenset({"closed", "published", "cancelled"})
WATCHDOG_S: Final = 35.0
WATCHDOG: Final = 4400
FOR_GOOD: Final = range(4500, 4600)
PAGE_ENDED: Final = 4501
SESSION_OVER: Final = 1000
RESYNC_APART_S: Final = 10.0
ANSWER_S: Final = 60.0
BACKOFF_S, LONGEST_BACKOFF_S = 0.5, 30.0


@lru_cache(maxsize=64)
def decoded(text: str | bytes) -> dict[str, Any]:
    """Return a message; one that goes to everyone is read once, and nobody may change it."""
    return cast("dict[str, Any]", json.loads(text))


class TurnedAwayError(Exception):
    """The server does not let this client in (any more)."""


class Socket(Protocol):
    """What a client needs of a websocket."""

    async def send(self, message: str) -> None:
        """Send a text frame."""


class Client:
    """One open page: a connection that comes back, and the picture that it keeps up to date."""

    def __init__(self, browser: Browser, page: str, slug: str, stream: Stream, seen: Seen) -> None:
        """Follow ``stream`` from the page at path ``page``, which says who this is."""
        self.picture = Picture(seen)
        self.upvoted: set[int] = set()
        self.mine: dict[int, Row] = {}
        self.person = 0
        self.ready = asyncio.Event()
        self._browser = browser
        self._page = page
        self._stream = stream
        self._address = f"{browser.base.replace('http', 'ws', 1)}/sessions/{slug}/live"
        self._token = ""
        self._socket: ClientConnection | None = None
        self._pending: dict[str, tuple[str, asyncio.Future[Answer]]] = {}
        self._ahead_ms = 0
        self._away_s = 0.0
        self._tries = 0
        self._resynced = -RESYNC_APART_S

    @property
    def over(self) -> bool:
        """Whether the evening has ended."""
        return self.picture.session.get("phase") in OVER

    def server_ms(self) -> int:
        """Return the server's time, by the offset that its welcome told."""
        return round(time.time() * 1000) + self._ahead_ms

    async def run(self) -> None:
        """Stay connected; return when the session ends, raise when the server turns us away."""
        while True:
            if not self._token:
                self._token = await self._open_page()
            code = await self._connection()
            self._socket = None
            self.ready.clear()
            if code == SESSION_OVER:
                return
            if code == PAGE_ENDED and self._tries < 1:
                self._token = ""
            elif code in FOR_GOOD:
                raise TurnedAwayError(str(code))
            await asyncio.sleep(self._pause())

    async def command(self, do: str, **fields: object) -> Answer:
        """Give a command and return ``done`` or ``refused``, after a lost connection too."""
        key = str(uuid4())
        text = json.dumps({"type": "command", "key": key, "do": do, **fields})
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending[key] = (text, future)
        try:
            if self._socket and self.ready.is_set():
                with suppress(ConnectionClosed):
                    await self._socket.send(text)
            async with asyncio.timeout(ANSWER_S):
                return await future
        finally:
            self._pending.pop(key, None)

    def drop(self, seconds: float) -> None:
        """Lose the connection, as in a tunnel, and come back after some seconds."""
        if self._socket:
            self._away_s = seconds
            self._socket.transport.abort()

    def not_connected(self, fault: Exception) -> None:
        """Hear why there is no websocket; a player only tries again."""

    # --- the connection ------------------------------------------------------------------------

    async def _open_page(self) -> str:
        page = await self._browser.get(self._page)
        token = page.meta.get(PAGE_META, "")
        if not token:
            raise TurnedAwayError(f"{page.status} {self._page}")
        return token

    async def _connection(self) -> int:
        """Connect and listen until the end; return the code with which it came."""
        try:
            async with connect(
                self._address,
                ssl=self._browser.tls,
                proxy=None,
                origin=cast("Origin", self._browser.base),
                subprotocols=[cast("Subprotocol", "dialog.v1")],
                additional_headers={"Cookie": self._browser.cookie},
                compression=None,
                max_size=None,
                ping_interval=None,
            ) as socket:
                self._socket = socket
                await socket.send(self._hello())
                await self._listen(socket)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        except (OSError, InvalidHandshake) as fault:
            self.not_connected(fault)
            return 1006
        return WATCHDOG

    def _hello(self) -> str:
        hello: dict[str, object] = {"type": "hello", "stream": self._stream, "page": self._token}
        if self.picture.seq:
            hello |= {"epoch": self.picture.epoch, "seq": self.picture.seq}
        return json.dumps(hello)

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            try:
                # Not wait_for: before Python 3.12 it may swallow being cancelled.
                async with asyncio.timeout(WATCHDOG_S):
                    text = await socket.recv()
            except TimeoutError:
                await socket.close(WATCHDOG, "nothing heard")
                return
            try:
                await self._heed(socket, decoded(text))
            except DriftError as drift:
                await self._resync(socket, str(drift))

    def _pause(self) -> float:
        """Return how long to stay away: as told, or at random and longer each time."""
        if self._away_s:
            away, self._away_s = self._away_s, 0.0
            return away
        longest = min(LONGEST_BACKOFF_S, BACKOFF_S * 2**self._tries)
        self._tries += 1
        return random.uniform(0, longest)

    # --- messages ------------------------------------------------------------------------------

    async def _heed(self, socket: Socket, message: dict[str, Any]) -> None:
        match message["type"]:
            case "welcome":
                await self._welcome(socket, message)
            case "snapshot":
                self.picture.snapshot(message)
            case "delta":
                self.picture.delta(message)
            case "mine":
                self._take_mine(message)
            case "heartbeat":
                self.picture.check(message["seq"], message["digest"])
            case "done" | "refused":
                self._answer(message)
            case "bye":
                self._away_s = message["retry_ms"] / 1000
            case _:  # a later version may say more
                pass

    async def _welcome(self, socket: Socket, message: Mapping[str, Any]) -> None:
        """Take in who we are, and send again what was not answered."""
        self._tries = 0
        now = datetime.fromisoformat(message["now"])
        self._ahead_ms = round((now.timestamp() - time.time()) * 1000)
        self.person = message["me"].get("person") or 0
        self.upvoted = set(message["me"]["upvoted"])
        self.mine = {row["number"]: row for row in message["me"]["mine"]}
        self.ready.set()
        for text, _future in list(self._pending.values()):
            await socket.send(text)

    def _take_mine(self, message: Mapping[str, Any]) -> None:
        for row in message["questions"]:
            self.mine[row["number"]] = row
        for number, on in message["upvoted"].items():
            (self.upvoted.add if on else self.upvoted.discard)(int(number))

    def _answer(self, message: Answer) -> None:
        _text, future = self._pending.get(message["key"] or "", ("", None))
        if future and not future.done():
            future.set_result(message)

    async def _resync(self, socket: Socket, why: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._resynced >= RESYNC_APART_S:
            self._resynced = now
            # It should never happen: whoever sees this line has found a fault of the server.
            log.warning("a player's picture had drifted", stream=self._stream, why=why)
            await socket.send(json.dumps({"type": "resync", "why": why}))
