"""A session as calendars show it, on its page and in letters."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from hashlib import blake2b
from typing import Final

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from dialog.forum.board import Board
from dialog.forum.names import SECOND, Phase
from dialog.forum.session import Session
from dialog.hub.room import Room
from dialog.programme import Video
from dialog.web.announcement import Announcement
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.sentences import say

REMIND: Final = timedelta(hours=1)
SUMMARY: Final = N_("Dialog digital: {title}")
VIDEO: Final = N_("Video: {url}")
PHONE: Final = N_("Telefon: {phone}")
PIN: Final = N_("Telefon: {phone}, Zugang {pin}")


@dataclass(frozen=True, slots=True)
class Appointment:
    """What calendars show of a session; ``number`` is that of its journal's last entry."""

    slug: str
    title: str
    starts: datetime
    ends: datetime
    video: Video | None
    cancelled: bool
    number: int

    @property
    def mark(self) -> bytes:
        """What another edition has another one of."""
        shown = self.title, self.starts.isoformat(), self.ends.isoformat(), self.cancelled
        return blake2b(repr((*shown, _ways(self.video, "de"))).encode(), digest_size=16).digest()

    def unseen(self) -> "Appointment":
        """Return it for those who may not know where it is seen and heard."""
        return replace(self, video=None)


async def appointment(room: Room, dialog: Announcement) -> Appointment:
    """Return a session's appointment as it stands now, times in its zone."""

    def read(session: Session, _board: Board) -> tuple[int, int, bool, int]:
        times = session.schedule
        return times.starts, times.ends, session.phase is Phase.CANCELLED, session.seq

    starts, ends, cancelled, number = await room.read(read)
    first, last = local(starts, dialog.starts), local(ends, dialog.starts)
    return Appointment(dialog.slug, dialog.title, first, last, dialog.video, cancelled, number)


def ics(
    one: Appointment,
    sequence: int,
    address: str,
    now: int,
    *,
    lang: str = "de",
    sender: Address | None = None,
) -> bytes:
    """Return an appointment as iCalendar, made at ``now`` (ms UTC).

    ``address`` is where it leads to. A letter's file names its ``sender``, and by a method what a
    calendar is to do with it.
    """
    made = Calendar()
    made.add("prodid", "-//Dialog digital//DE")
    made.add("version", "2.0")
    if sender:
        made.add("method", method(one))
    made.add_component(_event(one, sequence, address, now, lang, sender))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def method(one: Appointment) -> str:
    """Return what a calendar is to do with a letter's file."""
    return "CANCEL" if one.cancelled else "PUBLISH"


def _event(
    one: Appointment, sequence: int, address: str, now: int, lang: str, sender: Address | None
) -> Event:
    event = Event()
    summary = say(SUMMARY, lang).format(title=one.title)
    event.add("uid", f"{one.slug}@dialog-digital")
    event.add("dtstamp", datetime.fromtimestamp(now / SECOND, UTC))
    event.add("dtstart", one.starts)
    event.add("dtend", one.ends)
    event.add("summary", summary)
    event.add("url", address)
    event.add("description", "\n".join((address, *_ways(one.video, lang))))
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    if sender:
        organiser = vCalAddress(f"mailto:{sender.addr_spec}")
        organiser.params["cn"] = vText(sender.display_name or "Dialog digital")
        event.add("organizer", organiser)
    if one.video:
        event.add("location", one.video.url)
    if not one.cancelled:
        event.add_component(_alarm(summary))
    return event


def local(instant: int, like: datetime) -> datetime:
    """Return a moment in its session's zone; of an hour that comes twice a zone means the first."""
    moment = datetime.fromtimestamp(instant / SECOND, UTC)
    local = moment.astimezone(like.tzinfo)
    return moment if local.fold else local


def _ways(video: Video | None, lang: str) -> list[str]:
    if video is None:
        return []
    spoken = say(PIN if video.pin else PHONE, lang).format(phone=video.phone, pin=video.pin)
    return [say(VIDEO, lang).format(url=video.url), *([spoken] if video.phone else [])]


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMIND)
    alarm.add("description", summary)
    return alarm
