"""Leaving: this browser's pass ends, everywhere at once."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.web import forms
from dialog.web.entrance import floor
from dialog.web.errors import Refused
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.passes import take


async def leave(request: Request) -> Response:
    """End the pass with all it opens, close its connections, and forget the cookie."""
    entrance = await floor(request)
    guest, site = entrance.visitor, entrance.site
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, entrance.dialog.slug)
    if refusal:
        raise Refused(refusal)
    if guest.token and guest.holder:  # readers without a pass share the number 0
        await site.people.leave(guest.token)
        site.hub.revoke(guest.pass_id)
    away = RedirectResponse(link(f"/sessions/{entrance.dialog.slug}", chosen(request)), 303)
    take(away, site)
    return away
