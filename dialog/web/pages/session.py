"""What every page of a living session shows, whoever looks at it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from dialog.forum.refusals import Refusal
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.picture import Picture
from dialog.web.shelf import keep

KEPT_S = 1.0  # counts and times may be so old in a page; who reads live has the new ones at once


def session_page(
    request: Request,
    template: str,
    entrance: Entrance,
    view: Picture,
    refusal: Refusal | None = None,
    /,
    **shown: Any,
) -> HTMLResponse:
    """Return a page of a session, with what only this page shows."""
    slug = entrance.dialog.slug
    return page(
        request,
        template,
        entrance.visitor,
        acting=entrance.who.role,
        slug=slug,
        dialog=entrance.dialog,
        session=view.session,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{slug}/live",
        refusal=spoken(request, refusal) if refusal else None,
        **shown,
    )


def keep_for_readers(request: Request, entrance: Entrance, view: Picture) -> None:
    """Keep a page on which a reader without a pass can do nothing: its keys are used by nobody."""
    room, said = entrance.room, entrance.site.announcements
    if entrance.visitor is NOBODY:
        was = (entrance.dialog, (view.epoch, view.revised))
        keep(request, was, lambda: (said.get(room.slug), room.revised), KEPT_S)
