"""A published record as one JSON value, in the shape of schema ``dialog-transcript/1``."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from dialog.forum.transcript import Transcript

SCHEMA = "dialog-transcript/1"


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
    return {
        "schema": SCHEMA,
        "slug": heading.slug,
        "title": heading.title,
        "language": heading.language,
        "introduction": heading.introduction,
        "answerer": {"name": name, "office": office},
        "starts": heading.starts.isoformat(),
        "ends": heading.ends.isoformat(),
        "published": _moment(transcript.published, heading.starts.tzinfo),
        "recording": _recording(heading),
        "topics": list(heading.topics),
        "figures": {"received": transcript.figures.received, **figures},
        "questions": list(transcript.questions),
    }


def _recording(heading: Heading) -> dict[str, str | None] | None:
    if heading.recording is None:
        return None
    url, starts = heading.recording
    return {"url": url, "starts": starts.isoformat() if starts else None}


def _moment(ms: int, zone: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return moment.isoformat(timespec="seconds")
