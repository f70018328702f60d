"""What processes of one database have to know of each other: news, ended passes, who is there.

Everything is in the database and looked for there again and again; a wake-up only makes it quicker.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import msgspec
import structlog

from dialog.forum.journal import Unavailable
from dialog.hub.hub import Hub
from dialog.hub.presence import There

log = structlog.get_logger()

LOOK_S = 0.25
PASSES_EVERY = 2  # looks
PEOPLE_EVERY = 4
PART_S = 1.0

Heard = Callable[[str, int], None]


class Store(Protocol):
    """What a relay needs of the database."""

    async def heads(self) -> Mapping[str, tuple[str, int]]:
        """Return epoch and last number of every session."""

    async def ended(self, passes: Collection[int]) -> Sequence[int]:
        """Return which of these passes there are no more."""

    async def exchange(self, told: bytes) -> Sequence[bytes]:
        """Keep what this process tells, and return what the others told of late."""

    async def part(self) -> None:
        """Let the others count no more on this process."""


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What one process tells: who is there by session, and the places of whoever has several."""

    rooms: dict[str, There]
    places: list[tuple[str, int, int]]


class Relay:
    """Looks after what other processes do, for as long as this one serves."""

    def __init__(self, hub: Hub, store: Store, listen: Callable[[Heard], Awaitable[None]]) -> None:
        """Bind the rooms to the database; ``listen`` calls at every wake-up, for ever."""
        self.reaching = True
        self._hub = hub
        self._store = store
        self._listen = listen
        self._places: Counter[Hashable] = Counter()
        self._here: Callable[[], Iterable[tuple[Hashable, int]]] = tuple
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, here: Callable[[], Iterable[tuple[Hashable, int]]]) -> None:
        """Begin; ``here`` returns the places that people hold at this process."""
        self._here = here
        self._tasks = [
            asyncio.create_task(self._wake(), name="relay listens"),
            asyncio.create_task(self._look(), name="relay looks"),
        ]

    async def stop(self) -> None:
        """Look no more, and let the others know that nobody is here."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            with suppress(Unavailable, TimeoutError):
                await asyncio.wait_for(self._store.part(), PART_S)
        self._tasks = []

    def elsewhere(self, key: Hashable) -> int:
        """Return how many places somebody holds at other processes."""
        return self._places[key]

    async def _wake(self) -> None:
        await self._listen(self._hub.heard)

    async def _look(self) -> None:
        """Look for everything now and then, whatever was heard."""
        turn = 0
        while True:
            try:
                await self._look_once(turn)
            except Unavailable:
                self.reaching = False
            except Exception:
                log.exception("relay fault")
            else:
                self.reaching = True
            turn += 1
            await asyncio.sleep(LOOK_S)

    async def _look_once(self, turn: int) -> None:
        for slug, (epoch, head) in (await self._store.heads()).items():
            self._hub.heard(slug, head, epoch)
        if turn % PASSES_EVERY == 0:
            for ended in await self._store.ended(self._hub.passes):
                self._hub.revoke(ended)
        if turn % PEOPLE_EVERY == 0:
            await self._exchange()

    async def _exchange(self) -> None:
        held = ((key, number) for key, number in self._here() if isinstance(key, tuple))
        several = [(*key, number) for key, number in held if number > 1]
        told = msgspec.msgpack.encode(Told(self._hub.there(), several))
        packed = await self._store.exchange(told)
        self._hear([msgspec.msgpack.decode(one, type=Told) for one in packed])

    def _hear(self, elsewhere: Sequence[Told]) -> None:
        self._hub.hear([told.rooms for told in elsewhere])
        self._places = Counter()
        for told in elsewhere:
            for slug, person, held in told.places:
                self._places[slug, person] += held
