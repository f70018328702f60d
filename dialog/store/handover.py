"""A decision that the loop makes for a thread which holds a lock meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Generic, Self, TypeVar

from dialog.forum.journal import Unavailable

BEGUN_S = 2.0  # less than the time after which PostgreSQL takes the lock away

Asked = TypeVar("Asked")
Made = TypeVar("Made")


class Handover(Generic[Asked, Made]):
    """Calls a function on the loop where it was made; who leaves the block wants no answer."""

    def __init__(self, make: Callable[[Asked], Made]) -> None:
        """Bind the function to the running loop."""
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._made: Future[Made] = Future()

    def __enter__(self) -> Self:
        """Begin; one decision can be asked for."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Take back what has not begun: nobody would hear of what it decides."""
        self._made.cancel()

    def __call__(self, asked: Asked) -> Made:
        """Return in a thread what the loop decides, or raise what it raises.

        Raise ``Unavailable`` where the loop does not come to it in time: others wait for the lock.
        """
        self._loop.call_soon_threadsafe(self._decide, asked)
        try:
            return self._made.result(BEGUN_S)
        except TimeoutError:
            if self._made.cancel():
                raise Unavailable("the loop is too busy") from None
            return self._made.result()  # it has begun, and waits for nothing

    def _decide(self, asked: Asked) -> None:
        if not self._made.set_running_or_notify_cancel():
            return
        try:
            self._made.set_result(self._make(asked))
        except BaseException as fault:  # noqa: BLE001 - it is raised where it was asked for
            self._made.set_exception(fault)
