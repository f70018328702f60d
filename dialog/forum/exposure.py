"""Which questions are offered because few have seen them, so that early ones do not win by that.

A list by upvotes feeds itself: what stands on top is read by all, what comes late stands at the
end, where hardly anybody gets. So a few of those at the end are offered apart. How often a question
has stood on somebody's screen is counted; its upvotes are a lower bound of that, for who supports
a question has seen it.
"""

from collections.abc import Iterable, Mapping
from heapq import nsmallest

from dialog.forum.names import Outcome
from dialog.forum.views import Row

OFFERED = 12
ON_SCREEN = 10  # so many of the ranking everybody has in sight


def least_seen(rows: Iterable[Row], seen: Mapping[int, int]) -> list[int]:
    """Return the numbers of those open questions behind the first ones that fewest have seen.

    ``rows`` are those of the floor, ``seen`` is how often each number was seen. At a tie the one
    that has waited longer comes first. What comes next or is now needs no offer.
    """
    still_open = [r for r in rows if r["outcome"] == Outcome.OPEN and r["place"] is None]
    still_open.sort(key=lambda row: (-row["upvotes"], row["number"]))
    few = nsmallest(OFFERED, ((_seen(r, seen), r["number"]) for r in still_open[ON_SCREEN:]))
    return [number for _, number in few]


def _seen(row: Row, seen: Mapping[int, int]) -> int:
    return max(seen.get(row["number"], 0), int(row["upvotes"]))
