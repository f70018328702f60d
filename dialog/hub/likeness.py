"""Which questions resemble each other: character trigrams, weighted by how rare they are.

Three suggestions for a person to look at, never a verdict: no lexical method is precise.
"""

import math
import re
from collections.abc import Callable, Mapping
from heapq import nlargest

from pyroaring import BitMap

SUGGESTIONS = 3
CANDIDATES = 50
STEPS = 10_000
CLOSE = 0.34
MANY = 20
_OFTEN = [1 + math.log(max(count, 1)) for count in range(MANY + 1)]
_WORDS = re.compile(r"\w+")


def trigrams(text: str) -> list[str]:
    """Return the trigrams of a text's words with their beginnings and ends, each as it comes."""
    words = [f"  {word} " for word in _WORDS.findall(text.casefold())]
    return [word[i : i + 3] for word in words for i in range(len(word) - 2)]


class Likeness:
    """Which questions have a trigram; the few that may be alike are read again and measured.

    ``read`` gives a question's text as it is now.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        """Begin with no question."""
        self._read = read
        self._sizes: dict[int, int] = {}
        self._postings: dict[str, BitMap] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._sizes

    def put(self, number: int) -> None:
        """Take a question's text in, or its new text."""
        if number in self:
            for having in self._postings.values():
                having.discard(number)
        grams = set(trigrams(self._read(number)))
        self._sizes[number] = len(grams)
        for gram in grams:
            if gram in self._postings:
                self._postings[gram].add(number)
            else:
                self._postings[gram] = BitMap((number,))

    def alike(self, number: int, share: float = 1) -> tuple[int, ...]:
        """Return up to three questions that resemble one, the closest first.

        Only those that share most for their size are measured wholly: an evening has thousands.
        ``share`` is how much of the usual effort may be spent.
        """
        rarity: dict[str, float] = {}
        own = self._weights(number, rarity)
        scores = self._shared(number, own, int(STEPS * share))
        most = math.ceil(CANDIDATES * share)
        likely = nlargest(most, scores, lambda n: scores[n] ** 2 / self._sizes[n])
        close = [(_cosine(own, self._weights(other, rarity)), other) for other in likely]
        ordered = sorted(close, key=lambda pair: (-pair[0], pair[1]))
        return tuple(other for score, other in ordered[:SUGGESTIONS] if score >= CLOSE)

    def _shared(self, number: int, own: Mapping[str, float], most: int) -> dict[int, float]:
        """Return what others share with a question, by their numbers.

        The rarest trigrams come first, and those that half an evening has are left out where the
        walk would grow long: they say little, and whoever asks the same a thousand times must not
        hold everyone up.
        """
        scores: dict[int, float] = {}
        steps = 0
        for gram in sorted(own, key=lambda gram: (len(self._postings[gram]), gram)):
            steps += len(self._postings[gram])
            if steps > most:
                break
            weight = own[gram] ** 2
            for other in self._postings[gram]:
                scores[other] = scores.get(other, 0) + weight
        scores.pop(number, None)
        return scores

    def _weights(self, number: int, rarity: dict[str, float]) -> dict[str, float]:
        """Return a question's trigrams: how often, times how rare; ``rarity`` is what is known."""
        counts: dict[str, int] = {}
        for gram in trigrams(self._read(number)):
            counts[gram] = counts.get(gram, 0) + 1
            if gram not in rarity:
                rarity[gram] = self._rarity(gram)
        return {gram: _OFTEN[min(n, MANY)] * rarity[gram] for gram, n in counts.items()}

    def _rarity(self, gram: str) -> float:
        # A text that was blackened after it had been taken in may hold what no other one does.
        having = len(self._postings.get(gram, ()))
        return math.log(1 + len(self._sizes) / max(having, 1))


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the cosine of the angle between two texts: 1 for the same, 0 for no relation."""
    product = sum(one[gram] * other[gram] for gram in one.keys() & other.keys())
    return product / (math.hypot(*one.values()) * math.hypot(*other.values()))
