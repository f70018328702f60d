"""Transcripts: kept as they were saved, summed up in lists."""

import pytest

from dialog.store.transcripts import Transcripts

BUNDLE = {
    "schema": "dialog-transcript/1",
    "slug": "verkehr",
    "title": "Verkehr in der Stadt",
    "starts": "2026-11-24T18:00:00+01:00",
    "answerer": {"name": "Dr. Beispiel", "office": "Ministerium"},
    "figures": {
        "outcomes": {"aloud": 5, "promised": 2, "written": 1, "referred": 1, "not_reached": 4},
        "kept": 1,
    },
    "questions": [{"number": n, "text": f"„Frage {n}“ \U0001f642 \0"} for n in range(13)],
}


@pytest.fixture
def transcripts(database) -> Transcripts:
    """The transcripts of the database."""
    return Transcripts(database)


async def test_a_transcript_comes_back_as_it_was_saved(transcripts):
    await transcripts.save("verkehr", BUNDLE)
    assert await transcripts.get("verkehr") == BUNDLE
    assert await transcripts.get("schule") is None


async def test_saving_again_overwrites(transcripts):
    await transcripts.save("verkehr", BUNDLE)
    await transcripts.save("verkehr", BUNDLE | {"title": "Berichtigt"})
    assert [one["title"] for one in await transcripts.all()] == ["Berichtigt"]
    assert (await transcripts.get("verkehr"))["title"] == "Berichtigt"


async def test_the_newest_session_stands_first(transcripts):
    for slug, month in (("a", "03"), ("b", "11"), ("c", "07")):
        await transcripts.save(slug, BUNDLE | {"starts": f"2026-{month}-24T18:00:00+01:00"})
    assert [one["slug"] for one in await transcripts.all()] == ["b", "c", "a"]


async def test_a_summary_counts_what_was_answered_promised_and_kept(transcripts):
    await transcripts.save("verkehr", BUNDLE)
    assert await transcripts.all() == [
        {
            "slug": "verkehr",
            "title": "Verkehr in der Stadt",
            "starts": "2026-11-24T18:00:00+01:00",
            "answerer": {"name": "Dr. Beispiel", "office": "Ministerium"},
            "answered": 9,
            "promises": 2,
            "kept": 1,
            "questions": 13,
        }
    ]


async def test_another_mark_tells_that_a_transcript_has_changed(transcripts):
    await transcripts.save("verkehr", BUNDLE)
    await transcripts.save("schule", BUNDLE | {"slug": "schule"})
    before = await transcripts.marks()
    assert set(before) == {"verkehr", "schule"}
    assert await transcripts.marks() == before
    await transcripts.save("schule", BUNDLE | {"slug": "schule", "title": "Berichtigt"})
    after = await transcripts.marks()
    assert after["schule"] != before["schule"]
    assert after["verkehr"] == before["verkehr"]
