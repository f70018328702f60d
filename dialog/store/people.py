"""All personal data: who holds which pass, which person that is in a session, and their names.

Tokens are random, shown once and stored as SHA-256; the journal knows person numbers only.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    not_,
    or_,
    select,
    update,
)

from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE, Admission, Role
from dialog.store import accounts, deletions
from dialog.store.accounts import Account
from dialog.store.database import Database
from dialog.store.sessions import find, lock
from dialog.store.tables import (
    GRANTS,
    GUESTS,
    INVITATIONS,
    PASSES,
    PEOPLE,
    SESSIONS,
    insert,
    upsert,
)

TOKEN_BYTES = 24
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Made once: thousands come back at the same moment, and each is looked up.
_PASS = select(
    PASSES.c.id, PASSES.c.made, PASSES.c.seen, PASSES.c.account, PASSES.c.confirmed
).where(PASSES.c.token == bindparam("token"))
_GRANTS_OF = (
    select(SESSIONS.c.slug, GRANTS.c.person, GRANTS.c.role, PEOPLE.c.name, PEOPLE.c.admission)
    .join(SESSIONS, SESSIONS.c.id == GRANTS.c.session)
    .join(
        PEOPLE,
        and_(
            PEOPLE.c.session == GRANTS.c.session,
            PEOPLE.c.number == GRANTS.c.person,
            PEOPLE.c.role == GRANTS.c.role,
        ),
    )
    .where(GRANTS.c.holder == bindparam("holder"))
)
# A pass that opens nothing, with which nobody has signed in either.
_EMPTY = and_(PASSES.c.account.is_(None), PASSES.c.id.not_in(select(GRANTS.c.holder)))

Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a pass is good in ms: since it was last seen, and since it was made."""

    idle: int = 30 * DAY
    absolute: int = 180 * DAY

    @property
    def stale(self) -> int:
        """How old *last seen* may grow before it is written anew: not at every page."""
        return min(HOUR, self.idle // 8)

    def good(self, made: int, seen: int, now: int) -> bool:
        """Tell whether a pass has not run out."""
        return seen > now - self.idle and made > now - self.absolute


STAFF_LIFETIME = Lifetime(12 * HOUR, 7 * DAY)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a pass opens: one session (slug) as one person in one role, and how they came in."""

    session: str
    person: int
    role: Role
    name: str
    admission: Admission = Admission.JOINED


@dataclass(frozen=True, slots=True)
class Pass:
    """A browser's pass, and what it opens.

    Of whoever signed in: the account, its offices, and when they last showed that it is them (ms).
    """

    id: int
    grants: tuple[Grant, ...]
    account: Account | None = None
    offices: frozenset[Role] = frozenset()
    confirmed: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, the token of their pass, and the passes that ended by that."""

    token: str
    account: Account
    ended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A pass as its owner sees it: when it was made and last seen, in ms UTC."""

    id: int
    made: int
    seen: int


class Stranger(Exception):  # noqa: N818 - it is said of a link
    """A private link of one person, opened where another one has signed in."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation offers, and whether it still can be used."""

    slug: str
    role: Role
    name: str
    usable: bool


class People:
    """The people of all sessions of one database; ``clock`` returns ms UTC."""

    def __init__(
        self,
        database: Database,
        secret: str,
        clock: Clock,
        lifetime: Lifetime | None = None,
        staff: Lifetime = STAFF_LIFETIME,
    ) -> None:
        """``lifetime`` is that of passes without an account, ``staff`` of those with one."""
        self._database = database
        self._secret = secret.encode()
        self._clock = clock
        self._lifetime = lifetime or Lifetime()
        self._staff = staff

    async def new_pass(self) -> str:
        """Make a pass that opens nothing yet and return its token."""
        now = self._clock()
        _, token = await self._database.write(lambda connection: self._make_pass(connection, now))
        return token

    async def pass_of(self, token: str) -> Pass | None:
        """Return the pass of a token, or None where there is none or it ran out."""
        now = self._clock()
        found = await self._database.read(lambda connection: self._pass(connection, token, now))
        if found is None:
            return None
        holder, seen = found
        if seen < now - self._good_for(holder.account).stale and not self._database.failing:
            with suppress(Unavailable):  # whoever only reads a page need not know
                await self._database.write(
                    lambda connection: connection.execute(
                        update(PASSES).where(PASSES.c.id == holder.id).values(seen=now)
                    )
                )
        return holder

    async def leave(self, token: str) -> None:
        """End a pass; whoever still has its token holds nothing."""
        await self._database.write(
            lambda connection: connection.execute(
                delete(PASSES).where(PASSES.c.token == digest(token))
            )
        )

    async def join(
        self, token: str | None, slug: str, name: str, admission: Admission = Admission.JOINED
    ) -> tuple[str, Grant]:
        """Let a browser take part as a volunteer, always as the same person; return its token.

        The name may be another one than last time; how somebody first came in stays.
        """
        now = self._clock()

        def work(connection: Connection) -> tuple[str, Grant]:
            session = lock(connection, slug).id
            holder, valid = self._holder(connection, token, now)
            person = _person_of(connection, holder, session, slug, Role.VOLUNTEER)
            admitted = _name(connection, session, person, Role.VOLUNTEER, name, now, admission)
            self._know_link(connection, session, slug, person)
            _grant(connection, holder, session, person, Role.VOLUNTEER)
            return valid, Grant(slug, person, Role.VOLUNTEER, name, admitted)

        return await self._database.write(work)

    async def part(self, slug: str) -> tuple[int, ...]:
        """End what volunteers' passes open of a published session; return the passes left empty.

        Those end with it. Private links stay good: they lead back to one's own questions for as
        long as these stay.
        """

        def work(connection: Connection) -> tuple[int, ...]:
            session = lock(connection, slug).id
            volunteers = and_(GRANTS.c.session == session, GRANTS.c.role == Role.VOLUNTEER.value)
            left_empty = and_(
                PASSES.c.account.is_(None),
                PASSES.c.id.in_(select(GRANTS.c.holder).where(volunteers)),
                PASSES.c.id.not_in(select(GRANTS.c.holder).where(not_(volunteers))),
            )
            ended = delete(PASSES).where(left_empty).returning(PASSES.c.id)
            numbers = tuple(connection.scalars(ended))
            connection.execute(delete(GRANTS).where(volunteers))
            return numbers

        return await self._database.write(work, scrub=True)

    async def purge(self, slug: str, persons: Collection[int]) -> int:
        """Forget who took part in a session but those persons, and how anybody was called.

        Return how many are forgotten. What their passes opened here ends, and passes that open
        nothing else end with it; invitations that cannot be used any more go, too.
        """
        now = self._clock()

        def work(connection: Connection) -> int:
            session = lock(connection, slug).id
            here = PEOPLE.c.session == session
            role = PEOPLE.c.role == Role.VOLUNTEER.value
            others = and_(here, role, PEOPLE.c.number.not_in(persons))
            query = select(PEOPLE.c.number, PEOPLE.c.since).where(others)
            gone = [deletions.Person(*row) for row in connection.execute(query)]
            _end(connection, session, [person.number for person in gone])
            connection.execute(delete(PEOPLE).where(others))
            named = and_(here, PEOPLE.c.name != "")
            query = select(PEOPLE.c.number, PEOPLE.c.since).where(named)
            unnamed = [deletions.Person(*row) for row in connection.execute(query)]
            connection.execute(update(PEOPLE).where(named).values(name=""))
            columns = INVITATIONS.c
            spent = or_(columns.used != 0, columns.expires <= now)
            connection.execute(delete(INVITATIONS).where(columns.session == session, spent))
            deletions.note(connection, slug, now, people=gone, unnamed=unnamed)
            return len(gone)

        return await self._database.write(work, scrub=True)

    async def since(self, slug: str, person: int) -> int:
        """Return since when a volunteer takes part, in ms UTC; 0 for nobody."""
        session = select(SESSIONS.c.id).where(SESSIONS.c.slug == slug).scalar_subquery()
        query = select(PEOPLE.c.since).where(_volunteer(session, person))
        return await self._database.read(lambda c: c.execute(query).scalar_one_or_none()) or 0

    async def unname(self, slug: str, person: int) -> None:
        """Forget how a volunteer was called, and nothing else."""

        def work(connection: Connection) -> None:
            session = lock(connection, slug).id
            named = and_(_volunteer(session, person), PEOPLE.c.name != "")
            query = update(PEOPLE).where(named).values(name="").returning(PEOPLE.c.since)
            gone = [deletions.Person(person, since) for since in connection.scalars(query)]
            deletions.note(connection, slug, self._clock(), unnamed=gone)

        await self._database.write(work, scrub=True)

    async def forget(self, slug: str, person: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Delete a volunteer: name, address, private link, and what passes open for them.

        Return the passes that ended, and those that open something else and stay.
        """

        def work(connection: Connection) -> tuple[tuple[int, ...], tuple[int, ...]]:
            session = lock(connection, slug).id
            guests = deletions.uninvite(connection, session, GUESTS.c.person == person)
            ended, others, gone = let_go(connection, session, person)
            deletions.note(connection, slug, self._clock(), people=gone, guests=guests)
            return ended, others

        return await self._database.write(work, scrub=True)

    # --- invitations of staff --------------------------------------------------------------------

    async def invite(self, slug: str, role: Role, name: str, ttl_s: int) -> str:
        """Return the token of a new invitation that one person can use once within ``ttl_s``."""
        expires = self._clock() + ttl_s * 1000

        def work(connection: Connection) -> str:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            row = {
                "token": digest(token),
                "session": lock(connection, slug).id,
                "role": role.value,
                "name": name,
                "expires": expires,
                "used": 0,
            }
            connection.execute(insert(connection, INVITATIONS), row)
            return token

        return await self._database.write(work)

    async def invitation(self, token: str) -> Invitation | None:
        """Return what an invitation offers, without using it."""
        now = self._clock()
        columns = INVITATIONS.c
        query = (
            select(SESSIONS.c.slug, columns.role, columns.name, columns.used, columns.expires)
            .join(SESSIONS, SESSIONS.c.id == columns.session)
            .where(columns.token == digest(token))
        )
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return None
        return Invitation(row.slug, Role(row.role), row.name, not row.used and row.expires > now)

    async def consume(self, token: str, pass_token: str | None) -> tuple[str, Grant] | None:
        """Use an invitation up; return the pass's new token and the grant, or None if it is spent.

        A browser that already is someone in this session stays that person.
        """
        now = self._clock()

        def work(connection: Connection) -> tuple[str, Grant] | None:
            row = _spend(connection, token, now)
            if row is None:
                return None
            slug, role, name = row
            session = lock(connection, slug).id
            holder, _ = self._holder(connection, pass_token, now)
            person = _person_of(connection, holder, session, slug, role)
            _name(connection, session, person, role, name, now)
            _grant(connection, holder, session, person, role)
            return _rotate(connection, holder), Grant(slug, person, role, name)

        return await self._database.write(work)

    # --- private links of volunteers -------------------------------------------------------------

    async def private_link(self, slug: str, person: int) -> str:
        """Return the token that lets a volunteer go on in another browser, the same every time.

        Raise ``LookupError`` where nobody has this number. Showing it writes nothing, unless the
        secret is another one than when the volunteer came.
        """
        session = select(SESSIONS.c.id).where(SESSIONS.c.slug == slug).scalar_subquery()
        query = select(PEOPLE.c.since, PEOPLE.c.link).where(_volunteer(session, person))
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            raise LookupError(f"{slug}: nobody has the number {person}")
        link = self.link(slug, person, row.since)
        if row.link != digest(link):
            with suppress(Unavailable):  # it is known when it is shown the next time
                await self._database.write(
                    lambda connection: self._know_link(connection, session, slug, person)
                )
        return link

    async def known(self, link: str) -> str | None:
        """Return the session (slug) that a private link opens, None where it is none or void."""
        query = (
            select(SESSIONS.c.slug)
            .join(PEOPLE, PEOPLE.c.session == SESSIONS.c.id)
            .where(PEOPLE.c.link == digest(link))
        )
        return await self._database.read(lambda c: c.execute(query).scalar_one_or_none())

    async def follow(self, link: str, pass_token: str | None) -> tuple[str, Grant] | None:
        """Let this browser be the person of a private link, or return None where there is none.

        Raise ``Stranger`` where somebody else has signed in, or staff of the session: nobody may
        decide as one person on what they asked as another.
        """
        now = self._clock()
        query = (
            select(PEOPLE, SESSIONS.c.slug)
            .join(SESSIONS, SESSIONS.c.id == PEOPLE.c.session)
            .where(PEOPLE.c.link == digest(link))
        )

        def work(connection: Connection) -> tuple[str, Grant] | None:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            lock(connection, row.slug)
            holder, _ = self._holder(connection, pass_token, now)
            _be(connection, holder, row.session, row.number)
            _grant(connection, holder, row.session, row.number, Role.VOLUNTEER)
            admission = Admission(row.admission)
            grant = Grant(row.slug, row.number, Role.VOLUNTEER, row.name, admission)
            return _rotate(connection, holder), grant

        return await self._database.write(work)

    def _know_link(
        self, connection: Connection, session: int | ScalarSelect[int], slug: str, person: int
    ) -> None:
        """Store what a volunteer's private link will be known by."""
        own = _volunteer(session, person)
        since = connection.execute(select(PEOPLE.c.since).where(own)).scalar_one()
        link = digest(self.link(slug, person, since))
        connection.execute(update(PEOPLE).where(own).values(link=link))

    def link(self, slug: str, person: int, since: int) -> str:
        """Return the token of the private link of whoever came at ``since`` (ms UTC)."""
        body = f"private link\n{slug}\n{person}\n{since}".encode()
        code = hmac.digest(self._secret, body, "sha256")
        return urlsafe_b64encode(code[:TOKEN_BYTES]).decode()

    # --- people who sign in --------------------------------------------------------------------

    async def sign_in(self, account: int, before: str | None) -> SignedIn:
        """Let a browser be an account's, with a new pass; ``before`` is the token that it had.

        What it had ends: nothing that was planted rises. Where it is that account's already, only
        its token changes, and it is noted when they showed that it is them.
        """
        return await self._database.write(
            lambda connection: self.signed_in(connection, account, before)
        )

    def signed_in(self, connection: Connection, account: int, before: str | None) -> SignedIn:
        """Do within a transaction what ``sign_in`` does."""
        now = self._clock()
        found = self._pass(connection, before, now) if before else None
        known = found[0].account if found else None
        if found and known and known.id == account:
            own = update(PASSES).where(PASSES.c.id == found[0].id)
            connection.execute(own.values(confirmed=now))
            return SignedIn(_rotate(connection, found[0].id), known)
        theirs = delete(PASSES).where(PASSES.c.token == digest(before or ""))
        ended = tuple(connection.scalars(theirs.returning(PASSES.c.id)))
        number, token = self._make_pass(connection, now)
        made = update(PASSES).where(PASSES.c.id == number)
        connection.execute(made.values(account=account, confirmed=now))
        return SignedIn(token, accounts.held(connection, account)[0], ended)

    async def confirmed(self, number: int) -> int:
        """Return when whoever signed in with a pass last showed that it is them, in ms UTC."""
        query = select(PASSES.c.confirmed).where(PASSES.c.id == number)
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

    async def passes(self, account: int) -> tuple[Held, ...]:
        """Return the good passes of an account, the last seen first."""
        now = self._clock()
        columns = PASSES.c
        own = columns.account == account
        query = select(columns.id, columns.made, columns.seen).where(own)
        rows = await self._database.read(lambda c: c.execute(query).all())
        good = [Held(*row) for row in rows if self._staff.good(row.made, row.seen, now)]
        return tuple(sorted(good, key=lambda held: (-held.seen, -held.id)))

    async def end(self, account: int, number: int = 0, *, but: int = 0) -> tuple[int, ...]:
        """End one pass of an account, or all ``but`` one; return those that ended."""
        which = PASSES.c.id == number if number else PASSES.c.id != but
        own = delete(PASSES).where(PASSES.c.account == account, which).returning(PASSES.c.id)
        return await self._database.write(lambda connection: tuple(connection.scalars(own)))

    async def enter(self, token: str, slug: str) -> Pass | None:
        """Let staff be a person of a session from now on; return the pass with what it opens.

        None where nobody has signed in, or who did has no role there.
        """
        now = self._clock()

        def work(connection: Connection) -> Pass | None:
            found = self._pass(connection, token, now)
            session = find(connection, slug, lock=True)
            if found is None or found[0].account is None or session is None:
                return None
            holder, account = found[0].id, found[0].account.id
            if not accounts.serves(connection, account, session.id):
                return None
            _person_of(connection, holder, session.id, slug, Role.ORGANISER)
            again = self._pass(connection, token, now)
            return again[0] if again else None

        return await self._database.write(work)

    # --- passes ----------------------------------------------------------------------------------

    def _holder(self, connection: Connection, token: str | None, now: int) -> tuple[int, str]:
        """Return a good pass's number and token: the one handed in, or a new one."""
        found = self._pass(connection, token, now) if token else None
        if found is None or token is None:
            return self._make_pass(connection, now)
        return found[0].id, token

    def _make_pass(self, connection: Connection, now: int) -> tuple[int, str]:
        """Return a new pass's number and token; those that ran out go whenever a new one comes."""
        signed, others = now - self._staff.absolute, now - self._lifetime.absolute
        ran_out = or_(
            and_(PASSES.c.account.is_(None), PASSES.c.made <= others),
            and_(PASSES.c.account.is_not(None), PASSES.c.made <= signed),
        )
        connection.execute(delete(PASSES).where(ran_out))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        statement = insert(connection, PASSES).returning(PASSES.c.id)
        row = {"token": digest(token), "made": now, "seen": now}
        return int(connection.execute(statement, row).scalar_one()), token

    def _pass(self, connection: Connection, token: str, now: int) -> tuple[Pass, int] | None:
        row = connection.execute(_PASS, {"token": digest(token)}).one_or_none()
        if row is None:
            return None
        grants = _grants(connection, row.id)
        held = Pass(row.id, grants)
        if row.account is not None:
            account, offices, places = accounts.held(connection, row.account)
            own = {(grant.session, grant.role): grant for grant in grants}
            for one in places:
                grant = Grant(one.session, one.person, one.role, account.name)
                own[one.session, one.role] = grant
            held = Pass(row.id, _sorted(own.values()), account, offices, row.confirmed)
        good = self._good_for(held.account).good(row.made, row.seen, now)
        return (held, row.seen) if good else None

    def _good_for(self, account: Account | None) -> Lifetime:
        return self._lifetime if account is None else self._staff


def let_go(
    connection: Connection, session: int, person: int
) -> tuple[tuple[int, ...], tuple[int, ...], list[deletions.Person]]:
    """Delete a volunteer with their link.

    Return the passes that ended, those that open something else and stay, and who it was.
    """
    role = GRANTS.c.role == Role.VOLUNTEER.value
    own = and_(GRANTS.c.session == session, GRANTS.c.person == person, role)
    known = _volunteer(session, person)
    since = connection.scalars(select(PEOPLE.c.since).where(known)).all()
    held = connection.scalars(delete(GRANTS).where(own).returning(GRANTS.c.holder)).all()
    empty = delete(PASSES).where(PASSES.c.id.in_(held), _EMPTY).returning(PASSES.c.id)
    ended = set(connection.scalars(empty))
    connection.execute(delete(PEOPLE).where(known))
    gone = [deletions.Person(person, moment) for moment in since]
    return tuple(sorted(ended)), tuple(sorted({*held} - ended)), gone


def _end(connection: Connection, session: int, persons: Collection[int]) -> None:
    """End what volunteers' passes open of a session, and the passes that open nothing else."""
    theirs = and_(GRANTS.c.session == session, GRANTS.c.role == Role.VOLUNTEER.value)
    holders: set[int] = set()
    for person in persons:
        own = and_(theirs, GRANTS.c.person == person)
        holders.update(connection.scalars(delete(GRANTS).where(own).returning(GRANTS.c.holder)))
    for holder in holders:
        connection.execute(delete(PASSES).where(PASSES.c.id == holder, _EMPTY))


def digest(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _rotate(connection: Connection, holder: int) -> str:
    """Give a pass another token: one planted before the holder rose must not rise with it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    own = PASSES.c.id == holder
    connection.execute(update(PASSES).where(own).values(token=digest(token)))
    return token


def _grants(connection: Connection, holder: int) -> tuple[Grant, ...]:
    rows = connection.execute(_GRANTS_OF, {"holder": holder})
    return _sorted(
        Grant(slug, person, Role(role), name, Admission(admission))
        for slug, person, role, name, admission in rows
    )


def _sorted(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    return tuple(sorted(grants, key=lambda grant: (grant.session, grant.role.value)))


def _grant(connection: Connection, holder: int, session: int, person: int, role: Role) -> None:
    row = {"holder": holder, "session": session, "role": role.value, "person": person}
    upsert(connection, GRANTS, [row])


# --- people --------------------------------------------------------------------------------------


def _person_of(connection: Connection, holder: int, session: int, slug: str, role: Role) -> int:
    """Return who a pass is in a session: its account's person, else in this role, else in any.

    Else a new number. One number for all roles, or people could decide on their own questions.
    The session is locked.
    """
    account = connection.scalar(select(PASSES.c.account).where(PASSES.c.id == holder))
    if account is not None:
        person = accounts.member(connection, account, session)
        if person is None:
            person = accounts.next_person(connection, session, slug)
            accounts.admit(connection, account, session, person)
        return person
    own = and_(GRANTS.c.holder == holder, GRANTS.c.session == session)
    rows = connection.execute(select(GRANTS.c.role, GRANTS.c.person).where(own)).all()
    known = {str(found): int(person) for found, person in rows}
    if known:
        return known.get(role.value, min(known.values()))
    return accounts.next_person(connection, session, slug)


def _be(connection: Connection, holder: int, session: int, person: int) -> None:
    """Let who signed in be a volunteer of a session, or raise ``Stranger``."""
    account = connection.scalar(select(PASSES.c.account).where(PASSES.c.id == holder))
    if account is None:
        return
    known = accounts.member(connection, account, session)
    if known is None and not accounts.serves(connection, account, session):
        if accounts.taken(connection, session, person):
            raise Stranger
        accounts.admit(connection, account, session, person)
    elif known != person:
        raise Stranger


def _volunteer(session: int | ScalarSelect[int], person: int) -> ColumnElement[bool]:
    """Return the condition that finds a volunteer's row."""
    role = PEOPLE.c.role == Role.VOLUNTEER.value
    return and_(PEOPLE.c.session == session, PEOPLE.c.number == person, role)


def _name(
    connection: Connection,
    session: int,
    person: int,
    role: Role,
    name: str,
    now: int,
    admission: Admission = Admission.JOINED,
) -> Admission:
    """Store how a person is called in a role, and return how they came in.

    Whoever was there keeps that, *since* and private link.
    """
    row = {
        "session": session,
        "number": person,
        "role": role.value,
        "name": name,
        "since": now,
        "admission": admission.value,
    }
    statement = insert(connection, PEOPLE)
    keys = [column.name for column in PEOPLE.primary_key]
    named = statement.on_conflict_do_update(
        index_elements=keys, set_={"name": statement.excluded.name}
    )
    return Admission(connection.execute(named.returning(PEOPLE.c.admission), row).scalar_one())


def _spend(connection: Connection, token: str, now: int) -> tuple[str, Role, str] | None:
    """Mark an invitation as used, if it was not; whoever comes second finds nothing."""
    columns = INVITATIONS.c
    good = and_(columns.token == digest(token), columns.used == 0, columns.expires > now)
    spent = update(INVITATIONS).where(good).values(used=now)
    slug = select(SESSIONS.c.slug).where(SESSIONS.c.id == columns.session).scalar_subquery()
    row = connection.execute(spent.returning(slug, columns.role, columns.name)).one_or_none()
    return None if row is None else (row[0], Role(row[1]), row[2])
