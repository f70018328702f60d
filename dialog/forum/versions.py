"""The versions of an answer: every text that was saved or handed in, read from what was done.

The journal keeps each autosave. Shown are all texts handed in or corrected and the last drafts, and
of earlier drafts the last of each person and minute; of all that the latest ``MOST``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dialog.forum.events import Axis, Change
from dialog.forum.names import MINUTE, Stream
from dialog.forum.question import Answer, Draft
from dialog.forum.session import Session
from dialog.forum.views import Row, instant, visible

LAST = 3
MOST = 60


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an answer: the entry that brought it, its moment in ms UTC, who, and how."""

    event: int
    at: int
    person: int
    act: str
    text: int


def versions(session: Session, number: int) -> list[Version]:
    """Return the versions of a question's answer, the latest first."""
    written = list(_written(session, number))
    kept, minutes, drafts = [], set(), 0
    for version in reversed(written):
        minute = (version.person, version.at // MINUTE)
        draft = version.act == "draft"
        drafts += draft
        if not draft or drafts <= LAST or minute not in minutes:
            kept.append(version)
        if draft:
            minutes.add(minute)
    return kept[:MOST]


def version_rows(session: Session, number: int) -> list[Row]:
    """Return the versions as the stage's staff reads them; none of what the stage does not show."""
    if number not in session.questions or not visible(session, Stream.STAGE, number):
        return []
    return [
        {
            "event": version.event,
            "at": instant(version.at),
            "by": session.name(version.person),
            "act": version.act,
            "text": session.text(version.text),
        }
        for version in versions(session, number)
    ]


def _written(session: Session, number: int) -> Iterator[Version]:
    """Yield each text once, when it came; an undone act brings no new one."""
    seen = {0}
    for event, deed in session.deeds.items():
        for change in deed.acted.changes:
            text = _text(change) if change.subject == number else 0
            if text not in seen:
                seen.add(text)
                yield Version(event, deed.at, deed.person, deed.acted.act, text)


def _text(change: Change) -> int:
    after = change.after
    if change.axis in (Axis.DRAFT, Axis.ANSWER) and isinstance(after, Draft | Answer):
        return after.text
    return 0
