"""For whoever writes another client: what this server can be asked, and what it says."""

from collections.abc import Callable
from typing import Any

import msgspec
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from dialog.archive import schema
from dialog.web.contract import asyncapi as messages
from dialog.web.contract import openapi as addresses
from dialog.web.page import page
from dialog.web.pages.exports import FOR_ALL
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.shelf import keep
from dialog.web.site import site_of

KEPT_S = 3_600.0  # it is the same for as long as the program runs
_markdown = MarkdownIt("commonmark", {"html": False})


async def show(request: Request) -> Response:
    """Return the page that leads to both documents, with the rules of the protocol."""
    keep(request, None, lambda: None, KEPT_S)
    return await pressed(_page, request)


async def openapi(request: Request) -> Response:
    """Return all addresses, their fields and answers, as OpenAPI."""
    routes, base_url = request.app.routes, site_of(request).base_url
    return await _document(request, lambda: addresses.openapi(routes, base_url))


async def asyncapi(request: Request) -> Response:
    """Return all messages of the websocket as AsyncAPI."""
    base_url = site_of(request).base_url
    return await _document(request, lambda: messages.asyncapi(base_url))


async def _document(request: Request, make: Callable[[], dict[str, Any]]) -> Response:
    keep(request, None, lambda: None, KEPT_S)
    body = await pressed(lambda: msgspec.json.format(msgspec.json.encode(make()), indent=1))
    return Response(body, 200, FOR_ALL, "application/json")


def _page(request: Request) -> Response:
    return page(
        request,
        "developers",
        NOBODY,
        openapi=addresses.PATH,
        asyncapi=messages.PATH,
        schema=schema.PATH,
        protocol=Markup(_markdown.render(messages.protocol())),  # noqa: S704 - our own text
    )
