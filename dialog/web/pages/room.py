"""The room of a session for volunteers and readers, and its forms: ask, find similar, upvote."""

from secrets import SystemRandom

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row
from dialog.hub.ledger import Done
from dialog.web import forms, live
from dialog.web.entrance import Entrance, watching
from dialog.web.errors import STATUS, retry, wants_json
from dialog.web.pages.session import keep_for_readers, session_page
from dialog.web.picture import Picture, may_ask, may_upvote, picture
from dialog.web.sentences import own_state
from dialog.web.similar import Similar, resembling

EMPTY = {"text": "", "background": "", "show": "", "district": "", "archive": ""}
LITTLE = 3
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


async def similar(request: Request) -> Response:
    """Show what resembles the text in the form, which stays; a script asks for JSON."""
    if request.headers.get("content-type", "").lower().startswith("application/json"):
        return await live.likeness(request)
    entrance = await watching(request)
    form = await forms.read(request)
    refusal = forms.check(request, entrance.visitor, form, entrance.room.slug, entrance.who.role)
    found = refusal or await resembling(entrance, entrance.who, form.get("text", ""))
    if isinstance(found, Refusal):
        return await _refused(request, entrance, form, found)
    return await _page(request, entrance, form, None, found)


async def upvote(request: Request) -> Response:
    """Take a support, or take one back."""
    entrance = await watching(request)
    form = await forms.read(request)
    number = request.path_params["number"]
    given = form | {"do": "upvote", "number": str(number)}
    reply = await forms.command(request, entrance, given)
    if "text" in form and not wants_json(request):
        return await _supported(request, entrance, form, reply)

    async def again(refusal: Refusal, _typed: dict[str, str]) -> Response:
        return await _page(request, entrance, {}, refusal)

    room = f"/sessions/{entrance.dialog.slug}"
    back = (
        f"{room}/questions/{number}" if form.get("back") == "question" else f"{room}#q-{number}-t"
    )
    return await forms.answer(request, reply, form, back, again)


async def _supported(
    request: Request, entrance: Entrance, form: dict[str, str], reply: Done | Refusal
) -> Response:
    """Return the form as it was typed: the support was given to a question that resembles it."""
    if isinstance(reply, Refusal):
        return await _refused(request, entrance, form, reply)
    found = await resembling(entrance, entrance.who, form["text"])
    return await _page(request, entrance, form, None, None if isinstance(found, Refusal) else found)


async def _refused(
    request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal
) -> Response:
    made = await _page(request, entrance, form, refusal)
    made.status_code = STATUS[refusal.code]
    made.headers.update(retry(refusal))
    return made


async def _page(
    request: Request,
    entrance: Entrance,
    form: dict[str, str],
    refusal: Refusal | None,
    found: Similar | None = None,
) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    if entrance.who.role is Role.VOLUNTEER:
        entrance.site.attendance.see(entrance.room.slug, entrance.who.person)
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
        similar=found,
        near=await entrance.site.bulletin.finder(),
        little_seen=await _little_seen(entrance, view),
    )


async def _little_seen(entrance: Entrance, view: Picture) -> list[Row]:
    """Return a few questions that few have seen, drawn anew for each page: others get others."""
    known = {row["number"]: row for row in view.ranked}
    own = {row["number"] for row in view.me["mine"]}
    offered = (known[n] for n in await entrance.room.little_seen() if n in known)
    fitting = [row for row in offered if row["number"] not in own and not row["on"]]
    return SystemRandom().sample(fitting, min(LITTLE, len(fitting)))


def _own(mine: list[Row], coming: list[int]) -> tuple[list[Row], list[Row]]:
    """Return one's own questions that need something, and the others; the newest first."""
    newest = mine[::-1]
    needs = [row for row in newest if own_state(row, coming) in NEEDS]
    return needs, [row for row in newest if row not in needs]
