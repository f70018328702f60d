"""Mail that is on its way: kept until a relay has it, and handed to the relay once at most.

A letter becomes ``sending`` before the relay hears of it. What an ended process left like that is
``unclear``: it may have arrived, so that only people decide whether it is sent again. A letter that
has gone keeps no address.
"""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from dialog.forum.names import MINUTE
from dialog.store.database import Database
from dialog.store.deletions import Report, keep
from dialog.store.people import DAY, Clock
from dialog.store.sessions import find, lock
from dialog.store.tables import LETTERS, SESSIONS, Delivery, insert

Kind = Literal[
    "signin",
    "invitation",
    "test",
    "changed",
    "cancelled",
    "reminder",
    "transcript",
    "promise_due",
    "subscribe",
    "notice",
    "barrier",
]

# Longer than a relay may take for one letter: whoever is silent for so long has ended.
LEASE: Final = 5 * MINUTE
PATIENCE: Final = 3 * DAY
WEEK: Final = 7 * DAY
MONTH: Final = 30 * DAY
BLANK: Final = {"address": "", "told": "{}"}
# What people wait for, and what staff are reminded of: a relay that is away costs nobody that.
PATIENT: Final[tuple[Kind, ...]] = ("promise_due", "barrier")
HELD: Final = (Delivery.WAITING, Delivery.FAILED, Delivery.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to send: ``told`` is JSON without secrets, ``due`` ms UTC (0: at once).

    ``once`` tells apart what one person gets of one kind and session: put twice, it is sent once.
    """

    kind: Kind
    address: str
    lang: str
    slug: str = ""
    person: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    due: int = 0
    once: str = ""


class Taken(NamedTuple):
    """A letter that the relay is to get now; ``tries`` counts this one, ``made`` is ms UTC."""

    id: str
    letter: Letter
    tries: int
    made: int


class Standing(NamedTuple):
    """Where a letter stands since ``at`` (ms UTC); ``due`` is when it is tried (again).

    ``told`` is what it was put with, or what it told once it has gone.
    """

    id: str
    kind: Kind
    slug: str
    person: int
    address: str
    state: Delivery
    due: int
    at: int
    tries: int
    fault: str
    told: Mapping[str, Any]


class Queue(NamedTuple):
    """How many letters wait, and when the next one is tried (ms UTC, 0: none waits)."""

    waiting: int
    due: int


class Outbox:
    """The letters of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._news = asyncio.Event()

    async def put(self, letters: Sequence[Letter]) -> tuple[str, ...]:
        """Store letters to be sent, all of them or none, and return their ids.

        Raise ``ValueError`` for an address that no header could bear.
        """
        now = self._clock()
        ids = tuple(_id(letter) for letter in letters)

        def work(connection: Connection) -> None:
            slugs = {letter.slug for letter in letters} - {""}
            sessions = {slug: _session(connection, slug) for slug in slugs}
            rows = [
                _row(id_, letter, sessions.get(letter.slug), now)
                for id_, letter in zip(ids, letters, strict=True)
            ]
            if rows:
                connection.execute(insert(connection, LETTERS).on_conflict_do_nothing(), rows)

        await self._database.write(work)
        self._news.set()
        return ids

    async def drop(
        self, slug: str, persons: Collection[int] | None, kinds: Collection[Kind]
    ) -> None:
        """Let letters of a session to these persons (None: all) go that have not been sent."""
        to = LETTERS.c.person.in_(persons) if persons is not None else LETTERS.c.person >= 0
        own = and_(_of(slug), to, LETTERS.c.kind.in_(kinds), LETTERS.c.state.in_(HELD))
        change = {"state": Delivery.DROPPED, "at": self._clock(), **BLANK}
        await self._database.write(
            lambda connection: connection.execute(update(LETTERS).where(own).values(change)),
            scrub=True,
        )

    async def again(self, id_: str) -> bool:
        """Send a letter again that failed or is unclear, and tell whether there was one."""
        now = self._clock()
        stuck = LETTERS.c.state.in_((Delivery.FAILED, Delivery.UNCLEAR))
        change = {"state": Delivery.WAITING, "due": now, "at": now, "tries": 0, "fault": ""}
        done = await self._change(id_, stuck, change)
        self._news.set()
        return done

    async def again_failed(self) -> int:
        """Send all letters again that failed, and return how many; what is unclear stays so."""
        now = self._clock()
        failed = and_(LETTERS.c.state == Delivery.FAILED, LETTERS.c.address != "")
        change = {"state": Delivery.WAITING, "due": now, "at": now, "tries": 0, "fault": ""}
        statement = update(LETTERS).where(failed).values(change).returning(LETTERS.c.id)
        done = len(await self._database.write(lambda c: c.scalars(statement).all()))
        self._news.set()
        return done

    # --- what pages tell of them -----------------------------------------------------------------

    async def standing(self, slug: str) -> dict[int, tuple[Standing, ...]]:
        """Return by person how their letters stand: the last of each kind, the newest first."""
        rows = await self._standings(_of(slug))
        found: dict[int, dict[Kind, Standing]] = {}
        for row in rows:
            found.setdefault(row.person, {}).setdefault(row.kind, row)
        return {person: tuple(kinds.values()) for person, kinds in found.items()}

    async def gone(self, slug: str, kinds: Collection[Kind]) -> dict[int, Standing]:
        """Return by person the last of their letters of these kinds that went, or may have."""
        went = LETTERS.c.state.in_((Delivery.SENT, Delivery.UNCLEAR))
        rows = await self._standings(and_(_of(slug), went, LETTERS.c.kind.in_(kinds)))
        return {row.person: row for row in sorted(rows, key=lambda row: row.at)}

    async def failed(self) -> tuple[Standing, ...]:
        """Return what failed and what is unclear, the newest first."""
        stuck = LETTERS.c.state.in_((Delivery.FAILED, Delivery.UNCLEAR))
        return await self._standings(and_(stuck, LETTERS.c.address != ""))

    async def queue(self) -> Queue:
        """Return how many letters wait, and until when; what is due since ever waits since made."""
        waits = LETTERS.c.state == Delivery.WAITING
        due_at = func.coalesce(func.nullif(LETTERS.c.due, 0), LETTERS.c.made)
        query = select(func.count(), func.min(due_at)).where(waits)
        waiting, due = await self._database.read(lambda c: c.execute(query).one())
        return Queue(waiting, due or 0)

    async def _standings(self, own: ColumnElement[bool]) -> tuple[Standing, ...]:
        columns = LETTERS.c
        slug = func.coalesce(SESSIONS.c.slug, "")
        query = (
            select(columns.id, columns.kind, slug, columns.person, columns.address)
            .add_columns(columns.state, columns.due, columns.at, columns.tries, columns.fault)
            .add_columns(columns.told)
            .outerjoin(SESSIONS, SESSIONS.c.id == columns.session)
            .where(own)
            .order_by(columns.made.desc(), columns.at.desc(), columns.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(
            Standing(*row)._replace(state=Delivery(row.state), told=_told(row.told)) for row in rows
        )

    # --- delivery --------------------------------------------------------------------------------

    async def take(self, now: int) -> Taken | None:
        """Return a letter that is due and nobody else's from now on, or None where there is none.

        Whoever takes it says ``sent``, ``later``, ``fail`` or ``void`` afterwards.
        """
        columns = LETTERS.c
        waits = and_(columns.state == Delivery.WAITING, columns.due <= now)
        # Anybody may ask for any number of subscriptions: nobody who signs in stands behind them.
        order = columns.due, columns.kind == "subscribe", columns.id
        first = select(columns.id).where(waits).order_by(*order).limit(1)
        one = first.with_for_update(skip_locked=True).scalar_subquery()
        change = {"state": Delivery.SENDING, "at": now, "tries": columns.tries + 1}
        taken = update(LETTERS).where(columns.id == one, waits).values(change).returning(LETTERS)
        slug = select(SESSIONS.c.slug)

        def work(connection: Connection) -> Taken | None:
            row = connection.execute(taken).one_or_none()
            if row is None:
                return None
            of = connection.scalar(slug.where(SESSIONS.c.id == row.session)) or ""
            letter = Letter(
                row.kind, row.address, row.lang, of, row.person, _told(row.told), row.due
            )
            return Taken(row.id, letter, row.tries, row.made)

        return await self._database.write(work)

    async def sent(self, id_: str, told: Mapping[str, Any] | None = None) -> None:
        """Note that the relay has a letter, and what it told; nobody needs its address any more."""
        # It may have become unclear to another process meanwhile: this one knows.
        under_way = LETTERS.c.state.in_((Delivery.SENDING, Delivery.UNCLEAR))
        change = {"state": Delivery.SENT, "at": self._clock(), "fault": "", **BLANK}
        change["told"] = msgspec.json.encode(told or {}).decode()
        await self._change(id_, under_way, change)

    async def later(self, id_: str, due: int, fault: str) -> None:
        """Note that the relay did not take a letter, to be tried again at ``due``."""
        change = {"state": Delivery.WAITING, "due": due, "at": self._clock(), "fault": fault}
        await self._change(id_, LETTERS.c.state == Delivery.SENDING, change)

    async def fail(self, id_: str, fault: str) -> None:
        """Note that a letter cannot be delivered, and why."""
        change = {"state": Delivery.FAILED, "at": self._clock(), "fault": fault}
        await self._change(id_, LETTERS.c.state == Delivery.SENDING, change)

    async def doubt(self, id_: str, fault: str) -> None:
        """Note that nobody knows whether the relay has a letter, and why."""
        change = {"state": Delivery.UNCLEAR, "at": self._clock(), "fault": fault}
        await self._change(id_, LETTERS.c.state == Delivery.SENDING, change)

    async def void(self, id_: str) -> None:
        """Note that a letter has nothing to say any more: it is not sent."""
        change = {"state": Delivery.DROPPED, "at": self._clock(), **BLANK}
        await self._change(id_, LETTERS.c.state == Delivery.SENDING, change)

    async def recover(self) -> int:
        """Let what an ended process left under way be unclear, and return how many these are.

        Where several processes send, whoever has not answered for a while has ended.
        """
        now = self._clock()
        left = LETTERS.c.state == Delivery.SENDING
        if self._database.shared:
            left = and_(left, LETTERS.c.at < now - LEASE)
        change = {"state": Delivery.UNCLEAR, "at": now}
        statement = update(LETTERS).where(left).values(change).returning(LETTERS.c.id)
        return len(await self._database.write(lambda c: c.scalars(statement).all()))

    async def expire(self) -> int:
        """Give up what should have gone three days ago, and return how many letters these are."""
        now = self._clock()
        old = and_(LETTERS.c.due < now - PATIENCE, LETTERS.c.at < now - PATIENCE)
        own = and_(LETTERS.c.state == Delivery.WAITING, old)
        change = {"state": Delivery.FAILED, "at": now, "fault": "old"}
        if not await self._database.read(lambda c: c.scalar(select(LETTERS.c.id).where(own))):
            return 0
        statement = update(LETTERS).where(own).values(change).returning(LETTERS.c.id)
        return len(await self._database.write(lambda c: c.scalars(statement).all()))

    async def wait(self, seconds: float) -> None:
        """Return when letters were put here, or after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def _change(
        self, id_: str, if_: ColumnElement[bool], change: Mapping[str, object]
    ) -> bool:
        statement = update(LETTERS).where(LETTERS.c.id == id_, if_).values(change)
        found = statement.returning(LETTERS.c.id)
        return bool(await self._database.write(lambda c: c.scalars(found).all()))

    # --- what has had its time -------------------------------------------------------------------

    async def forget(self, slug: str, but: Collection[Kind] = ()) -> int:
        """Forget where letters of a session should have gone, and return how many these were.

        What still waits is not sent any more. Letters of the kinds in ``but`` stay, and those about
        promises: they go to staff, and long after the evening.
        """
        now = self._clock()
        known = and_(LETTERS.c.address != "", LETTERS.c.kind.not_in({*but, "promise_due"}))

        def work(connection: Connection) -> int:
            session = find(connection, slug)
            if session is None:
                return 0
            own = and_(LETTERS.c.session == session.id, known)
            waits = and_(own, LETTERS.c.state == Delivery.WAITING)
            dropped = {"state": Delivery.DROPPED, "at": now}
            connection.execute(update(LETTERS).where(waits).values(dropped))
            blank = update(LETTERS).where(own).values(BLANK).returning(LETTERS.c.id)
            gone = connection.scalars(blank).all()
            if gone:
                report = Report(secrets.token_hex(16), now, slug, letters=list(gone))
                keep(connection, report)
            return len(gone)

        return await self._database.write(work, scrub=True)

    async def tidy(self) -> None:
        """Delete letters that belong to no session in a day, notices in a week, others in a month.

        The others are what staff are reminded of, and what people reported.
        """
        now = self._clock()
        kind = LETTERS.c.kind
        soon = and_(LETTERS.c.session.is_(None), kind.not_in(("notice", *PATIENT)))
        old = or_(
            and_(soon, LETTERS.c.made < now - DAY),
            and_(kind == "notice", LETTERS.c.made < now - WEEK),
            and_(kind.in_(PATIENT), LETTERS.c.made < now - MONTH),
        )
        any_old = select(LETTERS.c.id).where(old).limit(1)
        if await self._database.read(lambda connection: connection.scalar(any_old)):
            await self._database.write(lambda c: c.execute(delete(LETTERS).where(old)), scrub=True)


def doubt_all(connection: Connection, now: int) -> None:
    """Let whatever was not sent be unclear: since a backup was made it may have been."""
    under_way = or_(LETTERS.c.state == Delivery.WAITING, LETTERS.c.state == Delivery.SENDING)
    change = {"state": Delivery.UNCLEAR, "at": now}
    connection.execute(update(LETTERS).where(under_way).values(change))


def _of(slug: str) -> ColumnElement[bool]:
    session = select(SESSIONS.c.id).where(SESSIONS.c.slug == slug).scalar_subquery()
    return LETTERS.c.session == session


def _session(connection: Connection, slug: str) -> int:
    return (find(connection, slug) or lock(connection, slug)).id


def _told(body: str) -> dict[str, Any]:
    return msgspec.json.decode(body, type=dict[str, Any])


def _id(letter: Letter) -> str:
    if not letter.once:
        return secrets.token_hex(16)
    named = f"{letter.kind}\n{letter.slug}\n{letter.person}\n{letter.once}".encode()
    return blake2b(named, digest_size=16).hexdigest()


def _row(id_: str, letter: Letter, session: int | None, now: int) -> dict[str, object]:
    address = letter.address
    if "@" not in address or not address.isprintable() or any(map(str.isspace, address)):
        raise ValueError("No header bears this address.")
    # These are due since ever: somebody waits for them, before three hundred invitations.
    at_once = 0 if letter.kind in ("signin", "subscribe") else now
    return {
        "id": id_,
        "kind": letter.kind,
        "address": address,
        "lang": letter.lang,
        "session": session,
        "person": letter.person,
        "told": msgspec.json.encode(letter.told).decode(),
        "state": Delivery.WAITING.value,
        "due": letter.due or at_once,
        "at": now,
        "tries": 0,
        "fault": "",
        "made": now,
    }
