"""Who of the invited knows an older state of a session, or not that it is cancelled."""

from typing import Any, Final, NamedTuple

from dialog.forum.names import SECOND, Phase
from dialog.hub.room import Room
from dialog.store.outbox import Kind, Letter, Standing
from dialog.store.tables import Delivery
from dialog.web.announcement import Announcement
from dialog.web.appointment import Appointment, appointment
from dialog.web.site import Site

TELLING: Final = frozenset[Kind]({"invitation", "changed", "reminder"})
WENT: Final = frozenset({Delivery.SENT, Delivery.UNCLEAR})
UNDER_WAY: Final = frozenset({Delivery.WAITING, Delivery.SENDING})
COMING: Final = frozenset({Phase.ANNOUNCED, Phase.OPEN})


class News(NamedTuple):
    """Letters that nobody has put in yet, all of one kind, and what is so now."""

    kind: Kind
    letters: list[Letter]
    now: Appointment


async def news(site: Site, room: Room, dialog: Announcement, once: str = "") -> News:
    """Return what the invited do not know; of a session that has begun there is none.

    Letters that are put in with the same ``once`` are sent once.
    """
    slug = dialog.slug
    now = await appointment(room, dialog)
    phase = await room.read(lambda session, _board: session.phase)
    kind: Kind = "cancelled" if now.cancelled else "changed"
    begun = now.starts.timestamp() * SECOND <= site.clock()
    coming = phase in COMING and not begun
    if dialog.rehearsal or not (now.cancelled or coming):
        return News(kind, [], now)
    sequence = await site.editions.sequence(slug, now.mark, now.number)
    standing = await site.outbox.standing(slug)
    gone = await site.outbox.gone(slug, TELLING)
    guests = [one for one in await site.guests.all(slug) if not one.withdrawn]
    letters = []
    for one in guests:
        last = gone.get(one.person)
        told = last and _unknown(last, standing[one.person], kind, sequence)
        if told is not None:
            to = one.address, one.lang, slug, one.person
            letters.append(Letter(kind, *to, told, once=once))
    return News(kind, letters, now)


async def untold(site: Site, slug: str) -> dict[str, Any]:
    """Return of which kind the news of a session are, and to how many of the invited."""
    room, dialog = site.hub.room(slug), site.announcements.get(slug)
    if room is None or dialog is None:
        return {"kind": "changed", "count": 0}
    found = await news(site, room, dialog)
    return {"kind": found.kind, "count": len(found.letters)}


def _unknown(
    last: Standing, letters: tuple[Standing, ...], kind: Kind, sequence: int
) -> dict[str, Any] | None:
    """Return what somebody was told before, None where they know what is so, or soon will."""
    if any(one.kind == kind and one.state in UNDER_WAY for one in letters):
        return None
    if kind == "cancelled":
        return None if any(one.kind == kind and one.state in WENT for one in letters) else {}
    if last.told.get("sequence", sequence) >= sequence:
        return None
    return {"starts": last.told["starts"]}
