"""P4: what a client gets at first and what follows fit without a gap, whenever a commit falls.

A greeting, a resume, a poll and a request for a snapshot are made at every single turn of the
event loop from before a commit until after its tick, with a journal that waits before and after it
stores, and so many viewers that a tick itself gives way to others. No client may see what is not
stored, and each must have everything in the end without asking again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.journal import Batch, Place, Tail
from dialog.forum.names import SYSTEM, Stream
from dialog.forum.session import Session
from dialog.hub import sweep
from dialog.hub.ledger import Done
from dialog.hub.room import Room
from tests.hub.doubles import ANNA, BORIS, MARA, READER, SLUG, Clock, Memory
from tests.mutants import Mutant
from tests.promises.audience import AT_ONCE, DECLARE, Tab, Venue, unkept

WAITS = 3
TURNS = 30


class Slow(Memory):
    """A journal in memory that waits before it decides, and before and after it stores."""

    async def append(
        self, session: str, place: Place, make: Callable[[Tail], Batch | None]
    ) -> None:
        await _turns(WAITS)
        try:
            await super().append(session, place, make)
        finally:
            await _turns(WAITS)

    async def _write(self) -> None:
        await _turns(WAITS)
        await super()._write()


class Hall(Venue):
    """A room on a journal whose every turn is known."""

    def __init__(self) -> None:
        self.clock, self.tabs = Clock(), []
        self.memory = Slow()

    async def open(self) -> None:
        self.room = Room(
            SLUG, self.memory, clock=self.clock, frame=bytes, publish=unkept, timing=AT_ONCE
        )
        await self.room.start()
        await self.room.ask(DECLARE, SYSTEM)
        await self.settle()


@pytest.fixture
async def hall(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(sweep, "SLICE_MS", 0)
    monkeypatch.setattr(sweep, "LOOK", 2)
    made = Hall()
    await made.open()
    for _ in range(5):
        await made.follow(READER)
    for number in (1, 2):
        await made.room.ask(c.Ask(f"Was ist mit Nummer {number}?"), ANNA)
        rev = await made.room.read(_rev(number))
        await made.room.ask(c.Approve(number, rev), MARA)
    await made.settle()
    with capture_logs():  # commits fail here by hundreds
        yield made
    await made.room.stop()


def _rev(number: int) -> Callable[[Session, Board], int]:
    return lambda session, _board: session.questions[number].rev


async def _turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def greeted(hall: Hall, tab: Tab) -> None:
    await tab.enter()
    hall.tabs.append(tab)


async def resumed(hall: Hall, tab: Tab) -> None:
    known = await hall.fresh(tab.who, tab.stream)
    tab.epoch, tab.seq, tab.session, tab.rows = known.epoch, known.seq, known.session, known.rows
    await greeted(hall, tab)


async def resynced(hall: Hall, tab: Tab) -> None:
    await greeted(hall, tab)
    tab.resync("error")


async def polled(hall: Hall, tab: Tab) -> None:
    """Poll once and again, as a page does, without waiting."""
    own = None
    for _ in range(2):
        await hall.room.moved(tab.stream, tab.epoch, tab.seq, 0.001, own=own)
        for message in await hall.room.updates(tab.stream, tab.who, tab.epoch, tab.seq):
            tab.take(json.loads(message))
        own = (tab.who, next(m["own"] for m in reversed(tab.seen) if m["type"] == "me"))


WAYS: list[Callable[[Hall, Tab], Awaitable[None]]] = [greeted, resumed, resynced, polled]


async def changed(hall: Hall, turn: int, *, fails: bool) -> None:
    """Let somebody support and ask; where the commit fails nothing of it may be seen."""
    hall.memory.failing = int(fails)
    on = turn % 2 == 0
    hall.clock.now += 10
    hall.room.resyncs.clear()
    one = hall.room.ask(c.Upvote(1, on, hall.clock.now), BORIS)
    other = hall.room.ask(c.Ask(f"Und was ist mit {turn}?"), ANNA)
    replies = await asyncio.gather(one, other)
    assert all(isinstance(reply, Done) for reply in replies) is not fails


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("fails", [False, True], ids=["stored", "not stored"])
@pytest.mark.parametrize("stream, who", [(Stream.FLOOR, ANNA), (Stream.DESK, MARA)])
async def test_at_every_turn(hall, way, fails, stream, who) -> None:
    for turn in range(TURNS):
        changing = asyncio.create_task(changed(hall, turn, fails=fails))
        await _turns(turn)
        tab = Tab(hall, who, stream)
        coming = asyncio.create_task(way(hall, tab))
        while not coming.done():
            await asyncio.sleep(0)
            assert _stored(hall, tab)
        await coming
        await changing
        await hall.settle()
        await _turns(10)
        assert _stored(hall, tab)
        if way is polled:
            await polled(hall, tab)
        tab.deliver()
        await hall.settle()
        tab.deliver()
        fresh = await hall.fresh(who, stream)
        assert tab.state == fresh.state, turn
        assert tab.own == fresh.own, turn
        assert set(hall.room.resyncs) <= {"error"}, turn
        deltas = [m for m in tab.seen if m["type"] == "delta"]
        assert len({m["to"] for m in deltas}) == len(deltas), "twice"
        tab.leave()
        hall.tabs.clear()


def _stored(hall: Hall, tab: Tab) -> bool:
    """Tell whether all that this client was sent is in the journal."""
    head = len(hall.memory.entries)
    sent = [json.loads(frame) for frame in tab.line.frames] + tab.seen
    return all(max(m.get("seq", 0), m.get("to", 0)) <= head for m in sent)


async def test_a_poll_that_waits_hears_of_a_commit_at_every_turn(hall) -> None:
    tab = Tab(hall, ANNA, Stream.FLOOR)
    await polled(hall, tab)
    for turn in range(TURNS):
        changing = asyncio.create_task(changed(hall, turn, fails=False))
        await _turns(turn)
        await asyncio.wait_for(hall.room.moved(tab.stream, tab.epoch, tab.seq, 60), 10)
        await changing
        await hall.settle()
        await polled(hall, tab)
        assert tab.state == (await hall.fresh(ANNA, Stream.FLOOR)).state


MUTANTS = (
    Mutant(
        "the state is read while a commit is under way",
        "dialog/hub/room.py",
        "        if self._task is None or self._task.done():",
        "        if self._task is not None:",
        "at_every_turn",
    ),
    Mutant(
        "a client goes live a moment after its snapshot",
        "dialog/hub/room.py",
        "        self.presence.enter(connection)\n",
        "        asyncio.get_running_loop().call_later(0.002, self.presence.enter, connection)\n",
        "at_every_turn",
    ),
    Mutant(
        "a client begins at the head instead of where it is",
        "dialog/hub/room.py",
        "connection.seq = self._resumable(connection.stream, epoch, seq)",
        "connection.seq = self._head(connection.stream)",
        "at_every_turn",
    ),
    Mutant(
        "a tick tells what is not stored",
        "dialog/hub/room.py",
        "            await self._inbox.gather(self._timing.window)\n",
        "            asyncio.get_running_loop().call_later(\n"
        "                0.0, lambda: [self._sweep.send(self._ledger, c)\n"
        "                for c in self.presence.everyone()])\n"
        "            await self._inbox.gather(self._timing.window)\n",
        "at_every_turn",
    ),
    Mutant(
        "a poll looks, and only then begins to listen",
        "dialog/hub/pollers.py",
        "        self._passes[future] = pass_id\n",
        "        later = self._passes.setdefault\n"
        "        asyncio.get_running_loop().call_later(0.05, later, future, pass_id)\n",
        "a_poll_that_waits",
    ),
)
