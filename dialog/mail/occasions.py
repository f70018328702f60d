"""What puts letters into the outbox by itself: a session is near, a record public.

So do promises that fall due and notices that were published. Every look finds the same letters
again; each bears the mark of its occasion and is kept once.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import structlog

from dialog.forum.journal import Unavailable
from dialog.forum.names import SECOND, Outcome, Phase, Role
from dialog.forum.promises import NEAR, SOON, Due, promises
from dialog.forum.views import Row
from dialog.hub.room import Room
from dialog.mail.circulars import put
from dialog.store.accounts import Account
from dialog.store.guests import Guest
from dialog.store.outbox import Kind, Letter
from dialog.store.people import DAY, HOUR
from dialog.web.announcement import Announcement
from dialog.web.appointment import appointment
from dialog.web.site import Site

log = structlog.get_logger()

LOOK_S: Final = 60.0
FORTNIGHT: Final = 14 * DAY


class Occasions:
    """Looks once a minute at every session of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._marks: dict[str, bytes] = {}
        self._put: set[str] = set()
        self._hour = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable:  # later, then
                pass
            except Exception:
                log.exception("occasions for mail not looked after")
            await self._site.bulletin.wait(LOOK_S)  # who publishes a notice waits for no minute

    async def look(self) -> None:
        """Put what is due into the outbox, and count editions of what calendars show."""
        hour = self._site.clock() // HOUR
        if hour != self._hour:
            await self._site.outbox.tidy()
        for room, dialog in self._sessions():
            await self._edition(room, dialog)
            letters = [*await self._reminders(room, dialog), *await self._transcripts(room, dialog)]
            if hour != self._hour:
                letters += await self._promises(room, dialog)
            await self._send(letters)
        await put(self._site)
        self._hour = hour

    def _sessions(self) -> list[tuple[Room, Announcement]]:
        """Return the sessions that mail may leave for: a rehearsal sends nothing."""
        known = self._site.announcements
        rooms = [(room, known[room.slug]) for room in self._site.hub if room.slug in known]
        return [(room, dialog) for room, dialog in rooms if not dialog.rehearsal]

    async def _send(self, letters: Iterable[Letter]) -> None:
        new = {named: one for one in letters if (named := _named(one)) not in self._put}
        if new:
            await self._site.outbox.put(list(new.values()))
            self._put |= new.keys()

    async def _edition(self, room: Room, dialog: Announcement) -> None:
        shown = await appointment(room, dialog)
        if self._marks.get(dialog.slug) != shown.mark:
            await self._site.editions.note(dialog.slug, shown.mark, shown.number)
            self._marks[dialog.slug] = shown.mark

    async def _reminders(self, room: Room, dialog: Announcement) -> list[Letter]:
        """Return a reminder for whoever was invited more than a day before it begins.

        One for each day on which it was to begin: if it is moved to another one, they move, too.
        """
        now = self._site.clock()
        schedule = await room.read(lambda session, _board: session.schedule)
        phase = await room.read(lambda session, _board: session.phase)
        day_before = schedule.starts - DAY
        if phase not in {Phase.ANNOUNCED, Phase.OPEN} or not day_before <= now < schedule.starts:
            return []
        gone = await self._site.outbox.gone(dialog.slug, ["invitation"])
        went = {person for person, one in gone.items() if one.at < day_before}
        day = dt.datetime.fromtimestamp(schedule.starts / SECOND, dialog.starts.tzinfo).date()
        invited = await self._site.guests.all(dialog.slug)
        to = [one for one in invited if one.person in went and not one.withdrawn]
        return [_letter("reminder", one, dialog.slug, day.isoformat()) for one in to]

    async def _transcripts(self, room: Room, dialog: Announcement) -> list[Letter]:
        """Return the news that the record is public, for whoever asked for it."""
        published = await room.read(lambda session, _board: session.published_at)
        if not published or self._site.clock() > published + FORTNIGHT:
            return []
        if await self._site.records.get(dialog.slug) is None:
            return []
        invited = await self._site.guests.all(dialog.slug)
        to = [one for one in invited if one.asked and not one.withdrawn]
        return [_letter("transcript", one, dialog.slug, "published") for one in to]

    async def _promises(self, room: Room, dialog: Announcement) -> list[Letter]:
        """Return what reminds staff of promises: from 14 and from 3 days before, once each."""
        now = self._site.clock()
        today = dt.datetime.fromtimestamp(now / SECOND, dialog.starts.tzinfo).date()
        if not await room.read(lambda session, _board: session.outcomes[Outcome.PROMISED]):
            return []
        rows = await room.read(lambda session, _board: promises(session, today))
        near = [one for one in rows if one["due"] in {Due.NEAR, Due.SOON}]
        to = await self._keepers(dialog.slug) if near else {}
        return [_reminds(dialog.slug, row, account) for row in near for account in to.values()]

    async def _keepers(self, slug: str) -> dict[int, Account]:
        """Return who looks after promises: organisers of the programme, scribes of the session."""
        accounts = self._site.accounts
        offices = [one for one in await accounts.all() if Role.ORGANISER in one.roles]
        keeping = {Role.ORGANISER, Role.SCRIBE}
        seats = [one for one in await accounts.seated(slug) if keeping & one.roles]
        known = {one.account.id: one.account for one in (*offices, *seats)}
        return {id_: one for id_, one in known.items() if one.address}


def _letter(kind: Kind, guest: Guest, slug: str, once: str) -> Letter:
    return Letter(kind, guest.address, guest.lang, slug, guest.person, once=once)


def _reminds(slug: str, row: Row, account: Account) -> Letter:
    stage = NEAR if row["due"] == Due.NEAR else SOON
    once = f"{row['number']} {row['answer']['until']} {stage} {account.id}"
    told = {"question": row["number"]}
    return Letter("promise_due", account.address, account.lang, slug, told=told, once=once)


def _named(letter: Letter) -> str:
    return f"{letter.kind} {letter.slug} {letter.person} {letter.once}"
