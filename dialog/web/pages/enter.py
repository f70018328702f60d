"""A link of staff: GET shows a button, only POST uses it up."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.web import forms
from dialog.web.errors import Refused
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.passes import give, visitor
from dialog.web.site import site_of

PAGES = {
    Role.MODERATOR: "/moderation",
    Role.MINISTER: "/stage",
    Role.SCRIBE: "/scribe",
    Role.ORGANISER: "/organiser",
}


async def show(request: Request) -> Response:
    """Return what an invitation offers; previews and scanners use nothing up."""
    site = site_of(request)
    invitation = await site.people.invitation(request.path_params["token"])
    usable = invitation is not None and invitation.usable
    dialog = site.announcements.get(invitation.slug) if invitation else None
    return page(
        request,
        "enter",
        await visitor(request),
        status=200 if usable and dialog else 410,
        dialog=dialog,
        role=invitation.role.value if invitation else "volunteer",
        name=invitation.name if invitation else "",
        usable=usable and dialog is not None,
    )


async def use(request: Request) -> Response:
    """Use an invitation up and lead to its page."""
    site = site_of(request)
    guest = await visitor(request)
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "")
    if refusal:
        raise Refused(refusal)
    entered = await site.people.consume(request.path_params["token"], guest.token)
    if entered is None:
        raise Refused(Refusal(Code.GONE))
    token, grant = entered
    onward = RedirectResponse(
        link(f"/sessions/{grant.session}{PAGES.get(grant.role, '')}", chosen(request)), 303
    )
    give(onward, site, token)
    return onward
