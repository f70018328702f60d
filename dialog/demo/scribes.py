"""Two simulated scribes: one writes what was answered, the other reads it and releases it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.picture import Row
from dialog.demo.script import Prepared, Script
from dialog.demo.staff import Staff

LISTENING_S: Final = (10.0, 20.0)
TYPING_S: Final = (5.0, 10.0)
PIECES: Final = 3
RELEASE_S: Final = (9.0, 14.0)
OTHERS_RELEASE_S: Final = 60.0
PROMISE: Final = re.compile(r"\bwill\b|\bsollen? gemeinsam\b|\bbespricht\b")
PROMISED_BY: Final = "Ministerium für Integration (Demonstration)"
PROMISED_FOR: Final = timedelta(days=60)


class Scribe(Staff):
    """Writes the prepared answers of questions that are or were on the stage."""

    page = "scribe"
    stream = "stage"

    def __init__(self, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Begin with nothing heard."""
        super().__init__(browser, slug, script, seed)
        self._heard: list[int] = []
        self._done: set[int] = set()

    async def step(self) -> None:
        """Write the answer of the question that was heard longest ago."""
        if self._heard:
            number = self._heard[0]
            await self._write(number)
            if not self.resting:
                self._heard.remove(number)

    async def _write(self, number: int) -> None:
        known = self._known(number)
        if known is None or number in self._done:
            return
        await self.pause(LISTENING_S)
        if not await self.on(number, "take"):
            return
        for piece in range(1, PIECES):
            await self.pause(TYPING_S)
            text = _beginning(known.answer, piece / PIECES)
            if not await self.on(number, "draft", text=text):
                return
        await self.pause(TYPING_S)
        self._done.add(number)
        await self.on(number, "answer", text=known.answer, kind="summary", **self._outcome(known))

    def _known(self, number: int) -> Prepared | None:
        """Return the prepared question if it still needs its answer written."""
        row = self.client.picture.rows.get(number)
        if row is None or row["answer"] or row["pending"]:
            return None
        known = self.script.find(row["text"])
        return known if known and known.answer else None

    def _outcome(self, known: Prepared) -> dict[str, str]:
        if not PROMISE.search(known.answer):
            return {"outcome": "aloud"}
        today = datetime.fromtimestamp(self.client.server_ms() / 1000, UTC).date()
        until = (today + PROMISED_FOR).isoformat()
        return {"outcome": "promised", "by": PROMISED_BY, "until": until}

    def watch(self, before: Row | None, row: Row) -> None:
        """Notice what is on the stage; step back when another person writes."""
        if row["place"] == "now" and row["number"] not in self._heard:
            self._heard.append(row["number"])
        if before is None:
            return
        for part in ("draft", "scribe"):
            if row[part] != before[part] and self._others(row[part], "person"):
                self.step_back()
        if row["pending"] != before["pending"] and self._others(row["pending"], "author_person"):
            self.step_back()

    def _others(self, part: Row | None, person: str) -> bool:
        return bool(part) and (part or {})[person] != self.client.person


class Releaser(Staff):
    """Releases what the other simulated scribe handed in; leaves what a person wrote longer."""

    page = "scribe"
    stream = "stage"

    def __init__(self, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Begin with nothing read."""
        super().__init__(browser, slug, script, seed)
        self._due: dict[int, float] = {}
        self._released: set[int] = set()
        self.colleague: Callable[[], int] = int

    async def step(self) -> None:
        """Release one answer that was there long enough to be read."""
        for row in list(self.client.picture.rows.values()):
            if row["pending"] and self.now >= self._due_of(row):
                self._released.add(row["number"])
                self._due.pop(row["number"])
                await self.on(row["number"], "release")
                return

    def _due_of(self, row: Row) -> float:
        if row["number"] not in self._due:
            ours = row["pending"]["author_person"] == self.colleague()
            wait = self.draw.uniform(*RELEASE_S) if ours else OTHERS_RELEASE_S
            self._due[row["number"]] = self.now + wait
        return self._due[row["number"]]

    def watch(self, before: Row | None, row: Row) -> None:
        """Step back when another person releases an answer."""
        appeared = before is not None and before["answer"] is None and row["answer"]
        if appeared and row["number"] not in self._released:
            self.step_back()


def _beginning(text: str, share: float) -> str:
    """Return about that share of a text, up to the end of a word."""
    return text[: int(len(text) * share)].rpartition(" ")[0]
