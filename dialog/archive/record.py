"""The shape of a record that a folder may hold: whoever wrote it, pages can show it.

A record of an earlier shape is brought forward when it is read (``upcast``); what it did not say
stays unsaid.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from dialog.forum.names import Amended, Kind, Outcome, Reason
from dialog.forum.texts import harmless

SCHEMA = "dialog-transcript/2"

Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/?#]\S*\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Language = Literal["de", "en"]


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


class Correction(msgspec.Struct):
    """An earlier text, and when it was replaced."""

    at: Moment
    before: str


class Kept(msgspec.Struct):
    """A promise kept: when, and in which words."""

    at: Moment
    text: str
    corrections: list[Correction]


class Removed(msgspec.Struct):
    """Why a question was taken out, and when; a record of schema 1 does not say when."""

    at: Moment | None
    why: str


class Change(msgspec.Struct):
    """What became of a question after publication."""

    at: Moment
    what: Amended


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
    removed: Removed | None
    changes: list[Change]


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

    schema: Literal["dialog-transcript/2"]
    slug: str
    title: str
    language: Language
    introduction: str
    answerer: Answerer
    starts: Moment
    ends: Moment
    published: Moment
    changed: Moment
    recording: Recording | None
    topics: list[str]
    figures: Figures
    questions: list[Question]


FIRST = "dialog-transcript/1"
MOST_QUESTIONS = 200_000
MOMENTS = frozenset({"starts", "ends", "published", "changed", "at", "asked", "outcome_at"})
# What every reader of moments reads; the years in which pages can name a day in any zone.
WRITTEN = re.compile(
    r"(?:199|20\d|21\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)"
)


def upcast(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record in today's shape, itself where it has that already.

    Raise ``ValueError``, ``TypeError`` or ``LookupError`` for what never was a record.
    """
    if record.get("schema") != FIRST:
        return record
    published = record["published"]
    questions = [_second(question, published) for question in record["questions"]]
    moments = [one["at"] for question in questions for one in question["changes"]]
    changed = max((published, *moments), key=datetime.fromisoformat)
    return record | {"schema": SCHEMA, "changed": changed, "questions": questions}


def _second(question: Mapping[str, Any], published: str) -> dict[str, Any]:
    answer, removed = question["answer"], question["removed"]
    changes = list(_told(answer, published)) if answer else []
    changes.sort(key=lambda one: datetime.fromisoformat(one["at"]))
    if answer and answer["kept"]:
        answer = answer | {"kept": answer["kept"] | {"corrections": []}}
    return dict(question) | {
        "answer": answer,
        "removed": removed and {"at": None, "why": removed},
        "changes": changes,
    }


def _told(answer: Mapping[str, Any], published: str) -> Iterator[dict[str, Any]]:
    """Say again as changes what an answer of schema 1 told of its own history."""
    after = datetime.fromisoformat(published)
    made = [(answer["at"], Amended.ANSWERED)]
    made += [(old["at"], Amended.CORRECTED) for old in answer["corrections"]]
    made += [(answer["kept"]["at"], Amended.KEPT)] if answer["kept"] else []
    for at, what in made:
        if at and datetime.fromisoformat(at) > after:
            yield {"at": at, "what": what.value}


def check(record: dict[str, Any]) -> None:
    """Raise ``ValueError`` where a record is not what pages can show, or does not add up."""
    _check_sums(msgspec.convert(record, Record))
    for name, text in _said(record):
        if name in MOMENTS:
            _check_moment(text)
        if not harmless(text.replace("\r\n", "\n").replace("\t", " ")):
            raise ValueError("a text holds signs that nobody may use")


def _check_sums(record: Record) -> None:
    """Every question received stands in exactly one line of the figures, under its own number."""
    figures, questions = record.figures, record.questions
    merged = [one.number for question in questions for one in question.merged]
    numbers = [*(question.number for question in questions), *merged]
    lines = (figures.approved, figures.stage_only, figures.merged, figures.withdrawn)
    received = sum(lines) + figures.unreviewed + sum(figures.returned.values())
    outcomes = Counter(question.outcome for question in questions)
    sound = (
        len(set(numbers)) == len(numbers)
        and all(1 <= number <= figures.received for number in numbers)
        and figures.received == received <= MOST_QUESTIONS
        and figures.approved == len(questions)
        and figures.merged >= len(merged)
        and figures.outcomes == {one: outcomes[one] for one in Outcome if one is not Outcome.OPEN}
    )
    if not sound:
        raise ValueError("the figures do not add up to the questions")


def _check_moment(written: str) -> None:
    if not WRITTEN.fullmatch(written):
        raise ValueError(f"no moment of our time: {written[:40]}")
    datetime.fromisoformat(written)


def _said(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a record with the name under which it stands; names are texts, too."""
    match value:
        case str():
            yield name, value
        case dict():
            for inner, said in value.items():
                yield "", inner
                yield from _said(said, inner)
        case list():
            for said in value:
                yield from _said(said, name)
        case _:
            return
