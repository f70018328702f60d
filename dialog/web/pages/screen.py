"""Beamer and overlay: what a hall and a stream are shown, from the floor alone."""

import functools

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Stream
from dialog.web.announcement import Announcement
from dialog.web.entrance import watching
from dialog.web.pages.session import keep_for_readers, session_page
from dialog.web.picture import picture

QUIET = 2  # modules of the code's own margin; the white around it is the rest
ASKING = (Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE)


async def beamer(request: Request) -> Response:
    """Return the page for the hall."""
    return await _screen(request, "beamer")


async def overlay(request: Request) -> Response:
    """Return the page for stream software."""
    return await _screen(request, "overlay")


async def _screen(request: Request, template: str) -> Response:
    entrance = await watching(request, "screen")
    dialog, guest = entrance.dialog, entrance.visitor
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    keep_for_readers(request, entrance, view)
    asking = view.session["phase"] in ASKING
    address = joining(entrance.site.base_url, dialog) if asking else ""
    return session_page(
        request,
        template,
        entrance,
        view,
        now_row=view.now,
        next=view.next,
        address=address.partition("://")[2],
        qr=drawn(address) if address else "",
        # Whoever finds this page must not find the code: it is for those in the hall.
        code=dialog.code if guest.works(dialog.slug) else "",
    )


def joining(base_url: str, dialog: Announcement) -> str:
    """Return where people take part, or watch where invitations are personal; empty for nowhere."""
    room = f"{base_url}/sessions/{dialog.slug}"
    if dialog.identity == "link":
        return room if dialog.readers else ""
    return f"{room}/join"


@functools.lru_cache(maxsize=64)
def drawn(address: str) -> Markup:
    """Return an address as a QR code in SVG."""
    code = segno.make(address, micro=False, error="m")
    svg = code.svg_inline(border=QUIET, omitsize=True, svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - made of black and white
