"""The door: how many connections there may be, in all and from one address."""

from collections.abc import Callable
from dataclasses import dataclass

from dialog.edge.aliases import Aliases
from dialog.edge.crowd import Crowd

try:
    import resource
except ImportError:  # pragma: no cover - Windows counts no descriptors
    resource = None  # type: ignore[assignment]

SPARE = 64
OWN_FILES = 128
ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """A connection's place; who is not ``welcome`` has one only to be told so."""

    welcome: bool
    leave: Callable[[], None]


class Door:
    """Lets connections in; beyond the limits a few are told so, and all others cut."""

    def __init__(self, most: int, per_address: int, aliases: Aliases) -> None:
        """``most`` in all, ``per_address`` from one address."""
        self._all = Crowd(most)
        self._addresses = Crowd(per_address)
        self._spare = Crowd(SPARE)
        self._aliases = aliases

    def arrive(self, address: str) -> Place | None:
        """Return a place for a connection, or none."""
        alias = self._aliases.of(address)
        if self._all.enter(ALL):
            if self._addresses.enter(alias):
                return Place(welcome=True, leave=lambda: self._leave(alias))
            self._all.leave(ALL)
        if self._spare.enter(ALL):
            return Place(welcome=False, leave=lambda: self._spare.leave(ALL))
        return None

    def __len__(self) -> int:
        """Return how many were let in."""
        return len(self._all)

    def _leave(self, alias: bytes) -> None:
        self._all.leave(ALL)
        self._addresses.leave(alias)


def room_for(connections: int) -> int:
    """Make room for so many connections, and return for how many the system lets us have it.

    Each is an open file, and a process that can open none more cannot open its database either.
    """
    if resource is None:  # pragma: no cover - as above
        return connections
    own = SPARE + OWN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < connections + own:
        most = hard if hard != resource.RLIM_INFINITY else connections + own
        soft = min(connections + own, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - own))
