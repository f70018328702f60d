"""The moderation log in words that a page or a table can show: who did what, when and why."""

from itertools import islice
from typing import Any

from dialog.forum.events import Acted, Axis, Change, Message, Stage, Value
from dialog.forum.names import Role
from dialog.forum.question import Standing, Wording
from dialog.forum.roles import VOLUNTEERS
from dialog.forum.session import Deed, Session
from dialog.forum.undoing import FINAL

# These are about what came on the stage, not about what went by that.
CALLS = frozenset({"now", "next", "back", "done"})


def log(session: Session, most: int | None = 200) -> list[dict[str, Any]]:
    """Return the moderation log, the latest first: who, when, what, on which question.

    Without a bound each also says why, and in which words a question, topic or note stood before
    and after.
    """
    latest = list(islice(reversed(session.deeds.items()), most))
    # An undoing is later than what it undoes.
    undone = {deed.acted.undoes: event for event, deed in reversed(latest) if deed.acted.undoes}
    said = [_deed(session, event, deed) | {"undone": undone.get(event)} for event, deed in latest]
    if most is None:
        said = [row | _words(session, deed) for row, (_, deed) in zip(said, latest, strict=True)]
    return said


def _words(session: Session, deed: Deed) -> dict[str, Any]:
    """Return the words that a deed is about: the reason and note it gave, the texts it changed."""
    given = [change.after for change in deed.acted.changes if isinstance(change.after, Standing)]
    changed = [
        (_worded(session, c, c.before), _worded(session, c, c.after)) for c in deed.acted.changes
    ]
    return {
        "reason": next((standing.reason for standing in given if standing.reason), None),
        "note": next((session.text(standing.note) for standing in given), ""),
        "before": "\n".join(before for before, after in changed if before != after and before),
        "after": "\n".join(after for before, after in changed if before != after and after),
    }


def _worded(session: Session, change: Change, value: Value) -> str:
    match change.axis, value:
        case Axis.WORDING, Wording(text, background, name):
            parts = map(session.text, (text, background, name))
            return "\n".join(part for part in parts if part)
        case Axis.TOPIC, str(topic):
            return topic
        case ((Axis.BRIEFING | Axis.BANNER), int(text)):
            return session.text(text)
        case Axis.MESSAGE, Message(text):
            return session.text(text)
        case _:
            return ""


def _kept(deed: Deed) -> set[int]:
    """Return the questions into which others were merged, or from which they were taken."""
    values = (value for change in deed.acted.changes for value in (change.before, change.after))
    return {value.into for value in values if isinstance(value, Standing) and value.into}


def _act(acted: Acted) -> str:
    """Return the name of an act; of a switch that goes both ways, the way it was put."""
    if acted.act != "blank":
        return acted.act
    emptied = any(getattr(change.after, "blank", False) for change in acted.changes)
    return "blank" if emptied != bool(acted.undoes) else "unblank"


def _called(acted: Acted) -> list[int]:
    """Return the question that a deed called up, or ended where it called none."""
    stages = [(change.before, change.after) for change in acted.changes]
    for before, after in stages:
        if isinstance(before, Stage) and isinstance(after, Stage):
            then, since = (after, before) if acted.undoes else (before, after)
            return [since.now or then.now]
    return []


def _role(session: Session, deed: Deed) -> Role:
    """Return in which role something was done, also once nobody knows by whom."""
    staff = session.staff.get(deed.person)
    if staff:
        return staff.role
    asker = deed.person or deed.acted.act in VOLUNTEERS
    return Role.VOLUNTEER if asker else Role.SYSTEM


def _deed(session: Session, event: int, deed: Deed) -> dict[str, Any]:
    numbers = [change.subject for change in deed.acted.changes if change.subject]
    if deed.acted.act in CALLS:
        numbers = _called(deed.acted)
    return {
        "event": event,
        "at": deed.at,
        "who": session.name(deed.person),
        "person": deed.person,
        "role": _role(session, deed),
        "act": _act(deed.acted),
        "number": next(iter(numbers), None),
        "numbers": sorted({*numbers, *_kept(deed)}),
        "undoes": deed.acted.undoes or None,
        "undoable": deed.acted.act not in FINAL,
    }
