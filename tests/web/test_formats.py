"""What makes the formats: once for each change, within bounds, and it says what fails."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from dialog.archive import folder
from dialog.archive.pdf import NotSet, pdf
from dialog.store.database import Database
from dialog.store.migrate import migrate
from dialog.store.transcripts import Transcripts
from dialog.web import formats as module
from dialog.web.formats import Formats
from tests.archive.records import record

RECORD = record(3)


@pytest.fixture
async def transcripts(tmp_path: Path) -> AsyncIterator[Transcripts]:
    url = f"sqlite:///{tmp_path / 'dialog.sqlite3'}"
    migrate(url)
    database = Database(url)
    yield Transcripts(database)
    await database.close()


@pytest.fixture
async def formats(transcripts: Transcripts, tmp_path: Path) -> AsyncIterator[Formats]:
    made = Formats(transcripts, tmp_path / "sessions", "https://dialog.example")
    yield made
    await made.stop()


@pytest.fixture
def started(monkeypatch) -> list[Any]:
    """How many documents were handed to the typesetter, which is the real one."""
    seen: list[Any] = []
    real = pdf

    async def counted(document: Any, changed: str) -> bytes:
        seen.append(document["title"])
        return await real(document, changed)

    monkeypatch.setattr(module, "pdf", counted)
    return seen


async def test_a_pdf_is_made_once_for_each_change_and_language(formats, started) -> None:
    first = await asyncio.gather(*(formats.pdf(RECORD, "de") for _ in range(4)))
    assert len(set(first)) == len(started) == 1
    assert await formats.pdf(dict(RECORD), "de") == first[0]
    assert len(started) == 1
    english, other = await asyncio.gather(
        formats.pdf(RECORD, "en"), formats.pdf(RECORD | {"title": "Anders"}, "de")
    )
    assert len({first[0], english, other}) == len(started) == 3
    assert len(formats._made) == 2  # of what the record said before nothing is left


async def test_what_is_kept_is_bounded_and_the_oldest_goes(formats, started, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    for year in (2021, 2022, 2023):
        await formats.pdf(record(3, year=year), "de")
    assert len(started) == 3
    assert [key[0][:4] for key in formats._made] == ["2023"]


async def test_who_hangs_up_does_not_stop_it_for_others(formats, started) -> None:
    one = asyncio.create_task(formats.pdf(RECORD, "de"))
    other = asyncio.create_task(formats.pdf(RECORD, "de"))
    while not started:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    one.cancel()
    assert (await other).startswith(b"%PDF-")
    assert len(started) == 1


async def test_what_failed_is_said_once_and_tried_again_later(formats, monkeypatch) -> None:
    tried = []

    async def fails(_document: Any, _changed: str) -> bytes:
        tried.append(1)
        raise NotSet("code 1")

    monkeypatch.setattr(module, "pdf", fails)
    monkeypatch.setattr(module, "FAILED_S", 0.2)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(NotSet):
                await formats.pdf(RECORD, "de")
        assert len(tried) == 1
        while formats._made:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(NotSet):
            await formats.pdf(RECORD, "de")
    assert len(tried) == 2
    assert [(line["event"], line["session"]) for line in logs] == [
        ("PDF not made", RECORD["slug"])
    ] * 2


async def test_a_folder_is_completed_with_what_the_record_says_last(formats, tmp_path) -> None:
    place = tmp_path / "sessions" / RECORD["slug"]
    later = RECORD | {"title": "Zuletzt"}
    formats.lay(RECORD)
    formats.lay(later)
    assert formats._laying is not None
    await formats._laying
    assert folder.read(place) == later
    assert folder.files(place, later) is not None
    assert b"Zuletzt" in (place / "transcript.md").read_bytes()


async def test_a_folder_that_cannot_be_written_is_said_in_the_log(formats, tmp_path) -> None:
    (tmp_path / "sessions").write_bytes(b"no folder")
    with structlog.testing.capture_logs() as logs:
        formats.lay(RECORD)
        assert formats._laying is not None
        await formats._laying
    assert [line["event"] for line in logs] == ["folder not written"]


async def test_all_records_are_packed_again_only_once_one_has_changed(formats, transcripts) -> None:
    await transcripts.save(RECORD["slug"], RECORD)
    first = await formats.whole()
    assert await formats.whole() is first
    await transcripts.save(RECORD["slug"], RECORD)
    assert await formats.whole() is first
    await transcripts.save(RECORD["slug"], RECORD | {"title": "Anders"})
    second = await formats.whole()
    assert second.etag != first.etag
    assert b"".join([block async for block in first.blocks()]).startswith(b"PK")
