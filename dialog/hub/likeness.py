"""Which questions resemble each other: character trigrams, weighted by how rare they are.

Three suggestions for a person to look at, never a verdict: no lexical method is precise.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from heapq import nlargest

SUGGESTIONS = 3
CANDIDATES = 50
STEPS = 10_000
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
        own = {g: w * self._rarity(g) ** 2 for g, w in self._grams[number].items()}
        scores = self._shared(number, own)
        length = self._length(number)
        likely = nlargest(CANDIDATES, scores, lambda n: scores[n] ** 2 / len(self._grams[n]))
        close = [
            (self._product(own, other) / (length * self._length(other)), other) for other in likely
        ]
        ordered = sorted(close, key=lambda pair: (-pair[0], pair[1]))
        return tuple(other for score, other in ordered[:SUGGESTIONS] if score >= CLOSE)

    def _shared(self, number: int, own: Mapping[str, float]) -> dict[int, float]:
        """Return what others share with a question, by their numbers.

        The rarest trigrams come first, and those that half an evening has are left out where the
        walk would grow long: they say little, and whoever asks the same a thousand times must not
        hold everyone up.
        """
        scores: dict[int, float] = {}
        steps = 0
        for gram in sorted(own, key=lambda gram: (len(self._postings[gram]), gram)):
            steps += len(self._postings[gram])
            if steps > STEPS:
                break
            for other in self._postings[gram]:
                scores[other] = scores.get(other, 0) + own[gram] * self._grams[other][gram]
        scores.pop(number, None)
        return scores

    def _product(self, own: Mapping[str, float], other: int) -> float:
        theirs = self._grams[other]
        return sum(own[gram] * theirs[gram] for gram in own if gram in theirs)

    def _rarity(self, gram: str) -> float:
        return math.log(1 + len(self._grams) / len(self._postings[gram]))

    def _length(self, number: int) -> float:
        weights = (w * self._rarity(gram) for gram, w in self._grams[number].items())
        return math.sqrt(sum(weight * weight for weight in weights))
