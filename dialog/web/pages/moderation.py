"""The moderators' desk: queue, running order, log."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Review, Role, Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.pages.staff import commanded, number, shown
from dialog.web.picture import Picture, log, picture

TABS = frozenset({"queue", "order", "log"})
SHEETS = frozenset({"return", "merge", "edit", "ask"})


async def show(request: Request) -> Response:
    """Return the desk."""
    return await shown(request, Role.MODERATOR, _page)


async def act(request: Request) -> Response:
    """Give a moderator's command."""
    return await commanded(request, Role.MODERATOR, Stream.DESK, _page)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.DESK, entrance.who)
    waiting = _waiting(view)
    current = _current(view, waiting, request, form)
    tab = request.query_params.get("tab", "queue")
    sheet = request.query_params.get("dialog", "")
    return page(
        request,
        "moderation",
        entrance.visitor,
        acting=entrance.who.role,
        slug=entrance.dialog.slug,
        dialog=entrance.dialog,
        session=view.session,
        waiting=waiting,
        current=current,
        alike=_alike(view, current),
        rows=view.rows,
        now_row=view.now,
        next=view.next,
        order=view.order,
        ranking=view.ranking,
        log=await entrance.room.read(lambda session, _board: log(session)),
        tab=tab if tab in TABS else "queue",
        sheet=sheet if sheet in SHEETS else "",
        into=number(request.query_params.get("into", "")),
        moderators=entrance.room.presence.roles().get(Role.MODERATOR.value, 0),
        form=form,
        refusal=spoken(request, refusal) if refusal else None,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{entrance.dialog.slug}/live",
    )


def _waiting(view: Picture) -> list[Row]:
    """Return what waits for a decision, the oldest first: questions, and appeals still open."""
    return [
        row
        for row in view.rows
        if row["review"] == Review.WAITING or (row["appeal"] and row["appeal"]["open"])
    ]


def _current(
    view: Picture, waiting: list[Row], request: Request, form: dict[str, str]
) -> Row | None:
    """Return the question in hand: the one asked for, else the oldest nobody else has opened."""
    wanted = number(form.get("number") or request.query_params.get("number", ""))
    chosen = next((row for row in view.rows if row["number"] == wanted), None)
    mine = view.me["person"]
    free = (r for r in waiting if not r["claimed"] or r["claimed"]["person"] == mine)
    return chosen or next(free, None)


def _alike(view: Picture, current: Row | None) -> list[Row]:
    if current is None:
        return []
    ranks = {row["number"]: row["rank"] for row in view.ranked}
    rows = {row["number"]: row for row in view.rows}
    return [
        rows[number] | {"rank": ranks.get(number)} for number in current["alike"] if number in rows
    ]
