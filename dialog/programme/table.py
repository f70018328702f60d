"""One file while it is read: every value is checked as it is taken, every fault is kept."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Optional, TypeVar

from dialog.forum.texts import RAW_FACTOR, harmless
from dialog.programme.declaration import ZONE
from dialog.programme.faults import KINDS, WORDS, Fault

Found = TypeVar("Found")
Option = TypeVar("Option", bound=str)

_ADDRESS: Final = re.compile(r"https://[^\s/]+\S*")
_YEARS: Final = range(2000, 3000)
_BITS: Final = 64

# what a missing key could look like
_EXAMPLES: Final = {
    "title": 'title = "Sprache und Arbeit"',
    "topics": 'topics = ["Sprachkurse", "Arbeitserlaubnis"]',
    "opens": "opens = 2026-11-10T09:00:00+01:00",
    "starts": "starts = 2026-11-24T18:00:00+01:00",
    "ends": "ends = 2026-11-24T19:30:00+01:00",
    "identity": 'identity = "open"',
    "code": 'code = "482913"',
    "answerer": '[answerer] name = "…" office = "…"',
    "answerer.name": 'name = "Staatsminister"',
    "answerer.office": 'office = "Ministerium"',
    "video.url": 'url = "https://…"',
    "recording.url": 'url = "https://…"',
}


@dataclass(slots=True)
class File:
    """What became known while one file is read: its faults, and its good times by their key."""

    path: Path
    faults: list[Fault] = field(default_factory=list)
    times: dict[str, datetime] = field(default_factory=dict)

    def fault(self, key: str, code: str, **fields: object) -> None:
        """Keep one fault of a key."""
        de, next_de, en, next_en = (words.format(**fields) for words in WORDS[code])
        self.faults.append(Fault(self.path, key, code, de, next_de, en, next_en, fields))


@dataclass(slots=True)
class Table:
    """One table of a file: hands out checked values and remembers which keys it was asked for."""

    file: File
    values: Mapping[str, object]
    path: str = ""
    asked: list[str] = field(default_factory=list)

    def fault(self, key: str, code: str, **fields: object) -> None:
        """Keep one fault of a key of this table."""
        self.file.fault(self.path + key, code, **fields)

    def value(self, key: str, kind: type[Found], *, required: bool) -> Found | None:
        """Return the value if it is there and of that type."""
        self.asked.append(key)
        if key in self.values:
            return self.typed(key, self.values[key], kind)
        if required:
            self.fault(key, "missing", example=_EXAMPLES[self.path + key])
        return None

    def typed(self, key: str, found: object, kind: type[Found]) -> Found | None:
        """Return what was found if it is of that type."""
        # not isinstance alone: `true` is an int in Python, not in a session.toml
        if isinstance(found, kind) and type(found) is kind:
            return found
        (stands, stands_en), (wanted, wanted_en) = KINDS[type(found)], KINDS[kind]
        english = {"found_en": stands_en, "wanted_en": wanted_en}
        self.fault(key, "wrong_type", found=stands, wanted=wanted, **english)
        return None

    def line(self, key: str, found: str, limit: int) -> str:
        """Return the text trimmed and composed; it must be one line, not empty, not too long.

        What is far too long is not composed: that is quadratic.
        """
        text = found.strip()
        if len(text) <= limit * RAW_FACTOR:
            text = unicodedata.normalize("NFC", text)
        if not text:
            self.fault(key, "empty")
        elif len(text) > limit:
            self.fault(key, "too_long", length=len(text), limit=limit)
        elif any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
            self.fault(key, "many_lines")
        elif not harmless(text):
            self.fault(key, "bad_signs")
        return text

    def text(self, key: str, limit: int) -> str:
        """Return a line that must be there."""
        found = self.value(key, str, required=True)
        return "" if found is None else self.line(key, found, limit)

    def optional_text(self, key: str, limit: int) -> str | None:
        """Return a line that may be absent."""
        found = self.value(key, str, required=False)
        return None if found is None else self.line(key, found, limit)

    def choice(self, key: str, options: tuple[Option, ...], *, required: bool = False) -> Option:
        """Return the option named, or the first when none is."""
        found = self.value(key, str, required=required)
        if found is not None and found not in options:
            self.fault(key, "bad_choice", found=found, options=", ".join(options))
        return next((option for option in options if option == found), options[0])

    def lines(self, key: str, limit: int, *, length: int, required: bool) -> tuple[str, ...]:
        """Return a list of different lines, at most `limit` of them."""
        found: list[object] | None = self.value(key, list, required=required)
        if found is None:
            return ()
        if not found:
            self.fault(key, "empty")
        if len(found) > limit:
            self.fault(key, "too_many", length=len(found), limit=limit)
        entries: list[str] = []
        for index, entry in enumerate(found, 1):
            place = f"{key}[{index}]"
            text = self.typed(place, entry, str)
            if text is not None:
                entries.append(self.line(place, text, length))
        known = [entry.casefold() for entry in entries]
        for index, entry in enumerate(entries):
            if known[index] in known[:index]:
                self.fault(key, "twice", entry=entry)
        return tuple(entries)

    def address(self, key: str) -> str:
        """Return an address on the encrypted web."""
        found = self.text(key, 500)
        if found and not _ADDRESS.fullmatch(found):
            self.fault(key, "not_https")
        return found

    def number(self, key: str, default: int, least: int, most: int) -> int:
        """Return a number in a range, or the default when none is given."""
        found = self.value(key, int, required=False)
        if found is not None and not least <= found <= most:
            # 0xfff… may have more digits than can be written
            shown = found if found.bit_length() <= _BITS else "…"
            self.fault(key, "out_of_range", found=shown, least=least, most=most)
        return default if found is None else found

    def moment(self, key: str, *, required: bool) -> datetime | None:
        """Return a time in the zone of Bavaria if one is given and it can be trusted."""
        found = self.value(key, datetime, required=required)
        if found is None:
            return None
        if found.year not in _YEARS:
            self.fault(key, "bad_year", year=found.year)
        elif found.tzinfo is None:
            self.fault(key, "no_zone", right=found.replace(tzinfo=ZONE).isoformat())
        else:
            self.keep(key, found)
        return self.file.times.get(self.path + key)

    def keep(self, key: str, found: datetime) -> None:
        """Keep a time in the zone of Bavaria; its offset must be the one of that day."""
        here = found.astimezone(ZONE)
        # UTC is always meant so; a summer offset in winter is a slip of one hour
        if found.utcoffset() in (timedelta(0), here.utcoffset()):
            self.file.times[self.path + key] = here
        else:
            self.fault(key, "wrong_offset", right=_offset(here), found=_offset(found))

    def table(self, key: str, *, required: bool = False) -> Optional["Table"]:
        """Return a table within this one."""
        found: dict[str, object] | None = self.value(key, dict, required=required)
        return None if found is None else Table(self.file, found, f"{self.path}{key}.")

    def finish(self) -> None:
        """Note every key nobody asked for."""
        for key in self.values:
            near = get_close_matches(key.lower(), self.asked, n=1)
            if near and key not in self.asked:
                self.fault(key, "misspelt", near=near[0])
            elif key not in self.asked:
                self.fault(key, "unknown", known=", ".join(self.asked))


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]
