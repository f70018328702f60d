"""Signing in by mail: a one-time link for any browser, a code for the one that asked.

Whatever is typed, the answer is the same after the same time: nobody learns who has an account.
"""

import asyncio
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.store.accounts import addressable, key_of
from dialog.store.outbox import Letter
from dialog.web import forms
from dialog.web.errors import STATUS, Refused, retry, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.passes import Visitor, visitor
from dialog.web.signing import answer_time, by_code, let_in, network, onward, too_often
from dialog.web.site import Site, site_of


async def show(request: Request) -> Response:
    """Return the form; whoever signed in already is led on."""
    guest = await visitor(request)
    wanted = onward(request.query_params.get("next", ""))
    if guest.holder and guest.holder.account:
        return RedirectResponse(link(wanted, chosen(request)), 303)
    return _form(request, guest, {"next": wanted}, None)


async def ask(request: Request) -> Response:
    """Send link and code to an address, if somebody has an account with it."""
    site, guest = site_of(request), await visitor(request)
    began = asyncio.get_running_loop().time()
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "") or _refused(request, form.get("address", ""))
    if refusal:
        return _form(request, guest, form, refusal)
    number = await _send(site, form["address"], chosen(request))
    await answer_time(began)
    return _code(request, guest, form | {"signin": number}, None)


async def enter(request: Request) -> Response:
    """Let in whoever types the code in the browser that asked for it."""
    guest = await visitor(request)
    form = await forms.read(request)
    entered = forms.check(request, guest, form, "") or await by_code(request, guest, form)
    if isinstance(entered, Refusal):
        return _code(request, guest, form, entered)
    return let_in(request, entered, form.get("next", ""))


async def open_link(request: Request) -> Response:
    """Return the button that lets one in; previews and scanners use nothing up."""
    site = site_of(request)
    account = await site.signins.offered(request.path_params["token"])
    guest = await visitor(request)
    name = account.name if account else ""
    return page(
        request,
        "signin_link",
        guest,
        status=200 if account else 410,
        name=name,
        usable=account,
        takes_part=guest.takes_part,
    )


async def follow(request: Request) -> Response:
    """Use a link up and let this browser in, whichever it is."""
    site, guest = site_of(request), await visitor(request)
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "")
    if refusal:
        raise Refused(refusal)
    entered = await site.signins.follow(request.path_params["token"], guest.token)
    if entered is None:
        raise Refused(Refusal(Code.GONE, field="signin"))
    return let_in(request, entered, "")


def _refused(request: Request, address: str) -> Refusal | None:
    """Refuse what is no address, and whoever asks too often."""
    site, now = site_of(request), site_of(request).clock() / 1000
    if not addressable(address):
        return Refusal(Code.INCOMPLETE, field="address")
    if not site.mails:
        return Refusal(Code.FORBIDDEN, field="no_mail")
    return too_often(site.signins_of_network, network(request), now, "signin") or too_often(
        site.signins_of_address, key_of(address), now, "signin"
    )


async def _send(site: Site, address: str, lang: str | None) -> str:
    """Return the number of a sign-in, of one that leads nowhere where nobody has the address.

    Its letter speaks as the page that was asked, or else as somebody once chose for their letters.
    """
    account = await site.accounts.find(address)
    if account is None:
        return secrets.token_hex(16)
    number = await site.signins.ask(account.id)
    await send(site, account.address, lang or account.lang, number)
    return number


async def send(site: Site, address: str, lang: str, number: str) -> None:
    """Put the letter of a sign-in into the outbox; it carries neither link nor code."""
    await site.outbox.put([Letter("signin", address, lang, told={"signin": number})])


def _form(
    request: Request, guest: Visitor, form: dict[str, str], refusal: Refusal | None
) -> Response:
    return _page(request, "signin", guest, form, refusal)


def _code(
    request: Request, guest: Visitor, form: dict[str, str], refusal: Refusal | None
) -> Response:
    return _page(request, "signin_code", guest, form, refusal)


def _page(
    request: Request, name: str, guest: Visitor, form: dict[str, str], refusal: Refusal | None
) -> Response:
    site = site_of(request)
    made = page(
        request,
        name,
        guest,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        form={"address": "", "code": "", "signin": ""}
        | form
        | {"next": onward(form.get("next", ""))},
        takes_part=guest.takes_part,
        mails=site.mails,
        provider=site.provider is not None,
    )
    made.headers.update(retry(refusal) if refusal else {})
    return made
