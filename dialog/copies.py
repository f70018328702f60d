"""The end of a rehearsal: all of it is deleted."""

import asyncio
from pathlib import Path

from dialog.programme.copying import remove
from dialog.store.database import Database
from dialog.store.rehearsals import erase


async def delete(root: Path, database: Database, slug: str) -> None:
    """Delete a rehearsal: what is stored of it first, then its folder."""
    await erase(database, slug)
    await asyncio.to_thread(remove, root, slug)
