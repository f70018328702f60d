"""By what questions are narrowed down: topic, outcome, answerer, year."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pyroaring import BitMap

from dialog.archive.entries import Entry
from dialog.forum.names import Outcome

KEPT: Final = "kept"
OUTCOMES: Final = (
    *(Outcome.ALOUD, Outcome.WRITTEN, KEPT, Outcome.PROMISED),
    *(Outcome.REFERRED, Outcome.NOT_REACHED, Outcome.OPEN),
)

Counts = list[tuple[str, int]]


class Choices(NamedTuple):
    """What was chosen of each; an empty field leaves it open."""

    topic: str = ""
    outcome: str = ""
    answerer: str = ""
    year: str = ""


class Facets:
    """Which questions have which value."""

    def __init__(self) -> None:
        """Begin with none."""
        self._having: dict[str, dict[str, BitMap]] = {name: {} for name in Choices._fields}

    def put(self, number: int, entry: Entry) -> None:
        """Take a question in."""
        for name, value in _values(entry):
            self._having[name].setdefault(value, BitMap()).add(number)

    def discard(self, number: int, entry: Entry) -> None:
        """Forget a question; a value that nothing else has is gone."""
        for name, value in _values(entry):
            having = self._having[name]
            having[value].discard(number)
            if not having[value]:
                del having[value]

    def narrowed(self, found: BitMap, choices: Choices, *, but: str = "") -> BitMap:
        """Return what of all that was found fits the choices, those of one facet left out."""
        for name, value in zip(choices._fields, choices, strict=True):
            if value and name != but:
                found = found & self._having[name].get(value, BitMap())
        return found

    def counts(self, found: BitMap, choices: Choices) -> Mapping[str, Counts]:
        """Return how many there are of each value, given what was chosen of the other facets."""
        told = {}
        for name, having in self._having.items():
            base = self.narrowed(found, choices, but=name)
            counts = {value: base.intersection_cardinality(has) for value, has in having.items()}
            told[name] = sorted(
                ((value, count) for value, count in counts.items() if count),
                key=lambda one, name=name: _order(name, *one),  # type: ignore[misc]
            )
        return told


def outcome(entry: Entry) -> str:
    """Return how a question ended; a kept promise is one of its own."""
    answer = entry.question.answer
    return KEPT if answer and answer.kept else entry.question.outcome


def _values(entry: Entry) -> Iterator[tuple[str, str]]:
    evening = entry.evening
    if entry.question.topic:
        yield "topic", entry.question.topic
    yield "outcome", outcome(entry)
    yield "answerer", f"{evening.by}, {evening.office}"
    yield "year", evening.starts[:4]


def _order(name: str, value: str, count: int) -> tuple[object, ...]:
    """Years the latest first, outcomes as they follow each other, all else the most first."""
    if name == "year":
        return (-int(value),)
    if name == "outcome":
        return (OUTCOMES.index(value),)
    return (-count, value)
