"""Where a text has what was looked for: in pieces, for whoever shows them escapes each."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final, NamedTuple

from dialog.archive.spelling import Place, Stems, places

LENGTH: Final = 240
BEFORE: Final = 80
FULL: Final = 0.6
MORE: Final = "…"

_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")

Span = tuple[int, int]


class Piece(NamedTuple):
    """A part of a text, and whether it was looked for."""

    text: str
    hit: bool


class Wanted(NamedTuple):
    """What is to be marked: stems of each language, and words that stand side by side."""

    forms: Mapping[str, frozenset[str]]
    phrases: tuple[tuple[str, ...], ...] = ()


class Marker:
    """Marks what was wanted in texts of one language."""

    def __init__(self, wanted: Wanted, tongue: str) -> None:
        """Begin; what words come to is known for as long as this is."""
        self._forms = wanted.forms.get(tongue, frozenset())
        self._phrases = wanted.phrases
        self._stems = Stems(tongue)
        self._hits: dict[str, bool] = {}
        self._known: dict[str, list[Span]] = {}

    def hits(self, text: str) -> list[Span]:
        """Return from where to where a text has what was looked for, in order, none in another."""
        if text not in self._known:
            words = list(places(text))
            spans = [(word.start, word.end) for word in words if self._is_hit(word.word)]
            for phrase in self._phrases:
                spans += _rows(words, phrase)
            self._known[text] = _merged(spans)
        return self._known[text]

    def distinct(self, text: str) -> int:
        """Return how many different words of a text were looked for."""
        return len({text[start:end].casefold() for start, end in self.hits(text)})

    def whole(self, text: str) -> list[Piece]:
        """Return a whole text in pieces."""
        return list(_pieces(text, self.hits(text), 0, len(text)))

    def excerpt(self, text: str) -> list[Piece]:
        """Return a text around what was looked for; where it is cut, "…" stands."""
        spans = self.hits(text)
        start, end = _window(text, spans)
        pieces = list(_pieces(text, spans, start, end))
        head = [Piece(f"{MORE} ", False)] if start else []
        return head + pieces + ([Piece(f" {MORE}", False)] if end < len(text) else [])

    def _is_hit(self, word: str) -> bool:
        if word not in self._hits:
            self._hits[word] = not self._forms.isdisjoint(self._stems.of(word))
        return self._hits[word]


def _rows(words: list[Place], phrase: tuple[str, ...]) -> Iterator[Span]:
    """Yield where a phrase stands; a word with a hyphen is there by its parts."""
    single = [
        one
        for one, after in zip_longest(words, words[1:])
        if after is None or after.start != one.start
    ]
    folded = [one.word for one in single]
    for at in range(len(single) - len(phrase) + 1):
        if folded[at] == phrase[0] and tuple(folded[at : at + len(phrase)]) == phrase:
            yield single[at].start, single[at + len(phrase) - 1].end


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _pieces(text: str, spans: list[Span], start: int, end: int) -> Iterator[Piece]:
    at = start
    for first, last in spans:
        if start <= first and last <= end:
            if first > at:
                yield Piece(text[at:first], False)
            yield Piece(text[first:last], True)
            at = last
    if at < end:
        yield Piece(text[at:end], False)


def _window(text: str, spans: list[Span]) -> Span:
    """Choose what is shown: around most of what was looked for, from a sentence or a word on."""
    if len(text) <= LENGTH:
        return 0, len(text)
    first = max(spans, key=lambda one: _within(spans, one[0]), default=(0, 0))
    start = _beginning(text, first[0])
    return start, _ending(text, start, first[1])


def _within(spans: list[Span], start: int) -> int:
    return sum(start <= one and other <= start + LENGTH - BEFORE for one, other in spans)


def _beginning(text: str, hit: int) -> int:
    starts = [found.end() for found in _SENTENCE.finditer(text, 0, hit + 1) if found.end() <= hit]
    sentence = starts[-1] if starts else 0
    if hit - sentence <= BEFORE:
        return sentence
    return text.find(" ", hit - BEFORE, hit) + 1 or hit


def _ending(text: str, start: int, least: int) -> int:
    most = max(start + LENGTH, least)
    if most >= len(text):
        return len(text)
    sentences = [f.start() for f in _SENTENCE.finditer(text, start, most) if f.start() >= least]
    if sentences and sentences[-1] - start >= LENGTH * FULL:
        return sentences[-1]
    return max(text.rfind(" ", start, most), least)
