"""A session with its board: what a journal adds up to at a number, followed entry by entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from dialog.forum.board import Board
from dialog.forum.events import Entry
from dialog.forum.evolve import Touched, begin, evolve
from dialog.forum.session import Session
from dialog.forum.window import FULL, Extent


@dataclass(slots=True)
class State:
    """All that is known of a session; nothing else is needed to go on from there."""

    session: Session
    board: Board = field(default_factory=Board)

    @classmethod
    def begin(cls, texts: Mapping[int, str], extent: Extent = FULL) -> Self:
        """Return the state before the first entry, with the bodies of all texts at hand."""
        return cls(begin(texts), Board(extent))

    def follow(self, entry: Entry) -> Touched:
        """Apply the next entry and return what it touched."""
        touched = evolve(self.session, entry)
        self.board.follow(self.session, touched)
        return touched

    def catch_up(self, entries: Iterable[Entry]) -> None:
        """Apply the next entries before anybody has read a stream.

        Once every stream has a window, nobody resumes from a number before its first look: then all
        rows may have the version of the last entry, and each is looked at once.
        """
        left = iter(entries)
        while not self.board.windowed:
            entry = next(left, None)
            if entry is None:
                return
            self.follow(entry)
        touched = Touched()
        for entry in left:
            evolve(self.session, entry, touched)
        self.board.follow(self.session, touched)
