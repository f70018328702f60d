"""The stage: the question that is now, the next two, the list."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Refusal
from dialog.web.entrance import Entrance
from dialog.web.errors import spoken
from dialog.web.page import page
from dialog.web.pages.staff import commanded, number, shown
from dialog.web.picture import picture

VIEWS = frozenset({"now", "list", "background"})


async def show(request: Request) -> Response:
    """Return the stage."""
    return await shown(request, Role.MINISTER, _page)


async def act(request: Request) -> Response:
    """Give the stage's command."""
    return await commanded(request, Role.MINISTER, Stream.STAGE, _page)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.STAGE, entrance.who)
    shows = request.query_params.get("view", "now")
    return page(
        request,
        "stage",
        entrance.visitor,
        acting=entrance.who.role,
        slug=entrance.dialog.slug,
        dialog=entrance.dialog,
        session=view.session,
        now_row=view.now,
        next=view.next,
        ranking=view.ranking,
        message=view.session["message"],
        view=shows if shows in VIEWS else "now",
        page_number=number(request.query_params.get("page", "")) or 1,
        form=form,
        refusal=spoken(request, refusal) if refusal else None,
        me=view.me,
        epoch=view.epoch,
        seq=view.seq,
        live_path=f"/sessions/{entrance.dialog.slug}/live",
    )
