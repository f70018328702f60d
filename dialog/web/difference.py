"""What an edit changed: the words that stayed, went and came, in the order of both wordings."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby


@lru_cache(maxsize=1_024)
def difference(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return runs of words as ("same" | "del" | "ins", words), as few words changed as can be.

    ``static/js/difference.js`` finds the same; ``tests/wire/difference.json`` holds both to it.
    """
    old, new = before.split(), after.split()
    shared = _shared(old, new)
    i = j = 0
    found: list[tuple[str, str]] = []
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
    runs = groupby(found, key=lambda word: word[0])
    return tuple((kind, " ".join(word for _, word in run)) for kind, run in runs)


def _shared(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """Return how many words at most are the same, in order, from each pair of places on."""
    shared = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            same = old[i] == new[j]
            longer = max(shared[i + 1][j], shared[i][j + 1])
            shared[i][j] = 1 + shared[i + 1][j + 1] if same else longer
    return shared
