"""What all simulated staff have in common: they come by invitation and step back for people."""

import asyncio
import random
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.client import Answer, Client, Stream, TurnedAwayError
from dialog.demo.picture import Row
from dialog.demo.script import Script

STEP_S: Final = 0.3
STEPS_BACK_S: Final = 300.0
AGAIN_S: Final = 2.0
TRIES: Final = 3
OK: Final = 200


class Staff(ABC):
    """One simulated member of staff on one page; a subclass says what it does in a step."""

    page: str
    stream: Stream

    def __init__(self, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Prepare to work in the session ``slug``."""
        self.script = script
        self.draw = random.Random(seed)
        self._browser = browser
        self._path = f"/sessions/{slug}/{self.page}"
        self.client = Client(browser, self._path, slug, self.stream, self.watch)
        self._back_at = 0.0

    async def play(self, invitation: str) -> None:
        """Enter, and work until the evening ends."""
        await self._enter(invitation)
        async with asyncio.TaskGroup() as group:
            connection = group.create_task(self.client.run())
            await self.client.ready.wait()
            while not self.client.over:
                await asyncio.sleep(STEP_S)
                if not self.resting and self.client.ready.is_set():
                    # A command that is not answered in time is decided anew, as anyone would.
                    with suppress(TimeoutError):
                        await self.step()
            connection.cancel()

    @abstractmethod
    async def step(self) -> None:
        """Do what is due, if anything."""

    @abstractmethod
    def watch(self, before: Row | None, row: Row) -> None:
        """Look at a row that changed; whoever sees another person at work calls ``step_back``."""

    @property
    def now(self) -> float:
        """The time in seconds, on a clock that only runs forward."""
        return asyncio.get_running_loop().time()

    @property
    def resting(self) -> bool:
        """Whether a person does this work at the moment."""
        return self.now < self._back_at

    def step_back(self) -> None:
        """Leave the work to the person who does it, for some minutes."""
        self._back_at = self.now + STEPS_BACK_S

    async def pause(self, between: tuple[float, float]) -> None:
        """Take some time, as people do."""
        await asyncio.sleep(self.draw.uniform(*between))

    async def on(self, number: int, do: str, **fields: object) -> bool:
        """Give a command on a question as it stands; where it moved meanwhile, look again."""
        for _ in range(TRIES):
            row = self.client.picture.rows.get(number)
            if row is None or self.resting:
                return False
            answer = await self.client.command(do, number=number, rev=row["rev"], **fields)
            if answer["type"] == "done":
                await self._caught_up(answer)
                return True
            if answer["code"] != "conflict":
                await self.refused(answer)
                return False
            await asyncio.sleep(STEP_S)
        return False

    async def refused(self, answer: Answer) -> None:
        """Wait as long as a refusal asks, or a moment."""
        await asyncio.sleep(max(AGAIN_S, answer.get("retry_ms", 0) / 1000))

    async def _caught_up(self, answer: Answer) -> None:
        """Wait until what was done is seen, so that the next command knows it."""
        for _ in range(20):
            if self.client.picture.seq >= answer["seq"]:
                return
            await asyncio.sleep(STEP_S / 5)

    async def _enter(self, invitation: str) -> None:
        """Open the page; where the pass of last time does not do any more, use the invitation."""
        page = await self._browser.get(self._path)
        if page.status != OK:
            page = await self._browser.submit(invitation)
            if not page.location:
                raise TurnedAwayError(f"{page.status} {self._path}")
