"""What was blackened stands nowhere in the files of SQLite any more."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from dialog.forum.events import Redacted, Sealed
from dialog.forum.names import BLACKENED, Field
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.transcripts import Transcripts
from tests.store.values import batch, store, upvoted


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    """An open SQLite database."""
    opened = Database(f"sqlite:///{file}")
    yield opened
    await opened.close()


def stored(file: Path) -> bytes:
    """All bytes of a database: the file, its log and what else stands beside it."""
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(file.name + "*")))


async def test_a_blackened_text_leaves_no_byte(file, database):
    journal = Journal(database)
    await journal.open("a")
    told = batch(upvoted(1), texts=((1, "Canary Street 7"), (2, "stays")))
    await store(journal, "a", told)
    assert b"Canary Street 7" in stored(file)
    blackened = batch(Redacted(1, Field.TEXT), after=1, texts=((1, BLACKENED),))
    await store(journal, "a", blackened)
    assert b"Canary" not in stored(file)
    assert b"stays" in stored(file)


@pytest.mark.parametrize("seed", range(4))
async def test_texts_of_every_length_leave_no_byte_in_any_order(file, database, seed):
    """Pages split, overflow and fill up again; each of these may leave a copy behind."""
    draw = Random(seed)
    journal = Journal(database)
    await journal.open("a")
    head, gone = 0, []
    for number in range(1, 121):
        body = f"<canary {number:04}>" * draw.choice((1, 1, 3, 20, 80, 600))
        await store(journal, "a", batch(upvoted(1), after=head, texts=((number, body),)))
        head += 1
        if draw.random() < 0.5:
            victim = draw.randint(1, number)
            other = draw.choice((BLACKENED, "", "x" * draw.randint(1, 4_000)))
            event = Redacted(1, Field.TEXT)
            await store(journal, "a", batch(event, after=head, texts=((victim, other),)))
            head += 1
            gone.append(victim)
    found = stored(file)
    assert [n for n in gone if f"canary {n:04}>".encode() in found] == []
    assert b"canary" in found


async def test_sealing_leaves_no_tap_and_no_answer(file, database):
    journal = Journal(database)
    await journal.open("a")
    await store(journal, "a", batch(*(upvoted(*range(40_000, 40_300)) for _ in range(9))))
    assert b"[40123,1,true" in stored(file)
    await store(journal, "a", batch(Sealed((), 300), after=9))
    assert b"[40123,1,true" not in stored(file)


async def test_a_transcript_saved_anew_leaves_nothing_of_the_old_one(file, database):
    transcripts = Transcripts(database)
    bundle = {
        "title": "Eine Canary",
        "starts": "2026-12-03T18:00:00+01:00",
        "answerer": {"name": "A", "office": "B"},
        "figures": {"outcomes": {}, "kept": 0},
        "questions": [],
    }
    await transcripts.save("a", bundle)
    await transcripts.save("a", bundle | {"title": "Ohne"})
    assert b"Canary" not in stored(file)


async def test_a_log_held_by_a_reader_is_emptied_by_the_next_write(file, database):
    journal = Journal(database)
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1), texts=((1, "Canary"),)))
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with other._reading.begin() as connection:
            connection.execute(text("SELECT body FROM texts")).all()
            held.set()
            let_go.wait(10)

    other = Database(f"sqlite:///{file}")
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    await store(journal, "a", batch(Redacted(1, Field.TEXT), after=1, texts=((1, BLACKENED),)))
    assert b"Canary" in stored(file)
    let_go.set()
    holder.join()
    await other.close()
    await journal.trial("a")
    assert b"Canary" not in stored(file)
