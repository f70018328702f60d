"""A tick to many: handed out in slices, beside answers, and never twice or backwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from dialog.forum import commands as c
from dialog.forum.names import SYSTEM, Reason, Stream
from dialog.hub import sweep
from dialog.hub.ledger import Done, Ledger
from dialog.hub.room import Timing
from tests.hub.doubles import ANNA, BORIS, DECLARE, MARA, READER, Hall, Line

VIEWERS = 300
AT_ONCE = Timing(tick=0.005, window=0, heartbeat=3_600)


@pytest.fixture
async def crowded(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Hall, list[Line]]]:
    """A hall of many, of whom one hears at a time."""
    monkeypatch.setattr(sweep, "SLICE_MS", 0)
    monkeypatch.setattr(sweep, "LOOK", 1)
    hall = Hall(AT_ONCE)
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    await hall.settled()
    await hall.room.ask(c.Ask("Hört mich jemand?"), BORIS)
    rev = await hall.room.read(lambda session, _board: session.questions[1].rev)
    await hall.room.ask(c.Approve(1, rev), MARA, stream=Stream.DESK)
    lines = [(await hall.follow(READER))[0] for _ in range(VIEWERS)]
    await swept(hall)
    yield hall, lines
    await hall.room.stop()


async def swept(hall: Hall) -> None:
    """Wait until everybody has heard everything."""
    await hall.settled()
    await hall.room._sweep.end()


def hearing(lines: list[Line], to: int) -> int:
    return sum(any(m.get("to", 0) >= to for m in line.frames) for line in lines)


async def tap(hall: Hall, on: bool) -> int:
    """Support a question, and return the number at which that is seen."""
    hall.clock.now += 10
    await hall.room.ask(c.Upvote(1, on, hall.clock.now), ANNA)
    return await hall.room.read(lambda _session, board: board.sheets[Stream.FLOOR].seq)


async def begun(hall: Hall, heard: Callable[[], int]) -> None:
    """Wait until a tick is on its way: some have heard, others have not."""
    async with asyncio.timeout(5):
        while not 0 < heard() < VIEWERS:
            await hall.room.read(lambda _session, _board: None)


async def test_nothing_is_made_for_who_takes_nothing(crowded, monkeypatch) -> None:
    hall, lines = crowded
    for turn in range(10):  # each of them stands still at another number
        await swept(hall)
        lines[turn].backed_up = True
        await tap(hall, on=turn % 2 == 0)
    await swept(hall)
    made: list[Stream] = []
    rows = hall.room._sweep.rows

    def counted(ledger: Ledger, stream: Stream, seq: int) -> bytes:
        made.append(stream)
        return rows(ledger, stream, seq)

    monkeypatch.setattr(hall.room._sweep, "rows", counted)
    await tap(hall, on=True)
    await swept(hall)
    assert made.count(Stream.FLOOR) == 1
    for line in lines:
        line.backed_up = False


async def test_an_answer_does_not_wait_until_everyone_has_heard(crowded) -> None:
    hall, lines = crowded
    first = await tap(hall, on=True)
    await begun(hall, lambda: hearing(lines, first))
    second = await tap(hall, on=False)
    assert hearing(lines, first) < VIEWERS, "an answer came only after everyone had heard"
    assert hearing(lines, second) == 0, "and what came meanwhile is the next tick's"
    await swept(hall)
    for line in lines:
        deltas = [m for m in line.frames if m["type"] == "delta"]
        ends = [m["to"] for m in deltas]
        starts = [m["from"] for m in deltas]
        assert ends[-1] == second
        assert starts[1:] == ends[:-1], "no gap, and nothing twice"


async def test_who_asks_for_everything_meanwhile_hears_nothing_older_afterwards(crowded) -> None:
    """A question that waits again, which no stream of the floor shows, has been returned."""
    hall, _ = crowded
    await hall.room.ask(c.Ask("Wartet diese?"), ANNA)
    tabs = [await hall.follow(ANNA) for _ in range(VIEWERS)]
    await swept(hall)
    rev = await hall.room.read(lambda session, _board: session.questions[2].rev)
    done = await hall.room.ask(c.Return(2, rev, Reason.UNCLEAR), MARA, stream=Stream.DESK)
    assert isinstance(done, Done)
    await begun(hall, lambda: sum("mine" in line.kinds() for line, _ in tabs))
    await hall.room.ask(c.Undo(json.loads(done.result)["event"]), MARA, stream=Stream.DESK)
    waiting = [tab for tab in tabs if "mine" not in tab[0].kinds()]
    assert waiting, "all had heard already"
    for _, connection in waiting:
        hall.room.resync(connection, "error")
    await swept(hall)
    for line, _ in waiting:
        later = line.frames[line.kinds().index("me") :]
        told = [m["me"]["mine"] for m in later if m["type"] == "me"]
        told += [m["questions"] for m in later if m["type"] == "mine"]
        assert {row["review"] for rows in told for row in rows} == {"waiting"}


async def test_what_of_ones_own_was_kept_back_comes_when_it_drains(crowded) -> None:
    hall, _ = crowded
    line, _ = await hall.follow(ANNA)
    line.backed_up = True
    await tap(hall, on=True)
    await swept(hall)
    assert "mine" not in line.kinds()
    line.backed_up = False
    async with asyncio.timeout(5):
        while "delta" not in line.kinds():
            await hall.room.read(lambda _session, _board: None)
    assert line.last("me")["me"]["upvoted"] == [1]
