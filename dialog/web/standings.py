"""The order of all public questions of a room, for pages that go through every one of them."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from dialog.forum.board import Board
from dialog.forum.names import Outcome, Stream, Who
from dialog.forum.session import Session
from dialog.forum.views import Row, row, visible
from dialog.hub.room import Room

PER_PAGE = 100
PER_MS = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Some questions out of all: the open ones by rank, then those that have an outcome."""

    rows: list[Row]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class _Order:
    epoch: str
    at: int
    numbers: list[int]
    still_open: int


@dataclass(slots=True)
class Standings:
    """The orders of all rooms: of few questions always new, of many at most some seconds old."""

    _orders: dict[str, _Order] = field(default_factory=dict)
    _sorting: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def page(self, room: Room, who: Who, number: int) -> Page:
        """Return a page, the first or the last one where there is none of that number."""
        order = await self._order(room)
        pages = max(1, -(-len(order.numbers) // PER_PAGE))
        number = min(max(number, 1), pages)
        first = (number - 1) * PER_PAGE
        some = order.numbers[first : first + PER_PAGE]
        ranks = {n: place for place, n in enumerate(some, first + 1) if place <= order.still_open}

        def read(session: Session, _board: Board) -> list[Row]:
            upvoted = session.upvoted.get(who.person, ())
            made = []
            for n in some:
                shown = row(session, Stream.FLOOR, n)
                if shown is not None:
                    on = any(q.number in upvoted for q in session.tree(n))
                    counted = {"upvotes": session.upvotes(n), "rank": ranks.get(n), "on": on}
                    made.append(shown | counted)
            return made

        return Page(await room.read(read), number, pages, len(order.numbers))

    async def _order(self, room: Room) -> _Order:
        async with self._sorting[room.slug]:  # or all who ask at once would sort in the room's task
            known = self._orders.get(room.slug)
            good = known and room.now - known.at < len(known.numbers) // PER_MS
            if known and good and known.epoch == room.epoch:
                return known
            numbers, still_open = await room.read(_numbers)
            self._orders[room.slug] = _Order(room.epoch, room.now, numbers, still_open)
            return self._orders[room.slug]


def _numbers(session: Session, _board: Board) -> tuple[list[int], int]:
    """Return the numbers of all public questions in order, and how many of them are ranked."""
    shown = [q for n, q in session.questions.items() if visible(session, Stream.FLOOR, n)]
    now = session.stage.now
    ranked = [q for q in shown if q.result.outcome is Outcome.OPEN and q.number != now]
    others = [q for q in shown if q.result.outcome is not Outcome.OPEN or q.number == now]
    keys = [
        sorted((-session.upvotes(q.number), q.number) for q in some) for some in (ranked, others)
    ]
    return [number for some in keys for _, number in some], len(ranked)
