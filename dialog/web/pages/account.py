"""Whoever signed in: who that is, what they may do, where they are signed in, and asking again."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.web import forms
from dialog.web.catalogue import LANGUAGES
from dialog.web.entrance import Signed, signed
from dialog.web.errors import STATUS, Refused, retry, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.enter import PAGES
from dialog.web.pages.signin import send
from dialog.web.pages.staff import numbered
from dialog.web.pages.team import ORDER
from dialog.web.passes import take, visitor
from dialog.web.signing import OWN, by_code, confirmed, let_in, onward, too_often
from dialog.web.site import Site


async def show(request: Request) -> Response:
    """Return one's own account; whoever has not signed in is asked to."""
    guest = await visitor(request)
    if guest.holder is None or guest.holder.account is None:
        return RedirectResponse(link("/signin", chosen(request)), 303)
    return await _page(request, await signed(request))


async def act(request: Request) -> Response:
    """End one pass or all others, sign out, or choose the language of letters."""
    entered = await signed(request)
    form = await _form(request, entered)
    site, account, own = entered.site, entered.account, entered.visitor.pass_id
    match form.get("do"):
        case "end" if numbered(form.get("number", "")):
            ended = await site.people.end(account.id, numbered(form["number"]))
        case "end_others":
            ended = await site.people.end(account.id, but=own)
        case "speak" if form.get("lang") in LANGUAGES:
            await site.accounts.speak(account.id, form["lang"])
            ended = ()
        case "sign_out":
            ended = await site.people.end(account.id, own)
        case _:
            raise Refused(Refusal(Code.MALFORMED))
    for number in ended:
        site.hub.revoke(number)
    away = RedirectResponse(link("/" if own in ended else OWN, chosen(request)), 303)
    if own in ended:
        take(away, site)
    return away


async def ask_again(request: Request) -> Response:
    """Return the page on which whoever signed in shows once more that it is them."""
    entered = await signed(request)
    return _again(request, entered, {"next": request.query_params.get("next", "")}, None)


async def confirm(request: Request) -> Response:
    """Send a code, or take one."""
    entered = await signed(request)
    form = await _form(request, entered)
    site, account = entered.site, entered.account
    now = site.clock() / 1000
    if form.get("do") == "send":
        mails = site.mails and account.address
        refusal = None if mails else Refusal(Code.FORBIDDEN, field="no_mail")
        refusal = refusal or too_often(site.signins_of_address, account.id, now, "signin")
        if refusal is None:
            form["signin"] = await site.signins.ask(account.id)
            await send(site, account.address, account.lang, form["signin"])
        return _again(request, entered, form, refusal)
    again = await by_code(request, entered.visitor, form)
    if isinstance(again, Refusal):
        return _again(request, entered, form, again)
    return let_in(request, again, back(form.get("next", "")))


def back(wanted: str) -> str:
    """Return the page that says it is confirmed, and leads back to where it was asked."""
    return f"/account/confirm?next={quote(onward(wanted))}"


async def _form(request: Request, entered: Signed) -> dict[str, str]:
    form = await forms.read(request)
    refusal = forms.check(request, entered.visitor, form, "")
    if refusal:
        raise Refused(refusal)
    return form


async def _page(request: Request, entered: Signed) -> Response:
    site, account, guest = entered.site, entered.account, entered.visitor
    offices = guest.holder.offices if guest.holder else frozenset()
    return page(
        request,
        "account",
        guest,
        account=account,
        offices=[role for role in ORDER if role in offices],
        places=await _places(site, account.id),
        passes=await site.people.passes(account.id),
        own=guest.pass_id,
    )


async def _places(site: Site, account: int) -> list[dict[str, Any]]:
    """Return the sessions in which somebody has a seat, those to come first."""
    seats = await site.accounts.seats(account)
    found = []
    for slug, roles in seats.items():
        dialog = site.announcements.get(slug)
        if dialog is not None and site.hub.room(slug) is not None:
            ways = [(role, PAGES[role]) for role in ORDER if role in roles & STAFF]
            found.append({"dialog": dialog, "ways": ways})
    return sorted(found, key=lambda place: str(place["dialog"].starts), reverse=True)


def _again(
    request: Request, entered: Signed, form: dict[str, str], refusal: Refusal | None
) -> Response:
    site, guest = entered.site, entered.visitor
    at = guest.holder.confirmed if guest.holder else 0
    made = page(
        request,
        "confirm",
        guest,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        account=entered.account,
        confirmed=confirmed(site, at),
        form={"signin": "", "code": ""} | form | {"next": onward(form.get("next", ""))},
        mails=site.mails,
        provider=site.provider is not None,
    )
    made.headers.update(retry(refusal) if refusal else {})
    return made
