"""What takes long is made beside the event loop, which live sessions share: in one thread.

More threads would only hold up the loop more often: they all wait for the same interpreter.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

NAME = "dialog-press"
PIECE = 4_096  # signs of a page are made in about a millisecond
_PRESS = ThreadPoolExecutor(1, NAME)

P = ParamSpec("P")
T = TypeVar("T")


async def pressed(make: Callable[P, T], /, *args: P.args, **given: P.kwargs) -> T:
    """Return what ``make`` returns, made while the loop goes on."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_PRESS, partial(make, *args, **given))


def in_turns(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the pieces; in the press's thread, the loop gets its turn now and then."""
    beside = threading.current_thread().name.startswith(NAME)
    since = 0
    for piece in pieces:
        yield piece
        since += len(piece)
        if beside and since > PIECE:
            since = 0
            time.sleep(0)  # a turn itself takes some 50 µs
