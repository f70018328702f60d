"""Who is here, counted by what they have in common: a person, an address, or nothing at all."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager


def nowhere(_key: Hashable) -> int:
    """Return how many are elsewhere, where there is no other place."""
    return 0


class Crowd:
    """Those who are here; of one key at most ``most``, those ``elsewhere`` counted in."""

    def __init__(self, most: int, elsewhere: Callable[[Hashable], int] = nowhere) -> None:
        """Begin with nobody."""
        self._most = most
        self._elsewhere = elsewhere
        self._here: dict[Hashable, int] = {}

    def enter(self, key: Hashable) -> bool:
        """Take one more in, or return false where ``most`` are here."""
        here = self._here.get(key, 0)
        if here + self._elsewhere(key) >= self._most:
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

    def places(self) -> Iterable[tuple[Hashable, int]]:
        """Return how many are here of each key."""
        return tuple(self._here.items())

    def __len__(self) -> int:
        """Return how many are here."""
        return sum(self._here.values())
