"""The stage: the question that is now, the next two, the list."""

from typing import Any

from dialog.forum.names import Role, Stream
from dialog.web.pages.staff import Desk, StaffPage

VIEWS = frozenset({"now", "list", "background", "note"})


async def _shows(desk: Desk) -> dict[str, Any]:
    return {
        "message": desk.view.session["message"],
        "view": desk.chosen("view", VIEWS, "now"),
        "page_number": desk.number("page") or 1,
    }


PAGE = StaffPage("stage", Role.MINISTER, Stream.STAGE, _shows)
