"""Simulated volunteers: they arrive, ask what they came with, read the list and support some."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.client import Answer, Client, TurnedAwayError
from dialog.demo.picture import Row
from dialog.demo.script import Cue, Prepared, Script

GAP_S: Final = (7.0, 22.0)
LONGEST_GAP_S: Final = 60.0
EAGER_S: Final = 75.0
EAGER: Final = 0.4
FRESH_S: Final = 90.0
FRESH: Final = 0.15
RANK_HEAD: Final = 3
CARELESS: Final = 0.3
CHANGE_OF_MIND: Final = 0.012
TUNNEL: Final = 0.008
TUNNEL_S: Final = (2.0, 40.0)
RETRY_S: Final = 20.0
PATIENT: Final = frozenset({"too_fast", "too_many", "busy", "paused", "conflict", "closed"})

Asked = Callable[[Prepared, int], None]
Cues = Callable[[], list[Cue]]


class Volunteer:
    """One person on the floor, with an own pace, own interests and a memory of what was read."""

    def __init__(self, name: str, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Make someone up; the same seed makes the same person."""
        self.name = name
        self._draw = random.Random(seed)
        self._browser = browser
        self._room = f"/sessions/{slug}"
        self._script = script
        self.client = Client(browser, self._room, slug, "floor", self._see)
        self._gap = self._draw.uniform(*GAP_S)
        self._interest: dict[str, float] = {}
        self._passed: set[int] = set()
        self._since: dict[int, float] = {}
        self._begun = 0.0

    async def play(self, arrives: float, cues: Cues, asked: Asked) -> None:
        """Come after some seconds and take part until the evening ends."""
        self._begun = self._begun or asyncio.get_running_loop().time()
        await asyncio.sleep(arrives)
        await self._join()
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(self.client.run())]
            others += [group.create_task(self._ask(cue, asked)) for cue in cues()]
            await self._read()
            for task in others:
                task.cancel()

    async def _join(self) -> None:
        """Take part by the form; whoever is in already is led into the room."""
        page = await self._browser.submit(f"{self._room}/join", name=self.name)
        if page.location.partition("?")[0] != self._room:
            raise TurnedAwayError(f"{page.status} {self._room}/join")

    # --- asking --------------------------------------------------------------------------------

    async def _ask(self, cue: Cue, asked: Asked) -> None:
        """Ask a question when its time has come; refused, wait and try again."""
        question = cue.question
        until = self._begun + cue.after - asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, until))
        await self.client.ready.wait()
        said = {"text": question.text, "background": question.background}
        said |= {"show": question.show, "district": question.district}
        while not self.client.over:
            answer = await self.client.command("ask", **said)
            if answer["type"] == "done":
                asked(question, answer["result"]["number"])
                return
            if answer["code"] not in PATIENT:
                asked(question, answer.get("number") or 0)
                return
            await asyncio.sleep(_wait(answer))

    # --- reading and supporting ----------------------------------------------------------------

    def _see(self, before: Row | None, row: Row) -> None:
        if before is None:
            self._since[row["number"]] = asyncio.get_running_loop().time()

    async def _read(self) -> None:
        await self.client.ready.wait()
        while not self.client.over:
            await asyncio.sleep(self._pace())
            await self._glance()

    def _pace(self) -> float:
        eager = asyncio.get_running_loop().time() - self._begun < EAGER_S
        gap = self._draw.expovariate(1 / self._gap) * (EAGER if eager else 1)
        return max(1.0, min(LONGEST_GAP_S, gap))

    async def _glance(self) -> None:
        """Look at one question and support it or not; seldom take one back, or lose the net."""
        luck = self._draw.random()
        if luck < TUNNEL:
            self.client.drop(self._draw.uniform(*TUNNEL_S))
        elif luck < TUNNEL + CHANGE_OF_MIND:
            await self._take_back()
        else:
            row = self._find()
            if row and self._draw.random() < self._liking(row):
                await self._upvote(row["number"], on=True)
            elif row and self._draw.random() > CARELESS:
                self._passed.add(row["number"])

    def _find(self) -> Row | None:
        """Return the question the eye falls on: rather high in the list, or rather new."""
        rows = [row for row in self.client.picture.rows.values() if row["outcome"] == "open"]
        rows.sort(key=lambda row: (-row["upvotes"], row["number"]))
        done = self.client.upvoted | self.client.mine.keys() | self._passed
        weighed = [
            (row, self._notice(rank, row))
            for rank, row in enumerate(rows)
            if row["number"] not in done
        ]
        if not weighed:
            return None
        return self._draw.choices([row for row, _ in weighed], [weight for _, weight in weighed])[0]

    def _notice(self, rank: int, row: Row) -> float:
        age = asyncio.get_running_loop().time() - self._since.get(row["number"], 0.0)
        return 1 / (rank + RANK_HEAD) + (FRESH if age < FRESH_S else 0)

    def _liking(self, row: Row) -> float:
        """Return how likely this person supports a question: its appeal, and the own interests."""
        known = self._script.find(row["text"])
        topic = (known.topic if known else row["topic"]) or ""
        if topic not in self._interest:
            self._interest[topic] = self._draw.uniform(0.5, 1.3)
        return (0.05 + 0.85 * self._script.weight(row["text"]) / 100) * self._interest[topic]

    async def _take_back(self) -> None:
        rows = self.client.picture.rows
        own = [n for n in self.client.upvoted if n in rows and rows[n]["outcome"] == "open"]
        if own:
            number = self._draw.choice(sorted(own))
            self._passed.add(number)
            await self._upvote(number, on=False)

    async def _upvote(self, number: int, *, on: bool) -> None:
        intent = self.client.server_ms()
        answer = await self.client.command("upvote", number=number, on=on, intent=intent)
        if answer["type"] == "refused":
            await asyncio.sleep(_wait(answer))


def _wait(answer: Answer) -> float:
    """Return how many seconds a refusal asks to wait."""
    retry_ms = answer.get("retry_ms")
    return (retry_ms + 500) / 1000 if retry_ms else RETRY_S
