"""Which texts resemble each other: character trigrams, weighted by how rare they are.

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
    """Which texts have a trigram; the few that may be alike are read again and measured.

    ``read`` gives the text of a number as it is now.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        """Begin with no text."""
        self._read = read
        self._sizes: dict[int, int] = {}
        self._postings: dict[str, BitMap] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._sizes

    def put(self, number: int) -> None:
        """Take a text in, or its new wording."""
        self.discard(number)
        grams = set(trigrams(self._read(number)))
        self._sizes[number] = len(grams)
        for gram in grams:
            if gram in self._postings:
                self._postings[gram].add(number)
            else:
                self._postings[gram] = BitMap((number,))

    def discard(self, number: int) -> None:
        """Forget a text wholly: nothing weighs any more what it said."""
        if self._sizes.pop(number, None) is not None:
            for having in self._postings.values():
                having.discard(number)

    def alike(self, number: int, share: float = 1) -> tuple[int, ...]:
        """Return up to three texts that resemble one of those here, the closest first.

        ``share`` is how much of the usual effort may be spent.
        """
        return self._closest(self._read(number), number, share)

    def like(self, text: str) -> tuple[int, ...]:
        """Return up to three texts that resemble one from elsewhere, the closest first."""
        return self._closest(text, None, 1)

    def _closest(self, text: str, but: int | None, share: float) -> tuple[int, ...]:
        """Only those that share most for their size are measured wholly: there are thousands."""
        rarity: dict[str, float] = {}
        own = self._weights(text, rarity)
        scores = self._shared(own, int(STEPS * share))
        most = math.ceil(CANDIDATES * share)
        others = (n for n in scores if n != but)
        likely = nlargest(most, others, lambda n: scores[n] ** 2 / self._sizes[n])
        close = [(_cosine(own, self._weights(self._read(n), rarity)), n) for n in likely]
        ordered = sorted(close, key=lambda pair: (-pair[0], pair[1]))
        return tuple(other for score, other in ordered[:SUGGESTIONS] if score >= CLOSE)

    def _shared(self, own: Mapping[str, float], most: int) -> dict[int, float]:
        """Return what those here share with a text, by their numbers.

        The rarest trigrams come first, and those that half an evening has are left out where the
        walk would grow long: they say little, and whoever asks the same a thousand times must not
        hold everyone up.
        """
        scores: dict[int, float] = {}
        steps = 0
        known = own.keys() & self._postings.keys()
        for gram in sorted(known, key=lambda gram: (len(self._postings[gram]), gram)):
            steps += len(self._postings[gram])
            if steps > most:
                break
            weight = own[gram] ** 2
            for other in self._postings[gram]:
                scores[other] = scores.get(other, 0) + weight
        return scores

    def _weights(self, text: str, rarity: dict[str, float]) -> dict[str, float]:
        """Return a text's trigrams: how often, times how rare; ``rarity`` is what is known."""
        counts: dict[str, int] = {}
        for gram in trigrams(text):
            counts[gram] = counts.get(gram, 0) + 1
            if gram not in rarity:
                rarity[gram] = self._rarity(gram)
        return {gram: _OFTEN[min(n, MANY)] * rarity[gram] for gram, n in counts.items()}

    def _rarity(self, gram: str) -> float:
        # What is from elsewhere, or was blackened meanwhile, may hold what none here does.
        having = len(self._postings.get(gram, ()))
        return math.log(1 + len(self._sizes) / max(having, 1))


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the cosine of the angle between two texts: 1 for the same, 0 for no relation."""
    product = sum(one[gram] * other[gram] for gram in one.keys() & other.keys())
    return product / (math.hypot(*one.values()) * math.hypot(*other.values()))
