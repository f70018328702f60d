"""Information notices and calls: drafts, what is public, and what was withdrawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from dialog.store.database import Database
from dialog.store.people import Clock
from dialog.store.tables import NOTICE_LINKS, NOTICES, NoticeKind, NoticeState


class Link(NamedTuple):
    """A published answer: the slug of its record and the number of its question."""

    slug: str
    question: int


class Draft(NamedTuple):
    """What an organiser writes; days are ISO (empty: open), ``deadline`` ms UTC (0: none)."""

    kind: NoticeKind = NoticeKind.NOTICE
    title: str = ""
    summary: str = ""
    body: str = ""
    topics: tuple[str, ...] = ()
    from_: str = ""
    until: str = ""
    deadline: int = 0
    links: tuple[Link, ...] = ()


class Notice(NamedTuple):
    """A notice as it stands; moments are ms UTC, 0 for never.

    Whoever changes it says which ``rev`` they saw; ``edition`` is the last one that subscribers are
    to be told of, ``mailed`` the last one they were told of.
    """

    number: int
    slug: str
    state: NoticeState
    draft: Draft
    published: int
    changed: int
    rev: int
    edition: int
    mailed: int

    @property
    def path(self) -> str:
        """The permanent address, without the server's name."""
        return f"/information/{self.slug}"


class Notices:
    """The notices of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> tuple[Notice, ...]:
        """Return all of them, the latest first; drafts before."""
        return await self._database.read(lambda connection: _found(connection, NOTICES.c.rev > 0))

    async def get(self, number: int) -> Notice | None:
        """Return one of them."""
        own = NOTICES.c.number == number
        found = await self._database.read(lambda connection: _found(connection, own))
        return found[0] if found else None

    async def mark(self) -> tuple[int, int]:
        """Return what is another whenever anything public has changed."""
        shown = NOTICES.c.state != NoticeState.DRAFT
        query = select(func.count(), func.coalesce(func.sum(NOTICES.c.rev), 0)).where(shown)
        count, revs = await self._database.read(lambda connection: connection.execute(query).one())
        return int(count), int(revs)

    async def make(self, draft: Draft) -> int:
        """Begin a notice as a draft, and return its number."""

        def work(connection: Connection) -> int:
            new = {"state": NoticeState.DRAFT, "published": 0, "edition": 0, "mailed": 0}
            row = _row(draft) | new | {"changed": self._clock(), "rev": 1}
            insert = NOTICES.insert().values(row).returning(NOTICES.c.number)
            number = int(connection.execute(insert).scalar_one())
            _link(connection, number, draft.links)
            return number

        return await self._database.write(work)

    async def save(self, number: int, rev: int, draft: Draft, *, again: bool = False) -> bool:
        """Change a notice; False where somebody else did meanwhile.

        ``again`` lets subscribers be told of it once more.
        """
        more = {"edition": NOTICES.c.edition + 1} if again else {}

        def work(connection: Connection) -> bool:
            if not self._change(connection, number, rev, _row(draft) | more):
                return False
            connection.execute(delete(NOTICE_LINKS).where(NOTICE_LINKS.c.notice == number))
            _link(connection, number, draft.links)
            return True

        return await self._database.write(work)

    async def publish(
        self, number: int, rev: int, slug: Callable[[int], str], *, mail: bool
    ) -> bool:
        """Let everybody see a notice; False where somebody else changed it meanwhile.

        It keeps the address that it had before; ``slug`` gives the n-th one to try for a new one.
        With ``mail`` subscribers are told.
        """

        def work(connection: Connection) -> bool:
            own = NOTICES.c.number == number
            row = connection.execute(
                select(NOTICES.c.slug, NOTICES.c.published).where(own)
            ).one_or_none()
            if row is None:
                return False
            change: dict[str, Any] = {"state": NoticeState.PUBLISHED}
            change["slug"] = row.slug or _free(connection, slug)
            change["published"] = row.published or self._clock()
            if mail:
                change["edition"] = NOTICES.c.edition + 1
            return self._change(connection, number, rev, change)

        return await self._database.write(work)

    async def withdraw(self, number: int, rev: int) -> bool:
        """Let nobody see a notice any more; False where somebody else changed it meanwhile."""
        change = {"state": NoticeState.WITHDRAWN, "mailed": NOTICES.c.edition}
        return await self._database.write(
            lambda connection: self._change(connection, number, rev, change)
        )

    async def drop(self, number: int, rev: int) -> bool:
        """Delete a draft that was never public; False where there is none as it was seen."""
        own = and_(NOTICES.c.number == number, NOTICES.c.rev == rev, NOTICES.c.published == 0)
        gone = delete(NOTICES).where(own).returning(NOTICES.c.number)
        return bool(await self._database.write(lambda connection: connection.scalars(gone).all()))

    async def mailed(self, number: int, edition: int) -> None:
        """Note that all subscribers' letters of an edition are in the outbox."""
        own = and_(NOTICES.c.number == number, NOTICES.c.mailed < edition)
        done = update(NOTICES).where(own).values(mailed=edition)
        await self._database.write(lambda connection: connection.execute(done))

    def _change(
        self, connection: Connection, number: int, rev: int, change: Mapping[str, Any]
    ) -> bool:
        own = and_(NOTICES.c.number == number, NOTICES.c.rev == rev)
        values = {**change, "rev": rev + 1, "changed": self._clock()}
        changed = update(NOTICES).where(own).values(values).returning(NOTICES.c.number)
        return bool(connection.scalars(changed).all())


def _found(connection: Connection, own: ColumnElement[bool]) -> tuple[Notice, ...]:
    links: dict[int, list[Link]] = {}
    order = (NOTICE_LINKS.c.notice, NOTICE_LINKS.c.slug.desc(), NOTICE_LINKS.c.question)
    query = select(NOTICE_LINKS).join(NOTICES).where(own).order_by(*order)
    for row in connection.execute(query):
        links.setdefault(row.notice, []).append(Link(row.slug, row.question))
    public = NOTICES.c.published == 0
    rows = connection.execute(
        select(NOTICES)
        .where(own)
        .order_by(public.desc(), NOTICES.c.published.desc(), NOTICES.c.number.desc())
    )
    return tuple(_notice(row, links.get(row.number, [])) for row in rows)


def _notice(row: Any, links: Sequence[Link]) -> Notice:  # noqa: ANN401 - SQLAlchemy's row
    draft = Draft(
        NoticeKind(row.kind),
        row.title,
        row.summary,
        row.body,
        tuple(filter(None, row.topics.split("\n"))),
        row.from_,
        row.until,
        row.deadline,
        tuple(links),
    )
    state = NoticeState(row.state)
    moments = row.published, row.changed, row.rev, row.edition, row.mailed
    return Notice(row.number, row.slug or "", state, draft, *moments)


def _row(draft: Draft) -> dict[str, Any]:
    row = draft._asdict()
    del row["links"]
    return row | {"kind": draft.kind.value, "topics": "\n".join(draft.topics)}


def _link(connection: Connection, number: int, links: Sequence[Link]) -> None:
    rows = [{"notice": number, **one._asdict()} for one in dict.fromkeys(links)]
    if rows:
        connection.execute(NOTICE_LINKS.insert(), rows)


def _free(connection: Connection, slug: Callable[[int], str]) -> str:
    """Return the first address that no other notice has or had."""
    count = 1
    while connection.scalar(select(NOTICES.c.number).where(NOTICES.c.slug == slug(count))):
        count += 1
    return slug(count)
