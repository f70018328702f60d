"""All public questions of a session, in pages: whatever a room has no place for is reached here."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Phase, Stream
from dialog.web.entrance import watching
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.pages.session import session_page
from dialog.web.picture import may_upvote, picture
from dialog.web.site import site_of

DIGITS = 6


async def show(request: Request) -> Response:
    """Return one page of all questions."""
    entrance = await watching(request)
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    if view.session["phase"] == Phase.PUBLISHED:
        address = f"/archive/{entrance.dialog.slug}"
        return RedirectResponse(link(address, chosen(request)), 303)
    wanted = request.query_params.get("page", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) <= DIGITS else 1
    listed = await site_of(request).standings.page(entrance.room, entrance.who, number)
    return session_page(
        request,
        "questions",
        entrance,
        view,
        listed=listed,
        may_upvote=may_upvote(view.session, entrance.who),
    )
