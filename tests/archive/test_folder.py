"""Records in folders: written wholly, read strictly."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from dialog.archive.bundle import Heading, bundle
from dialog.archive.folder import FILE, NoRecord, encoded, read, slugs, sums, write
from dialog.archive.record import SCHEMA, check
from dialog.forum import commands as c
from dialog.forum.names import Phase
from dialog.forum.transcript import transcript
from tests.forum.evening import ANNA, OLGA, Evening

SLUG = "2026-12-03-probe"
HEADING = Heading(
    slug=SLUG,
    title="Probe",
    language="de",
    introduction="Worum es geht.",
    answerer=("Staatsminister", "Ministerium"),
    starts=datetime(2026, 12, 3, 17, tzinfo=UTC),
    ends=datetime(2026, 12, 3, 18, 30, tzinfo=UTC),
    topics=("Sprache",),
    recording=("https://video.example/x", None),
)


@pytest.fixture
def record() -> dict[str, object]:
    evening = Evening(Phase.OPEN)
    evening.told(c.Ask("Wann beginnt der Kurs?"), ANNA)
    for phase in (Phase.LIVE, Phase.CLOSED):
        evening.told(c.ChangePhase(phase), OLGA)
    evening.told(c.Conclude(), OLGA)
    evening.told(c.Publish(), OLGA)
    return bundle(HEADING, transcript(evening.session))


def test_a_record_is_whole_and_adds_up(record) -> None:
    assert record["schema"] == SCHEMA
    assert record["recording"] == {"url": "https://video.example/x", "starts": None}
    assert record["answerer"] == {"name": "Staatsminister", "office": "Ministerium"}
    figures = record["figures"]
    parts = ("approved", "stage_only", "merged", "withdrawn", "unreviewed")
    assert figures["received"] == sum(figures[p] for p in parts) + sum(figures["returned"].values())
    assert "waiting" not in figures
    assert datetime.fromisoformat(record["published"]).tzinfo
    plain = bundle(
        Heading(**(asdict(HEADING) | {"recording": None})), transcript(Evening().session)
    )
    assert plain["recording"] is None


def test_what_was_taken_out_says_when_and_why() -> None:
    evening = Evening(Phase.LIVE)
    number = evening.public("Wann beginnt der Kurs?", ANNA)
    evening.publish()
    evening.told(c.Unpublish(number, "Auf Wunsch."), OLGA)
    evening.told(c.Redact(number, 0, 4), OLGA)
    made = bundle(HEADING, transcript(evening.session))
    check(made)
    (question,) = made["questions"]
    assert question["text"] is None
    assert question["removed"]["why"] == "Auf Wunsch."
    assert question["removed"]["at"] == question["changes"][0]["at"]


def test_what_was_written_is_read(tmp_path, record) -> None:
    folder = tmp_path / "neu" / SLUG
    assert read(folder) is None
    write(folder, record)
    write(folder, record)
    assert json.loads(json.dumps(read(folder))) == json.loads(json.dumps(record))
    assert [file.name for file in folder.iterdir()] == [FILE]
    (tmp_path / "neu" / "_template").mkdir()
    (tmp_path / "neu" / "_template" / FILE).write_text("{}", "utf-8")
    assert slugs(tmp_path / "neu") == (SLUG,)
    assert slugs(tmp_path / "nirgends") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema":"dialog-transcript/1","slug":"2020-01-01-anders"}',
        '{"schema":"dialog-transcript/9","slug":"2026-12-03-probe"}',
    ],
)
def test_a_file_that_is_no_record_is_refused(tmp_path, text) -> None:
    folder = tmp_path / SLUG
    folder.mkdir()
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(NoRecord, match=FILE):
        read(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"recording": {"url": "javascript:alert(1)", "starts": None}},
        {"recording": {"url": "https://video.example/x\n", "starts": None}},
        {"title": "Pro\u202ebe"},
        {"title": "Pro\x00be"},
        {"introduction": "a" + "\u0301" * 100_000},
        {"starts": "2026-12-03T17:00:00"},
        {"starts": "morgen"},
        {"figures": {}},
        {"answerer": None},
        {"questions": [{}]},
        {"language": 'de" onload="alert(1)'},
        {"topics": [["Sprache"]]},
    ],
)
def test_a_record_that_pages_cannot_show_is_none(tmp_path, record, change) -> None:
    folder = tmp_path / SLUG
    write(folder, record | change)
    with pytest.raises(NoRecord):
        read(folder)


@pytest.mark.parametrize("raw", ['{"a":' * 100_000, "[" * 100_000, '"\\ud800"', "NaN", "\ufeff{}"])
def test_a_file_that_is_no_json_is_no_record(tmp_path, raw) -> None:
    (tmp_path / SLUG).mkdir()
    (tmp_path / SLUG / FILE).write_text(raw, "utf-8")
    with pytest.raises(NoRecord):
        read(tmp_path / SLUG)


def test_checksums_may_stand_in_any_order(tmp_path, record) -> None:
    """As ``sha256sum transcript.*`` writes them."""
    folder = tmp_path / SLUG
    write(folder, record)
    others = {"transcript.csv": b"a", "transcript.md": b"b"}
    listed = sums({**others, FILE: encoded(record)})
    (folder / "transcript.sha256").write_bytes(listed)
    assert read(folder) == record
    (folder / "transcript.sha256").write_bytes(sums(others))
    with pytest.raises(NoRecord, match="damaged"):
        read(folder)
