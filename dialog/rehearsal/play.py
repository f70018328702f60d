"""The rehearsal from its first guest to the proof that nothing acknowledged was lost."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from dialog.demo.script import Script
from dialog.rehearsal.entrance import Entrance, NoEntranceError
from dialog.rehearsal.record import Record, Sample, now
from dialog.rehearsal.volunteers import Approver, Questions, Volunteer

ARRIVING: Final = 0.25
ARRIVING_S: Final = (2.0, 60.0)
BURST_EVERY_S: Final = (8.0, 16.0)
SETTLE_S: Final = 2.0
PROVING: Final = 20
BEAT_S: Final = 0.05
SECOND: Final = 1.0

Tell = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many volunteers play for how many seconds, and the seed of what they do."""

    volunteers: int
    seconds: float
    seed: int


async def play(
    way: Entrance, plan: Plan, script: Script, tell: Tell, stop: asyncio.Event
) -> Record:
    """Play the plan and return its record; ``tell`` is called with it twice a second.

    ``stop`` ends it early, with the record of what there is.
    """
    record = Record(invited=plan.volunteers)
    draw = random.Random(plan.seed)
    questions = Questions(script, draw)
    people = [
        Volunteer(questions.names[n % len(questions.names)], way, record, f"{plan.seed} {n}")
        for n in range(plan.volunteers)
    ]
    approver = Approver(way, record)
    if not await approver.enter():
        raise NoEntranceError("invitation")
    await _evening(people, approver, plan, record, _Sides(draw, questions, tell, stop))
    return record


@dataclass(frozen=True, slots=True)
class _Sides:
    """What an evening needs beside its people."""

    draw: random.Random
    questions: Questions
    tell: Tell
    stop: asyncio.Event


async def _evening(
    people: list[Volunteer], approver: Approver, plan: Plan, record: Record, sides: _Sides
) -> None:
    beside = [_begin(record, _watch(record)), _begin(record, _telling(record, sides.tell))]
    acting = [_begin(record, approver.play())]
    least, most = ARRIVING_S
    within = min(most, max(least, plan.seconds * ARRIVING))
    acting += [
        _begin(record, one.play(sides.draw.uniform(0, within), sides.questions)) for one in people
    ]
    acting.append(_begin(record, _bursts(people, sides.draw, record, acting)))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(plan.seconds):
                await sides.stop.wait()
        await _end(acting)
        await asyncio.sleep(SETTLE_S)
        record.ended = now()
    finally:
        await _end(acting)
        for one in people:
            one.guest.still_away()
        lines = [approver.line, *(one.line for one in people)]
        await _end([line for line in lines if line])
        await _end(beside)
    await _prove(people, record)


async def _bursts(
    people: list[Volunteer], draw: random.Random, record: Record, acting: list[asyncio.Task[None]]
) -> None:
    """Let many tap at once now and then, as when a question is read aloud."""
    while True:
        await asyncio.sleep(draw.uniform(*BURST_EVERY_S))
        acting += [_begin(record, one.burst()) for one in people if one.line]


async def _prove(people: list[Volunteer], record: Record) -> None:
    """Compare what was acknowledged with what the server has, asked anew."""
    turns = asyncio.Semaphore(PROVING)

    async def prove(one: Volunteer) -> None:
        async with turns:
            try:
                await one.prove()
            except (OSError, ValueError):
                record.unproven += 1

    await asyncio.gather(*(prove(one) for one in people if one.line))


async def _watch(record: Record) -> None:
    """Note each second how busy this process was, and how late its own clock rang."""
    while True:
        began, spent, late = now(), time.process_time(), 0.0
        while now() - began < SECOND:
            rings = now() + BEAT_S
            await asyncio.sleep(BEAT_S)
            late = max(late, now() - rings)
        cpu = (time.process_time() - spent) / (now() - began)
        record.samples.append(Sample(now(), cpu, late, record.present))


async def _telling(record: Record, tell: Tell) -> None:
    while True:
        await asyncio.sleep(SECOND / 2)
        tell(record)


def _begin(record: Record, play: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start one part; a fault of ours ends only that part, and the report says so."""
    task = asyncio.create_task(play)
    _running.add(task)

    def ended(one: asyncio.Task[None]) -> None:
        _running.discard(one)
        if not one.cancelled() and (fault := one.exception()):
            record.faults[type(fault).__name__] += 1

    task.add_done_callback(ended)
    return task


_running: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
