"""P14: the life of a question and of a session cannot be bypassed by any commands of any role.

The tables below say again, in words of their own, which phase may follow which, which review may
become which, and in which phase which role may give which command. Evenings drawn at random go
through the real room over its wire; what is done must stand in the tables, and in a race with the
end nothing slips in: what is decided after it is what may be done after it.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum.events import Acted, Asked, Axis, Claimed, Upvoted
from dialog.forum.names import ASK_GRACE, MINUTE, REWORD_GRACE, Phase, Review, Role, Who
from dialog.forum.question import Standing
from dialog.forum.session import Session
from dialog.hub.ledger import Done, Reply
from dialog.store.database import Database
from dialog.store.journal import Journal
from tests.forum.evening import Evening
from tests.forum.steps import EVERYONE, WAITS, WEIGHTED, Step
from tests.live.client import Browser, Live
from tests.live.server import Server, running
from tests.mutants import Mutant
from tests.promises.audience import DECLARE, Venue

P, R = Phase, Review
PHASES = {
    "announced": "open cancelled",
    "open": "live cancelled",
    "live": "closed cancelled",
    "closed": "live published",
    "published": "",
    "cancelled": "",
}
REVIEWS = {
    "waiting": "approved stage_only returned merged withdrawn unreviewed",
    "unreviewed": "approved stage_only returned merged withdrawn waiting",
    "returned": "approved stage_only returned merged withdrawn waiting",
    "approved": "stage_only returned merged withdrawn waiting",
    "stage_only": "approved returned withdrawn waiting",
    "merged": "waiting returned approved unreviewed",
    "withdrawn": "",
}
STAFF = "announced open live closed"
ON_STAGE = "live closed"
EVER = "announced open live closed published cancelled"
MODERATING = "moderator organiser"
STAGING = "moderator minister organiser"
SCRIBING = "scribe organiser"
STAFFED = "moderator minister scribe organiser"
ALLOWED = {
    "ask": ("volunteer moderator organiser", "open live closed"),
    "reword": ("volunteer", "open live closed"),
    "withdraw": ("volunteer", EVER),
    "consent": ("volunteer", EVER),
    "name": ("volunteer", EVER),
    "upvote": ("volunteer", "open live"),
    "appeal": ("volunteer", "announced open live closed"),
    "object": ("volunteer", "announced open live closed"),
    **dict.fromkeys(
        (
            "claim", "approve", "stage_only", "return", "edit", "merge", "unmerge",
            "undo", "topic", "brief", "mute", "unmute", "message", "merge_all", "return_all",
        ),
        (MODERATING, STAFF),
    ),
    **dict.fromkeys(("now", "next", "done", "back"), (STAGING, ON_STAGE)),
    **dict.fromkeys(("order", "acknowledge"), (STAGING, STAFF)),
    **dict.fromkeys(("hide", "blank"), (STAFFED, STAFF)),
    **dict.fromkeys(("take", "draft", "answer", "release"), (SCRIBING, STAFF)),
    **dict.fromkeys(("phase", "accept", "extend", "pause", "banner"), ("organiser", STAFF)),
    **dict.fromkeys(("conclude", "publish"), ("organiser", "closed")),
    "redact": ("organiser", EVER),
    "correct": (SCRIBING, "closed published"),
    "keep": (SCRIBING, EVER),
    "unpublish": ("organiser", "published"),
    "declare": ("system", EVER),
    "enter": ("system", EVER),
    "note": ("system", EVER),
    "tick": ("system", EVER),
    "purge": ("system", EVER),
}  # fmt: skip


def test_every_command_has_its_place_in_the_table() -> None:
    assert set(ALLOWED) == {command.do for command in get_args(c.Command)}


def judge(
    session: Session, command: c.Command, who: Who, now: int, reply: Reply, *, stored: bool
) -> None:
    """Fail if what was done may not be done by this role in this phase at this time."""
    if not isinstance(reply, Done) or not stored:
        return
    roles, phases = ALLOWED[command.do]
    assert who.role.value in roles.split(), (command, who)
    assert session.phase.value in phases.split(), (command, session.phase)
    if session.phase is P.CLOSED and command.do == "ask":
        assert now <= session.asks_ended + ASK_GRACE
    if session.phase is P.CLOSED and command.do == "reword":
        assert now <= session.asks_ended + REWORD_GRACE


def walked(venue_entries: tuple[object, ...]) -> None:
    """Fail if any change in the journal is none that the tables know."""
    for entry in venue_entries:
        event = getattr(entry, "event", None)
        if not isinstance(event, Acted):
            continue
        for change in event.changes:
            if change.axis is Axis.PHASE:
                assert change.after in PHASES[change.before].split(), event  # type: ignore[index]
            if isinstance(change.before, Standing) and isinstance(change.after, Standing):
                before, after = change.before.review, change.after.review
                allowed = after in REVIEWS[before].split() or after is before
                assert allowed or event.undoes, event


async def wander(venue: Venue, lots: random.Random, steps: int) -> int:
    """Let anyone give any command, and judge what was done; return how many were."""
    done = 0
    for _ in range(steps):
        venue.clock.now += lots.choice(WAITS)
        step = Step(lots.choice(WEIGHTED), 0, *(lots.randrange(256) for _ in range(4)))
        opened = await venue.books()
        evening = Evening.__new__(Evening)
        evening.session, evening.now = opened[0], venue.clock.now
        command, who = step.command(evening), lots.choice((step.whom(), lots.choice(EVERYONE)))
        before = opened[0].seq
        reply = await venue.room.ask(command, who)
        after, _ = await venue.books()
        moved = after.seq > before + (who.person not in opened[0].staff)
        then = opened[0] if after.phase is opened[0].phase or command.do in PHASED else after
        judge(then, command, who, venue.clock.now, reply, stored=moved)
        done += isinstance(reply, Done) and moved
    return done


PHASED = {"phase", "publish"}


@pytest.mark.parametrize("seeds, steps", [(2, 120), pytest.param(12, 400, marks=pytest.mark.large)])
async def test_any_commands_by_anyone(tmp_path: Path, seeds: int, steps: int) -> None:
    done = 0
    for seed in range(seeds):
        folder = tmp_path / str(seed)
        folder.mkdir()
        venue = Venue(folder)
        await venue.open()
        done += await wander(venue, random.Random(seed), steps)
        walked((await venue.journal.open("2026-12-03-probe")).entries)
        await venue.close()
    assert done > steps // 10
    print(f"P14: {seeds} evenings, {seeds * steps} commands, {done} done")


PATHS = ("open live closed published", "cancelled", "open cancelled", "open live cancelled")


@pytest.mark.parametrize("path", PATHS)
async def test_what_no_table_allows_is_refused_in_every_phase(tmp_path: Path, path: str) -> None:
    venue = Venue(tmp_path)
    venue.clock.now -= 24 * 60 * MINUTE
    await venue.open()
    refused = await everything(venue, P.ANNOUNCED)
    for to in path.split():
        if to == "published":
            await venue.room.ask(c.Conclude(), OLGA)
        moving = c.Publish() if to == "published" else c.ChangePhase(P(to))
        reply = await venue.room.ask(moving, OLGA)
        assert isinstance(reply, Done), (to, reply)
        if to == "open":
            for number in (1, 2, 3):
                assert isinstance(await venue.room.ask(c.Ask(f"Wer, {number}?"), VOLUNTEER), Done)
            rev = await venue.room.read(lambda session, _board: session.questions[1].rev)
            assert isinstance(await venue.room.ask(c.Approve(1, rev), MARA), Done)
        refused += await everything(venue, P(to))
    await venue.close()
    print(f"P14: {refused} combinations of phase, role and command refused on the way {path}")


async def everything(venue: Venue, phase: Phase) -> int:
    """Give every command in every role in which no table allows it; return how many those are."""
    session, _ = await venue.books()
    assert session.phase is phase
    evening = Evening.__new__(Evening)
    evening.session, evening.now = session, venue.clock.now
    refused = 0
    for do, (roles, phases) in ALLOWED.items():
        for who in EVERYONE:
            if who.role.value in roles.split() and phase.value in phases.split():
                continue
            command = Step(do, one=1, two=1, three=1).command(evening)
            assert not isinstance(await venue.room.ask(command, who), Done), (do, who, phase)
            refused += 1
    for to in set(P) - {P(name) for name in PHASES[phase].split()} - {phase}:
        assert not isinstance(await venue.room.ask(c.ChangePhase(to), OLGA), Done), (phase, to)
    assert (await venue.books())[0].phase is phase
    return refused


VOLUNTEER = Who(1, Role.VOLUNTEER, "Anna")
MARA = Who(9, Role.MODERATOR, "Mara")
OLGA = Who(10, Role.ORGANISER, "Olga")


@pytest.mark.parametrize("turns", range(0, 12, 2))
@pytest.mark.parametrize("by", ["clock", "hand"])
async def test_in_one_batch_with_the_end(tmp_path: Path, by: str, turns: int) -> None:
    venue = Venue(tmp_path)
    await venue.open()
    room = venue.room
    await room.ask(c.Ask("Wer hilft?"), VOLUNTEER)
    rev = await room.read(lambda session, _board: session.questions[1].rev)
    await room.ask(c.Approve(1, rev), MARA)
    room._timing = replace(room._timing, window=0.005)
    people = [Who(n, Role.VOLUNTEER) for n in range(20, 40)]
    taps = [
        asyncio.ensure_future(room.ask(c.Upvote(1, True, venue.clock.now), one)) for one in people
    ]
    for _ in range(turns):
        await asyncio.sleep(0)
    if by == "clock":
        venue.clock.now = DECLARE.schedule.ends + 1
    else:
        taps.insert(10, asyncio.ensure_future(room.ask(c.ChangePhase(P.CLOSED), OLGA)))
    taps += [
        asyncio.ensure_future(room.ask(c.Upvote(1, True, venue.clock.now), Who(p, Role.VOLUNTEER)))
        for p in range(50, 60)
    ]
    await asyncio.gather(*taps)
    await venue.settle()
    await room.ask(c.Upvote(1, False, venue.clock.now + MINUTE), people[0])
    ended, ends = False, DECLARE.schedule.ends
    for entry in (await venue.journal.open("2026-12-03-probe")).entries:
        if isinstance(entry.event, Acted) and entry.event.changes[0].after is P.CLOSED:
            ended = True
        elif isinstance(entry.event, Upvoted | Claimed):
            assert not ended, "an upvote after the end"
            assert entry.at < ends, "an upvote after the hour"
    assert ended
    await venue.close()


async def test_a_minute_after_the_end_nobody_asks_any_more(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    await venue.open()
    assert isinstance(await venue.room.ask(c.ChangePhase(P.CLOSED), OLGA), Done)
    ended = await venue.room.read(lambda session, _board: session.asks_ended)
    for late, taken in ((ASK_GRACE, True), (ASK_GRACE + 1, False), (60 * ASK_GRACE, False)):
        venue.clock.now = ended + late
        person = Who(20 + late % 1000, Role.VOLUNTEER)
        reply = await venue.room.ask(c.Ask(f"Noch eine, nach {late} ms?"), person)
        assert isinstance(reply, Done) is taken, (late, reply)
    await venue.close()


# --- through the real server ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module")
def team(server: Server) -> tuple[Browser, Browser]:
    slug = server.slugs["live"]
    return server.staff(slug, "moderator"), server.staff(slug, "organiser")


async def test_a_race_with_the_end(server: Server, team: tuple[Browser, Browser]) -> None:
    slug = server.slugs["live"]
    asker = server.volunteer(slug)
    pages = [server.page(b, slug, place) for b, place in zip(
        (asker, *team), ("", "/moderation", "/moderation"), strict=True)]  # fmt: skip
    volunteers = [server.volunteer(slug) for _ in range(8)]
    tabs = [Live(v, slug, page=server.page(v, slug).live) for v in volunteers]
    one = Live(asker, slug, page=pages[0].live)
    desk = Live(team[0], slug, page=pages[1].live, stream="desk")
    head = Live(team[1], slug, page=pages[2].live, stream="desk")
    async with one, desk, head:
        number = (await one.command("ask", text="Wer hilft?"))["result"]["number"]
        await desk.until(lambda: number in desk.questions)
        rev = desk.questions[number]["rev"]
        await desk.command("approve", number=number, rev=rev)
        for tab in tabs:
            await tab.__aenter__()
        told = await asyncio.gather(
            *(flips(tab, number) for tab in tabs), ends(head), return_exceptions=False
        )
        late = [await tab.upvote(number) for tab in tabs]
        assert {answer["code"] for answer in late} == {"closed"}
        asked = await one.command("ask", text="Noch in der Minute?")
        assert asked["type"] == "done"
        for tab in tabs:
            await tab.__aexit__(None, None, None)
    assert any(told)
    database = Database(f"sqlite:///{server.folder}/data/dialog.sqlite3")
    entries = (await Journal(database).open(slug)).entries
    await database.close()
    walked(entries)
    closed = next(
        e.number
        for e in entries
        if isinstance(e.event, Acted) and e.event.changes[0].after is P.CLOSED
    )
    assert not [e for e in entries if isinstance(e.event, Upvoted) and e.number > closed]
    assert [e for e in entries if isinstance(e.event, Asked) and e.number > closed]


async def flips(tab: Live, number: int) -> int:
    """Support and take back until the session says that it is over; return how often."""
    for turn in range(200):
        intent = time.time_ns() // 1_000_000
        answer = await tab.upvote(number, on=turn % 2 == 0, intent=intent)
        if answer["type"] == "refused" and answer["code"] == "closed":
            return turn
        if answer["type"] == "refused":  # too fast
            await asyncio.sleep(0.05)
    raise AssertionError("the end never came")


async def ends(head: Live) -> int:
    answer = await head.command("phase", to="closed")
    assert answer["type"] == "done", answer
    return 0


MUTANTS = (
    Mutant(
        "what the clock made due comes after what waits",
        "dialog/hub/ledger.py",
        "is not None and due <= draft.now:",
        "is not None and due <= draft.now and not commands:",
        "in_one_batch",
    ),
    Mutant(
        "upvotes are taken after the end",
        "dialog/forum/asking.py",
        "    if session.asking and session.switches.upvotes:",
        "    if session.switches.upvotes:",
        "in_one_batch or a_race",
    ),
    Mutant(
        "any phase follows any",
        "dialog/forum/organising.py",
        "    if command.to not in FOLLOWS[session.phase]:",
        "    if command.to in ():",
        "what_no_table",
    ),
    Mutant(
        "any role may do anything",
        "dialog/forum/decide.py",
        "    if not may(who.role, command.do):",
        "    if command.do == '':",
        "what_no_table",
    ),
    Mutant(
        "staff go on after publication",
        "dialog/forum/decide.py",
        "    if session.phase not in STAFFED and command.do not in AFTERWARDS:",
        "    if session.phase is Phase.CANCELLED and command.do == '':",
        "what_no_table",
    ),
    Mutant(
        "questions are taken for hours after the end",
        "dialog/forum/asking.py",
        "if ended and now <= ended + ASK_GRACE and",
        "if ended and now <= ended + 1000 * ASK_GRACE and",
        "a_minute_after",
    ),
)
