"""The simulated moderator: approves what is plain, and leaves the interesting work to people."""

from typing import Final

from dialog.demo.client import Stream
from dialog.demo.picture import Row
from dialog.demo.script import Prepared
from dialog.demo.staff import STEP_S, Staff

QUICK_S: Final = (2.0, 6.0)
PLAIN_S: Final = (3.0, 20.0)
ALIKE_S: Final = (25.0, 60.0)
LEFT_S: Final = (110.0, 150.0)
READING_S: Final = (1.0, 2.5)
FEW: Final = 12
EACH_LEFT: Final = 5
REASONS: Final = {"no_question": "no_question", "off_topic": "off_topic"}
NOTES: Final = {
    "no_question": "Mögen Sie daraus eine Frage machen? Dann nehmen wir sie gern auf.",
    "off_topic": "Heute geht es um Sprache und Arbeit. Ihre Gemeinde kann dazu Auskunft geben.",
    "single_case": "Bitte keine Telefonnummern: Was hier steht, ist öffentlich.",
}


class Moderator(Staff):
    """Decides each waiting question some time after it came."""

    page = "moderation"
    stream: Stream = "desk"

    def begin(self) -> None:
        """Begin with nothing looked at."""
        self._due: dict[int, float] = {}

    def watch(self, before: Row | None, row: Row) -> None:
        """Step back when another person claims, decides, words or files a question."""
        claim = row["claimed"]
        if claim and claim != (before or {}).get("claimed") and claim["person"] != self._person:
            if before is not None:
                self.step_back()
        elif before is not None and self._deed(row) != self._deed(before):
            self._judge(row)

    @property
    def _person(self) -> int:
        return self.client.person

    @staticmethod
    def _deed(row: Row) -> tuple[object, ...]:
        """Return what only moderators change of a row."""
        appeal = row["appeal"] and row["appeal"]["open"]
        askers = row["review"] in ("withdrawn",) or (row["review"] == "waiting" and appeal)
        review = "" if askers else row["review"]
        return review, row["topic"], row["edited"], row["reason"], row["into"], row["briefing"]

    def _judge(self, row: Row) -> None:
        if (row["number"], row["review"], row["topic"]) not in self._ours:
            self.step_back()

    async def step(self) -> None:
        """Decide the question that has waited long enough, the oldest first."""
        rows = self.client.picture.rows.values()
        waiting = sorted(row["number"] for row in rows if row["review"] == "waiting")
        for number in waiting:
            row = self.client.picture.rows[number]
            if number not in self._due:
                self._due[number] = self.now + self.draw.uniform(*self._patience(row))
            if self.now >= self._due[number] and not self._claimed_by_other(row):
                await self._decide(row)
                return
