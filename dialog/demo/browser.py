"""A browser without a window: one cookie, pages, and the forms on them."""

import asyncio
import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

PATIENCE_S: Final = 20.0
PAGE_META: Final = "dialog-page"


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


class Browser:
    """Opens pages and sends forms of one server; requests run in a thread each."""

    def __init__(self, base: str, cookie: str = "") -> None:
        """Begin at ``base``, with the cookie of an earlier visit if there was one."""
        self.base = base
        self.cookie = cookie
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port or 80

    async def get(self, path: str) -> Page:
        """Return a page."""
        return await asyncio.to_thread(self._request, "GET", path, "")

    async def submit(self, path: str, **fields: str) -> Page:
        """Open the page at ``path``, fill its form in and send it back there."""
        page = await self.get(path)
        if "token" not in page.hidden:
            return page
        own = {name: page.hidden[name] for name in ("token", "key") if name in page.hidden}
        return await asyncio.to_thread(self._request, "POST", path, urlencode(own | fields))

    def _request(self, method: str, path: str, body: str) -> Page:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body.encode() or None, self._headers(method))
            response = connection.getresponse()
            self._keep(response.headers.get_all("set-cookie") or [])
            location = response.getheader("location", "")
            return _page(response.status, location, response.read().decode())
        finally:
            connection.close()

    def _headers(self, method: str) -> dict[str, str]:
        headers = {"Accept": "text/html", "Accept-Language": "de"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if method == "POST":
            headers["Origin"] = self.base
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    def _keep(self, set_cookies: list[str]) -> None:
        for header in set_cookies:
            for name, morsel in SimpleCookie(header).items():
                self.cookie = f"{name}={morsel.value}"


def _page(status: int, location: str, body: str) -> Page:
    reader = _Reader()
    reader.feed(body)
    return Page(status, location, reader.hidden, reader.meta)
