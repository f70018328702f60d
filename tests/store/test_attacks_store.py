"""What the store gives away, and what a page costs it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dialog.forum.journal import Unavailable
from dialog.store import outage
from dialog.store.database import Database
from dialog.store.people import DAY, People

CANARY = "Samira Kanarienvogel"


@pytest.mark.parametrize("way", ["read", "write"])
async def test_a_fault_of_the_database_names_no_text(database: Database, way) -> None:
    """It goes to the log with all that it says."""
    broken = text("SELECT nothing FROM nowhere WHERE name = :name").bindparams(name=CANARY)
    run = getattr(database, way)
    with pytest.raises(DBAPIError) as fault:
        await run(lambda connection: connection.execute(broken))
    assert CANARY not in str(fault.value)


async def test_a_private_link_is_written_once(
    people: People, database: Database, monkeypatch
) -> None:
    """It stands on a page that anyone may load again and again, and a write waits for the disk."""
    await people.join(None, "a", "Anna")
    link = await people.private_link("a", 1)
    monkeypatch.setattr(database, "write", None)
    assert await people.private_link("a", 1) == link


async def test_passes_that_ran_out_go_when_others_come(
    people: People, database: Database, clock
) -> None:
    await people.join(None, "a", "Anna")
    clock.now += DAY
    await people.join(None, "a", "Boris")
    count = text("SELECT count(*) FROM passes")
    assert await database.read(lambda connection: connection.execute(count).scalar_one()) == 1


async def test_who_stands_in_line_behind_a_write_that_fails_fails_with_it(
    tmp_path: Path, monkeypatch
) -> None:
    """Three hundred time-outs one after the other would hold up the next stop of the server."""
    tried: list[str] = []
    reason = outage.reason

    def counted(error: DBAPIError) -> str:
        tried.append(reason(error))
        return tried[-1]

    monkeypatch.setattr("dialog.store.database.reason", counted)
    monkeypatch.setattr("dialog.store.database.BUSY_MS", 500)
    kept = Database(f"sqlite:///{tmp_path}/kept.db")
    await kept.write(lambda c: c.execute(text("CREATE TABLE one (a)")))
    more = text("INSERT INTO one VALUES (1)")
    with closing(sqlite3.connect(tmp_path / "kept.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writes = (kept.write(lambda c: c.execute(more)) for _ in range(50))
        found = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(one) for one in found] == [Unavailable] * 50
    assert tried == ["locked by another program"]
    await kept.write(lambda c: c.execute(more))
    assert not kept.failing
    await kept.close()
