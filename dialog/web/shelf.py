"""Pages that are the same for everyone: made once, then given from memory until they change.

A page says itself that it may be kept (``keep``), and until when. Nobody who has a cookie gets one,
but in the archive, which shows the same to all. Outside of everything that renders or compresses.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialog.web.language import preferred

MOST_BYTES = 64 * 1024 * 1024
UNASKED_S = 600.0
QUERIES = frozenset({b"", b"lang=de", b"lang=en"})
SAME_FOR_ALL = "/archive"
MARK = "dialog.fresh"
OK = 200

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Fresh:
    """A kept page is good while ``stamp()`` is what it ``was``, and for so many ``seconds``.

    ``was`` belongs to what the page shows: taken later, it would stand for something newer.
    """

    was: object
    stamp: Callable[[], object]
    seconds: float


def keep(request: Request, was: object, stamp: Callable[[], object], seconds: float) -> None:
    """Say that the answer to a request may be kept; only a page that was found is."""
    request.scope[MARK] = Fresh(was, stamp, seconds)


class Key(NamedTuple):
    """What an answer depends on where it does not depend on who asks."""

    path: str
    query: bytes
    lang: str
    gzip: bool


class Asked(NamedTuple):
    """A request as the shelf sees it: under which key, and which answer the browser has."""

    key: Key
    known: bytes


@dataclass(slots=True)
class Kept:
    """An answer in memory; whoever finds it stale makes it anew while the others wait."""

    headers: Headers
    body: bytes
    etag: bytes
    fresh: Fresh
    made: float
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def good(self, now: float) -> bool:
        """Tell whether it still says what is true."""
        fresh = self.fresh
        return now - self.made < fresh.seconds and fresh.stamp() == fresh.was

    async def give(self, known: bytes, send: Send) -> None:
        """Answer, without the body where the browser has it."""
        same = self.etag in known
        headers = [h for h in self.headers if h[0] != b"content-length"] if same else self.headers
        status = 304 if same else OK
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if same else self.body})


class Shelf:
    """Keeps answers; the oldest goes that nobody asks for, or where they grow beyond some bytes."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float], most: int = MOST_BYTES) -> None:
        """Begin empty; ``clock`` gives seconds, ``most`` is in bytes."""
        self.app = app
        self._clock = clock
        self._most = most
        self._bytes = 0
        self._kept: dict[Key, Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the application answer and keep what it says may be kept."""
        asked = _asked(scope)
        if asked is None:
            await self.app(scope, receive, send)
            return
        said: list[Message] = []

        async def say_later(message: Message) -> None:
            said.append(message)

        kept = self._kept.get(asked.key)
        if kept is None:
            kept = await self._make(asked.key, scope, receive, send)
        elif not kept.good(self._clock()):
            async with kept.making:  # nobody is answered in here: who reads nothing would stay
                kept = self._good(asked.key)
                kept = kept or await self._make(asked.key, scope, receive, say_later)
        if kept is not None:
            await kept.give(asked.known, send)
        for message in said:
            await send(message)

    def _good(self, key: Key) -> Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and kept.good(self._clock()) else None

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        """Return what is kept from now on; anything else was sent."""
        start: Message = {}
        whole = b""

        async def hold(message: Message) -> None:
            nonlocal start, whole
            if message["type"] == "http.response.start" and _keepable(scope, message):
                start = message
            elif not start:
                await send(message)
            else:
                whole += message["body"]

        made = self._clock()
        await self.app(scope, receive, hold)
        before = self._drop(key)
        if not start:
            return None
        kept = _kept(start, whole, scope[MARK], made)
        if before is not None:
            kept.making = before.making  # others wait there
        self._put(key, kept)
        return kept

    def _drop(self, key: Key) -> Kept | None:
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= len(before.body)
        return before

    def _put(self, key: Key, kept: Kept) -> None:
        self._kept[key] = kept
        self._bytes += len(kept.body)
        while self._too_much(kept.made):
            self._drop(next(iter(self._kept)))

    def _too_much(self, now: float) -> bool:
        """Tell whether the oldest has to go: it holds a room, which may be there no more."""
        oldest = next(iter(self._kept.values()), None)
        full = self._bytes > self._most
        return oldest is not None and (full or now - oldest.made > UNASKED_S)


def _asked(scope: Scope) -> Asked | None:
    """Return what is asked for, None where the answer may be for one alone."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path, query = scope["path"], scope["query_string"]
    if query not in QUERIES:
        return None
    languages, codings, known = "", b"", b""
    for name, value in reversed(scope["headers"]):  # of two alike, pages read the first
        if name == b"cookie" and not path.startswith(SAME_FOR_ALL):
            return None
        if name == b"accept-language":
            languages = value.decode("latin-1")
        elif name == b"accept-encoding":
            codings = value
        elif name == b"if-none-match":
            known = value
    return Asked(Key(path, query, preferred(languages), b"gzip" in codings), known)


def _keepable(scope: Scope, start: Message) -> bool:
    personal = any(name == b"set-cookie" for name, _value in start["headers"])
    return MARK in scope and start["status"] == OK and not personal


def _kept(start: Message, body: bytes, fresh: Fresh, made: float) -> Kept:
    etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    headers = [h for h in start["headers"] if h[0] not in (b"cache-control", b"etag")]
    headers += [(b"cache-control", b"no-cache"), (b"etag", etag)]
    return Kept(headers, body, etag, fresh, made)
