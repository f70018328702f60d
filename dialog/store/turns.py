"""One thread for all writes, and two lines before it: rooms' batches, and all else.

They take turns, for hundreds who join at the same moment must not hold up the answers of a room.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Turns:
    """A thread that takes one of each line where both wait."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dialog-writer")
        self._lines: tuple[deque[Any], deque[Any]] = deque(), deque()
        self._turn = False

    def submit(self, work: Callable[[], T], *, batch: bool) -> Future[T]:
        """Stand in a line, the one of batches or the other."""
        future: Future[T] = Future()
        self._lines[batch].append((future, work))
        self._thread.submit(self._serve)
        return future

    def _serve(self) -> None:
        """Do what is first in the line whose turn it is, or in the other."""
        line = self._lines[self._turn] or self._lines[not self._turn]
        self._turn = line is self._lines[False]
        future, work = line.popleft()
        try:
            future.set_result(work())
        except BaseException as fault:  # noqa: BLE001 - it belongs to whoever asked
            future.set_exception(fault)

    def last(self, work: Callable[[], T]) -> Future[T]:
        """Do something after all that stands in line."""
        return self._thread.submit(work)

    def shutdown(self) -> None:
        """End the thread."""
        self._thread.shutdown()
