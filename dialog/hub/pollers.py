"""Those who wait without a socket: until something has moved, or their pass has ended."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Pollers:
    """The polls that wait at a room."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._passes: dict[asyncio.Future[None], int] = {}

    @contextmanager
    def waiting(self, pass_id: int) -> Iterator[asyncio.Future[None]]:
        """Wait with a pass for as long as something takes; what is lent is done when to look."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._passes[future] = pass_id
        try:
            yield future
        finally:
            del self._passes[future]

    @property
    def passes(self) -> set[int]:
        """The passes with which anybody waits."""
        return set(self._passes.values())

    def wake(self) -> None:
        """Let everyone look."""
        _done(self._passes)

    def revoke(self, pass_id: int) -> None:
        """Let those of a pass that has ended wait no longer."""
        _done(future for future, waiting in self._passes.items() if waiting == pass_id)


def _done(futures: Iterable[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
