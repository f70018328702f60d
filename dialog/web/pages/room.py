"""The room of a session for volunteers and readers, and its two forms: ask and upvote."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row
from dialog.web import forms
from dialog.web.entrance import Entrance, watching
from dialog.web.pages.session import keep_for_readers, session_page
from dialog.web.picture import may_ask, may_upvote, picture
from dialog.web.sentences import own_state

EMPTY = {"text": "", "background": "", "show": "", "district": ""}
NEEDS = frozenset({"returned", "next", "now"})


async def show(request: Request) -> Response:
    """Return the room."""
    return await _page(request, await watching(request), {}, None)


async def ask(request: Request) -> Response:
    """Take a question in from the form."""
    entrance = await watching(request)
    form = await forms.read(request)
    reply = await forms.command(request, entrance, form | {"do": "ask"})

    async def again(refusal: Refusal, typed: dict[str, str]) -> Response:
        return await _page(request, entrance, typed, refusal)

    back = f"/sessions/{entrance.dialog.slug}#more-t"
    return await forms.answer(request, reply, form, back, again)


async def upvote(request: Request) -> Response:
    """Take a support, or take one back."""
    entrance = await watching(request)
    form = await forms.read(request)
    number = request.path_params["number"]
    given = form | {"do": "upvote", "number": str(number)}
    reply = await forms.command(request, entrance, given)

    async def again(refusal: Refusal, _typed: dict[str, str]) -> Response:
        return await _page(request, entrance, {}, refusal)

    room = f"/sessions/{entrance.dialog.slug}"
    back = (
        f"{room}/questions/{number}" if form.get("back") == "question" else f"{room}#q-{number}-t"
    )
    return await forms.answer(request, reply, form, back, again)


async def _page(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    keep_for_readers(request, entrance, view)
    coming = view.next
    needs, more = _own(view.me["mine"], [row["number"] for row in coming])
    return session_page(
        request,
        "room",
        entrance,
        view,
        refusal,
        now_row=view.now,
        next=coming,
        ranking=view.ranking,
        answered=view.answered,
        mine_needs=needs,
        mine_more=more,
        may_ask=may_ask(view.session, entrance.who) or bool(form.get("text")),
        may_upvote=may_upvote(view.session, entrance.who),
        form=EMPTY | form,
    )


def _own(mine: list[Row], coming: list[int]) -> tuple[list[Row], list[Row]]:
    """Return one's own questions that need something, and the others; the newest first."""
    newest = mine[::-1]
    needs = [row for row in newest if own_state(row, coming) in NEEDS]
    return needs, [row for row in newest if row not in needs]
