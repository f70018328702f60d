"""Reports of what was deleted: without the texts and names themselves, and good for doing it again.

A report is written in the transaction of its deletion. Whoever puts an older database in the place
of this one applies those that it has not seen (``apply``): a text is found by its number and the
moment it was written, a person by number and moment of coming. For after a restore two texts may
bear one number, and then only the one that was meant goes.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from itertools import takewhile
from operator import eq
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from dialog import disk
from dialog.forum.events import Acted, Axis, Change, Entry
from dialog.forum.names import BLACKENED
from dialog.store import payloads, states
from dialog.store.database import Database
from dialog.store.sessions import find, set_session
from dialog.store.tables import (
    DELETIONS,
    GRANTS,
    GUESTS,
    INVITATIONS,
    JOURNAL,
    LETTERS,
    PEOPLE,
    QUESTIONS,
    RESULTS,
    SUBSCRIPTIONS,
    TEXTS,
    TRANSCRIPTS,
    Delivery,
    insert,
)

SCHEMA = "dialog-deletion/1"
AT_ONCE = 500


Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Instant = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Marks = Annotated[int, msgspec.Meta(ge=0, le=20_000)]
Slug = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-z-]{0,80}\Z")]
Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Cut(NamedTuple):
    """From ``start`` to ``end``, in code points, ``marks`` black signs stand in a text's place."""

    number: Number
    at: Instant
    start: Number
    end: Number
    marks: Marks


class Person(NamedTuple):
    """Somebody who came at ``since`` (ms UTC) and is known no more."""

    number: Number
    since: Instant


class Removed(NamedTuple):
    """A question, asked at ``asked`` (ms UTC), that was taken out of the record, and why."""

    number: Number
    asked: Instant
    why: str


class Report(msgspec.Struct, frozen=True):
    """What one transaction deleted of one session; the ``unnamed`` keep their numbers.

    Of ``letters`` (their ids) address and content are gone, of ``guests`` all that was on the list.
    ``subscriptions`` (their ids) were ended; they belong to no session, and its slug is empty.
    """

    id: Hex
    at: Instant
    session: Slug
    cuts: list[Cut] = []
    people: list[Person] = []
    unnamed: list[Person] = []
    removed: list[Removed] = []
    letters: list[Hex] = []
    guests: list[Person] = []
    subscriptions: list[Hex] = []
    schema: str = SCHEMA

    @property
    def name(self) -> str:
        """The name of its file: ordered by time."""
        return f"{self.at:013d}-{self.session}-{self.id[:8]}.json"


class Deletions:
    """The reports of one database, and how many of them lie in files already."""

    def __init__(self, database: Database) -> None:
        """Bind to a database."""
        self._database = database
        self._written = -1

    async def write_down(self, folder: Path) -> None:
        """Put every report that has none yet into a file of its own, that nobody else reads."""
        count = select(func.count()).select_from(DELETIONS)
        known = await self._database.read(lambda connection: connection.scalar(count) or 0)
        if known != self._written:
            found = await self._database.read(reports)
            await asyncio.to_thread(_write, folder, found)
            self._written = known


def read(folder: Path) -> list[Report]:
    """Return the reports that lie in a folder; raise ``ValueError`` for a file that is none."""
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            found.append(decode(file.read_bytes()))
        except ValueError as fault:
            raise ValueError(f"{file}: {fault}") from fault
    return found


def _write(folder: Path, found: Iterable[Report]) -> None:
    for report in found:
        file = folder / report.name
        if not file.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.write(file, encode(report), mode=0o600)


def encode(report: Report) -> bytes:
    """Return a report as it lies in a file."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def decode(content: bytes) -> Report:
    """Return a report; raise ``msgspec.DecodeError`` or ``ValueError`` for what is none."""
    report = msgspec.json.decode(content, type=Report)
    if report.schema != SCHEMA:
        raise ValueError(f"a deletion report of unknown schema {report.schema}")
    return report


def overwritten(
    connection: Connection, session: int, entries: Iterable[Entry], last: int
) -> list[Cut]:
    """Return what entries are about to overwrite of texts up to number ``last``."""
    bodies = {n: body for entry in entries for n, body in entry.texts if n <= last}
    cuts = []
    numbers = sorted(bodies)
    for start in range(0, len(numbers), AT_ONCE):
        own = TEXTS.c.session == session, TEXTS.c.number.in_(numbers[start : start + AT_ONCE])
        query = select(TEXTS.c.number, TEXTS.c.at, TEXTS.c.body).where(*own)
        for number, at, before in connection.execute(query.order_by(TEXTS.c.number)):
            if before != bodies[number]:
                cuts.append(_cut(number, at, before, bodies[number]))
    return cuts


def _cut(number: int, at: int, before: str, after: str) -> Cut:
    """Return the piece that changed, the whole text where it was not only blackened."""
    start = _alike(before, after)
    most = min(len(before), len(after)) - start
    end = min(_alike(before[::-1], after[::-1]), most)
    new = after[start : len(after) - end]
    if new and not set(new) <= set(BLACKENED):
        return Cut(number, at, 0, len(before), len(BLACKENED))
    return Cut(number, at, start, len(before) - end, len(new))


def _alike(one: str, other: str) -> int:
    """Return how many signs two texts begin with alike."""
    return sum(takewhile(bool, map(eq, one, other)))


def removed(connection: Connection, session: int, entries: Iterable[Entry]) -> list[Removed]:
    """Return which questions entries take out of the record."""
    found = []
    for entry in entries:
        texts, event = dict(entry.texts), entry.event
        for change in event.changes if isinstance(event, Acted) else ():
            if change.axis is Axis.REMOVED and isinstance(change.after, int) and change.after:
                own = QUESTIONS.c.session == session, QUESTIONS.c.number == change.subject
                asked = connection.scalar(select(QUESTIONS.c.asked).where(*own)) or 0
                found.append(Removed(change.subject, asked, texts.get(change.after, "")))
    return found


def note(  # noqa: PLR0913 - each names another kind of what is gone
    connection: Connection,
    slug: str,
    at: int,
    *,
    cuts: Sequence[Cut] = (),
    people: Sequence[Person] = (),
    unnamed: Sequence[Person] = (),
    removed: Sequence[Removed] = (),
    guests: Sequence[Person] = (),
) -> None:
    """Write down what this transaction deletes; nothing where there is nothing."""
    gone = list(cuts), list(people), list(unnamed), list(removed)
    if any(gone) or guests:
        keep(connection, Report(secrets.token_hex(16), at, slug, *gone, guests=list(guests)))


def uninvite(connection: Connection, session: int, those: ColumnElement[bool]) -> list[Person]:
    """Delete what is known of invited people, and return who that was: since when on the list."""
    own = delete(GUESTS).where(GUESTS.c.session == session, those)
    gone = connection.execute(own.returning(GUESTS.c.person, GUESTS.c.made))
    return [Person(*row) for row in gone]


def keep(connection: Connection, report: Report) -> None:
    """Take a report in, unless it is there."""
    body = msgspec.json.encode(report).decode()
    row = {"id": report.id, "at": report.at, "report": body}
    connection.execute(insert(connection, DELETIONS).on_conflict_do_nothing(), row)


def reports(connection: Connection) -> list[Report]:
    """Return all reports that a database knows, the oldest first."""
    query = select(DELETIONS.c.report).order_by(DELETIONS.c.at, DELETIONS.c.id)
    return [decode(body.encode()) for body in connection.scalars(query)]


def apply(connection: Connection, found: Iterable[Report]) -> list[Report]:
    """Delete again what reports tell, as far as this database has not seen them; return those."""
    seen = set(connection.scalars(select(DELETIONS.c.id)))
    new = [report for report in found if report.id not in seen]
    new.sort(key=lambda report: (report.at, report.id))
    for report in new:
        session = find(connection, report.session)
        if session is not None:
            _cut_again(connection, session.id, report.cuts)
            _forget_again(connection, session.id, report)
            for one in report.removed:
                _remove_again(connection, session.id, one, report.at)
            _blank_again(connection, report.letters)
            _begin_anew(connection, session.id, report.session)
        ended = SUBSCRIPTIONS.c.id.in_(report.subscriptions)
        connection.execute(delete(SUBSCRIPTIONS).where(ended))
        keep(connection, report)
    return new


def _cut_again(connection: Connection, session: int, cuts: Iterable[Cut]) -> None:
    for cut in cuts:
        own = TEXTS.c.session == session, TEXTS.c.number == cut.number, TEXTS.c.at == cut.at
        body = connection.scalar(select(TEXTS.c.body).where(*own))
        if body is not None:
            left = body[: cut.start] + BLACKENED[0] * cut.marks + body[cut.end :]
            connection.execute(update(TEXTS).where(*own).values(body=left))


def _forget_again(connection: Connection, session: int, report: Report) -> None:
    for person in report.people:
        own = PEOPLE.c.session == session, PEOPLE.c.number == person.number
        known = connection.scalars(select(PEOPLE.c.since).where(*own)).all()
        if person.since in known:
            grants = GRANTS.c.session == session, GRANTS.c.person == person.number
            connection.execute(delete(GRANTS).where(*grants))
            connection.execute(delete(PEOPLE).where(*own))
            invited = GUESTS.c.session == session, GUESTS.c.person == person.number
            void = update(GUESTS).where(*invited, GUESTS.c.withdrawn == 0)
            connection.execute(void.values(withdrawn=report.at))
    for person in report.guests:
        uninvite(
            connection,
            session,
            and_(GUESTS.c.person == person.number, GUESTS.c.made == person.since),
        )
    for person in report.unnamed:
        own = PEOPLE.c.session == session, PEOPLE.c.number == person.number
        came = PEOPLE.c.since == person.since
        connection.execute(update(PEOPLE).where(*own, came).values(name=""))
    if report.people or report.unnamed:
        spent = INVITATIONS.c.session == session, INVITATIONS.c.used != 0
        connection.execute(delete(INVITATIONS).where(*spent))


def _remove_again(connection: Connection, session: int, one: Removed, at: int) -> None:
    """Take a question out once more: by an entry, as any change of the record is one."""
    own = QUESTIONS.c.session == session, QUESTIONS.c.number == one.number
    if connection.scalar(select(QUESTIONS.c.asked).where(*own)) != one.asked:
        return
    last = select(func.max(TEXTS.c.number)).where(TEXTS.c.session == session)
    why = (connection.scalar(last) or 0) + 1
    text = {"session": session, "number": why, "body": one.why, "at": at}
    connection.execute(TEXTS.insert(), text)
    query = select(JOURNAL.c.number, JOURNAL.c.at).where(JOURNAL.c.session == session)
    head, latest = connection.execute(query.order_by(JOURNAL.c.number.desc()).limit(1)).one()
    change = Change(Axis.REMOVED, one.number, 0, why)
    kind, payload = payloads.encode(Acted("unpublish", (change,)))
    row = {"session": session, "number": head + 1, "at": max(at, latest), "person": 0}
    connection.execute(JOURNAL.insert(), row | {"kind": kind, "payload": payload})
    set_session(connection, session, head=head + 1)


def _blank_again(connection: Connection, letters: Sequence[str]) -> None:
    for start in range(0, len(letters), AT_ONCE):
        own = LETTERS.c.id.in_(letters[start : start + AT_ONCE])
        blank = {"state": Delivery.DROPPED, "address": "", "told": "{}"}
        unsent = LETTERS.c.address != ""
        connection.execute(update(LETTERS).where(own, unsent).values(blank))


def _begin_anew(connection: Connection, session: int, slug: str) -> None:
    """Let go what was made of the texts: it is made again from what is left."""
    states.forget(connection, session)
    connection.execute(delete(RESULTS).where(RESULTS.c.session == session))
    connection.execute(delete(TRANSCRIPTS).where(TRANSCRIPTS.c.slug == slug))
