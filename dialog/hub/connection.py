"""One connection to a room: who it is, what it follows, and how far it has come.

A slow client needs no queue: the room remembers its number, and whether something of its own was
kept from it; while its transport is backed up it is left out, and gets both at once when it drains.
"""

from typing import Protocol

from dialog.forum.names import Stream, Who
from dialog.hub.closing import Close
from dialog.hub.limits import Strikes

NOTHING = -1


class Line(Protocol):
    """The transport beneath a connection; every call returns at once."""

    @property
    def backed_up(self) -> bool:
        """Tell whether earlier bytes still wait to be sent."""

    def post(self, frame: bytes) -> bool:
        """Send one frame and tell so, unless earlier bytes still wait."""

    def write(self, *frames: bytes) -> None:
        """Send frames, one behind the other."""

    def close(self, code: int, reason: str) -> None:
        """Say why, and hang up."""


class Connection:
    """A live connection after its hello; thousands are looked at in each tick."""

    __slots__ = (
        "line",
        "owed",
        "own",
        "pass_id",
        "resynced_at",
        "screen",
        "seen",
        "seq",
        "since",
        "stream",
        "strikes",
        "told",
        "who",
    )  # fmt: skip

    def __init__(
        self, line: Line, who: Who, stream: Stream, pass_id: int, screen: str = ""
    ) -> None:
        """Bind a line to a person and a stream; a ``screen`` says which one it is.

        ``own`` is the person whose own questions and upvotes travel here: a volunteer's on the
        floor. ``seq`` is what the client has, ``owed`` tells that it lacks something of its own,
        ``told`` is the last tick that has nothing to tell it any more, ``seen`` are the questions
        that it has told to have had on its screen, ``since`` is when it came (ms UTC).
        """
        self.line = line
        self.who = who
        self.own = who.person if stream is Stream.FLOOR else 0
        self.stream = stream
        self.pass_id = pass_id
        self.screen = screen
        self.since = 0
        self.seq = NOTHING
        self.owed = False
        self.told = NOTHING
        self.seen: set[int] = set()
        self.strikes = Strikes()
        self.resynced_at = float("-inf")

    def close(self, code: Close) -> None:
        """Hang up for a reason of the catalogue."""
        self.line.close(int(code), code.name.lower())
