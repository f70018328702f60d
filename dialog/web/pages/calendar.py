"""A session for everyone's calendar."""

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Stream
from dialog.programme import Video
from dialog.web.entrance import floor
from dialog.web.picture import picture

REMIND = timedelta(minutes=30)


async def ics(request: Request) -> Response:
    """Return the session as iCalendar, with video address and dial-in number."""
    entrance = await floor(request)
    dialog, site = entrance.dialog, entrance.site
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    address = f"{site.base_url}/sessions/{dialog.slug}"
    event = Event()
    event.add("uid", f"{dialog.slug}@dialog-digital")
    event.add("dtstamp", datetime.fromtimestamp(site.clock() / 1000, UTC))
    event.add("dtstart", _local(str(view.session["starts"]), dialog.starts))
    event.add("dtend", _local(str(view.session["ends"]), dialog.ends))
    event.add("summary", f"Dialog digital: {dialog.title}")
    event.add("url", address)
    event.add("description", "\n".join((address, *_ways(entrance.dialog.video))))
    event.add("sequence", view.seq)
    if dialog.video:
        event.add("location", dialog.video.url)
    if view.session["phase"] == Phase.CANCELLED:
        event.add("status", "CANCELLED")
    else:
        event.add("status", "CONFIRMED")
        event.add_component(_alarm(dialog.title))
    calendar = Calendar()
    calendar.add("prodid", "-//Dialog digital//DE")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    headers = {"content-disposition": f'attachment; filename="{dialog.slug}.ics"'}
    return Response(calendar.to_ical(), 200, headers, "text/calendar; charset=utf-8")


def _local(instant: str, like: datetime) -> datetime:
    return datetime.fromisoformat(instant).astimezone(like.tzinfo)


def _ways(video: Video | None) -> list[str]:
    if video is None:
        return []
    access = f", Zugang {video.pin}" if video.pin else ""
    phone = [f"Telefon: {video.phone}{access}"] if video.phone else []
    return [f"Video: {video.url}", *phone]


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMIND)
    alarm.add("description", f"Dialog digital: {title}")
    return alarm
