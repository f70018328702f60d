"""Help: an overview, the manual of each role, and one page for print."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import Refused
from dialog.web.manual import MANUALS
from dialog.web.manual.pictures import SIZES
from dialog.web.pages.screen import drawn
from dialog.web.pages.service import public
from dialog.web.site import site_of


async def index(request: Request) -> Response:
    """Return who finds help where."""
    return public(request, "help", manuals=MANUALS.values())


async def show(request: Request) -> Response:
    """Return the manual of one role."""
    manual = MANUALS.get(request.path_params["role"])
    if manual is None:
        raise Refused(Refusal(Code.UNKNOWN))
    return public(request, "manual", manual=manual, manuals=MANUALS.values(), pictures=SIZES)


async def short(request: Request) -> Response:
    """Return what volunteers need, on one page for print."""
    address = site_of(request).base_url
    return public(request, "short", address=address.partition("://")[2], qr=drawn(address))
