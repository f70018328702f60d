"""A passage that somebody selected, typed or pasted, found again in the text that it stands in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialog.forum.names import BLACKENED, Field
from dialog.forum.organising import shown
from dialog.forum.question import Question
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.traces import texts_among, texts_of, values

AROUND = 60
MOST = 50


@dataclass(frozen=True, slots=True)
class Marking:
    """What a form wants blackened: the places its passage stands at, ``at`` the one that is meant.

    Of sources, ``at`` counts those taken out whole; (0, 0) stands for earlier wordings alone.
    """

    field: Field
    rev: int
    text: str
    places: tuple[tuple[int, int], ...]
    at: tuple[int, int] | None

    @property
    def black(self) -> tuple[str, str]:
        """What will stand before and after the black."""
        start, end = self.at or (0, 0)
        return self.text[:start], self.text[end:]

    @property
    def around(self) -> list[dict[str, Any]]:
        """The places with the words around them, to choose from."""
        return [
            {
                "from": start,
                "before": self.text[max(start - AROUND, 0) : start],
                "passage": self.text[start:end],
                "after": self.text[end : end + AROUND],
            }
            for start, end in self.places[:MOST]
        ]


def texts(session: Session, question: Question) -> list[dict[str, Any]]:
    """Return the texts of a question that can be blackened, as they stand, each source alone."""
    found: list[dict[str, Any]] = []
    stood = values(session, (question.number,))[question.number]
    for field in Field:
        number = shown(session, question, field)
        if field is Field.SOURCES:
            links = sources(session, question)
            found += [{"field": f"{field}:{n}", "text": link} for n, link in enumerate(links)]
            continue
        before = {session.text(n) for n in texts_among(stood, field) - {number}}
        earlier = bool(before - {"", BLACKENED})
        if session.text(number) or earlier:
            found.append({"field": field.value, "text": session.text(number), "earlier": earlier})
    return found


def sources(session: Session, question: Question) -> list[str]:
    """Return the sources that are still there."""
    return [link for link in map(session.text, texts_of(question.answer, Field.SOURCES)) if link]


def mark(session: Session, form: Mapping[str, str], number: int) -> Marking | Refusal:
    """Return what a form wants blackened, or why nothing can be."""
    question = session.questions.get(number)
    name, _, count = form.get("field", "").partition(":")
    if question is None or name not in {field.value for field in Field}:
        return Refusal(Code.MALFORMED, field="field")
    field, rev = Field(name), question.rev
    if field is Field.SOURCES:
        links = dict(enumerate(sources(session, question)))
        chosen = int(count) if count.isascii() and count.isdigit() else -1
        if chosen not in links:
            return Refusal(Code.MALFORMED, field="field")
        return Marking(field, rev, links[chosen], (), (chosen, chosen + 1))
    text = session.text(shown(session, question, field))
    if form.get("earlier"):
        return Marking(field, rev, text, (), (0, 0))
    found = places(text, form.get("passage", ""))
    if not found:
        return Refusal(Code.MALFORMED if form.get("passage") else Code.EMPTY, field="passage")
    return Marking(field, rev, text, tuple(found), _meant(found, form.get("from", "")))


def places(text: str, passage: str) -> list[tuple[int, int]]:
    """Return where a passage stands, in code points; spaces and breaks are all the same.

    Where it stands nowhere in this case, it is looked for in any.
    """
    words = r"\s+".join(map(re.escape, passage.split()))
    if not words:
        return []
    for how in (0, re.IGNORECASE):
        found = [match.span() for match in re.finditer(words, text, how)]
        if found:
            return found
    return []


def _meant(found: list[tuple[int, int]], start: str) -> tuple[int, int] | None:
    """Return the only place, or the one that was pointed at."""
    alone = found[0] if len(found) == 1 else None
    return next((place for place in found if str(place[0]) == start), alone)
