"""Requests as the log and the metrics see them: which page, how it ended, how long it took.

A page is named by its address in the table of routes: ``/sessions/{slug}/mine/{token}``. What stood
in the place of a name in braces, what was asked for after it, and who asked is told nowhere. Each
request has a number, in its answer's header and in every line that is logged for it.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Final

import structlog
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, get_contextvars

from dialog import meters
from dialog.web.shelf import SAME_FOR_ALL

log = structlog.get_logger()

HEADER: Final = "x-request-id"
ELSEWHERE: Final = "-"  # no page of ours, or one that was refused or given from memory
FAULT: Final = 500
GONE: Final = 499  # as proxies call a client that did not wait
POLLED: Final = "/updates"
KIND: Final = re.compile(r":\w+(?=})")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Visits:
    """Counts requests, times them, and tells of each where that is wanted."""

    def __init__(self, app: ASGIApp, *, addressed: Iterable[BaseRoute], told: bool) -> None:
        """``addressed`` are all routes; ``told`` writes a line for each request."""
        self.app = app
        self._pages: dict[Callable[..., object], str] = {}
        for route in addressed:
            if isinstance(route, Route):
                self._pages.setdefault(route.endpoint, KIND.sub("", route.path))
            elif isinstance(route, Mount):
                self._pages[route.app] = route.path
        self._told = told
        self._process = secrets.token_hex(4)
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, under a number; a websocket's is in what is logged of it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        number = f"{self._process}-{next(self._numbers):x}"
        bind_contextvars(request=number)  # of this request's task alone, to its very end
        if scope["type"] == "http":
            await self._count(scope, receive, send, number)
        else:
            await self.app(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send, number: str) -> None:
        began, status, size = time.monotonic(), GONE, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (HEADER.encode(), number.encode())]
                message = {**message, "headers": headers}
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counted)
        except Exception:
            status = FAULT
            raise
        finally:
            seconds, page = time.monotonic() - began, self._page(scope)
            meters.REQUESTS.labels(page, str(status)).inc()
            if not page.endswith(POLLED):
                meters.REQUEST_SECONDS.observe(seconds)
            if self._told:
                self._tell(scope["method"], page, status, size, seconds)

    def _page(self, scope: Scope) -> str:
        """Return the address in the table of routes; where none was looked for, what is known."""
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return next(filter(scope["path"].startswith, SAME_FOR_ALL), ELSEWHERE)  # from memory
        return self._pages.get(endpoint, ELSEWHERE)

    def _tell(self, method: str, page: str, status: int, size: int, seconds: float) -> None:
        named = method if method in METHODS else ELSEWHERE
        ms = round(seconds * 1_000, 1)
        log.info("request", method=named, page=page, status=status, bytes=size, ms=ms)


def number() -> str:
    """Return the number of the request that is being answered."""
    return str(get_contextvars().get("request", ""))
