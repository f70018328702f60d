"""Every text that a question ever had, as numbers: what has to go must go from all of them."""

from collections.abc import Collection
from typing import cast

from dialog.forum.events import Axis, Value
from dialog.forum.names import Field
from dialog.forum.question import Answer, Draft, Question, Standing, Wording
from dialog.forum.session import Session

ASKER = (Field.NAME, Field.DISTRICT, Field.BACKGROUND)
AXES = (Axis.WORDING, Axis.ANSWER, Axis.DRAFT, Axis.STANDING, Axis.BRIEFING)

Stood = list[tuple[Axis, Value]]


def texts_of(value: Value, field: Field) -> tuple[int, ...]:
    """Return the numbers of a field's texts in one value of an axis, the present one first."""
    found: tuple[int, ...] = ()
    match value, field:
        case Wording(), Field.TEXT | Field.BACKGROUND | Field.NAME | Field.DISTRICT:
            found = (getattr(value, field.value),)
        case Answer(), Field.ANSWER:
            found = (value.text, *(old.before for old in value.corrections))
        case Draft(), Field.ANSWER:
            found = (value.text,)
        case Answer(), Field.BY | Field.TO:
            found = (getattr(value, field.value),)
        case Answer(), Field.SOURCES:
            found = value.sources
        case Answer(), Field.KEPT if value.kept:
            found = (value.kept.text, *(old.before for old in value.kept.corrections))
    return tuple(number for number in found if number)


def ever(session: Session, question: Question, *fields: Field) -> set[int]:
    """Return the numbers of all texts that some fields ever had, now and before."""
    return texts_among(values(session, (question.number,))[question.number], *fields)


def everything(session: Session, question: Question) -> set[int]:
    """Return the numbers of all texts about a question, also those that only the team has read."""
    stood = values(session, (question.number,))[question.number]
    found = texts_among(stood, *Field) | appeals(stood)
    for axis, value in stood:
        if isinstance(value, Standing):
            found.add(value.note)
        elif axis is Axis.BRIEFING and isinstance(value, int):
            found.add(value)
    return found - {0}


def values(session: Session, numbers: Collection[int]) -> dict[int, Stood]:
    """Return what stands on the axes of some questions, after all that ever stood there.

    All that was ever done is read once for all of them, for that may take a while.
    """
    found: dict[int, Stood] = {number: [] for number in numbers}
    for deed in session.deeds.values():
        for change in deed.acted.changes:
            if change.subject in found and change.axis in AXES:
                found[change.subject] += (change.axis, change.before), (change.axis, change.after)
    for number, stood in found.items():
        question = session.questions[number]
        stood += [(axis, cast("Value", getattr(question, axis.value))) for axis in AXES]
    return found


def texts_among(stood: Stood, *fields: Field) -> set[int]:
    """Return the numbers of the texts of some fields among what stood on a question's axes."""
    return {n for _axis, value in stood for field in fields for n in texts_of(value, field)}


def wordings(stood: Stood) -> list[Wording]:
    """Return a question's wordings, the first one first, each that says something else once."""
    found = (value for _axis, value in stood if isinstance(value, Wording))
    return list({(w.text, w.background): w for w in found}.values())


def appeals(stood: Stood) -> set[int]:
    """Return the numbers of what its asker wrote against a decision."""
    found = {v.appeal.text for _, v in stood if isinstance(v, Standing) and v.appeal}
    return found - {0}
