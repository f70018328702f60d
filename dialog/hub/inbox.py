"""What a room is commanded to do, until it is decided; refused at once while nothing is stored."""

import asyncio
from collections.abc import Callable
from typing import Final

from dialog.forum import commands as c
from dialog.forum.refusals import Code, Refusal
from dialog.hub.backoff import Backoff
from dialog.hub.ledger import Waiting

AT_MOST: Final = 20_000
STORAGE: Final = "storage"
LULL_S: Final = 0.002
AGAIN_MS: Final = 50  # a little after the try, or everyone comes a little too early


class Inbox:
    """Commands in the order of their coming, and until when there is no use in taking any.

    All times are seconds of the loop's clock.
    """

    def __init__(self, stir: Callable[[], None]) -> None:
        """Begin empty; ``stir`` is called when something came in."""
        self._stir = stir
        self._waiting: list[Waiting] = []
        self._outage = Backoff()
        self._closed = False

    def __len__(self) -> int:
        """Return how many commands wait."""
        return len(self._waiting)

    @property
    def storing(self) -> bool:
        """Tell whether what comes in can be stored."""
        return not self._outage.on

    def put(self, waiting: Waiting) -> None:
        """Take a command in, or refuse it at once."""
        if self._outage.on:
            self._refuse([waiting])
            return
        if len(self._waiting) >= AT_MOST or self._closed:
            waiting.tell(Refusal(Code.BUSY, retry_ms=1_000))
            return
        self._waiting.append(waiting)
        self._stir()

    def take(self) -> list[Waiting]:
        """Return all that waits; nothing of it waits any more."""
        taken, self._waiting = self._waiting, []
        return taken

    def put_back(self, taken: list[Waiting]) -> None:
        """Let what was taken and not decided wait again, before what came meanwhile."""
        self._waiting[:0] = taken
        self._stir()

    async def gather(self, window: float) -> None:
        """Let more come in, until for a moment nothing did, at most for ``window`` seconds."""
        loop = asyncio.get_running_loop()
        end, known, left = loop.time() + window, -1, window
        while left >= 0 and known < len(self._waiting):
            known = len(self._waiting)
            await asyncio.sleep(min(LULL_S, left))
            left = end - loop.time()

    def close(self) -> None:
        """Take nothing in any more."""
        self._closed = True

    def clear(self) -> None:
        """Refuse what still waits when the room has ended."""
        for waiting in self.take():
            waiting.tell(Refusal(Code.BUSY, retry_ms=2_000))

    # --- what fails ------------------------------------------------------------------------------

    def failed(self) -> bool:
        """Refuse what waits, and what comes until the next try; what was found beside texts stays.

        Tell whether this is the first failure of an outage.
        """
        first = self._outage.met(asyncio.get_running_loop().time())
        waiting = self.take()
        self._waiting = [one for one in waiting if isinstance(one.command, c.Note)]
        self._refuse(waiting)
        return first

    def left(self, now: float) -> float:
        """Return the seconds until the next try."""
        return self._outage.left(now)

    def tried(self) -> None:
        """Take commands again: a trial worked."""
        self._outage.tried()

    def stored(self) -> None:
        """Forget the outage: commands were stored."""
        self._outage.over()

    def _refuse(self, waiting: list[Waiting]) -> None:
        """Answer what cannot be stored now, with the time until the next try."""
        left = self._outage.left(asyncio.get_running_loop().time())
        busy = Refusal(Code.BUSY, field=STORAGE, retry_ms=int(left * 1000) + AGAIN_MS)
        for one in waiting:
            one.tell(one.command if isinstance(one.command, Refusal) else busy)
