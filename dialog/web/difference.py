"""What stayed, went and came between two texts, word by word, in the order of both."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby, takewhile

COMPARED = 300  # words and spaces on each side; the table is as large as both multiplied
_TOKENS = re.compile(r"\s+|\S+")

Run = tuple[str, str]


@lru_cache(maxsize=1_024)
def difference(before: str, after: str) -> tuple[Run, ...]:
    """Return runs of words as ("same" | "del" | "ins", words), as few words changed as can be.

    ``static/js/difference.js`` finds the same; ``tests/wire/difference.json`` holds both to it.
    """
    return _runs(_changes(before.split(), after.split()), " ")


def difference_in_full(before: str, after: str) -> tuple[Run, ...]:
    """Return the same of long texts, with every space and paragraph.

    What both begin and end with is set aside first; where more than ``COMPARED`` is left, all of
    it went and came.
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    middle = [("del", word) for word in left] + [("ins", word) for word in right]
    if max(len(left), len(right)) <= COMPARED:
        middle = _changes(left, right)
    first, last = (
        [("same", word) for word in part] for part in (old[:head], old[len(old) - tail :])
    )
    return _runs([*first, *middle, *last], "")


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many words are the same from the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _changes(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Return each word with what became of it."""
    shared = _shared(old, new)
    i = j = 0
    found: list[Run] = []
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            found.append(("same", old[i]))
            i, j = i + 1, j + 1
        elif j == len(new) or (i < len(old) and shared[i + 1][j] >= shared[i][j + 1]):
            found.append(("del", old[i]))
            i += 1
        else:
            found.append(("ins", new[j]))
            j += 1
    return found


def _runs(words: Iterable[Run], between: str) -> tuple[Run, ...]:
    runs = groupby(words, key=lambda word: word[0])
    return tuple((kind, between.join(word for _, word in run)) for kind, run in runs)


def _shared(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """Return how many words at most are the same, in order, from each pair of places on."""
    shared = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            same = old[i] == new[j]
            longer = max(shared[i + 1][j], shared[i][j + 1])
            shared[i][j] = 1 + shared[i + 1][j + 1] if same else longer
    return shared
