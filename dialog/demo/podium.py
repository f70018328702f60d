"""The simulated stage: takes the question on top of the list, and after a while the next one."""

from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.picture import Row
from dialog.demo.script import Script
from dialog.demo.staff import Staff

FIRST_S: Final = 45.0
EACH_S: Final = (60.0, 100.0)
NOW: Final = "now"


class Podium(Staff):
    """Goes through the running order, else through the ranking."""

    page = "stage"
    stream = "stage"

    def __init__(self, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Begin before the first question."""
        super().__init__(browser, slug, script, seed)
        self._turn_at = self.now + FIRST_S
        self._taking = 0
        self._leaving: int | None = None

    async def step(self) -> None:
        """Take the next question when the present one had its time."""
        session = self.client.picture.session
        coming = self._next()
        if session["phase"] != "live" or self.now < self._turn_at or coming is None:
            return
        present = self._present()
        self._taking, self._leaving = coming["number"], present
        self._turn_at = self.now + self.draw.uniform(*EACH_S)
        fields = {"number": coming["number"], "order_rev": session["order_rev"], "seen": present}
        answer = await self.client.command("next" if present else "now", **fields)
        if answer["type"] == "refused":
            await self.refused(answer)
            self._turn_at = self.now

    def _present(self) -> int | None:
        rows = self.client.picture.rows.values()
        return next((row["number"] for row in rows if row["place"] == NOW), None)

    def _next(self) -> Row | None:
        """Return the first of the running order, else the public question with most support."""
        rows = self.client.picture.rows.values()
        ordered = [row for row in rows if isinstance(row["place"], int)]
        if ordered:
            return min(ordered, key=lambda row: int(row["place"]))
        listed = [row for row in rows if row["public"] and row["outcome"] == "open"]
        listed = [row for row in listed if row["place"] != NOW]
        return min(listed, key=lambda row: (-row["upvotes"], row["number"]), default=None)

    def watch(self, before: Row | None, row: Row) -> None:
        """Step back when another person takes a question, ends one or sets the order."""
        if before is None or before["place"] == row["place"]:
            return
        taken = row["place"] == NOW and row["number"] != self._taking
        ended = before["place"] == NOW and row["number"] != self._leaving
        ordered = isinstance(row["place"], int) and not isinstance(before["place"], int)
        if taken or ended or ordered:
            self.step_back()
