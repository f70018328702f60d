"""The words of the forum as closed sets; their values stand in the journal and on the wire."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a session stands in its life."""

    ANNOUNCED = "announced"
    OPEN = "open"
    LIVE = "live"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Review(StrEnum):
    """What moderation made of a question."""

    WAITING = "waiting"
    APPROVED = "approved"
    STAGE_ONLY = "stage_only"
    RETURNED = "returned"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    UNREVIEWED = "unreviewed"


class Outcome(StrEnum):
    """How a question ended."""

    OPEN = "open"
    ALOUD = "aloud"
    PROMISED = "promised"
    WRITTEN = "written"
    REFERRED = "referred"
    NOT_REACHED = "not_reached"


class Reason(StrEnum):
    """Why a question was returned: the nine published reasons, in the order of their keys 1-9."""

    OFF_TOPIC = "off_topic"
    ALREADY_ANSWERED = "already_answered"
    NOT_OURS = "not_ours"
    SINGLE_CASE = "single_case"
    NO_QUESTION = "no_question"
    INSULTING = "insulting"
    PENDING = "pending"
    ADVERTISING = "advertising"
    UNCLEAR = "unclear"


class Role(StrEnum):
    """What a person is in one session; ``SYSTEM`` is the server itself, its clock and its notes."""

    READER = "reader"
    VOLUNTEER = "volunteer"
    MODERATOR = "moderator"
    SCRIBE = "scribe"
    MINISTER = "minister"
    ORGANISER = "organiser"
    SYSTEM = "system"


class Stream(StrEnum):
    """A view of a session that many connections share byte for byte."""

    FLOOR = "floor"
    STAGE = "stage"
    DESK = "desk"


class Show(StrEnum):
    """How an asker wants to be shown."""

    NAME = "name"
    TEAM = "team"
    ANONYMOUS = "anonymous"


class Admission(StrEnum):
    """How a volunteer came in: by an invitation, by a code or link for all, or as one of many new.

    ``NEW``: more came from one network than usual; their first questions wait in a second list.
    """

    INVITED = "invited"
    JOINED = "joined"
    NEW = "new"


class Via(StrEnum):
    """On which way a question reached a moderator who entered it for someone."""

    PHONE = "phone"
    MAIL = "mail"
    CHAT = "chat"
    HALL = "hall"


class Kind(StrEnum):
    """Whether an answer is a summary or what was said word for word."""

    SUMMARY = "summary"
    VERBATIM = "verbatim"


class Field(StrEnum):
    """A text of a question that can be blackened."""

    TEXT = "text"
    BACKGROUND = "background"
    ANSWER = "answer"
    NAME = "name"
    KEPT = "kept"
    DISTRICT = "district"
    BY = "by"
    TO = "to"
    SOURCES = "sources"


class Amended(StrEnum):
    """What became of a question's place in the record after publication."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    KEPT = "kept"
    BLACKENED = "blackened"
    NAME = "name"
    REMOVED = "removed"


class Appealed(StrEnum):
    """What an asker wants looked at again: a return, or an edit."""

    APPEAL = "appeal"
    OBJECT = "object"


SYSTEM_PERSON = 0
SECOND = 1_000
MINUTE = 60 * SECOND
ASK_GRACE = 60 * SECOND
SECOND_LIST = 200
REWORD_GRACE = 15 * MINUTE
CLAIM_TIME = 2 * MINUTE
INTENT_TIME = 10 * MINUTE
INTENT_ROOM = 1_000_000
BLACKENED = "█████"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one session: lengths in code points, times in milliseconds."""

    text: int = 300
    background: int = 1_000
    waiting: int = 5
    ask_ms: int = 20_000
    answer: int = 8_000
    short: int = 300
    name: int = 80


@dataclass(frozen=True, slots=True)
class Who:
    """The person who acts: number in this session, role by the address used, name as given."""

    person: int
    role: Role
    name: str = ""
    admission: Admission = Admission.JOINED


SYSTEM = Who(SYSTEM_PERSON, Role.SYSTEM)
