"""What differs between two versions of an answer, with every space and paragraph.

Answers are long, so what both begin and end with is set aside first and too much is not compared;
``difference.py`` is for the short words of a question, which a page compares as well.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

WORDS = re.compile(r"\S+\s*|\s+")  # a word with the space behind it
COMPARED = 300  # words on each side; what differs in more is shown as replaced whole

Part = tuple[str, str]


def differences(before: str, after: str) -> list[Part]:
    """Return the parts of both texts in order: ("same" | "gone" | "new", text)."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    parts = [("same", old[:head]), *_middle(*middle), ("same", old[len(old) - tail :])]
    return [(kind, "".join(words)) for kind, words in parts if words]


def _alike(old: list[str], new: list[str]) -> int:
    """Return how many words are the same from the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _middle(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str]]]:
    if max(len(old), len(new)) > COMPARED:
        yield from (("gone", old), ("new", new))
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", old[i:j]
        else:
            yield from (("gone", old[i:j]), ("new", new[k:m]))
