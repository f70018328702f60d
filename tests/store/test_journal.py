"""The journal: gapless, idempotent to open, first come first served."""

import asyncio
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from dialog.forum.events import Axis, Claimed, Noted, Purged, Redacted, Sealed
from dialog.forum.journal import Batch, Remembered
from dialog.forum.names import Field, Phase, Review
from dialog.forum.question import Mark, Wording
from dialog.store.database import Database
from dialog.store.journal import Journal, JournalFault
from tests.store.values import acted, batch, entries, events, line, store, upvoted

REMEMBERED = Remembered(5, "a key", b"\x00hash", b'{"number":1}')


async def run(database: Database, statement: str) -> None:
    await database.write(lambda connection: connection.execute(text(statement)))


async def lines(database: Database) -> list[tuple[object, ...]]:
    def work(connection: Connection) -> list[tuple[object, ...]]:
        query = "SELECT number, review, upvotes, rev FROM questions ORDER BY number"
        return [tuple(row) for row in connection.execute(text(query))]

    return await database.read(work)


async def test_a_new_session_has_an_epoch_and_keeps_it(journal):
    first = await journal.open("a")
    again = await journal.open("a")
    other = await journal.open("b")
    assert (first.entries, first.texts, first.remembered) == ((), {}, ())
    assert first == again
    assert len(first.epoch) == len(other.epoch) == 16
    assert int(first.epoch, 16) != int(other.epoch, 16)


async def test_sessions_opened_at_once_are_one(url, journal):
    other = Database(url)
    opened = await asyncio.gather(*(j.open("a") for j in (journal, Journal(other)) * 5))
    assert len({one.epoch for one in opened}) == 1
    await other.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(events(), min_size=1, max_size=12), at=st.integers(0, 11))
async def test_a_journal_comes_back_as_it_was_appended(journal, drawn, at):
    seals = [number for number, event in enumerate(drawn) if isinstance(event, Sealed | Purged)]
    drawn = drawn[: seals[0]] if seals else drawn
    slug = f"s{time.monotonic_ns()}"
    await journal.open(slug)
    stored = entries(drawn)
    for part in (stored[:at], stored[at:]):
        if part:
            await store(journal, slug, Batch(part))
    assert (await journal.open(slug)).entries == stored


async def test_texts_and_answers_come_back_too(journal):
    await journal.open("a")
    told = batch(upvoted(5), texts=((1, "Warum?"), (2, "Darum: „ß“ \U0001f642")))
    await store(journal, "a", replace(told, remembered=(REMEMBERED,)))
    opened = await journal.open("a")
    assert opened.texts == {1: "Warum?", 2: "Darum: „ß“ \U0001f642"}
    assert opened.remembered == (REMEMBERED,)
    assert opened.entries[0].texts == ()


async def test_a_batch_without_entries_remembers_its_answers(journal):
    await journal.open("a")
    await store(journal, "a", Batch((), (REMEMBERED,)))
    opened = await journal.open("a")
    assert (opened.entries, opened.remembered) == ((), (REMEMBERED,))


async def test_a_gap_stops_the_opening(database, journal):
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1), upvoted(2), upvoted(3)))
    await run(database, "DELETE FROM journal WHERE number = 2")
    with pytest.raises(JournalFault, match="entry 2 is missing"):
        await journal.open("a")


async def test_a_lost_end_stops_the_opening(database, journal):
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1), upvoted(2)))
    await run(database, "DELETE FROM journal WHERE number = 2")
    with pytest.raises(JournalFault, match="ends at 1, not at 2"):
        await journal.open("a")


async def test_an_unknown_kind_stops_the_opening(database, journal):
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1)))
    await run(database, "UPDATE journal SET kind = 'danced'")
    with pytest.raises(JournalFault, match="unknown kind danced"):
        await journal.open("a")


async def test_a_damaged_payload_stops_the_opening(database, journal):
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1)))
    await run(database, "UPDATE journal SET payload = '{\"taps\":[[1,2]]}'")
    with pytest.raises(JournalFault, match="does not fit upvoted"):
        await journal.open("a")


async def test_nothing_is_appended_to_a_session_never_opened(journal):
    with pytest.raises(JournalFault, match="no such session"):
        await store(journal, "nowhere", batch(upvoted(1)))
    with pytest.raises(JournalFault, match="no such session"):
        await journal.epoch("nowhere")


async def test_a_batch_with_a_gap_of_its_own_is_a_fault(journal):
    await journal.open("a")
    first, second, third = entries([upvoted(1), upvoted(2), upvoted(3)])
    for wrong in ((first, third), (first, third, second)):
        with pytest.raises(JournalFault, match="a batch with a gap"):
            await store(journal, "a", Batch(wrong))
    with pytest.raises(JournalFault, match="a batch with a gap"):
        await store(journal, "a", Batch((second,)))
    assert (await journal.open("a")).entries == ()


async def test_a_batch_is_stored_whole_or_not_at_all(database, journal):
    await journal.open("a")
    bad = replace(batch(upvoted(1), texts=((1, "x"),)), lines=(line(1, 1), line(2, 2)))
    broken = replace(bad, remembered=(replace(REMEMBERED, key="a\0key"),))
    with pytest.raises(Exception, match="NUL"):
        await store(journal, "a", broken)
    opened = await journal.open("a")
    assert (opened.entries, opened.texts, opened.remembered) == ((), {}, ())
    assert await lines(database) == []
    await store(journal, "a", bad)


async def test_lines_follow_the_journal(database, journal):
    await journal.open("a")
    first = replace(batch(upvoted(1)), lines=(line(1, 1), line(2, 1)))
    await store(journal, "a", first)
    counted = replace(batch(upvoted(2), after=1), lines=(line(1, 7), line(2, 9)))
    await store(journal, "a", counted)
    assert await lines(database) == [(1, "approved", 7, 1), (2, "approved", 9, 1)]
    hidden = replace(line(2, 9, rev=3), review=Review.WAITING)
    moved = replace(batch(upvoted(3), after=2), lines=(line(1, 8), hidden))
    await store(journal, "a", moved)
    assert await lines(database) == [(1, "approved", 8, 1), (2, "waiting", 9, 3)]


async def test_a_line_that_was_lost_is_stored_anew(database, journal):
    await journal.open("a")
    await store(journal, "a", replace(batch(upvoted(1)), lines=(line(1, 1),)))
    later = replace(batch(upvoted(2), after=1), lines=(line(1, 2), line(2, 5)))
    await store(journal, "a", later)
    assert [row[2] for row in await lines(database)] == [2, 5]


async def test_the_session_row_knows_the_phase(database, journal):
    await journal.open("a")
    await store(journal, "a", batch(upvoted(1)))
    query = text("SELECT phase, head FROM sessions")
    row = await database.read(lambda c: tuple(c.execute(query).one()))
    assert row == (Phase.LIVE.value, 1)


async def test_a_redaction_overwrites_bodies_and_forgets_answers(journal):
    await journal.open("a")
    asked = batch(upvoted(1), texts=((1, "Ich bin Alma."), (2, "bleibt")))
    await store(journal, "a", replace(asked, remembered=(REMEMBERED,)))
    redacted = batch(Redacted(1, Field.TEXT), after=1, texts=((1, "Ich bin ████."),))
    own = replace(REMEMBERED, key="redact")
    await store(journal, "a", replace(redacted, remembered=(own,)))
    opened = await journal.open("a")
    assert opened.texts == {1: "Ich bin ████.", 2: "bleibt"}
    assert opened.remembered == (own,)


async def test_sealing_forgets_who_supported_what_and_keeps_every_number(journal):
    epoch = (await journal.open("a")).epoch
    await journal.open("b")
    before = batch(upvoted(4711, 4712), Claimed(1, 5), upvoted(4711))
    await store(journal, "a", replace(before, remembered=(REMEMBERED,)))
    await store(journal, "b", batch(upvoted(4711)))
    other = await journal.open("b")
    await store(journal, "a", batch(Sealed(((1, 2, 2),), 2), after=3))
    opened = await journal.open("a")
    assert [entry.number for entry in opened.entries] == [1, 2, 3, 4]
    assert [entry.event for entry in opened.entries] == [
        upvoted(),
        Claimed(1, 5),
        upvoted(),
        Sealed(((1, 2, 2),), 2),
    ]
    assert opened.remembered == ()
    assert opened.epoch != epoch
    assert opened.epoch == await journal.epoch("a")
    assert await journal.open("b") == other


async def test_a_new_epoch_is_drawn_on_demand(journal):
    first = (await journal.open("a")).epoch
    drawn = await journal.new_epoch("a")
    assert first != drawn == await journal.epoch("a")


async def test_no_free_text_stands_in_any_payload(database, journal):
    await journal.open("a")
    wording = Wording(1, background=2, name=3, district=4)
    told = batch(
        Noted(1, (2,), (Mark("phone", 3, 9),)),
        acted(Axis.WORDING, wording, replace(wording, text=5)),
        texts=tuple((number, f"canary{number}") for number in range(1, 6)),
    )
    await store(journal, "a", told)
    query = text("SELECT payload FROM journal")
    kept = await database.read(lambda c: c.execute(query).scalars().all())
    assert len(kept) == 2
    assert "canary" not in "".join(kept)


async def test_a_batch_of_five_hundred_taps_is_cheap(journal):
    """A generous bound, five times what was measured: it catches a way that became another one."""
    await journal.open("a")
    spent = []
    for number in range(12):
        told = batch(upvoted(*range(500)), after=number)
        counts = tuple(line(n, number) for n in range(1, 301))
        begun = time.process_time()
        await store(journal, "a", replace(told, lines=counts))
        spent.append(time.process_time() - begun)
    assert sorted(spent)[len(spent) // 2] / 500 < 20e-6
