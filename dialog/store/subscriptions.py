"""Who gets notices by mail: asked for, confirmed by a link in a letter, ended by another one.

Both links follow from the number of the subscription and the server's secret, so that a letter
need not carry them while it waits. Stored are hashes. Who ends it leaves nothing but a report
without the address, so that no restored database writes to them again.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from dialog.store.database import Database
from dialog.store.deletions import Report, keep
from dialog.store.people import DAY, TOKEN_BYTES, Clock, digest
from dialog.store.tables import LETTERS, SUBSCRIPTIONS

GOOD_MS: Final = 2 * DAY
KINDS: Final = ("subscribe", "notice")


class Subscription(NamedTuple):
    """A subscription; ``topics`` empty: all. Moments are ms UTC, ``confirmed`` 0 for not yet."""

    id: str
    address: str
    lang: str
    topics: tuple[str, ...]
    wanted: tuple[str, ...]
    asked: int
    confirmed: int


class Links(NamedTuple):
    """The tokens of a subscription's two links: to confirm it, and to end it."""

    confirm: str
    end: str


class Subscriptions:
    """The subscriptions of one database; ``clock`` returns ms UTC."""

    def __init__(self, database: Database, secret: str, clock: Clock) -> None:
        self._database = database
        self._secret = secret.encode()
        self._clock = clock

    def links(self, one: Subscription) -> Links:
        """Return what the letters to a subscriber say."""
        return self._links(one.id, one.asked)

    async def ask(self, key: str, address: str, lang: str, topics: tuple[str, ...]) -> str:
        """Note that somebody wants these topics at an address, and return the number of it.

        Nothing holds before it was confirmed from there; what was confirmed before goes on.
        """
        now = self._clock()

        def work(connection: Connection) -> str:
            same = SUBSCRIPTIONS.c.key == key
            known = connection.execute(select(SUBSCRIPTIONS).where(same)).one_or_none()
            id_ = known.id if known else secrets.token_hex(16)
            links = self._links(id_, now)
            wish = {"wanted": "\n".join(topics), "asked": now, "opening": digest(links.confirm)}
            if known is None:
                row = {"id": id_, "key": key, "topics": "", "confirmed": 0}
                whose = {"address": address, "lang": lang, "ending": digest(links.end)}
                connection.execute(SUBSCRIPTIONS.insert(), row | whose | wish)
            else:
                if not known.confirmed:
                    wish |= {"address": address, "lang": lang}
                connection.execute(update(SUBSCRIPTIONS).where(same).values(wish))
            return str(id_)

        return await self._database.write(work)

    async def get(self, id_: str) -> Subscription | None:
        """Return a subscription by its number."""
        return await self._one(SUBSCRIPTIONS.c.id == id_)

    async def offered(self, token: str) -> Subscription | None:
        """Return what a link confirms, without doing so; None for one that is spent or unknown."""
        return await self._one(self._good(token))

    async def confirm(self, token: str) -> bool:
        """Let a subscription hold from now on, and tell whether the link was good."""
        change = {"topics": SUBSCRIPTIONS.c.wanted, "confirmed": self._clock(), "opening": None}
        good = update(SUBSCRIPTIONS).where(self._good(token)).values(change)
        found = good.returning(SUBSCRIPTIONS.c.id)
        if await self.offered(token) is None:  # a guess costs no turn of the writer
            return False
        return bool(await self._database.write(lambda connection: connection.scalars(found).all()))

    async def ends(self, token: str) -> Subscription | None:
        """Return what a link ends, without doing so."""
        return await self._one(SUBSCRIPTIONS.c.ending == digest(token))

    async def end(self, token: str) -> bool:
        """Delete a subscription and the letters to it; False where there is none any more."""
        now = self._clock()

        def work(connection: Connection) -> bool:
            own = SUBSCRIPTIONS.c.ending == digest(token)
            columns = SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.address
            gone = connection.execute(delete(SUBSCRIPTIONS).where(own).returning(*columns)).all()
            for row in gone:
                theirs = LETTERS.c.address == row.address, LETTERS.c.kind.in_(KINDS)
                connection.execute(delete(LETTERS).where(*theirs))
                report = Report(secrets.token_hex(16), now, "", subscriptions=[row.id])
                keep(connection, report)
            return bool(gone)

        if await self.ends(token) is None:  # a guess costs no turn of the writer
            return False
        return await self._database.write(work, scrub=True)

    async def readers(self) -> tuple[Subscription, ...]:
        """Return all that were confirmed."""
        query = _select().where(SUBSCRIPTIONS.c.confirmed > 0).order_by(SUBSCRIPTIONS.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(map(_subscription, rows))

    async def count(self) -> int:
        """Return how many were confirmed."""
        query = select(func.count()).where(SUBSCRIPTIONS.c.confirmed > 0)
        return await self._database.read(lambda connection: connection.scalar(query) or 0)

    async def forget(self) -> None:
        """Delete what nobody confirmed within two days."""
        old = and_(SUBSCRIPTIONS.c.confirmed == 0, SUBSCRIPTIONS.c.asked <= self._clock() - GOOD_MS)
        any_old = select(SUBSCRIPTIONS.c.id).where(old).limit(1)
        if await self._database.read(lambda connection: connection.scalar(any_old)):
            gone = delete(SUBSCRIPTIONS).where(old)
            await self._database.write(lambda connection: connection.execute(gone), scrub=True)

    async def _one(self, own: ColumnElement[bool]) -> Subscription | None:
        query = _select().where(own)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _subscription(row)

    def _good(self, token: str) -> ColumnElement[bool]:
        young = SUBSCRIPTIONS.c.asked > self._clock() - GOOD_MS
        return and_(SUBSCRIPTIONS.c.opening == digest(token), young)

    def _links(self, id_: str, asked: int) -> Links:
        return Links(self._token("confirm", f"{id_}\n{asked}"), self._token("end", id_))

    def _token(self, what: str, of: str) -> str:
        body = f"subscription {what}\n{of}".encode()
        code = hmac.digest(self._secret, body, "sha256")
        return urlsafe_b64encode(code[:TOKEN_BYTES]).decode()


def _select() -> Any:  # noqa: ANN401 - a select of these columns
    columns = SUBSCRIPTIONS.c
    return select(
        columns.id,
        columns.address,
        columns.lang,
        columns.topics,
        columns.wanted,
        columns.asked,
        columns.confirmed,
    )


def _subscription(row: Any) -> Subscription:  # noqa: ANN401 - SQLAlchemy's row
    topics, wanted = (tuple(filter(None, text.split("\n"))) for text in (row.topics, row.wanted))
    return Subscription(row.id, row.address, row.lang, topics, wanted, row.asked, row.confirmed)
