"""The loop that hands letters to the relay: one after the other, and none twice.

Only what the relay has refused or not yet begun to take is tried again. A relay that is away holds
all letters up; they keep waiting, and none of them is spoilt by it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import structlog

from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE, SECOND
from dialog.mail.relay import NotTaken, Relay, Unclear
from dialog.store.outbox import Outbox, Taken

log = structlog.get_logger()

HOUR: Final = 60 * MINUTE
FIRST: Final = {"signin": 5 * SECOND}
AT_MOST: Final = 4 * HOUR
TRIES: Final = 25  # from a minute up to four hours: three days in all
IDLE_S: Final = 1.0
AWAY_S: Final = 60.0
LOOK_S: Final = 60.0
STORE_S: Final = 1.0


class Void(Exception):  # noqa: N818 - it is said of a letter
    """A letter has nothing to say any more: what it was about is over."""


class Written(NamedTuple):
    """A letter as it travels, to whom, and what it tells that somebody may ask for later."""

    to: str
    message: bytes
    told: dict[str, Any]


class Delivery:
    """Sends what is due; ``per_minute`` letters at most, ``fault`` says why none goes now."""

    def __init__(
        self,
        outbox: Outbox,
        relay: Relay,
        write: Callable[[Taken], Awaitable[Written]],
        clock: Callable[[], int],
        per_minute: int,
    ) -> None:
        """``write`` makes a letter, or raises ``Void`` or ``NotTaken``; ``clock`` is in ms UTC."""
        self._outbox = outbox
        self._relay = relay
        self._write = write
        self._clock = clock
        self._pause = 60 / per_minute
        self._away = 0.0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.fault = ""

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name="mail")

    async def stop(self, seconds: float) -> None:
        """Finish the letter under way, for so many seconds at most, and begin no other."""
        if self._task is None:
            return
        self._stopping.set()
        _, late = await asyncio.wait([self._task], timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._relay.leave()

    async def _run(self) -> None:
        looked = 0
        while not self._stopping.is_set():
            try:
                if self._clock() - looked >= LOOK_S * SECOND:
                    await self._outbox.recover()
                    await self._outbox.expire()
                    looked = self._clock()
                await self._turn()
            except Unavailable:
                await self._rest(STORE_S)
            except Exception:
                log.exception("mail not sent")
                await self._rest(LOOK_S)
        await self._relay.close()

    async def _turn(self) -> None:
        """Send what is due, or wait for it."""
        queue = await self._outbox.queue()
        if not queue.waiting or queue.due > self._clock():
            await self._sleep(queue.due - self._clock() if queue.waiting else 0)
            return
        try:
            await self._relay.ready()
        except NotTaken as fault:
            await self._hold(fault)
            return
        taken = await self._outbox.take(self._clock())
        if taken is None:  # another process was quicker
            return
        await self._deliver(taken)
        await self._rest(self._pause)

    async def _deliver(self, taken: Taken) -> None:
        """Send one letter, and note what became of it until that is stored."""
        outbox, one = self._outbox, taken.id
        try:
            written = await self._write(taken)
            await self._relay.send(written.to, written.message)
        except Void:
            await self._store(lambda: outbox.void(one))
        except Unclear:
            log.warning("mail unclear", letter=one)
            await self._store(lambda: outbox.doubt(one, "silent"))
        except NotTaken as fault:
            why = fault.why
            if fault.lasting or taken.tries >= TRIES:
                await self._store(lambda: outbox.fail(one, why))
            else:
                due = self._clock() + delay(taken)
                await self._store(lambda: outbox.later(one, due, why))
            if fault.away:
                await self._hold(fault)
        except Exception:
            log.exception("mail not written", letter=one)
            await self._store(lambda: outbox.fail(one, "unwritten"))
        else:
            self.fault, self._away = "", 0.0
            await self._store(lambda: outbox.sent(one, written.told))

    async def _store(self, note: Callable[[], Awaitable[None]]) -> None:
        """Note what became of a letter; until that is stored, no other one is begun."""
        while True:
            try:
                return await note()
            except Unavailable:
                await asyncio.sleep(STORE_S)

    async def _hold(self, fault: NotTaken) -> None:
        """Wait for the relay, longer each time."""
        if not self.fault:
            log.warning("relay away")
        self.fault = fault.why
        self._away = min(AWAY_S, 2 * self._away or STORE_S)
        await self._rest(self._away)

    async def _sleep(self, left: int) -> None:
        """Wait for letters, for those of others as well; without any the relay is let go."""
        await self._relay.close()
        seconds = min(IDLE_S, left / SECOND) if left else IDLE_S
        waits = asyncio.create_task(self._outbox.wait(seconds))
        stops = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([waits, stops], return_when=asyncio.FIRST_COMPLETED)
        for task in (waits, stops):
            task.cancel()
        await asyncio.gather(waits, stops, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def delay(taken: Taken) -> int:
    """Return in how many ms a letter is tried again: twice as long each time, to four hours."""
    first = FIRST.get(taken.letter.kind, MINUTE)
    return min(AT_MOST, first << min(taken.tries - 1, 20))
