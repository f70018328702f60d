"""What every peer sends: one text, stamped when it is sent, at every tick while it is asked to.

``python -m tests.bench.peers.<peer> PORT FRAME TICK_MS READY``; SIGUSR1 begins the ticks, SIGUSR2
ends them. The file READY appears once it listens.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

STAMP = '{"at":'
DIGITS = 20


class Bulletin:
    """The text of a frame and when it goes out."""

    def __init__(self) -> None:
        """Read the command line."""
        port, frame, tick_ms, ready = sys.argv[1:5]
        self.port, self.tick, self._ready = int(port), int(tick_ms) / 1000, Path(ready)
        self._text = Path(frame).read_text("utf-8")

    def text(self) -> str:
        """Return the text with the present moment in it."""
        stamped = f"{STAMP}{time.monotonic_ns():0{DIGITS}d}"
        return stamped + self._text[len(stamped) :]

    async def ticks(self, publish: Callable[[str], Awaitable[None] | None]) -> None:
        """Publish at every tick that is asked for, until cancelled."""
        loop, on = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, on.set)
        loop.add_signal_handler(signal.SIGUSR2, on.clear)
        self._ready.touch()
        while True:
            await on.wait()
            due = loop.time() + self.tick
            sent = publish(self.text())
            if sent is not None:
                await sent
            await asyncio.sleep(due - loop.time())
