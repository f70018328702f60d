"""The rehearsals of a running server: taken in when their folder appears, deleted when over."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from dialog.hub.hub import Hub
from dialog.programme import Declaration
from dialog.programme.copying import rehearsals, remove
from dialog.store.database import Database
from dialog.store.rehearsals import RealSession, erase

log = structlog.get_logger()

LOOK_S: Final = 2.0


class Copies:
    """Keeps the rooms of rehearsals in step with their folders.

    The folder goes last: whoever is interrupted begins again with it.
    """

    def __init__(
        self,
        root: Path,
        database: Database,
        hub: Hub,
        clock: Callable[[], int],
        begin: Callable[[Declaration], Awaitable[None]],
    ) -> None:
        """``begin`` opens the room of one more session; ``clock`` gives ms UTC."""
        self._root = root
        self._database = database
        self._hub = hub
        self._clock = clock
        self._begin = begin
        self._held: set[str] = set()
        self._kept: set[str] = set()

    async def run(self) -> None:
        """Look every two seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception:
                log.exception("rehearsals not looked after")

    async def look(self) -> None:
        """Open the rooms of new rehearsals, and delete those that are over."""
        if not self._root.is_dir():  # not there, or not just now: nothing is known to be over
            return
        found = await asyncio.to_thread(rehearsals, self._root)
        for slug in self._held - found.keys():  # another process deleted it, this one stored since
            await self._shut(slug)
            await erase(self._database, slug)
        for slug, declaration in found.items():
            if declaration is None or slug in self._kept:
                continue
            if over(declaration, self._clock()):
                await self._shut(slug)
                await self._delete(slug)
            elif slug not in self._held:
                await self._begin(declaration)
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


def over(declaration: Declaration, now: int) -> bool:
    """Tell whether a rehearsal's time has ended; a real session's never does."""
    until = declaration.rehearsal_until
    return until is not None and until.timestamp() * 1000 <= now


async def delete(root: Path, database: Database, slug: str) -> None:
    """Delete a rehearsal: what is stored of it first, then its folder."""
    await erase(database, slug)
    await asyncio.to_thread(remove, root, slug)
