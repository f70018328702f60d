"""All published records as this process has read them: for searches, and for what resembles a text.

They are read beside everything else that the server does, in small pieces. While a record has
changed and is not read again, nothing of it is found: what was blackened or taken out must not come
back. Another process's change is seen within a minute, as in the archive's pages.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from dialog.archive.answers import Answers, Published
from dialog.archive.entries import Entry, Evening
from dialog.archive.facets import Choices, Counts
from dialog.archive.index import Found, Index
from dialog.archive.query import Query
from dialog.archive.record import SCHEMA, Answerer, Question, upcast
from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE
from dialog.store.transcripts import Transcripts
from dialog.web.press import pressed

AT_ONCE = 5  # questions taken in between two looks at what else there is to do
PATIENCE_S = 0.5


class Heading(msgspec.Struct):
    """What a record says above its questions, each of which is read on its own."""

    schema: str
    slug: str
    title: str
    language: str
    starts: str
    answerer: Answerer
    questions: list[msgspec.Raw]


class Library:
    """The indexes of what is published, and how far they have followed the records."""

    def __init__(self, transcripts: Transcripts, clock: Callable[[], int]) -> None:
        """Begin with nothing read; ``clock`` gives ms UTC.

        ``version`` is another one after every change that was read, ``begun`` tells that all there
        was has been read once.
        """
        self.version = 0
        self.begun = False
        self._transcripts = transcripts
        self._clock = clock
        self._answers = Answers()
        self._index = Index(partial(time.sleep, 0))  # it lets the loop go on
        self._marks: dict[str, bytes] = {}
        self._seen = -1
        self._read_at = 0
        self._reading: asyncio.Task[None] | None = None

    @property
    def behind(self) -> AbstractSet[str]:
        """The records of which something is known here that is not what they say now."""
        known, marks = self._transcripts.mark, self._marks.copy()
        return {slug for slug, mark in marks.items() if known(slug) != mark}

    @property
    def reading(self) -> bool:
        """Tell whether there may be more than was read."""
        return not self.begun or self._seen != self._transcripts.version

    def like(self, text: str) -> list[Published]:
        """Return up to three answers whose questions resemble a text."""
        self._keep_up()
        behind = self.behind
        return [one for one in self._answers.like(text) if one.slug not in behind]

    async def search(
        self, query: Query, choices: Choices, *, page: int = 1, exactly: bool = False
    ) -> Found:
        """Return a page of what has all that a query names."""
        ask = self._index.search
        return await pressed(
            lambda: ask(query, choices, page=page, hidden=self.behind, exactly=exactly)
        )

    async def facets(self) -> Mapping[str, Counts]:
        """Return how many questions there are of each value."""
        return await pressed(lambda: self._index.facets(self.behind))

    async def promised(self) -> list[Entry]:
        """Return the questions to which something was promised until a day."""
        return await pressed(lambda: self._index.promised(self.behind))

    async def settle(self) -> None:
        """Wait a moment for what has changed to be read; what takes longer is found later."""
        self._keep_up()
        if self._reading is not None and self.reading:
            await asyncio.wait([self._reading], timeout=PATIENCE_S)

    def look(self) -> None:
        """Begin to read what has changed, unless that is under way."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._follow(), name="published records")

    async def stop(self) -> None:
        """Read no further."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _keep_up(self) -> None:
        changed = self._seen != self._transcripts.version
        if changed or abs(self._clock() - self._read_at) > MINUTE:
            self.look()

    async def _follow(self) -> None:
        self._read_at = self._clock()
        with suppress(Unavailable):  # the next one to ask begins anew
            marks = await self._transcripts.marks()
            version = self._transcripts.version
            for slug in self._marks.keys() - marks.keys():
                await self._forget(slug)
            for slug, mark in marks.items():
                if self._marks.get(slug) != mark:
                    self._marks[slug] = b""
                    await self._take(slug)
                    self._marks[slug] = mark
                    self.version += 1
                    if not self.begun:
                        gc.freeze()  # the collector need not walk through all of it again and again
            self._seen, self.begun = version, True

    async def _take(self, slug: str) -> None:
        text = await self._transcripts.text(slug)
        if text is None:
            return
        heading, questions = await pressed(_read, text)
        by, office = heading.answerer.name, heading.answerer.office
        evening = Evening(slug, heading.title, heading.language, heading.starts, by, office)
        await _beside(self._index.take(evening, questions))
        await _slowly(self._answers.take(evening, questions))

    async def _forget(self, slug: str) -> None:
        self._marks[slug] = b""
        await _beside(self._index.drop(slug))
        await _slowly(self._answers.drop(slug))
        del self._marks[slug]
        self.version += 1


def _read(text: str) -> tuple[Heading, list[Question]]:
    """Return what stands above a record, and its questions, one by one: others get their turn."""
    heading = msgspec.json.decode(text, type=Heading)
    if heading.schema == SCHEMA:
        decoder = msgspec.json.Decoder(Question)
        return heading, [decoder.decode(question) for question in heading.questions]
    record = upcast(msgspec.json.decode(text, type=dict[str, Any]))
    return heading, [msgspec.convert(question, Question) for question in record["questions"]]


async def _beside(steps: Iterator[None]) -> None:
    """Go through steps where searches are made, too: an index is changed by nobody else."""
    while await pressed(lambda: list(islice(steps, AT_ONCE))):
        pass


async def _slowly(steps: Iterator[None]) -> None:
    for step, _ in enumerate(steps, 1):
        if step % AT_ONCE == 0:
            await asyncio.sleep(0)
