"""A room in memory that has begun."""

from collections.abc import AsyncIterator

import pytest

from dialog.forum.names import SYSTEM
from tests.hub.doubles import DECLARE, Hall


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """A live session, held in memory."""
    made = Hall()
    await made.room.start()
    await made.room.ask(DECLARE, SYSTEM)
    await made.room.read(lambda _session, _board: None)  # the clock has opened it by now
    yield made
    await made.room.stop()
