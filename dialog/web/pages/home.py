"""The programme: what runs, what comes, what was published."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Role, Stream, Who
from dialog.hub.room import Room
from dialog.store.notices import Notice
from dialog.store.tables import NoticeKind
from dialog.web.bulletin import local, over
from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.passes import NOBODY, visitor
from dialog.web.picture import picture
from dialog.web.shelf import keep
from dialog.web.site import Site, site_of

LATEST = 5
NOTICES = 3
KEPT_S = 1.0
READER = Who(0, Role.READER)


async def home(request: Request) -> Response:
    """Return the home page."""
    site = site_of(request)
    guest = await visitor(request)
    notices = await _notices(site)
    was: list[object] = [site.transcripts.version, site.bulletin.state()]
    running: list[dict[str, Any]] = []
    upcoming: list[dict[str, Any]] = []
    for room in _listed(site):
        dialog = site.announcements[room.slug]
        view = await picture(room, Stream.FLOOR, READER)
        was.append((dialog, (view.epoch, view.revised)))
        shown = {
            "dialog": dialog,
            "session": view.session,
            "now_question": view.now if dialog.readers else None,
            "present": room.presence.people,
        }
        phase = view.session["phase"]
        if phase == Phase.LIVE:
            running.append(shown)
        elif phase in (Phase.ANNOUNCED, Phase.OPEN, Phase.CANCELLED):
            upcoming.append(shown)
    upcoming.sort(key=lambda it: str(it["session"]["starts"]))
    published = await site.transcripts.all()
    if guest is NOBODY:
        keep(request, was, lambda: _stamp(site), KEPT_S)
    return page(
        request,
        "home",
        guest,
        running=running,
        upcoming=upcoming,
        published=published[:LATEST],
        sessions=len(published),
        answers=sum(one["answered"] for one in published),
        notices=notices,
        chosen_lang=chosen(request),
    )


def _stamp(site: Site) -> list[object]:
    """Return what is another whenever a session or the archive shows something else."""
    said = [(site.announcements[room.slug], room.revised) for room in _listed(site)]
    return [site.transcripts.version, site.bulletin.state(), *said]


async def _notices(site: Site) -> list[Notice]:
    """Return the latest notices that hold, and before them the call that ends first."""
    now = local(site.clock())
    holding = [one for one in await site.bulletin.public() if not over(one, now)]
    calls = [one for one in holding if one.draft.kind is NoticeKind.CALL]
    calls.sort(key=lambda one: one.draft.deadline)
    others = [one for one in holding if one not in calls[:1]]
    return (calls[:1] + others)[:NOTICES]


def _listed(site: Site) -> list[Room]:
    """Return the rooms of sessions that everyone may find: no rehearsals."""
    return [room for room in site.hub if not site.announcements[room.slug].rehearsal]
