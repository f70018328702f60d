"""The demonstration's programme: the declared sessions copied, two of them moved to about today."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from dialog.programme import Declaration, DeclarationError, read
from dialog.programme.declaration import ZONE
from dialog.programme.revision import revised

EVENING: Final = "2026-11-24-sprache-und-arbeit"
UPCOMING: Final = "2026-12-08-internet-und-lernorte"
PUBLISHED: Final = "2026-10-06-wohnen-und-ankommen"
EXAMPLES: Final = (EVENING, UPCOMING, PUBLISHED)

RECORD: Final = "transcript.json"
TUESDAY: Final = 1
STEP: Final = timedelta(minutes=5)
LASTS: Final = timedelta(minutes=90)
ASKS_LAST: Final = timedelta(minutes=75)
LEAD: Final = timedelta(days=14)
VIDEO_LEAD: Final = timedelta(minutes=15)
SOON: Final = timedelta(minutes=20)
NEAR: Final = timedelta(days=7)
AHEAD: Final = 10


@dataclass(frozen=True, slots=True)
class Evening:
    """The session that is live: its slug, and whether its end was over and had to be moved."""

    slug: str
    revived: bool = False


def evenings(root: Path) -> list[str]:
    """Return the slugs of the evenings that were begun below ``root``, the newest last."""
    stem = re.escape(EVENING[10:])
    pattern = re.compile(rf"\d{{4}}-\d\d-\d\d{stem}(-(\d+))?")
    found = [
        (path.name[:10], int(match[2] or 1), path.name)
        for path in root.glob("*/")
        if (match := pattern.fullmatch(path.name))
    ]
    return [slug for _day, _count, slug in sorted(found)]


def stage(source: Path, root: Path, now: datetime, *, over: bool) -> Evening:
    """Copy and move the sessions in ``source`` to ``root``; ``over`` says the last evening is.

    A second start goes on with what stands in ``root`` already.
    """
    now = now.astimezone(UTC)  # two times of one zone would be compared by the clock on the wall
    root.mkdir(parents=True, exist_ok=True)
    for folder in sorted(path for path in source.iterdir() if _is_session(path)):
        if folder.name not in (EVENING, UPCOMING):
            _copy(folder, root / folder.name)
    _stage_upcoming(source / UPCOMING, root, now)
    begun = evenings(root)
    if begun and not over and not (root / begun[-1] / RECORD).exists():
        return _go_on(root / begun[-1], now)
    return _begin(source / EVENING, root, now)


def _is_session(path: Path) -> bool:
    return (path / "session.toml").is_file() and not path.name.startswith(("_", "."))


def _copy(source: Path, target: Path) -> None:
    """Copy a session's folder, but never over a record that was written here."""
    record = (target / RECORD).exists()
    leave = shutil.ignore_patterns(RECORD) if record else None
    shutil.copytree(source, target, ignore=leave, dirs_exist_ok=True)


# --- the evening ---------------------------------------------------------------------------------


def _begin(source: Path, root: Path, now: datetime) -> Evening:
    starts = _rounded(now)
    target = root / _free(root, f"{starts:%Y-%m-%d}{EVENING[10:]}")
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(RECORD))
    ends = _later(starts, LASTS)
    _declare(
        target,
        {
            "opens": _wall(starts - LEAD),
            "starts": starts,
            "ends": ends,
            "questions_until": _later(starts, ASKS_LAST),
            "video.from": _later(starts, -VIDEO_LEAD),
            "goes_live": "by_clock",
            "identity": "open",
        },
    )
    return Evening(target.name)


def _go_on(folder: Path, now: datetime) -> Evening:
    """Go on with an evening; one that is over, or nearly, gets a new end."""
    ends = read(folder).ends
    if ends - SOON > now:
        return Evening(folder.name)
    later = _later(_rounded(now), LASTS)
    _declare(folder, {"ends": later, "questions_until": _later(later, ASKS_LAST - LASTS)})
    return Evening(folder.name, revived=ends <= now)


def _free(root: Path, slug: str) -> str:
    """Return the slug, or with the next number where that day had an evening already."""
    count, free = 1, slug
    while (root / free).exists():
        count += 1
        free = f"{slug}-{count}"
    return free


# --- the upcoming one ----------------------------------------------------------------------------


def _stage_upcoming(source: Path, root: Path, now: datetime) -> None:
    """Copy the upcoming session; one that is past or near is moved to a Tuesday ahead."""
    stem = UPCOMING[10:]
    for folder in sorted(root.glob(f"*{stem}/")):
        if _starts(folder) > now:
            return
        shutil.rmtree(folder)
    declared = read(source)
    if declared.starts - now >= NEAR:
        _copy(source, root / source.name)
        return
    day = _tuesday(now)
    days = (day.date() - declared.starts.date()).days
    target = root / f"{day:%Y-%m-%d}{stem}"
    _copy(source, target)
    _declare(target, _shifted(declared, timedelta(days=days)))


def _starts(folder: Path) -> datetime:
    try:
        return read(folder).starts
    except DeclarationError:
        return datetime.fromtimestamp(0, ZONE)


def _tuesday(now: datetime) -> datetime:
    first = now.astimezone(ZONE) + timedelta(days=AHEAD)
    return first + timedelta(days=(TUESDAY - first.weekday()) % 7)


def _shifted(declared: Declaration, by: timedelta) -> dict[str, datetime | str]:
    """Return all times of a session, days later at the same hour on the wall."""
    times = {
        "opens": declared.opens,
        "starts": declared.starts,
        "ends": declared.ends,
        "questions_until": declared.questions_until,
        "video.from": declared.video and declared.video.from_,
    }
    return {key: _wall(time + by) for key, time in times.items() if time}


# --- times and files -----------------------------------------------------------------------------


def _rounded(now: datetime) -> datetime:
    """Return ``now`` in Bavaria, rounded down to five minutes."""
    seconds = now.timestamp() // STEP.total_seconds() * STEP.total_seconds()
    return datetime.fromtimestamp(seconds, ZONE)


def _later(moment: datetime, by: timedelta) -> datetime:
    """Return a moment that much later; adding to a zoned time would add hours on the wall."""
    return datetime.fromtimestamp(moment.timestamp() + by.total_seconds(), ZONE)


def _wall(moment: datetime) -> datetime:
    """Return a time that exists: in the hour that a spring night leaves out, the next one."""
    return datetime.fromtimestamp(moment.timestamp(), ZONE)


def _declare(folder: Path, values: Mapping[str, datetime | str]) -> None:
    """Set keys of a folder's declaration and see that it still is one."""
    file = folder / "session.toml"
    file.write_text(revised(file.read_text("utf-8"), values), "utf-8")
    read(folder)
