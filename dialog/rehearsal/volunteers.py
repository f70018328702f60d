"""Who takes part in a rehearsal: people who arrive, ask, support, and put their phones away."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.picture import Row
from dialog.demo.script import Script
from dialog.rehearsal.entrance import Entrance
from dialog.rehearsal.guest import LIMITS, OK, Guest
from dialog.rehearsal.record import Record

GAP_S: Final = 12.0
BURST: Final = 0.35
BURST_S: Final = 3.0
TAKES_BACK: Final = 0.05
NAPS: Final = 0.02
NAP_S: Final = (10.0, 60.0)
BLINKS: Final = 0.01
POLLS: Final = 0.03
ASKS: Final = 0.2
TRIES_TO_JOIN: Final = 5
RETRY_S: Final = 2.0
APPROVE_S: Final = 0.5
APPROVES: Final = 5
OPEN: Final = "open"


class Questions:
    """Questions as people ask them, no two alike: those of the example, from many places."""

    def __init__(self, script: Script, draw: random.Random) -> None:
        """Take the plain ones of the script."""
        plain = [q for q in script.questions.values() if not q.case]
        self.names = script.names
        self._texts = draw.sample([q.text for q in plain], len(plain))
        self._places = sorted({q.district for q in plain if q.district})
        self._told = self._all()

    def next(self, longest: int) -> str:
        """Return the next question, of at most ``longest`` characters."""
        whole, short = next(self._told)
        return whole if len(whole) <= longest else short

    def _all(self) -> Iterator[tuple[str, str]]:
        count = 0
        while True:
            for text in self._texts:
                count += 1
                place = self._places[(count * 7) % len(self._places)]
                said = text if count <= len(self._texts) else f"{text} ({place}, {count})"
                yield said, f"Wie geht es weiter? ({count})"


class Volunteer:
    """One person on the floor."""

    def __init__(self, name: str, way: Entrance, record: Record, seed: str) -> None:
        """Make someone up; the same seed makes the same person."""
        self.record = record
        self.draw = random.Random(seed)
        self.browser = Browser(way.base)
        self.said: dict[int, bool] = {}
        self.asked: set[int] = set()
        self.unsure: set[int] = set()
        self._name, self._way = name, way
        self._room = f"/sessions/{way.slug}"
        self.guest = Guest(self.browser, self._room, way.slug, "floor", record)
        self.guest.polls = self.draw.random() < POLLS
        self.line: asyncio.Task[None] | None = None
        self.asks = self.draw.random() < ASKS

    async def play(self, arrives: float, questions: Questions) -> None:
        """Come after some seconds and take part until cancelled."""
        await asyncio.sleep(arrives)
        if not await self._join():
            return
        self.record.polling += self.guest.polls
        self.line = asyncio.create_task(self.guest.run())
        await self.guest.ready.wait()
        self.record.arrived += 1
        if self.asks:
            await asyncio.sleep(self.draw.uniform(0, GAP_S / 2))
            await self._ask(questions)
        while True:
            await asyncio.sleep(min(4 * GAP_S, self.draw.expovariate(1 / GAP_S)))
            await self._glance()

    async def burst(self) -> None:
        """Perhaps support the question everybody looks at, within a few seconds."""
        if self.draw.random() < BURST and self.guest.ready.is_set():
            await asyncio.sleep(self.draw.uniform(0, BURST_S))
            rows = self._open()
            left = [row["number"] for row in rows[:5] if not self.said.get(row["number"])]
            if left:
                await self._upvote(left[0], on=True)

    async def prove(self) -> None:
        """Ask the server what it has of this person: all that was acknowledged must be there."""
        own = await self.guest.own()
        has, asked = set(own["upvoted"]), {row["number"] for row in own["mine"]}
        wrong = [n for n, on in self.said.items() if (n in has) is not on and n not in self.unsure]
        self.record.proven += len(self.said.keys() - self.unsure) + len(self.asked)
        self.record.missing += len(wrong) + len(self.asked - asked)

    async def _join(self) -> bool:
        """Take part by the form, as anyone; where there is no room yet, try again."""
        fields = {"name": self._name, "code": self._way.code}
        for _ in range(TRIES_TO_JOIN):
            with suppress(OSError):
                page = await self.browser.submit(f"{self._room}/join", **fields)
                if page.location.partition("?")[0] == self._room:
                    self.record.joined += 1
                    return True
                if page.status in LIMITS:
                    self.record.limits[f"HTTP {page.status}"] += 1
            await asyncio.sleep(self.draw.uniform(RETRY_S, 2 * RETRY_S))
        return False

    async def _ask(self, questions: Questions) -> None:
        text = questions.next(self.guest.longest)
        answer = await self.guest.act("ask", text=text, background="", show="name")
        if answer and answer["type"] == "done":
            self.asked.add(answer["result"]["number"])
            self.record.asked += 1

    async def _glance(self) -> None:
        """Look at the list and support something; now and then lose the net, or nod off."""
        luck = self.draw.random()
        if luck < NAPS:
            await self.guest.nap(self.draw.uniform(*NAP_S))
        elif luck < NAPS + BLINKS:
            self.guest.blink()
        elif self.guest.ready.is_set() and (rows := self._open()):
            fresh = [row["number"] for row in rows if not self.said.get(row["number"])]
            again = [number for number, on in self.said.items() if on]
            if again and (not fresh or self.draw.random() < TAKES_BACK):
                await self._upvote(self.draw.choice(again), on=False)
            elif fresh:
                weights = [1 / (rank + 3) for rank in range(len(fresh))]
                await self._upvote(self.draw.choices(fresh, weights)[0], on=True)

    def _open(self) -> list[Row]:
        """Return what others asked and can be supported, as the ranking shows it."""
        rows = self.guest.picture.rows.values()
        found = [r for r in rows if r["outcome"] == OPEN and r["number"] not in self.asked]
        return sorted(found, key=lambda row: (-row["upvotes"], row["number"]))

    async def _upvote(self, number: int, *, on: bool) -> None:
        """Tap; until it is answered nobody knows whether it is stored."""
        intent = self.guest.server_ms()
        self.unsure.add(number)
        answer = await self.guest.act("upvote", number=number, on=on, intent=intent)
        if answer is None:
            return
        self.unsure.discard(number)
        if answer["type"] == "done":
            self.said[number] = on


class Approver:
    """The moderator of a rehearsal: lets every question through, a few at a time."""

    def __init__(self, way: Entrance, record: Record) -> None:
        """Prepare to enter by the invitation."""
        self.record = record
        self.line: asyncio.Task[None] | None = None
        self._way = way
        self._browser = Browser(way.base)
        page = f"/sessions/{way.slug}/moderation"
        self.guest = Guest(self._browser, page, way.slug, "desk", record)

    async def enter(self) -> bool:
        """Use the invitation; tell whether it worked."""
        page = await self._browser.submit(self._way.invitation)
        return bool(page.location) and page.status != OK

    async def play(self) -> None:
        """Approve what waits until cancelled."""
        self.line = asyncio.create_task(self.guest.run())
        while True:
            await self.guest.ready.wait()
            rows = self.guest.picture.rows.values()
            waiting = sorted((r for r in rows if r["review"] == "waiting"), key=_oldest)
            for row in waiting[:APPROVES]:
                number, rev = row["number"], row["rev"]
                answer = await self.guest.act("approve", number=number, rev=rev)
                self.record.approved += answer is not None and answer["type"] == "done"
            await asyncio.sleep(APPROVE_S)


def _oldest(row: Row) -> int:
    return int(row["number"])
