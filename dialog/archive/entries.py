"""What is read of published records: their questions, each with the session it was asked in."""

from collections.abc import Iterator
from typing import NamedTuple

from dialog.archive.record import Question


class Evening(NamedTuple):
    """The session of a record; ``starts`` is ISO 8601 with its zone."""

    slug: str
    title: str
    language: str
    starts: str
    by: str
    office: str


class Entry(NamedTuple):
    """A question that can be read."""

    evening: Evening
    question: Question

    @property
    def path(self) -> str:
        """The permanent address, without the server's name."""
        return f"/archive/{self.evening.slug}/{self.question.number}"

    @property
    def tongue(self) -> str:
        """The language whose word forms count."""
        return "en" if self.evening.language == "en" else "de"

    @property
    def text(self) -> str:
        """What was asked."""
        return self.question.text or ""

    def others(self) -> Iterator[tuple[str, str]]:
        """Yield the other texts, each after what it is."""
        question, answer = self.question, self.question.answer
        if answer:
            yield "answer", answer.text
        if question.background:
            yield "background", question.background
        if answer and answer.kept:
            yield "kept", answer.kept.text
        for one in question.merged:
            yield "merged", one.text


def shown(evening: Evening, question: Question) -> Entry | None:
    """Return what can be read of a question, None where it was taken out."""
    gone = question.removed or not question.text
    return None if gone else Entry(evening, question)
