"""Journals of every version are read for ever, and are stored and replayed as they were."""

import json
from pathlib import Path

import pytest

from dialog.forum.events import Acted, Recorded, Sealed
from dialog.forum.evolve import replay
from dialog.forum.journal import Batch
from dialog.forum.transcript import transcript
from dialog.store.payloads import AXES, KINDS
from tests.journals.record import FOLDER, anew, evening, read, state, write
from tests.store.values import store

FILES = sorted(FOLDER.glob("*.jsonl"))
BATCH = 7


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request) -> Path:
    """The journal of one version."""
    return request.param


def test_there_is_a_journal_to_read():
    assert FILES


def test_a_journal_is_gapless_and_names_every_text_once_or_blackens_it(path):
    entries = read(path)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    moments = [entry.at for entry in entries]
    assert moments == sorted(moments)


def test_a_journal_written_again_is_the_same_file(path, tmp_path):
    """While its kinds are still written; a later program may leave out what is a default now."""
    write(tmp_path / "again.jsonl", read(path))
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_no_text_stands_in_its_payloads(path):
    for line in path.read_text("utf-8").splitlines():
        told = json.loads(line)
        payload = json.dumps(told["payload"], ensure_ascii=False)
        assert [body for _, body in told["texts"] if body and body in payload] == []


def test_the_evening_that_is_recorded_knows_every_kind_and_every_axis():
    entries = evening()
    assert {type(entry.event) for entry in (*entries, *anew())} == set(KINDS.values())
    acts = [entry.event for entry in entries if isinstance(entry.event, Acted)]
    assert {change.axis for act in acts for change in act.changes} == set(AXES)


def test_a_journal_adds_up_to_its_recorded_state_for_ever(path):
    recorded = json.loads(path.with_suffix(".state.json").read_text("utf-8"))
    assert grown_from(recorded, json.loads(json.dumps(state(read(path)))))


# What a journal said all along, and is told since.
FOLLOWS = {"changes", "changed"}


def grown_from(recorded: object, told: object) -> bool:
    """Whether the same is said as then; keys that were added since say that there is nothing."""
    if isinstance(recorded, dict) and isinstance(told, dict):
        added = not any(told[key] for key in told.keys() - recorded.keys() - FOLLOWS)
        return added and all(
            key in told and grown_from(recorded[key], told[key]) for key in recorded
        )
    if isinstance(recorded, list) and isinstance(told, list):
        return len(recorded) == len(told) and all(map(grown_from, recorded, told))
    return recorded == told


async def test_a_journal_from_the_store_replays_to_the_same_record(path, journal):
    entries = read(path)
    await journal.open("a")
    for start in range(0, len(entries), BATCH):
        await store(journal, "a", Batch(entries[start : start + BATCH]))
    opened = await journal.open("a")
    kept, again = replay(entries), replay(opened.entries, opened.texts)
    assert transcript(again) == transcript(kept)
    assert again.texts == kept.texts
    assert again.deeds.keys() == kept.deeds.keys()
    assert any(isinstance(entry.event, Sealed | Recorded) for entry in opened.entries)
