"""A room in memory that has begun."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from dialog.forum.names import SYSTEM
from tests.hub.doubles import DECLARE, Hall


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """A live session, held in memory."""
    made = Hall()
    await made.room.start()
    await made.room.ask(DECLARE, SYSTEM)
    await made.settled()
    yield made
    await made.room.stop()


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What was logged; some of these tests break things on purpose."""
    with capture_logs() as entries:
        yield entries
