"""Reads the folders of sessions: which there are, what each declares, what is wrong with it."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from dialog.forum.names import Show
from dialog.forum.texts import harmless
from dialog.programme.declaration import (
    IDENTITIES,
    LANGUAGES,
    NAMES,
    OPENINGS,
    RELEASES,
    ZONE,
    Answerer,
    Declaration,
    Limits,
    Recording,
    Video,
)
from dialog.programme.faults import DeclarationError, Fault
from dialog.programme.table import File, Table

TOML: Final = "session.toml"
INTRO: Final = "intro.de.md"
SLUG: Final = re.compile(r"(?=.{1,80}$)\d{4}-\d{2}-\d{2}(-[a-z0-9]+)+", re.ASCII)
REHEARSAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z0-9-]+-probe-[0-9a-f]{12}", re.ASCII)
_CODE: Final = re.compile(r"[0-9]{6}")
_NEVER: Final = datetime(1970, 1, 1, tzinfo=ZONE)  # stands for a faulty time, never leaves here
_INTRO_LIMIT: Final = 5000
_VIDEO_AHEAD: Final = timedelta(minutes=15)

# earlier key, later key, whether both may be the same moment
_ORDER: Final = (
    ("opens", "starts", False),
    ("starts", "ends", False),
    ("opens", "questions_until", False),
    ("questions_until", "ends", True),
    ("video.from", "ends", False),
    ("recording.starts", "ends", False),
)


@dataclass(frozen=True, slots=True)
class Programme:
    """All sessions that can be used, the earliest first, and all faults of those that cannot."""

    declarations: tuple[Declaration, ...]
    faults: tuple[Fault, ...]


def programme(root: Path) -> Programme:
    """Read every session below a folder, except those whose name begins with `_` or a dot."""
    if not root.is_dir():
        missing = File(root)
        missing.fault("", "no_folder")
        return Programme((), tuple(missing.faults))
    declarations: list[Declaration] = []
    faults: list[Fault] = []
    for folder in listed(root):
        try:
            declarations.append(read(folder))
        except DeclarationError as error:
            faults += error.faults
    declarations.sort(key=lambda declaration: (declaration.starts.timestamp(), declaration.slug))
    return Programme(tuple(declarations), tuple(faults))


def read(folder: Path) -> Declaration:
    """Return the declaration in a folder; raise `DeclarationError` with all its faults."""
    file = File(folder / TOML)
    said = File(folder / INTRO, file.faults)
    intro = _introduced(said, _decoded(said))
    values = _values(file)
    if values is not None:
        declaration = _declaration(Table(file, values), folder.name, intro)
    if values is None or file.faults:
        raise DeclarationError(file.faults)
    return declaration


def checked(
    folder: Path,
    values: Mapping[str, object],
    intro: str,
    faults: Sequence[Fault] = (),
    quiet: Collection[str] = (),
) -> Declaration:
    """Return what a session of that folder declares by values as TOML has them.

    Raise `DeclarationError` with all that is wrong: the ``faults`` found before, and those found
    here, but of a key that has one already and of those that are ``quiet``.
    """
    file = File(folder / TOML)
    text = _introduced(File(folder / INTRO, file.faults), intro)
    declaration = _declaration(Table(file, values), folder.name, text)
    told = {fault.key for fault in faults} | {*quiet}
    found = [*faults, *(fault for fault in file.faults if fault.key not in told)]
    if found:
        raise DeclarationError(found)
    return declaration


def listed(root: Path) -> list[Path]:
    """Return the folders of sessions, except those whose name begins with `_` or a dot."""
    return sorted(path for path in root.iterdir() if _is_session(path))


def _is_session(path: Path) -> bool:
    if path.name.startswith(("_", ".")) or not path.is_dir():
        return False
    # an imported record may come without the declaration it once had
    return (path / TOML).exists() or not (path / "transcript.json").exists()


def _decoded(file: File) -> str | None:
    try:
        # -sig: some editors put a byte order mark before the text, and nobody sees it
        return file.path.read_bytes().decode("utf-8-sig")
    except OSError:
        file.fault("", "no_file")
    except UnicodeDecodeError as error:
        file.fault("", "not_utf8", byte=error.start + 1)
    return None


def _introduced(file: File, decoded: str | None) -> str:
    text = (decoded or "").replace("\r\n", "\n").replace("\t", " ").strip()
    if decoded is not None and not text:
        file.fault("", "empty")
    if len(text) > _INTRO_LIMIT:
        file.fault("", "too_long", length=len(text), limit=_INTRO_LIMIT)
        text = text[:_INTRO_LIMIT]
    elif not harmless(text):
        file.fault("", "bad_signs")
    return unicodedata.normalize("NFC", text)


def _values(file: File) -> dict[str, object] | None:
    text = _decoded(file)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of 5,000 digits, 5,000 brackets
        named = re.search(r"at line (\d+)", str(error))
        file.fault("", "bad_toml", line=named[1] if named else len(text.splitlines()))
    return None


def _declaration(table: Table, folder: str, intro: str) -> Declaration:
    _check_slug(table, folder)
    starts = table.moment("starts", required=True) or _NEVER
    declaration = Declaration(
        slug=folder,
        title=table.text("title", 100),
        intro=intro,
        topics=table.lines("topics", 12, length=40, required=True),
        opens=table.moment("opens", required=True) or _NEVER,
        starts=starts,
        ends=table.moment("ends", required=True) or _NEVER,
        questions_until=table.moment("questions_until", required=False),
        answerer=_answerer(table.table("answerer", required=True)),
        video=_video(table.table("video"), starts),
        recording=_recording(table.table("recording")),
        limits=_limits(table.table("limits")),
        identity=table.choice("identity", IDENTITIES, required=True),
        code=_code(table),
        readers=table.value("readers", bool, required=False) is not False,
        release=table.choice("release", RELEASES),
        languages=_languages(table),
        goes_live=table.choice("goes_live", OPENINGS),
        rehearsal_until=_rehearsal(table, folder),
        rehearsal_of=_copied(table, folder),
        hold=table.value("hold", bool, required=False) is True,
        names=_names(table),
        draft=table.value("draft", bool, required=False) is True,
        postponed=table.value("postponed", bool, required=False) is True,
    )
    table.finish()
    _check_times(table, folder)
    return declaration


def _answerer(table: Table | None) -> Answerer:
    if table is None:
        return Answerer("", "")
    answerer = Answerer(table.text("name", 80), table.text("office", 120))
    table.finish()
    return answerer


def _video(table: Table | None, starts: datetime) -> Video | None:
    if table is None:
        return None
    video = Video(
        table.address("url"),
        table.optional_text("phone", 40),
        table.optional_text("pin", 40),
        table.moment("from", required=False) or _before(starts),
    )
    table.finish()
    return video


def _before(starts: datetime) -> datetime:
    """Return when the video is shown at the latest; in UTC, for in October an hour comes twice."""
    return (starts.astimezone(UTC) - _VIDEO_AHEAD).astimezone(ZONE)


def _recording(table: Table | None) -> Recording | None:
    if table is None:
        return None
    recording = Recording(table.address("url"), table.moment("starts", required=False))
    table.finish()
    return recording


def _limits(table: Table | None) -> Limits:
    if table is None:
        return Limits()
    limits = Limits(
        table.number("text", Limits().text, 50, 300),
        table.number("background", Limits().background, 0, 1000),
        table.number("waiting", Limits().waiting, 1, 100),
        table.number("ask_seconds", Limits().ask_seconds, 0, 600),
    )
    table.finish()
    return limits


def _code(table: Table) -> str | None:
    identity = table.values.get("identity")
    code = table.value("code", str, required=identity == "code")
    if code is not None and identity in ("open", "link"):
        table.fault("code", "needless_code")
    elif code is not None and not _CODE.fullmatch(code):
        table.fault("code", "bad_code")
    return code


def _languages(table: Table) -> tuple[str, ...]:
    languages = table.lines("languages", len(LANGUAGES), length=20, required=False)
    for language in languages:
        if language not in LANGUAGES:
            options = ", ".join(LANGUAGES)
            table.fault("languages", "bad_choice", found=language, options=options)
    return languages or ("de",)


def _names(table: Table) -> tuple[Show, ...]:
    """Return how people may be shown, in the order in which they are asked."""
    named = table.lines("names", len(NAMES), length=20, required=False)
    for name in named:
        if name not in NAMES:
            options = ", ".join(NAMES)
            table.fault("names", "bad_choice", found=name, options=options)
    return tuple(name for name in NAMES if name in named) or NAMES


def _rehearsal(table: Table, folder: str) -> datetime | None:
    """Return until when a rehearsal is kept; no session that has an own name may end so."""
    until = table.moment("rehearsal_until", required=False)
    if until and not REHEARSAL.fullmatch(folder):
        table.fault("rehearsal_until", "no_rehearsal")
    return until


def _copied(table: Table, folder: str) -> str | None:
    """Return of which session a rehearsal is a copy."""
    source = table.optional_text("rehearsal_of", 80)
    if source and not REHEARSAL.fullmatch(folder):
        table.fault("rehearsal_of", "no_rehearsal")
    return source


def _check_slug(table: Table, folder: str) -> None:
    named = table.value("slug", str, required=False)
    if not SLUG.fullmatch(folder):
        table.fault("slug", "bad_slug", folder=folder)
    elif named not in (None, folder):
        table.fault("slug", "other_slug", found=named, folder=folder)


def _check_times(table: Table, folder: str) -> None:
    times = table.file.times
    for early, late, together in _ORDER:
        if early not in times or late not in times:
            continue
        # by timestamp: two times of one zone are compared by the clock on the wall, also in October
        seconds = times[late].timestamp() - times[early].timestamp()
        if seconds < 0 or (seconds == 0 and not together):
            at = {"early_at": _shown(times[early]), "late_at": _shown(times[late])}
            key = early if "." in early else late
            table.fault(key, "bad_order", early=early, late=late, **at)
    day = times["starts"].date().isoformat() if "starts" in times else folder[:10]
    postponed = table.values.get("postponed") is True
    if SLUG.fullmatch(folder) and not folder.startswith(day) and not postponed:
        table.fault("starts", "other_day", named=folder[:10], day=day)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
