"""What is asked in the demonstration, by whom and when: read from the session's own examples."""

import random
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "questions.de.toml"
VOLUNTEERS: Final = 60
OPENING: Final = 12
OPENING_LEAST: Final = 40
OPENING_GAP: Final = (0.4, 1.2)
GAP: Final = (5.0, 15.0)
# After how many questions each odd one comes: soon enough to be seen, late enough to be alike.
ODD_FIRST: Final = 14
ODD_APART: Final = 6
UNKNOWN_WEIGHT: Final = 45


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question as the examples have it; ``like`` is the one it repeats, ``case`` what is odd."""

    n: int
    text: str
    topic: str
    weight: int
    show: str
    district: str = ""
    background: str = ""
    answer: str = ""
    like: int = 0
    case: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """A question to be asked some seconds after the start, by the volunteer of that number."""

    after: float
    volunteer: int
    question: Prepared


class Script:
    """The questions and names of one evening, in an order that its seed decides."""

    def __init__(self, names: list[str], questions: list[Prepared], seed: int) -> None:
        """Draw who takes part and in which order the questions come."""
        draw = random.Random(seed)
        self.names = draw.sample(names, VOLUNTEERS)
        self.questions = {question.n: question for question in questions}
        self._by_text = {question.text: question for question in questions}
        self._order = _ordered(questions, draw)
        self._askers = {q.n: index % VOLUNTEERS for index, q in enumerate(self._order)}
        self._draw = draw

    def find(self, text: str) -> Prepared | None:
        """Return the prepared question of these words, None for one that somebody else asked."""
        return self._by_text.get(text)

    def weight(self, text: str) -> int:
        """Return how much support a question attracts, from 1 to 100."""
        question = self.find(text)
        return question.weight if question else UNKNOWN_WEIGHT

    def cues(self, asked: Collection[int]) -> list[Cue]:
        """Return when what was not asked yet will be: a dozen soon, the rest about every 10 s."""
        at, cues = 2.0, []
        left = [question for question in self._order if question.n not in asked]
        opening = max(4, OPENING - len(asked))
        for index, question in enumerate(left):
            at += self._draw.uniform(*(OPENING_GAP if index < opening else GAP))
            cues.append(Cue(at, self._askers[question.n], question))
        return cues


def read(folder: Path, seed: int) -> Script:
    """Return the script of a session's folder."""
    found = tomllib.loads((folder / FILE).read_text("utf-8"))
    questions = [Prepared(**question) for question in found["questions"]]
    return Script(found["names"], questions, seed)


def _ordered(questions: list[Prepared], draw: random.Random) -> list[Prepared]:
    """Return the order of asking: well supported ones rather early, odd ones strewn in."""
    plain = [q for q in questions if not q.like and not q.case]
    popular = [q for q in plain if q.weight >= OPENING_LEAST]
    opening = draw.sample(popular, OPENING)
    rest = [(draw.random() - q.weight / 100, q) for q in plain if q not in opening]
    order = opening + [question for _, question in sorted(rest, key=lambda pair: pair[0])]
    cases = _shuffled([q for q in questions if q.case], draw)
    alike = [q for q in questions if q.like]
    odd = [q for pair in zip(cases, alike, strict=False) for q in pair]
    odd += cases[len(alike) :] + alike[len(cases) :]
    for index, question in enumerate(odd):
        soonest = ODD_FIRST + index * ODD_APART
        order.insert(max(soonest, _after(order, question)), question)
    return order


def _after(order: list[Prepared], question: Prepared) -> int:
    """Return the place behind what a question repeats, with some others between."""
    places = [place for place, other in enumerate(order) if other.n == question.like]
    return places[0] + ODD_APART if places else 0


def _shuffled(questions: list[Prepared], draw: random.Random) -> list[Prepared]:
    return draw.sample(questions, len(questions))
