"""The programme: what runs, what comes, what was published."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Role, Stream, Who
from dialog.web.page import page
from dialog.web.passes import visitor
from dialog.web.picture import picture
from dialog.web.site import site_of

LATEST = 5
READER = Who(0, Role.READER)


async def home(request: Request) -> Response:
    """Return the home page."""
    site = site_of(request)
    running: list[dict[str, Any]] = []
    upcoming: list[dict[str, Any]] = []
    for room in site.hub:
        dialog = site.announcements[room.slug]
        if dialog.rehearsal:
            continue
        view = await picture(room, Stream.FLOOR, READER)
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
    published = (await site.transcripts.all())[:LATEST]
    guest = await visitor(request)
    return page(request, "home", guest, running=running, upcoming=upcoming, published=published)
