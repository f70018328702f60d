"""One question while its session lives."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.board import Board
from dialog.forum.names import Phase, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.views import Row
from dialog.web.entrance import watching
from dialog.web.errors import Refused
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.pages.session import keep_for_readers, session_page
from dialog.web.picture import picture, shown


async def show(request: Request) -> Response:
    """Return a public question, or where the question is that it was merged into."""
    entrance = await watching(request)
    number, slug = request.path_params["number"], entrance.dialog.slug
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    if view.session["phase"] == Phase.PUBLISHED:
        return RedirectResponse(link(f"/archive/{slug}/{number}", chosen(request)), 303)
    row = await shown(entrance.room, Stream.FLOOR, number)
    if row is None:
        kept = await entrance.room.read(lambda session, _board: _kept(session, number))
        if kept is None:
            raise Refused(Refusal(Code.UNKNOWN, number=number))
        return RedirectResponse(link(f"/sessions/{slug}/questions/{kept}", chosen(request)), 303)
    ranked = next((r for r in view.ranking if r["number"] == number), None)
    merged = await entrance.room.read(lambda session, board: _merged(session, board, number))
    supported = set(view.me["upvoted"])
    keep_for_readers(request, entrance, view)
    return session_page(
        request,
        "question",
        entrance,
        view,
        row=row,
        rank=ranked and ranked["rank"],
        on=bool(supported.intersection((number, *row["merged"]))),
        merged=merged,
    )


def _kept(session: Session, number: int) -> int | None:
    """Return the public question that a merged one was merged into."""
    if number not in session.questions:
        return None
    kept = session.root(number)
    return kept.number if kept.public and kept.number != number else None


def _merged(session: Session, _board: Board, number: int) -> list[Row]:
    return [
        {"number": q.number, "text": session.text(q.wording.text)} for q in session.tree(number)[1:]
    ]
