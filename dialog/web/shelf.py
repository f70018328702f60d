"""Pages that are the same for everyone: made once, then given from memory until they change.

A page says itself that it may be kept (``keep``), and until when. Nobody who has a cookie gets one,
but in the archive, which shows the same to all. Outside of everything that renders or compresses;
what belongs to the archive is compressed here, once and beside the event loop.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialog.web.catalogue import LANGUAGES
from dialog.web.language import preferred
from dialog.web.press import pressed

MOST_BYTES = 64 * 1024 * 1024
SHARE = 4  # what takes more than this part of the room is not kept: it would push out all else
UNASKED_S = 600.0
QUERIES = frozenset({b"", *(f"lang={lang}".encode() for lang in LANGUAGES)})
SAME_FOR_ALL = (
    *("/archive", "/information", "/guides", "/sitemap.xml"),
    *("/openapi.json", "/asyncapi.json", "/developers"),
)
MARK = "dialog.fresh"
OK = 200
SMALL = 1_000
LEVEL = 6
PACKED = (b"text/", b"application/json", b"application/atom+xml", b"application/xml", b"image/svg")

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Fresh:
    """A kept page is good while ``stamp()`` is what it ``was``, and for so many ``seconds``.

    ``was`` belongs to what the page shows: taken later, it would stand for something newer. With
    ``look`` it is not made anew after these seconds, but after a look that moves the stamp.
    """

    was: object
    stamp: Callable[[], object]
    seconds: float
    look: Callable[[], Awaitable[None]] | None = None


def keep(
    request: Request,
    was: object,
    stamp: Callable[[], object],
    seconds: float,
    look: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Say that the answer to a request may be kept; only a page that was found is."""
    request.scope[MARK] = Fresh(was, stamp, seconds, look)


class Key(NamedTuple):
    """What an answer depends on where it does not depend on who asks.

    What is the ``same`` for all is kept in both codings, anything else as it was sent.
    """

    path: str
    query: bytes
    lang: str
    gzip: bool
    same: bool


class Asked(NamedTuple):
    """A request as the shelf sees it: under which key, packed or not, what the browser has."""

    key: Key
    gzip: bool
    known: bytes


class Form(NamedTuple):
    """An answer as it is sent in one coding."""

    headers: Headers
    body: bytes
    etag: bytes

    async def give(self, known: bytes, send: Send) -> None:
        """Answer, without the body where the browser has it."""
        same = self.etag in known
        headers = [h for h in self.headers if h[0] != b"content-length"] if same else self.headers
        status = 304 if same else OK
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if same else self.body})


@dataclass(slots=True)
class Kept:
    """An answer in memory, plain and, where that is shorter, packed; times in seconds."""

    plain: Form
    packed: Form | None
    fresh: Fresh
    seen: float
    asked: float

    @property
    def size(self) -> int:
        """Return how many bytes it takes."""
        return len(self.plain.body) + (len(self.packed.body) if self.packed else 0)

    def form(self, *, gzip: bool) -> Form:
        """Return what is sent to whoever reads gzip, or does not."""
        return self.packed if self.packed and gzip else self.plain

    def good(self, now: float) -> bool:
        """Tell whether it still says what is true."""
        fresh = self.fresh
        return now - self.seen < fresh.seconds and fresh.stamp() == fresh.was


class Shelf:
    """Keeps answers; the oldest unasked one goes after some time, or where there is no room."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float], most: int = MOST_BYTES) -> None:
        """Begin empty; ``clock`` gives seconds, ``most`` is in bytes."""
        self.app = app
        self._clock = clock
        self._most = most
        self._bytes = 0
        self._kept: dict[Key, Kept] = {}
        self._turns: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the application answer and keep what it says may be kept."""
        asked = _asked(scope)
        if asked is None:
            await self.app(scope, receive, send)
            return
        said: list[Message] = []

        async def say_later(message: Message) -> None:
            said.append(message)

        kept = self._good(asked.key)
        if kept is None and (asked.key.same or asked.key in self._kept):
            async with self._turn(asked.key):  # nobody is answered in here: who reads nothing stays
                kept = await self._looked(asked.key)
                kept = kept or await self._make(asked.key, scope, receive, say_later)
        elif kept is None:
            kept = await self._make(asked.key, scope, receive, send)
        if kept is not None:
            await kept.form(gzip=asked.gzip).give(asked.known, send)
        for message in said:
            await send(message)

    def _turn(self, key: Key) -> asyncio.Lock:
        """Return the lock of those who wait for the same page; it goes with the last of them."""
        return self._turns.setdefault(key, asyncio.Lock())

    def _good(self, key: Key) -> Kept | None:
        """Return what is kept and still true; it is the youngest again."""
        kept, now = self._kept.get(key), self._clock()
        if kept is None or not kept.good(now):
            return None
        kept.asked = now
        self._kept[key] = self._kept.pop(key)
        return kept

    async def _looked(self, key: Key) -> Kept | None:
        """Return what is still true after a look at what else may have changed it."""
        kept, now = self._kept.get(key), self._clock()
        if kept is not None and kept.fresh.look and now - kept.seen >= kept.fresh.seconds:
            await kept.fresh.look()
            kept.seen = now
        return self._good(key)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        """Return what is kept from now on; anything else was sent."""
        start: Message = {}
        whole: list[bytes] = []
        scope = _plain(scope) if key.same else scope

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _keepable(scope, message):
                start = message
            elif not start:
                await send(message)
            else:
                whole.append(message.get("body", b""))

        made = self._clock()
        await self.app(scope, receive, hold)
        self._drop(key)
        if not start:
            return None
        kept = await _made(key, start, whole, scope[MARK], made)
        if kept.size <= self._most // SHARE:
            self._put(key, kept)
        return kept

    def _drop(self, key: Key) -> None:
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= before.size

    def _put(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += kept.size
        while self._too_much(kept.asked):
            self._drop(next(iter(self._kept)))

    def _too_much(self, now: float) -> bool:
        """Tell whether the oldest has to go: it holds a room, which may be there no more."""
        oldest = next(iter(self._kept.values()), None)
        full = self._bytes > self._most
        return oldest is not None and (full or now - oldest.asked > UNASKED_S)


def _asked(scope: Scope) -> Asked | None:
    """Return what is asked for, None where the answer may be for one alone."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path, query = scope["path"], scope["query_string"]
    if query not in QUERIES:
        return None
    same = path.startswith(SAME_FOR_ALL)
    languages, codings, known = "", b"", b""
    for name, value in reversed(scope["headers"]):  # of two alike, pages read the first
        if name == b"cookie" and not same:
            return None
        if name == b"accept-language":
            languages = value.decode("latin-1")
        elif name == b"accept-encoding":
            codings = value
        elif name == b"if-none-match":
            known = value
    packed = b"gzip" in codings
    key = Key(path, query, preferred(languages), packed and not same, same)
    return Asked(key, packed, known)


def _plain(scope: Scope) -> Scope:
    """Return a request whose answer nobody compresses on the way."""
    headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
    return {**scope, "headers": headers}


def _keepable(scope: Scope, start: Message) -> bool:
    personal = any(name == b"set-cookie" for name, _value in start["headers"])
    return MARK in scope and start["status"] == OK and not personal


async def _made(key: Key, start: Message, whole: list[bytes], fresh: Fresh, made: float) -> Kept:
    headers = [h for h in start["headers"] if h[0] not in (b"cache-control", b"etag")]
    if not key.same:
        return Kept(_form(headers, b"".join(whole)), None, fresh, made, made)
    plain, packed = await pressed(_both, headers, whole)
    return Kept(plain, packed, fresh, made, made)


def _form(headers: Headers, body: bytes) -> Form:
    etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    return Form([*headers, (b"cache-control", b"no-cache"), (b"etag", etag)], body, etag)


def _both(headers: Headers, whole: list[bytes]) -> tuple[Form, Form | None]:
    """Return an answer plain, and packed where that is worth it."""
    body = b"".join(whole)
    kind = next((value for name, value in headers if name == b"content-type"), b"")
    if len(body) < SMALL or not kind.startswith(PACKED):
        return _form(headers, body), None
    others = [h for h in headers if h[0] not in (b"vary", b"content-length")]
    others.append((b"vary", b"Accept-Encoding, Accept-Language"))  # and no cookie: it is for all
    packed = gzip.compress(body, LEVEL, mtime=0)
    length = b"content-length"
    return (
        _form([*others, (length, b"%d" % len(body))], body),
        _form([*others, (b"content-encoding", b"gzip"), (length, b"%d" % len(packed))], packed),
    )
