"""The organiser's page: the evening in figures and switches, its end, and the record after it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Review, Role, Show, Stream
from dialog.forum.organising import left
from dialog.forum.refusals import Refusal
from dialog.forum.session import Session
from dialog.forum.views import Row, row
from dialog.web import forms
from dialog.web.blackening import mark, texts
from dialog.web.entrance import staff
from dialog.web.errors import STATUS
from dialog.web.news import untold
from dialog.web.pages.promises import promised
from dialog.web.pages.staff import Desk, StaffPage, numbered
from dialog.web.picture import Picture, shown

TABS = frozenset({"evening", "publish"})
SHEETS = frozenset({"begin", "cancel", "close", "pause", "publish", "conclude", "unreached"})
AT_ONCE = 200  # questions in a list: the others are found by their number, and in the preview


async def _shows(desk: Desk) -> dict[str, Any]:
    view, room, wanted = desk.view, desk.entrance.room, desk.number()
    presence = room.presence
    ended = view.session["phase"] in (Phase.CLOSED, Phase.PUBLISHED)
    marking = None
    if desk.form.get("do") == "mark":
        marking = await room.read(lambda session, _board: mark(session, desk.form, wanted))
    holder = desk.entrance.visitor.holder
    return {
        "office": holder is not None and Role.ORGANISER in holder.offices,
        "present": presence.roles() | {"people": presence.people},
        "oldest": _oldest(view),
        "answered": view.answered,
        "promises": await promised(desk.entrance),
        "untold": await untold(desk.entrance.site, room.slug),
        "upvotes": sum(row["upvotes"] for row in view.rows if row["public"]),
        "tab": desk.chosen("tab", TABS, "publish" if ended else "evening"),
        "confirm": desk.chosen("confirm", SHEETS),
        "current": await shown(room, Stream.DESK, wanted),
        **await room.read(lambda session, _board: _care(session, wanted)),
        "marking": None if isinstance(marking, Refusal) else marking,
        **await room.read(lambda session, _board: closing(session)),
    }


def _oldest(view: Picture) -> str | None:
    """Return since when the oldest question waits."""
    waiting = (row["asked"] for row in view.rows if row["review"] == Review.WAITING)
    return min(waiting, default=None)


def _care(session: Session, number: int) -> dict[str, Any]:
    """Return what of a question can be blackened, or why it was taken out."""
    question = session.questions.get(number)
    if question is None or question.removed:
        return {"texts": [], "removed": session.text(question.removed) if question else ""}
    return {"texts": texts(session, question), "removed": ""}


def closing(session: Session) -> dict[str, Any]:
    """Return what stands between the evening and its record, and what that will hold.

    Counted over all questions: of very many, a stream carries the first.
    """
    questions = session.questions.values()
    recorded = [q for q in questions if q.public and not q.removed]
    named = [q for q in recorded if q.wording.show is Show.NAME and session.text(q.wording.name)]
    answers = [q.answer for q in recorded if q.answer]
    waiting = [q for q in questions if q.standing.review is Review.WAITING]
    still_open = [q for q in questions if q.stageable]
    ends = [(q, Review.UNREVIEWED.value) for q in waiting]
    ends += [(q, left(q).value) for q in still_open]
    return {
        "still_open": len(still_open),
        "open_for_stage": sum(not q.public for q in still_open),
        "unreleased": sum(not answer.released for answer in answers),
        "endings": [
            {"number": q.number, "text": session.text(q.wording.text), "becomes": becomes}
            for q, becomes in ends[:AT_ONCE]
        ],
        "holds": {
            "questions": len(recorded),
            "answers": sum(answer.released for answer in answers),
            "promises": sum(q.result.outcome == "promised" for q in recorded),
            "names": len(named),
            "lasting": sum(q.wording.archive for q in named),
        },
        "public": [_row(session, question.number) for question in recorded[:AT_ONCE]],
        "publics": len(recorded),
    }


def _row(session: Session, number: int) -> Row:
    return row(session, Stream.DESK, number) or {}


class OrganiserPage(StaffPage):
    """The page, which also shows what blackening will leave before anything is blackened."""

    async def act(self, request: Request) -> Response:
        """Give the command of a form, or show what it would come to."""
        form = await forms.read(request)
        if form.get("to") == Phase.CANCELLED and form.get("why", "").strip():
            return await self._cancel(request, form)
        if form.get("do") != "mark":
            return await StaffPage.act(self, request)
        entrance = await staff(request, self.role)
        slug, number = entrance.room.slug, numbered(form.get("number", ""))
        refusal = forms.check(request, entrance.visitor, form, slug, entrance.who.role)
        if not refusal:
            found = await entrance.room.read(lambda session, _board: mark(session, form, number))
            refusal = found if isinstance(found, Refusal) else None
        made = await self._page(request, entrance, form, refusal)
        if refusal:
            made.status_code = STATUS[refusal.code]
        return made

    async def _cancel(self, request: Request, form: dict[str, str]) -> Response:
        """Say to all why, then cancel: afterwards nothing can be said any more."""
        entrance = await staff(request, self.role)
        said = {"do": "banner", "text": form["why"], "token": form.get("token", "")}
        reply = await forms.command(request, entrance, said, stream=self.stream)
        if not isinstance(reply, Refusal):
            return await StaffPage.act(self, request)
        made = await self._page(request, entrance, form, reply)
        made.status_code = STATUS[reply.code]
        return made


PAGE = OrganiserPage("organiser", Role.ORGANISER, Stream.DESK, _shows)
