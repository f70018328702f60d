"""Guards around every request, as plain ASGI: headers, origins, sizes.

They see websockets as well as HTTP: what stops a foreign page must stop it at both.
"""

import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialog.edge.aliases import Aliases
from dialog.edge.crowd import Crowd
from dialog.edge.frames import EXTENSION
from dialog.rolls.table import MOST_BYTES

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self' {sockets}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# A list of addresses or guides is longer than any form, with the framing around it; the doctor
# tries it out.
LIST = re.compile(
    r"/doctor|(/sessions/[0-9a-z-]{1,80}/organiser/invitations|/organiser/guides)/list"
)
LIST_BYTES = MOST_BYTES + 65_536
# What a page loads is no document: the rest would say nothing, thirty times at each first visit.
PARTS = ("text/javascript", "text/css", "font/")
FOR_PARTS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
CROWDED = PlainTextResponse(
    "Zu viele Verbindungen – too many connections", 503, HEADERS | {"retry-after": "5"}
)


class Guards:
    """Refuses crowds, foreign origins and too large bodies, and sets every answer's headers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: Iterable[str],
        largest: int,
        addresses: Crowd,
        aliases: Aliases,
    ) -> None:
        """``origins`` may write and connect; ``largest`` is a body's size in bytes."""
        self.app = app
        self._addresses = addresses
        self._aliases = aliases
        self._origins = frozenset(origins)
        self._largest = largest
        sockets = " ".join(sorted(_socket(origin) for origin in self._origins))
        self._headers = HEADERS | {"content-security-policy": POLICY.format(sockets=sockets)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a websocket through, or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        address, _port = scope["client"] or ("", 0)
        alias = self._aliases.of(address)
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, alias)
            return
        with self._addresses.place(alias) as welcome:
            await (self._http if welcome else CROWDED)(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, alias: bytes) -> None:
        """Let a websocket through; its place is held until it is gone."""
        if not self._addresses.enter(alias):
            await _refuse_socket(receive, send, 503)
            return
        scope["extensions"][EXTENSION].at_end(partial(self._addresses.leave, alias))
        if self._foreign_socket(Headers(scope=scope)):
            await _refuse_socket(receive, send, 403)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        largest = LIST_BYTES if LIST.fullmatch(scope["path"]) else self._largest

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        if scope["method"] not in SAFE and self._foreign_form(headers):
            refusal = PlainTextResponse("Fremde Herkunft – foreign origin", 403)
            await refusal(scope, receive, guarded)
        elif _length(headers) > largest:
            refusal = PlainTextResponse("Zu groß – too big", 413)
            await refusal(scope, receive, guarded)
        elif _strange(headers):
            refusal = PlainTextResponse("Nur UTF-8 – UTF-8 only", 415)
            await refusal(scope, receive, guarded)
        else:
            await self.app(scope, _bounded(receive, largest), guarded)

    def _add(self, headers: MutableHeaders) -> None:
        part = headers.get("content-type", "").startswith(PARTS)
        for name, value in (FOR_PARTS if part else self._headers).items():
            headers.setdefault(name, value)

    def _foreign_form(self, headers: Headers) -> bool:
        """A page without a referrer sends Origin "null"; then Sec-Fetch-Site tells."""
        site = headers.get("sec-fetch-site")
        if site is not None and site not in OWN_SITE:
            return True
        origin = headers.get("origin", "null")
        return origin != "null" and origin not in self._origins

    def _foreign_socket(self, headers: Headers) -> bool:
        """Programs send no Origin; with a cookie it must be there, for browsers always send it."""
        origin = headers.get("origin")
        if origin is None:
            return "cookie" in headers
        return origin not in self._origins


def _socket(origin: str) -> str:
    parts = urlsplit(origin)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"


def _length(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _strange(headers: Headers) -> bool:
    """Tell whether a body names a codec of its own: some make signs that no page can show."""
    _, options = parse_options_header(headers.get("content-type", ""))
    return options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8")


def _bounded(receive: Receive, largest: int) -> Receive:
    """Refuse a body that grows beyond what was announced, whoever reads it."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > largest:
                raise HTTPException(413)
        return message

    return bounded


async def _refuse_socket(receive: Receive, send: Send, status: int) -> None:
    await receive()
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
