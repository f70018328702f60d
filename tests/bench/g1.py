"""G1: what a tick costs as an evening grows: in questions, in upvotes, in viewers."""

import asyncio
import statistics
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dialog.edge.frames import text_frame
from dialog.forum import commands as c
from dialog.forum.names import Role, Stream, Who
from dialog.forum.transcript import Transcript
from dialog.hub.connection import Connection
from dialog.hub.ledger import Waiting
from dialog.hub.room import Room, Timing
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from tests.bench.evening import LIMITS, Size, clock, evening, write
from tests.bench.scenario import Report, figure, main, say
from tests.live.programme import declare

GOAL = "a tick is bounded in questions, flat in upvotes, linear in viewers"
UPVOTES = 200
TICK_MS, FEW = 200, 100  # as many as there are upvotes in a tick: each is told of its own
MANY = (100, 800, 6_400)
OFTEN = Timing(tick=0.002, window=0.0, heartbeat=3_600.0)


def measure(report: Report) -> None:
    """Measure questions and upvotes on a real room, viewers on the real server."""
    questions = (100, 1_000) if report.quick else (100, 1_000, 10_000, 100_000)
    report.conditions |= {"upvotes in a tick": UPVOTES, "limits": LIMITS}
    report.notes.append(
        "Questions and upvotes: a room on SQLite with one follower of each stream, CPU of the "
        "room's thread in the tick alone. Viewers: the server, 500 upvotes a second, all of a tick "
        "at once; what a message costs that is delivered beyond those to a hundred viewers."
    )
    for count in questions:
        asyncio.run(_questions(report, count))
    _viewers(report)


class Ticking(Room):
    """A room that keeps how much CPU each of its ticks takes, in ms."""

    took: list[float]

    def _tell(self, now: float) -> None:
        begun, some = time.thread_time(), self._sweep.dirty
        super()._tell(now)
        if some and not self._sweep.dirty:
            self.took.append((time.thread_time() - begun) * 1000)


class Follower:
    """A line that takes everything at once and counts it."""

    backed_up = False

    def __init__(self) -> None:
        self.taken = 0

    def post(self, frame: bytes) -> bool:
        """Count a frame."""
        self.write(frame)
        return True

    def write(self, *frames: bytes) -> None:
        """Count frames."""
        self.taken += sum(map(len, frames))

    def close(self, code: int, reason: str) -> None:
        """Fail: nobody is sent away here."""
        raise RuntimeError(f"closed with {code}: {reason}")


async def _unkept(_slug: str, _record: Transcript) -> None:
    """Nobody asks for the record here."""


async def _questions(report: Report, count: int) -> None:
    with TemporaryDirectory(prefix="dialog-bench-") as name:
        folder = Path(name)
        live = timedelta(minutes=-10)
        declare(folder / "sessions", "messung", starts=live, goes_live="by_clock")
        url = f"sqlite:///{folder / 'room.sqlite3'}"
        migrate(url)
        database = Database(url)
        try:
            slug = await write(Journal(database), folder / "sessions", count)
            begun = time.perf_counter()
            room = Ticking(
                slug,
                Journal(database),
                clock=clock,
                frame=text_frame,
                publish=_unkept,
                timing=OFTEN,
            )
            room.took = []
            await room.start()
            opened = time.perf_counter() - begun
            say(f"g1: {count:,} questions, opened in {opened:.1f} s")
            report.runs.append({"questions": count, "opened s": opened})
            await _upvotes(report, room, count)
            await room.stop()
        finally:
            await database.close()


async def _upvotes(report: Report, room: Ticking, count: int) -> None:
    roles = {Stream.FLOOR: Role.READER, Stream.STAGE: Role.MINISTER, Stream.DESK: Role.MODERATOR}
    lines = [Follower() for _ in roles]
    for line, (stream, role) in zip(lines, roles.items(), strict=True):
        person = 0 if role is Role.READER else 2_000_000
        connection = Connection(line, Who(person, role, "Folgt"), stream, 1)
        await room.enter(connection, "", 0)
    rounds = 5 if report.quick else 15
    sizes = MANY if count == 1_000 else (UPVOTES,)
    for upvotes in (UPVOTES, *(size for size in sizes if size != UPVOTES)):
        await _round(room, count, upvotes, 0)
        before, kept = sum(line.taken for line in lines), len(room.took)
        spent = time.thread_time()
        for number in range(1, rounds + 1):
            await _round(room, count, upvotes, number)
        spent = time.thread_time() - spent
        took = room.took[kept:]
        taken = (sum(line.taken for line in lines) - before) / len(took)
        report.runs.append(
            {"questions": count, "upvotes": upvotes, "ticks ms": took, "bytes a tick": taken,
             "µs an upvote": (spent * 1000 - sum(took)) / rounds / upvotes * 1000}
        )  # fmt: skip
        if upvotes == UPVOTES:
            most = 10.0 if count >= 100_000 else None
            report.measured[f"tick at {count:,} questions"] = figure(took, "ms", most=most)
        if count == 1_000:
            report.measured[f"tick of {upvotes:,} upvotes"] = figure(took, "ms")


async def _round(room: Ticking, questions: int, upvotes: int, number: int) -> None:
    """Give upvotes for a hundred questions in one batch, and wait for their tick."""
    loop, done = asyncio.get_running_loop(), 0
    ticks, all_done = len(room.took), loop.create_future()

    def answered(reply: object) -> None:
        nonlocal done
        done += 1
        if "Refusal" in type(reply).__name__:
            all_done.set_exception(RuntimeError(str(reply)))
        elif done == upvotes and not all_done.done():
            all_done.set_result(None)

    base, now = number * 10_000_000 + upvotes * 1_000, clock()
    for place in range(upvotes):
        upvote = c.Upvote(1 + place % 100 * (questions // 100), True, now)
        who = Who(base + place, Role.VOLUNTEER, "")
        room.submit(Waiting(upvote, who, answered, f"{place:08d}"))
    await all_done
    while len(room.took) == ticks:  # noqa: ASYNC110 - the room is measured as it is
        await asyncio.sleep(0.001)


def _viewers(report: Report) -> None:
    """Compare what a delivered message costs before few and before many."""
    sizes = (200, 400) if report.quick else (1_000, 2_000, 4_000)
    base = statistics.median(spent for spent, _sent in _busy(report, FEW))
    costs = {
        size: [(spent - base) / (sent - FEW * 1000 / TICK_MS) * 1e6 for spent, sent in found]
        for size, found in ((size, _busy(report, size)) for size in sizes)
    }
    for size, found in costs.items():
        report.measured[f"a message before {size:,} viewers"] = figure(found, "µs")
    pairs = zip(costs[sizes[0]], costs[sizes[-1]], strict=True)
    ratios = [larger / smaller for smaller, larger in pairs]
    report.measured[f"{sizes[-1]:,} ÷ {sizes[0]:,} viewers"] = figure(ratios, "×", most=1.25)


def _busy(report: Report, viewers: int) -> list[tuple[float, float]]:
    """Return the seconds of CPU and the delivered messages in a second, several times.

    Each number of viewers has an evening of its own: upvotes that were given before tell nothing.
    """
    say(f"g1: {viewers} viewers")
    seconds = 0.5 if report.quick else 3.0
    found = []
    size = Size(people=viewers)
    with evening(size, tick_ms=TICK_MS) as ours, ours.load(viewers) as load:
        load.connect()
        for _ in range(report.rounds(5)):
            load.ask("tap", seconds / 4, 500, TICK_MS)
            before = ours.cpu()
            told = load.ask("tap", seconds, 500, TICK_MS)
            spent = ours.cpu() - before
            assert told["deltas"] > FEW * 1000 / TICK_MS or viewers == FEW, "nothing was told"
            found.append((spent / told["seconds"], told["deltas"] / told["seconds"]))
            load.ask("settle", 2)
            report.runs.append(told | {"viewers": viewers})
    return found


if __name__ == "__main__":
    main("g1", GOAL, measure)
