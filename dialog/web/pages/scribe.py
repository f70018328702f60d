"""The scribe's desk: the answer being written, what is still open, what waits for release."""

from typing import Any

from dialog.forum.names import Outcome, Role, Stream
from dialog.forum.views import Row
from dialog.web.pages.staff import Desk, StaffPage
from dialog.web.picture import Picture

TABS = frozenset({"now", "open", "release"})


async def _shows(desk: Desk) -> dict[str, Any]:
    view, wanted = desk.view, desk.number()
    return {
        "current": next((row for row in view.rows if row["number"] == wanted), view.now),
        "open": _open(view),
        "release": [row for row in view.rows if row["pending"]],
        "tab": desk.chosen("tab", TABS, "now"),
    }


def _open(view: Picture) -> list[Row]:
    """Return the questions that were answered, or begun, and have no text yet."""
    ended = (Outcome.OPEN, Outcome.NOT_REACHED)
    return [
        row
        for row in view.rows
        if not row["answer"]
        and not row["pending"]
        and (row["draft"] or row["outcome"] not in ended or row["place"] == "now")
    ]


PAGE = StaffPage("scribe", Role.SCRIBE, Stream.STAGE, _shows)
