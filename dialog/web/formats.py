"""Records in other formats, each made once for each change: for readers, and for the folders.

A PDF takes a process of its own for up to some seconds. One is made at a time; whoever asks for one
that is being made waits for it.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import closing, suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any
from weakref import finalize

import structlog

from dialog.archive import folder
from dialog.archive.document import document
from dialog.archive.markdown import markdown
from dialog.archive.package import Package
from dialog.archive.pdf import NotSet, pdf
from dialog.archive.record import upcast
from dialog.archive.sheet import sheet
from dialog.archive.words import Words
from dialog.store.transcripts import Transcripts
from dialog.web.catalogue import spoken
from dialog.web.press import in_turns, pressed
from dialog.web.sentences import recorded
from dialog.web.templating import BERLIN

log = structlog.get_logger()
MOST_BYTES = 32 * 1024 * 1024
BLOCK = 256 * 1024
KNOWN_S = 60.0  # another process may have changed a record
FAILED_S = 30.0  # what failed is not tried again by each one who asks

Record = Mapping[str, Any]


def words(lang: str) -> Words:
    """Return the words of exports in a language; documents know no plainer one."""
    lang = spoken(lang)
    return Words(lang, BERLIN, partial(recorded, lang))


class Whole:
    """All records in one file, which has no name on the disk and is gone when nobody reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take a file that is written."""
        self.size = file.tell()
        self.etag = _etag(file)
        self._handle = file.fileno()
        finalize(self, file.close)

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the file piece by piece."""
        for at in range(0, self.size, BLOCK):
            yield await asyncio.to_thread(os.pread, self._handle, BLOCK, at)


class Formats:
    """Makes the formats of records."""

    def __init__(self, transcripts: Transcripts, sessions: Path, base_url: str) -> None:
        """Make nothing yet; ``base_url`` is the server's address, without a slash."""
        self._transcripts = transcripts
        self._sessions = sessions
        self._base_url = base_url
        self._one = asyncio.Lock()
        self._made: dict[tuple[str, str, bytes], asyncio.Task[bytes]] = {}
        self._wanted: dict[str, Record] = {}
        self._laying: asyncio.Task[None] | None = None
        self._whole: Whole | None = None
        self._packed: Mapping[str, bytes] = {}
        self._seen, self._looked = -1, 0.0
        self._packing = asyncio.Lock()

    async def pdf(self, record: Record, lang: str) -> bytes:
        """Return a record as PDF; raise ``NotSet``."""
        mark = await pressed(_mark, record)
        key = (record["slug"], lang, mark)
        if key not in self._made:
            self._forget(record["slug"], lang)
            self._made[key] = asyncio.create_task(self._set(key, record, lang), name="PDF")
            self._made[key].add_done_callback(_looked_at)
        return await asyncio.shield(self._made[key])

    async def others(self, record: Record) -> dict[str, bytes]:
        """Return what stands beside a record in its folder, in its own language; ``NotSet``."""
        said = words(record["language"])
        told = await pressed(document, record, said, self._base_url)
        made = (
            await pressed(markdown, told, in_turns),
            await pressed(sheet, record, said, self._base_url),
            await self.pdf(record, said.lang),
        )
        return dict(zip(folder.OTHERS, made, strict=True))

    def lay(self, record: Record) -> None:
        """Have a record's folder completed some time soon."""
        self._wanted[record["slug"]] = record
        if self._laying is None or self._laying.done():
            self._laying = asyncio.create_task(self._lay(), name="folders of records")

    async def whole(self) -> Whole:
        """Return all records in one file, made anew once a record has changed."""
        async with self._packing:
            now, version = asyncio.get_running_loop().time(), self._transcripts.version
            if self._whole is None or version != self._seen or now - self._looked > KNOWN_S:
                marks = await self._transcripts.marks()
                if self._whole is None or marks != self._packed:
                    self._whole, self._packed = await self._pack(), marks
                self._seen, self._looked = version, now
            return self._whole

    async def stop(self) -> None:
        """Make nothing more."""
        tasks = [*self._made.values(), *([self._laying] if self._laying else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _set(self, key: tuple[str, str, bytes], record: Record, lang: str) -> bytes:
        try:
            async with self._one:
                told = await pressed(document, record, words(lang), self._base_url)
                return await pdf(told, record["changed"])
        except NotSet as fault:
            log.warning("PDF not made", session=record["slug"], fault=str(fault))
            asyncio.get_running_loop().call_later(FAILED_S, self._made.pop, key, None)
            raise

    def _forget(self, slug: str, lang: str) -> None:
        """Let go of what a record said before, and of the oldest where all grow too large."""
        for key in [key for key in self._made if key[:2] == (slug, lang)]:
            del self._made[key]
        done = {key: _size(task) for key, task in self._made.items() if task.done()}
        for key, size in list(done.items()):
            if sum(done.values()) <= MOST_BYTES:
                break
            done[key] -= size
            del self._made[key]

    async def _lay(self) -> None:
        while self._wanted:
            slug, record = next(iter(self._wanted.items()))
            place = self._sessions / slug
            try:
                if await asyncio.to_thread(folder.files, place, record) is None:
                    await asyncio.to_thread(folder.write, place, record)
                    others = await self.others(record)
                    await asyncio.to_thread(folder.complete, place, record, others)
            except NotSet:
                pass  # said where it was made; the next start tries again
            except OSError as fault:
                log.warning("folder not written", session=slug, fault=type(fault).__name__)
            if self._wanted.get(slug) is record:
                del self._wanted[slug]

    async def _pack(self) -> Whole:
        out = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as it is given out
        with closing(Package(out)) as package:
            for summary in await self._transcripts.all():
                stored = await self._transcripts.get(summary["slug"])
                if stored is not None:
                    record = upcast(stored)
                    files = await self.files(record)
                    await asyncio.to_thread(package.put, record["slug"], files, record["changed"])
        return await asyncio.to_thread(Whole, out)

    async def files(self, record: Record) -> dict[str, bytes]:
        """Return all files of a record by name, from its folder where they fit; ``NotSet``."""
        place = self._sessions / record["slug"]
        found = await asyncio.to_thread(folder.files, place, record)
        if found is not None:
            return found
        made = {folder.FILE: await pressed(folder.encoded, record)}
        made |= await self.others(record)
        return made | {folder.SUMS: folder.sums(made)}


def _mark(record: Record) -> bytes:
    return blake2b(folder.encoded(record), digest_size=16).digest()


def _looked_at(task: asyncio.Task[bytes]) -> None:
    """A failure is said where it happens, whether or not somebody still waits."""
    if not task.cancelled():
        task.exception()


def _size(task: asyncio.Task[bytes]) -> int:
    with suppress(NotSet, asyncio.CancelledError):
        return len(task.result())
    return 0


def _etag(file: IO[bytes]) -> str:
    file.seek(0)
    told = blake2b(digest_size=12)
    while block := file.read(BLOCK):
        told.update(block)
    return f'"{told.hexdigest()}"'
