"""The rehearsals of a session: made and ended here, with the ways into them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.programme import Declaration, DeclarationError
from dialog.programme.copying import copy, end, over, rehearsals
from dialog.web import forms
from dialog.web.errors import STATUS, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.declaring import RETRY_MS, Desk, enter

LASTS = timedelta(hours=2)
GOOD_FOR_S = 7 * 24 * 60 * 60
CREW = (Role.MODERATOR, Role.SCRIBE, Role.MINISTER, Role.ORGANISER)


async def show(request: Request) -> Response:
    """Return the rehearsals of a session."""
    return await _page(request, await enter(request), None, {})


async def act(request: Request) -> Response:
    """Make a rehearsal, end one, or make the links with which its staff come in."""
    desk, form = await enter(request), await forms.read(request)
    refusal = forms.check(request, desk.visitor, form, desk.slug, Role.ORGANISER)
    if refusal:
        return await _page(request, desk, refusal, {})
    root, now = desk.site.sessions, datetime.fromtimestamp(desk.site.clock() / 1000, UTC)
    slug = form.get("slug", "")
    known = slug in await asyncio.to_thread(_of, root, desk.slug)
    try:
        if form.get("do") == "make":
            slug = (await asyncio.to_thread(copy, root, desk.slug, now, LASTS)).slug
            await desk.site.look()
            return await _page(request, desk, None, {slug: await _links(desk, slug)})
        if form.get("do") == "links" and known:
            return await _page(request, desk, None, {slug: await _links(desk, slug)})
        if form.get("do") == "end" and known:
            await asyncio.to_thread(end, root, slug, now)
            await desk.site.look()
            back = f"/sessions/{desk.slug}/organiser/rehearsals"
            return RedirectResponse(link(back, chosen(request)), 303)
    except DeclarationError:
        return await _page(request, desk, Refusal(Code.INCOMPLETE, field="folder"), {})
    except OSError:
        wait = Refusal(Code.BUSY, field="folder", retry_ms=RETRY_MS)
        return await _page(request, desk, wait, {})
    return await _page(request, desk, Refusal(Code.UNKNOWN, field="rehearsal"), {})


def _of(root: Path, slug: str) -> dict[str, Declaration]:
    """Return the rehearsals of a session."""
    found = rehearsals(root) if root.is_dir() else {}
    return {name: one for name, one in found.items() if one and one.rehearsal_of == slug}


async def _links(desk: Desk, slug: str) -> list[tuple[str, str]]:
    """Return a fresh link for each role of staff; each is good once."""
    people, base = desk.site.people, desk.site.base_url
    tokens = [await people.invite(slug, role, "", GOOD_FOR_S) for role in CREW]
    return [(role.value, f"{base}/enter/{token}") for role, token in zip(CREW, tokens, strict=True)]


async def _page(
    request: Request, desk: Desk, refusal: Refusal | None, links: Mapping[str, Any]
) -> Response:
    found = await asyncio.to_thread(_of, desk.site.sessions, desk.slug)
    going = [one for one in found.values() if not over(one, desk.site.clock())]
    return page(
        request,
        "rehearsals",
        desk.visitor,
        acting=Role.ORGANISER,
        slug=desk.slug,
        status=STATUS[refusal.code] if refusal else 200,
        folder=desk.slug,
        office=desk.office,
        copies=sorted(going, key=lambda one: one.starts.timestamp(), reverse=True),
        links=links,
        base_url=desk.site.base_url,
        refusal=spoken(request, refusal) if refusal else None,
    )
