"""The beginning of every session's page: its announcement, its room, its visitor, and who acts."""

from dataclasses import dataclass

from starlette.requests import Request

from dialog.forum.names import Role, Who
from dialog.forum.refusals import Code, Refusal
from dialog.hub.room import Room
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
    if who is None:
        raise Refused(Refusal(Code.FORBIDDEN, field="role"))
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
