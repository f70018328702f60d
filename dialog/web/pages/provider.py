"""Signing in with the provider: away with a signed state, back with a code, once.

The callback is the one GET that changes something: it is good for the browser that began, for ten
minutes, and only with an answer that the provider signed for this very attempt.
"""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import required
from dialog.provider import Identity, Provider, Unreachable, Untrue
from dialog.store.accounts import Account, LastOrganiser
from dialog.web import forms
from dialog.web.errors import Refused
from dialog.web.language import language
from dialog.web.page import page
from dialog.web.pages.account import back
from dialog.web.passes import Visitor, give, visitor
from dialog.web.seals import Attempt
from dialog.web.signing import let_in, network, onward, too_often
from dialog.web.site import Site, site_of

NAME = 80


async def begin(request: Request) -> Response:
    """Lead to the provider, on a page of our own: no form of ours is sent elsewhere."""
    site, guest = site_of(request), await visitor(request)
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "") or too_often(
        site.signins_of_network, network(request), site.clock() / 1000, "signin"
    )
    if refusal:
        raise Refused(refusal)
    provider = _provider(site)
    again = form.get("do") == "confirm" and bool(guest.holder and guest.holder.account)
    token = guest.token if guest.holder and guest.token else await site.people.new_pass()
    holder = guest.holder or await site.people.pass_of(token)
    state = site.seals.attempt(
        Attempt(holder.id if holder else 0, again, onward(form.get("next", "")))
    )
    try:
        address = await provider.address(state, language(request), again=again)
    except (Unreachable, Untrue):
        return _sorry(request, guest, "unreachable")
    made = page(request, "provider", guest, address=address)
    made.headers["refresh"] = f"0; url={address}"
    if token != guest.token:
        give(made, site, token)
    return made


async def callback(request: Request) -> Response:
    """Let in whoever the provider says it is."""
    site, guest = site_of(request), await visitor(request)
    provider, query = _provider(site), request.query_params
    state = query.get("state", "")
    attempt = site.seals.read_attempt(state)
    if attempt is None or not guest.pass_id or attempt.pass_id != guest.pass_id:
        return _sorry(request, guest, "strange")
    if "code" not in query:
        return _sorry(request, guest, "denied")
    since = attempt.made if attempt.again else 0
    try:
        who = await provider.identity(query["code"], state, since=since)
    except Unreachable:
        return _sorry(request, guest, "unreachable")
    except Untrue:
        return _sorry(request, guest, "strange")
    account = await _account(site, who)
    if account is None:
        return _sorry(request, guest, "unknown", who.address)
    held = guest.holder.account if guest.holder else None
    if attempt.again and held and held.id != account.id:
        return _sorry(request, guest, "another", held.name)
    await _appoint(site, provider, account, who)
    entered = await site.people.sign_in(account.id, guest.token)
    wanted = back(attempt.wanted) if attempt.again else attempt.wanted
    return let_in(request, entered, wanted)


async def _account(site: Site, who: Identity) -> Account | None:
    """Return the account of somebody, made where a group of theirs has an office."""
    known = await site.accounts.know(who.subject, who.address)
    if known is not None or not who.offices:
        return known
    name = required(who.name or who.address, NAME, "name")
    called = who.subject[-NAME:] if isinstance(name, Refusal) else name
    return await site.accounts.make_known(who.subject, who.address, called)


async def _appoint(site: Site, provider: Provider, account: Account, who: Identity) -> None:
    """Let offices follow the groups; what no group gives is given on our own pages."""
    mapped = frozenset(provider.client.offices.values())
    if not mapped:
        return
    held = await site.accounts.offices(account.id)
    try:
        ended = await site.accounts.appoint(account.id, (held - mapped) | who.offices)
    except LastOrganiser:  # or nobody could give any office; another sign-in will
        return
    for number in ended:
        site.hub.revoke(number)


def _provider(site: Site) -> Provider:
    if site.provider is None:
        raise Refused(Refusal(Code.UNKNOWN))
    return site.provider


STATUS = {"unreachable": 503, "strange": 400, "denied": 403, "unknown": 403, "another": 403}


def _sorry(request: Request, guest: Visitor, why: str, told: str = "") -> Response:
    site = site_of(request)
    return page(
        request, "provider_failed", guest, status=STATUS[why], why=why, told=told, mails=site.mails
    )
