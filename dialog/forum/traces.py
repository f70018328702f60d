"""Every text that a question ever had, as numbers: what has to go must go from all of them."""

from collections.abc import Iterator

from dialog.forum.events import Axis, Value
from dialog.forum.names import Field
from dialog.forum.question import Answer, Draft, Question, Standing, Wording
from dialog.forum.session import Session

ASKER = (Field.NAME, Field.DISTRICT, Field.BACKGROUND)


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
    values = [value for _axis, value in _values(session, question)]
    return {n for value in values for field in fields for n in texts_of(value, field)}


def everything(session: Session, question: Question) -> set[int]:
    """Return the numbers of all texts about a question, also those that only the team has read."""
    found = ever(session, question, *Field)
    for axis, value in _values(session, question):
        if isinstance(value, Standing):
            found |= {value.note, value.appeal.text if value.appeal else 0}
        elif axis is Axis.BRIEFING and isinstance(value, int):
            found.add(value)
    return found - {0}


def _values(session: Session, question: Question) -> Iterator[tuple[Axis, Value]]:
    """Yield what stands on a question's axes, and what ever stood there; the wordings in order."""
    for deed in session.deeds.values():
        for change in deed.acted.changes:
            if change.subject == question.number:
                yield change.axis, change.before
                yield change.axis, change.after
    yield Axis.WORDING, question.wording
    yield Axis.ANSWER, question.answer
    yield Axis.DRAFT, question.draft
    yield Axis.STANDING, question.standing
    yield Axis.BRIEFING, question.briefing


def wordings(session: Session, question: Question) -> list[Wording]:
    """Return a question's wordings, the first one first, each that says something else once."""
    found = (value for _axis, value in _values(session, question) if isinstance(value, Wording))
    return list({(w.text, w.background): w for w in found}.values())


def appeals(session: Session, question: Question) -> set[int]:
    """Return the numbers of what its asker wrote against a decision."""
    values = (value for _axis, value in _values(session, question))
    found = {v.appeal.text for v in values if isinstance(v, Standing) and v.appeal}
    return found - {0}
