"""A session as its folder declares it: plain values, checked before they come here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dialog.forum.names import Show

ZONE: Final = ZoneInfo("Europe/Berlin")

Identity = Literal["open", "code", "link"]
Opening = Literal["by_hand", "by_clock"]
Release = Literal["second_person", "direct"]

IDENTITIES: Final[tuple[Identity, ...]] = ("open", "code", "link")
OPENINGS: Final[tuple[Opening, ...]] = ("by_hand", "by_clock")
RELEASES: Final[tuple[Release, ...]] = ("second_person", "direct")
LANGUAGES: Final = ("de", "en")
NAMES: Final = tuple(Show)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, as name and office stand on every page and in the record."""

    name: str
    office: str


@dataclass(frozen=True, slots=True)
class Video:
    """Where the conversation is seen and heard, and from when that is shown."""

    url: str
    phone: str | None
    pin: str | None
    from_: datetime


@dataclass(frozen=True, slots=True)
class Recording:
    """Where the conversation can be seen later; `starts` is the moment of its first second."""

    url: str
    starts: datetime | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a question may be, how many of one person may wait, how soon the next may come."""

    text: int = 300
    background: int = 1000
    waiting: int = 5
    ask_seconds: int = 20


@dataclass(frozen=True, slots=True)
class Declaration:
    """One session as it was announced; every time is aware and in the zone of Bavaria.

    ``names`` are the ways in which people may be shown with their questions.
    A ``draft`` is not announced yet; one that was ``postponed`` starts on another day than its
    name says.
    """

    slug: str
    title: str
    intro: str
    topics: tuple[str, ...]
    opens: datetime
    starts: datetime
    ends: datetime
    questions_until: datetime | None
    answerer: Answerer
    video: Video | None
    recording: Recording | None
    limits: Limits
    identity: Identity
    code: str | None
    readers: bool
    release: Release
    languages: tuple[str, ...]
    goes_live: Opening
    rehearsal_until: datetime | None = None
    rehearsal_of: str | None = None
    hold: bool = False
    names: tuple[Show, ...] = NAMES
    draft: bool = False
    postponed: bool = False
