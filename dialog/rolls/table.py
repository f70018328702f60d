"""A table of texts, whatever file or field it came from."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from dialog.rolls.address import LONGEST_CELL, looks_like

MOST_BYTES: Final = 2_000_000
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 50
MOST_SHEETS: Final = 20
TRIED = 60
DELIMITERS = (";", ",", "\t")
PIECE: Final = re.compile(r'(?:"[^"]*"|<[^<>]*>|[^,;])+[,;]?|[,;]')

Rows = list[list[str]]
Why = Literal["empty", "unreadable", "old", "locked", "rows", "columns", "cells", "unpacked"]


class Unreadable(Exception):  # noqa: N818 - it is said of a list
    """A list that cannot be taken in, and why."""

    def __init__(self, why: Why) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why = why


class Sheet(msgspec.Struct, frozen=True):
    """One sheet: its name, and its rows as they are numbered in the file, empty ones too."""

    name: str
    rows: Rows


class Roll(msgspec.Struct, frozen=True):
    """A list that was handed in: what it is called, and its sheets with something in them."""

    name: str
    sheets: list[Sheet]


def roll(name: str, sheets: Iterable[Sheet]) -> Roll:
    """Return a list of sheets that hold something; raise ``Unreadable`` where there is too much."""
    found = [Sheet(sheet.name, _within(sheet.rows)) for sheet in sheets]
    found = [sheet for sheet in found if sheet.rows]
    if not found:
        raise Unreadable("empty")
    return Roll(name, found[:MOST_SHEETS])


def _within(rows: Rows) -> Rows:
    """Return rows without empty ones at their end and empty cells at the end of each."""
    kept = [_shortened(row) for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    if len(kept) > MOST_ROWS:
        raise Unreadable("rows")
    if any(len(row) > MOST_COLUMNS for row in kept):
        raise Unreadable("columns")
    if any(len(cell) > LONGEST_CELL for row in kept for cell in row):
        raise Unreadable("cells")
    return kept


def _shortened(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


# --- CSV -----------------------------------------------------------------------------------------


def from_csv(content: bytes) -> Rows:
    """Return the rows of a CSV file in whatever encoding and with whatever delimiter it has."""
    return separated(decoded(content))


def decoded(content: bytes) -> str:
    """Return bytes as text: UTF-16 and UTF-8 by their marks, else UTF-8, else Windows-1252."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    raise Unreadable("unreadable")


def _encodings(content: bytes) -> Iterator[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield "utf-16"
        return
    if b"\0" in content:  # no mark, and every second byte of what is German
        yield "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return
    yield from ("utf-8-sig", "cp1252")


def separated(text: str) -> Rows:
    """Return the rows of a text, with the delimiter that leaves most addresses alone in a cell."""
    beginning = text[:50_000]
    best = max(DELIMITERS, key=lambda mark: _fits(beginning, mark))
    return _rows(text, best)


def _fits(text: str, delimiter: str) -> tuple[int, int, int]:
    try:
        rows = [row for row in _rows(text, delimiter)[:TRIED] if row]
    except Unreadable:
        return -1, 0, 0
    alone = sum(looks_like(cell) for row in rows for cell in row[:MOST_COLUMNS])
    widths = {len(row) for row in rows}
    return alone, -len(widths), max(widths, default=0)


def _rows(text: str, delimiter: str) -> Rows:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as fault:
        raise Unreadable("unreadable") from fault


# --- pasted --------------------------------------------------------------------------------------


def from_text(text: str) -> Rows:
    """Return pasted text as rows: cells of a table as they are, else an address and its name."""
    if "\0" in text:
        raise Unreadable("unreadable")
    for delimiter in ("\t", ";", ","):
        rows = _rows(text, delimiter) if delimiter in text else []
        if _is_table(rows):
            return rows
    return [row for line in text.splitlines() for row in _people(line)]


def _is_table(rows: Rows) -> bool:
    """Tell whether rows are alike, with one address in each at most and something beside it."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    widths = {len(row) for row in filled}
    if len(widths) != 1 or widths == {1}:
        return False
    found = [sum(looks_like(cell) for cell in row) for row in filled]
    beside = any(cell.strip() and "@" not in cell for row in filled for cell in row)
    return max(found) == 1 and beside and not any("<" in cell for row in filled for cell in row)


def _people(line: str) -> Rows:
    """Return those of one line, each as address and name: ``a@b, Name <a@b>; "A, B" <a@b>``.

    A comma may also stand within a name: a piece without an address belongs to the next one.
    """
    found, begun = [], ""
    for piece in PIECE.findall(line):
        begun += piece
        if "@" in piece or begun.endswith(";"):
            found.append(begun)
            begun = ""
    pieces = [piece.strip(" \t,;") for piece in (*found, begun)]
    return [_person(piece) for piece in pieces if piece] or [[]]


def _person(piece: str) -> list[str]:
    name, bracket, address = piece.partition("<")
    if not bracket:
        return [piece]
    return [address.rstrip("> ").strip(), name.strip().strip("\"'").strip()]


def text_of(value: Any) -> str:  # noqa: ANN401 - whatever a spreadsheet holds
    """Return a spreadsheet's cell as a text: whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
