"""The published answers of all records, found by what their questions resemble."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dialog.archive.entries import Evening, shown
from dialog.archive.record import Question
from dialog.forum.likeness import Likeness


class Published(NamedTuple):
    """A published answer: its question, who gave it, and when the session began (ISO 8601)."""

    slug: str
    number: int
    text: str
    by: str
    starts: str

    @property
    def path(self) -> str:
        """The permanent address, without the server's name."""
        return f"/archive/{self.slug}/{self.number}"


class Answers:
    """An index over questions that have an answer in a published record."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[int, Published] = {}
        self._known: dict[tuple[str, int], int] = {}
        self._likeness = Likeness(lambda key: self._kept[key].text)
        self._last = 0

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, evening: Evening, questions: Iterable[Question]) -> Iterator[None]:
        """Take a record in, in the place of what was known of it; between steps others may work."""
        slug = evening.slug
        found = {one.number: one for one in _answered(evening, questions)}
        gone = [n for known, n in self._known if known == slug and n not in found]
        for number in gone:
            self._drop(self._known.pop((slug, number)))
            yield
        for number, one in found.items():
            key = self._known.get((slug, number), 0)
            if self._kept.get(key) != one:
                self._drop(key)
                self._last += 1
                self._known[slug, number] = self._last
                self._kept[self._last] = one
                self._likeness.put(self._last)
                yield

    def drop(self, slug: str) -> Iterator[None]:
        """Forget a record that is there no more."""
        for known in [known for known in self._known if known[0] == slug]:
            self._drop(self._known.pop(known))
            yield

    def like(self, text: str) -> list[Published]:
        """Return up to three answers whose questions resemble a text, the closest first."""
        return [self._kept[key] for key in self._likeness.like(text)]

    def _drop(self, key: int) -> None:
        self._likeness.discard(key)
        self._kept.pop(key, None)


def _answered(evening: Evening, questions: Iterable[Question]) -> Iterator[Published]:
    for question in questions:
        entry = shown(evening, question)
        if entry and question.answer:
            yield Published(evening.slug, question.number, entry.text, evening.by, evening.starts)
