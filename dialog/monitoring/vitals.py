"""Whether this process can do its work: what stands in the way of database, disk and clock.

It is looked at when somebody asks, and not for everyone anew: who may ask is not known.

The clock is held against what else tells the time. Several processes hold theirs against the
database server's, the one clock that all of them have, so that a process that is off by itself is
found by itself, and none has to hear of the others. One server with a SQLite file has no other
clock: there a step beside the steady clock is found while it is not believed yet, and a clock that
lies behind what is stored already has gone back. One that was wrong in the same way ever since can
be found from outside only (``doctor``).
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from dialog.forum.journal import Unavailable
from dialog.forum.names import SECOND
from dialog.hub.clock import Patient
from dialog.hub.hub import Hub
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.processes import Processes

GOOD_MS: Final = 5_000  # so long a look holds for all who ask
BAD_MS: Final = 1_000
PATIENCE_S: Final = 3.0
OFF_MS: Final = 5 * SECOND
MIB: Final = 1024 * 1024


class Condition(NamedTuple):
    """What was found: what is in the way by its part; free bytes; how far the clock is off (ms)."""

    amiss: dict[str, str]
    free: int
    off: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What is looked at, and how.

    ``failing`` tells of a failure that is known already, ``storing`` tries out whether it is over;
    ``folders`` lie on the disks in question, which need ``least`` free bytes, ``steady`` gives ms.
    """

    hub: Hub
    database: Database
    journal: Journal
    processes: Processes
    failing: Callable[[], bool]
    storing: Callable[[], Awaitable[bool]]
    clock: Patient
    steady: Callable[[], int]
    folders: Sequence[Path]
    least: int


class Vitals:
    """Looks at most once in some seconds, for everybody who asks meanwhile."""

    def __init__(self, parts: Parts) -> None:
        """Bind to what is looked at; nothing is touched before somebody asks."""
        self._parts = parts
        self._found: Condition | None = None
        self._until = 0
        self._looking = asyncio.Lock()

    async def look(self) -> Condition:
        """Return what was found just now, or a few seconds ago if no failure is known since."""
        async with self._looking:
            late = self._parts.steady() >= self._until
            unheard = self._found is None or (self._parts.failing() and not self._found.amiss)
            if self._found is None or late or unheard:
                self._found = await self._look()
                holds = BAD_MS if self._found.amiss else GOOD_MS
                self._until = self._parts.steady() + holds
            return self._found

    async def _look(self) -> Condition:
        database, (disk, free), (clock, off) = await asyncio.gather(
            self._database(), asyncio.to_thread(self._disk), self._clock()
        )
        found = {"database": database, "disk": disk, "clock": clock}
        return Condition({part: why for part, why in found.items() if why}, free, off)

    async def _database(self) -> str:
        """Return why nothing can be stored: what nobody has tried for a while is tried out."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                if not await self._parts.storing():
                    return "nothing can be stored"
                await self.trial()
        except Unavailable:
            return "nothing can be stored"
        except TimeoutError:
            return "the database does not answer"
        return ""

    async def trial(self) -> None:
        """Write as batches do and leave all as it is, or raise; also where there is no session."""
        parts = self._parts
        slug = next((room.slug for room in parts.hub), "")
        if slug:
            await parts.journal.trial(slug)
        else:
            await parts.database.write(lambda _connection: None)

    def _disk(self) -> tuple[str, int]:
        """Return what the fullest disk lacks, and how many bytes it has."""
        try:
            folders = [_there(folder) for folder in self._parts.folders]
            free = min(shutil.disk_usage(folder).free for folder in folders)
            full = any(map(_no_more_files, folders))
        except OSError:
            return "the disk does not answer", 0
        return "the disk is almost full" if full or free < self._parts.least else "", free

    async def _clock(self) -> tuple[str, int]:
        """Return what is wrong with the machine's clock, and by how many ms it is ahead."""
        parts = self._parts
        doubted = parts.clock.doubted
        if abs(doubted) > OFF_MS:
            return "the machine's clock was set", doubted
        if parts.database.shared:
            return await self._beside_the_database()
        ahead = max((room.now for room in parts.hub), default=0) - parts.clock()
        if ahead > OFF_MS:
            return "the machine's clock lies behind what is stored", -ahead
        return "", doubted

    async def _beside_the_database(self) -> tuple[str, int]:
        before = self._parts.clock()
        try:
            theirs = await asyncio.wait_for(self._parts.processes.now(), PATIENCE_S)
        except (Unavailable, TimeoutError):
            return "", 0  # told as the database's fault
        after = self._parts.clock()
        off = (before + after) // 2 - theirs
        far = abs(off) > OFF_MS + (after - before)
        return ("the machine's clock differs from the database's" if far else ""), off


def _there(folder: Path) -> Path:
    """Return a folder, or where it would be made: a server may begin without any session."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _no_more_files(folder: Path) -> bool:
    """Tell whether a disk has room and no place for one more file; some count none at all."""
    told = os.statvfs(folder)
    return bool(told.f_files) and not told.f_favail
