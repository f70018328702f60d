"""One mail address: whether a letter can be sent there, and in which form it is looked for."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

import idna

LONGEST, LONGEST_LOCAL = 254, 64
LONGEST_CELL = 1_000

_NAMED = re.compile(r"[^<>]*<([^<>]*)>\s*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_END = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_INSIDE = re.compile(r"[\w.+-]+@[\w.-]+")


class Flaw(StrEnum):
    """What is wrong in a line of a list."""

    MISSING = "missing"
    NO_AT = "no_at"
    SEVERAL = "several"
    SPACE = "space"
    LOCAL = "local"
    UMLAUT = "umlaut"
    NO_END = "no_end"
    DOMAIN = "domain"
    LONG = "long"
    SIGNS = "signs"
    NAME = "name"


class Address(NamedTuple):
    """An address as it is written, and ``key``, under which one is the same however written."""

    key: str
    written: str


def read(cell: str) -> Address | Flaw:
    """Return the address in a cell, which may be ``Name <a@b.example>``, or what is wrong.

    Lengths come first: normalising and looking for addresses are quadratic.
    """
    if len(cell) > LONGEST_CELL:
        return Flaw.LONG
    written = bare(cell)
    local, at, domain = written.rpartition("@")
    flaw = _flaw(written, local, at, domain)
    if flaw:
        return flaw
    try:
        known = idna.encode(domain.lower(), uts46=True).decode()
    except idna.IDNAError:
        return Flaw.DOMAIN
    if not _END.fullmatch(known.rpartition(".")[2]):
        return Flaw.DOMAIN
    if len(local) > LONGEST_LOCAL or len(local) + len(known) >= LONGEST:
        return Flaw.LONG
    return Address(f"{local.casefold()}@{known}", f"{local}@{domain}")


def bare(cell: str) -> str:
    """Return what of a cell should be an address, without its name and without ``mailto:``."""
    text = unicodedata.normalize("NFC", cell).strip().strip("\u200b\ufeff\u00ad")
    named = _NAMED.fullmatch(text)
    text = (named[1] if named else text).strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return text.strip().rstrip(",;")


def looks_like(cell: str) -> bool:
    """Tell whether a cell holds one address and nothing else."""
    return "@" in cell and not isinstance(read(cell), Flaw)


def _flaw(written: str, local: str, at: str, domain: str) -> Flaw | None:
    """Return the first thing that is wrong, in the order in which people would see it."""
    checks = (
        (not written, Flaw.MISSING),
        (len(written) > LONGEST, Flaw.LONG),
        (len(_INSIDE.findall(written)) > 1, Flaw.SEVERAL),
        (not written.isprintable(), Flaw.SIGNS),
        (not at, Flaw.NO_AT),
        (any(map(str.isspace, written)), Flaw.SPACE),
        (not local or "@" in local, Flaw.LOCAL),
        (not local.isascii(), Flaw.UMLAUT),
        (not _LOCAL.fullmatch(local), Flaw.LOCAL),
        ("." not in domain.strip("."), Flaw.NO_END),
    )
    return next((flaw for wrong, flaw in checks if wrong), None)
