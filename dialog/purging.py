"""What has had its time goes: in all sessions, by the terms of ``forum/retention.py``.

A running server does it itself when it is asked to by a file, for nobody else may write to its
database; without one the command does. What was deleted stands in reports beside the database, so
that a restored one is brought to the same state.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from dialog import disk
from dialog.forum.board import Board
from dialog.forum.commands import Purge
from dialog.forum.events import Entry, Event, Purged
from dialog.forum.evolve import replay
from dialog.forum.journal import Batch, Place, Unavailable
from dialog.forum.names import SECOND, SYSTEM
from dialog.forum.refusals import Refusal
from dialog.forum.retention import (
    DAY,
    FORTNIGHT,
    Term,
    counted_from,
    due,
    persons_kept,
    purge,
    recorded,
    recorded_texts,
    terms,
)
from dialog.forum.session import Session
from dialog.hub.hub import Hub
from dialog.hub.ledger import line
from dialog.programme import Declaration
from dialog.store.deletions import Deletions
from dialog.store.guests import Guests
from dialog.store.journal import Journal
from dialog.store.outbox import Kind, Outbox
from dialog.store.people import People
from dialog.store.rolls import Rolls
from dialog.store.subscriptions import Subscriptions

log = structlog.get_logger()

LOOK_S: Final = 2.0
TRY_S: Final = 0.1
PATIENCE_S: Final = 300.0
NAME, ASKED, TOLD, SURE = "purge", "asked", "told", b"sure"
SEEN: Final = "purge.seen"
LONG_SINCE: Final = 60 * DAY
ADDRESSES: Final = "addresses"
BY_ROOM = (Term.SUPPORT, Term.PERSONS)


@dataclass(frozen=True, slots=True)
class Due:
    """A term of a session that has ended at ``since`` (ISO), what goes, and whether it is held.

    What goes: ``texts``, ``persons`` who are known by a number, ``entries`` of the moderation log.
    """

    session: str
    term: str
    since: str
    texts: int = 0
    persons: int = 0
    entries: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Persons:
    """What is known of people beside the journals: who they are, where letters to them go."""

    people: People
    guests: Guests
    rolls: Rolls
    outbox: Outbox
    subscriptions: Subscriptions

    async def let_go(self, slug: str, *, whole: bool) -> None:
        """Forget the addresses of whoever wants no mail with the record, or the ``whole`` list."""
        await self.guests.forget(slug, whole=whole)
        waiting: tuple[Kind, ...] = () if whole else ("transcript",)
        await self.outbox.forget(slug, waiting)

    async def due(self, slug: str, since: int | None, now: int) -> int:
        """Return of how many people the address is due to go, if terms count ``since`` (ms UTC)."""
        if since is None or since > now:
            return 0
        return await self.guests.due(slug, whole=since + FORTNIGHT <= now)

    async def forget_unused(self) -> None:
        """Delete lists that were handed in a day ago, and subscriptions that nobody confirmed."""
        await self.rolls.forget()
        await self.subscriptions.forget()


class Doubtful(Exception):  # noqa: N818 - it is said of a clock
    """The clock shows a moment long after all that happened here; says which, and when that was."""


class Purging:
    """Lets go what has had its time; ``clock`` gives ms UTC, ``begin`` opens a room again."""

    def __init__(
        self,
        data: Path,
        journal: Journal,
        persons: Persons,
        deletions: Deletions,
        hub: Hub,
        clock: Callable[[], int],
        begin: Callable[[Declaration], Awaitable[None]],
    ) -> None:
        self._data = data
        self._journal = journal
        self._persons = persons
        self._deletions = deletions
        self._hub = hub
        self._clock = clock
        self._begin = begin

    async def run(self, declared: Callable[[], list[Declaration]]) -> None:
        """Keep the reports beside the database, and purge when asked to, until cancelled."""
        while True:
            try:
                await self.look(declared())
            except Unavailable:  # later, then
                pass
            except Exception:
                log.exception("not purged")
            await asyncio.sleep(LOOK_S)

    async def look(self, declared: list[Declaration]) -> None:
        """Write down what was deleted, and purge if somebody has asked to."""
        await self._deletions.write_down(self._data / "deletions")
        await self._persons.forget_unused()
        for asked in sorted(self._data.glob(f"{NAME}-*.{ASKED}")):
            sure = await asyncio.to_thread(asked.read_bytes) == SURE
            await asyncio.to_thread(asked.unlink)
            try:
                told: object = [asdict(one) for one in await self.purge(declared, sure=sure)]
            except Doubtful as fault:
                told = str(fault)
            answer = asked.with_suffix(f".{TOLD}")
            await asyncio.to_thread(disk.write, answer, json.dumps(told).encode(), mode=0o600)

    async def due(self, declared: list[Declaration]) -> list[Due]:
        """Return what would go now, and change nothing."""
        now = self._clock()
        found = []
        for declaration in declared:
            session = await self._session(declaration.slug)
            if session is not None:
                found += [_told(declaration, session, term, now) for term in due(session, now)]
                since = counted_from(session)
                if count := await self._persons.due(declaration.slug, since, now):
                    found.append(_listed(declaration, since or 0, now, count))
        return found

    async def purge(self, declared: list[Declaration], *, sure: bool = False) -> list[Due]:
        """Let go what is due, and return that; what is held stays.

        Raise ``Doubtful`` where the clock may be wrong, unless somebody is ``sure``.
        """
        found = await self.due(declared)
        await self._trust(sure=sure or not found)
        for declaration in declared:
            wanted = {one.term for one in found if one.session == declaration.slug and not one.held}
            if Term.SUPPORT in wanted:
                self._hub.ended.update(await self._persons.people.part(declaration.slug))
            if wanted.intersection(BY_ROOM):
                await self._let_go(declaration)
            if Term.LOG in wanted:
                await self._begin_anew(declaration)
            if ADDRESSES in wanted:
                await self._let_addresses_go(declaration.slug)
            await self._forget(declaration.slug)
        await self._persons.forget_unused()
        await self._deletions.write_down(self._data / "deletions")
        return [one for one in found if not one.held]

    async def _trust(self, *, sure: bool) -> None:
        """Note the moment; one that lies long after all that happened here may be no moment."""
        seen, now = self._data / SEEN, self._clock()
        last = int(seen.read_text("ascii")) if seen.is_file() else 0
        last = max(last, await self._journal.latest())
        if not sure and now - last > LONG_SINCE:
            shows = f"The clock shows {_day(now)}"
            raise Doubtful(f"{shows}, but the last that happened here was on {_day(last)}.")
        disk.write(seen, str(now).encode(), mode=0o600)

    async def _let_go(self, declaration: Declaration) -> None:
        """Say it to the room until it has nothing left to do: one term after the other."""
        room = self._hub.room(declaration.slug)
        if room is None:  # no server runs: this one room is opened, and no other
            await self._begin(declaration)
            room = self._hub.room(declaration.slug)
        while room and set(BY_ROOM).intersection(await room.read(self._due)):
            reply = await room.ask(Purge(), SYSTEM)
            if isinstance(reply, Refusal):
                raise Unavailable(reply.code.value)

    def _due(self, session: Session, _board: Board) -> tuple[Term, ...]:
        return due(session, self._clock())

    async def _let_addresses_go(self, slug: str) -> None:
        session = await self._session(slug)
        since = counted_from(session) if session else None
        if since is not None and since <= self._clock():
            whole = since + FORTNIGHT <= self._clock()
            await self._persons.let_go(slug, whole=whole)

    async def _forget(self, slug: str) -> None:
        """Let people go whose time is over; it is done again each time, for it may have failed."""
        session = await self._session(slug)
        if session is not None and session.purged:
            await self._persons.people.purge(slug, persons_kept(session))

    async def _begin_anew(self, declaration: Declaration) -> None:
        """Let the journal begin with the record: nobody is there any more whom it would disturb."""
        slug = declaration.slug
        if self._hub.room(slug):
            await self._hub.shut(slug)
        try:
            opened = await self._journal.open(slug)
            session = opened.added_up().session
            place = Place(opened.epoch, session.seq, session.last_text)
            batch, kept = begun(session, self._clock())
            await self._journal.begin_anew(slug, place, batch, kept)
        finally:
            await self._begin(declaration)

    async def _session(self, slug: str) -> Session | None:
        """Return a session as stored, None where nothing of it is."""
        if not await self._journal.known(slug):
            return None
        return (await self._journal.open(slug)).added_up().session


def ask(data: Path, *, sure: bool, patience: float = PATIENCE_S) -> list[Due]:
    """Ask a running server to purge, and return what went.

    Raise ``TimeoutError`` where none answers within so many seconds, ``Doubtful`` as ``purge``.
    """
    asked = data / f"{NAME}-{secrets.token_hex(8)}.{ASKED}"
    told = asked.with_suffix(f".{TOLD}")
    disk.write(asked, SURE if sure else b"", mode=0o600)
    until = time.monotonic() + patience
    try:
        while not told.exists():
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(TRY_S)
        found = json.loads(told.read_bytes())
    finally:
        asked.unlink(missing_ok=True)
        told.unlink(missing_ok=True)
    if isinstance(found, str):
        raise Doubtful(found)
    return [Due(**one) for one in found]


def begun(session: Session, now: int) -> tuple[Batch, set[int]]:
    """Return the entries with which a session begins anew, and the texts that stay."""
    kept = recorded_texts(session)
    events: list[Event] = [recorded(session).event]
    if session.declaration:
        events.insert(0, session.declaration)
    entries = tuple(Entry(number, now, 0, event) for number, event in enumerate(events, 1))
    again = replay(entries, {n: body for n, body in session.texts.items() if n in kept})
    lines = tuple(line(again, number) for number in again.questions)
    return Batch(entries, lines=lines, phase=session.phase), kept


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / SECOND, UTC).date().isoformat()


def _listed(declaration: Declaration, since: int, now: int, persons: int) -> Due:
    """Return that addresses are due: at once those nobody waits for, after a fortnight all."""
    ended = since + FORTNIGHT if since + FORTNIGHT <= now else since
    at = datetime.fromtimestamp(ended / SECOND, declaration.starts.tzinfo)
    return Due(declaration.slug, ADDRESSES, at.isoformat(timespec="minutes"), persons=persons)


def _told(declaration: Declaration, session: Session, term: Term, now: int) -> Due:
    ended = datetime.fromtimestamp(terms(session)[term] / SECOND, declaration.starts.tzinfo)
    told = Due(declaration.slug, term.value, ended.isoformat(timespec="minutes"))
    match term:
        case Term.SUPPORT:
            return replace(told, persons=session.voters)
        case Term.PERSONS:
            fact = purge(session, now)
            linked = fact.event.linked if fact and isinstance(fact.event, Purged) else ()
            askers = {q.asker for q in session.questions.values() if q.number not in linked} - {0}
            return replace(told, texts=len(fact.texts) if fact else 0, persons=len(askers))
        case Term.LOG:
            return replace(told, entries=len(session.deeds), held=declaration.hold)
