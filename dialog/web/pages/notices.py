"""Telling the invited that a session was changed or cancelled: seen first, then sent."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.web import forms
from dialog.web.entrance import Entrance, staff
from dialog.web.errors import STATUS
from dialog.web.language import chosen
from dialog.web.news import news
from dialog.web.page import link
from dialog.web.pages.session import session_page
from dialog.web.picture import picture


async def show(request: Request) -> Response:
    """Return what would be sent, and to how many."""
    return await _page(request, await staff(request, Role.ORGANISER), None)


async def act(request: Request) -> Response:
    """Put the letters into the outbox, unless their number is another one than was said."""
    entrance = await staff(request, Role.ORGANISER)
    form = await forms.read(request)
    slug = entrance.dialog.slug
    refusal = forms.check(request, entrance.visitor, form, slug, Role.ORGANISER)
    if refusal is None and entrance.dialog.rehearsal:
        refusal = Refusal(Code.FORBIDDEN, field="mail")
    if refusal is None:
        found = await news(entrance.site, entrance.room, entrance.dialog, form.get("key", ""))
        if (str(len(found.letters)), found.kind) != (form.get("count"), form.get("do")):
            refusal = Refusal(Code.CONFLICT, field="list")
        else:
            await entrance.site.outbox.put(found.letters)
    if refusal:
        return await _page(request, entrance, refusal)
    back = f"/sessions/{slug}/organiser/notices?done=sent"
    return RedirectResponse(link(back, chosen(request)), 303)


async def _page(request: Request, entrance: Entrance, refusal: Refusal | None) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    found = await news(entrance.site, entrance.room, entrance.dialog)
    before = {letter.told["starts"] for letter in found.letters if "starts" in letter.told}
    answer = session_page(
        request,
        "notices",
        entrance,
        view,
        refusal,
        kind=found.kind,
        count=len(found.letters),
        starts=found.now.starts,
        before=sorted(before - {found.now.starts.isoformat()}),
        done=request.query_params.get("done", ""),
    )
    if refusal:
        answer.status_code = STATUS[refusal.code]
    return answer
