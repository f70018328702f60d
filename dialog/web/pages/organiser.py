"""The organiser's page: the evening in figures and switches, its end, and the record after it."""

from typing import Any

from dialog.forum.names import Phase, Review, Role, Stream
from dialog.forum.organising import written
from dialog.forum.session import Session
from dialog.web.pages.promises import promised
from dialog.web.pages.staff import Desk, StaffPage
from dialog.web.picture import Picture

TABS = frozenset({"evening", "publish"})
SHEETS = frozenset({"cancel", "close", "pause", "publish", "conclude"})


async def _shows(desk: Desk) -> dict[str, Any]:
    view, presence, wanted = desk.view, desk.entrance.room.presence, desk.number()
    ended = view.session["phase"] in (Phase.CLOSED, Phase.PUBLISHED)
    return {
        "present": presence.roles() | {"people": presence.people},
        "oldest": _oldest(view),
        "answered": view.answered,
        "promises": await promised(desk.entrance),
        "upvotes": sum(row["upvotes"] for row in view.rows if row["public"]),
        "tab": desk.chosen("tab", TABS, "publish" if ended else "evening"),
        "confirm": desk.chosen("confirm", SHEETS),
        "written": await desk.entrance.room.read(lambda session, _board: _written(session, wanted)),
        "current": next((row for row in view.rows if row["number"] == wanted), None),
    }


def _oldest(view: Picture) -> str | None:
    """Return since when the oldest question waits."""
    waiting = (row["asked"] for row in view.rows if row["review"] == Review.WAITING)
    return min(waiting, default=None)


def _written(session: Session, number: int) -> str:
    """Return what was written for an answer that nobody has handed in: it can be blackened, too."""
    question = session.questions.get(number)
    return session.text(written(session, question)) if question else ""


PAGE = StaffPage("organiser", Role.ORGANISER, Stream.DESK, _shows)
