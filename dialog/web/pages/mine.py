"""One's own questions, what one may do with them, and the private link to them."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.journal import Unavailable
from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean
from dialog.forum.views import Row
from dialog.store.guests import Guest
from dialog.store.people import Stranger
from dialog.web import forms
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import RETRY_MS, STATUS, Refused, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.join import NAME, OVER
from dialog.web.pages.session import session_page
from dialog.web.passes import give
from dialog.web.picture import picture

OWN = frozenset({"reword", "name", "withdraw", "consent", "appeal", "object"})


async def show(request: Request) -> Response:
    """Return one's own questions; who is not in yet is asked to join."""
    entrance = await floor(request)
    if entrance.who.role is not Role.VOLUNTEER:
        return RedirectResponse(
            link(f"/sessions/{entrance.dialog.slug}/join", chosen(request)), 303
        )
    return await _page(request, entrance, {}, None)


async def act(request: Request) -> Response:
    """Reword, name anew, withdraw, agree to one's name in the archive, appeal or object."""
    entrance = await floor(request)
    if entrance.who.role is not Role.VOLUNTEER:
        raise Refused(Refusal(Code.FORBIDDEN, field="role"))
    form = await forms.read(request)
    if form.get("do") not in OWN:
        raise Refused(Refusal(Code.MALFORMED, field="do"))
    reply = await forms.command(request, entrance, form)

    async def again(refusal: Refusal, typed: dict[str, str]) -> Response:
        return await _page(request, entrance, typed, refusal)

    back = f"/sessions/{entrance.dialog.slug}/mine"
    return await forms.answer(request, reply, form, back, again)


async def open_link(request: Request) -> Response:
    """Return the button that adds this browser to the person of a private link.

    A GET changes nothing: mail scanners and previews open links.
    """
    return await _landing(request, await floor(request), {}, None)


async def follow(request: Request) -> Response:
    """Let this browser be the person of a private link."""
    entrance = await floor(request)
    form = await forms.read(request)
    refusal = forms.check(request, entrance.visitor, form, entrance.dialog.slug)
    if refusal:
        raise Refused(refusal)
    token = request.path_params["token"]
    guest = await _invited(entrance, token)
    name = clean(form["name"], NAME, "name") if guest and "name" in form else None
    if isinstance(name, Refusal):
        return await _landing(request, entrance, form, name)
    try:
        followed = await entrance.site.people.follow(token, entrance.visitor.token)
    except Stranger:
        raise Refused(Refusal(Code.FORBIDDEN, field="stranger")) from None
    if followed is None:
        raise Refused(Refusal(Code.GONE, field="invitation"))
    given, grant = followed
    place = f"/sessions/{grant.session}" + ("" if guest else "/mine")
    onward: Response = RedirectResponse(link(place, chosen(request)), 303)
    asked = form.get("asked") == "1" if "asks" in form else None
    try:
        await entrance.site.guests.open(token, name, asked=asked)
    except Unavailable:  # the browser is in already, and would not be without its new cookie
        busy = Refusal(Code.BUSY, field="storage", retry_ms=RETRY_MS)
        onward = await _landing(request, entrance, form, busy)
    give(onward, entrance.site, given)
    return onward


async def _invited(entrance: Entrance, token: str) -> Guest | None:
    """Return whose invitation a link is, while one can still take part by it."""
    phase = await entrance.room.read(lambda session, _board: session.phase)
    return None if phase in OVER else await entrance.site.guests.by_link(token)


async def _landing(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    token = request.path_params["token"]
    guest = await _invited(entrance, token)
    usable = guest is not None or await entrance.site.people.known(token) is not None
    name = (guest.called if guest.opened else guest.name) if guest else ""
    phase = await entrance.room.read(lambda session, _board: session.phase)
    return page(
        request,
        "enter",
        entrance.visitor,
        acting=entrance.who.role,
        slug=entrance.dialog.slug,
        status=STATUS[refusal.code] if refusal else 200 if usable else 410,
        dialog=entrance.dialog,
        role="volunteer",
        name="",
        usable=usable,
        over=phase in OVER,
        guest=guest,
        called=form.get("name", name),
        asked=form.get("asked") == "1" if form else bool(guest and guest.asked),
        refusal=spoken(request, refusal) if refusal else None,
    )


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    site, slug = entrance.site, entrance.dialog.slug
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    private = await site.people.private_link(slug, entrance.who.person)
    return session_page(
        request,
        "mine",
        entrance,
        view,
        refusal,
        mine=view.me["mine"][::-1],
        private_link=f"{site.base_url}/sessions/{slug}/mine/{private}",
        form=_typed(form, view.me["mine"]),
        near=await site.bulletin.finder(),
    )


def _typed(form: dict[str, str], mine: list[Row]) -> dict[str, str]:
    """Return what was typed; what a form has no field for stays as the question has it."""
    row = next((row for row in mine if str(row["number"]) == form.get("number")), None)
    if row is None:
        return form
    stands = {name: row[name] or "" for name in ("text", "background", "show", "district")}
    return {"do": "", **stands} | form
