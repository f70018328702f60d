"""A published record as one JSON value, in the shape of schema ``dialog-transcript/1``."""

from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

from dialog.forum.transcript import Transcript
from dialog.programme import Declaration

SCHEMA = "dialog-transcript/1"


def bundle(declaration: Declaration, transcript: Transcript) -> dict[str, Any]:
    """Return the record of a session, with who answered as it was declared."""
    zone = declaration.starts.tzinfo
    recording = declaration.recording
    figures = asdict(transcript.figures)
    del figures["waiting"]
    return {
        "schema": SCHEMA,
        "slug": declaration.slug,
        "title": declaration.title,
        "language": declaration.languages[0],
        "introduction": declaration.intro,
        "answerer": {"name": declaration.answerer.name, "office": declaration.answerer.office},
        "starts": declaration.starts.isoformat(),
        "ends": declaration.ends.isoformat(),
        "published": _moment(transcript.published, zone),
        "recording": recording
        and {
            "url": recording.url,
            "starts": recording.starts.isoformat() if recording.starts else None,
        },
        "topics": list(declaration.topics),
        "figures": {"received": transcript.figures.received, **figures},
        "questions": list(transcript.questions),
    }


def _moment(ms: int, zone: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return moment.isoformat(timespec="seconds")
