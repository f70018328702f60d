"""A list looked through: who can be invited, who stands there twice, and what is wrong where."""

from collections.abc import Collection
from typing import NamedTuple

from dialog.forum.refusals import Refusal
from dialog.forum.texts import clean
from dialog.rolls.address import Address, Flaw, read
from dialog.rolls.choice import Choice
from dialog.rolls.table import Rows

NAME = 80
# How a list names a language that is not German.
TONGUES = {
    **dict.fromkeys(("en", "eng", "englisch", "english"), "en"),
    **dict.fromkeys(("de-simple", "einfach", "einfache sprache", "einfaches deutsch"), "de-simple"),
}


class Line(NamedTuple):
    """Somebody who can be invited; ``row`` is the row in the list."""

    row: int
    key: str
    address: str
    name: str
    lang: str


class Double(NamedTuple):
    """An address that stands in the list more than once, or ``known``: is invited already."""

    address: str
    rows: tuple[int, ...]
    known: bool


class Fault(NamedTuple):
    """A line with something wrong in it, as it stands there."""

    row: int
    address: str
    name: str
    flaw: Flaw


class Sifted(NamedTuple):
    """A list looked through; ``more`` counts lines that say again what another one says."""

    valid: tuple[Line, ...]
    doubles: tuple[Double, ...]
    faults: tuple[Fault, ...]
    more: int


def sift(rows: Rows, choice: Choice, known: Collection[str] = ()) -> Sifted:
    """Look through a list; ``known`` are the keys of those who are invited already."""
    found: dict[str, list[Line]] = {}
    faults = []
    for number, row in enumerate(rows, 1):
        if number <= choice.heading or not any(cell.strip() for cell in row):
            continue
        one = _line(number, row, choice)
        if isinstance(one, Fault):
            faults.append(one)
        else:
            found.setdefault(one.key, []).append(one)
    valid = [lines[0] for key, lines in found.items() if key not in known]
    doubles = [
        Double(lines[0].address, tuple(line.row for line in lines), key in known)
        for key, lines in found.items()
        if len(lines) > 1 or key in known
    ]
    more = sum(len(lines) for lines in found.values()) - len(valid)
    return Sifted(tuple(valid), tuple(doubles), tuple(faults), more)


def _line(number: int, row: list[str], choice: Choice) -> Line | Fault:
    cell = _cell(row, choice.address)
    called = " ".join(filter(None, (_cell(row, choice.name), _cell(row, choice.family))))
    address = read(cell)
    if not isinstance(address, Address):
        return Fault(number, cell, called, address)
    name = clean(called, NAME, "name")
    if isinstance(name, Refusal):
        return Fault(number, cell, called, Flaw.NAME)
    lang = TONGUES.get(_cell(row, choice.tongue).casefold(), "de")
    return Line(number, address.key, address.written, name, lang)


def _cell(row: list[str], column: int) -> str:
    return row[column - 1].strip() if 0 < column <= len(row) else ""


def correct(rows: Rows, choice: Choice, number: int, address: str, name: str) -> None:
    """Put what was typed in the place of what stood in a line; a name goes into its first column.

    A line that shall not be invited is emptied.
    """
    row = rows[number - 1]
    row += [""] * (max(choice) - len(row))
    row[choice.address - 1] = address
    if choice.name:
        row[choice.name - 1] = name
    if choice.family:
        row[choice.family - 1] = ""
    if not address and not name:
        row.clear()
