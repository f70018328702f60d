"""Published records as the archive shows them, one JSON bundle per session."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from dialog.store.database import Database
from dialog.store.tables import TRANSCRIPTS, upsert

Bundle = Mapping[str, Any]


class Transcripts:
    """The transcripts of one database, by slug."""

    def __init__(self, database: Database) -> None:
        """Bind to a database.

        ``version`` is another one after every change made here, ``saved`` the one that a transcript
        was saved with last.
        """
        self._database = database
        self.version = 0
        self.saved: dict[str, int] = {}

    async def save(self, slug: str, bundle: Bundle) -> None:
        """Store a transcript, or overwrite it after a correction or a redaction."""
        row = {
            "slug": slug,
            "starts": bundle["starts"],
            "summary": msgspec.json.encode(summary(slug, bundle)).decode(),
            "bundle": msgspec.json.encode(bundle).decode(),
        }

        def work(connection: Connection) -> None:
            upsert(connection, TRANSCRIPTS, [row])

        await self._database.write(work, scrub=True)
        self.version += 1
        self.saved[slug] = self.version

    async def get(self, slug: str) -> dict[str, Any] | None:
        """Return a transcript as it was saved, or None."""
        found = await self.text(slug)
        return None if found is None else msgspec.json.decode(found, type=dict[str, Any])

    async def text(self, slug: str) -> str | None:
        """Return a transcript's JSON: a long one is to be read in pieces."""
        query = select(TRANSCRIPTS.c.bundle).where(TRANSCRIPTS.c.slug == slug)
        return await self._database.read(lambda c: c.execute(query).scalar_one_or_none())

    async def marks(self) -> dict[str, bytes]:
        """Return a hash of each transcript, by slug: another one tells that it has changed."""
        query = select(TRANSCRIPTS.c.slug, TRANSCRIPTS.c.bundle)

        def read(connection: Connection) -> dict[str, bytes]:
            return {
                slug: blake2b(bundle.encode(), digest_size=16).digest()
                for slug, bundle in connection.execute(query)
            }

        return await self._database.read(read)

    async def all(self) -> list[dict[str, Any]]:
        """Return the summaries of all transcripts, the newest session first."""
        query = select(TRANSCRIPTS.c.summary)
        rows = await self._database.read(lambda c: c.execute(query).scalars().all())
        summaries = [msgspec.json.decode(row, type=dict[str, Any]) for row in rows]
        # Offsets differ between summer and winter by an hour; days order the sessions all the same.
        return sorted(summaries, key=lambda one: (one["starts"], one["slug"]), reverse=True)


def summary(slug: str, bundle: Bundle) -> dict[str, object]:
    """Return what lists show of a transcript."""
    figures = bundle["figures"]
    outcomes = figures["outcomes"]
    return {
        "slug": slug,
        "title": bundle["title"],
        "starts": bundle["starts"],
        "answerer": bundle["answerer"],
        "answered": sum(outcomes.values()) - outcomes.get("not_reached", 0),
        "promises": outcomes.get("promised", 0),
        "kept": figures["kept"],
        "questions": len(bundle["questions"]),
    }
