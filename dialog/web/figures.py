"""The figures of a record as lines: table, picture and sentences are made of the same ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from dialog.forum.names import Outcome
from dialog.web import sentences
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows

APPROVED, MERGED, RETURNED = N_("Freigegeben"), N_("Zusammengeführt"), N_("Zurückgegeben")
STAGE_ONLY, WITHDRAWN = N_("Nur Podium"), N_("Zurückgezogen")
UNREVIEWED = N_("Nicht geprüft")


class Line(NamedTuple):
    """A line: words, how many questions, whether these are public; ``part`` of the line above."""

    label: str
    questions: int
    public: bool
    part: bool = False


class Promises(NamedTuple):
    """How the promises of a record stand on a day."""

    kept: int
    overdue: int
    open: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What came in, in lines that add up to it; what became of what was approved, likewise."""

    received: int
    reviewed: tuple[Line, ...]
    outcomes: tuple[Line, ...]
    promises: Promises

    @property
    def public(self) -> int:
        """Return how many of those received are public, by themselves or merged."""
        return sum(line.questions for line in self.reviewed if line.public and not line.part)


def figures(record: Mapping[str, Any], today: date, lang: str) -> Figures:
    """Return the figures of a record in the words of a language."""
    told = record["figures"]
    returned = {code: count for code, count in told["returned"].items() if count}

    def line(label: str, count: int, *, public: bool) -> Line:
        return Line(sentences.say(label, lang), count, public)

    reviewed = (
        line(APPROVED, told["approved"], public=True),
        line(MERGED, told["merged"], public=True),
        line(RETURNED, sum(returned.values()), public=False),
        *(
            Line(sentences.reason(code, lang).title, count, public=False, part=True)
            for code, count in returned.items()
        ),
        line(STAGE_ONLY, told["stage_only"], public=False),
        line(WITHDRAWN, told["withdrawn"], public=False),
        line(UNREVIEWED, told["unreviewed"], public=False),
    )
    outcomes = tuple(
        line(sentences.OUTCOMES[outcome], told["outcomes"].get(outcome, 0), public=True)
        for outcome in Outcome
        if outcome is not Outcome.OPEN
    )
    return Figures(told["received"], reviewed, outcomes, _promises(record, today))


def _promises(record: Mapping[str, Any], today: date) -> Promises:
    """A promise whose answer was taken out counts as open: nobody can say more of it."""
    told = record["figures"]
    due = [
        q["answer"]["until"]
        for q in record["questions"]
        if q["outcome"] == Outcome.PROMISED and q["answer"] and not q["answer"]["kept"]
    ]
    overdue = sum(bool(until) and date.fromisoformat(until) < today for until in due)
    kept = told["kept"]
    return Promises(kept, overdue, told["outcomes"].get(Outcome.PROMISED, 0) - kept - overdue)
