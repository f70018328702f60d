"""A room: one writer, answers after the commit, ticks, heartbeats, slow clients, the clock."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from dialog.forum import commands as c
from dialog.forum.events import Acted, Noted, Upvoted
from dialog.forum.names import SYSTEM, Phase, Reason, Stream
from dialog.forum.phase import Schedule
from dialog.forum.refusals import Code, Refusal
from dialog.hub import room as rooms
from dialog.hub import sweep
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.hub import Hub
from dialog.hub.ledger import Done
from dialog.hub.room import Timing
from tests.hub.doubles import (
    ANNA,
    BORIS,
    DECLARE,
    MARA,
    MINUTE,
    NOW,
    OLGA,
    QUICK,
    READER,
    Hall,
    Line,
    Memory,
)


async def asked(hall: Hall, text: str = "Wann beginnt der Kurs?", who=ANNA, **fields) -> int:
    reply = await hall.room.ask(c.Ask(text, **fields), who)
    assert isinstance(reply, Done), reply
    return await hall.count()


async def approved(hall: Hall, number: int) -> None:
    rev = await hall.room.read(lambda session, _board: session.questions[number].rev)
    reply = await hall.room.ask(c.Approve(number, rev), MARA, stream=Stream.DESK)
    assert isinstance(reply, Done), reply


async def until(holds, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.002)


# --- the clock ----------------------------------------------------------------------------------


async def test_phases_come_by_the_clock(hall) -> None:
    await until_phase(hall, Phase.LIVE)
    hall.clock.now += 61 * MINUTE
    await until_phase(hall, Phase.CLOSED)
    tick = [e for e in hall.journal.entries if isinstance(e.event, Acted)]
    assert [entry.person for entry in tick] == [0] * len(tick)


async def test_a_session_that_slept_through_its_evening_is_closed(hall) -> None:
    late = Hall()
    late.clock.now = NOW + 300 * MINUTE
    await late.room.start()
    await late.room.ask(DECLARE, SYSTEM)
    async with asyncio.timeout(5):
        while await late.phase() is not Phase.CLOSED:
            pass
    await late.room.stop()


async def test_the_end_of_questions_comes_by_the_clock_and_once(hall) -> None:
    until_ms = NOW + 30 * MINUTE
    early = replace(DECLARE, schedule=replace(DECLARE.schedule, questions_until=until_ms))
    await hall.room.ask(early, SYSTEM)
    hall.clock.now = until_ms
    async with asyncio.timeout(5):
        while await hall.room.read(lambda session, _board: session.switches.questions):
            pass
    length = len(hall.journal.entries)
    await asyncio.sleep(0.05)
    assert len(hall.journal.entries) == length
    turns = 0

    async def count() -> None:
        nonlocal turns
        turns += 1
        await asyncio.sleep(0)

    hall.room._tell, real = (lambda _now: count()), hall.room._tell
    await asyncio.sleep(0.05)
    hall.room._tell = real
    hall.room._stir.set()
    assert turns < 100_000
    assert await hall.phase() is Phase.LIVE


async def test_the_clock_never_goes_back_in_the_journal(hall) -> None:
    await asked(hall)
    hall.clock.now -= 60 * MINUTE
    await asked(hall, "Und danach?")
    moments = [entry.at for entry in hall.journal.entries]
    assert moments == sorted(moments)


async def test_a_room_sleeps_until_the_next_phase() -> None:
    hall = Hall(Timing(0.005, 0.001, 60))
    await hall.room.start()
    soon = Schedule(NOW - MINUTE, NOW + 40, NOW + MINUTE)
    await hall.room.ask(replace(DECLARE, schedule=soon), SYSTEM)
    await until_phase(hall, Phase.OPEN)
    hall.clock.now += 50
    await asyncio.sleep(0.06)
    acted = [e.event for e in hall.journal.entries if isinstance(e.event, Acted)]
    assert [event.changes[0].after for event in acted] == [Phase.OPEN, Phase.LIVE]
    await hall.room.stop()


# --- commits -------------------------------------------------------------------------------------


async def test_consecutive_taps_of_a_batch_are_one_entry(hall) -> None:
    number = await asked(hall)
    await approved(hall, number)
    before = len(hall.journal.entries)
    people = [replace(BORIS, person=n) for n in range(20, 40)]
    taps = (hall.room.ask(c.Upvote(number, True, NOW), who) for who in people)
    replies = await asyncio.gather(*taps)
    assert all(isinstance(reply, Done) for reply in replies)
    new = hall.journal.entries[before:]
    assert len(new) < len(people)
    assert sum(len(e.event.taps) for e in new if isinstance(e.event, Upvoted)) == len(people)
    assert await hall.room.read(lambda session, _board: session.upvotes(number)) == 21


async def test_taps_before_and_after_another_command_stay_in_order(hall) -> None:
    number = await asked(hall)
    await approved(hall, number)
    hall.clock.now += 10
    three = (
        hall.room.ask(c.Upvote(number, True, NOW), BORIS),
        hall.room.ask(c.Ask("Und wer zahlt das?"), BORIS),
        hall.room.ask(c.Upvote(number, False, NOW + 1), BORIS),
    )
    replies = await asyncio.gather(*three)
    assert all(isinstance(reply, Done) for reply in replies)
    batch = next(b for b in hall.journal.batches if isinstance(b.entries[0].event, Upvoted))
    assert [type(entry.event).__name__ for entry in batch.entries] == [
        "Upvoted",
        "Asked",
        "Upvoted",
    ]


async def test_a_commit_that_fails_leaves_nothing_behind(hall) -> None:
    number = await asked(hall)
    line, _ = await hall.follow()
    head, opened = len(hall.journal.entries), hall.journal.opened
    hall.journal.failing = 1
    replies = await asyncio.gather(
        hall.room.ask(c.Ask("Geht das verloren?"), ANNA, key="12345678"),
        hall.room.ask(c.Withdraw(number), ANNA),
    )
    assert all(isinstance(r, Refusal) and r.code is Code.BUSY and r.retry_ms for r in replies)
    assert len(hall.journal.entries) == head
    assert hall.journal.opened == opened + 1
    assert await hall.count() == 1
    await until(lambda: line.kinds().count("snapshot") == 2)
    again = await hall.room.ask(c.Ask("Geht das verloren?"), ANNA, key="12345678")
    assert isinstance(again, Done)
    assert await hall.count() == 2


async def test_a_journal_out_of_reach_is_tried_again(hall, monkeypatch) -> None:
    monkeypatch.setattr(rooms, "REOPEN_AFTER", 0.001)
    hall.journal.failing, hall.journal.closed = 1, 3
    reply = await hall.room.ask(c.Ask("Kommt sie an?"), ANNA)
    assert isinstance(reply, Refusal)
    assert await hall.count() == 0
    assert await asked(hall, "Kommt sie an?") == 1


async def test_a_room_stops_while_its_journal_is_out_of_reach(monkeypatch) -> None:
    monkeypatch.setattr(rooms, "REOPEN_AFTER", 0.001)
    monkeypatch.setattr(rooms, "REOPEN_AT_MOST", 0.002)
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    hall.journal.failing, hall.journal.closed = 1, 10**9
    await hall.room.ask(c.Ask("Kommt sie an?"), ANNA)
    await asyncio.wait_for(hall.room.stop(), 5)


async def test_what_is_found_beside_a_question_comes_after_it(hall) -> None:
    text = "Wie lange dauert die Anerkennung der Pflegeausbildung in Augsburg?"
    await asked(hall, text)
    await asked(hall, f"{text[:-1]} denn?", who=BORIS)
    await asked(hall, "Mein Nachbar Herr Maier hat 0171 2345678, wer hilft?", who=BORIS)
    await until(lambda: sum(isinstance(e.event, Noted) for e in hall.journal.entries) >= 2)
    _, two, three = await hall.room.read(
        lambda session, _board: [(q.alike, q.marks) for q in session.questions.values()]
    )
    assert two == ((1,), ())
    assert [mark.kind for mark in three[1]] == ["name", "phone"]


async def test_an_edited_question_is_looked_at_again(hall) -> None:
    number = await asked(hall, "Wer hilft Herrn Maier?")
    await until(lambda: any(isinstance(e.event, Noted) for e in hall.journal.entries))
    rev = await hall.room.read(lambda session, _board: session.questions[number].rev)
    await hall.room.ask(c.Edit(number, rev, "Wer hilft meinem Nachbarn?"), MARA)
    await until(lambda: sum(isinstance(e.event, Noted) for e in hall.journal.entries) == 2)
    assert not await hall.room.read(lambda session, _board: session.questions[number].marks)


async def test_beyond_its_bound_a_room_is_busy(hall, monkeypatch) -> None:
    await until_phase(hall, Phase.LIVE)
    monkeypatch.setattr(rooms, "WAITING_COMMANDS", 3)
    replies = await asyncio.gather(*(hall.room.ask(c.Withdraw(1), ANNA) for _ in range(5)))
    busy = [r for r in replies if isinstance(r, Refusal) and r.code is Code.BUSY]
    assert len(busy) == 2


async def test_a_caller_who_leaves_cancels_nothing(hall) -> None:
    asking = asyncio.create_task(hall.room.ask(c.Ask("Bleibt sie?"), ANNA))
    reading = asyncio.create_task(hall.room.read(lambda session, _board: session.phase))
    await asyncio.sleep(0)
    asking.cancel()
    reading.cancel()
    await until(lambda: len(hall.journal.texts) > 0)
    assert await hall.count() == 1


async def test_a_fault_of_a_reader_is_the_readers(hall) -> None:
    with pytest.raises(ZeroDivisionError):
        await hall.room.read(lambda _session, _board: 1 // 0)
    assert await hall.phase() is Phase.LIVE


async def test_after_its_end_a_room_still_tells_but_takes_nothing() -> None:
    hall = Hall()
    await hall.room.start()
    assert await hall.phase() is Phase.ANNOUNCED
    waiting = asyncio.create_task(
        hall.room.moved(Stream.FLOOR, hall.room.epoch, 0, 60)  # nothing declared: number 0
    )
    await asyncio.sleep(0.01)
    await hall.room.stop()
    await asyncio.wait_for(waiting, 1)
    assert await hall.phase() is Phase.ANNOUNCED
    reply = await hall.room.ask(c.Ask("Zu spät?"), ANNA)
    assert isinstance(reply, Refusal)
    assert reply.code is Code.BUSY


async def test_what_waits_for_the_commit_after_the_last_one_is_refused(hall) -> None:
    hall.journal.free.clear()
    under_way = asyncio.create_task(hall.room.ask(c.Ask("Noch dabei?"), ANNA))
    await until(lambda: hall.room._ledger.session.questions)
    too_late = asyncio.create_task(hall.room.ask(c.Ask("Zu spät?"), ANNA))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(hall.room.stop())
    await asyncio.sleep(0)
    hall.journal.free.set()
    await stopping
    assert isinstance(await under_way, Done)
    assert (await too_late).code is Code.BUSY
    assert await hall.count() == 1


async def test_a_fault_in_a_turn_does_not_end_the_room(hall, monkeypatch) -> None:
    calls = 0

    async def faulty(*_: object) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(hall.room._sweep, "heartbeat", faulty)
        hall.room._beat_at = 0.0
        hall.room._stir.set()
        await until(lambda: calls)
    assert await asked(hall) == 1


# --- remembered answers ---------------------------------------------------------------------------


async def test_one_key_is_one_command_also_after_a_restart(hall) -> None:
    ask = c.Ask("Nur einmal?")
    replies = [await hall.room.ask(ask, ANNA, key="schluessel-1") for _ in range(3)]
    assert len({reply.result for reply in replies}) == 1
    other = await hall.room.ask(c.Ask("Etwas anderes?"), ANNA, key="schluessel-1")
    assert other == Refusal(Code.KEY_REUSED)
    other = await hall.room.ask(ask, BORIS, key="schluessel-1")
    assert isinstance(other, Done)  # a key is good for one person
    assert other.result != replies[0].result
    after = Hall(journal=hall.journal)
    await after.room.start()
    again = await after.room.ask(ask, ANNA, key="schluessel-1")
    assert isinstance(again, Done)
    assert again.result == replies[0].result
    assert await after.count() == 2
    await after.room.stop()


async def test_a_refusal_is_not_remembered(hall) -> None:
    first = await hall.room.ask(c.Ask(""), ANNA, key="schluessel-1")
    assert isinstance(first, Refusal)
    assert isinstance(await hall.room.ask(c.Ask("Nun doch?"), ANNA, key="schluessel-1"), Done)


# --- connections ----------------------------------------------------------------------------------


async def test_a_tick_brings_everyone_one_delta(hall) -> None:
    lines = [(await hall.follow(who))[0] for who in (ANNA, BORIS, READER)]
    number = await asked(hall)
    await approved(hall, number)
    for count in (1, 2):
        for line in lines:
            await until(lambda line=line, n=count: shown(line) >= n)
        if count == 1:
            await approved(hall, await asked(hall, "Und danach?"))
    for line in lines:
        assert line.kinds().count("delta") >= 2
        seq = line.last("snapshot")["seq"]
        for frame in line.frames[2:]:
            if frame["type"] == "delta":
                assert frame["from"] == seq
                seq = frame["to"]
    own = lines[0].last("mine")
    assert own["questions"][0]["review"] == "approved"
    assert "mine" not in lines[1].kinds()


def shown(line: Line) -> int:
    """Return how many questions came by delta, whole."""
    deltas = (frame for frame in line.frames if frame["type"] == "delta")
    return sum("text" in row for delta in deltas for row in delta.get("questions", ()))


async def test_ones_own_taps_reach_every_tab(hall) -> None:
    number = await asked(hall)
    await approved(hall, number)
    tabs = [(await hall.follow(BORIS))[0] for _ in range(2)]
    await hall.room.ask(c.Upvote(number, True, NOW), BORIS)
    for tab in tabs:
        await until(lambda tab=tab: "mine" in tab.kinds())
        assert tab.last("mine")["upvoted"] == {str(number): True}


async def test_a_stalled_connection_is_left_out_and_catches_up_with_one_delta(hall) -> None:
    slow, connection = await hall.follow(BORIS)
    quick, _ = await hall.follow(ANNA)
    start = connection.seq
    slow.backed_up = True
    for number in (1, 2, 3):
        await asked(hall, f"Frage {number}?")
        await approved(hall, number)
    await until(lambda: sum(len(f.get("questions", ())) for f in quick.frames) >= 3)
    assert slow.kinds() == ["welcome", "snapshot"]
    slow.backed_up = False
    await until(lambda: "delta" in slow.kinds())
    delta = slow.last("delta")
    assert slow.kinds() == ["welcome", "snapshot", "delta"]
    assert delta["from"] == start
    assert [row["number"] for row in delta["questions"]] == [1, 2, 3]
    assert connection.behind_since is None


async def test_whoever_is_behind_gets_its_own_whole_and_once(hall) -> None:
    await approved(hall, await asked(hall))
    line, connection = await hall.follow(BORIS)
    other, _ = await hall.follow(BORIS)
    line.backed_up = True
    for intent in range(1, 30):
        await hall.room.ask(c.Upvote(1, intent % 2 > 0, NOW - 100 + intent), BORIS)
    own = await hall.room.ask(c.Ask("Und danach?"), BORIS)
    assert isinstance(own, Done)
    await until(lambda: connection.owed and not hall.room._sweep.dirty)
    hall.room.resync(connection, "error")
    await until(lambda: any(frame.get("questions") for frame in mine(other)))
    assert line.kinds() == ["welcome", "snapshot"]
    line.backed_up = False
    await until(lambda: len(line.kinds()) > 3)
    assert line.kinds() == ["welcome", "snapshot", "me", "snapshot"]
    assert line.last("me")["me"]["upvoted"] == [1, 2]
    assert [row["number"] for row in line.last("me")["me"]["mine"]] == [2]
    await hall.room.ask(c.Upvote(1, False, NOW), BORIS)
    await until(lambda: [frame["upvoted"] for frame in mine(line)] == [{"1": False}])


def mine(line: Line) -> list[dict[str, Any]]:
    return [frame for frame in line.frames if frame["type"] == "mine"]


async def test_a_state_thrown_away_costs_whoever_is_behind_nothing(hall) -> None:
    line, _ = await hall.follow(BORIS)
    line.backed_up = True
    for _ in range(3):
        hall.journal.failing = 1
        await hall.room.ask(c.Ask("Kommt sie an?"), ANNA)
        await until(lambda: hall.room.storing)
    await asked(hall)
    assert line.kinds() == ["welcome", "snapshot"]
    line.backed_up = False
    await until(lambda: line.kinds() == ["welcome", "snapshot", "me", "snapshot"])


async def test_a_transport_that_is_full_gets_its_welcome_and_no_rows(hall) -> None:
    await asked(hall)
    line = Line()
    line.backed_up = True
    connection = Connection(line, BORIS, Stream.FLOOR, 1)
    await hall.room.enter(connection, "", 0)
    assert line.kinds() == ["welcome"]
    line.backed_up = False
    await until(lambda: line.kinds() == ["welcome", "snapshot"])


async def test_what_the_clock_made_due_meanwhile_comes_before_what_waits(hall) -> None:
    await approved(hall, await asked(hall))
    tap = asyncio.create_task(hall.room.ask(c.Upvote(1, True, NOW), BORIS))
    await asyncio.sleep(0)
    hall.clock.now += 60 * MINUTE
    reply = await tap
    assert isinstance(reply, Refusal)
    assert reply.code is Code.CLOSED


async def test_a_clock_set_back_swallows_no_second_tap(hall) -> None:
    await approved(hall, await asked(hall))
    hall.clock.now += MINUTE
    await hall.room.ask(c.Upvote(1, True, hall.clock.now), BORIS)
    line, _ = await hall.follow(BORIS)
    hall.clock.now -= 60 * MINUTE
    later = instant_ms(line.frames[0]["now"]) + 10
    await asyncio.sleep(0.05)
    await hall.room.ask(c.Upvote(1, False, later), BORIS)
    assert await hall.room.read(lambda session, _board: session.upvotes(1)) == 1


def instant_ms(told: str) -> int:
    return int(datetime.fromisoformat(told).timestamp() * 1000)


async def test_a_poll_that_knows_its_own_hears_what_moved_no_stream(hall) -> None:
    number = await asked(hall, "Wo lernt man das?")
    (told,) = (await hall.room.updates(Stream.FLOOR, ANNA, "", 0))[:1]
    me = json.loads(told)
    place = (Stream.FLOOR, me["epoch"], me["seq"], 60)
    rev = await hall.room.read(lambda session, _board: session.questions[number].rev)
    reply = await hall.room.ask(c.Reword(number, rev, "Wo lernt man es?"), ANNA)
    assert isinstance(reply, Done)
    assert reply.seq == me["seq"]
    await asyncio.wait_for(hall.room.moved(*place, own=(ANNA, me["own"])), 5)
    (told,) = await hall.room.updates(Stream.FLOOR, ANNA, me["epoch"], me["seq"])
    assert json.loads(told)["me"]["mine"][0]["text"] == "Wo lernt man es?"


async def test_an_answer_repeated_names_the_head_of_whoever_asks_again(hall) -> None:
    await asked(hall)
    rev = await hall.room.read(lambda session, _board: session.questions[1].rev)
    give_back = c.Return(1, rev, Reason.UNCLEAR)
    once = await hall.room.ask(give_back, MARA, key="schluessel-1", stream=Stream.FLOOR)
    again = await hall.room.ask(give_back, MARA, key="schluessel-1", stream=Stream.DESK)
    heads = await hall.room.read(
        lambda _session, board: {stream: sheet.seq for stream, sheet in board.sheets.items()}
    )
    assert isinstance(once, Done)
    assert isinstance(again, Done)
    assert (once.seq, again.seq) == (heads[Stream.FLOOR], heads[Stream.DESK])
    assert once.seq < again.seq
    assert once.result == again.result


async def test_a_delta_of_an_earlier_tick_is_not_taken_for_the_present_one(hall) -> None:
    slow, connection = await hall.follow(BORIS)
    await hall.follow(ANNA)
    slow.backed_up = True
    start = connection.seq
    await asked(hall)
    await until(lambda: not hall.room._sweep.dirty)  # others have the delta from `start`
    hall.room._tick_at = asyncio.get_running_loop().time() + 60
    await approved(hall, 1)
    slow.backed_up = False
    hall.room._beat_at = 0.0
    hall.room._stir.set()
    await until(lambda: "delta" in slow.kinds())
    delta = slow.last("delta")
    head = await hall.room.read(lambda _session, board: board.sheets[Stream.FLOOR].seq)
    assert (delta["from"], delta["to"]) == (start, head)
    assert delta["questions"]


async def test_a_connection_that_drains_nothing_is_closed(hall, monkeypatch) -> None:
    monkeypatch.setattr(sweep, "STALLED_AFTER", 0.03)
    slow, connection = await hall.follow(BORIS)
    slow.backed_up = True
    await asked(hall)
    await until(lambda: slow.code)
    assert slow.code == Close.STALLED
    hall.room.leave(connection)
    hall.room.leave(connection)
    assert len(hall.room.presence) == 0


async def test_heartbeats_come_to_whoever_is_not_behind(hall) -> None:
    line, _ = await hall.follow()
    slow, _ = await hall.follow(BORIS)
    slow.backed_up = True
    team, _ = await hall.follow(MARA, Stream.DESK)
    await until(lambda: any(f["type"] == "heartbeat" for f in line.frames))
    beat = line.last("heartbeat")
    assert beat["present"] == 3
    assert team.last("heartbeat")["digest"] != beat["digest"]
    assert not any(f["type"] == "heartbeat" for f in slow.frames)


@pytest.mark.parametrize("many", [sweep.SLICE, sweep.SLICE + 1])
async def test_many_connections_are_served_in_slices(many) -> None:
    hall = Hall()
    await hall.room.start()
    lines = [(await hall.follow(READER))[0] for _ in range(many)]
    await hall.room.ask(DECLARE, SYSTEM)
    await until(lambda: all("delta" in line.kinds() for line in lines))
    await until(lambda: all(any(f["type"] == "heartbeat" for f in li.frames) for li in lines))
    await hall.room.stop()


async def test_resuming(hall) -> None:
    await asked(hall)
    _, connection = await hall.follow()
    epoch, seq = hall.room.epoch, connection.seq
    line, _ = await hall.follow(epoch=epoch, seq=seq)
    assert line.kinds() == ["welcome"]
    await approved(hall, 1)
    resumed, _ = await hall.follow(epoch=epoch, seq=seq)
    assert resumed.kinds()[:2] == ["welcome", "delta"]
    assert resumed.frames[1]["to"] == resumed.frames[0]["seq"]
    for other in ((epoch, 0), (epoch, 10**6), ("0" * 16, seq), ("", 0)):
        fresh, _ = await hall.follow(epoch=other[0], seq=other[1])
        assert fresh.kinds()[:2] == ["welcome", "snapshot"]


async def test_a_resync_brings_everything(hall) -> None:
    line, connection = await hall.follow()
    hall.room.resync(connection, "gap")
    await until(lambda: line.kinds() == ["welcome", "snapshot", "me", "snapshot"])
    assert hall.room.resyncs == {"gap": 1}


async def test_polls_answer_at_once_or_wait(hall) -> None:
    room = hall.room
    (me, snapshot) = await room.updates(Stream.FLOOR, ANNA, "", 0)
    assert b'"type":"me"' in me
    assert b'"type":"snapshot"' in snapshot
    seq = await room.read(lambda _session, board: board.sheets[Stream.FLOOR].seq)
    await room.moved(Stream.FLOOR, "", 0, 60)
    assert len(await room.updates(Stream.FLOOR, ANNA, room.epoch, seq)) == 1
    await room.moved(Stream.FLOOR, room.epoch, seq, 0.01)
    waiting = asyncio.create_task(room.moved(Stream.FLOOR, room.epoch, seq, 60))
    await asked(hall)
    await asyncio.wait_for(waiting, 5)
    (_, delta) = await room.updates(Stream.FLOOR, ANNA, room.epoch, seq)
    assert b'"type":"delta"' in delta
    leaving = asyncio.create_task(room.moved(Stream.FLOOR, room.epoch, 10**6, 60))
    await asyncio.sleep(0)
    leaving.cancel()
    await until(leaving.done)
    assert not room._movers


# --- publication ----------------------------------------------------------------------------------


async def published(hall: Hall) -> None:
    number = await asked(hall)
    await approved(hall, number)
    tapped = await hall.room.ask(c.Upvote(number, True, NOW), BORIS)
    assert isinstance(tapped, Done), tapped
    await asked(hall, "Zurück?", who=BORIS)
    rev = await hall.room.read(lambda session, _board: session.questions[2].rev)
    await hall.room.ask(c.Return(2, rev, Reason.UNCLEAR), MARA)
    hall.clock.now += 61 * MINUTE
    await until_phase(hall, Phase.CLOSED)
    for command in (c.Conclude(), c.Publish()):
        reply = await hall.room.ask(command, OLGA, key=f"schluessel-{command.do}")
        assert isinstance(reply, Done), reply


async def until_phase(hall: Hall, phase: Phase) -> None:
    async with asyncio.timeout(5):
        while await hall.phase() is not phase:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_publication_seals_and_gives_everyone_a_fresh_snapshot(hall) -> None:
    line, _ = await hall.follow(BORIS)
    epoch = hall.room.epoch
    await published(hall)
    await until(lambda: hall.records)
    await until(lambda: line.last("snapshot")["epoch"] != epoch)
    snapshot = line.last("snapshot")
    assert snapshot["session"]["phase"] == "published"
    assert snapshot["questions"][0]["upvotes"] == 2
    assert [e.event.taps for e in hall.journal.entries if isinstance(e.event, Upvoted)] == [()]
    assert {answer.person for answer in hall.journal.remembered} <= {OLGA.person}
    assert hall.records[0].figures.received == 2
    refused = await hall.room.ask(c.Ask("Noch eine?"), ANNA)
    assert refused.code is Code.CLOSED


async def test_what_follows_on_publication_makes_a_new_record(hall) -> None:
    await published(hall)
    reply = await hall.room.ask(c.Correct(1, "Eine Antwort in Schriftform."), OLGA)
    assert isinstance(reply, Done), reply
    await until(lambda: len(hall.records) == 2)


async def test_a_record_that_could_not_be_kept_is_kept_at_the_next_start(hall) -> None:
    hall.unable = 1
    await published(hall)
    assert not hall.records
    after = Hall(journal=hall.journal)
    await after.room.start()
    assert len(after.records) == 1
    await after.room.stop()


# --- the hub --------------------------------------------------------------------------------------


async def test_the_hub_opens_says_good_bye_and_revokes() -> None:
    hall = Hall()
    hub = Hub(bytes)
    hub.add(hall.room)
    assert list(hub) == [hall.room]
    assert hub.room("gibt-es-nicht") is None
    await hub.start({hall.room.slug: DECLARE})
    one, connection = await hall.follow()
    other, stranger = await hall.follow(BORIS)
    stranger.pass_id = 2
    hub.revoke(1)
    assert (one.code, other.code) == (Close.PASS_ENDED, 0)
    hall.room.leave(connection)
    await hub.stop(lambda most: most)
    assert other.last("bye") == {"type": "bye", "why": "restart", "retry_ms": 4_200}
    assert other.code == Close.RESTART


async def test_an_empty_journal_begins(hall) -> None:
    fresh = Hall(QUICK, Memory())
    await fresh.room.start()
    await fresh.room.start()
    assert await fresh.count() == 0
    await fresh.room.stop()
    never = Hall()
    await never.room.stop()
    assert isinstance(Line(), Line)
