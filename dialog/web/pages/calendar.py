"""A session for everyone's calendar."""

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.refusals import Code, Refusal
from dialog.web.appointment import appointment, ics
from dialog.web.entrance import floor
from dialog.web.errors import Refused


async def show(request: Request) -> Response:
    """Return the session as iCalendar.

    Where readers may not watch, its video address is for who takes part.
    """
    entrance = await floor(request)
    dialog, site = entrance.dialog, entrance.site
    if dialog.rehearsal:
        raise Refused(Refusal(Code.UNKNOWN))
    whole = await appointment(entrance.room, dialog)
    sequence = await site.editions.sequence(dialog.slug, whole.mark, whole.number)
    shown = whole if dialog.readers or entrance.who.person else whole.unseen()
    body = ics(shown, sequence, f"{site.base_url}/sessions/{dialog.slug}", site.clock())
    headers = {"content-disposition": f'attachment; filename="{dialog.slug}.ics"'}
    return Response(body, 200, headers, "text/calendar; charset=utf-8")
