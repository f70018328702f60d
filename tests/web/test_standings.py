"""The order of all questions: sorted once for everyone who asks, never older than a moment."""

import asyncio
from functools import partial

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.names import SYSTEM
from dialog.forum.session import Session
from dialog.web import standings
from dialog.web.standings import Standings
from tests.hub.doubles import ANNA, DECLARE, MARA, READER, Hall

COUNT = 20


def rev(number: int, session: Session, _board: Board) -> int:
    return session.questions[number].rev


async def test_all_who_ask_at_once_are_answered_by_one_sort(monkeypatch) -> None:
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    await hall.settled()
    for number in range(1, COUNT + 1):
        await hall.room.ask(c.Ask(f"Wie geht es weiter mit Thema {number}?"), ANNA)
        await hall.room.ask(c.Approve(number, await hall.room.read(partial(rev, number))), MARA)
    sorted_, numbers = [], standings._numbers

    def count(session, board):
        sorted_.append(1)
        return numbers(session, board)

    monkeypatch.setattr(standings, "_numbers", count)
    order = Standings()
    pages = await asyncio.gather(*(order.page(hall.room, READER, 1) for _ in range(50)))
    assert {page.total for page in pages} == {COUNT}
    assert len(sorted_) == 1
    hall.clock.now += 1_000
    await order.page(hall.room, READER, 1)
    assert len(sorted_) == 2
    await hall.room.stop()
