"""What the store gives away, and what a page costs it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dialog.store.database import Database
from dialog.store.people import People

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
