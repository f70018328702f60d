"""Who is here, counted by what they have in common: a person, an address, or nothing at all."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Crowd:
    """Those who are here; of one key at most ``most``."""

    def __init__(self, most: int) -> None:
        """Begin with nobody."""
        self._most = most
        self._here: dict[Hashable, int] = {}

    def enter(self, key: Hashable) -> bool:
        """Take one more in, or return false where ``most`` are here."""
        here = self._here.get(key, 0)
        if here >= self._most:
            return False
        self._here[key] = here + 1
        return True

    def leave(self, key: Hashable) -> None:
        """Let one go who has entered; a key that nobody has any more is forgotten."""
        self._here[key] -= 1
        if not self._here[key]:
            del self._here[key]

    @contextmanager
    def place(self, key: Hashable) -> Iterator[bool]:
        """Hold a place for as long as something takes, and tell whether there was one."""
        entered = self.enter(key)
        try:
            yield entered
        finally:
            if entered:
                self.leave(key)

    def __len__(self) -> int:
        """Return how many are here."""
        return sum(self._here.values())
