"""Our server with a session to measure: questions, people, and tickets for their browsers.

The session is written by the program's own store, people come in by its own functions; the server
is the real one. What limits a single person or address is lifted, since one machine plays them all.
"""

import asyncio
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import Connection, select

from dialog.forum.events import Acted, Asked, Axis, Change, Entry, Upvoted
from dialog.forum.journal import Batch, Place
from dialog.forum.names import SYSTEM, Phase, Review, Role
from dialog.forum.question import Standing, Wording
from dialog.hub.ledger import Ledger, Waiting
from dialog.programme import programme
from dialog.store import payloads
from dialog.store.database import Database, make_engine
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from dialog.store.people import People
from dialog.store.tables import JOURNAL
from dialog.web.announcement import declare as declared
from dialog.web.seals import Sealed, Seals
from tests.bench.load import Load
from tests.bench.machine import SERVER_CORE, cpu, memory, pinned
from tests.bench.scenario import PROFILES
from tests.bench.words import question
from tests.live.programme import declare
from tests.live.server import Server

LIFTED = {
    "connections": 15_000,
    "connections_per_address": 15_000,
    "messages_per_10s": 100_000_000,
    "hello_seconds": 60,
    "drain_seconds": 20,
}
LIMITS = (
    "Lifted for the load: connections in all and for an address (15,000), messages of a person, "
    "time for the hello. All else is as it comes."
)
MODERATOR = 1_000_000
AT_ONCE = 10_000
LAST_TEXT = 2**31 - 1

T = TypeVar("T")


class Size(NamedTuple):
    """How large an evening is."""

    questions: int = 200
    people: int = 100


def clock() -> int:
    """Return the time in ms UTC."""
    return time.time_ns() // 1_000_000


class OneCommit:
    """A database of which everything asked for is one transaction."""

    failing = False

    def __init__(self, connection: Connection) -> None:
        """Bind it to the transaction."""
        self._connection = connection

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do what would be a commit of its own."""
        return work(self._connection)

    read = write


class Evening:
    """One server of ours with one live session; ``folder`` is its own."""

    def __init__(self, folder: Path, size: Size, *, url: str = "", **settings: object) -> None:
        """Write session, people and tickets; the server is not started."""
        self.folder, self.size, self.url = folder, size, url
        self.slug = declare(
            folder / "sessions", "messung", starts=timedelta(minutes=-10), goes_live="by_clock"
        )
        self.secret = secrets.token_urlsafe(32)
        given = LIFTED | {"tick_ms": 200, "secret": self.secret} | settings
        given |= {"database_url": url} if url else {}
        self._settings = given
        self.server = Server(folder, {"live": self.slug}, **given)
        if PROFILES in os.environ:
            kept = Path(os.environ[PROFILES]) / f"{folder.name}.pstats"
            self.server.program = ("-m", "tests.bench.profiled", str(kept))
        self.database_url = url or f"sqlite:///{folder / 'data' / 'dialog.sqlite3'}"
        self.tickets = folder / "tickets"
        migrate(self.database_url)
        asyncio.run(self._write())

    def beside(self, number: int) -> "Evening":
        """Return another process of the same evening, which stands on the same database."""
        other = copy(self)
        folder = self.folder / f"beside-{number}"
        folder.mkdir()
        settings = self._settings | {"sessions": self.folder / "sessions"}
        other.server = Server(folder, {"live": self.slug}, **settings)
        return other

    async def _write(self) -> None:
        database = Database(self.database_url)
        try:
            await write(Journal(database), self.folder / "sessions", self.size.questions)
            tickets = await database.write(lambda connection: asyncio.run(self._join(connection)))
        finally:
            await database.close()
        self.tickets.write_text("".join(f"{t}\t{page}\n" for t, page in tickets), "ascii")

    async def _join(self, connection: Connection) -> list[tuple[str, str]]:
        """Let people join in one commit; return their cookies and the tokens of their pages."""
        people = People(cast("Database", OneCommit(connection)), self.secret, clock)
        seals = Seals(self.secret, clock)
        tickets = []
        for number in range(1, self.size.people + 1):
            token, _grant = await people.join(None, self.slug, f"Person {number}")
            holder = await people.pass_of(token)
            assert holder is not None
            tickets.append((token, seals.page(Sealed(holder.id, self.slug, Role.VOLUNTEER))))
        return tickets

    # --- running -----------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server on its core."""
        with pinned(SERVER_CORE):
            self.server.start()

    @property
    def pid(self) -> int:
        """The server's process."""
        process = self.server._process
        assert process is not None
        return process.pid

    def cpu(self) -> float:
        """Return the seconds of CPU that the server took."""
        return cpu(self.pid)

    def memory(self) -> float:
        """Return the bytes that the server takes."""
        return memory(self.pid)

    def load(self, connections: int, *, skip: int = 0) -> Load:
        """Return a load client with tickets for this session, after the first ``skip`` people."""
        tickets = self.tickets
        if skip:
            tickets = self.folder / f"tickets-{skip}"
            lines = self.tickets.read_text("ascii").splitlines(keepends=True)
            tickets.write_text("".join(lines[skip:]), "ascii")
        return Load(
            self.server.port,
            connections,
            path=f"/sessions/{self.slug}/live",
            origin=self.server.base,
            tickets=tickets,
            questions=self.size.questions,
        )

    def stored(self) -> int:
        """Return how many taps the journal holds, as it lies on the disk."""

        engine = make_engine(self.database_url, size=1, writes=False)
        try:
            with engine.begin() as connection:
                query = select(JOURNAL.c.payload).where(JOURNAL.c.kind == "upvoted")
                return sum(_taps(payload) for payload in connection.scalars(query))
        finally:
            engine.dispose()


@contextmanager
def evening(size: Size, *, url: str = "", **settings: object) -> Iterator[Evening]:
    """Run an evening in a folder of its own, to its end."""
    with TemporaryDirectory(prefix="dialog-bench-") as folder:
        made = Evening(Path(folder), size, url=url, **settings)
        made.start()
        try:
            yield made
        finally:
            made.server.stop()


# --- a session's journal -----------------------------------------------------------------------


async def write(journal: Journal, sessions: Path, questions: int) -> str:
    """Write the journal of the one declared session with its approved questions."""
    (declaration,) = programme(sessions).declarations
    slug = declaration.slug
    ledger = Ledger(await journal.open(slug))
    draft = ledger.draft([Waiting(declared(declaration), SYSTEM)], clock())
    await _append(journal, slug, ledger.batch(draft))
    head, at = ledger.session.seq, clock()
    waiting: list[Entry] = []
    for entry in asked(questions, head, at, ledger.session.last_text):
        waiting.append(entry)
        if len(waiting) >= AT_ONCE:
            await _append(journal, slug, Batch(tuple(waiting), phase=Phase.LIVE))
            waiting.clear()
    if waiting:
        await _append(journal, slug, Batch(tuple(waiting), phase=Phase.LIVE))
    return slug


def _taps(payload: str) -> int:
    event = payloads.decode("upvoted", payload)
    return len(event.taps) if isinstance(event, Upvoted) else 0


async def _append(journal: Journal, slug: str, batch: Batch) -> None:
    before = Place(await journal.epoch(slug), batch.entries[0].number - 1, LAST_TEXT)
    await journal.append(slug, before, lambda _tail: batch)


def asked(questions: int, head: int, at: int, last_text: int) -> Iterator[Entry]:
    """Return what the journal holds of questions that were asked and approved."""
    dice = random.Random(questions)
    approved = Standing(Review.APPROVED, by=MODERATOR)
    for number in range(1, questions + 1):
        text = last_text + number
        body = f"{question(dice)} ({number})"
        event = Asked(number, Wording(text))
        yield Entry(head + 2 * number - 1, at, MODERATOR + number, event, ((text, body),))
        change = Change(Axis.STANDING, number, Standing(), approved)
        yield Entry(head + 2 * number, at, MODERATOR, Acted("approve", (change,)))
