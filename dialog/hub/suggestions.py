"""What is public in a room and resembles a text that somebody types.

An index of its own: what is not public must neither be found nor weigh anything, or one could type
until the order of what is found betrays it.
"""

from collections.abc import Iterable
from itertools import islice

from dialog.forum.likeness import Likeness
from dialog.forum.names import Stream
from dialog.forum.session import Session
from dialog.forum.views import visible

READ_AT_ONCE = 500  # at the opening, which must not wait for more
READ_ON = 50  # with each search


class Suggestions:
    """The public questions of a session, by likeness."""

    def __init__(self, session: Session) -> None:
        """Begin with some of the questions that are there; the others follow with each search."""
        self._session = session
        self._likeness = Likeness(self._text)
        self._said: dict[int, int] = {}
        self._unread = dict.fromkeys(session.questions)
        self._read_on(READ_AT_ONCE)

    def note(self, numbers: Iterable[int]) -> None:
        """Take notice of rows that changed; what is not public any more, or reworded, at once."""
        for number in numbers:
            if number in self._likeness:
                self._take(number)
            else:
                self._unread[number] = None

    def like(self, text: str) -> tuple[int, ...]:
        """Return up to three public questions that resemble a text, the closest first."""
        self._read_on(READ_ON)
        return self._likeness.like(text)

    def _read_on(self, count: int) -> None:
        for number in list(islice(self._unread, count)):
            del self._unread[number]
            self._take(number)

    def _take(self, number: int) -> None:
        if not visible(self._session, Stream.FLOOR, number):
            self._likeness.discard(number)
            self._said.pop(number, None)
            return
        said = hash(self._text(number))
        if self._said.get(number) != said:
            self._said[number] = said
            self._likeness.put(number)

    def _text(self, number: int) -> str:
        return self._session.text(self._session.questions[number].wording.text)
