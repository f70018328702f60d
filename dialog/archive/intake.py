"""Records that come from elsewhere, in folders or ZIP files: looked at in full before one is kept.

What they hold is anyone's: names lead nowhere, sizes are bounded, checksums and shape have to fit.
"""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dialog.archive import folder

DECLARED = ("session.toml", "intro.de.md", "intro.en.md")
# A package for the archive of the state also holds logs, which no other server takes in.
LOG = "moderation-log.csv"
LEFT = frozenset({LOG, f"{LOG}.sha256"})
KNOWN = frozenset({*DECLARED, *folder.OTHERS, folder.FILE, folder.SUMS})
MOST_BYTES = 64 * 1024 * 1024  # of one file
MOST_IN_ALL = 1024 * 1024 * 1024
MOST_FILES = 20_000


UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    UnicodeDecodeError,
)  # fmt: skip


class Unfit(ValueError):  # noqa: N818 - it is said of a bundle
    """A bundle that cannot be taken in; it says which file, and why."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one record by name, and the record in today's shape."""

    slug: str
    files: Mapping[str, bytes]
    record: dict[str, Any]


def bundles(source: Path) -> Iterator[Bundle]:
    """Yield the records in a ZIP file, in a folder of sessions, or in one session's own folder.

    Raise ``Unfit`` or ``OSError``.
    """
    found = _in_folder(source) if source.is_dir() else _in_zip(source)
    none = True
    for slug, files in found:
        none = False
        yield _bundle(f"{source}: {slug}", slug, files)
    if none:
        raise Unfit(f"{source}: no record lies in it.")


def _bundle(place: str, slug: str, files: Mapping[str, bytes]) -> Bundle:
    if folder.FILE not in files:
        raise Unfit(f"{place}/{folder.FILE} is missing.")
    _check_sums(place, files)
    try:
        return Bundle(slug, files, folder.decoded(files[folder.FILE], slug))
    except folder.NoRecord as fault:
        raise Unfit(f"{place}/{folder.FILE} is no record: {fault}.") from fault


def _check_sums(place: str, files: Mapping[str, bytes]) -> None:
    """An early record came as JSON alone; beside checksums every file has to be in them."""
    made = {name: files[name] for name in (folder.FILE, *folder.OTHERS) if name in files}
    if folder.SUMS not in files:
        if extra := [name for name in made if name != folder.FILE]:
            raise Unfit(f"{place}/{extra[0]} has no checksum: {folder.SUMS} is missing.")
        return
    listed = dict(_listed(place, files[folder.SUMS]))
    for name in sorted(listed.keys() | made.keys()):
        if name not in listed:
            raise Unfit(f"{place}/{name} has no checksum in {folder.SUMS}.")
        if name not in made:
            raise Unfit(f"{place}/{name} is missing, though {folder.SUMS} names it.")
        if sha256(made[name]).hexdigest() != listed[name]:
            raise Unfit(f"{place}/{name} is damaged: it does not fit its checksum.")


def _listed(place: str, sums: bytes) -> Iterator[tuple[str, str]]:
    try:
        for line in sums.decode("ascii").splitlines():
            told, name = line.split("  ", 1)
            yield name, told
    except ValueError as fault:
        raise Unfit(f"{place}/{folder.SUMS} is no list of checksums.") from fault


def _in_folder(source: Path) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    if (source / folder.FILE).exists():
        yield source.resolve().name, _read(source)
        return
    for place in sorted(source.iterdir()):
        hidden = place.name.startswith((".", "_"))
        if not hidden and place.is_dir() and (place / folder.FILE).exists():
            yield place.name, _read(place)


def _read(place: Path) -> Mapping[str, bytes]:
    """Return the files of a session's folder that belong to a record."""
    files = {}
    for name in sorted(KNOWN):
        file = place / name
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise Unfit(f"{file} is no plain file.")
        if file.exists():
            if file.stat().st_size > MOST_BYTES:
                raise Unfit(f"{file} is larger than {MOST_BYTES} bytes.")
            files[name] = file.read_bytes()
    return files


def _in_zip(source: Path) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    try:
        with zipfile.ZipFile(source) as archive:
            for slug, entries in _entries(source, archive).items():
                yield slug, {name: _unpacked(archive, entry) for name, entry in entries.items()}
    except UNREADABLE as fault:
        raise Unfit(f"{source} is no ZIP file that can be read: {fault}") from fault


def _entries(source: Path, archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Return the entries by folder and name; nothing is unpacked before all of them were seen."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unfit(f"{source} holds more than {MOST_FILES} files.")
    if sum(entry.file_size for entry in entries) > MOST_IN_ALL:
        raise Unfit(f"{source} holds more than {MOST_IN_ALL} bytes.")
    for entry in entries:
        slug, _, name = entry.filename.partition("/")
        if entry.is_dir() and slug and not name:
            continue
        if name in LEFT:
            continue
        if not slug or slug.startswith(".") or name not in KNOWN or "\\" in slug:
            raise Unfit(f"{source}: {entry.filename!r} belongs to no record.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unfit(f"{source}: {entry.filename!r} is no plain file.")
        if entry.file_size > MOST_BYTES:
            raise Unfit(f"{source}: {entry.filename!r} is larger than {MOST_BYTES} bytes.")
        if name in found.setdefault(slug, {}):
            raise Unfit(f"{source}: {entry.filename!r} is in it twice.")
        found[slug][name] = entry
    return found


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of an entry, no more of it than was announced."""
    with archive.open(entry) as file:
        return file.read(entry.file_size)
