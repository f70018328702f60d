"""A declaration as the fields of a form, and back: days and times as clocks in Bavaria show them.

A field is named as its key; a moment has two, its day and its time, and a third one that says
which is meant where a clock shows it twice. What the fields say is checked as a file is.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from dialog.programme.declaration import ZONE, Declaration
from dialog.programme.reading import TOML, checked
from dialog.programme.table import File

MOMENTS: Final = (
    "opens", "starts", "ends", "questions_until", "video.from", "recording.starts",
)  # fmt: skip
# where no day is given, it is that of the beginning
SAME_DAY: Final = frozenset({"ends", "questions_until", "video.from", "recording.starts"})
TEXTS: Final = (
    "title", "identity", "code", "goes_live", "release", "answerer.name", "answerer.office",
    "video.url", "video.phone", "video.pin", "recording.url",
)  # fmt: skip
# what a form always asks for: left empty it is empty, and not missing
ASKED: Final = frozenset({"title", "answerer.name", "answerer.office"})
SWITCHES: Final = ("readers", "hold")
NUMBERS: Final = ("limits.text", "limits.background", "limits.waiting", "limits.ask_seconds")
FIRST, SECOND = "1", "2"
_DAY: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_TIME: Final = re.compile(
    r"([0-9]{1,2})(?:[:.]([0-9]{2})(?:[:.]([0-9]{2}(?:\.[0-9]{1,6})?))?)?(?: ?Uhr)?"
)
_WORDS: Final = re.compile(r"[a-z0-9]+")
_LONGEST: Final = 60
_TITLE: Final = 400  # no title is longer, and taking it apart is quadratic
_SPELT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def filled(one: Declaration) -> dict[str, str]:
    """Return the fields that say a declaration, all of them."""
    video, recording = one.video, one.recording
    fields = {
        "title": one.title,
        "intro": one.intro,
        "topics": "\n".join(one.topics),
        "identity": one.identity,
        "code": one.code or "",
        "goes_live": one.goes_live,
        "release": one.release,
        "answerer.name": one.answerer.name,
        "answerer.office": one.answerer.office,
        "video.url": video.url if video else "",
        "video.phone": (video and video.phone) or "",
        "video.pin": (video and video.pin) or "",
        "recording.url": recording.url if recording else "",
        "readers": "1" if one.readers else "",
        "hold": "1" if one.hold else "",
        "names": ",".join(one.names),
        "languages": ",".join(one.languages),
    }
    fields |= {key: str(getattr(one.limits, key.partition(".")[2])) for key in NUMBERS}
    moments = {
        "opens": one.opens,
        "starts": one.starts,
        "ends": one.ends,
        "questions_until": one.questions_until,
        "video.from": video.from_ if video else None,
        "recording.starts": recording.starts if recording else None,
    }
    for key, moment in moments.items():
        fields |= _shown(key, moment)
    return fields


def entered(fields: Mapping[str, str], folder: Path, standing: Mapping[str, object]) -> Declaration:
    """Return what the fields of a form declare for a folder, beside what is ``standing``.

    Raise `DeclarationError` with all faults.
    """
    file = File(folder / TOML)
    values: dict[str, object] = {"topics": _lines(fields.get("topics", "")), **standing}
    for key in TEXTS:
        text = fields.get(key, "").strip()
        if text or key in ASKED:
            _put(values, key, text)
    if values.get("identity") != "code":
        values.pop("code", None)  # it stands in a field that is not asked for then
    for key in MOMENTS:
        moment = _moment(fields, key, file)
        if moment:
            _put(values, key, moment)
    for key in NUMBERS:
        text = fields.get(key, "").strip()
        if text and not re.fullmatch(r"[0-9]{1,9}", text):
            file.fault(key, "no_number", found=text)
        elif text:
            _put(values, key, int(text))
    values |= {key: fields.get(key) == "1" for key in SWITCHES}
    if fields.get("names"):
        values["names"] = fields["names"].split(",")
    values["languages"] = list(fields.get("languages", "de").split(","))
    for name in ("video", "recording"):
        _needs_address(values, name)
    intro = fields.get("intro", "").replace("\r\n", "\n")
    quiet = SAME_DAY if day_of(fields) is None else frozenset[str]()
    return checked(folder, values, intro, file.faults, quiet)


def words(title: str) -> str:
    """Return a title as the words of an address: sprache-und-arbeit."""
    plain = unicodedata.normalize("NFKD", title[:_TITLE].lower().translate(_SPELT))
    found = _WORDS.findall("".join(c for c in plain if not unicodedata.combining(c)))
    text = ""
    for word in found:
        if len(text) + len(word) >= _LONGEST:
            break
        text = f"{text}-{word}" if text else word
    return text or "".join(found)[:_LONGEST]


def day_of(fields: Mapping[str, str]) -> date | None:
    """Return the day on which a session begins, as its form says it."""
    return _day(fields.get("starts.day", ""))


def _shown(key: str, moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {f"{key}.day": "", f"{key}.time": "", f"{key}.fold": ""}
    clock = moment.time().replace(fold=0)
    text = clock.isoformat("minutes" if not clock.second and not clock.microsecond else "auto")
    twice = _twice(moment.replace(fold=0))
    fold = (SECOND if moment.fold else FIRST) if twice else ""
    return {f"{key}.day": moment.date().isoformat(), f"{key}.time": text, f"{key}.fold": fold}


def _moment(fields: Mapping[str, str], key: str, file: File) -> datetime | None:
    given, clock = fields.get(f"{key}.day", "").strip(), fields.get(f"{key}.time", "").strip()
    if not clock and (not given or key in SAME_DAY - {"ends"}):
        return None
    day = _day(given) if given else day_of(fields) if key in SAME_DAY else None
    hour = _time(clock)
    if day is None or hour is None:
        if given or key not in SAME_DAY or hour is None:
            lacking = "no_day" if hour and not given else "no_moment"
            file.fault(key, lacking, found=f"{given} {clock}".strip())
        return None
    moment = datetime.combine(day, hour, ZONE)
    fold = fields.get(f"{key}.fold", "")
    if moment.timestamp() != moment.replace(fold=1).timestamp():
        there = datetime.fromtimestamp(moment.timestamp(), ZONE)
        if there.replace(tzinfo=None) != moment.replace(tzinfo=None):
            file.fault(key, "not_that_night", found=f"{hour:%H:%M}")
            return None
        if fold not in (FIRST, SECOND):
            file.fault(key, "twice_that_night", found=f"{hour:%H:%M}")
            return None
        return moment.replace(fold=int(fold == SECOND))
    return moment


def _twice(moment: datetime) -> bool:
    """Tell whether clocks show this time twice on that day."""
    later = moment.replace(fold=1)
    return later.timestamp() > moment.timestamp()


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    try:
        return time.fromisoformat(f"{int(hours):02}:{minutes or '00'}:{seconds or '00'}")
    except ValueError:
        return None


def _lines(text: str) -> list[object]:
    """Return the lines of a field, empty ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _put(values: dict[str, object], key: str, value: object) -> None:
    table, _, name = key.rpartition(".")
    if table:
        inner = values.setdefault(table, {})
        assert isinstance(inner, dict)  # noqa: S101 - nobody else puts anything there
        inner[name] = value
    else:
        values[key] = value


def _needs_address(values: dict[str, object], name: str) -> None:
    """Ask for the address where anything else of it is said, as the file is asked for it."""
    table = values.get(name)
    if isinstance(table, dict) and "url" not in table:
        table["url"] = ""
