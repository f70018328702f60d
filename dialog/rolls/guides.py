"""A directory of integration guides as it comes: what its columns say, and what is wrong where."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from dialog.forum.refusals import Refusal
from dialog.forum.texts import clean
from dialog.rolls.address import Flaw, read
from dialog.rolls.table import Rows

HEADINGS_WITHIN: Final = 10
BOM: Final = "\ufeff"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# What a heading of each column says, as we write it first; a part of it is enough.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "district": ("Landkreis oder Stadt", "landkreis", "kreis", "stadt", "district", "gebiet"),
    "organisation": (
        "Stelle",
        "träger",
        "organisation",
        "behörde",
        "einrichtung",
        "dienststelle",
        "office",
    ),
    "name": ("Name", "ansprechpartner", "ansprechperson", "lotse", "lotsin", "person"),
    "phone": ("Telefon", "tel", "phone", "rufnummer", "mobil"),
    "mail": ("E-Mail", "mail"),
    "web": ("Internet", "web", "homepage", "url", "link"),
    "note": ("Hinweis", "sprechzeit", "bemerkung", "note", "remark", "erreichbar"),
}
LIMITS: Final[Mapping[str, int]] = {
    "district": 80, "organisation": 120, "name": 80, "phone": 40, "mail": 254, "web": 300,
    "note": 300,
}  # fmt: skip
_PHONE: Final = re.compile(r"[+(]{0,2}[0-9][0-9 ()/.\-–]*(?: ?(?:App\.|Durchwahl|-) ?[0-9]+)?")
_DIGITS: Final = re.compile(r"[0-9]")
_HOST: Final = r"[a-z0-9.-]+\.[a-z]{2,63}(?::[0-9]{1,5})?"
_WEB: Final = re.compile(rf"https?://{_HOST}(?:/[!-~]*)?", re.IGNORECASE)
_BARE: Final = re.compile(r"www\.[!-~]+", re.IGNORECASE)
FEWEST_DIGITS: Final = 5


class Wrong(StrEnum):
    """What is wrong in a line of a directory."""

    DISTRICT = "district"
    CONTACT = "contact"
    NOBODY = "nobody"
    MAIL = "mail"
    PHONE = "phone"
    WEB = "web"
    TEXT = "text"
    TWICE = "twice"


class Entry(NamedTuple):
    """A guide in the list; ``row`` is its line, fields are those of ``COLUMNS``."""

    row: int
    fields: dict[str, str]


class Fault(NamedTuple):
    """A line that cannot be taken over, how it begins, and why; ``other`` is the same line."""

    row: int
    said: str
    wrong: Wrong
    other: int = 0


class Checked(NamedTuple):
    """A list looked through: columns by name (from 0), and those that nobody understands."""

    columns: dict[str, int]
    strange: tuple[str, ...]
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def check(rows: Rows) -> Checked:
    """Look through a list; without a column for the district it has no entries and no faults."""
    heading, columns = _columns(rows)
    if "district" not in columns:
        return Checked({}, (), (), ())
    named = rows[heading]
    known = set(columns.values())
    strange = tuple(
        cell.strip() for at, cell in enumerate(named) if cell.strip() and at not in known
    )
    entries, faults, seen = [], [], dict[tuple[str, ...], int]()
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        if not any(cell.strip() for cell in row):
            continue
        one = _entry(number, row, columns)
        if isinstance(one, Entry):
            same = seen.setdefault(tuple(one.fields.values()), number)
            if same != number:
                one = Fault(number, one.fields["district"], Wrong.TWICE, same)
        if isinstance(one, Fault):
            faults.append(one)
        else:
            entries.append(one)
    return Checked(columns, strange, tuple(entries), tuple(faults))


def table(guides: Iterable[Sequence[str]]) -> bytes:
    """Return a directory as a table that can be read in again, in the order of ``COLUMNS``."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(names[0] for names in COLUMNS.values())
    writer.writerows(map(_guarded, one) for one in guides)
    return out.getvalue().encode()


def _guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a telephone number stays one."""
    return f"'{cell}" if cell.startswith(FORMULA) and not _PHONE.fullmatch(cell) else cell


def _columns(rows: Rows) -> tuple[int, dict[str, int]]:
    """Return the row of the headings (from 0), and which column says what."""
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        found = _named(row)
        if "district" in found and len(found) > 1:
            return at, found
    return 0, {}


def _named(row: list[str]) -> dict[str, int]:
    cells = [" ".join(cell.casefold().split()) for cell in row]
    found: dict[str, int] = {}
    for exactly in (True, False):
        for name, words in COLUMNS.items():
            for at, cell in enumerate(cells):
                fits = cell in map(str.casefold, words) if exactly else _says(cell, words)
                if name not in found and at not in found.values() and fits:
                    found[name] = at
    return found


def _says(cell: str, words: tuple[str, ...]) -> bool:
    """Tell whether a heading, which is no sentence, has one of these words in it."""
    return len(cell) <= LIMITS["district"] and any(word.casefold() in cell for word in words)


def _entry(number: int, row: list[str], columns: Mapping[str, int]) -> Entry | Fault:
    fields = {name: _cell(row, columns.get(name)) for name in COLUMNS}
    begins = next(filter(None, (cell.strip() for cell in row)), "")[: LIMITS["district"]]
    for name, cell in fields.items():
        text = clean(cell, LIMITS[name], name)
        if isinstance(text, Refusal):
            return Fault(number, begins, Wrong.TEXT)
        fields[name] = text
    if _BARE.fullmatch(fields["web"]):
        fields["web"] = f"https://{fields['web']}"
    wrong = _wrong(fields)
    return Fault(number, begins, wrong) if wrong else Entry(number, fields)


def _wrong(fields: dict[str, str]) -> Wrong | None:
    """Return the first thing that is wrong with a guide."""
    mail = read(fields["mail"]) if fields["mail"] else None
    if mail and not isinstance(mail, Flaw):
        fields["mail"] = mail.written
    phone = fields["phone"]
    plausible = _PHONE.fullmatch(phone) and len(_DIGITS.findall(phone)) >= FEWEST_DIGITS
    checks = (
        (not fields["district"], Wrong.DISTRICT),
        (not fields["organisation"] and not fields["name"], Wrong.NOBODY),
        (isinstance(mail, Flaw), Wrong.MAIL),
        (phone and not plausible, Wrong.PHONE),
        (fields["web"] and not _WEB.fullmatch(fields["web"]), Wrong.WEB),
        (not (phone or fields["mail"] or fields["web"]), Wrong.CONTACT),
    )
    return next((wrong for is_so, wrong in checks if is_so), None)


def _cell(row: list[str], at: int | None) -> str:
    """Return a cell; the sign that guards it from being a formula is none of it."""
    text = row[at].strip() if at is not None and at < len(row) else ""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
