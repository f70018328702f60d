"""W3: the White House's evening through a room's own entrance, stored, and opened again.

Three processes besides this one, one after the other: one has the room and plays, with a store on
SQLite (FULL, group commit) and a clock that shows the hour of the evening; one opens what it left
from the journal alone; one opens it from the state that the second left. What each holds in the end
is compared with a model that knows sets and nothing else. No limit on people stands in a room.
"""

import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
import uuid
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from sqlite3 import connect
from typing import Any

from dialog.edge.frames import text_frame
from dialog.edge.server import _collect_rarely
from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.names import SYSTEM, Limits, Role, Who
from dialog.forum.phase import Schedule
from dialog.forum.refusals import Refusal
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript
from dialog.hub.ledger import Done, Reply, Waiting
from dialog.hub.room import Room
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.migrate import migrate
from tests.bench.scenario import Report, figure, main, say
from tests.bench.white_house import ASK, HOURS, TAKE_BACK, Action, Crowd
from tests.bench.words import question

GOAL = (
    "92,927 people, 104,127 questions, 3,606,825 upvotes: at most 2 min and 300 MiB; opened again "
    "in at most 1 s from a state and 10 s from the journal; every count right"
)
SLUG = "2009-03-26-open-for-questions"
BEGUN = 1_238_000_400_000
HOUR_MS = 3_600_000
PATIENCE_MS = 300_000  # of the evening: a tap that waits for ten minutes is stale
MODERATOR = Who(1, Role.MODERATOR, "Mara Moos")
ACTIONS, COUNTS, PLAYED = "actions", "sets", "played"
WIDTH = len(Action._fields)
AT_ONCE = 20_000
MIB = 1024


# --- what is played ------------------------------------------------------------------------------


def draw(folder: Path, scale: float) -> Crowd:
    """Write the actions of an evening into a folder, and return who drew them."""
    crowd = Crowd(scale)
    with (folder / ACTIONS).open("wb") as file:
        drawn = array("I")
        for action in crowd.actions():
            drawn.extend(action)
            if len(drawn) >= AT_ONCE * WIDTH:
                drawn.tofile(file)
                del drawn[:]
        drawn.tofile(file)
    return crowd


def read(folder: Path) -> Iterator[Action]:
    """Return the actions of a folder, some at a time: they are no part of what is measured."""
    with (folder / ACTIONS).open("rb") as file:
        while some := file.read(AT_ONCE * WIDTH * array("I").itemsize):
            numbers = iter(array("I", some))
            yield from map(Action._make, zip(*[numbers] * WIDTH, strict=True))


class Play:
    """Gives a room the commands of an evening, never more than ``most`` without an answer."""

    def __init__(self, folder: Path, most: int) -> None:
        """Prepare a room on a database in the folder."""
        self.now = BEGUN
        self.refused: Counter[str] = Counter()
        self._folder = folder
        self._most = most
        self._left = 0
        self._room_again = asyncio.Event()
        self._dice = Random(2009)
        self.database = Database(url(folder))
        self.room = room(self.database, lambda: self.now)

    async def play(self) -> None:
        """Play everything, and return when the last answer has come."""
        await self.room.start()
        schedule = Schedule(BEGUN - HOUR_MS, BEGUN, BEGUN + (HOURS + 1) * HOUR_MS)
        limits = Limits(ask_ms=0, waiting=1_000_000)
        declared = await self.room.ask(c.Declare(schedule, by_clock=True, limits=limits), SYSTEM)
        assert isinstance(declared, Done)
        begun, answered = time.monotonic(), 0
        for place, action in enumerate(read(self._folder)):
            if action.at > answered + PATIENCE_MS:
                await self._fewer(0)
                answered = action.at
            if self._left >= self._most:
                await self._fewer(self._most // 2)
            self.now = BEGUN + action.at
            self._do(action)
            if place % 500_000 == 0:
                say(f"{place:,} actions after {time.monotonic() - begun:.0f} s, {size():.0f} MiB")
        await self._fewer(0)

    def _do(self, action: Action) -> None:
        who = Who(action.person + MODERATOR.person, Role.VOLUNTEER)
        if action.kind == ASK:
            text = question(self._dice)
            self._submit(c.Ask(f"{text} ({action.number})"), who, self._asked, self._key())
        else:
            on = action.kind != TAKE_BACK
            self._submit(c.Upvote(action.number, on, BEGUN + action.intent), who, self._answered)

    def _submit(self, command: c.Command, who: Who, answer: Any, key: str = "") -> None:
        self._left += 1
        self.room.submit(Waiting(command, who, answer, key))

    def _key(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128)))

    def _asked(self, reply: Reply) -> None:
        """A moderator approves what was asked as soon as it is there."""
        if isinstance(reply, Done):
            told = json.loads(reply.result)
            approve = c.Approve(told["number"], told["rev"])
            self._submit(approve, MODERATOR, self._answered, self._key())
        self._answered(reply)

    def _answered(self, reply: Reply) -> None:
        self._left -= 1
        if isinstance(reply, Refusal):
            self.refused[reply.code] += 1
        self._room_again.set()

    async def _fewer(self, left: int) -> None:
        while self._left > left:
            self._room_again.clear()
            await self._room_again.wait()


def url(folder: Path) -> str:
    """Return the address of the database in a folder."""
    return f"sqlite:///{folder}/dialog.db"


def room(database: Database, clock: Any) -> Room:
    """Return the room as the program makes it."""
    return Room(SLUG, Journal(database), clock=clock, frame=text_frame, publish=never)


async def never(_slug: str, _record: Transcript) -> None:
    """Nothing is published here."""
    raise AssertionError


# --- the processes -------------------------------------------------------------------------------


async def played(folder: Path, most: int) -> dict[str, float]:
    """Play the evening and return what that took."""
    play = Play(folder, most)
    _collect_rarely()  # as the server does once it has opened its rooms
    begun = time.monotonic(), time.process_time()
    await play.play()
    took = time.monotonic() - begun[0], time.process_time() - begun[1]
    assert not play.refused, play.refused
    await play.room.read(lambda session, board: dump(folder / PLAYED, session, board))
    await play.room.stop()
    await play.database.close()
    return {"s": took[0], "cpu_s": took[1]}


async def opened(folder: Path, name: str) -> dict[str, float]:
    """Open what was played and return what that took."""
    begun = time.monotonic(), time.process_time()
    gc.disable()  # as the program does while it opens its rooms
    database = Database(url(folder))
    again = room(database, lambda: BEGUN + HOURS * HOUR_MS)
    await again.start()
    took = time.monotonic() - begun[0], time.process_time() - begun[1]
    await again.read(lambda session, board: dump(folder / name, session, board))
    await again.stop()
    await database.close()
    return {"s": took[0], "cpu_s": took[1]}


def dump(file: Path, session: Session, board: Board) -> None:
    """Write who supports what, after a look at every other place where a count stands."""
    with file.open("wb") as out:
        for number in range(1, len(session.questions) + 1):
            people = array("I", session.supporters(number))
            assert session.upvotes(number) == len(people)
            array("I", [len(people), *people]).tofile(out)
    everyone = sum(map(len, session.upvoted.values()))
    assert everyone == sum(len(question.voters) for question in session.questions.values())
    for sheet in board.sheets.values():
        for number, shown in sheet.shown.items():
            assert shown.upvotes == session.upvotes(number)


def sets(file: Path) -> Iterator[set[int]]:
    """Return what was written, people numbered as in the model."""
    with file.open("rb") as read_from:
        numbers = array("I", read_from.read())
    place = 0
    while place < len(numbers):
        count = numbers[place]
        yield {n - MODERATOR.person for n in numbers[place + 1 : place + 1 + count]}
        place += 1 + count


def size() -> float:
    """Return the most memory this process ever had, in MiB.

    ``getrusage`` would tell what whoever started it had, where that was more.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / MIB


def process(folder: Path, task: str, most: int = 0) -> dict[str, float]:
    """Run one of the tasks in a process of its own and return what it tells."""
    command = [sys.executable, "-m", "tests.bench.replay", "--task", task, str(folder), str(most)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


def task() -> None:
    """Be one of the processes."""
    _, _, name, place, most = sys.argv
    folder = Path(place)
    told = asyncio.run(played(folder, int(most)) if name == PLAYED else opened(folder, name))
    print(json.dumps(told | {"mib": size()}))


# --- the report ----------------------------------------------------------------------------------


def run(folder: Path, scale: float) -> dict[str, Any]:
    """Draw, play, open twice and compare; return all figures."""
    crowd = draw(folder, scale)
    say(f"drawn: {crowd.people:,} people, {crowd.questions:,} questions, {crowd.upvotes:,} upvotes")
    migrate(url(folder))
    found: dict[str, Any] = {"play": process(folder, PLAYED, crowd.until_public // 2)}
    found["bytes"] = sum(file.stat().st_size for file in folder.glob("dialog.db*"))
    forget(folder)
    for name in ("journal", "state"):
        found[name] = process(folder, name)
        say(f"opened from the {name}: {found[name]}")
    found["states"] = stored(folder)
    found["right"] = {name: right(folder, name, crowd) for name in (PLAYED, "journal", "state")}
    found["upvotes"] = crowd.upvotes
    return found


def right(folder: Path, name: str, crowd: Crowd) -> bool:
    """Tell whether every question is supported by whom the model says, and counted so in lines."""
    with closing(connect(folder / "dialog.db")) as database:
        query = "SELECT upvotes FROM questions ORDER BY number"
        counts = [count for (count,) in database.execute(query)]
    return list(sets(folder / name)) == crowd.sets[1:] and counts == list(map(len, crowd.sets[1:]))


def forget(folder: Path) -> None:
    """Delete what was added up, so that there is only the journal."""
    with closing(connect(folder / "dialog.db")) as database:
        database.execute("DELETE FROM states")
        database.commit()


def stored(folder: Path) -> int:
    """Return the bytes of the state that is kept."""
    with closing(connect(folder / "dialog.db")) as database:
        [(count,)] = database.execute("SELECT coalesce(sum(length(body)), 0) FROM states")
    return int(count)


def measure(report: Report) -> None:
    """Play once: a day of two hundred thousand actions a minute has its spread in itself."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), 0.01 if report.quick else 1)
    report.runs.append(found)
    play, journal, state = found["play"], found["journal"], found["state"]
    upvotes = found["upvotes"]
    report.measured |= {
        "played": figure([play["s"]], "s", most=120),
        "played, processor": figure([play["cpu_s"]], "s"),
        "upvotes": figure([upvotes / play["s"]], "1/s"),
        "memory while playing": figure([play["mib"]], "MiB", most=300),
        "opened from a state": figure([state["s"]], "s", most=1),
        "opened from the journal": figure([journal["s"]], "s", most=10),
        "memory, from a state": figure([state["mib"]], "MiB", most=300),
        "memory, from the journal": figure([journal["mib"]], "MiB", most=300),
        "on the disk": figure([found["bytes"] / MIB / MIB], "MiB"),
        "of a state": figure([found["states"] / MIB / MIB], "MiB"),
        "counts right": figure([float(all(found["right"].values()))], "yes", least=1),
    }


if __name__ == "__main__":
    if "--task" in sys.argv:
        task()
    else:
        main("replay", GOAL, measure)
