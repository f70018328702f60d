"""A published record as one JSON value, in the shape of schema ``dialog-transcript/2``."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from dialog.archive.record import SCHEMA
from dialog.forum.names import Amended
from dialog.forum.transcript import Transcript
from dialog.forum.views import Row


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a record, as the session was declared; times are aware."""

    slug: str
    title: str
    language: str
    introduction: str
    answerer: tuple[str, str]
    starts: datetime
    ends: datetime
    topics: tuple[str, ...]
    recording: tuple[str, datetime | None] | None = None


def bundle(heading: Heading, transcript: Transcript) -> dict[str, Any]:
    """Return the record of a session; ``answerer`` is name and office, both are kept."""
    name, office = heading.answerer
    figures = asdict(transcript.figures)
    del figures["waiting"]
    zone = heading.starts.tzinfo
    return {
        "schema": SCHEMA,
        "slug": heading.slug,
        "title": heading.title,
        "language": heading.language,
        "introduction": heading.introduction,
        "answerer": {"name": name, "office": office},
        "starts": heading.starts.isoformat(),
        "ends": heading.ends.isoformat(),
        "published": _moment(transcript.published, zone),
        "changed": _moment(transcript.changed, zone),
        "recording": _recording(heading),
        "topics": list(heading.topics),
        "figures": {"received": transcript.figures.received, **figures},
        "questions": [_question(question) for question in transcript.questions],
    }


def _question(question: Row) -> Row:
    """Return a question; for one that was taken out, when that was stands beside the reason."""
    if question["removed"] is None:
        return question
    moments = [one["at"] for one in question["changes"] if one["what"] == Amended.REMOVED]
    at = max(moments, default=None)
    return question | {"removed": {"at": at, "why": question["removed"]}}


def _recording(heading: Heading) -> dict[str, str | None] | None:
    if heading.recording is None:
        return None
    url, starts = heading.recording
    return {"url": url, "starts": starts.isoformat() if starts else None}


def _moment(ms: int, zone: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return moment.isoformat(timespec="seconds")
