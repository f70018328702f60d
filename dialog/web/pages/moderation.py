"""The moderators' desk: queue, running order, log."""

import re
from typing import Any

from dialog.forum.names import Reason, Review, Role, Stream
from dialog.forum.views import Row
from dialog.web.pages.staff import Desk, StaffPage
from dialog.web.picture import Picture, log, shown

TABS = frozenset({"queue", "order", "log"})
SHEETS = frozenset({"approve", "return", "merge", "edit", "ask"})

_ANSWER = re.compile("[0-9a-z-]{1,80}/[0-9]{1,9}")


async def _shows(desk: Desk) -> dict[str, Any]:
    view, room = desk.view, desk.entrance.room
    waiting = _waiting(view)
    current = await _current(desk, waiting)
    return {
        "waiting": waiting,
        "current": current,
        "alike": await _alike(desk, current),
        "answers": desk.entrance.site.earlier.like(current["text"]) if current else [],
        "referring": _referring(desk),
        "order": view.order,
        "log": await room.read(lambda session, _board: log(session)),
        "tab": desk.chosen("tab", TABS, "queue"),
        "sheet": desk.chosen("dialog", SHEETS),
        "into": desk.number("into"),
        "moderators": room.presence.roles().get(Role.MODERATOR.value, 0),
    }


def _waiting(view: Picture) -> list[Row]:
    """Return what waits for a decision, the oldest first: questions, and appeals still open."""
    return [
        row
        for row in view.rows
        if row["review"] == Review.WAITING or (row["appeal"] and row["appeal"]["open"])
    ]


async def _current(desk: Desk, waiting: list[Row]) -> Row | None:
    """Return the question in hand: the one asked for, else the oldest nobody else has opened."""
    wanted, mine = desk.number(), desk.view.me["person"]
    chosen = await shown(desk.entrance.room, Stream.DESK, wanted)
    free = (r for r in waiting if not r["claimed"] or r["claimed"]["person"] == mine)
    return chosen or next(free, None)


async def _alike(desk: Desk, current: Row | None) -> list[Row]:
    if current is None:
        return []
    ranks = {row["number"]: row["rank"] for row in desk.view.ranked}
    rows = [await shown(desk.entrance.room, Stream.DESK, number) for number in current["alike"]]
    return [row | {"rank": ranks.get(row["number"])} for row in rows if row is not None]


def _referring(desk: Desk) -> dict[str, str]:
    """Return what stands in the form of a return that refers to a published answer."""
    answer = desk.query.get("answer", "")
    if not _ANSWER.fullmatch(answer):
        return {}
    note = f"{desk.entrance.site.base_url}/archive/{answer}"
    return {"reason": Reason.ALREADY_ANSWERED.value, "note": note}


PAGE = StaffPage("moderation", Role.MODERATOR, Stream.DESK, _shows)
