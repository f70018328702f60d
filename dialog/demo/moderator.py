"""The simulated moderator: approves what is plain, and leaves the interesting work to people."""

from collections.abc import Iterator
from typing import Final

from dialog.demo.browser import Browser
from dialog.demo.picture import Row
from dialog.demo.script import Prepared, Script
from dialog.demo.staff import Staff

QUICK_S: Final = (1.0, 5.0)
PLAIN_S: Final = (3.0, 20.0)
ALIKE_S: Final = (25.0, 60.0)
LEFT_S: Final = (110.0, 150.0)
READING_S: Final = (0.6, 1.8)
FEW: Final = 12
EACH_LEFT: Final = 5
DECIDED: Final = frozenset({"approved", "stage_only", "returned", "merged"})
BACK: Final = "back"
RETURNS: Final = {
    "no_question": "Mögen Sie daraus eine Frage machen? Dann nehmen wir sie gern auf.",
    "off_topic": "Heute geht es um Sprache und Arbeit. Ihre Gemeinde kann dazu Auskunft geben.",
    "single_case": "Bitte keine Telefonnummern: Was hier steht, können alle lesen.",
}


class Moderator(Staff):
    """Decides each waiting question some time after it came, always the one due longest."""

    page = "moderation"
    stream = "desk"

    def __init__(self, browser: Browser, slug: str, script: Script, seed: str) -> None:
        """Begin with nothing looked at."""
        super().__init__(browser, slug, script, seed)
        self._due: dict[int, float] = {}
        self._ours: set[tuple[int, object]] = set()
        self._hands_off: set[int] = set()

    async def step(self) -> None:
        """Decide one question that has waited long enough."""
        for row in self._waiting():
            number = row["number"]
            if number not in self._due:
                self._due[number] = self.now + self.draw.uniform(*self._patience(row))
            elif self.now >= self._due[number] and number not in self._hands_off:
                await self._decide(row)
                return

    def _waiting(self) -> list[Row]:
        rows = self.client.picture.rows.values()
        waiting = [row for row in rows if row["review"] == "waiting"]
        return sorted(waiting, key=lambda row: self._due.get(row["number"], 0.0))

    def _patience(self, row: Row) -> tuple[float, float]:
        """Return how long a question waits: odd ones and every fifth are left for people."""
        known = self.script.find(row["text"])
        if known and known.like:
            return ALIKE_S
        if (known and known.case) or row["appeal"] or row["number"] % EACH_LEFT == 0:
            return LEFT_S
        return QUICK_S if len(self.client.picture.rows) <= FEW else PLAIN_S

    # --- deciding ------------------------------------------------------------------------------

    async def _decide(self, row: Row) -> None:
        number = row["number"]
        known = self.script.find(row["text"])
        self._due[number] = self.now + self.draw.uniform(*ALIKE_S)  # when it does not come to it
        if row["appeal"] or (known is None and row["personal_data"]):
            self._hands_off.add(number)
            return
        if len(self.client.picture.rows) > FEW:
            await self.client.command("claim", number=number)
            await self.pause(READING_S)
        if known and known.case:
            await self._decide_odd(row, known)
        elif known and known.like:
            await self._merge(number, known)
        else:
            await self._approve(number, known)

    async def _approve(self, number: int, known: Prepared | None) -> None:
        if known:
            await self._do(number, "topic", known.topic, topic=known.topic)
        await self._do(number, "approve", "approved")

    async def _merge(self, number: int, known: Prepared) -> None:
        into = self._number_of(known.like)
        if into and self.client.picture.rows[into]["outcome"] == "open":
            await self._do(number, "merge", "merged", into=into)
        elif into is None:
            await self._approve(number, known)

    async def _decide_odd(self, row: Row, known: Prepared) -> None:
        """A case with a name goes to the stage only, the others go back with a reason."""
        reason = known.case
        if reason == "personal_data":
            kinds = {found["kind"] for found in row["personal_data"]}
            reason = "single_case" if kinds - {"name"} else ""
        if reason:
            note = RETURNS[reason]
            await self._do(row["number"], "return", "returned", reason=reason, note=note)
        else:
            await self._do(row["number"], "stage_only", "stage_only")

    async def _do(self, number: int, do: str, mark: str, **fields: object) -> None:
        self._ours.add((number, mark))
        await self.on(number, do, **fields)

    def _number_of(self, n: int) -> int | None:
        """Return the number under which a prepared question became public."""
        text = self.script.questions[n].text
        rows = self.client.picture.rows.values()
        found = (r["number"] for r in rows if r["text"] == text and r["review"] == "approved")
        return next(found, None)

    # --- other people --------------------------------------------------------------------------

    def watch(self, before: Row | None, row: Row) -> None:
        """Step back when another person claims, decides, words or files a question."""
        if before is None:
            return
        deeds = set(_deeds(before, row)) - self._ours
        if deeds or self._claimed(before, row):
            self.step_back()
        if (row["number"], BACK) in deeds:
            self._hands_off.add(row["number"])

    def _claimed(self, before: Row, row: Row) -> bool:
        claim = row["claimed"]
        return claim != before["claimed"] and bool(claim) and claim["person"] != self.client.person


def _deeds(before: Row, row: Row) -> Iterator[tuple[int, object]]:
    """Return what a moderator did to a question; what askers do themselves does not count."""
    number, review, was = row["number"], row["review"], before["review"]
    if review != was and review in DECIDED:
        yield number, review
    if review == "waiting" and was in DECIDED - {"returned"} and not row["appeal"]:
        yield number, BACK
    if row["topic"] != before["topic"]:
        yield number, row["topic"]
    if (row["edited"] and not before["edited"]) or row["briefing"] != before["briefing"]:
        yield number, "words"
