"""The organiser's page: the evening in figures and switches, its end, and the record after it."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Outcome, Review, Role, Stream
from dialog.forum.refusals import Refusal
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.pages.staff import commanded, shown
from dialog.web.picture import Picture, picture

TABS = frozenset({"evening", "publish"})
STAFFED = (Role.MODERATOR, Role.MINISTER, Role.SCRIBE)


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
    counts, present = view.session["counts"], entrance.room.presence.roles()
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
        figures=counts,
        switches=view.session["accepts"] | {"paused": view.session["paused"]},
        present=present | {"people": entrance.room.presence.people},
        waiting_count=counts[Review.WAITING.value],
        open_count=counts[Outcome.OPEN.value],
        oldest=_oldest(view),
        now_row=view.now,
        rows=view.rows,
        ranking=view.ranking,
        answered=view.answered,
        checks=[{"role": role.value, "there": present.get(role.value, 0)} for role in STAFFED],
        upvotes=sum(row["upvotes"] for row in view.rows if row["public"]),
        tab=tab if tab in TABS else "evening",
        confirm=request.query_params.get("confirm", ""),
        form=form,
        refusal=spoken(request, refusal) if refusal else None,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{entrance.dialog.slug}/live",
    )


def _oldest(view: Picture) -> str | None:
    """Return since when the oldest question waits."""
    waiting = (row["asked"] for row in view.rows if row["review"] == Review.WAITING)
    return min(waiting, default=None)
