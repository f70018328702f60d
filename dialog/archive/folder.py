"""Records as files beside their session: any server can read them again, with no database.

The JSON is the record and comes first; the other formats are made from it, and their checksums
come last. A folder without checksums holds a record, and waits for the rest.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from dialog import disk
from dialog.archive.record import SCHEMA, check, upcast

FILE = "transcript.json"
OTHERS = ("transcript.md", "transcript.csv", "transcript.pdf")
SUMS = "transcript.sha256"


class NoRecord(ValueError):  # noqa: N818 - it is said of a file
    """A file that is no record of a known schema."""


def encoded(record: Mapping[str, Any]) -> bytes:
    """Return a record as JSON, always in the same bytes."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def write(folder: Path, record: Mapping[str, Any]) -> None:
    """Write a record into its session's folder; what was made from an earlier one goes first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = encoded(record)
    if _content(folder / FILE) == text:
        return
    for name in (SUMS, *OTHERS):
        (folder / name).unlink(missing_ok=True)
    disk.write(folder / FILE, text)


def complete(folder: Path, record: Mapping[str, Any], others: Mapping[str, bytes]) -> None:
    """Write what was made from a record, wholly or not at all; nothing where it has changed."""
    text = encoded(record)
    if _content(folder / FILE) != text:
        return
    (folder / SUMS).unlink(missing_ok=True)
    for name, content in others.items():
        disk.write(folder / name, content)
    disk.write(folder / SUMS, sums({FILE: text, **others}))


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the checksums of files, as ``sha256sum -c`` reads them."""
    lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return "".join(lines).encode()


def files(folder: Path, record: Mapping[str, Any]) -> dict[str, bytes] | None:
    """Return all files of a record by name, None where one is missing or does not fit."""
    found = {name: _content(folder / name) for name in (FILE, *OTHERS, SUMS)}
    whole = {name: content for name, content in found.items() if content is not None}
    if len(whole) < len(found) or whole[FILE] != encoded(record):
        return None
    made = {name: content for name, content in whole.items() if name != SUMS}
    return whole if whole[SUMS] == sums(made) else None


def slugs(sessions: Path) -> tuple[str, ...]:
    """Return the names of the folders in which a record lies."""
    return tuple(sorted(file.parent.name for file in sessions.glob(f"[!_.]*/{FILE}")))


def read(folder: Path) -> dict[str, Any] | None:
    """Return the record in a session's folder, None where there is none."""
    content = _content(folder / FILE)
    if content is None:
        return None
    listed = _content(folder / SUMS)
    if listed is not None and sums({FILE: content}) not in listed.splitlines(keepends=True):
        raise NoRecord(f"{folder / FILE}: damaged, for it does not fit {SUMS}")
    try:
        return decoded(content, folder.name)
    except NoRecord as error:
        raise NoRecord(f"{folder / FILE}: {error}") from error


def decoded(content: bytes, slug: str) -> dict[str, Any]:
    """Return the record of a session in a file's content; raise ``NoRecord``."""
    try:
        record = upcast(msgspec.json.decode(content, type=dict[str, Any]))
        if record.get("schema") != SCHEMA or record.get("slug") != slug:
            raise NoRecord("schema or slug is not as expected")
        check(record)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise NoRecord(str(error)) from error
    return record


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
