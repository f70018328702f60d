"""The sessions that were declared: their rooms while they last, and their records for good."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from dialog.archive import folder
from dialog.archive.bundle import Heading, bundle
from dialog.archive.founding import founding
from dialog.edge.frames import text_frame
from dialog.forum.events import Entry
from dialog.forum.evolve import replay
from dialog.forum.journal import Batch, Place, Unavailable
from dialog.forum.names import SECOND, SYSTEM, Phase
from dialog.forum.refusals import Code, Refusal
from dialog.forum.retention import MONTH
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript, transcript
from dialog.hub.hub import Hub
from dialog.hub.ledger import line
from dialog.hub.limits import Spent
from dialog.hub.room import Room, Timing
from dialog.programme import Declaration
from dialog.purging import Persons
from dialog.store.journal import Journal
from dialog.store.people import People
from dialog.store.transcripts import Transcripts
from dialog.web.announcement import announce, declare, plain
from dialog.web.formats import Formats

log = structlog.get_logger()


class Kept(NamedTuple):
    """Where a session's journal, people and record are kept."""

    journal: Journal
    people: People
    persons: Persons
    transcripts: Transcripts
    formats: Formats


class Declared:
    """All sessions of this server but drafts, rehearsals among them."""

    def __init__(
        self,
        declarations: Iterable[Declaration],
        root: Path,
        kept: Kept,
        hub: Hub,
        *,
        timing: Timing,
        charge: Callable[[Spent], None],
        clock: Callable[[], int],
    ) -> None:
        """``root`` holds the sessions' folders; the clock is in ms UTC."""
        self._known = {d.slug: d for d in declarations if not (d.draft or d.rehearsal_until)}
        self.announcements = {slug: announce(d) for slug, d in self._known.items()}
        self._root = root
        self._journal, self._people, self._persons, self._transcripts, self._formats = kept
        self._hub = hub
        self._timing = timing
        self._charge = charge
        self._clock = clock

    def __iter__(self) -> Iterator[Declaration]:
        """Go through all that are no rehearsals."""
        return iter([one for one in self._known.values() if not one.rehearsal_until])

    async def publish(self, slug: str, transcript: Transcript) -> None:
        """Keep a session's public record in the database and in its folder.

        Volunteers part before it stands there for the first time; who comes back later by a private
        link may stay.
        """
        record = self.record(slug, transcript)
        kept = await self._transcripts.get(slug)
        if kept is None:
            self._hub.ended.update(await self._people.part(slug))
            await self._persons.let_go(slug, whole=False)
        if record != kept:  # every start hands it on again
            await self._transcripts.save(slug, record)
        await asyncio.to_thread(folder.write, self._root / slug, record)
        self._formats.lay(record)

    def record(self, slug: str, transcript: Transcript) -> dict[str, Any]:
        """Return a session's record as it is published."""
        return bundle(heading(self._known[slug]), transcript)

    async def take_in(self, slug: str) -> bool:
        """Take in the record in a folder, and tell whether it stands for the session.

        A session that has its journal here is its own record; a file that cannot be read opens no
        second evening under an old name.
        """
        if await self._journal.known(slug):
            return False
        try:
            record = await asyncio.to_thread(folder.read, self._root / slug)
        except folder.NoRecord as error:
            log.warning("record not read", fault=str(error))
            return True
        if record is not None:
            await self._transcripts.save(slug, record)
            self._formats.lay(record)
        return record is not None

    async def adopt(self, slug: str) -> str:
        """Let the journal of a session begin with the record in its folder; return why not.

        Names in a record of a month ago may stay: those that might not are gone from it.
        """
        if await self._journal.known(slug):
            return f"{slug} is a session of this server already."
        try:
            record = folder.read(self._root / slug)
        except folder.NoRecord as fault:
            return str(fault)
        if record is None or slug not in self._known:
            return f"There is no record of {slug}, or its session.toml cannot be read."
        published = datetime.fromisoformat(record["published"]).timestamp() * SECOND
        named = self._clock() >= published + MONTH
        fact = founding(record, named=named)
        entry = Entry(1, self._clock(), SYSTEM.person, fact.event, fact.texts)
        session = replay([entry])
        lines = tuple(line(session, number) for number in session.questions)
        batch = Batch((entry,), lines=lines, phase=session.phase)
        opened = await self._journal.open(slug)
        await self._journal.append(slug, Place(opened.epoch, 0, 0), lambda _tail: batch)
        return ""

    async def take(self, declaration: Declaration) -> None:
        """Let a session be as its folder says now: its room opens, or is told.

        One that was over before anybody here knew it begins nothing: it may be a record on its way.
        """
        slug = declaration.slug
        if declaration == self._known.get(slug):
            return
        room = self._hub.room(slug)
        if room is not None:
            await self._tell(room, declaration)
        elif declaration.rehearsal_until:
            await self.begin(declaration)
        elif await self.take_in(slug):
            self._announce(declaration)
        elif declaration.ends.timestamp() * SECOND > self._clock():
            await self.begin(declaration)
        else:
            log.warning("session is over already, a restart takes it in", session=slug)

    async def _tell(self, room: Room, declaration: Declaration) -> None:
        """Declare a session anew; where its room does not take that, what it was told before holds.

        A record says what its session's folder says.
        """
        reply = await room.ask(declare(declaration), SYSTEM)
        if isinstance(reply, Refusal):
            if reply.code is Code.BUSY:
                raise Unavailable
            fields = {"session": room.slug, "code": reply.code.value}
            log.warning("declaration not taken, the one of before holds", **fields)
            return
        self._announce(declaration)
        said = await room.read(lambda session, _board: published(session))
        if said is not None:
            await self.publish(room.slug, said)

    def _announce(self, declaration: Declaration) -> None:
        self._known[declaration.slug] = declaration
        self.announcements[declaration.slug] = announce(declaration)

    async def begin(self, declaration: Declaration) -> None:
        """Open the room of a session, which may come while others are open."""
        self._announce(declaration)
        await self._hub.open(self.room(declaration), declare(declaration))

    def room(self, declaration: Declaration) -> Room:
        """Return a new room for a session; it is not open yet."""
        return Room(
            declaration.slug,
            self._journal,
            clock=self._clock,
            frame=text_frame,
            timing=self._timing,
            publish=self.publish,
            charge=self._charge,
        )


def heading(declaration: Declaration) -> Heading:
    """Return what stands above a session's record."""
    answerer, recording = declaration.answerer, declaration.recording
    return Heading(
        slug=declaration.slug,
        title=declaration.title,
        language=declaration.languages[0],
        introduction=plain(declaration.intro),
        answerer=(answerer.name, answerer.office),
        starts=declaration.starts,
        ends=declaration.ends,
        topics=declaration.topics,
        recording=(recording.url, recording.starts) if recording else None,
    )


def published(session: Session) -> Transcript | None:
    """Return the record of a published session."""
    return transcript(session) if session.phase is Phase.PUBLISHED else None
