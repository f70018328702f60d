"""Published records as the archive shows them, one JSON bundle per session.

A mark stands for what a record says. Those that are known here follow every change made here at
once; what another process changed is known after the next look at all of them.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from dialog.store.database import Database
from dialog.store.tables import TRANSCRIPTS, upsert

Bundle = Mapping[str, Any]


class Marked(NamedTuple):
    """A transcript with the mark that stands for it."""

    mark: bytes
    bundle: dict[str, Any]


class Transcripts:
    """The transcripts of one database, by slug."""

    def __init__(self, database: Database) -> None:
        """Bind to a database; ``version`` is another one after every change that is known here."""
        self._database = database
        self._known: dict[str, bytes] = {}
        self.version = 0

    def mark(self, slug: str) -> bytes | None:
        """Return the mark that is known of a transcript, None where none is."""
        return self._known.get(slug)

    def forget(self) -> None:
        """Know no mark until the next look: what cannot be asked may have changed."""
        self._learn({})

    async def save(self, slug: str, bundle: Bundle) -> None:
        """Store a transcript, or overwrite it after a correction or a redaction."""
        await self.save_all({slug: bundle})

    async def save_all(self, bundles: Mapping[str, Bundle]) -> None:
        """Store transcripts by slug, all of them or none."""

        def work(connection: Connection) -> dict[str, bytes]:
            rows = [_row(slug, bundle) for slug, bundle in bundles.items()]
            upsert(connection, TRANSCRIPTS, rows)
            return {row["slug"]: row["mark"] for row in rows}

        self._known |= await self._database.write(work, scrub=True)
        self.version += 1

    async def get(self, slug: str) -> dict[str, Any] | None:
        """Return a transcript as it was saved, or None."""
        found = await self.read(slug)
        return found and found.bundle

    async def read(self, slug: str) -> Marked | None:
        """Return a transcript with its mark, or None."""
        query = select(TRANSCRIPTS.c.mark, TRANSCRIPTS.c.bundle).where(TRANSCRIPTS.c.slug == slug)
        version = self.version

        def read(connection: Connection) -> Marked | None:
            row = connection.execute(query).one_or_none()
            return row and Marked(row.mark, decoded(row.bundle))

        found = await self._database.read(read)
        if found is not None and version == self.version:
            self._learn(self._known | {slug: found.mark})
        return found

    async def text(self, slug: str) -> str | None:
        """Return a transcript's JSON: a long one is to be read in pieces."""
        query = select(TRANSCRIPTS.c.bundle).where(TRANSCRIPTS.c.slug == slug)
        return await self._database.read(lambda c: c.execute(query).scalar_one_or_none())

    async def marks(self) -> dict[str, bytes]:
        """Return a mark of each transcript, by slug: another one tells that it has changed."""
        query = select(TRANSCRIPTS.c.slug, TRANSCRIPTS.c.mark)

        def read(connection: Connection) -> dict[str, bytes]:
            return {row.slug: row.mark for row in connection.execute(query)}

        while True:
            version = self.version
            found = await self._database.read(read)
            if version == self.version:  # else it may be older than what was saved meanwhile
                self._learn(found)
                return found

    async def all(self) -> list[dict[str, Any]]:
        """Return the summaries of all transcripts, the newest session first."""
        query = select(TRANSCRIPTS.c.summary)
        rows = await self._database.read(lambda c: c.execute(query).scalars().all())
        summaries = [msgspec.json.decode(row, type=dict[str, Any]) for row in rows]
        # Offsets differ between summer and winter by an hour; days order the sessions all the same.
        return sorted(summaries, key=lambda one: (one["starts"], one["slug"]), reverse=True)

    def _learn(self, known: dict[str, bytes]) -> None:
        if known != self._known:
            self._known = known
            self.version += 1


def decoded(bundle: str) -> dict[str, Any]:
    """Return a transcript's value, its questions one by one: others get their turn in between."""
    parts = msgspec.json.decode(bundle, type=dict[str, msgspec.Raw])
    return {
        name: [
            msgspec.json.decode(one) for one in msgspec.json.decode(part, type=list[msgspec.Raw])
        ]
        if name == "questions"
        else msgspec.json.decode(part)
        for name, part in parts.items()
    }


def _row(slug: str, bundle: Bundle) -> dict[str, Any]:
    written = msgspec.json.encode(bundle)
    return {
        "slug": slug,
        "starts": bundle["starts"],
        "summary": msgspec.json.encode(summary(slug, bundle)).decode(),
        "bundle": written.decode(),
        "mark": blake2b(written, digest_size=16).digest(),
    }


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
