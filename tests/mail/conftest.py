"""An outbox on each kind of database, a real relay, and a delivery between them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dialog.mail.delivery import Delivery, Written
from dialog.mail.message import Content, message
from dialog.mail.relay import Relay, Way, deliverable, mailbox, way
from dialog.store.database import Database
from dialog.store.migrate import migrate
from dialog.store.outbox import Outbox, Taken
from tests.mail.post_office import PostOffice, post_office

PATIENCE_S = 120


def wall() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """The machine's clock, which a test may set forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return wall() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path: Path) -> str:
    """The address of an empty database with the tables of this program."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path}/dialog.db"
    else:
        found = str(request.getfixturevalue("fresh_postgres_url"))
    migrate(found)
    return found


@pytest.fixture
async def outbox(url, clock) -> AsyncIterator[Outbox]:
    """The letters of the database."""
    database = Database(url)
    yield Outbox(database, clock)
    await database.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    """A relay that takes letters."""
    with post_office(tmp_path / "post") as opened:
        yield opened


def way_to(office: PostOffice, **more) -> Way:
    given: dict[str, Any] = {"plain": False, "timeout": 20, "name": "dialog.example"} | more
    return way(given.pop("url", office.url), "Dialog <dialog@example.org>", **given)


async def plain(taken: Taken) -> Written:
    """Write a letter that says nothing."""
    to = deliverable(taken.letter.address)
    content = Content(taken.letter.lang, "Probe", "Guten Tag", "<p>Guten Tag</p>")
    sender = mailbox("dialog@example.org")
    return Written(to, message(content, taken.id, "dialog.example", sender, to, 0), {"sequence": 1})


async def until(condition: Callable[[], object]) -> None:
    """Wait for what is to happen, for as long as a slow machine may take."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, "it does not happen"
        await asyncio.sleep(0.02)


@pytest.fixture
async def deliver(outbox, clock) -> AsyncIterator[Callable[..., Delivery]]:
    """Begin to deliver to a relay; it ends with the test."""
    begun: list[Delivery] = []

    def begin(found: Way, write=plain, per_minute: int = 60_000) -> Delivery:
        delivery = Delivery(outbox, Relay(found), write, clock, per_minute)
        delivery.start()
        begun.append(delivery)
        return delivery

    yield begin
    for delivery in begun:
        await delivery.stop(30)
    await asyncio.sleep(0.01)  # a transport is closed by the loop's next turn
