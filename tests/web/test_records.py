"""Records that readers ask for: parsed once, the same until they change, whoever changes them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialog.forum.journal import Unavailable
from dialog.store.database import Database
from dialog.store.migrate import migrate
from dialog.store.transcripts import Transcripts
from dialog.web.records import LOOK_S, MOST_QUESTIONS, Records
from tests.archive.records import record

RECORD = record(30)
SLUG = RECORD["slug"]
LATER = int(LOOK_S * 1_000)


class Clock:
    now = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Transcripts]:
    migrate(f"sqlite:///{tmp_path}/dialog.db")
    database = Database(f"sqlite:///{tmp_path}/dialog.db")
    yield Transcripts(database)
    await database.close()


@pytest.fixture
async def elsewhere(here: Transcripts, tmp_path: Path) -> AsyncIterator[Transcripts]:
    """What another process has of the same database."""
    database = Database(f"sqlite:///{tmp_path}/dialog.db")
    yield Transcripts(database)
    await database.close()


async def test_a_record_is_parsed_once_until_it_changes_here(here) -> None:
    await here.save(SLUG, RECORD)
    records = Records(here, Clock())
    first = await records.get(SLUG)
    assert first is not None
    assert first.record == RECORD
    assert list(first.record) == list(RECORD), "an export writes them in this order"
    assert await records.get(SLUG) is first
    was = records.state(SLUG)
    await here.save(SLUG, RECORD | {"title": "Geändert"})
    assert records.state(SLUG) != was
    changed = await records.get(SLUG)
    assert changed is not None
    assert changed.record["title"] == "Geändert"
    assert await records.get("gibt-es-nicht") is None


async def test_what_another_process_changed_is_seen_after_a_look(here, elsewhere) -> None:
    await here.save(SLUG, RECORD)
    clock = Clock()
    records = Records(here, clock)
    await records.get(SLUG)
    was, all_of_them = records.state(SLUG), records.state()
    await elsewhere.save(SLUG, RECORD | {"title": "Geändert"})
    clock.now += LATER // 2
    await records.look()
    assert records.state(SLUG) == was, "nobody asks for every page"
    clock.now += LATER
    await records.look()
    assert records.state(SLUG) != was
    assert records.state() != all_of_them
    found = await records.get(SLUG)
    assert found is not None
    assert found.record["title"] == "Geändert"


async def test_a_page_never_asked_for_is_made_of_what_another_process_changed(
    here, elsewhere
) -> None:
    await here.save(SLUG, RECORD)
    clock = Clock()
    records = Records(here, clock)
    await records.get(SLUG)
    await elsewhere.save(SLUG, RECORD | {"title": "Geändert"})
    clock.now += LATER
    found = await records.get(SLUG)
    assert found is not None
    assert found.record["title"] == "Geändert"


async def test_what_cannot_be_asked_may_have_changed(here, monkeypatch) -> None:
    await here.save(SLUG, RECORD)
    clock = Clock()
    records = Records(here, clock)
    await records.get(SLUG)
    was = records.state(SLUG)

    async def away(_work: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(here._database, "read", away)
        clock.now += LATER
        await records.look()
        assert records.state(SLUG) != was
        with pytest.raises(Unavailable):
            await records.get(SLUG)
    found = await records.get(SLUG)
    assert found is not None
    assert records.state(SLUG) == was


async def test_a_mark_read_while_a_record_is_saved_is_read_again(here, monkeypatch) -> None:
    await here.save(SLUG, RECORD)
    read = here._database.read

    async def late(work):
        found = await read(work)
        monkeypatch.setattr(here._database, "read", read)
        await here.save(SLUG, RECORD | {"title": "Geändert"})
        return found

    monkeypatch.setattr(here._database, "read", late)
    marks = await here.marks()
    assert marks[SLUG] == here.mark(SLUG)
    assert (await here.read(SLUG)).mark == marks[SLUG]


async def test_those_asked_for_last_are_kept(here) -> None:
    records = Records(here, Clock())
    many = MOST_QUESTIONS // 2 - 10
    for name in ("a", "b", "c"):
        question = RECORD["questions"][0] | {"merged": []}
        questions = [question | {"number": n} for n in range(1, many)]
        await here.save(name, RECORD | {"slug": name, "questions": questions})
    first, second = await records.get("a"), await records.get("b")
    assert await records.get("a") is first
    await records.get("c")
    assert await records.get("a") is first
    assert await records.get("b") is not second


async def test_a_merged_question_leads_to_the_one_it_was_merged_into(here) -> None:
    await here.save(SLUG, RECORD)
    found = await Records(here, Clock()).get(SLUG)
    assert found is not None
    kept = next(question for question in RECORD["questions"] if question["merged"])
    assert found.questions[kept["merged"][0]["number"]]["number"] == kept["number"]
    assert found.questions[kept["number"]]["number"] == kept["number"]


async def test_promises_are_looked_at_anew_each_day(here) -> None:
    """Berlin's days: the last second of one is still that day, whatever the world's clock says."""
    clock = Clock()
    records = Records(here, clock)
    clock.now = 1_795_733_999_000  # 26 November 2026, 23:59:59 in Berlin
    was = records.state()
    assert str(was[1]) == "2026-11-26"
    clock.now += 1_000
    assert records.state() != was
