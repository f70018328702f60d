"""Tables for spreadsheets: with a byte order mark, semicolons, and nothing that is computed."""

import csv
import io
from collections.abc import Iterable

# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(rows: Iterable[Iterable[object]]) -> bytes:
    """Return rows as CSV in UTF-8; the first row names the columns."""
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(map(_guarded, row))
    return told.getvalue().encode("utf-8-sig")


def _guarded(cell: object) -> str:
    """Return a cell as a text that no spreadsheet computes."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
