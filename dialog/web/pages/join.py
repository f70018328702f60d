"""Taking part: a name if one likes, a code where the session asks for one, no account."""

import hmac

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Phase, Role, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean
from dialog.web import forms
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import STATUS
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
    """Let a browser in as a volunteer."""
    entrance = await floor(request)
    form = await forms.read(request)
    refusal = forms.check(request, entrance.visitor, form, entrance.dialog.slug)
    refusal = refusal or await _refused(request, entrance, form)
    if refusal:
        return await _page(request, entrance, form, refusal)
    name = clean(form.get("name", ""), NAME, "name")
    if isinstance(name, Refusal):
        return await _page(request, entrance, form, name)
    token, _grant = await entrance.site.people.join(
        entrance.visitor.token, entrance.dialog.slug, name
    )
    onward = _onward(request, entrance)
    give(onward, entrance.site, token)
    return onward


async def _refused(request: Request, entrance: Entrance, form: dict[str, str]) -> Refusal | None:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    if view.session["phase"] in OVER:
        return Refusal(Code.CLOSED)
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


def _onward(request: Request, entrance: Entrance) -> Response:
    return RedirectResponse(link(f"/sessions/{entrance.dialog.slug}", chosen(request)), 303)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    return session_page(
        request,
        "join",
        entrance,
        view,
        refusal,
        status=STATUS[refusal.code] if refusal else 200,
        needs_code=entrance.dialog.identity == "code",
        form={"code": "", "name": ""} | form,
    )
