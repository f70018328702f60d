"""What a journal adds up to may stand beside it, or be thrown away: nobody can tell."""

import asyncio
import random
import signal
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from dialog.forum import commands as c
from dialog.forum.events import Entry, Redacted, Sealed, Upvoted
from dialog.forum.journal import Batch, Unavailable
from dialog.forum.names import Field, Phase
from dialog.forum.state import State
from dialog.store import bodies, states
from dialog.store import journal as journals
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.upkeep import add_up, keep_up
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, OLGA, Evening
from tests.forum.laws import Court
from tests.forum.test_evenings import begun, wander
from tests.store.values import batch, store, upvoted

ROOT = Path(__file__).parents[2]


def long_evening(seed: int) -> Evening:
    """Return an evening of many steps, taken at random."""
    court = Court(begun(Phase.OPEN, second_person=seed % 2 == 1))
    lots = random.Random(seed)
    for to in (Phase.LIVE, Phase.CLOSED, Phase.LIVE):
        wander(court, lots, 60)
        evening = court.evening
        count = len(evening.session.questions)
        court.batch(
            (c.Upvote(1 + lots.randrange(count), lots.random() < 0.8, evening.now - ms), who)
            for ms, who in zip(range(40, 0, -1), (ANNA, BORIS, CARLA, DORA) * 10, strict=True)
        )
        court.step(c.ChangePhase(to), OLGA)
    return court.evening


def added_up(entries: list[Entry], texts: dict[int, str]) -> State:
    """Add up entries as they are stored: their texts stand beside them as they are now."""
    state = State.begin(texts)
    for entry in entries:
        state.follow(replace(entry, texts=()))
    return state


def alike(one: State, other: State) -> bool:
    return one.session == other.session and one.board.kept() == other.board.kept()


@pytest.mark.parametrize("seed", range(5))
def test_a_state_and_what_follows_is_the_journal_from_its_beginning(seed):
    evening = long_evening(seed)
    journal, texts = evening.journal, evening.session.texts
    whole = added_up(journal, texts)
    for number in range(1, len(journal) + 1):
        begun_there = added_up(journal[:number], texts)
        body = bodies.encode(begun_there)
        again = bodies.decode(body, texts)
        assert alike(again, begun_there)
        assert bodies.encode(again) == body
        for entry in journal[number:]:
            again.follow(replace(entry, texts=()))
        assert alike(again, whole)


def test_no_text_stands_in_a_state():
    evening = long_evening(1)
    body = bodies.encode(added_up(evening.journal, evening.session.texts))
    found = [text for text in evening.session.texts.values() if text and text.encode() in body]
    assert evening.session.texts
    assert found == []


@pytest.fixture
def quick(monkeypatch) -> None:
    """Nearly everything is long, and is stored in small parts."""
    monkeypatch.setattr(journals, "LONG", 20)
    monkeypatch.setattr(journals, "BETWEEN", 0)
    monkeypatch.setattr(states, "PART", 1_000)


async def rows(database: Database) -> list[tuple[int, int]]:
    query = text("SELECT number, part FROM states ORDER BY number, part")
    return await database.read(lambda c: [tuple(row) for row in c.execute(query)])


async def opened(journal: Journal) -> State:
    """Open a journal and add up what is left of it."""
    found = await journal.open("a")
    state = found.state or State.begin(found.texts)
    assert state.session.texts == found.texts
    for entry in found.entries:
        state.follow(entry)
    return state


async def stored(journal: Journal, seed: int = 2) -> State:
    """Store a long evening, open it now and then, and return what it adds up to.

    One that was not sealed: the seal takes earlier taps away, and with them when a count changed.
    """
    drawn = map(long_evening, count(seed))
    evening = next(one for one in drawn if one.session.voters_sealed is None)
    await journal.open("a")
    for place, entry in enumerate(evening.journal):
        await store(journal, "a", Batch((entry,)))
        if place % 29 == 0:
            await journal.open("a")
    await journal.open("a")
    return added_up(evening.journal, evening.session.texts)


@pytest.mark.usefixtures("quick")
async def test_a_long_journal_leaves_a_state_and_opens_the_same(database, journal):
    whole = await stored(journal)
    parts = await rows(database)
    [number] = {number for number, _ in parts}
    assert len(parts) > 1
    found = await journal.open("a")
    assert found.state is not None
    assert found.state.session.seq == number
    assert [e.number for e in found.entries] == list(range(number + 1, whole.session.seq + 1))
    assert alike(await opened(journal), whole)
    assert await rows(database) == parts


async def test_a_short_journal_leaves_none(database, journal):
    whole = await stored(journal)
    assert await rows(database) == []
    assert (await journal.open("a")).state is None
    assert alike(await opened(journal), whole)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE states SET rules = 'others'",
        "UPDATE states SET epoch = '0123456789abcdef'",
        "UPDATE sessions SET epoch = '0123456789abcdef'",
        "UPDATE states SET number = number + 1000",
        "UPDATE states SET body = hash WHERE part = 1",
        "UPDATE states SET hash = body",
        "DELETE FROM states WHERE part = 0",
        "DELETE FROM states",
    ],
)
async def test_a_state_that_is_none_of_ours_is_made_anew(database, journal, harm):
    whole = await stored(journal)
    await database.write(lambda c: c.execute(text(harm)))
    assert alike(await opened(journal), whole)
    assert (await journal.open("a")).state is not None
    assert alike(await opened(journal), whole)


@pytest.mark.usefixtures("quick")
async def test_what_other_rules_have_left_beside_a_state_is_none_of_it(database, journal):
    whole = await stored(journal)
    left = """INSERT INTO states (session, number, part, parts, epoch, rules, hash, body)
        SELECT session, number, part + 1000, 1001, epoch, 'others', body, body FROM states
        WHERE part = 0"""
    await database.write(lambda c: c.execute(text(left)))
    assert (await journal.open("a")).state is not None
    assert alike(await opened(journal), whole)


@pytest.mark.usefixtures("quick")
async def test_a_body_that_says_nothing_is_made_anew(database, journal, monkeypatch):
    whole = await stored(journal)
    with monkeypatch.context() as context:
        context.setattr(bodies, "encode", lambda _state: b"\x90" * 2_000)
        await database.write(lambda c: c.execute(text("DELETE FROM states")))
        await journal.open("a")
    assert await rows(database)
    assert alike(await opened(journal), whole)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("event", [Redacted(1, Field.TEXT), Sealed((), 0)])
async def test_what_is_to_be_forgotten_is_in_no_state(database, journal, event):
    whole = await stored(journal)
    assert await rows(database)
    await store(journal, "a", batch(event, after=whole.session.seq))
    assert await rows(database) == []


@pytest.mark.usefixtures("quick")
async def test_a_part_that_comes_after_the_sealing_is_not_stored(database, journal):
    whole = await stored(journal)
    session = await database.read(lambda c: journals._known(c, "a"))
    late = list(states.parts(whole, session))
    await database.write(lambda c: states.store(c, "a", late[0]))
    await store(journal, "a", batch(Sealed((), 0), after=whole.session.seq))
    assert not await database.write(lambda c: states.store(c, "a", late[1]))
    await journal._keep("a", iter(late))
    assert await rows(database) == []


@pytest.mark.usefixtures("quick")
async def test_sealing_leaves_no_byte_of_who_supported_what(file):
    database = Database(f"sqlite:///{file}")
    journal = Journal(database)
    await journal.open("a")
    for entry in begun(Phase.OPEN, second_person=False).journal:
        await store(journal, "a", Batch((entry,)))
    number = (await opened(journal)).session.seq
    await store(journal, "a", batch(upvoted(*range(40_000, 40_300)), after=number))
    await journal.open("a")
    trace = bytes.fromhex("439c449c459c")  # 40,003 and the next two, as a bitmap has them

    def found() -> bool:
        return any(trace in part.read_bytes() for part in file.parent.glob(file.name + "*"))

    assert found()
    await store(journal, "a", batch(Sealed(((1, 1, 1),), 0), after=number + 1))
    assert not found()
    await database.close()


@pytest.mark.usefixtures("quick")
async def test_a_state_that_cannot_be_stored_keeps_nobody_out(database, journal, monkeypatch):
    whole = await stored(journal)
    await database.write(lambda c: c.execute(text("DELETE FROM states")))

    def full(*_args: object, **_named: object) -> bool:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(states, "store", full)
    assert alike(await opened(journal), whole)
    assert await rows(database) == []


async def test_whoever_keeps_house_sees_what_has_grown(database, journal, monkeypatch):
    whole = await stored(journal)
    many = Entry(whole.session.seq + 1, whole.session.at, 0, upvoted(*range(1, 40)))
    await store(journal, "a", Batch((many,)))  # with so many taps a state ends here
    assert not await journal.long("a")
    monkeypatch.setattr(journals, "LONG", 20)
    assert await journal.long("a")
    await journal.open("a")
    assert not await journal.long("a")
    assert await rows(database)


async def test_a_process_of_its_own_adds_up_what_has_grown(url, database, journal, monkeypatch):
    whole = await stored(journal)
    taps = [upvoted(*range(1, 40_000)) for _ in range(3)]
    for number, event in enumerate(taps, whole.session.seq + 1):
        await store(journal, "a", Batch((Entry(number, whole.session.at, 0, event),)))
        whole.follow(Entry(number, whole.session.at, 0, event))
    looks = count()

    def slugs() -> list[str]:
        if next(looks) == 0:
            raise OSError("no process can be made")
        return ["gone", "a"]

    house = asyncio.create_task(keep_up(journal, url, slugs, every=0.05))
    async with asyncio.timeout(60):
        while await journal.long("a"):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
    house.cancel()
    await asyncio.wait([house])
    assert (await journal.open("a")).state is not None
    assert alike(await opened(journal), whole)


async def test_a_process_that_fails_is_told_and_one_that_is_left_is_ended(tmp_path, caplog):
    await add_up(f"sqlite:///{tmp_path}/there/is/none.db", ["a"])
    leaving = asyncio.create_task(add_up(f"sqlite:///{tmp_path}/none.db", ["a"]))
    await asyncio.sleep(0.1)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving


SLOWLY = """
import asyncio, sys
from dialog.store import journal, states, upkeep
journal.LONG, journal.BETWEEN, states.PART = 20, 0.002, 500
print("begun", flush=True)
asyncio.run(upkeep._open(sys.argv[1], ["a", "gone"]))
"""


@pytest.mark.chaos
async def test_a_kill_at_any_moment_loses_nothing(url, database, journal):
    """The state is cut off wherever it stands; the journal opens as if it had never been begun."""
    whole = await stored(journal)
    lots = random.Random(7)
    ends = set()
    for _ in range(12):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SLOWLY, url, stdout=PIPE, cwd=ROOT
        )
        assert child.stdout
        await child.stdout.readline()
        await asyncio.sleep(lots.uniform(0, 0.4))
        if child.returncode is None:
            child.kill()
        ends.add(await child.wait())
        entry = Entry(whole.session.seq + 1, whole.session.at, 0, Upvoted(()))
        await store(journal, "a", Batch((entry,)))
        whole.follow(entry)
        assert alike(await opened(journal), whole)
    assert -signal.SIGKILL in ends
