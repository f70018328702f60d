"""Which questions resemble each other: character trigrams, weighted by how rare they are.

Three suggestions for a person to look at, never a verdict: no lexical method is precise.
"""

import math
import re
from collections import Counter

SUGGESTIONS = 3
CLOSE = 0.34
_WORDS = re.compile(r"\w+")


def trigrams(text: str) -> Counter[str]:
    """Return the character trigrams of a text's words, with their marks of beginning and end."""
    words = (f"  {word} " for word in _WORDS.findall(text.casefold()))
    return Counter(word[i : i + 3] for word in words for i in range(len(word) - 2))


class Likeness:
    """The trigrams of a session's questions; a postings list finds the candidates."""

    def __init__(self) -> None:
        """Begin with no question."""
        self._grams: dict[int, Counter[str]] = {}
        self._postings: dict[str, set[int]] = {}

    def put(self, number: int, text: str) -> None:
        """Take a question's text in, or its new text."""
        for gram in self._grams.pop(number, ()):
            self._postings[gram].discard(number)
        grams = trigrams(text)
        self._grams[number] = grams
        for gram in grams:
            self._postings.setdefault(gram, set()).add(number)

    def alike(self, number: int) -> tuple[int, ...]:
        """Return up to three questions that resemble one, the closest first."""
        own = self._weights(self._grams[number])
        scores: Counter[int] = Counter()
        for gram, weight in own.items():
            for other in self._postings[gram]:
                scores[other] += weight * self._weight(gram, self._grams[other][gram])  # type: ignore[assignment]
        close = [
            (score / (self._length(number) * self._length(other)), other)
            for other, score in scores.items()
            if other != number
        ]
        ordered = sorted(close, key=lambda pair: (-pair[0], pair[1]))
        return tuple(other for score, other in ordered[:SUGGESTIONS] if score >= CLOSE)

    def _weights(self, grams: Counter[str]) -> dict[str, float]:
        return {gram: self._weight(gram, count) for gram, count in grams.items()}

    def _weight(self, gram: str, count: int) -> float:
        rare = math.log(1 + len(self._grams) / len(self._postings[gram]))
        return (1 + math.log(count)) * rare

    def _length(self, number: int) -> float:
        weights = self._weights(self._grams[number]).values()
        return math.sqrt(sum(weight * weight for weight in weights))
