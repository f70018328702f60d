"""A page: the context that all templates share, and its answer."""

import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Match

from dialog.forum.names import Role
from dialog.web.announcement import Announcement
from dialog.web.language import chosen, language
from dialog.web.passes import Visitor
from dialog.web.seals import Sealed
from dialog.web.site import site_of
from dialog.web.templating import BERLIN, render

DEEPEST: Final = 6  # more parts than any address of ours has: nobody looks for longer ones
MOST_KEPT: Final = 60  # fields of a query that go with a page into another language


def page(
    request: Request,
    template: str,
    visitor: Visitor,
    /,
    *,
    acting: Role = Role.READER,
    slug: str = "",
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """Return a page; ``acting`` and ``slug`` go into the tokens of its forms and its websocket."""
    site = site_of(request)
    sealed = Sealed(visitor.pass_id, slug, acting)
    holder = visitor.holder
    shared = {
        "operator": site.operator,
        "role": acting.value,
        "token": site.seals.form(sealed),
        "page_token": site.seals.page(sealed),
        "fresh_key": lambda: str(uuid.uuid4()),
        "page_key": str(uuid.uuid4()),
        "link": lambda path: link(path, chosen(request)),
        "now": datetime.fromtimestamp(site.clock() / 1000, UTC).astimezone(BERLIN),
        "request_path": here(request.url.path),
        "in_language": partial(in_language, request),
        "signed": holder.account if holder else None,
        "office": holder is not None and Role.ORGANISER in holder.offices,
        "refusal": None,
        "status": status,
    }
    rehearsal = _in_rehearsal(request, context.get("dialog"))
    html = render(template, language(request), rehearsal=rehearsal, **(shared | context))
    headers = {"cache-control": "no-store", "vary": "Accept-Language, Cookie"}
    if rehearsal:
        headers["x-robots-tag"] = "noindex, nofollow"
    return HTMLResponse(html, status, headers)


def _in_rehearsal(request: Request, dialog: Announcement | None) -> bool:
    """Tell whether a page belongs to a rehearsal, also where it only says what went wrong."""
    slug = str(request.path_params.get("slug", ""))
    shown = dialog or site_of(request).announcements.get(slug)
    return shown is not None and shown.rehearsal


def here(path: str) -> str:
    """Return a request's path as an address of this server: two slashes would name another one."""
    return f"/{quote(path.lstrip('/'))}"


def in_language(request: Request, lang: str) -> str:
    """Return where the same page speaks a language, with what was asked of it."""
    asked = request.query_params.multi_items()[:MOST_KEPT] if request.method == "GET" else []
    kept = [(name, value) for name, value in asked if name != "lang"]
    path = request.url.path if request.method == "GET" else _readable(request)
    return f"{here(path)}?{urlencode([*kept, ('lang', lang)])}"


def _readable(request: Request) -> str:
    """Return where a form was answered, or the nearest address above that can be looked at."""
    path = "/".join(request.url.path.split("/", DEEPEST + 1)[: DEEPEST + 1])
    while path.rpartition("/")[0]:
        looked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        if any(route.matches(looked)[0] is Match.FULL for route in request.app.routes):
            return path
        path = path.rpartition("/")[0]
    return path


def link(path: str, lang: str | None) -> str:
    """Return an address that keeps the language someone asked for; elsewhere ours mean nothing."""
    if lang is None or not path.startswith("/"):
        return path
    path, hash_, fragment = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}lang={lang}{hash_}{fragment}"
