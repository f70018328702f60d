"""Records as files beside their session: any server can read them again, with no database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dialog import disk
from dialog.archive.record import SCHEMA, check, upcast

FILE = "transcript.json"


class NoRecord(ValueError):  # noqa: N818 - it is said of a file
    """A file that is no record of a known schema."""


def write(folder: Path, record: Mapping[str, Any]) -> None:
    """Write a record into its session's folder, wholly or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(record), indent=1)
    disk.write(folder / FILE, text + b"\n")


def slugs(sessions: Path) -> tuple[str, ...]:
    """Return the names of the folders in which a record lies."""
    return tuple(sorted(file.parent.name for file in sessions.glob(f"[!_.]*/{FILE}")))


def read(folder: Path) -> dict[str, Any] | None:
    """Return the record in a session's folder, None where there is none."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        record = upcast(msgspec.json.decode(file.read_bytes(), type=dict[str, Any]))
        if record.get("schema") != SCHEMA or record.get("slug") != folder.name:
            raise NoRecord("schema or slug is not as expected")
        check(record)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise NoRecord(f"{file}: {error}") from error
    return record
