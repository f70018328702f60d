"""Published records for those who read: parsed once for each change, shown until the next.

A change made here is seen at once; one of another process within a minute, by asking for marks.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from dialog.archive.record import upcast
from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE, SECOND
from dialog.store.transcripts import Transcripts
from dialog.web.templating import BERLIN

LOOK_S = 30.0  # a page looks for others' changes as often, and so do all together: a minute
MOST_QUESTIONS = 10_000  # parsed, some 5 KB each


class Parsed(NamedTuple):
    """A record, the mark that stands for it, and each question by its number.

    A question that was merged stands under its own number as the one that it was merged into.
    """

    mark: bytes
    record: dict[str, Any]
    questions: dict[int, dict[str, Any]]


class Records:
    """The records that were asked for last, parsed."""

    def __init__(self, transcripts: Transcripts, clock: Callable[[], int]) -> None:
        """Begin with none; ``clock`` gives ms UTC."""
        self._transcripts = transcripts
        self._clock = clock
        self._parsed: dict[str, Parsed] = {}
        self._looked = 0

    async def get(self, slug: str) -> Parsed | None:
        """Return a record, None where there is none. Raise ``Unavailable``."""
        await self.look()
        found = self._parsed.pop(slug, None)
        if found is None or found.mark != self._transcripts.mark(slug):
            marked = await self._transcripts.read(slug)
            if marked is None:
                return None
            record = upcast(marked.bundle)
            found = Parsed(marked.mark, record, _by_number(record))
        self._parsed[slug] = found
        while sum(len(p.questions) for p in self._parsed.values()) > MOST_QUESTIONS:
            oldest = next(iter(self._parsed))
            if oldest == slug:
                break
            del self._parsed[oldest]
        return found

    async def look(self) -> None:
        """Ask for all marks, but not for every page; where they cannot be had, none is known."""
        if abs(self._clock() - self._looked) < LOOK_S * SECOND:
            return
        self._looked = self._clock()
        try:
            await self._transcripts.marks()
        except Unavailable:
            self._looked = 0
            self._transcripts.forget()

    def state(self, slug: str = "") -> tuple[object, date]:
        """Return what a page of a record, or of all of them, depends on: promises fall due."""
        today = day_of_minute(self._clock() // MINUTE)
        return self._transcripts.mark(slug) if slug else self._transcripts.version, today


@lru_cache(maxsize=8)  # every page that is given from memory asks
def day_of_minute(minute: int) -> date:
    """Return Berlin's day in a minute since 1970."""
    return datetime.fromtimestamp(minute * MINUTE / SECOND, UTC).astimezone(BERLIN).date()


def _by_number(record: dict[str, Any]) -> dict[int, dict[str, Any]]:
    merged = {one["number"]: q for q in record["questions"] for one in q["merged"]}
    return merged | {q["number"]: q for q in record["questions"]}
