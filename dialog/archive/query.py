"""What somebody looks for in the archive: words, quoted phrases, the number of a question."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from dialog.archive.spelling import STOPPED, joined, parts, written

LONGEST: Final = 200
MOST: Final = 12

_QUOTED: Final = re.compile('["„“”»«]([^"„“”»«]+)["„“”»«]')
_NUMBERED: Final = re.compile(
    r"\b(?:frage|question|nr\.|no\.)\s*(\d{1,9})\b|#(\d{1,9})\b", re.IGNORECASE
)
_STOPPED: Final = STOPPED["de"] | STOPPED["en"]


class Word(NamedTuple):
    """A word as it was typed, in one, and its parts where it has a hyphen."""

    typed: str
    joined: str
    parts: tuple[str, ...]


class Phrase(NamedTuple):
    """Words that stand side by side, and how they were typed."""

    typed: str
    words: tuple[str, ...]


class Number(NamedTuple):
    """A question's number, and how it was typed."""

    typed: str
    number: int


Term = Word | Phrase | Number


class Query(NamedTuple):
    """What all has to be there; ``cut`` tells that more was typed than is looked for."""

    terms: tuple[Term, ...]
    cut: bool = False


def read(text: str) -> Query:
    """Return what a typed text looks for; words that every text has count where nothing else is."""
    terms = list(dict.fromkeys(_terms(text[:LONGEST])))
    telling = [term for term in terms if not (isinstance(term, Word) and term.joined in _STOPPED)]
    kept = telling or terms
    return Query(tuple(kept[:MOST]), len(kept) > MOST or len(text) > LONGEST)


def unquoted(text: str) -> str:
    """Return a typed text with the words of its phrases standing alone; itself without phrases."""
    return _QUOTED.sub(r"\1", text)


def _terms(text: str) -> Iterator[Term]:
    end = 0
    for quoted in _QUOTED.finditer(text):
        yield from _loose(text[end : quoted.start()])
        end = quoted.end()
        words = [part for word in written(quoted[1]) for part in parts(word)]
        if len(words) == 1:
            yield from _loose(quoted[1])
        elif words:
            yield Phrase(quoted[0], tuple(words[:MOST]))
    yield from _loose(text[end:])


def _loose(text: str) -> Iterator[Term]:
    end = 0
    for numbered in _NUMBERED.finditer(text):
        yield from _words(text[end : numbered.start()])
        end = numbered.end()
        yield Number(numbered[0], int(numbered[1] or numbered[2]))
    yield from _words(text[end:])


def _words(text: str) -> Iterator[Term]:
    for word in written(text):
        if found := parts(word):
            yield Word(word, joined(word), tuple(found))
