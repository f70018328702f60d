"""Who may do what: accounts and their offices in every session, seats in one."""

from collections.abc import Iterable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import required
from dialog.store.accounts import Account, LastOrganiser, addressable
from dialog.store.outbox import Letter
from dialog.web import forms
from dialog.web.announcement import Announcement
from dialog.web.entrance import programme_organiser, staff
from dialog.web.errors import STATUS, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.staff import numbered
from dialog.web.passes import Visitor
from dialog.web.signing import OWN, unconfirmed
from dialog.web.site import Site, site_of

log = structlog.get_logger()

NAME = 80
# In which order tasks are named.
ORDER = (Role.ORGANISER, Role.MODERATOR, Role.MINISTER, Role.SCRIBE)


async def show(request: Request) -> Response:
    """Return all accounts and their offices."""
    entered = await programme_organiser(request)
    return await _page(request, entered.visitor, None, {}, None)


async def act(request: Request) -> Response:
    """Add somebody, give or take offices, or remove an account."""
    entered = await programme_organiser(request)
    return await _act(request, entered.visitor, None)


async def show_seats(request: Request) -> Response:
    """Return who does what in a session."""
    entrance = await staff(request, Role.ORGANISER)
    return await _page(request, entrance.visitor, entrance.dialog, {}, None)


async def act_seats(request: Request) -> Response:
    """Add somebody to a session, or give and take seats there."""
    entrance = await staff(request, Role.ORGANISER)
    return await _act(request, entrance.visitor, entrance.dialog)


async def _act(request: Request, guest: Visitor, dialog: Announcement | None) -> Response:
    site = site_of(request)
    form = await forms.read(request)
    role, slug = (Role.ORGANISER, dialog.slug) if dialog else (None, "")
    refusal = forms.check(request, guest, form, slug, role) or unconfirmed(site, guest, "roles")
    done = refusal or await _change(site, guest, dialog, form)
    if isinstance(done, Refusal):
        return await _page(request, guest, dialog, form, done)
    own = guest.holder.account if guest.holder else None
    touched_self = own is not None and own.id == done.id
    back = OWN if touched_self and not dialog else _address(dialog)
    return RedirectResponse(link(back, chosen(request)), 303)


async def _change(
    site: Site, guest: Visitor, dialog: Announcement | None, form: dict[str, str]
) -> Account | Refusal:
    """Do what a form asks for, and return the account that it was about."""
    if form.get("do") == "add":
        return await _add(site, guest, dialog, form)
    account = await site.accounts.get(numbered(form.get("number", "")))
    if account is None:
        return Refusal(Code.UNKNOWN, field="account")
    match form.get("do"):
        case "roles":
            return await _give(site, guest, dialog, account, _roles(form))
        case "remove" if dialog is None:
            return await _remove(site, guest, account)
        case "rename" if dialog is None:
            name = required(form.get("name", ""), NAME, "name")
            if isinstance(name, Refusal):
                return name
            await site.accounts.rename(account.id, name)
            return account
        case _:
            return Refusal(Code.MALFORMED, field="do")


async def _add(
    site: Site, guest: Visitor, dialog: Announcement | None, form: dict[str, str]
) -> Account | Refusal:
    """Let somebody have an account, roles, and a letter that says so; one who has one is found."""
    address, roles = form.get("address", ""), _roles(form)
    if not addressable(address):
        return Refusal(Code.INCOMPLETE, field="address")
    name = required(form.get("name", ""), NAME, "name")
    if isinstance(name, Refusal):
        return name
    if not roles:
        return Refusal(Code.INCOMPLETE, field="roles")
    account = await site.accounts.make(address, name)
    held = await _held(site, account, dialog)
    done = await _give(site, guest, dialog, account, held | roles)
    if site.mails and form.get("letter") == "1" and not isinstance(done, Refusal):
        told = {"roles": [role.value for role in ORDER if role in roles]}
        slug = dialog.slug if dialog else ""
        await site.outbox.put([Letter("signin", account.address, account.lang, slug, told=told)])
    return done


async def _held(site: Site, account: Account, dialog: Announcement | None) -> frozenset[Role]:
    if dialog is None:
        return await site.accounts.offices(account.id)
    return (await site.accounts.seats(account.id)).get(dialog.slug, frozenset())


async def _give(
    site: Site,
    guest: Visitor,
    dialog: Announcement | None,
    account: Account,
    roles: frozenset[Role],
) -> Account | Refusal:
    """Give an account these roles and no others; whoever lost one is out of it at once."""
    had = await _held(site, account, dialog)
    try:
        if dialog is None:
            ended = await site.accounts.appoint(account.id, roles)
        else:
            ended = await site.accounts.seat(account.id, dialog.slug, roles)
    except LastOrganiser:
        return Refusal(Code.CONFLICT, field="last_organiser")
    _end(site, ended)
    _note(guest, dialog, account, given=roles - had, taken=had - roles)
    return account


async def _remove(site: Site, guest: Visitor, account: Account) -> Account | Refusal:
    try:
        ended = await site.accounts.delete(account.id)
    except LastOrganiser:
        return Refusal(Code.CONFLICT, field="last_organiser")
    _end(site, ended)
    log.info("account removed", account=account.id, by=_by(guest))
    return account


def _end(site: Site, passes: Iterable[int]) -> None:
    for number in passes:
        site.hub.revoke(number)


def _note(
    guest: Visitor,
    dialog: Announcement | None,
    account: Account,
    *,
    given: frozenset[Role],
    taken: frozenset[Role],
) -> None:
    """Tell the log, by numbers: names stand in no log and in no journal but of those who acted."""
    log.info(
        "roles changed",
        account=account.id,
        by=_by(guest),
        session=dialog.slug if dialog else "",
        given=sorted(given),
        taken=sorted(taken),
    )


def _by(guest: Visitor) -> int:
    account = guest.holder.account if guest.holder else None
    return account.id if account else 0


def _roles(form: dict[str, str]) -> frozenset[Role]:
    return frozenset(role for role in ORDER if form.get(role.value) == "1")


def _address(dialog: Announcement | None) -> str:
    return f"/sessions/{dialog.slug}/organiser/staff" if dialog else "/organiser/staff"


async def _page(
    request: Request,
    guest: Visitor,
    dialog: Announcement | None,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response:
    site = site_of(request)
    everyone = await site.accounts.all()
    shown: dict[str, Any] = {"listed": everyone, "everywhere": []}
    if dialog is not None:
        shown["listed"] = await site.accounts.seated(dialog.slug)
        shown["everywhere"] = [one for one in everyone if one.roles]
    sure = numbered(request.query_params.get("remove", ""))
    return page(
        request,
        "team",
        guest,
        acting=Role.ORGANISER if dialog else Role.READER,
        slug=dialog.slug if dialog else "",
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        dialog=dialog,
        here=_address(dialog),
        order=ORDER,
        form=form,
        mails=site.mails,
        own=guest.holder.account if guest.holder else None,
        sure=next((one for one in everyone if one.account.id == sure), None),
        **shown,
    )
