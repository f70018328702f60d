"""What an attacker, or bad luck, tried on a room."""

import asyncio
import json
from contextlib import suppress

import pytest

from dialog.forum import commands as c
from dialog.forum.decide import decide
from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE, SYSTEM, Phase, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.hub import backoff
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.hub import Hub
from dialog.hub.ledger import Done, Waiting
from dialog.hub.limits import Buckets, Pace
from dialog.hub.room import Timing
from dialog.hub.sweep import FRAMES
from tests.hub.doubles import (
    ANNA,
    BORIS,
    DECLARE,
    MARA,
    OLGA,
    READER,
    SCHEDULE,
    SLUG,
    Hall,
    Line,
)

LONG = 3_600.0


async def until(holds) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.002)


async def test_what_was_stored_is_told_though_the_next_commit_fails(hall) -> None:
    line, _ = await hall.follow(ANNA)
    hall.room._timing = Timing(tick=0.2, window=0.001, heartbeat=LONG)
    await hall.room.ask(c.Ask("Steht sie schon?"), BORIS)  # its tick moves the next one away
    await until(lambda: not hall.room._sweep.dirty)
    await hall.room.ask(c.Ask("Wird sie erzählt?"), ANNA)
    hall.journal.failing = 1
    await hall.room.ask(c.Ask("Geht verloren?"), BORIS)
    await until(lambda: "mine" in line.kinds())
    assert [row["text"] for row in line.last("mine")["questions"]] == ["Wird sie erzählt?"]


async def test_marks_follow_the_words_that_an_undo_brings_back(hall) -> None:
    await hall.room.ask(c.Ask("Hilft 089 12345678?"), ANNA)

    async def desk() -> dict:
        return await hall.room.read(lambda _s, board: board.sheets[Stream.DESK].shown[1].row)

    async def marked(holds: bool) -> None:
        async with asyncio.timeout(5):
            while bool((await desk())["personal_data"]) is not holds:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.002)

    await marked(True)
    done = await hall.room.ask(c.Edit(1, (await desk())["rev"], "Hilft jemand?", ""), MARA)
    await marked(False)
    await hall.room.ask(c.Undo(json.loads(done.result)["event"]), MARA)
    await marked(True)
    assert (await desk())["text"] == "Hilft 089 12345678?"


async def test_a_crowd_shares_the_bytes_of_its_snapshot(hall, monkeypatch) -> None:
    """Ten thousand copies of a whole evening would be gigabytes."""
    made: list[bytes] = []

    def framed(payload: bytes) -> bytes:
        made.append(payload)
        return payload

    monkeypatch.setattr(hall.room._sweep, "_frame", framed)
    for _ in range(5):
        await hall.follow(ANNA)
    hall.journal.failing = 1
    await hall.room.ask(c.Ask("Geht verloren?"), BORIS)
    await until(lambda: hall.journal.opened == 2)
    assert sum(b'"type":"snapshot"' in payload for payload in made) == 2


async def test_what_the_clock_asks_for_is_not_tried_without_pause(hall) -> None:
    """A full disk would be filled further, with a fault in the log for each attempt."""
    hall.journal.failing, opened = 10**9, hall.journal.opened
    hall.clock.now = SCHEDULE.ends
    await hall.room.read(lambda _session, _board: None)
    await asyncio.sleep(0.3)
    assert 1 <= hall.journal.opened - opened <= 2


async def test_what_the_clock_asks_for_is_tried_again(hall, monkeypatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    hall.journal.failing = 3
    hall.clock.now = SCHEDULE.ends
    async with asyncio.timeout(5):
        while await hall.phase() is not Phase.CLOSED:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)


async def test_nobody_waits_for_news_of_a_room_that_ends() -> None:
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, MARA)
    await hall.room.stop()
    seq = await hall.room.read(lambda _s, board: board.sheets[Stream.FLOOR].seq)
    async with asyncio.timeout(1):
        await hall.room.moved(Stream.FLOOR, hall.room.epoch, seq, MINUTE)


def test_looking_for_a_token_takes_none() -> None:
    buckets = Buckets(Pace(rate=0.1, burst=1))
    assert [buckets.take("Anna", 0, cost=0) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("Anna", 0) == 0
    assert buckets.take("Anna", 0, cost=0) == 10
    assert buckets.take("Boris", 0, cost=0) == 0


async def test_a_command_that_meets_a_fault_of_ours_is_refused_alone(hall, monkeypatch) -> None:
    """Whoever finds such a command must not take everyone else's along."""

    def faulty(session, command, who, now):
        if isinstance(command, c.Ask) and command.text == "Gift?":
            raise ZeroDivisionError
        return decide(session, command, who, now)

    monkeypatch.setattr("dialog.hub.ledger.decide", faulty)
    replies = await asyncio.gather(
        hall.room.ask(c.Ask("Davor?"), ANNA),
        hall.room.ask(c.Ask("Gift?"), BORIS),
        hall.room.ask(c.Ask("Danach?"), ANNA),
    )
    assert [isinstance(reply, Done) for reply in replies] == [True, False, True]
    assert (replies[1].code, replies[1].field) == (Code.BUSY, "fault")
    assert await hall.count() == 2
    assert hall.room.storing


async def test_what_meets_a_fault_of_ours_waits_for_no_heartbeat(monkeypatch) -> None:
    def faulty(session, command, who, now):
        if isinstance(command, c.Ask):
            raise ZeroDivisionError
        return decide(session, command, who, now)

    hall = Hall(Timing(tick=0.005, window=0.001, heartbeat=3_600))
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    monkeypatch.setattr("dialog.hub.ledger.decide", faulty)
    told = await asyncio.wait_for(hall.room.ask(c.Ask("Warum?"), ANNA), 5)
    assert isinstance(told, Refusal)
    assert (told.code, told.field) == (Code.BUSY, "fault")
    await hall.room.stop()


async def test_what_meets_a_fault_of_ours_waits_for_no_journal_that_does_not_open(
    hall, monkeypatch
) -> None:
    def faulty(session, command, who, now):
        if isinstance(command, c.Ask):
            raise ZeroDivisionError
        return decide(session, command, who, now)

    monkeypatch.setattr("dialog.hub.ledger.decide", faulty)
    hall.journal.closed, hall.journal.failing = 10**9, 10**9
    asked = (hall.room.ask(c.Ask("Gift?"), BORIS), hall.room.ask(c.Pause(True), OLGA))
    async with asyncio.timeout(2):
        replies = await asyncio.gather(*asked)
    assert [(reply.code, reply.field) for reply in replies] == [
        (Code.BUSY, "fault"),
        (Code.BUSY, "storage"),
    ]
    hall.journal.closed = hall.journal.failing = 0


async def test_an_hour_that_meets_a_fault_of_ours_is_tried_again(hall, monkeypatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    faults = iter(range(3))

    def faulty(session, command, who, now):
        if isinstance(command, c.Tick) and next(faults, None) is not None:
            raise ZeroDivisionError
        return decide(session, command, who, now)

    monkeypatch.setattr("dialog.hub.ledger.decide", faulty)
    hall.clock.now = SCHEDULE.ends
    assert not isinstance(await hall.room.ask(c.Upvote(1, True, hall.clock.now), ANNA), Done)
    async with asyncio.timeout(5):
        while await hall.phase() is not Phase.CLOSED:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)


async def test_who_cannot_be_answered_costs_nobody_their_answer(hall, logged) -> None:
    def gone(_reply: object) -> None:
        raise OSError

    hall.room.submit(Waiting(c.Ask("Hört niemand?"), ANNA, gone))
    assert isinstance(await hall.room.ask(c.Ask("Hört jemand?"), BORIS), Done)
    assert "answer fault" in [entry["event"] for entry in logged]
    assert hall.journal.opened == 1


async def test_a_line_that_meets_a_fault_of_ours_ends_alone(hall, monkeypatch) -> None:
    bad, _ = await hall.follow(ANNA)
    good, _ = await hall.follow(BORIS)

    def fault(_frame: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bad, "write", fault)
    await hall.room.ask(c.Banner("Bitte langsam sprechen."), OLGA)
    await until(lambda: "delta" in good.kinds())
    assert (bad.code, good.code, hall.journal.opened) == (Close.FAULT, 0, 1)
    assert len(hall.room.presence) == 1


async def test_who_is_gone_is_behind_no_more(hall) -> None:
    line, connection = await hall.follow(ANNA)
    line.backed_up = True
    await hall.room.ask(c.Banner("Bitte langsam sprechen."), OLGA)
    await until(lambda: hall.room._sweep._behind)
    hall.room.leave(connection)
    assert not hall.room._sweep.pending


async def test_numbers_to_resume_from_fill_no_memory(hall) -> None:
    """Between two ticks a client may come back from any number, again and again."""
    for number in range(FRAMES + 10):
        await hall.room.ask(c.Banner(f"Durchsage {number}"), OLGA)
    hall.room._timing = Timing(tick=LONG, window=0.001, heartbeat=LONG)
    await until(lambda: not hall.room._sweep.dirty)
    head = await hall.room.read(lambda _s, board: board.sheets[Stream.FLOOR].seq)
    assert head > FRAMES
    for seq in range(1, head):
        line, connection = await hall.follow(READER, epoch=hall.room.epoch, seq=seq)
        hall.room.leave(connection)
        assert line.kinds() == ["welcome", "delta"]
    assert len(hall.room._sweep._frames) <= FRAMES


async def test_a_declaration_that_cannot_be_stored_is_told(logged) -> None:
    hall, hub = Hall(), Hub(bytes)
    hub.add(hall.room)
    hall.journal.failing = 1
    await hub.start({hall.room.slug: DECLARE})
    await hub.stop(1)
    assert [e["session"] for e in logged if e["event"].startswith("declaration")] == [SLUG]


async def test_a_record_that_could_not_be_kept_is_kept_later(hall, monkeypatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    hall.unable = 3
    hall.clock.now = SCHEDULE.ends
    async with asyncio.timeout(5):
        while await hall.phase() is not Phase.CLOSED:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)
    await hall.room.ask(c.Publish(), OLGA, stream=Stream.DESK)
    await until(lambda: hall.records)
    assert hall.unable == 0


async def test_publishing_that_was_stored_unheard_is_finished(hall, monkeypatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    hall.clock.now = SCHEDULE.ends
    line, _ = await hall.follow(ANNA)
    async with asyncio.timeout(5):
        while await hall.phase() is not Phase.CLOSED:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)
    assert isinstance(await unheard(hall, c.Publish()), Refusal)
    await until(lambda: hall.records and line.code)
    assert line.code == Close.OVER


async def unheard(hall, command: c.Command) -> Done | Refusal:
    """Give a command of which the room cannot hear that it was stored."""
    append = hall.journal.append

    async def lost(*given) -> None:
        hall.journal.append = append
        await append(*given)
        raise Unavailable("the connection was lost after COMMIT")

    hall.journal.append = lost
    return await hall.room.ask(command, OLGA, stream=Stream.DESK, key="key-of-olga")


async def test_a_record_blackened_unheard_is_kept_black(hall, monkeypatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    await hall.room.ask(c.Ask("Wer hilft Alma Beispiel?"), BORIS)
    rev = await hall.room.read(lambda session, _board: session.questions[1].rev)
    await hall.room.ask(c.Approve(1, rev), MARA)
    hall.clock.now = SCHEDULE.ends
    await hall.room.ask(c.ChangePhase(Phase.CLOSED), OLGA)
    for command in (c.Conclude(), c.Publish()):
        assert isinstance(await hall.room.ask(command, OLGA), Done)
    assert "Alma" in str(hall.records[-1])
    blackening = c.Redact(1, 10, 23)
    assert isinstance(await unheard(hall, blackening), Refusal)
    await until(lambda: hall.room.storing)
    assert isinstance(await hall.room.ask(blackening, OLGA, key="key-of-olga"), Done | Refusal)
    await until(lambda: "Alma" not in str(hall.records[-1]))


def test_failures_wait_longer_each_time_and_a_commit_makes_it_short_again() -> None:
    met = backoff.Backoff()
    waits = []
    now = 0.0
    for _ in range(7):
        met.met(now)
        waits.append(met.left(now))
        now += met.left(now)
        met.tried()
    assert waits == [0.25, 0.5, 1, 2, 4, 5, 5]
    met.over()
    assert met.met(now)
    assert met.left(now) == 0.25
    assert met.met(now + 120)


async def test_who_waits_to_enter_while_the_pass_ends_hears_nothing(hall) -> None:
    """Such a connection is not there yet when those of its pass are closed."""
    hall.journal.free.clear()
    asking = asyncio.create_task(hall.room.ask(c.Ask("Was hält auf?"), BORIS))
    await until(lambda: not hall.room._inbox and hall.room._ledger.session.questions)
    line, ended = Line(), {7}
    connection = Connection(line, ANNA, Stream.FLOOR, pass_id=7)
    entering = asyncio.create_task(hall.room.enter(connection, "", 0, ended))
    await until(lambda: hall.room._requests)
    hall.room.revoke(7)
    hall.journal.free.set()
    await asyncio.gather(asking, entering)
    assert (line.code, line.frames) == (Close.PASS_ENDED, [])
    assert connection not in hall.room.presence.everyone()


async def test_who_waits_behind_a_commit_that_hangs_is_told_when_the_room_ends(hall) -> None:
    """And nobody reads what that commit would have stored."""
    hall.journal.free.clear()
    hanging = asyncio.create_task(hall.room.ask(c.Ask("Was hängt?"), ANNA))
    await until(lambda: not hall.room._inbox and hall.room._ledger.session.questions)
    waiting = asyncio.create_task(hall.room.ask(c.Ask("Wer wartet?"), BORIS))
    reading = asyncio.create_task(hall.count())
    await until(lambda: hall.room._inbox and hall.room._requests)
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await hall.room.stop()
    async with asyncio.timeout(5):
        assert (await waiting).code is Code.BUSY
        with pytest.raises(Unavailable):
            await reading
        with pytest.raises(Unavailable):
            await hall.count()
    hanging.cancel()
    hall.room._task = None
