"""Which questions resemble each other: character trigrams, weighted by how rare they are.

Three suggestions for a person to look at, never a verdict: no lexical method is precise.
"""

import math
import re
from collections import Counter
from heapq import nlargest

SUGGESTIONS = 3
CANDIDATES = 50
CLOSE = 0.34
_WORDS = re.compile(r"\w+")


def trigrams(text: str) -> dict[str, float]:
    """Return the trigrams of a text's words with their beginnings and ends, by how often."""
    words = (f"  {word} " for word in _WORDS.findall(text.casefold()))
    counts = Counter(word[i : i + 3] for word in words for i in range(len(word) - 2))
    return {gram: 1 + math.log(count) for gram, count in counts.items()}


class Likeness:
    """The trigrams of a session's questions; a postings list finds the candidates."""

    def __init__(self) -> None:
        """Begin with no question."""
        self._grams: dict[int, dict[str, float]] = {}
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
        """Return up to three questions that resemble one, the closest first.

        Only those that share most for their size are measured wholly: an evening has thousands.
        """
        scores: Counter[int] = Counter()
        for gram, weight in self._grams[number].items():
            shared = weight * self._rarity(gram) ** 2
            for other in self._postings[gram]:
                scores[other] += shared * self._grams[other][gram]  # type: ignore[assignment]
        del scores[number]
        length = self._length(number)
        likely = nlargest(CANDIDATES, scores, lambda n: scores[n] ** 2 / len(self._grams[n]))
        close = [(scores[other] / (length * self._length(other)), other) for other in likely]
        ordered = sorted(close, key=lambda pair: (-pair[0], pair[1]))
        return tuple(other for score, other in ordered[:SUGGESTIONS] if score >= CLOSE)

    def _rarity(self, gram: str) -> float:
        return math.log(1 + len(self._grams) / len(self._postings[gram]))

    def _length(self, number: int) -> float:
        weights = (w * self._rarity(gram) for gram, w in self._grams[number].items())
        return math.sqrt(sum(weight * weight for weight in weights))
