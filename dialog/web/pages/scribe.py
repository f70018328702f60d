"""The scribe's desk: the answer being written, what is still open, what waits for release."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Outcome, Role, Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.pages.staff import commanded, shown
from dialog.web.picture import Picture, picture

TABS = frozenset({"now", "open", "release"})


async def show(request: Request) -> Response:
    """Return the scribe's desk."""
    return await shown(request, Role.SCRIBE, _page)


async def act(request: Request) -> Response:
    """Give the scribe's command."""
    return await commanded(request, Role.SCRIBE, Stream.STAGE, _page)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.STAGE, entrance.who)
    tab = request.query_params.get("tab", "now")
    return page(
        request,
        "scribe",
        entrance.visitor,
        acting=entrance.who.role,
        slug=entrance.dialog.slug,
        dialog=entrance.dialog,
        session=view.session,
        now_row=view.now,
        next=view.next,
        current=_current(view, form.get("number") or request.query_params.get("number", "")),
        open=_open(view),
        release=[row for row in view.rows if row["pending"]],
        tab=tab if tab in TABS else "now",
        form=form,
        refusal=spoken(request, refusal) if refusal else None,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{entrance.dialog.slug}/live",
    )


def _current(view: Picture, wanted: str) -> Row | None:
    """Return the question that is written on: the one asked for, else the one on the stage."""
    return next((row for row in view.rows if str(row["number"]) == wanted), view.now)


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
