"""The last taps of people on questions: what tells a late or repeated tap from a new one.

Kept are ten minutes and at most a million; of what was dropped for want of room a floor remains.
"""

from collections import deque
from collections.abc import Iterator

from dialog.forum.names import INTENT_ROOM, INTENT_TIME

# Two small numbers for each tap, not objects: there may be a million of them.
INTENT_BITS = 56
NUMBER_BITS = 32
INTENTS = (1 << INTENT_BITS) - 1
NUMBERS = (1 << NUMBER_BITS) - 1


class Taps:
    """Intent and arrival (ms UTC) of the last tap of each person on each question."""

    __slots__ = ("_keys", "_marks", "_moments", "floor")

    def __init__(self) -> None:
        """Begin with none; intents up to ``floor`` were dropped for want of room."""
        self.floor = 0
        self._marks: dict[int, int] = {}
        # In the order of arrival, with those that a later tap has replaced since.
        self._keys: deque[int] = deque()
        self._moments: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._marks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Taps):
            return NotImplemented
        return self.floor == other.floor and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __iter__(self) -> Iterator[tuple[int, int, int, int]]:
        """Return person, question, intent and arrival of each, the oldest first."""
        for key, mark in zip(self._keys, self._moments, strict=True):
            if self._marks.get(key) == mark:
                yield key >> NUMBER_BITS, key & NUMBERS, mark & INTENTS, mark >> INTENT_BITS

    def intent(self, person: int, number: int) -> int | None:
        """Return the intent of a person's last tap on a question, None where none is kept."""
        mark = self._marks.get(person << NUMBER_BITS | number)
        return None if mark is None else mark & INTENTS

    def put(self, person: int, number: int, intent: int, at: int) -> None:
        """Keep a tap that arrived ``at`` in the place of the one before; the oldest makes room."""
        key, mark = person << NUMBER_BITS | number, at << INTENT_BITS | intent
        self._marks[key] = mark
        self._keys.append(key)
        self._moments.append(mark)
        if len(self._marks) > INTENT_ROOM:
            self._make_room()

    def forget(self, at: int) -> None:
        """Drop what is older than ten minutes: such intents are stale."""
        oldest = at - INTENT_TIME << INTENT_BITS
        moments = self._moments
        while moments and moments[0] < oldest:
            self._drop()

    def _make_room(self) -> None:
        """Drop the oldest beyond a million; intents no later than theirs are stale from now on."""
        while len(self._marks) > INTENT_ROOM:
            dropped = self._drop()
            if dropped is not None:
                self.floor = max(self.floor, dropped & INTENTS)

    def _drop(self) -> int | None:
        """Drop the oldest mark and return it, None where a later tap had replaced it."""
        key, mark = self._keys.popleft(), self._moments.popleft()
        if self._marks.get(key) != mark:
            return None
        del self._marks[key]
        return mark

    def clear(self) -> None:
        """Forget who tapped what."""
        self._marks.clear()
        self._keys.clear()
        self._moments.clear()
