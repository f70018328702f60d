"""Published records are read beside everything else, and what was found is never out of date."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dialog.archive.facets import Choices
from dialog.archive.query import read
from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE
from dialog.store.database import Database
from dialog.store.migrate import migrate
from dialog.store.transcripts import Transcripts
from dialog.web.library import Library
from tests.archive.records import record
from tests.archive.test_answers import asked
from tests.archive.test_index import QUESTIONS, SLIPS, TABLE

ROOT = Path(__file__).resolve().parents[2]
BLACK = "█████"


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.sqlite3'}"
    else:
        yield request.getfixturevalue("fresh_postgres_url")


@pytest.fixture
async def databases(url: str) -> AsyncIterator[tuple[Database, Database]]:
    """The database as two processes have it."""
    migrate(url)
    both = Database(url), Database(url)
    yield both
    for one in both:
        await one.close()


@pytest.fixture
def kept(databases: tuple[Database, Database]) -> Transcripts:
    return Transcripts(databases[0])


@pytest.fixture
async def library(kept: Transcripts) -> AsyncIterator[Library]:
    made = Library(kept, Clock())
    yield made
    await made.stop()


async def found(library: Library, typed: str, **choices: str) -> list[str]:
    told = await library.search(read(typed), Choices(**choices))
    return [one.text for one in told.entries]


async def all_read(library: Library) -> None:
    library.look()
    assert library._reading is not None
    await library._reading
    assert not library.behind
    assert not library.reading


def taken(one: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the question of a record."""
    return next(q for q in one["questions"] if q["number"] == number)


async def test_nothing_is_found_before_it_was_read_and_all_of_it_after(kept, library) -> None:
    one = record(50)
    await kept.save(one["slug"], one)
    text = next(q["text"] for q in one["questions"] if q["answer"])
    assert not library.begun
    assert library.reading
    assert library.like(text) == []
    assert await found(library, f'"{text}"') == []
    await library.settle()
    await all_read(library)
    assert library.begun
    assert library.like(text)[0].text == text
    assert (await found(library, f'"{text[:150]}"'))[0] == text


async def test_every_database_finds_the_same(kept, library) -> None:
    """The table of searches, asked of records that a database has kept."""
    one = record(12) | {"slug": "wohnen", "language": "de"}
    one["questions"] = [msgspec.to_builtins(asked(n, text)) for n, text in QUESTIONS.items()]
    await kept.save(one["slug"], one)
    await all_read(library)
    for typed, expected in TABLE:
        told = await library.search(read(typed), Choices(), exactly=True)
        assert [entry.question.number for entry in told.entries] == expected, typed
    for typed, instead, expected in SLIPS:
        told = await library.search(read(typed), Choices())
        assert [entry.question.number for entry in told.entries] == expected, typed
        assert told.near[0].instead == (instead,)


async def test_what_was_blackened_is_not_found_from_the_very_next_search_on(kept, library) -> None:
    one, other = record(50), record(12)
    for each in (one, other):
        await kept.save(each["slug"], each)
    await all_read(library)
    question = next(q for q in one["questions"] if q["text"] and q["answer"])
    text = question["text"]
    for word in ("Kanarienvogelschutz", BLACK):
        question["text"] = f"{word} bleibt hier?"
        await kept.save(one["slug"], one)
        assert (
            await found(library, "Kanarienvogelschutz") == []
        )  # nothing of it until it was read again
        assert library.like(text) == [] or all(
            answer.slug != one["slug"] for answer in library.like(text)
        )
        assert len(await found(library, "", year="2025")) == sum(
            bool(q["text"]) for q in other["questions"]
        )
        await all_read(library)
        assert len(await found(library, "Kanarienvogelschutz")) == (word != BLACK)
    # … and no slip of a finger leads to the word that is gone.
    near = await library.search(read("Kanarienvogelschuz"), Choices())
    assert (near.total, near.near) == (0, [])


async def test_what_was_taken_out_is_not_found(kept, library) -> None:
    one = record(50)
    await kept.save(one["slug"], one)
    await all_read(library)
    promised = await library.promised()
    assert promised
    gone = taken(one, promised[0].question.number)
    for name in ("text", "background", "asker", "district", "topic", "asked", "answer"):
        gone[name] = None
    gone["removed"] = {"at": one["published"], "why": "Auf Wunsch"}
    await kept.save(one["slug"], one)
    assert await library.promised() == []
    await all_read(library)
    assert [it.path for it in await library.promised()] == [it.path for it in promised[1:]]


async def test_what_another_process_changed_is_seen_within_a_minute(databases, kept) -> None:
    elsewhere, clock = Transcripts(databases[1]), Clock()
    library = Library(kept, clock)
    one, other = record(12), record(20)
    for each in (one, other):
        await elsewhere.save(each["slug"], each)
    await all_read(library)
    before = len(await found(library, "", year="2025"))
    text = one["questions"][0]["text"]
    one["questions"][0]["text"] = "Gibt es einen Wiedehopf?"
    await elsewhere.save(one["slug"], one)
    assert library.like(text)
    clock.now += MINUTE + 1
    library.like(text)
    await library._reading  # type: ignore[misc]
    assert await found(library, "Wiedehopf") == ["Gibt es einen Wiedehopf?"]
    assert len(await found(library, "", year="2025")) == before
    await library.stop()


async def test_a_record_that_is_gone_is_gone(kept, library) -> None:
    one, other = record(12), record(20)
    for each in (one, other):
        await kept.save(each["slug"], each)
    await all_read(library)
    marks = kept.marks

    async def without() -> dict[str, bytes]:
        return {slug: mark for slug, mark in (await marks()).items() if slug != one["slug"]}

    kept.marks = without
    version = library.version
    await all_read(library)
    assert library.version > version
    assert {it.evening.slug for it in await library.promised()} == {other["slug"]}


async def test_a_record_of_the_first_schema_is_found(kept, library) -> None:
    file = ROOT / "tests/archive/schemas/1.json"
    one = json.loads(file.read_text("utf-8"))
    assert one["schema"] == "dialog-transcript/1"
    await kept.save(one["slug"], one)
    await all_read(library)
    assert len(await library.promised()) == one["figures"]["outcomes"]["promised"]
    assert await found(library, "Wohnungssuche")


async def test_a_database_out_of_reach_is_asked_again_by_the_next_one(kept, library) -> None:
    one = record(12)
    await kept.save(one["slug"], one)
    text, marks = one["questions"][0]["text"], kept.marks

    async def away() -> dict[str, bytes]:
        raise Unavailable("away")

    kept.marks = away
    assert library.like(text) == []
    await library.settle()
    assert not library.begun
    kept.marks = marks
    await library.settle()
    assert library.like(text)


async def test_reading_leaves_room_for_others(kept, library) -> None:
    one = record(200)
    await kept.save(one["slug"], one)
    library.look()
    turns = 0
    while not library.begun:
        await asyncio.sleep(0)
        turns += 1
    assert turns > 200 / 5  # a few questions at a time
