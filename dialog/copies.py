"""The end of a rehearsal: when it is over, and how it is deleted."""

import asyncio
from pathlib import Path

from dialog.programme import Declaration
from dialog.programme.copying import remove
from dialog.store.database import Database
from dialog.store.rehearsals import erase


def over(declaration: Declaration, now: int) -> bool:
    """Tell whether a rehearsal's time has ended; a real session's never does."""
    until = declaration.rehearsal_until
    return until is not None and until.timestamp() * 1000 <= now


async def delete(root: Path, database: Database, slug: str) -> None:
    """Delete a rehearsal: what is stored of it first, then its folder."""
    await erase(database, slug)
    await asyncio.to_thread(remove, root, slug)
