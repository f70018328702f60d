"""The record as it will be published, for those who prepare it."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Role, Show
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript
from dialog.forum.transcript import transcript as recorded
from dialog.web.entrance import staff
from dialog.web.errors import Refused
from dialog.web.pages import transcript
from dialog.web.pages.organiser import closing
from dialog.web.press import pressed

RECORDED = (Phase.CLOSED, Phase.PUBLISHED)


async def show(request: Request) -> Response:
    """Return the record by the archive's own page, with a way from each question to its care."""
    entrance = await staff(request, Role.SCRIBE)
    slug, room, who = entrance.room.slug, entrance.room, entrance.who
    phase, told, preview = await room.read(lambda session, _board: _read(session))
    if phase not in RECORDED:
        raise Refused(Refusal(Code.CONFLICT, state=phase))
    if not told.published:
        told = replace(told, published=room.now, changed=room.now)
    organises = who.role is Role.ORGANISER
    care = f"/sessions/{slug}/{'organiser?tab=publish&' if organises else 'scribe?'}number="
    made = await pressed(
        transcript.shown,
        request,
        entrance.site.record(slug, told),
        entrance.visitor,
        acting=who.role,
        slug=slug,
        preview=preview | {"care": care, "phase": phase, "organises": organises},
    )
    made.headers["x-robots-tag"] = "noindex"
    return made


def _read(session: Session) -> tuple[Phase, Transcript, dict[str, Any]]:
    names = {
        q.number: q.wording.archive
        for q in session.questions.values()
        if q.public and q.wording.show is Show.NAME and session.text(q.wording.name)
    }
    state = closing(session)
    preview = {key: state[key] for key in ("still_open", "unreleased", "holds")}
    return session.phase, recorded(session), preview | {"names": names}
