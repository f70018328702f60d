"""Copies of declared sessions to rehearse on: made, found, ended, and their folders removed."""

import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypedDict

from dialog import disk
from dialog.programme.declaration import ZONE, Declaration, Identity
from dialog.programme.faults import DeclarationError
from dialog.programme.reading import INTRO, REHEARSAL, TOML, read
from dialog.programme.revision import revised
from dialog.programme.writing import introduced, written

KEPT: Final = timedelta(days=7)
STARTED: Final = timedelta(minutes=5)
OPENED: Final = timedelta(hours=1)
LONGEST_STEM: Final = 45
RECORD: Final = "transcript.json"


class _Joining(TypedDict):
    identity: Identity
    code: str | None


def copy(root: Path, slug: str, now: datetime, lasts: timedelta) -> Declaration:
    """Make a rehearsal of a session: under a name nobody guesses, live from ``now`` on.

    Raise ``DeclarationError`` where the session cannot be read. The folder appears whole: a server
    looks for it meanwhile.
    """
    source = read(root / slug)
    starts, ends = _at(now - STARTED), _at(now + lasts)
    stem = slug[len("2026-11-24-") :][:LONGEST_STEM].strip("-")
    video, recording = source.video, source.recording
    made = replace(
        source,
        slug=f"{starts:%Y-%m-%d}-{stem}-probe-{secrets.token_hex(6)}",
        opens=_at(now - OPENED),
        starts=starts,
        ends=ends,
        questions_until=ends,
        video=video and replace(video, from_=starts),
        recording=recording and replace(recording, starts=starts),
        goes_live="by_clock",
        rehearsal_of=slug,
        rehearsal_until=_at(now + KEPT),
        draft=False,
        postponed=False,
        **_joined_by_code(source),
    )
    draft = root / f".{made.slug}"
    draft.mkdir()
    try:
        disk.write(draft / INTRO, introduced(made).encode())
        disk.write(draft / TOML, written(made).encode())
        draft.rename(root / made.slug)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def rehearsals(root: Path) -> dict[str, Declaration | None]:
    """Return all rehearsals below a folder by name, None for one that cannot be read."""
    folders = (path for path in root.iterdir() if REHEARSAL.fullmatch(path.name) and path.is_dir())
    found = {path.name: _read(path) for path in sorted(folders)}
    return {name: one for name, one in found.items() if one is None or one.rehearsal_until}


def over(declaration: Declaration, now: int) -> bool:
    """Tell whether a rehearsal is over at ``now`` (ms UTC); a real session never ends so."""
    until = declaration.rehearsal_until
    return until is not None and until.timestamp() * 1000 <= now


def end(root: Path, slug: str, now: datetime) -> None:
    """Let a rehearsal be over from ``now`` on: whoever serves it deletes it."""
    _revise(root / slug, {"rehearsal_until": _at(now)})


def remove(root: Path, slug: str) -> None:
    """Delete the folder of a rehearsal, and never one that has a name of its own or a record.

    It goes out of sight whole: whoever is interrupted leaves no half of a session, and of two who
    delete it one finds nothing.
    """
    folder, hidden = root / slug, root / f".{slug}"
    own = not REHEARSAL.fullmatch(slug) or folder.is_symlink()
    if own or (folder / RECORD).exists():
        raise ValueError(f"{slug} is no rehearsal.")
    with suppress(FileNotFoundError):
        folder.rename(hidden)
        shutil.rmtree(hidden)


def _read(folder: Path) -> Declaration | None:
    try:
        return read(folder)
    except DeclarationError:
        return None


def _joined_by_code(source: Declaration) -> _Joining:
    """Return what lets people in by a code of its own where the session has one, or wants links.

    Whoever plays a rehearsal is told its code: the one of the evening is not theirs.
    """
    if source.identity == "open":
        return {"identity": "open", "code": None}
    return {"identity": "code", "code": f"{secrets.randbelow(10**6):06}"}


def _revise(folder: Path, values: Mapping[str, datetime | str]) -> None:
    file = folder / TOML
    disk.write(file, revised(file.read_text("utf-8-sig"), values).encode())


def _at(moment: datetime) -> datetime:
    """Return a moment in the zone of Bavaria, in whole seconds."""
    return datetime.fromtimestamp(int(moment.timestamp()), ZONE)
