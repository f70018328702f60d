"""P3: every client misses nothing and sees nothing twice, whatever happens to its line or the room.

Several tabs of several people act on the real room over a real journal, while messages are
dropped, doubled and swapped, lines cut and stalled, the room thrown away in the middle of a commit,
and a copy of the database put in its place. Whenever all is quiet again, every client has what a
naive fold of the stored journal says, and what was answered ``done`` is there, once.
"""

import asyncio
import json
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from dialog.forum.names import MINUTE, Stream
from tests.hub.doubles import ANNA, BORIS, MARA, OLGA, READER
from tests.mutants import Mutant
from tests.promises.audience import Message, Tab, Venue

ROWS = ("snapshot", "delta", "heartbeat")
DRAWS = st.integers(0, 255)
STAFF_DO = (
    "approve", "approve", "approve", "hide", "merge", "unmerge", "return", "stage_only", "edit",
    "undo", "now", "banner",
)  # fmt: skip


@dataclass(slots=True)
class Promised:
    """What clients were told and may rely on; a restored copy takes back what came after it."""

    asked: dict[str, str] = field(default_factory=dict)
    taps: dict[tuple[int, int], dict[int, bool | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def copy(self) -> "Promised":
        made = Promised(dict(self.asked))
        made.taps.update({key: dict(taps) for key, taps in self.taps.items()})
        return made


class Evening(RuleBasedStateMachine):
    """Draws what people do and what happens to them; ``calm`` looks whether all fits."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp(prefix="dialog-evening-"))
        self.runner = asyncio.Runner()
        self.venue = self._venue()
        self.promised, self.saved = Promised(), Promised()
        self.count, self.has_copy, self.meddled = 0, False, False
        self.runner.run(self._begin())

    def _venue(self) -> Venue:
        return Venue(self.folder)

    async def _begin(self) -> None:
        await self.venue.open()
        people = ((ANNA, Stream.FLOOR), (ANNA, Stream.FLOOR), (BORIS, Stream.FLOOR))
        staff = ((READER, Stream.FLOOR), (MARA, Stream.DESK), (OLGA, Stream.STAGE))
        for who, stream in (*people, *staff):
            await self.venue.follow(who, stream)
        for tab in self.venue.tabs[:3]:
            self._give(tab, "ask", text=f"Was ist mit Nummer {self.count}?")
        await self._calm()
        for number in (1, 2):
            self._staff(self.venue.tabs[4], "approve", number, 0)
        await self._calm()

    def _give(self, tab: Tab, do: str, **fields: object) -> None:
        self.count += 1
        tab.give(do, f"key-{self.count:08}", **fields)

    # --- what people do ------------------------------------------------------------------------

    @rule(who=DRAWS)
    def ask(self, who: int) -> None:
        self._give(self.venue.tabs[who % 3], "ask", text=f"Was ist mit Nummer {self.count}?")

    @rule(
        who=DRAWS, number=DRAWS, on=st.booleans(), late=st.sampled_from((0, 0, 0, 3, 40, 700_000))
    )
    def tap(self, who: int, number: int, on: bool, late: int) -> None:
        tab = self.venue.tabs[who % 3]
        shown = sorted(tab.rows) or [1]
        self.venue.clock.now += 10
        intent = self.venue.clock.now - late * 10 + self.count % 7
        chosen = shown[number % len(shown)]
        self._give(tab, "upvote", number=chosen, on=on, intent=intent)

    @rule(do=st.sampled_from(STAFF_DO), one=DRAWS, two=DRAWS)
    def moderate(self, do: str, one: int, two: int) -> None:
        desk = self.venue.tabs[4]
        self._staff(desk, do, (sorted(desk.rows) or [1])[one % max(1, len(desk.rows))], two)

    def _staff(self, desk: Tab, do: str, number: int, two: int) -> None:
        seen = {"number": number, "rev": desk.rows.get(number, {}).get("rev", 0)}
        now = next((n for n, row in desk.rows.items() if row["place"] == "now"), None)
        order_rev = desk.session.get("order_rev", 0)
        fields: dict[str, Message] = {
            "merge": seen | {"into": (sorted(desk.rows) or [1])[two % max(1, len(desk.rows))]},
            "return": seen | {"reason": "unclear"},
            "edit": seen | {"text": f"Was ist denn mit Nummer {number}, {two}?"},
            "undo": {"event": max(1, desk.seq - two % 4)},
            "now": {"number": number, "order_rev": order_rev, "seen": now},
            "banner": {"text": f"Hinweis {two}"},
        }
        giver = desk if do != "banner" else self.venue.tabs[5]
        self._give(giver, do, **fields.get(do, seen))

    @rule(who=DRAWS, other=DRAWS)
    def repeat(self, who: int, other: int) -> None:
        """Send what was answered again, perhaps from another tab: the answer is the same."""
        tab = self.venue.tabs[who % 2]
        done = [
            (said, told)
            for one in self.venue.tabs[:2]
            for said, told in one.answers
            if told["type"] == "done" and said["do"] == "ask" and said["key"] in self.promised.asked
        ]
        if done:
            said, _ = done[other % len(done)]
            tab.unanswered[said["key"]] = said
            if tab.connection:
                tab._submit(said)

    # --- what happens to them ------------------------------------------------------------------

    @rule(turns=st.integers(0, 12))
    def turn(self, turns: int) -> None:
        """Let the room run a little."""
        self.runner.run(_turns(turns))

    @rule()
    def settle(self) -> None:
        self.runner.run(self.venue.settle())

    @rule(who=DRAWS)
    def deliver(self, who: int) -> None:
        async def hear() -> None:
            self.venue.tabs[who % 6].deliver()

        self.runner.run(hear())

    @rule(who=DRAWS, one=DRAWS, how=st.sampled_from(("drop", "double", "swap")))
    def meddle(self, who: int, one: int, how: str) -> None:
        """Drop, double or swap messages about rows."""
        frames = self.venue.tabs[who % 6].line.frames
        rows = [i for i, f in enumerate(frames) if f.startswith(tuple(KINDS))]
        if not rows:
            return
        self.meddled = True
        place = rows[one % len(rows)]
        if how == "drop":
            del frames[place]
        elif how == "double":
            frames.insert(place, frames[place])
        elif place + 1 in rows:
            frames[place], frames[place + 1] = frames[place + 1], frames[place]

    @rule(who=DRAWS)
    def cut(self, who: int) -> None:
        self.venue.tabs[who % 6].leave()

    @rule(who=DRAWS)
    def come_back(self, who: int) -> None:
        tab = self.venue.tabs[who % 6]
        if not tab.line.backed_up:
            self.runner.run(tab.enter())

    @rule(who=DRAWS, on=st.booleans())
    def stall(self, who: int, on: bool) -> None:
        self.venue.tabs[who % 6].line.backed_up = on

    @rule()
    def hold(self) -> None:
        self.venue.hold()

    @rule(ms=st.sampled_from((1, 1_000, 11 * MINUTE)))
    def wait(self, ms: int) -> None:
        self.venue.clock.now += ms

    # --- what happens to the server ------------------------------------------------------------

    @rule(turns=st.integers(0, 8))
    def crash(self, turns: int) -> None:
        async def fall() -> None:
            await _turns(turns)
            await self.venue.crash()

        self.runner.run(fall())

    @rule()
    def copy(self) -> None:
        self.calm()
        self.venue.copy(self.folder / "copy.db")
        self.saved, self.has_copy = self.promised.copy(), True

    @rule()
    def restore(self) -> None:
        if self.has_copy:
            self._note()
            self.runner.run(self.venue.restore(self.folder / "copy.db"))
            self.promised = self.saved.copy()
            for tab in self.venue.tabs:
                tab.answers.clear()

    # --- what must be --------------------------------------------------------------------------

    @rule()
    def calm(self) -> None:
        self.runner.run(self._calm())

    async def _calm(self) -> None:
        await self.venue.quiet()
        if self.meddled:  # what was dropped last is missed as soon as anything follows
            self._give(self.venue.tabs[5], "banner", text=f"Hinweis {self.count}")
            await self.venue.quiet()
        digests = self.venue.room.resyncs["digest"]
        assert not digests, "nobody's state was wrong at its own number"
        self.meddled = False
        self._note()
        session = await self.venue.check()
        texts = [session.text((q.original or q.wording).text) for q in session.questions.values()]
        assert len(set(texts)) == len(texts), "asked once"
        assert set(self.promised.asked.values()) <= set(texts), "what was done is there"
        merged = {n for q in session.questions.values() for n in (*q.merged, q.standing.into)}
        for (person, number), taps in self.promised.taps.items():
            last = taps[max(taps)]
            if last is not None and number not in merged and not self._was_merged(number, session):
                assert (person in session.supporters(number)) == last, (person, number, taps)

    def _was_merged(self, number: int, session: Any) -> bool:
        return any(
            change.subject == number or getattr(change.after, "into", 0) == number
            for deed in session.deeds.values()
            if deed.acted.act in ("merge", "unmerge")
            for change in deed.acted.changes
        )

    def _note(self) -> None:
        """Keep what clients were told; a refusal may be that of a tap which was stored before."""
        for tab in self.venue.tabs:
            for said, told in tab.answers:
                if said["do"] == "ask" and told["type"] == "done":
                    earlier = self.promised.asked.setdefault(said["key"], said["text"])
                    assert earlier == said["text"]
                if said["do"] == "upvote":
                    known = told["type"] == "done"
                    taps = self.promised.taps[tab.who.person, said["number"]]
                    intent = min(said["intent"], self.venue.clock.now)
                    taps.setdefault(intent, said["on"] if known else None)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.venue.close())
            self.runner.close()
            shutil.rmtree(self.folder)


KINDS = [b'{"type":"%s"' % kind.encode() for kind in ROWS]


async def _turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "examples, steps", [(60, 40), pytest.param(400, 60, marks=pytest.mark.large)]
)
def test_any_evening(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"P3: {examples} evenings of up to {steps} steps, 6 clients each")


# --- the known hard cases ------------------------------------------------------------------------


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    """A room on a real journal, with a public question of Anna's."""
    made = Venue(tmp_path)
    await made.open()
    try:
        desk = await made.follow(MARA, Stream.DESK)
        anna = await made.follow(ANNA)
        anna.give("ask", "key-of-anna", text="Wer hilft beim Antrag?")
        await made.quiet()
        await judge(made, desk, "approve", 1)
        yield made
        assert not made.room.resyncs["digest"]
    finally:
        await made.close()


async def judge(venue: Venue, desk: Tab, do: str, number: int, **fields: object) -> None:
    await venue.settle()
    desk.deliver()
    rev = await venue.room.read(lambda session, _board: session.questions[number].rev)
    desk.give(do, f"{do}-{number}-{rev}-key", number=number, rev=rev, **fields)
    await venue.settle()
    desk.deliver()
    assert desk.answers[-1][1]["type"] == "done", desk.answers[-1]


def tap(venue: Venue, tab: Tab, number: int, on: bool, late: int = 0) -> None:
    venue.clock.now += 10
    intent = venue.clock.now - late
    tab.give("upvote", f"tap-{venue.clock.now}", number=number, on=on, intent=intent)


async def test_gone_and_back_within_a_tick_is_one_whole_row(venue) -> None:
    boris = await venue.follow(BORIS)
    boris.deliver()
    venue.hold()
    await judge(venue, venue.tabs[0], "hide", 1)
    await judge(venue, venue.tabs[0], "approve", 1)
    await venue.quiet()
    deltas = [m for m in boris.seen if m["type"] == "delta"]
    assert len(deltas) == 1
    assert "gone" not in deltas[0]
    await venue.check()


async def test_a_row_that_became_whole_and_was_counted_since_comes_whole(venue) -> None:
    anna, boris = venue.tabs[1], await venue.follow(BORIS)
    anna.give("ask", "key-of-another", text="Und wer zahlt das?")
    await venue.quiet()
    venue.hold()
    await judge(venue, venue.tabs[0], "approve", 2)
    tap(venue, boris, 2, on=True)
    await venue.quiet()
    assert not venue.room.resyncs
    await venue.check()


async def test_a_delta_beside_a_resync_is_neither_missed_nor_counted_twice(venue) -> None:
    boris = await venue.follow(BORIS)
    boris.deliver()
    boris.resync("error")
    tap(venue, boris, 1, on=True)
    await venue.quiet()
    await venue.check()
    assert [m["type"] for m in boris.seen].count("snapshot") == 2


async def test_a_restart_between_the_answer_and_the_delta(venue) -> None:
    boris = await venue.follow(BORIS)
    boris.deliver()
    venue.hold()
    boris.give("ask", "key-of-boris", text="Geht das verloren?")
    await venue.settle()
    boris.deliver()
    assert boris.answers[-1][1]["type"] == "done"
    await venue.crash()
    await venue.quiet()
    await venue.check()
    assert [row["text"] for row in boris.me["mine"]] == ["Geht das verloren?"]


async def test_a_key_is_one_command_from_any_tab_and_after_a_crash(venue) -> None:
    one, other = [await venue.follow(BORIS) for _ in range(2)]
    for tab in (one, other):
        tab.give("ask", "key-of-boris", text="Nur einmal?")
    await venue.quiet()
    await venue.crash()
    one.give("ask", "key-of-boris", text="Nur einmal?")
    await venue.quiet()
    told = [told["result"] for tab in (one, other) for _, told in tab.answers]
    assert told == [told[0]] * 3
    assert len((await venue.check()).questions) == 2


async def test_an_older_tap_that_comes_late_changes_nothing_also_after_a_crash(venue) -> None:
    boris = await venue.follow(BORIS)
    tap(venue, boris, 1, on=True)
    tap(venue, boris, 1, on=False)
    await venue.quiet()
    tap(venue, boris, 1, on=True, late=15)
    await venue.crash()
    await venue.quiet()
    tap(venue, boris, 1, on=True, late=25)
    await venue.quiet()
    assert (await venue.check()).upvotes(1) == 1
    assert all(told["type"] == "done" for _, told in boris.answers)


async def test_a_copy_in_the_database_s_place_is_noticed(venue, tmp_path) -> None:
    boris = await venue.follow(BORIS)
    await venue.quiet()
    venue.copy(tmp_path / "copy.db")
    tap(venue, boris, 1, on=True)
    venue.tabs[0].give("banner", "no-banner", text="x")  # refused: a moderator may not
    boris.give("ask", "key-of-boris", text="Was danach kam?")
    await venue.quiet()
    await venue.restore(tmp_path / "copy.db")
    for number in range(3):  # other events take the numbers that clients have seen already
        await venue.tabs[1].enter()
        venue.tabs[1].give("ask", f"key-anew-{number}", text=f"Was nun, {number}?")
        await venue.settle()
    await venue.quiet()
    await venue.check()
    assert not venue.room.resyncs


async def test_whoever_drains_nothing_for_a_while_lacks_nothing_afterwards(venue) -> None:
    one, other = [await venue.follow(BORIS) for _ in range(2)]
    one.line.backed_up = True
    other.give("ask", "key-of-boris", text="Und am anderen Gerät?")
    for on in (True, False, True):
        tap(venue, other, 1, on=on)
        await venue.settle()
    await judge(venue, venue.tabs[0], "return", 2, reason="unclear")
    assert {json.loads(f)["type"] for f in one.line.frames} == {"welcome", "snapshot"}
    await venue.quiet()
    await venue.check()
    assert not venue.room.resyncs


async def test_what_is_dropped_doubled_or_swapped_is_noticed_and_mended_once(venue) -> None:
    boris = await venue.follow(BORIS)
    await venue.quiet()
    for how in ("drop", "double", "swap"):
        before = venue.room.resyncs["gap"]
        for on in (True, False, True, False):
            tap(venue, boris, 1, on=on)
            await venue.settle()
        frames = boris.line.frames
        first, second = [i for i, f in enumerate(frames) if f.startswith(KINDS[1])][:2]
        if how == "drop":
            del frames[first]
        elif how == "double":
            frames.insert(second, frames[first])
        else:
            frames[first], frames[second] = frames[second], frames[first]
        await venue.quiet()
        await venue.check()
        assert venue.room.resyncs["gap"] - before == (how != "double")


MUTANTS = (
    Mutant(
        "a repeated key is a command anew",
        "dialog/hub/ledger.py",
        "            if known is not None:",
        "            if known is not None and not said:",
        "a_key_is_one_command",
    ),
    Mutant(
        "what was answered is forgotten at a restart",
        "dialog/hub/ledger.py",
        "self._remember(opened.remembered)",
        "self._remember(opened.remembered[:0])",
        "a_key_is_one_command",
    ),
    Mutant(
        "an older tap counts",
        "dialog/forum/asking.py",
        "if last is not None and intent <= last:",
        "if last is not None and intent == last:",
        "an_older_tap",
    ),
    Mutant(
        "numbers of another epoch are taken for one's own",
        "dialog/hub/room.py",
        "return seq if epoch == self.epoch and sheet",
        "return seq if sheet",
        "a_copy_in_the_database",
    ),
    Mutant(
        "a restored copy has the epoch of before",
        "dialog/store/journal.py",
        "set_session(connection, _known(connection, slug, lock=True).id, epoch=epoch)",
        "epoch = _known(connection, slug, lock=True).epoch",
        "a_copy_in_the_database",
    ),
    Mutant(
        "a row that was counted since comes without its text",
        "dialog/forum/board.py",
        "if shown.version > since:",
        "if shown.version > since and shown.version >= shown.counted:",
        "a_row_that_became_whole",
    ),
    Mutant(
        "one's own goes to who is backed up",
        "dialog/hub/sweep.py",
        "connection.owed = own is not None",
        "connection.owed = False",
        "tests/hub/test_sweep.py::test_what_of_ones_own_was_kept_back_comes_when_it_drains",
    ),
    Mutant(
        "one's own is not made up for",
        "dialog/hub/sweep.py",
        "        if connection.owed:",
        "        if connection.owed and connection.seq < 0:",
        "whoever_drains_nothing",
    ),
    Mutant(
        "the digest is another one",
        "dialog/hub/digest.py",
        'return f"{total % 2**32:08x}"',
        'return f"{(total + 1) % 2**32:08x}"',
        "gone_and_back",
    ),
    Mutant(
        "a resync brings nothing",
        "dialog/hub/sweep.py",
        "connection.seq, connection.owed = NOTHING, True",
        "connection.owed = True",
        "a_delta_beside_a_resync",
    ),
    Mutant(
        "the browser takes a delta from anywhere",
        "static/js/state.js",
        "if (message.from !== state.seq || state.session === null)",
        "if (state.session === null)",
        "tests/js/state.test.js",
    ),
    Mutant(
        "the browser takes an old delta again",
        "static/js/state.js",
        "if (state.seq >= 0 && message.to <= state.seq) return state;",
        "",
        "tests/js/state.test.js",
    ),
    Mutant(
        "the browser takes a count for a row it does not have",
        "static/js/state.js",
        'if (!known && !isWhole(row)) return { resync: "gap" };',
        "",
        "tests/js/state.test.js",
    ),
    Mutant(
        "the browser goes on from a number of another epoch",
        "static/js/state.js",
        "seq: same ? state.seq : -1,",
        "seq: state.seq,",
        "tests/js/state.test.js",
    ),
)
