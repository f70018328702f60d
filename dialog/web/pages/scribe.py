"""The scribe's desk: the answer being written, what is still open, what was promised."""

from typing import Any

from dialog.forum.names import Outcome, Phase, Role, Stream
from dialog.forum.staging import came
from dialog.forum.versions import version_rows
from dialog.forum.views import Row, instant
from dialog.web.difference import difference_in_full
from dialog.web.pages.promises import promised
from dialog.web.pages.staff import Desk, StaffPage
from dialog.web.picture import Picture, shown

TABS = frozenset({"now", "open", "release", "promises", "versions"})


async def _shows(desk: Desk) -> dict[str, Any]:
    view, room = desk.view, desk.entrance.room
    wanted = await shown(room, Stream.STAGE, desk.number())
    ended = view.session["phase"] == Phase.PUBLISHED
    current = wanted or (None if ended else view.now)
    return {
        "current": current,
        "open": _open(view),
        "release": [row for row in view.rows if row["pending"]],
        "promises": await promised(desk.entrance),
        "tab": desk.chosen("tab", TABS, "promises" if ended else "now"),
        "came": await _came(desk, current),
        **await _versions(desk, current),
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


async def _came(desk: Desk, current: Row | None) -> str | None:
    """Return when the current question came on the stage, also after it has left it."""
    number = int(current["number"]) if current else 0
    room = desk.entrance.room
    return instant(await room.read(lambda session, _board: number and came(session, number)))


async def _versions(desk: Desk, current: Row | None) -> dict[str, Any]:
    """Return the versions of the current answer where they are asked for, and the chosen one.

    ``difference`` leads from the chosen version to the text as it stands.
    """
    chosen = desk.number("version")
    if current is None or not (chosen or desk.query.get("tab") == "versions"):
        return {"versions": [], "version": None, "difference": ()}
    number, stands = int(current["number"]), _stands(current)
    room = desk.entrance.room
    rows = await room.read(lambda session, _board: version_rows(session, number))
    version = next((row for row in rows if row["event"] == chosen), None)
    changed = difference_in_full(version["text"], stands) if version else ()
    return {"versions": rows, "version": version, "difference": changed}


def _stands(row: Row) -> str:
    """Return the text from which one writes on: the draft, else what was handed in or released."""
    latest = row["draft"] or row["pending"] or row["answer"]
    return str(latest["text"]) if latest else ""


STAYING = frozenset({"draft", "take"})
PAGE = StaffPage("scribe", Role.SCRIBE, Stream.STAGE, _shows, STAYING)
