"""A rehearsal is deleted whole, a real session never, on both databases."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from dialog.forum.events import Declared
from dialog.forum.journal import Batch
from dialog.forum.names import Limits, Phase, Role
from dialog.forum.phase import Schedule
from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.journal import Journal, JournalFault
from dialog.store.people import People
from dialog.store.rehearsals import RealSession, erase
from dialog.store.tables import METADATA, TRANSCRIPTS
from tests.store.values import batch, line, store, upvoted


def declared(*, rehearsal: bool) -> Declared:
    schedule = Schedule(0, 1, 2)
    return Declared(schedule, ("Bus",), True, True, False, Limits(), rehearsal)


async def held(journal: Journal, people: People, slug: str, *, rehearsal: bool) -> None:
    """Let a session hold something in every table."""
    await journal.open(slug)
    both = batch(declared(rehearsal=rehearsal), upvoted(1, 2), texts=((1, f"Text von {slug}"),))
    full = Batch(both.entries, lines=(line(1, 2),), phase=Phase.LIVE)
    await store(journal, slug, full)
    await people.join(None, slug, "Anna")
    await people.invite(slug, Role.MODERATOR, "Mia", 60)
    await people.consume(await people.invite(slug, Role.SCRIBE, "Sven", 60), None)


async def content(database: Database) -> Mapping[str, list[Any]]:
    def read(connection):
        return {
            name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for name, table in METADATA.tables.items()
        }

    return await database.read(read)


async def test_a_rehearsal_leaves_nothing_behind_and_takes_nothing_along(
    database, journal, people
) -> None:
    await held(journal, people, "echt", rehearsal=False)
    token, _ = await people.join(None, "echt", "Beide")
    before = await content(database)
    await held(journal, people, "probe", rehearsal=True)
    await people.join(token, "probe", "Beide")
    between = await content(database)
    grown = {name for name in before if len(between[name]) > len(before[name])}
    assert grown >= {"sessions", "journal", "texts", "questions", "people", "passes", "grants"}
    await erase(database, "probe")
    assert await content(database) == before
    assert TRANSCRIPTS.name in before
    with pytest.raises(JournalFault):
        await journal.epoch("probe")
    await erase(database, "probe")  # once more is no fault


async def test_what_was_ever_declared_as_real_stays(database, journal, people) -> None:
    await held(journal, people, "echt", rehearsal=False)
    await store(journal, "echt", batch(declared(rehearsal=True), after=2))
    before = await content(database)
    with pytest.raises(RealSession, match="echt is a real session"):
        await erase(database, "echt")
    assert await content(database) == before


async def test_whoever_signed_in_stays_signed_in(database, journal, people, clock) -> None:
    accounts = Accounts(database, clock)
    account = await accounts.make("a@b.example", "A")
    await held(journal, people, "probe", rehearsal=True)
    await accounts.seat(account.id, "probe", {Role.MODERATOR})
    token = (await people.sign_in(account.id, None)).token
    token, _ = await people.join(token, "probe", "Anna")
    assert await people.enter(token, "probe")
    await erase(database, "probe")
    found = await people.pass_of(token)
    assert (found.account, found.grants) == (account, ())
    assert await accounts.seats(account.id) == {}
