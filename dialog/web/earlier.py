"""Published answers of earlier sessions that resemble a text.

They are taken into the index beside everything else that the server does. While a record has
changed and is not read again, nothing is found: what was blackened or unpublished must not come
back. Another process's change is seen within a minute, as in the archive's pages.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from dialog.archive.answers import Answers, Published
from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE
from dialog.store.transcripts import Transcripts

AT_ONCE = 5  # texts taken in between two looks at what else there is to do


class Earlier:
    """The index of published answers, and how far it has followed the records."""

    def __init__(self, transcripts: Transcripts, clock: Callable[[], int]) -> None:
        """Begin with nothing read; ``clock`` gives ms UTC."""
        self._transcripts = transcripts
        self._clock = clock
        self._answers = Answers()
        self._marks: dict[str, bytes] = {}
        self._version = -1
        self._read_at = 0
        self._reading: asyncio.Task[None] | None = None

    def like(self, text: str) -> list[Published]:
        """Return up to three answers, none while a record has yet to be read."""
        changed = self._version != self._transcripts.version
        if changed or abs(self._clock() - self._read_at) > MINUTE:
            self.look()
        return [] if changed else self._answers.like(text)

    def look(self) -> None:
        """Begin to read what has changed, unless that is under way."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="published answers")

    async def stop(self) -> None:
        """Read no further."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self) -> None:
        version, self._read_at = self._transcripts.version, self._clock()
        with suppress(Unavailable):  # the next one to ask begins anew
            for slug, mark in (await self._transcripts.marks()).items():
                if self._marks.get(slug) != mark:
                    record = await self._transcripts.get(slug)
                    if record is not None:
                        await self._take(record)
                    self._marks[slug] = mark
            self._version = version

    async def _take(self, record: Mapping[str, Any]) -> None:
        for step, _ in enumerate(self._answers.take(record), 1):
            if step % AT_ONCE == 0:
                await asyncio.sleep(0)
