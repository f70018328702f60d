"""The promises of a session for whoever works them off: as they stand today, and as a calendar."""

import datetime as dt

from icalendar import Alarm, Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import SECOND, Role
from dialog.forum.promises import NEAR, SOON, Due, promises
from dialog.forum.views import Row
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.entrance import Entrance, staff
from dialog.web.language import language
from dialog.web.sentences import say

HOUR = 9  # an alarm in the night wakes people or is wiped away
SUMMARY = {
    False: N_("Zusage fällig: {by}"),
    True: N_("Zusage eingelöst: {by}"),
}


async def promised(entrance: Entrance) -> list[Row]:
    """Return the promises as they stand today in the session's zone, by the server's clock."""
    zone = entrance.dialog.starts.tzinfo
    today = dt.datetime.fromtimestamp(entrance.room.now / SECOND, zone).date()
    return await entrance.room.read(lambda session, _board: promises(session, today))


async def ics(request: Request) -> Response:
    """Return the promises as iCalendar.

    They are events of a whole day: Outlook, Google and the calendars of telephones take in no
    to-dos. A kept one is cancelled under the same identifier.
    """
    entrance = await staff(request, Role.SCRIBE)
    calendar = Calendar()
    calendar.add("prodid", "-//Dialog digital//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in await promised(entrance):
        calendar.add_component(_event(entrance, row, language(request)))
    name = f'attachment; filename="{entrance.dialog.slug}-promises.ics"'
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return Response(calendar.to_ical(), 200, headers, "text/calendar; charset=utf-8")


def _event(entrance: Entrance, row: Row, lang: str) -> Event:
    """Return a promise's event; its journal number counts its versions.

    Calendars lie with others: what names a case is read on our own page only.
    """
    slug, answer, kept = entrance.dialog.slug, row["answer"], row["due"] == Due.KEPT
    address = f"{entrance.site.base_url}/sessions/{slug}/scribe?tab=promises"
    event = Event()
    event.add("uid", f"{slug}-{row['number']}-promise@dialog-digital")
    event.add("dtstamp", dt.datetime.fromtimestamp(entrance.site.clock() / SECOND, dt.UTC))
    event.add("dtstart", dt.date.fromisoformat(answer["until"]))
    event.add("sequence", row["rev"])
    summary = say(SUMMARY[kept], lang).format(by=answer["by"])
    event.add("summary", summary)
    words = (row["text"], answer["text"]) if row["public"] else ()
    event.add("description", "\n\n".join((*words, address)))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if kept else "CONFIRMED")
    for days in () if kept else (SOON, NEAR):
        event.add_component(_alarm(days, summary))
    return event


def _alarm(days: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", dt.timedelta(hours=HOUR) - dt.timedelta(days=days))
    alarm.add("description", summary)
    return alarm
