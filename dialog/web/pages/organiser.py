"""The organiser's page: the evening in figures and switches, its end, and the record after it."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Review, Role, Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.pages.staff import commanded, shown
from dialog.web.picture import Picture, picture

TABS = frozenset({"evening", "publish"})
SHEETS = frozenset({"cancel", "close", "pause", "publish", "conclude"})


async def show(request: Request) -> Response:
    """Return the organiser's page."""
    return await shown(request, Role.ORGANISER, _page)


async def act(request: Request) -> Response:
    """Give an organiser's command."""
    return await commanded(request, Role.ORGANISER, Stream.DESK, _page)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.DESK, entrance.who)
    presence = entrance.room.presence
    sheet = request.query_params.get("dialog", "")
    ended = view.session["phase"] in ("closed", "published")
    tab = request.query_params.get("tab", "publish" if ended else "evening")
    return page(
        request,
        "organiser",
        entrance.visitor,
        acting=entrance.who.role,
        slug=entrance.dialog.slug,
        dialog=entrance.dialog,
        session=view.session,
        present=presence.roles() | {"people": presence.people},
        oldest=_oldest(view),
        now_row=view.now,
        rows=view.rows,
        ranking=view.ranking,
        answered=view.answered,
        upvotes=sum(row["upvotes"] for row in view.rows if row["public"]),
        tab=tab if tab in TABS else "evening",
        sheet=sheet if sheet in SHEETS else "",
        current=_current(view, form.get("number") or request.query_params.get("number", "")),
        form=form,
        refusal=spoken(request, refusal) if refusal else None,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{entrance.dialog.slug}/live",
    )


def _current(view: Picture, wanted: str) -> Row | None:
    """Return the question whose record is worked on."""
    return next((row for row in view.rows if str(row["number"]) == wanted), None)


def _oldest(view: Picture) -> str | None:
    """Return since when the oldest question waits."""
    waiting = (row["asked"] for row in view.rows if row["review"] == Review.WAITING)
    return min(waiting, default=None)
