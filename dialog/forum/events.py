"""What happened: facts with before and after, never copies of commands, never free text.

An event names texts by number. A kind is never reused and a field only added, with a default:
journals written today are read for decades.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dialog.forum.names import Field, Limits, Phase, Role, Show, Via
from dialog.forum.phase import Schedule, Switches
from dialog.forum.question import Answer, Draft, Mark, Recalled, Result, Standing, Wording


class Axis(StrEnum):
    """What a change changes: an axis of one question, or of the session (subject 0)."""

    STANDING = "standing"
    WORDING = "wording"
    TOPIC = "topic"
    RESULT = "result"
    ANSWER = "answer"
    DRAFT = "draft"
    SCRIBE = "scribe"
    BRIEFING = "briefing"
    REMOVED = "removed"
    STAGE = "stage"
    PHASE = "phase"
    SWITCHES = "switches"
    SCHEDULE = "schedule"
    BANNER = "banner"
    MESSAGE = "message"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Stage:
    """The running order, what is now (0: nothing) since when (ms UTC), and what was before.

    ``frozen`` comes after the running order while something is now, whoever rises meanwhile.
    """

    order: tuple[int, ...] = ()
    now: int = 0
    since: int = 0
    past: tuple[int, ...] = ()
    frozen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A backstage word: text number, time in ms UTC, and whether the stage has read it."""

    text: int
    at: int
    read: bool = False


Value = (
    Standing | Wording | str | Result | Answer | Draft | int | Stage | Phase | Switches | Schedule
    | Message | bool | None
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One axis before and after; ``subject`` is a question, a person (muted) or 0 (session)."""

    axis: Axis
    subject: int
    before: Value
    after: Value

    @property
    def inverse(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.axis, self.subject, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Declared:
    """The session was declared, or declared anew."""

    schedule: Schedule
    topics: tuple[str, ...]
    by_clock: bool
    readers: bool
    second_person: bool
    limits: Limits
    rehearsal: bool = False
    shows: tuple[Show, ...] = tuple(Show)


@dataclass(frozen=True, slots=True)
class Entered:
    """A member of staff came in; ``name`` is a text number."""

    person: int
    role: Role
    name: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was asked by the entry's person, or entered for someone (``via``).

    ``fresh``: by one of many new participants, none of whose questions was approved yet.
    """

    number: int
    wording: Wording
    via: Via | None = None
    fresh: bool = False


class Tap(NamedTuple):
    """One person's tap on one question; ``intent`` is its moment in ms UTC."""

    person: int
    number: int
    on: bool
    intent: int


@dataclass(frozen=True, slots=True)
class Upvoted:
    """The consecutive taps of one batch."""

    taps: tuple[Tap, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A moderator opened a question; the claim runs out at ``until`` (ms UTC)."""

    number: int
    until: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Likeness and personal data were found beside a question's text."""

    number: int
    alike: tuple[int, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Acted:
    """A command changed axes; ``undoes`` names the entry whose changes these take back.

    ``erased`` are texts of before whose bodies were overwritten, with all that follows from it.
    """

    act: str
    changes: tuple[Change, ...]
    undoes: int = 0
    erased: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Redacted:
    """Texts were blackened: the entry's texts are their new bodies under the old numbers."""

    number: int
    field: Field


@dataclass(frozen=True, slots=True)
class Sealed:
    """The record was published: who supported what is gone, these counts stay.

    ``counts`` are (question, own voters, shown voters); ``voters`` all who supported anything.
    """

    counts: tuple[tuple[int, int, int], ...]
    voters: int


@dataclass(frozen=True, slots=True)
class Purged:
    """What had its time is gone: the entry's texts are empty, people are numbers no more.

    ``persons`` keep their number: staff, and who asked one of the ``linked`` questions.
    """

    persons: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A session as its record tells it: the log of what led there is gone, or never was here.

    ``phase`` began at ``at`` (ms UTC); ``voters`` are all who supported anything.
    """

    phase: Phase
    at: int
    questions: tuple[Recalled, ...]
    voters: int


def overwrites(event: "Event") -> bool:
    """Tell whether an entry gave texts of before other bodies, whatever kind it is of."""
    if isinstance(event, Acted):
        return bool(event.erased)
    return isinstance(event, Redacted | Purged)


Event = (
    Declared | Entered | Asked | Upvoted | Claimed | Noted | Acted | Redacted | Sealed | Purged
    | Recorded
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: gapless number, time in ms UTC, person, event, new text bodies."""

    number: int
    at: int
    person: int
    event: Event
    texts: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What a command comes to: an event, and the bodies of the texts it names anew."""

    event: Event
    texts: tuple[tuple[int, str], ...] = ()
