"""A browser without a window: one cookie, pages, and the forms on them."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

from httptools import HttpParserError, HttpResponseParser

PATIENCE_S: Final = 20.0
PAGE_META: Final = "dialog-page"
AT_ONCE: Final = 65_536
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(slots=True)
class Answer:
    """An answer as it came: status, headers by their small names (the last holds), body."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Page:
    """An answer: status, where it leads on, the hidden fields and the meta data of the page."""

    status: int
    location: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Takes hidden fields and meta data out of a page; the first of a name holds."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.meta: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep one field."""
        has = {name: value or "" for name, value in attrs}
        if tag == "input" and has.get("type") == "hidden":
            self.hidden.setdefault(has.get("name", ""), has.get("value", ""))
        elif tag == "meta":
            self.meta.setdefault(has.get("name", ""), has.get("content", ""))


class _Collector:
    """What the parser of an answer found, until its end."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.cookies: list[str] = []
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; cookies may come more than once."""
        called, said = name.decode("latin-1").lower(), value.decode("latin-1")
        self.answer.headers[called] = said
        if called == "set-cookie":
            self.cookies.append(said)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self.answer.body += body

    def on_message_complete(self) -> None:
        """Note the end."""
        self.whole = True


class Browser:
    """Opens pages and sends forms of one server, each on a connection of its own.

    Where none answers properly there is an ``OSError``, of which ``TimeoutError`` is one.
    """

    def __init__(self, base: str, cookie: str = "") -> None:
        """Begin at ``base``, with the cookie of an earlier visit if there was one."""
        self.base = base
        self.cookie = cookie
        parts = urlsplit(base)
        self.tls = tls() if parts.scheme == "https" else None
        self._host, self._named = parts.hostname or "", parts.netloc
        self._port = parts.port or (443 if self.tls else 80)

    async def get(self, path: str) -> Page:
        """Return a page."""
        return _page(await self.ask("GET", path))

    async def submit(self, path: str, **fields: str) -> Page:
        """Open the page at ``path``, fill its form in and send it back there."""
        page = await self.get(path)
        if "token" not in page.hidden:
            return page
        own = {name: page.hidden[name] for name in ("token", "key") if name in page.hidden}
        return _page(await self.ask("POST", path, urlencode(own | fields).encode(), FORM))

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        patience: float = PATIENCE_S,
    ) -> Answer:
        """Send a request and return its answer, within ``patience`` seconds."""
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self.tls)
            try:
                writer.write(self._request(method, path, body, headers or {}))
                found = await _answer(reader)
            finally:
                writer.transport.abort()
        self._keep(found.cookies)
        return found.answer

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        said = {
            "Host": self._named,
            "Connection": "close",
            "Accept": "text/html",
            "Accept-Language": "de",
        }
        if self.cookie:
            said["Cookie"] = self.cookie
        if method == "POST":
            said |= {"Origin": self.base, "Content-Length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in (said | dict(headers)).items()]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body

    def _keep(self, set_cookies: list[str]) -> None:
        for header in set_cookies:
            for name, morsel in SimpleCookie(header).items():
                self.cookie = f"{name}={morsel.value}"


@cache
def tls() -> ssl.SSLContext:
    """Return what servers have to prove, made once: reading all authorities takes a while."""
    return ssl.create_default_context()


async def _answer(reader: asyncio.StreamReader) -> _Collector:
    """Read one answer to its end; without a length that is the end of the connection."""
    collector = _Collector()
    parser = HttpResponseParser(collector)
    try:
        while not collector.whole and (data := await reader.read(AT_ONCE)):
            parser.feed_data(data)
        collector.answer.status = parser.get_status_code()
    except HttpParserError as fault:
        raise ConnectionError(f"this is no HTTP: {fault}") from None
    if not collector.answer.status:
        raise ConnectionError("hung up without an answer")
    return collector


def _page(answer: Answer) -> Page:
    reader = _Reader()
    reader.feed(answer.body.decode(errors="replace"))
    return Page(answer.status, answer.headers.get("location", ""), reader.hidden, reader.meta)
