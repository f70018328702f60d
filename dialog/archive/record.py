"""The shape of a record that a folder may hold: whoever wrote it, pages can show it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from dialog.forum.names import Kind, Outcome, Reason
from dialog.forum.texts import harmless

Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/?#]\S*\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]


class Answerer(msgspec.Struct):
    """Who answered."""

    name: str
    office: str


class Recording(msgspec.Struct):
    """Where the evening can be seen."""

    url: Address
    starts: Moment | None


class Merged(msgspec.Struct):
    """A question that was merged into another one."""

    number: Count
    text: str


class Kept(msgspec.Struct):
    """A promise kept."""

    at: Moment
    text: str


class Correction(msgspec.Struct):
    """An answer's earlier text."""

    at: Moment
    before: str


class Answer(msgspec.Struct):
    """An answer with its sources and what became of it."""

    text: str
    kind: Kind
    by: str | None
    until: date | None
    kept: Kept | None
    to: str | None
    sources: list[Address]
    minute: Count | None
    at: Moment | None
    corrections: list[Correction]


class Question(msgspec.Struct):
    """A question; one that was taken out keeps number, place and reason."""

    number: Count
    text: str | None
    background: str | None
    asker: str | None
    district: str | None
    topic: str | None
    upvotes: Count
    rank: Count | None
    asked: Moment | None
    outcome: Outcome
    outcome_at: Moment | None
    answer: Answer | None
    edited: bool
    merged: list[Merged]
    removed: str | None


class Figures(msgspec.Struct):
    """How many of each."""

    received: Count
    approved: Count
    stage_only: Count
    returned: dict[Reason, Count]
    merged: Count
    withdrawn: Count
    unreviewed: Count
    outcomes: dict[Outcome, Count]
    kept: Count
    upvotes: Count
    voters: Count


class Record(msgspec.Struct):
    """A whole record."""

    schema: Literal["dialog-transcript/1"]
    slug: str
    title: str
    language: Language
    introduction: str
    answerer: Answerer
    starts: Moment
    ends: Moment
    published: Moment
    recording: Recording | None
    topics: list[str]
    figures: Figures
    questions: list[Question]


def check(record: dict[str, Any]) -> None:
    """Raise ``ValueError`` where a record is not what pages can show."""
    msgspec.convert(record, Record)
    for text in _texts(record):
        if not harmless(text.replace("\r\n", "\n").replace("\t", " ")):
            raise ValueError("a text holds signs that nobody may use")


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield name
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            return
