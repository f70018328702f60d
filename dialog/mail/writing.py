"""A letter is written when it is sent: from what is so then, or not at all if it is over."""

import asyncio
import datetime as dt
from dataclasses import dataclass, replace
from email.headerregistry import Address
from typing import Final
from urllib.parse import urlsplit

from dialog.forum.names import SECOND, Phase
from dialog.forum.promises import Due, promises
from dialog.hub.room import Room
from dialog.mail.circulars import circular
from dialog.mail.delivery import Void, Written
from dialog.mail.letters import Told, write
from dialog.mail.message import Content, message
from dialog.mail.relay import deliverable
from dialog.mail.rendering import as_html, as_text
from dialog.store.guests import Guest
from dialog.store.outbox import Kind, Letter, Taken
from dialog.store.signins import GOOD_MS
from dialog.web.announcement import Announcement
from dialog.web.appointment import Appointment, appointment, ics, local, method
from dialog.web.catalogue import spoken
from dialog.web.page import link
from dialog.web.site import Site

WITH_CALENDAR: Final = frozenset[Kind]({"invitation", "test", "changed", "cancelled", "reminder"})
# What has begun needs no invitation any more, and no news of when it begins.
PERSONAL: Final = frozenset[Kind]({"invitation", "changed", "reminder"})
COMING: Final = frozenset({Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE})


@dataclass(frozen=True, slots=True)
class _Known:
    """What was gathered for a letter: facts, the appointment with its number, what it tells."""

    told: Told
    appointment: Appointment | None = None
    sequence: int = 0


class Writing:
    """Writes the letters of one site in the name of ``sender``."""

    def __init__(self, site: Site, sender: Address) -> None:
        self._site = site
        self._sender = sender
        self._host = urlsplit(site.base_url).hostname or "localhost"

    async def __call__(self, taken: Taken) -> Written:
        """Return a letter as it travels.

        Raise ``Void`` where it has nothing to say any more, ``NotTaken`` where its address is none.
        """
        letter = taken.letter
        to = deliverable(letter.address)
        known = await self._gather(taken)
        body = await asyncio.to_thread(self._compose, taken.id, letter, known, to)
        shown = known.appointment
        edition = {"sequence": known.sequence, "starts": shown.starts.isoformat()} if shown else {}
        return Written(to, body, edition)

    def _compose(self, id_: str, letter: Letter, known: _Known, to: str) -> bytes:
        lang = letter.lang
        if lang != spoken(lang):  # which no browser asks for by itself
            base = self._site.base_url
            led = f"{base}{link(known.told.link.removeprefix(base) or '/', lang)}"
            known = replace(known, told=replace(known.told, link=led))
        said = write(letter.kind, known.told)
        calendar, method_ = "", ""
        if known.appointment:
            address = known.told.link
            now = self._site.clock()
            made = ics(
                known.appointment, known.sequence, address, now, lang=lang, sender=self._sender
            )
            calendar, method_ = made.decode(), method(known.appointment)
        text, html = as_text(said, lang), as_html(said, lang)
        content = Content(lang, said.subject, text, html, calendar, method_, known.told.end)
        return message(content, id_, self._host, self._sender, to, self._site.clock())

    # --- what is so now --------------------------------------------------------------------------

    async def _gather(self, taken: Taken) -> _Known:
        letter = taken.letter
        told = Told(letter.lang, self._site.operator.name, self._write_to(), told=letter.told)
        if letter.kind == "signin":
            return _Known(self._signin(told, taken))
        if letter.kind in ("subscribe", "notice"):
            return _Known(await circular(self._site, told, letter))
        if letter.kind == "barrier":
            return _Known(replace(told, link=f"{self._site.base_url}/accessibility"))
        if not letter.slug:
            return _Known(replace(told, link=f"{self._site.base_url}/organiser/mail"))
        if letter.kind == "transcript":
            return _Known(await self._transcript(told, letter))
        room, dialog = self._site.hub.room(letter.slug), self._site.announcements.get(letter.slug)
        if room is None or dialog is None or dialog.rehearsal:
            raise Void
        if letter.kind == "promise_due":
            return _Known(await self._promise(told, room, dialog, letter))
        return await self._session(told, room, dialog, letter)

    def _signin(self, told: Told, taken: Taken) -> Told:
        """Return what is known of a sign-in, or of roles that wait for somebody's first one."""
        letter = taken.letter
        if "roles" in letter.told:
            dialog = self._site.announcements.get(letter.slug)
            link = f"{self._site.base_url}/signin"
            if dialog is None:
                return replace(told, link=link)
            return replace(told, link=link, title=dialog.title, starts=dialog.starts)
        if self._site.clock() >= taken.made + GOOD_MS:
            raise Void
        sealed = self._site.signins.sealed(str(taken.letter.told["signin"]))
        link = f"{self._site.base_url}/signin/{sealed.token}"
        return replace(told, link=link, told={"code": sealed.code})

    async def _session(
        self, told: Told, room: Room, dialog: Announcement, letter: Letter
    ) -> _Known:
        shown = await appointment(room, dialog)
        phase = await room.read(lambda session, _board: session.phase)
        begun = shown.starts.timestamp() * SECOND <= self._site.clock()
        if letter.kind in PERSONAL and (phase not in COMING or begun):
            raise Void
        if letter.kind == "cancelled" and not shown.cancelled:
            raise Void
        base, slug = self._site.base_url, dialog.slug
        name, link = "", base
        if letter.kind in PERSONAL:
            name, link = await self._guest(slug, letter.person)
        elif letter.kind == "cancelled":
            name = (await self._invited(slug, letter.person)).name
        opens = await room.read(lambda session, _board: session.schedule.opens)
        known = replace(
            told,
            link=link,
            name=name,
            title=dialog.title,
            answerer=dialog.answerer,
            opens=local(opens, dialog.starts) if opens > self._site.clock() else None,
            starts=shown.starts,
            ends=shown.ends,
            video=dialog.video,
        )
        sequence = await self._site.editions.note(slug, shown.mark, shown.number)
        return _Known(known, shown, sequence)

    async def _invited(self, slug: str, person: int) -> Guest:
        guest = await self._site.guests.get(slug, person)
        if guest is None or guest.withdrawn:
            raise Void
        return guest

    async def _guest(self, slug: str, person: int) -> tuple[str, str]:
        """Return the name and the personal link of an invited volunteer."""
        guest = await self._invited(slug, person)
        try:
            token = await self._site.people.private_link(slug, person)
        except LookupError:
            raise Void from None
        return guest.name, f"{self._site.base_url}/sessions/{slug}/mine/{token}"

    async def _transcript(self, told: Told, letter: Letter) -> Told:
        guest = await self._invited(letter.slug, letter.person)
        record = await self._site.records.get(letter.slug)
        room, dialog = self._site.hub.room(letter.slug), self._site.announcements.get(letter.slug)
        if record is None or room is None or dialog is None or not guest.asked:
            raise Void
        shown = await appointment(room, dialog)
        return replace(
            told,
            link=f"{self._site.base_url}/archive/{letter.slug}",
            name=guest.name,
            title=dialog.title,
            answerer=dialog.answerer,
            starts=shown.starts,
            ends=shown.ends,
        )

    async def _promise(self, told: Told, room: Room, dialog: Announcement, letter: Letter) -> Told:
        """Return what is to be said of a promise; whoever kept it is not reminded of it."""
        today = dt.datetime.fromtimestamp(self._site.clock() / SECOND, dialog.starts.tzinfo).date()
        rows = await room.read(lambda session, _board: promises(session, today))
        number = letter.told["question"]
        row = next((one for one in rows if one["number"] == number), None)
        if row is None or row["due"] in {Due.KEPT, Due.OVERDUE}:
            raise Void
        return replace(
            told,
            link=f"{self._site.base_url}/sessions/{dialog.slug}/scribe?tab=promises",
            title=dialog.title,
            told={
                "question": number,
                "by": row["answer"]["by"],
                "until": row["answer"]["until"],
                "days": row["days"],
                "text": row["text"] if row["public"] else "",
            },
        )

    def _write_to(self) -> str:
        contact = self._site.operator.contact
        return contact.removeprefix("mailto:") or self._sender.addr_spec
