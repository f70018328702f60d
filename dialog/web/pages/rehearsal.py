"""The way into a rehearsal for whoever plays it: a signed token, and for it an invitation."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import Refused
from dialog.web.site import site_of

MODERATES = "Moderation (simuliert)"
GOOD_FOR_S = 10 * 60


async def enter(request: Request) -> Response:
    """Give the bearer of a rehearsal's token what volunteers and a moderator come in with.

    Nothing is lifted for them: volunteers join by the form, with the code where one is asked for,
    and the moderator enters by an invitation as any member of staff. A real session is refused.
    """
    site, slug = site_of(request), str(request.path_params["slug"])
    dialog = site.announcements.get(slug)
    if dialog is None or site.hub.room(slug) is None:  # deleted ones are still announced
        raise Refused(Refusal(Code.UNKNOWN))
    if not dialog.rehearsal:
        raise Refused(Refusal(Code.FORBIDDEN, field="real"))
    _, _, token = request.headers.get("authorization", "").partition("Bearer ")
    if site.seals.read_rehearsal(token) != slug:
        raise Refused(Refusal(Code.FORBIDDEN, field="bearer"))
    wait = site.staff.take((slug, "rehearsal"), site.clock() / 1000)
    if wait:
        raise Refused(Refusal(Code.TOO_FAST, retry_ms=int(wait * 1000) + 1))
    invitation = await site.people.invite(slug, Role.MODERATOR, MODERATES, GOOD_FOR_S)
    body = msgspec.json.encode({"enter": f"/enter/{invitation}", "code": dialog.code})
    return Response(body, 200, {"cache-control": "no-store"}, "application/json")
