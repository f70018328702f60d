"""P5: a client's state and what follows is, for every command and every stream, the state as it is.

An evening gives every command there is, one after the other, through the messages of the wire.
After each, clients of every role and stream that followed, and ones that resume from before it or
from the very beginning, have what a client gets that comes now and knows nothing. A command that
is not in the evening fails this module.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum.names import SYSTEM, Role, Stream, Who
from dialog.forum.question import Mark
from dialog.forum.retention import MONTH
from dialog.forum.roles import MAY, SEES
from dialog.forum.session import Session
from dialog.hub.ledger import Done
from tests.hub.doubles import ANNA, BORIS, MARA, OLGA, READER
from tests.mutants import Mutant
from tests.promises.audience import DECLARE, Message, Tab, Venue

SVEN = Who(21, Role.SCRIBE, "Sven")
MINISTER = Who(31, Role.MINISTER, "Max")
PEOPLE = (READER, ANNA, BORIS, MARA, SVEN, MINISTER, OLGA)

Fields = Callable[[Session], Message]


def rev(number: int, **more: object) -> Fields:
    """Return the fields of a command that names what it saw of a question."""
    return lambda session: {"number": number, "rev": session.questions[number].rev} | more


def revs(*numbers: int, **more: object) -> Fields:
    """Return the fields of a command on a group."""
    return lambda session: {
        "numbers": numbers, "revs": [session.questions[n].rev for n in numbers]
    } | more  # fmt: skip


def stage(**more: object) -> Fields:
    """Return the fields of a command on the stage."""
    return lambda session: {
        "order_rev": session.order_rev, "seen": session.stage.now or None
    } | more  # fmt: skip


def plain(**fields: object) -> Fields:
    return lambda _session: fields


def last(act: str) -> Fields:
    """Return the fields that name the last entry of an act."""
    return lambda session: {
        "event": max(n for n, deed in session.deeds.items() if deed.acted.act == act)
    }


def intent(number: int, *, on: bool) -> Fields:
    return lambda session: {"number": number, "on": on, "intent": session.at + 5}


ASKED = ("Wer hilft?", "Wo lernt man das?", "Was kostet es?", "Wann?", "Wie lange?", "Warum nicht?")
EVENING: tuple[tuple[Who, str, Fields], ...] = (
    *(
        (ANNA if n % 2 else BORIS, "ask", plain(text=text, background="In Bayern."))
        for n, text in enumerate(ASKED, 1)
    ),
    (MARA, "ask", plain(text="Aus dem Saal?", via="hall", asker="Frau Beispiel", show="name")),
    (MARA, "claim", plain(number=1)),
    *((MARA, "approve", rev(n)) for n in (1, 2, 3, 4, 7)),
    (MARA, "stage_only", rev(5)),
    (MARA, "return", rev(6, reason="unclear", note="Was ist gemeint?")),
    (BORIS, "appeal", plain(number=6, text="Doch, sie ist klar.")),
    (BORIS, "reword", rev(6, text="Warum eigentlich nicht?")),
    (BORIS, "upvote", intent(3, on=True)),
    (ANNA, "upvote", intent(2, on=True)),
    (MARA, "edit", rev(4, text="Wann beginnt es?")),
    (BORIS, "object", plain(number=4)),
    (OLGA, "approve", rev(4)),
    (MARA, "merge", rev(3, into=1)),
    (BORIS, "upvote", intent(3, on=False)),
    (MARA, "unmerge", rev(3)),
    (MARA, "merge", rev(3, into=2)),
    (MARA, "undo", last("merge")),
    (MARA, "merge_all", revs(2, 3, into=1)),
    (MARA, "undo", last("merge_all")),
    (MARA, "return_all", revs(2, 7, reason="unclear", note="Was ist gemeint?")),
    (MARA, "undo", last("return_all")),
    (MARA, "topic", rev(1, topic="Sprache")),
    (MARA, "brief", rev(1, text="Siehe Haushalt.")),
    (MARA, "mute", plain(person=BORIS.person)),
    (MARA, "unmute", plain(person=BORIS.person)),
    (MARA, "message", plain(text="Noch fünf Minuten.")),
    (MINISTER, "acknowledge", plain()),
    (MARA, "order", lambda s: {"numbers": [2, 1, 4], "order_rev": s.order_rev}),
    (MINISTER, "now", stage(number=2)),
    (MINISTER, "next", stage(number=1)),
    (MINISTER, "back", stage()),
    (MINISTER, "done", stage(outcome="aloud")),
    (SVEN, "take", rev(2)),
    (SVEN, "draft", rev(2, text="Die Kurse beginnen")),
    (SVEN, "answer", rev(2, text="Im Mai.", outcome="promised", by="Amt", until="2026-12-18")),
    (OLGA, "release", rev(2)),
    (MARA, "hide", rev(7)),
    (SVEN, "blank", plain(on=True)),
    (MINISTER, "blank", plain(on=False)),
    (MARA, "approve", rev(7)),
    (OLGA, "accept", plain(upvotes=False)),
    (OLGA, "accept", plain(upvotes=True)),
    (OLGA, "accept", plain(invited=True)),
    (OLGA, "accept", plain(invited=False)),
    (OLGA, "extend", plain(minutes=5)),
    (OLGA, "pause", plain(on=True)),
    (OLGA, "pause", plain(on=False)),
    (OLGA, "banner", plain(text="Bitte langsam sprechen.")),
    (ANNA, "ask", plain(text="Und die Nachbarn?")),
    (ANNA, "ask", plain(text="Unter meinem Namen?", show="name", district="Hof")),
    (ANNA, "consent", plain(number=9, on=True)),
    (MARA, "approve", rev(9)),
    (ANNA, "name", plain(number=9, show="team", district="Hof")),
    (ANNA, "name", plain(number=9, show="name", district="Hof")),
    (MARA, "approve", rev(9)),
    (ANNA, "withdraw", plain(number=8)),
    (ANNA, "withdraw", plain(number=1)),
    (OLGA, "phase", plain(to="closed")),
    (OLGA, "redact", plain(number=2, **{"from": 0, "to": 2})),
    (OLGA, "conclude", plain()),
    (OLGA, "publish", plain()),
    (OLGA, "correct", plain(number=2, text="Im Juni.")),
    (OLGA, "keep", plain(number=2, text="Es gibt sie.")),
    (OLGA, "keep", plain(number=2, text="Es gibt sie seit Mai.")),
    (ANNA, "withdraw", plain(number=9)),
    (OLGA, "unpublish", plain(number=7, why="Auf Wunsch.")),
)
SERVED: tuple[c.Command, ...] = (
    c.Enter(MARA.person, Role.MODERATOR, "Mara Moos"),
    c.Note(2, (1,), (Mark("phone", 0, 3),)),
    replace(DECLARE, second_person=True),
    c.Tick(),
    c.Purge(),
)
UNSEEN = {"redact", "enter", "declare"}  # what may change a record, but no row of this evening


class Shadow:
    """A client of one stream that follows, and all it ever was."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.before: list[tuple[str, int, Message, dict[int, Message]]] = []

    def remember(self) -> None:
        tab = self.tab
        self.before.append((tab.epoch, tab.seq, tab.session, dict(tab.rows)))

    async def returned(self, which: int) -> Tab:
        """Return a client that left then and comes back now."""
        tab = Tab(self.tab.venue, self.tab.who, self.tab.stream)
        tab.epoch, tab.seq, tab.session, tab.rows = self.before[which]
        tab.rows = dict(tab.rows)
        await tab.enter()
        tab.deliver()
        tab.leave()
        return tab


class Night:
    """The evening as it goes, with a client of every role in every stream that it sees."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.shadows: list[Shadow] = []
        self.given: set[str] = set()

    async def begin(self) -> None:
        for who in PEOPLE:
            for stream in sorted(SEES[who.role]):
                self.shadows.append(Shadow(await self.venue.follow(who, stream)))
        await self.look("")

    async def give(self, who: Who, do: str, fields: Fields) -> None:
        self.venue.clock.now += 100
        said = await self.venue.room.read(lambda session, _board: fields(session))
        tab = next(s.tab for s in self.shadows if s.tab.who == who)
        name = do.replace("_", "-")
        key = f"{name}-{len(self.given)}-{self.venue.clock.now}"
        tab.give(do, key, **said)
        await self.venue.settle()
        for shadow in self.shadows:
            shadow.tab.deliver()
        told = next(told for asked, told in tab.answers if asked["key"] == key)
        assert told["type"] == "done", (do, told)
        await self.look(do)

    async def serve(self, command: c.Command) -> None:
        reply = await self.venue.room.ask(command, SYSTEM)
        assert isinstance(reply, Done)
        await self.venue.settle()
        for shadow in self.shadows:
            shadow.tab.deliver()
        await self.look(command.do)

    async def look(self, do: str) -> None:
        """Compare everyone with who comes now, and see that something has changed for someone."""
        self.given.add(do)
        moved = False
        for shadow in self.shadows:
            shadow.tab.deliver()
            if shadow.tab.line.code:  # publication has sent the floor home; it looks in again
                await shadow.tab.enter()
                shadow.tab.deliver()
            fresh = await self.venue.fresh(shadow.tab.who, shadow.tab.stream)
            assert shadow.tab.state == fresh.state, (do, shadow.tab.who, shadow.tab.stream)
            if shadow.tab.stream is Stream.FLOOR:
                assert shadow.tab.own == fresh.own, (do, shadow.tab.who)
            assert shadow.tab.digest() == fresh.digest()
            moved = moved or not shadow.before or shadow.before[-1][1:] != (
                shadow.tab.seq, *shadow.tab.state
            )  # fmt: skip
            for which in {0, len(shadow.before) - 1, len(shadow.before) // 2} - {-1}:
                if shadow.before:
                    back = await shadow.returned(which)
                    assert back.state == fresh.state, (do, which, shadow.tab.stream)
            shadow.remember()
        await self.venue.check()
        assert moved or do in UNSEEN, f"{do} has changed nothing"
        assert not self.venue.room.resyncs


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    venue = Venue(tmp_path)
    await venue.open()
    made = Night(venue)
    await made.begin()
    yield made
    await venue.close()


async def test_every_command_for_every_role_and_stream(night) -> None:
    for who, do, fields in EVENING:
        await night.give(who, do, fields)
        if do == "claim":
            for command in SERVED[:3]:
                await night.serve(command)
    night.venue.clock.now += MONTH
    await night.serve(SERVED[-1])
    assert night.given - {""} | {"tick"} == {one.do for one in get_args(c.Command)}


async def test_the_clock(night) -> None:
    night.venue.clock.now = DECLARE.schedule.ends
    await night.venue.room.ask(c.Tick(), SYSTEM)
    await night.venue.settle()
    await night.look("tick")
    assert night.shadows[0].tab.session["phase"] == "closed"


def test_every_command_is_in_the_evening() -> None:
    given = {do for _, do, _ in EVENING} | {command.do for command in SERVED}
    assert given == {command.do for command in get_args(c.Command)} == set().union(*MAY.values())


MUTANTS = (
    Mutant(
        "what became invisible stays",
        "dialog/forum/board.py",
        "[number for number in changed if number not in self.shown]",
        "[]",
        "every_command_for",
    ),
    Mutant(
        "a merge tells of the kept question's row only",
        "dialog/forum/evolve.py",
        "        touched.counts |= above",
        "        touched.counts |= above & set()",
        "every_command_for",
    ),
    Mutant(
        "the session row stands still",
        "dialog/forum/board.py",
        "self.session if self.session_version > since else None",
        "self.session if self.session_version > since + 1 else None",
        "every_command_for",
    ),
    Mutant(
        "one's own rows are not told of",
        "dialog/hub/sweep.py",
        "self._rows.setdefault(asker, set()).add(number)",
        "self._rows.setdefault(asker, set())",
        "every_command_for",
    ),
    Mutant(
        "one's own taps are not told of",
        "dialog/hub/sweep.py",
        "self._taps.setdefault(tap.person, {})[tap.number] = tap.on",
        "self._taps.setdefault(tap.person, {})",
        "every_command_for",
    ),
    Mutant(
        "who comes in renames no row",
        "dialog/forum/evolve.py",
        "for q in session.questions.values() if _names(q, event))",
        "for q in session.questions.values() if not _names(q, event))",
        "every_command_for",
    ),
)
