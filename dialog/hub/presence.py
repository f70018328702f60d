"""Who is there: connections by stream, people counted once whatever their tabs."""

from collections import Counter
from collections.abc import Iterable

from dialog.forum.names import Role, Stream
from dialog.hub.connection import Connection


class Presence:
    """The connections of one room."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._all: dict[Stream, set[Connection]] = {stream: set() for stream in Stream}
        self._people: dict[int, set[Connection]] = {}

    def __len__(self) -> int:
        """Return the number of connections."""
        return sum(len(connections) for connections in self._all.values())

    def enter(self, connection: Connection) -> None:
        """Add a connection."""
        self._all[connection.stream].add(connection)
        if connection.who.person:
            self._people.setdefault(connection.who.person, set()).add(connection)

    def leave(self, connection: Connection) -> None:
        """Remove a connection; one that is not there is no fault."""
        self._all[connection.stream].discard(connection)
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
        return tuple(c for connections in self._all.values() for c in connections)

    @property
    def people(self) -> int:
        """Return how many are there: people once, nameless readers by connection."""
        nameless = sum(not c.who.person for c in self._all[Stream.FLOOR])
        return len(self._people) + nameless

    def roles(self) -> dict[str, int]:
        """Return how many people are there in each role."""
        seen = {(c.who.role, c.who.person or id(c)) for c in self.everyone()}
        counts = Counter(role for role, _ in seen)
        return {role.value: counts[role] for role in Role if counts[role]}
