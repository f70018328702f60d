"""Which questions have which words, in one language: as bitmaps, and nothing of what is gone."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Self

from pyroaring import BitMap

from dialog.archive.spelling import STOPPED, Stems, joined, parts, written

PREFIX: Final = 4  # letters of a stem with which compounds may begin, …
INSIDE: Final = 6  # … or that may stand in their middle
REST: Final = 4  # letters that are a word of their own for all one knows
SHORTEST: Final = 3
LINKS: Final = ("", "s", "n", "e", "en", "er", "es")
NEAR: Final = 3
TYPED: Final = 4  # a shorter word with an error may be anything
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

Memo = dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
Postings = dict[str, BitMap]


class Levels(NamedTuple):
    """Who has a word: as it is in the question, as a stem there, in other texts, in a compound."""

    exact: BitMap
    question: BitMap
    other: BitMap
    compound: BitMap

    @classmethod
    def none(cls) -> Self:
        """Return levels that nobody has."""
        return cls(BitMap(), BitMap(), BitMap(), BitMap())

    def __or__(self, more: "Levels") -> "Levels":
        """Return who has one or the other."""
        return Levels(*(one | other for one, other in zip(self, more, strict=True)))

    @property
    def all(self) -> BitMap:
        """Return who has the word at all."""
        return BitMap.union(*self)


class Vocabulary:
    """The words of all questions in one language."""

    def __init__(self, language: str) -> None:
        """Begin with no word."""
        self.stems = Stems(language)
        self._stopped = STOPPED[language]
        self._exact: Postings = {}
        self._question: Postings = {}
        self._other: Postings = {}
        self._lines: str | None = None

    def put(self, number: int, question: str, others: Iterable[str], memo: Memo) -> None:
        """Take a question in; ``memo`` keeps what words come to while many are read."""
        for postings, key in self._keys(question, others, memo):
            if key not in postings:
                postings[key] = BitMap((number,))
                self._lines = None
            else:
                postings[key].add(number)

    def discard(self, number: int, question: str, others: Iterable[str], memo: Memo) -> None:
        """Forget a question with these texts; a word that nobody else has is gone."""
        for postings, key in self._keys(question, others, memo):
            postings[key].discard(number)
            if not postings[key]:
                del postings[key]
                self._lines = None

    def having(self, word: str) -> tuple[Levels, frozenset[str]]:
        """Return who has a folded word, and by which stems: its own, and those of compounds."""
        stems = self.stems.of(word)
        compounds = frozenset(self._compounds(stems))
        exact = self._exact.get(word, BitMap())
        question = _having(self._question, stems) - exact
        other = _having(self._other, stems) - exact - question
        told = Levels(exact, question, other, self._some(compounds) - exact - question - other)
        return told, compounds.union(stems)

    def having_stems(self, stems: tuple[str, ...]) -> tuple[Levels, frozenset[str]]:
        """Return who has one of these stems of ours or a compound with one, and all such stems."""
        compounds = frozenset(one for stem in stems for one in self._compounds((stem,)))
        question = _having(self._question, stems)
        other = _having(self._other, stems) - question
        told = Levels(BitMap(), question, other, self._some(compounds) - question - other)
        return told, compounds.union(stems)

    def near(self, word: str) -> tuple[str, ...]:
        """Return stems of ours that are one slip of a finger away, those most have first."""
        if len(word) < TYPED:
            return ()
        found = {stem for slip in _slips(word) for stem in self.stems.of(slip) if self._has(stem)}
        often = {stem: len(self._some((stem,))) for stem in found}
        return tuple(sorted(found, key=lambda stem: (-often[stem], stem))[:NEAR])

    def first(self, stem: str) -> int:
        """Return the first that has a stem of ours."""
        return min(self._some((stem,)))

    def _has(self, stem: str) -> bool:
        return stem in self._question or stem in self._other

    def _keys(
        self, question: str, others: Iterable[str], memo: Memo
    ) -> Iterator[tuple[Postings, str]]:
        exact = dict(self._known(question, memo))
        yield from ((self._exact, word) for word in exact)
        yield from ((self._question, stem) for stem in {s for own in exact.values() for s in own})
        told = {s for text in others for _, own in self._known(text, memo) for s in own}
        yield from ((self._other, stem) for stem in told)

    def _known(self, text: str, memo: Memo) -> Iterator[tuple[str, tuple[str, ...]]]:
        for word in written(text):
            if word not in memo:
                every = dict.fromkeys((*parts(word), joined(word)))
                memo[word] = tuple((one, self.stems.of(one)) for one in every if one)
            yield from memo[word]

    def _some(self, stems: Iterable[str]) -> BitMap:
        return _having(self._question, stems) | _having(self._other, stems)

    def _compounds(self, stems: tuple[str, ...]) -> Iterator[str]:
        """Yield the stems of compounds with a word, by the likelier of its stems."""
        sought = stems[0]
        if not self.stems.compounds or len(sought) < SHORTEST or sought.isdigit():
            return
        if self._lines is None:
            self._lines = "\n".join(("", *(self._question.keys() | self._other.keys()), ""))
        lines, end = self._lines, 0
        while (at := lines.find(sought, end)) >= 0:
            start, end = lines.rfind("\n", 0, at) + 1, lines.find("\n", at)
            line = lines[start:end]
            if line not in stems and self._put_together(sought, line):
                yield line

    def _put_together(self, stem: str, line: str) -> bool:
        """Tell whether a word is a compound with a stem: "Konkurs" is none with "Kurs"."""
        if line.endswith(stem):
            rest = line[: -len(stem)]
            return self._is_word(rest) or (len(rest) >= REST and len(stem) >= PREFIX)
        if line.startswith(stem):
            rest = line[len(stem) :]
            return len(stem) >= PREFIX and (len(rest) >= REST or self._is_word(rest))
        return len(stem) >= INSIDE and line.find(stem) >= SHORTEST

    def _is_word(self, rest: str) -> bool:
        """Tell whether something is a word of ours; "mit" and "vor" begin what is another word."""
        ends = (rest.removesuffix(link) for link in LINKS if rest.endswith(link))
        return any(
            len(end) >= SHORTEST and self._has(end) and end not in self._stopped for end in ends
        )


def _having(postings: Postings, stems: Iterable[str]) -> BitMap:
    return BitMap.union(BitMap(), *(postings[stem] for stem in stems if stem in postings))


def _slips(word: str) -> set[str]:
    """Return what is one letter more, less, other or in the other's place away."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    less = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    other = {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    more = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return less | swapped | other | more
