"""The beginning of every session's page: its announcement, its room, its visitor, and who acts."""

from dataclasses import dataclass

from starlette.requests import Request

from dialog.forum.names import Role, Who
from dialog.forum.refusals import Code, Refusal
from dialog.hub.room import Room
from dialog.store.accounts import Account
from dialog.web.announcement import Announcement
from dialog.web.errors import Elsewhere, Refused
from dialog.web.passes import Visitor, visitor
from dialog.web.site import Site, site_of


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a session's page begins with."""

    site: Site
    dialog: Announcement
    room: Room
    visitor: Visitor
    who: Who


@dataclass(frozen=True, slots=True)
class Signed:
    """What a page begins with that belongs to whoever signed in."""

    site: Site
    visitor: Visitor
    account: Account


async def signed(request: Request) -> Signed:
    """Enter a page of whoever signed in, or be refused."""
    guest = await visitor(request)
    if guest.holder is None or guest.holder.account is None:
        raise Refused(Refusal(Code.FORBIDDEN, field="account"))
    return Signed(site_of(request), guest, guest.holder.account)


async def programme_organiser(request: Request) -> Signed:
    """Enter a page of the programme's organisers, or be refused."""
    entered = await signed(request)
    if entered.visitor.holder is None or Role.ORGANISER not in entered.visitor.holder.offices:
        raise Refused(Refusal(Code.FORBIDDEN, field="office"))
    return entered


async def floor(request: Request) -> Entrance:
    """Enter as a volunteer, or as a reader where the session lets readers watch."""
    site, dialog, room = await _session(request)
    guest = await visitor(request)
    return Entrance(site, dialog, room, guest, guest.on_floor(room.slug))


async def watching(request: Request, lacking: str = "role") -> Entrance:
    """Enter the floor for reading; where readers may not, one needs any pass of the session.

    Without one there is at most the record, or a refusal that names what is ``lacking``.
    """
    entrance = await floor(request)
    slug = entrance.room.slug
    if not (entrance.dialog.readers or entrance.visitor.belongs(slug)):
        await _read_instead(entrance.site, slug)
        raise Refused(Refusal(Code.FORBIDDEN, field=lacking))
    return entrance


async def staff(request: Request, role: Role) -> Entrance:
    """Enter a page of staff, or be refused."""
    site, dialog, room = await _session(request)
    guest = await visitor(request)
    who = guest.who(room.slug, role)
    if who is None and guest.token and guest.holder and guest.holder.account:
        # The first time here: from now on this account is a person of the session.
        guest = Visitor(guest.token, await site.people.enter(guest.token, room.slug))
        who = guest.who(room.slug, role)
    if who is None:
        raise Refused(Refusal(Code.FORBIDDEN, field="staff"))
    return Entrance(site, dialog, room, guest, who)


async def _session(request: Request) -> tuple[Site, Announcement, Room]:
    site = site_of(request)
    slug = request.path_params["slug"]
    room, dialog = site.hub.room(slug), site.announcements.get(slug)
    if room is None or dialog is None:
        await _read_instead(site, slug)
        raise Refused(Refusal(Code.UNKNOWN))
    return site, dialog, room


async def _read_instead(site: Site, slug: str) -> None:
    """Lead to a session's record, if it has one."""
    if await site.records.get(slug):
        raise Elsewhere(f"/archive/{slug}")
