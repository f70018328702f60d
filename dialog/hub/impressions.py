"""How often each question of a room was seen: sums in memory, from which nobody can be told.

A restart begins anew, from the upvotes, which are a lower bound; each process counts those it has.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from dialog.forum.board import Sheet, Shown
from dialog.forum.exposure import least_seen
from dialog.hub.connection import Connection

NEVER = -1


class Impressions:
    """The sums of one room. One connection counts once for each question, whatever it tells."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen = Counter[int]()
        self._offered: list[int] = []
        self._offered_at = NEVER

    def note(
        self, connection: Connection, numbers: Iterable[int], shown: Mapping[int, Shown]
    ) -> None:
        """Count what a volunteer's connection tells to have seen, among what the floor shows."""
        if connection.own:
            fresh = [n for n in set(numbers) if n in shown and n not in connection.seen]
            connection.seen.update(fresh)
            self._seen.update(fresh)
            self._offered_at = NEVER if fresh else self._offered_at

    def offer(self, floor: Sheet) -> list[int]:
        """Return the numbers of some little-seen questions, among what the floor shows.

        They are sorted out once for all who poll, until the floor moves or something was seen.
        """
        if self._offered_at != floor.seq:
            self._offered = least_seen((one.whole for one in floor.shown.values()), self._seen)
            self._offered_at = floor.seq
        return self._offered

    def forget(self) -> None:
        """Begin anew: the numbers belong to other questions."""
        self._seen.clear()
        self._offered_at = NEVER
