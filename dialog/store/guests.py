"""Invited volunteers: their addresses, and how far each has come.

Whoever is invited is a person of the session from the first day on. What is stored of an address
goes with the term of ``forum/retention.py``; whoever deletes it leaves a report.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from dialog.forum.names import Admission, Role
from dialog.store import deletions
from dialog.store.database import Database
from dialog.store.people import Clock, People, digest, let_go
from dialog.store.sessions import find, lock, set_session
from dialog.store.tables import GUESTS, PEOPLE, SESSIONS

AT_ONCE = 500  # SQLite takes so many values in one statement on every machine


class Invited(NamedTuple):
    """Somebody to invite: ``key`` is the address in the form in which it is looked for."""

    key: str
    address: str
    name: str = ""
    lang: str = "de"


class Guest(NamedTuple):
    """An invited volunteer; moments are ms UTC, 0 for never.

    ``name`` is that of the list, ``called`` the one they gave themselves; ``since`` is when the
    link was made that is good now, 0 for none.
    """

    person: int
    key: str
    address: str
    name: str
    lang: str
    made: int
    opened: int
    joined: int
    withdrawn: int
    asked: bool
    since: int
    called: str


class Guests:
    """The invited volunteers of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, people: People, clock: Clock) -> None:
        self._database = database
        self._people = people
        self._clock = clock

    async def all(self, slug: str) -> tuple[Guest, ...]:
        """Return everybody who is or was invited to a session, in the order of being added."""
        return await self._database.read(lambda connection: _found(connection, _of(slug)))

    async def get(self, slug: str, person: int) -> Guest | None:
        """Return one of them."""
        own = and_(_of(slug), GUESTS.c.person == person)
        found = await self._database.read(lambda connection: _found(connection, own))
        return found[0] if found else None

    async def add(self, slug: str, invited: Sequence[Invited]) -> tuple[int, ...]:
        """Invite all of them or none, and return the new persons.

        Whoever is invited already stays as they are.
        """
        now = self._clock()

        def work(connection: Connection) -> tuple[int, ...]:
            session = lock(connection, slug)
            here = GUESTS.c.session == session.id
            known = set(connection.scalars(select(GUESTS.c.key).where(here)))
            new = [*{one.key: one for one in invited if one.key not in known}.values()]
            if not new:
                return ()
            last = connection.scalar(select(func.max(GUESTS.c.number)).where(here)) or 0
            persons = range(session.persons + 1, session.persons + 1 + len(new))
            set_session(connection, session.id, persons=persons[-1])
            people = [self._person(session.id, slug, person, now) for person in persons]
            rows = [
                _row(session.id, number, person, one, now)
                for number, person, one in zip(
                    range(last + 1, last + 1 + len(new)), persons, new, strict=True
                )
            ]
            connection.execute(PEOPLE.insert(), people)
            connection.execute(GUESTS.insert(), rows)
            return tuple(persons)

        return await self._database.write(work)

    async def change(self, slug: str, person: int, to: Invited) -> bool:
        """Correct somebody's address, name or language; False where the address is another's.

        The person stays who they are, and so does their link.
        """

        def work(connection: Connection) -> bool:
            session = lock(connection, slug).id
            here = GUESTS.c.session == session
            holder = select(GUESTS.c.person).where(here, GUESTS.c.key == to.key)
            if connection.scalar(holder) not in (None, person):
                return False
            own = update(GUESTS).where(here, GUESTS.c.person == person)
            connection.execute(own.values(to._asdict()))
            return True

        return await self._database.write(work, scrub=True)

    async def withdraw(self, slug: str, person: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Let an invitation and its link be void, and what passes open by it.

        Return the passes that ended, and those that open something else and stay.
        """
        now = self._clock()

        def work(connection: Connection) -> tuple[tuple[int, ...], tuple[int, ...]]:
            session = lock(connection, slug).id
            own = and_(GUESTS.c.session == session, GUESTS.c.person == person)
            good = update(GUESTS).where(own, GUESTS.c.withdrawn == 0).values(withdrawn=now)
            if not connection.execute(good.returning(GUESTS.c.number)).all():
                return (), ()
            ended, others, gone = let_go(connection, session, person)
            deletions.note(connection, slug, now, people=gone)
            return ended, others

        return await self._database.write(work, scrub=True)

    async def invite_again(self, slug: str, person: int) -> bool:
        """Invite somebody whose invitation was withdrawn: the same person, with another link."""
        now = self._clock()

        def work(connection: Connection) -> bool:
            session = lock(connection, slug).id
            own = and_(GUESTS.c.session == session, GUESTS.c.person == person)
            anew = {"withdrawn": 0, "opened": 0, "joined": 0}
            void = update(GUESTS).where(own, GUESTS.c.withdrawn != 0).values(anew)
            if not connection.execute(void.returning(GUESTS.c.number)).all():
                return False
            connection.execute(PEOPLE.insert(), self._person(session, slug, person, now))
            return True

        return await self._database.write(work)

    # --- what invited people do ------------------------------------------------------------------

    async def by_link(self, link: str) -> Guest | None:
        """Return whose invitation a private link is; None where it is none or void."""
        own = PEOPLE.c.link == digest(link)
        found = await self._database.read(lambda connection: _found(connection, own))
        return found[0] if found else None

    async def open(self, link: str, name: str | None, *, asked: bool | None) -> None:
        """Note that the person behind a link has opened it.

        And how they want to be called, and whether they want a mail with the record; None leaves
        that as it is.
        """
        now, theirs = self._clock(), PEOPLE.c.link == digest(link)

        def work(connection: Connection) -> None:
            row = connection.execute(select(PEOPLE.c.session, PEOPLE.c.number).where(theirs))
            for session, person in row.all():
                own = and_(GUESTS.c.session == session, GUESTS.c.person == person)
                first = update(GUESTS).where(own, GUESTS.c.opened == 0).values(opened=now)
                connection.execute(first)
                if asked is not None:
                    connection.execute(update(GUESTS).where(own).values(asked=asked))
                if name is not None:
                    connection.execute(update(PEOPLE).where(theirs).values(name=name))

        await self._database.write(work)

    async def ask(self, slug: str, person: int, *, on: bool) -> None:
        """Note whether an invited person wants a mail with the record."""
        own = update(GUESTS).where(_of(slug), GUESTS.c.person == person).values(asked=on)
        await self._database.write(lambda connection: connection.execute(own))

    async def join(self, slug: str, persons: Collection[int]) -> None:
        """Note who of the invited was in the room while it was live, once."""
        now, listed = self._clock(), sorted(persons)

        def work(connection: Connection) -> None:
            for start in range(0, len(listed), AT_ONCE):
                some = GUESTS.c.person.in_(listed[start : start + AT_ONCE])
                own = update(GUESTS).where(_of(slug), some, GUESTS.c.joined == 0)
                connection.execute(own.values(joined=now))

        await self._database.write(work)

    # --- what has had its time -------------------------------------------------------------------

    async def due(self, slug: str, *, whole: bool) -> int:
        """Return of how many people ``forget`` would let the address go."""
        query = select(func.count()).select_from(GUESTS).where(_of(slug), unwanted(whole=whole))
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

    async def forget(self, slug: str, *, whole: bool) -> None:
        """Let addresses and names go of whoever wants no mail with the record; or ``whole``."""
        if not await self.due(slug, whole=whole):
            return

        def work(connection: Connection) -> None:
            session = find(connection, slug, lock=True)
            if session is not None:
                gone = deletions.uninvite(connection, session.id, unwanted(whole=whole))
                deletions.note(connection, slug, self._clock(), guests=gone)

        await self._database.write(work, scrub=True)

    def _person(self, session: int, slug: str, person: int, since: int) -> dict[str, object]:
        return {
            "session": session,
            "number": person,
            "role": Role.VOLUNTEER.value,
            "name": "",
            "since": since,
            "link": digest(self._people.link(slug, person, since)),
            "admission": Admission.INVITED.value,
        }


def unwanted(*, whole: bool) -> ColumnElement[bool]:
    """Return the condition for whose address is needed no more once the record is public."""
    waits = and_(GUESTS.c.asked, GUESTS.c.withdrawn == 0)
    return GUESTS.c.number > 0 if whole else ~waits


def _of(slug: str) -> ColumnElement[bool]:
    session = select(SESSIONS.c.id).where(SESSIONS.c.slug == slug).scalar_subquery()
    return GUESTS.c.session == session


def _row(session: int, number: int, person: int, one: Invited, now: int) -> dict[str, object]:
    never = {"opened": 0, "joined": 0, "withdrawn": 0, "asked": False}
    numbers = {"session": session, "number": number, "person": person, "made": now}
    return {**one._asdict(), **numbers, **never}


def _found(connection: Connection, own: ColumnElement[bool]) -> tuple[Guest, ...]:
    columns = GUESTS.c
    is_person = and_(
        PEOPLE.c.session == columns.session,
        PEOPLE.c.number == columns.person,
        PEOPLE.c.role == Role.VOLUNTEER.value,
    )
    query = (
        select(columns.person, columns.key, columns.address, columns.name, columns.lang)
        .add_columns(columns.made, columns.opened, columns.joined, columns.withdrawn)
        .add_columns(columns.asked, func.coalesce(PEOPLE.c.since, 0))
        .add_columns(func.coalesce(PEOPLE.c.name, ""))
        .outerjoin(PEOPLE, is_person)
        .where(own)
        .order_by(columns.number)
    )
    return tuple(Guest(*row) for row in connection.execute(query))
