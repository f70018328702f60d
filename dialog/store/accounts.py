"""People of staff who sign in: their addresses, their offices everywhere, their seats in sessions.

Whoever loses a role gets other numbers for their passes: what was open with it ends at every
process, and the browser stays signed in with what is left.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select, update

from dialog.forum.names import Role
from dialog.store.database import Database
from dialog.store.sessions import find, lock, set_session
from dialog.store.tables import (
    ACCOUNTS,
    GRANTS,
    MEMBERS,
    OFFICES,
    PASSES,
    SEATS,
    SESSIONS,
    insert,
)

LONGEST = 254
# Nothing that a header would take for more than one address, or for a comment.
_MAILBOX = re.compile(r"""[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\"]+""")

# Made once: a pass of staff is looked up at every page and socket.
_ACCOUNT = select(ACCOUNTS.c.id, ACCOUNTS.c.address, ACCOUNTS.c.name, ACCOUNTS.c.lang)
_HOLDER = _ACCOUNT.where(ACCOUNTS.c.id == bindparam("account"))
_OFFICES = select(OFFICES.c.role).where(OFFICES.c.account == bindparam("account"))
_PLACES = select(SESSIONS.c.slug, MEMBERS.c.person, SEATS.c.role).select_from(
    MEMBERS.join(SESSIONS, SESSIONS.c.id == MEMBERS.c.session).outerjoin(
        SEATS,
        and_(SEATS.c.account == MEMBERS.c.account, SEATS.c.session == MEMBERS.c.session),
    )
)
_PLACES = _PLACES.where(MEMBERS.c.account == bindparam("account"))


class LastOrganiser(Exception):  # noqa: N818 - it is said of an account
    """Without this one nobody could give roles any more."""


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff as they are known; ``lang`` is that of their letters."""

    id: int
    address: str
    name: str
    lang: str = "de"


@dataclass(frozen=True, slots=True)
class Listed:
    """An account and its roles: everywhere, or in the session that was asked about."""

    account: Account
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Place:
    """Which person an account is in one session (slug), and in which roles."""

    session: str
    person: int
    role: Role


def key_of(address: str) -> str:
    """Return an address in the form in which it is looked for."""
    return unicodedata.normalize("NFKC", address.strip()).casefold()


def addressable(address: str) -> bool:
    """Tell whether something looks as a mail address does, and fits into a header."""
    plain = address.strip()
    return len(plain) <= LONGEST and plain.isprintable() and bool(_MAILBOX.fullmatch(plain))


class Accounts:
    """The accounts of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> tuple[Listed, ...]:
        """Return every account with its offices, by name."""
        return await self._database.read(lambda connection: _listed(connection, None))

    async def seated(self, slug: str) -> tuple[Listed, ...]:
        """Return who has a seat in a session, by name."""
        return await self._database.read(lambda connection: _listed(connection, slug))

    async def find(self, address: str) -> Account | None:
        """Return the account of an address, however it is spelt."""
        query = _ACCOUNT.where(ACCOUNTS.c.key == key_of(address))
        return await self._one(query)

    async def get(self, account: int) -> Account | None:
        """Return an account by its number."""
        return await self._one(_ACCOUNT.where(ACCOUNTS.c.id == account))

    async def _one(self, query: Select[Any]) -> Account | None:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return next((Account(*row) for row in rows), None)

    async def make(self, address: str, name: str, lang: str = "de") -> Account:
        """Return the account of an address, made where there was none; a known one stays as is."""
        now = self._clock()
        return await self._database.write(lambda c: make(c, address, name, lang, now))

    async def know(self, subject: str, address: str) -> Account | None:
        """Return who a provider's subject is, else who has its verified address, kept from now on.

        An account that another subject has is not found by its address.
        """

        def work(connection: Connection) -> Account | None:
            own = _ACCOUNT.where(ACCOUNTS.c.subject == subject)
            row = connection.execute(own).one_or_none()
            if row is None and address:
                free = and_(ACCOUNTS.c.key == key_of(address), ACCOUNTS.c.subject.is_(None))
                bound = update(ACCOUNTS).where(free).values(subject=subject)
                row = connection.execute(bound.returning(*_ACCOUNT.selected_columns)).one_or_none()
            return None if row is None else Account(*row)

        return await self._database.write(work)

    async def make_known(self, subject: str, address: str, name: str) -> Account | None:
        """Return a new account of a provider's subject, None where its address is somebody's.

        Without a verified address it gets no letters.
        """
        now = self._clock()

        def work(connection: Connection) -> Account | None:
            row = {
                "key": key_of(address) or f"subject {subject}",
                "address": address.strip(),
                "subject": subject,
                "name": name,
                "lang": "de",
                "made": now,
            }
            connection.execute(insert(connection, ACCOUNTS).on_conflict_do_nothing(), row)
            own = _ACCOUNT.where(ACCOUNTS.c.subject == subject)
            found = connection.execute(own).one_or_none()
            return None if found is None else Account(*found)

        return await self._database.write(work)

    async def offices(self, account: int) -> frozenset[Role]:
        """Return the offices of an account."""
        found = await self._database.read(lambda c: c.scalars(_OFFICES, {"account": account}).all())
        return frozenset(map(Role, found))

    async def seats(self, account: int) -> dict[str, frozenset[Role]]:
        """Return the seats of an account, by the slug of their session."""
        seats = select(SESSIONS.c.slug, SEATS.c.role).join(SEATS)
        rows = await self._database.read(
            lambda c: c.execute(seats.where(SEATS.c.account == account)).all()
        )
        slugs = {slug for slug, _ in rows}
        return {slug: frozenset(Role(r) for s, r in rows if s == slug) for slug in slugs}

    async def rename(self, account: int, name: str) -> None:
        """Let an account be called otherwise."""
        query = update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(name=name)
        await self._database.write(lambda connection: connection.execute(query))

    async def speak(self, account: int, lang: str) -> None:
        """Let an account get its letters in another language."""
        query = update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(lang=lang)
        await self._database.write(lambda connection: connection.execute(query))

    async def appoint(self, account: int, offices: Collection[Role]) -> tuple[int, ...]:
        """Give an account these offices and no others; return the passes that ended by that.

        Raise ``LastOrganiser`` where nobody would be left who can give any.
        """

        def work(connection: Connection) -> tuple[int, ...]:
            if Role.ORGANISER not in offices:
                _leave_one(connection, account)
            own = OFFICES.c.account == account
            had = {Role(role) for role in connection.scalars(select(OFFICES.c.role).where(own))}
            lost, given = had.difference(offices), set(offices) - had
            named = OFFICES.c.role.in_([role.value for role in lost])
            connection.execute(delete(OFFICES).where(own, named))
            for role in given:
                row = {"account": account, "role": role.value}
                connection.execute(insert(connection, OFFICES).on_conflict_do_nothing(), row)
            return renumber(connection, account) if lost else ()

        return await self._database.write(work)

    async def seat(self, account: int, slug: str, roles: Collection[Role]) -> tuple[int, ...]:
        """Give an account these seats in a session and no others; return the passes that ended."""

        def work(connection: Connection) -> tuple[int, ...]:
            session = lock(connection, slug).id
            own = and_(SEATS.c.account == account, SEATS.c.session == session)
            had = {Role(role) for role in connection.scalars(select(SEATS.c.role).where(own))}
            lost = had.difference(roles)
            named = SEATS.c.role.in_([role.value for role in lost])
            connection.execute(delete(SEATS).where(own, named))
            for role in set(roles) - had:
                row = {"account": account, "session": session, "role": role.value}
                connection.execute(insert(connection, SEATS).on_conflict_do_nothing(), row)
            return renumber(connection, account) if lost else ()

        return await self._database.write(work)

    async def delete(self, account: int) -> tuple[int, ...]:
        """Delete an account with its roles and passes; return the passes that ended.

        Raise ``LastOrganiser`` as ``appoint`` does. What was done under its numbers stays.
        """

        def work(connection: Connection) -> tuple[int, ...]:
            _leave_one(connection, account)
            own = delete(PASSES).where(PASSES.c.account == account)
            ended = tuple(connection.scalars(own.returning(PASSES.c.id)))
            connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account))
            return ended

        return await self._database.write(work, scrub=True)


# --- within a transaction ------------------------------------------------------------------------


def make(connection: Connection, address: str, name: str, lang: str, now: int) -> Account:
    """Return the account of an address, made where there was none."""
    row = {
        "key": key_of(address),
        "address": address.strip(),
        "name": name,
        "lang": lang,
        "made": now,
    }
    connection.execute(insert(connection, ACCOUNTS).on_conflict_do_nothing(), row)
    found = _ACCOUNT.where(ACCOUNTS.c.key == row["key"])
    return Account(*connection.execute(found).one())


def held(
    connection: Connection, account: int
) -> tuple[Account, frozenset[Role], tuple[Place, ...]]:
    """Return an account, its offices, and its roles in all sessions where it has a number."""
    asked = {"account": account}
    offices = frozenset(Role(role) for role in connection.scalars(_OFFICES, asked))
    places = set[Place]()
    for slug, person, seat in connection.execute(_PLACES, asked):
        places.update(Place(slug, person, role) for role in offices)
        if seat is not None:
            places.add(Place(slug, person, Role(seat)))
    return Account(*connection.execute(_HOLDER, asked).one()), offices, tuple(places)


def serves(connection: Connection, account: int, session: int) -> bool:
    """Tell whether an account has an office, or a seat in this session."""
    seat = and_(SEATS.c.account == account, SEATS.c.session == session)
    offices = select(OFFICES.c.role).where(OFFICES.c.account == account)
    found = connection.execute(offices.union_all(select(SEATS.c.role).where(seat)).limit(1))
    return found.first() is not None


def member(connection: Connection, account: int, session: int) -> int | None:
    """Return which person an account is in a session, None where it never came."""
    own = and_(MEMBERS.c.account == account, MEMBERS.c.session == session)
    return connection.scalar(select(MEMBERS.c.person).where(own))


def taken(connection: Connection, session: int, person: int) -> bool:
    """Tell whether a person of a session is an account's."""
    own = and_(MEMBERS.c.session == session, MEMBERS.c.person == person)
    return connection.scalar(select(MEMBERS.c.account).where(own).limit(1)) is not None


def admit(connection: Connection, account: int, session: int, person: int) -> None:
    """Let an account be a person of a session for good; the session is locked."""
    row = {"account": account, "session": session, "person": person}
    connection.execute(insert(connection, MEMBERS), row)


def next_person(connection: Connection, session: int, slug: str) -> int:
    """Return a number that nobody in a session had; the session is locked."""
    row = find(connection, slug)
    number = row.persons + 1 if row else 1
    set_session(connection, session, persons=number)
    return number


def renumber(connection: Connection, account: int) -> tuple[int, ...]:
    """Give an account's passes other numbers, under the same tokens; return those of before.

    Sockets, polls and signed pages name a pass by its number: what it opened ends everywhere.
    """
    own = select(PASSES).where(PASSES.c.account == account)
    passes = connection.execute(own).mappings().all()
    for one in passes:
        draft = {**one, "token": secrets.token_bytes(32)}  # until the number of before has gone
        del draft["id"]
        made = connection.execute(insert(connection, PASSES).returning(PASSES.c.id), draft)
        number = made.scalar_one()
        before = GRANTS.c.holder == one["id"]
        connection.execute(update(GRANTS).where(before).values(holder=number))
        connection.execute(delete(PASSES).where(PASSES.c.id == one["id"]))
        own_token = update(PASSES).where(PASSES.c.id == number).values(token=one["token"])
        connection.execute(own_token)
    return tuple(one["id"] for one in passes)


def _leave_one(connection: Connection, account: int) -> None:
    """Raise where an account is the only organiser; two that go at once are told one by one."""
    role = OFFICES.c.role == Role.ORGANISER.value
    query = select(OFFICES.c.account).where(role).order_by(OFFICES.c.account).with_for_update()
    if list(connection.scalars(query)) == [account]:
        raise LastOrganiser


def _listed(connection: Connection, slug: str | None) -> tuple[Listed, ...]:
    """Return all accounts with their offices, or those with a seat in a session."""
    accounts = _ACCOUNT.order_by(func.lower(ACCOUNTS.c.name), ACCOUNTS.c.id)
    roles = select(OFFICES.c.account, OFFICES.c.role)
    if slug is not None:
        seats = select(SEATS.c.account, SEATS.c.role).join(SESSIONS)
        roles = seats.where(SESSIONS.c.slug == slug)
    of: dict[int, set[Role]] = {}
    for account, role in connection.execute(roles):
        of.setdefault(account, set()).add(Role(role))
    listed = (
        Listed(Account(*row), frozenset(of.get(row.id, ()))) for row in connection.execute(accounts)
    )
    return tuple(one for one in listed if slug is None or one.roles)
