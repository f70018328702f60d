"""Who is there: connections by stream, people counted once whatever their tabs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from pyroaring import BitMap

from dialog.forum.names import Role, Stream
from dialog.hub.connection import Connection


class There(msgspec.Struct, array_like=True, frozen=True):
    """Who is there at one process: people by role, as packed sets, and how many without a name.

    Of screens since when (ms UTC).
    """

    people: dict[Role, bytes]
    nameless: int
    screens: dict[str, int] = {}


class Presence:
    """The connections of one room, and who is there at other processes."""

    def __init__(self) -> None:
        """Begin with nobody."""
        # In the order of coming, as they lie in memory: a set would lead through it at random.
        self._all: dict[Stream, dict[Connection, None]] = {stream: {} for stream in Stream}
        self._people: dict[int, set[Connection]] = {}
        self._elsewhere: dict[Role, BitMap] = {}
        self._nameless = 0
        self._screens: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of connections."""
        return sum(len(connections) for connections in self._all.values())

    def enter(self, connection: Connection) -> None:
        """Add a connection."""
        self._all[connection.stream][connection] = None
        if connection.who.person:
            self._people.setdefault(connection.who.person, set()).add(connection)

    def leave(self, connection: Connection) -> None:
        """Remove a connection; one that is not there is no fault."""
        self._all[connection.stream].pop(connection, None)
        own = self._people.get(connection.who.person)
        if own is not None:
            own.discard(connection)
            if not own:
                del self._people[connection.who.person]

    def follow(self, stream: Stream) -> Iterable[Connection]:
        """Return the connections of a stream, safe against leaving meanwhile."""
        return tuple(self._all[stream])

    def of(self, person: int) -> Iterable[Connection]:
        """Return all connections of a person."""
        return tuple(self._people.get(person, ()))

    def everyone(self) -> Iterable[Connection]:
        """Return all connections."""
        return tuple(chain.from_iterable(self._all.values()))

    @property
    def people(self) -> int:
        """Return how many are there: people once, nameless readers by connection."""
        if not self._elsewhere:
            return len(self._people) + self._without_name() + self._nameless
        people = BitMap.union(BitMap(self._people), *self._elsewhere.values())
        return len(people) + self._without_name() + self._nameless

    def roles(self) -> dict[str, int]:
        """Return how many people are there in each role."""
        here, counts = self._by_role(), Counter[Role]()
        for role in here.keys() | self._elsewhere.keys():
            counts[role] = len(here.get(role, BitMap()) | self._elsewhere.get(role, BitMap()))
        counts[Role.READER] += self._without_name() + self._nameless
        return {role.value: counts[role] for role in Role if counts[role]}

    def since(self, role: Role) -> list[tuple[str, int]]:
        """Return who is here in a role, by name, and since when (ms UTC); who came first first."""
        here: list[tuple[str, int]] = []
        for connections in self._people.values():
            own = [(c.who.name, c.since) for c in connections if c.who.role is role]
            if own:
                here.append(min(own, key=lambda came: came[1]))
        return sorted(here, key=lambda came: came[1])

    def screens(self) -> dict[str, int]:
        """Return which screens are there, and since when (ms UTC)."""
        return self._earliest([self._screens, self._own_screens()])

    # --- other processes -------------------------------------------------------------------------

    def there(self) -> There:
        """Return who is here, to be told to other processes."""
        people = {role: people.serialize() for role, people in self._by_role().items()}
        return There(people, self._without_name(), self._own_screens())

    def hear(self, elsewhere: Sequence[There]) -> None:
        """Take in who is at the other processes, instead of what was known of them."""
        self._elsewhere = {}
        for there in elsewhere:
            for role, packed in there.people.items():
                known = self._elsewhere.get(role, BitMap())
                self._elsewhere[role] = known | BitMap.deserialize(packed)
        self._nameless = sum(there.nameless for there in elsewhere)
        self._screens = self._earliest([there.screens for there in elsewhere])

    def _by_role(self) -> dict[Role, BitMap]:
        found: dict[Role, BitMap] = {}
        for person, connections in self._people.items():
            for connection in connections:
                found.setdefault(connection.who.role, BitMap()).add(person)
        return found

    def _own_screens(self) -> dict[str, int]:
        shown = (c for c in self._all[Stream.FLOOR] if c.screen)
        return self._earliest([{c.screen: c.since} for c in shown])

    @staticmethod
    def _earliest(found: Iterable[Mapping[str, int]]) -> dict[str, int]:
        first: dict[str, int] = {}
        for screens in found:
            for screen, since in screens.items():
                first[screen] = min(since, first.get(screen, since))
        return first

    def _without_name(self) -> int:
        return sum(not c.who.person for c in self._all[Stream.FLOOR])
