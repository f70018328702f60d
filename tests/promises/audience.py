"""An audience before a real room: clients that know the published protocol, over lines that fail.

The room stands on the real journal in a SQLite file; its clock is moved by hand. It can be thrown
away and opened again as after a crash, or from a copy of the file as after a restore.
"""

import asyncio
import json
import shutil
import sqlite3
import zlib
from collections import deque
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dialog.forum import commands as c
from dialog.forum.evolve import replay
from dialog.forum.names import MINUTE, SYSTEM, Limits, Role, Stream, Who
from dialog.forum.phase import Schedule
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript
from dialog.forum.views import me
from dialog.hub import wire
from dialog.hub.connection import Connection
from dialog.hub.ledger import Done, Reply, Waiting
from dialog.hub.room import Room, Timing
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from tests.forum.laws import Tally, picture
from tests.hub.doubles import NOW, SLUG, Clock, apart

Message = dict[str, Any]
FOLDER = TemporaryDirectory(prefix="dialog-audience-")
AT_ONCE = Timing(tick=0.001, window=0.0, heartbeat=3_600.0)
DECLARE = c.Declare(
    Schedule(NOW - MINUTE, NOW, NOW + 600 * MINUTE),
    topics=("Sprache", "Wohnen"),
    by_clock=True,
    limits=Limits(ask_ms=0, waiting=1_000),
)


@cache
def migrated() -> Path:
    """A migrated SQLite file to copy."""
    found = Path(FOLDER.name) / "migrated.db"
    migrate(f"sqlite:///{found}")
    return found


class Line:
    """What a room writes to one client, until it is delivered; ``backed_up`` is set by hand."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.backed_up = False
        self.piled_up: list[str] = []
        self.code = 0

    def post(self, frame: bytes) -> bool:
        if self.backed_up:
            return False
        self.write(*apart(frame))
        return True

    def write(self, *frames: bytes) -> None:
        for frame in frames:
            kind = json.loads(frame)["type"]
            if self.backed_up and kind not in ("welcome", "done", "refused"):
                self.piled_up.append(kind)
            if not self.code:
                self.frames.append(frame)

    def close(self, code: int, _reason: str) -> None:
        self.code = self.code or code


class Tab:
    """A client of one stream: its state follows the messages, and it asks when they do not fit."""

    def __init__(self, venue: "Venue", who: Who, stream: Stream = Stream.FLOOR) -> None:
        self.venue, self.who, self.stream = venue, who, stream
        self.line = Line()
        self.connection: Connection | None = None
        self.epoch, self.seq = "", 0
        self.session: Message = {}
        self.rows: dict[int, Message] = {}
        self.me: Message = {}
        self.resyncing = False
        self.unanswered: dict[str, Message] = {}
        self.answers: list[tuple[Message, Message]] = []
        self.seen: list[Message] = []

    async def enter(self) -> None:
        """Connect, say how far one has come, and send again what was not answered."""
        self.leave()
        self.line, self.resyncing = Line(), False
        self.connection = Connection(self.line, self.who, self.stream, 1)
        await self.venue.room.enter(self.connection, self.epoch, self.seq)
        for message in list(self.unanswered.values()):
            self._submit(message)

    def leave(self) -> None:
        """Lose the connection, with all that was still under way."""
        if self.connection:
            self.venue.room.leave(self.connection)
        self.connection = None
        self.line.frames.clear()

    def give(self, do: str, key: str, **fields: object) -> None:
        """Give a command; it is sent until it is answered."""
        message = {"type": "command", "key": key, "do": do} | fields
        self.unanswered[key] = message
        if self.connection:
            self._submit(message)

    def _submit(self, message: Message) -> None:
        order = wire.decode(json.dumps(message))
        assert isinstance(order, wire.Order)
        line = self.line

        def answer(reply: Reply) -> None:
            if isinstance(reply, Done):
                line.write(wire.done(reply.key, reply.seq, reply.result))
            else:
                line.write(wire.refused(order.key, reply))

        self.venue.room.submit(Waiting(order.command, self.who, answer, order.key, self.stream))

    def deliver(self) -> bool:
        """Take in all that has arrived, and tell whether any of it was more than a sign of life."""
        news = False
        while self.line.frames:
            message = json.loads(self.line.frames.popleft())
            news = news or message["type"] != "heartbeat" or self.resyncing
            self.take(message)
        return news or self.resyncing

    def take(self, message: Message) -> None:
        self.seen.append(message)
        match message:
            case {"type": "welcome" | "me"}:
                self.me = message["me"]
            case {"type": "snapshot"}:
                self.epoch, self.seq = message["epoch"], message["seq"]
                self.session = message["session"]
                self.rows = {row["number"]: row for row in message["questions"]}
                self.resyncing = False
            case {"type": "delta"} if message["to"] > self.seq:
                self._delta(message)
            case {"type": "mine", "upvoted": upvoted}:
                kept = {n for n in self.me["upvoted"] if upvoted.get(str(n), True)}
                self.me["upvoted"] = sorted(kept | {int(n) for n, on in upvoted.items() if on})
                own = {row["number"]: row for row in self.me["mine"] + message["questions"]}
                self.me["mine"] = [own[number] for number in sorted(own)]
            case {"type": "heartbeat", "seq": seq, "digest": told}:
                if seq == self.seq and told != self.digest():
                    self.resync("digest")
            case {"type": "done" | "refused", "key": key} if key in self.unanswered:
                if message.get("code") != "busy":
                    self.answers.append((self.unanswered.pop(key), message))

    def _delta(self, delta: Message) -> None:
        rows = delta.get("questions", [])
        if delta["from"] != self.seq or any(
            "text" not in row and row["number"] not in self.rows for row in rows
        ):
            self.resync("gap")
            return
        self.seq, self.session = delta["to"], delta.get("session", self.session)
        for number in delta.get("gone", []):
            self.rows.pop(number, None)  # it may have come and gone meanwhile
        for row in rows:
            self.rows[row["number"]] = self.rows.get(row["number"], {}) | row

    def resync(self, why: str) -> None:
        """Ask for everything, once until it comes."""
        if not self.resyncing and self.connection:
            self.resyncing = True
            self.venue.room.resync(self.connection, why)

    def digest(self) -> str:
        texts = [
            json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            for r in (self.session, *self.rows.values())
        ]
        return f"{sum(zlib.crc32(text.encode()) for text in texts) % 2**32:08x}"

    @property
    def own(self) -> Message:
        """What one alone may see; the count of a public question is its row's."""
        counts = {n: {"upvotes": row["upvotes"]} for n, row in self.rows.items()}
        mine = [row | counts.get(row["number"], {}) for row in self.me["mine"]]
        return self.me | {"mine": mine}

    @property
    def state(self) -> tuple[Message, dict[int, Message]]:
        return self.session, self.rows


class Venue:
    """A room on a real journal, and who is there."""

    slug = SLUG

    def __init__(self, folder: Path) -> None:
        self.file = Path(shutil.copy(migrated(), folder / "room.db"))
        self.clock = Clock()
        self.tabs: list[Tab] = []
        self.resyncs = 0

    async def open(self) -> None:
        self.database = Database(f"sqlite:///{self.file}")
        self.journal = Journal(self.database)
        await self.begin()

    async def begin(self) -> None:
        self.room = Room(
            self.slug, self.journal, clock=self.clock, frame=bytes, publish=unkept, timing=AT_ONCE
        )
        await self.room.start()
        await self.room.ask(DECLARE, SYSTEM)
        await self.settle()

    async def close(self) -> None:
        await self.room.stop()
        await self.database.close()

    # --- what happens to servers ---------------------------------------------------------------

    async def crash(self) -> None:
        """Throw the room away as it is; what has reached the writer is stored, what not, is not."""
        await self._fall()
        await self.begin()

    async def _fall(self) -> None:
        task = self.room._task
        assert task is not None
        while not task.done():  # what it waits for may come in the same moment
            task.cancel()
            await asyncio.sleep(0)
        for batch in (True, False):  # each line is served in its order
            await self.database.write(lambda _connection: None, batch=batch)
        for tab in self.tabs:
            tab.leave()

    def copy(self, to: Path) -> None:
        """Copy the database while it is in use."""
        with sqlite3.connect(self.file) as source, sqlite3.connect(to) as target:
            source.backup(target)
        source.close()
        target.close()

    async def restore(self, copied: Path) -> None:
        """Put a copy in the place of the database, under a new epoch."""
        await self._fall()
        await self.database.close()
        for left in self.file.parent.glob(f"{self.file.name}-*"):
            left.unlink()
        shutil.copy(copied, self.file)
        self.database = Database(f"sqlite:///{self.file}")
        self.journal = Journal(self.database)
        await self.journal.new_epoch(self.slug)
        await self.begin()

    # --- who is there --------------------------------------------------------------------------

    async def follow(self, who: Who, stream: Stream = Stream.FLOOR) -> Tab:
        """Let a new client in."""
        tab = Tab(self, who, stream)
        self.tabs.append(tab)
        await tab.enter()
        return tab

    async def fresh(self, who: Who, stream: Stream) -> Tab:
        """Return what a client that comes now and knows nothing gets to see."""
        tab = Tab(self, who, stream)
        await tab.enter()
        tab.deliver()
        tab.leave()
        return tab

    def hold(self) -> None:
        """Let no tick go out, so that what happens is one delta in the end."""
        self.room._tick_at = float("inf")

    def beat(self) -> None:
        """Let ticks go out again, and a heartbeat with them."""
        self.room._tick_at = self.room._beat_at = 0.0
        self.room._stir.set()

    async def settle(self) -> None:
        """Wait until the room has nothing more to do."""
        room, calm = self.room, 0
        async with asyncio.timeout(20):
            while calm < 2:  # at the first look a commit may still be under way
                await room.read(lambda _session, _board: None)
                await asyncio.sleep(0)
                calm = 0 if room._inbox or room._requests or self._ticking() else calm + 1

    def _ticking(self) -> bool:
        room = self.room
        due = room._beat_at == 0 or (room._sweep.dirty and room._tick_at != float("inf"))
        return due or room._sweep.busy

    async def quiet(self) -> None:
        """Let everyone come back and hear everything, until nobody has anything to say."""
        for tab in self.tabs:
            tab.line.backed_up = False
            if tab.connection is None:
                await tab.enter()
        heard, beats = True, 0
        while heard:  # a beat alone is nothing new
            beats += 1
            assert beats < 20, "it never comes to rest"
            self.beat()
            await self.settle()
            heard = sum(tab.deliver() for tab in self.tabs) > 0
        await self.settle()
        assert not any(tab.unanswered or tab.resyncing or tab.line.frames for tab in self.tabs)

    # --- what must be --------------------------------------------------------------------------

    async def books(self) -> tuple[Session, Tally]:
        """Return what the stored journal adds up to, and its naive tally."""
        opened = await self.journal.open(self.slug)
        tally = Tally()
        for entry in opened.entries:
            tally.follow(entry)
        return replay(opened.entries, opened.texts), tally

    async def check(self) -> Session:
        """Check that every client has exactly what the stored journal says."""
        session, tally = await self.books()
        known = session.voters_sealed is None  # who supports what
        for number in session.questions if known else ():
            assert session.upvotes(number) == len(tally.people(number))
        for tab in self.tabs:
            shown = json.loads(json.dumps(picture(session, tab.stream)))
            fresh = (shown[0], {int(number): row for number, row in shown[1].items()})
            assert tab.state == fresh, (tab.who, tab.stream)
            assert not tab.line.piled_up, "who drains nothing is left out"
            if tab.stream is Stream.FLOOR:
                assert tab.own == json.loads(json.dumps(me(session, tab.who))), tab.who
                if tab.who.role is Role.VOLUNTEER and known:
                    own = {n for n, people in tally.own.items() if tab.who.person in people}
                    assert set(tab.me["upvoted"]) == own
        return session


async def unkept(_slug: str, _record: Transcript) -> None:
    """Nobody asks for the record here."""
