"""Sign-ins by mail: a link for any browser, a code for the one that asked, each good once.

Link and code follow from the number of the sign-in and the server's secret, so that a letter need
not carry them while it waits. Stored are hashes.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from dialog.forum.names import MINUTE
from dialog.store.accounts import Account
from dialog.store.database import Database
from dialog.store.people import DAY, TOKEN_BYTES, People, SignedIn, digest
from dialog.store.tables import ACCOUNTS, SIGNINS, insert

GOOD_MS = 10 * MINUTE
TRIES = 5
# Of one account, whoever asks: a code is one of a million, and sign-ins can be asked for again and
# again. Beyond it the link goes on working, so nobody is locked out by others.
WRONG_A_DAY = 15
_NUMBER = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a letter says of a sign-in: the token of its link, and its code of six digits."""

    token: str
    code: str


class SignIns:
    """The sign-ins of one database; ``clock`` returns ms UTC."""

    def __init__(
        self, database: Database, people: People, secret: str, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._people = people
        self._secret = secret.encode()
        self._clock = clock

    def sealed(self, number: str) -> Sealed:
        """Return what the letter of a sign-in says."""
        token = urlsafe_b64encode(self._derive("sign-in link", number)[:TOKEN_BYTES]).decode()
        code = int.from_bytes(self._derive("sign-in code", number)) % 1_000_000
        return Sealed(token, f"{code:06}")

    async def ask(self, account: int, good_ms: int = GOOD_MS) -> str:
        """Begin a sign-in of an account and return its number, 32 hex digits."""
        now, number = self._clock(), secrets.token_hex(16)
        told = self.sealed(number)
        row = {
            "id": number,
            "account": account,
            "token": digest(told.token),
            "code": self._derive("known code", number + told.code),
            "expires": now + good_ms,
            "used": 0,
            "tries": 0,
        }

        def work(connection: Connection) -> str:
            connection.execute(delete(SIGNINS).where(SIGNINS.c.expires <= now - DAY))
            connection.execute(insert(connection, SIGNINS), row)
            return number

        return await self._database.write(work)

    async def offered(self, token: str) -> Account | None:
        """Return whom a link lets in, without using it; None for one that is spent or unknown."""
        columns = ACCOUNTS.c
        query = (
            select(columns.id, columns.address, columns.name, columns.lang)
            .join(SIGNINS, SIGNINS.c.account == columns.id)
            .where(self._by_link(token))
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return next((Account(*row) for row in rows), None)

    async def follow(self, token: str, before: str | None) -> SignedIn | None:
        """Use a link up, in whichever browser; ``before`` is the token of the pass it had."""
        spent = update(SIGNINS).where(self._by_link(token)).values(used=self._clock())

        def work(connection: Connection) -> SignedIn | None:
            account = connection.scalar(spent.returning(SIGNINS.c.account))
            return None if account is None else self._people.signed_in(connection, account, before)

        return await self._database.write(work)

    async def enter(self, number: str, code: str, before: str | None) -> SignedIn | None:
        """Use a sign-in up by its code, in the browser that asked; None for whatever is wrong.

        Nothing tells a wrong code from one tried too often, or from an account there is not.
        """
        if not _NUMBER.fullmatch(number):
            return None
        now = self._clock()
        given = self._derive("known code", number + code)
        own = SIGNINS.c.id == number
        good = and_(own, SIGNINS.c.used == 0, SIGNINS.c.expires > now, SIGNINS.c.tries < TRIES)
        tried = update(SIGNINS).where(good).values(tries=SIGNINS.c.tries + 1)
        spent = update(SIGNINS).where(own).values(used=now, tries=SIGNINS.c.tries - 1)

        def work(connection: Connection) -> SignedIn | None:
            row = connection.execute(
                tried.returning(SIGNINS.c.account, SIGNINS.c.code)
            ).one_or_none()
            if row is None or _tries(connection, row.account) > WRONG_A_DAY:
                return None
            if not hmac.compare_digest(row.code, given):
                return None
            connection.execute(spent)
            return self._people.signed_in(connection, row.account, before)

        return await self._database.write(work)

    def _by_link(self, token: str) -> ColumnElement[bool]:
        columns = SIGNINS.c
        good = and_(columns.used == 0, columns.expires > self._clock())
        return and_(columns.token == digest(token), good)

    def _derive(self, what: str, of: str) -> bytes:
        body = f"{what}\n{of}".encode(errors="replace")
        return hmac.digest(self._secret, body, "sha256")


def _tries(connection: Connection, account: int) -> int:
    """Return how many codes of an account's sign-ins were tried of late, this one included."""
    query = select(func.sum(SIGNINS.c.tries)).where(SIGNINS.c.account == account)
    return int(connection.scalar(query) or 0)
