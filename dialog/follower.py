"""The folders of sessions, while a server runs: what is new or has changed is taken in.

Rehearsals are opened when their folder appears and deleted when they are over. Of a real session
nothing is ever deleted: where its folder vanishes or becomes faulty, what it said before holds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

import structlog

from dialog.copies import delete
from dialog.forum.journal import Unavailable
from dialog.hub.hub import Hub
from dialog.programme import Declaration, DeclarationError, Fault, read
from dialog.programme.copying import over
from dialog.programme.reading import INTRO, REHEARSAL, TOML, listed
from dialog.store.database import Database
from dialog.store.rehearsals import RealSession, erase

log = structlog.get_logger()

LOOK_S: Final = 2.0
Sign = tuple[tuple[int, int, int], ...]
Take = Callable[[Declaration], Awaitable[None]]


class Follower:
    """Keeps the rooms in step with the folders.

    A rehearsal's folder goes last: whoever is interrupted begins again with it.
    """

    def __init__(
        self,
        root: Path,
        database: Database,
        hub: Hub,
        clock: Callable[[], int],
        take: Take,
        told: Iterable[Fault] = (),
    ) -> None:
        """``take`` lets a session be as it is declared; faults that were ``told`` are not again.

        ``clock`` gives ms UTC.
        """
        self._root = root
        self._database = database
        self._hub = hub
        self._clock = clock
        self._take = take
        self._told = {fault.file.parent.name for fault in told}
        self._signs: dict[str, Sign] = {}
        self._rehearsals: dict[str, Declaration] = {}
        self._held: set[str] = set()
        self._kept: set[str] = set()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look every two seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception:
                log.exception("sessions not looked after")

    async def look(self) -> None:
        """Take in what is new or has changed, and delete rehearsals that are over."""
        async with self._turn:
            if not self._root.is_dir():  # not there, or not just now: nothing is known to be over
                return
            signs = await asyncio.to_thread(_signs, self._root)
            for slug in self._held - signs.keys():  # another process deleted it
                await self._shut(slug)
                await erase(self._database, slug)
            changed = [slug for slug, sign in signs.items() if self._signs.get(slug) != sign]
            read_ = await asyncio.to_thread(lambda: [_read(self._root / slug) for slug in changed])
            for slug, found in zip(changed, read_, strict=True):
                try:
                    await self._changed(slug, found)
                except Unavailable:  # the next look tries again; the others need not wait for it
                    continue
                self._signs[slug] = signs[slug]
            for slug in self._signs.keys() - signs.keys():
                del self._signs[slug]
                self._rehearsals.pop(slug, None)
            await self._end_those_over()

    async def _changed(self, slug: str, found: Declaration | DeclarationError) -> None:
        self._rehearsals.pop(slug, None)
        if isinstance(found, DeclarationError):
            if slug not in self._told and not REHEARSAL.fullmatch(slug):
                said = " / ".join(fault.told("en") for fault in found.faults)
                log.warning("session not read, what it said before holds", fault=said)
            self._told.discard(slug)
            return
        if found.rehearsal_until:
            self._rehearsals[slug] = found
            return
        if not found.draft:
            await self._take(found)

    async def _end_those_over(self) -> None:
        for slug, declaration in tuple(self._rehearsals.items()):
            if slug in self._kept:
                continue
            if over(declaration, self._clock()):
                await self._shut(slug)
                await self._delete(slug)
            elif slug not in self._held:
                await self._take(declaration)
                self._held.add(slug)

    async def _shut(self, slug: str) -> None:
        if slug in self._held:
            self._held.discard(slug)
            await self._hub.shut(slug)

    async def _delete(self, slug: str) -> None:
        try:
            await delete(self._root, self._database, slug)
        except (RealSession, ValueError, OSError) as fault:
            self._kept.add(slug)
            log.warning("rehearsal not deleted", session=slug, why=str(fault))


def _signs(root: Path) -> dict[str, Sign]:
    """Return of every session's folder what is another once its files have changed."""
    found = listed(root)
    return {one.name: tuple(_sign(one / name) for name in (TOML, INTRO)) for one in found}


def _sign(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _read(folder: Path) -> Declaration | DeclarationError:
    try:
        return read(folder)
    except DeclarationError as error:
        return error
