"""Which columns of a sheet say what: guessed from headings and contents, chosen by people."""

from typing import NamedTuple

from dialog.rolls.address import looks_like
from dialog.rolls.table import MOST_COLUMNS, Rows

HEADINGS_WITHIN = 10
FAMILY = ("nachname", "familienname", "zuname", "last name", "surname")
GIVEN = ("vorname", "rufname", "first name", "given name")
NAMES = ("name", "ansprechpartner", "kontakt", "helfer", "person")
LANGUAGES = ("sprache", "language", "lang")


class Choice(NamedTuple):
    """Columns by number from 1, 0 for none; ``heading`` is the row above the first address."""

    heading: int = 0
    address: int = 0
    name: int = 0
    family: int = 0
    tongue: int = 0


def guess(rows: Rows) -> Choice:
    """Return what a sheet most likely means."""
    wide = min(max(map(len, rows), default=0), MOST_COLUMNS)
    counts = [sum(looks_like(row[at]) for row in rows if at < len(row)) for at in range(wide)]
    heading = _heading(rows, counts)
    named = [cell.strip().casefold() for cell in rows[heading - 1]] if heading else []
    mail = [at for at, head in enumerate(named) if "mail" in head]
    best = max(range(wide), key=lambda at: (counts[at], at in mail, -at), default=0)
    given, family = _column(named, GIVEN), _column(named, FAMILY)
    name = given or (0 if family else _column(named, NAMES, best + 1))
    if family and not name:
        name, family = family, 0
    if not heading and wide == 2:  # noqa: PLR2004 - as pasted: an address and whose it is
        name = 2 - best
    return Choice(heading, best + 1, name, family, _column(named, LANGUAGES))


def _heading(rows: Rows, counts: list[int]) -> int:
    """Return the last row before the first address, 0 where that is in the first."""
    if not any(counts):
        return 1 if len(rows) > 1 else 0
    first = next(n for n, row in enumerate(rows) if any(map(looks_like, row[:MOST_COLUMNS])))
    above = [n for n in range(min(first, HEADINGS_WITHIN)) if any(rows[n])]
    headings = [n for n in above if not any("@" in cell for cell in rows[n])]
    mail = [n for n in headings if any("mail" in cell.casefold() for cell in rows[n])]
    found = mail or headings
    return found[-1] + 1 if found else 0


def _column(named: list[str], words: tuple[str, ...], but: int = 0) -> int:
    exact = [at for at, head in enumerate(named, 1) if head in words and at != but]
    inside = [
        at
        for at, head in enumerate(named, 1)
        if any(word in head for word in words) and at != but and "mail" not in head
    ]
    return (exact or inside or [0])[0]
