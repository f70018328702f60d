"""Texts that only some may see, and the one place that looks at every byte that arrives.

A canary names its audience: roles, and volunteers by a name of the test's own. Whoever receives
one without belonging to that audience has found a leak, in whichever test that happens.
"""

import itertools
import re
from collections import Counter
from collections.abc import Collection

TEAM = frozenset({"moderator", "minister", "scribe", "organiser"})
DESK = ("moderator", "organiser")
STAGE = ("minister", "scribe", "organiser")
MODERATES = "Mara Beispielname"  # the name of staff where a test names no other
HEARD: set[str] = set()
LOOKED: Counter[str] = Counter()  # how much was looked at: answers and frames, and their signs

_SHAPE = re.compile(r"kanarie((?:-[a-z]+)+)-[0-9]+")
_FOLDED = re.compile(r"\r?\n[ \t]")  # long lines in calendars and headers
_count = itertools.count(1)


def canary(*audience: str) -> str:
    """Return a new text that nobody but this audience may receive."""
    return f"kanarie-{'-'.join(audience)}-{next(_count)}"


def look(may: Collection[str], arrived: str) -> None:
    """Find what somebody received who may see it neither by role nor by name."""
    LOOKED.update(pieces=1, signs=len(arrived))
    plain = _FOLDED.sub("", arrived)
    for found in _SHAPE.finditer(plain):
        HEARD.add(found[0])
        audience = set(found[1].split("-"))
        assert audience & set(may), f"{found[0]} reached {sorted(may) or 'a stranger'}"
    assert TEAM & set(may) or MODERATES not in plain, "a volunteer read who moderates"
