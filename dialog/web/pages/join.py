"""Taking part: a name if one likes, a code where the session asks for one, no account."""

import hmac

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Admission, Phase, Role, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean
from dialog.web import forms
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import STATUS, retry
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.pages.session import session_page
from dialog.web.passes import give
from dialog.web.picture import picture

NAME = 80
OVER = (Phase.PUBLISHED, Phase.CANCELLED)


async def show(request: Request) -> Response:
    """Return the form, or the room to whoever is in already."""
    entrance = await floor(request)
    if entrance.who.role is Role.VOLUNTEER:
        return _onward(request, entrance)
    return await _page(request, entrance, {}, None)


async def join(request: Request) -> Response:
    """Let a browser in as a volunteer; who is one already only takes another name."""
    entrance = await floor(request)
    form = await forms.read(request)
    refusal = forms.check(request, entrance.visitor, form, entrance.dialog.slug)
    refusal = refusal or await _refused(request, entrance, form)
    if not refusal and entrance.who.person:
        refusal = forms.pace(entrance.site, entrance.who, entrance.dialog.slug)
    name = clean(form.get("name", ""), NAME, "name")
    if not refusal and isinstance(name, Refusal):
        refusal = name
    admission = refusal or _admission(request, entrance)
    if isinstance(admission, Refusal):
        return await _page(request, entrance, form, admission)
    token, grant = await entrance.site.people.join(
        entrance.visitor.token, entrance.dialog.slug, str(name), admission
    )
    entrance.room.rename(grant.person, grant.name)
    onward = _onward(request, entrance, "/mine" if form.get("back") == "mine" else "")
    give(onward, entrance.site, token)
    return onward


def _admission(request: Request, entrance: Entrance) -> Admission | Refusal:
    """Say how somebody comes in, by how many have come from their network.

    Who is known here already is nobody new, and in a rehearsal one machine plays all of them.
    """
    site, dialog = entrance.site, entrance.dialog
    if dialog.rehearsal or entrance.visitor.belongs(dialog.slug):
        return Admission.JOINED
    address = request.client.host if request.client else ""
    network = (dialog.slug, site.aliases.of_network(address))
    admitted = site.arrivals.admit(network, site.clock() / 1000)
    if isinstance(admitted, Admission):
        return admitted
    return Refusal(Code.TOO_FAST, field="network", retry_ms=int(admitted * 1000) + 1)


async def _refused(request: Request, entrance: Entrance, form: dict[str, str]) -> Refusal | None:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    if view.session["phase"] in OVER:
        return Refusal(Code.CLOSED)
    if entrance.who.role is Role.VOLUNTEER:
        return None
    if view.session["invited"]:
        return Refusal(Code.FORBIDDEN, field="invited")
    identity = entrance.dialog.identity
    if identity == "link":
        return Refusal(Code.FORBIDDEN, field="link")
    return _wrong_code(request, entrance, form) if identity == "code" else None


def _wrong_code(request: Request, entrance: Entrance, form: dict[str, str]) -> Refusal | None:
    """Refuse a wrong code; whoever guesses often waits, for there are only a million.

    Guessers are told apart as connections are: a household has more addresses than there are codes.
    """
    site, dialog = entrance.site, entrance.dialog
    address = request.client.host if request.client else ""
    now, guesser = site.clock() / 1000, (dialog.slug, site.aliases.of(address))
    wait = site.guesses.take(guesser, now, cost=0)
    if wait:
        return Refusal(Code.TOO_FAST, retry_ms=int(wait * 1000) + 1)
    given = form.get("code", "").replace(" ", "")
    if hmac.compare_digest(given.encode(), dialog.code.encode()):
        return None
    site.guesses.take(guesser, now)
    return Refusal(Code.FORBIDDEN, field="code")


def _onward(request: Request, entrance: Entrance, page: str = "") -> Response:
    return RedirectResponse(link(f"/sessions/{entrance.dialog.slug}{page}", chosen(request)), 303)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    made = session_page(
        request,
        "join",
        entrance,
        view,
        refusal,
        status=STATUS[refusal.code] if refusal else 200,
        needs_code=entrance.dialog.identity == "code" and not entrance.who.person,
        form={"code": "", "name": "", "back": ""} | form,
    )
    if refusal:
        made.headers.update(retry(refusal))
    return made
