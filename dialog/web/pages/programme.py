"""The programme as the team sees it: what is being prepared, what runs, what waits for whom."""

import asyncio
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Role, Stream, Who
from dialog.programme import Declaration, Fault, programme
from dialog.programme.reading import REHEARSAL
from dialog.web.entrance import programme_organiser
from dialog.web.page import page
from dialog.web.picture import picture
from dialog.web.site import Site

READER = Who(0, Role.READER)
GROUPS = {
    Phase.LIVE: "live",
    Phase.CLOSED: "closed",
    Phase.OPEN: "coming",
    Phase.ANNOUNCED: "coming",
    Phase.PUBLISHED: "published",
    Phase.CANCELLED: "cancelled",
}
LATEST = 10


async def show(request: Request) -> Response:
    """Return the team's programme."""
    entered = await programme_organiser(request)
    drafts, faults = await asyncio.to_thread(_folders, entered.site.sessions)
    groups: dict[str, Any] = {name: [] for name in GROUPS.values()}
    for row in await _rooms(entered.site):
        groups[GROUPS[row["session"]["phase"]]].append(row)
    for name in ("published", "cancelled"):
        groups[name] = groups[name][: -LATEST - 1 : -1]
    return page(
        request,
        "programme",
        entered.visitor,
        acting=Role.ORGANISER,
        account=entered.account,
        drafts=drafts,
        faults=faults,
        done=request.query_params.get("done", ""),
        **groups,
    )


async def _rooms(site: Site) -> list[dict[str, Any]]:
    """Return all sessions that are no rehearsals, the earliest first."""
    rows = []
    for room in site.hub:
        dialog = site.announcements[room.slug]
        if not dialog.rehearsal:
            view = await picture(room, Stream.FLOOR, READER)
            rows.append({"dialog": dialog, "session": view.session})
    return sorted(rows, key=lambda row: str(row["session"]["starts"]))


def _folders(root: Path) -> tuple[list[Declaration], list[Fault]]:
    """Return all drafts, and what is wrong with folders that cannot be read."""
    found = programme(root)
    drafts = [one for one in found.declarations if one.draft]
    return drafts, [fault for fault in found.faults if not REHEARSAL.fullmatch(_name(fault, root))]


def _name(fault: Fault, root: Path) -> str:
    return fault.file.relative_to(root).parts[0] if fault.file != root else ""
