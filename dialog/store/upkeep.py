"""A short-lived process beside the server adds up what has grown long, so that opening stays quick.

What a journal adds up to follows from the journal alone, so anyone can do it; but it takes a core
for seconds, and a thread of the server would hold its loop up at every turn.
"""

import asyncio
import gc
import os
import secrets
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterable

import msgspec
import structlog

from dialog.forum.journal import Unavailable
from dialog.store.database import Database
from dialog.store.journal import Journal, JournalFault

EVERY = 60.0
LAST_IN_LINE = 19

log = structlog.get_logger()


async def keep_up(
    journal: Journal, url: str, slugs: Callable[[], Iterable[str]], every: float = EVERY
) -> None:
    """Look again and again which sessions have grown long, and have them added up."""
    while True:
        # Of several processes one comes first; then there is nothing left for the others.
        await asyncio.sleep(every * (50 + secrets.randbelow(100)) / 100)
        try:
            if long := [slug for slug in slugs() if await _long(journal, slug)]:
                await add_up(url, long)
        except Exception:
            log.exception("sessions not looked after")


async def _long(journal: Journal, slug: str) -> bool:
    """Tell whether a session has grown long; one that is gone or out of reach has not."""
    try:
        return await journal.long(slug)
    except (JournalFault, Unavailable):
        return False


async def add_up(url: str, slugs: list[str]) -> None:
    """Let a process of its own open sessions: whoever opens a long one leaves its state.

    It is told the address on its input, for that may hold a password.
    """
    command = (sys.executable, "-m", "dialog.store.upkeep")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, start_new_session=True)
    try:
        await process.communicate(msgspec.json.encode((url, slugs)))
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        log.warning("sessions not added up", sessions=slugs, code=process.returncode)


async def _open(url: str, slugs: list[str]) -> None:
    database = Database(url)
    journal = Journal(database)
    for slug in slugs:
        if await _long(journal, slug):  # or opening one that was erased would begin it anew
            await journal.open(slug)
    await database.close()


def main() -> None:
    """Do what is told on standard input, after everyone else."""
    os.nice(LAST_IN_LINE)
    gc.disable()  # it would take half of the time
    url, slugs = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[str, list[str]])
    asyncio.run(_open(url, slugs))


if __name__ == "__main__":
    main()
