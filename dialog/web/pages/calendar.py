"""A session for everyone's calendar."""

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Phase, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.programme import Video
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import Refused
from dialog.web.picture import Picture, picture

REMIND = timedelta(minutes=30)


async def ics(request: Request) -> Response:
    """Return the session as iCalendar."""
    entrance = await floor(request)
    if entrance.dialog.rehearsal:
        raise Refused(Refusal(Code.UNKNOWN))
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    calendar = Calendar()
    calendar.add("prodid", "-//Dialog digital//DE")
    calendar.add("version", "2.0")
    calendar.add_component(_event(entrance, view))
    calendar.add_missing_timezones()
    headers = {"content-disposition": f'attachment; filename="{entrance.dialog.slug}.ics"'}
    return Response(calendar.to_ical(), 200, headers, "text/calendar; charset=utf-8")


def _event(entrance: Entrance, view: Picture) -> Event:
    """Return the event; where readers may not watch, its video address is for who takes part."""
    dialog, site = entrance.dialog, entrance.site
    video = dialog.video if dialog.readers or entrance.who.person else None
    address = f"{site.base_url}/sessions/{dialog.slug}"
    event = Event()
    event.add("uid", f"{dialog.slug}@dialog-digital")
    event.add("dtstamp", datetime.fromtimestamp(site.clock() / 1000, UTC))
    event.add("dtstart", _local(str(view.session["starts"]), dialog.starts))
    event.add("dtend", _local(str(view.session["ends"]), dialog.ends))
    event.add("summary", f"Dialog digital: {dialog.title}")
    event.add("url", address)
    event.add("description", "\n".join((address, *_ways(video))))
    event.add("sequence", view.seq)
    if video:
        event.add("location", video.url)
    if view.session["phase"] == Phase.CANCELLED:
        event.add("status", "CANCELLED")
    else:
        event.add("status", "CONFIRMED")
        event.add_component(_alarm(dialog.title))
    return event


def _local(instant: str, like: datetime) -> datetime:
    """Return a moment in its session's zone; of an hour that comes twice a zone means the first."""
    moment = datetime.fromisoformat(instant)
    local = moment.astimezone(like.tzinfo)
    return moment if local.fold else local


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
