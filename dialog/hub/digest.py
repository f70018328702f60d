"""The digest of a stream: a sum by which a client notices that its state has drifted.

Sum modulo 2**32 of the CRC-32 of the canonical JSON (sorted keys, no spaces, UTF-8 unescaped) of
the session row and of every question row, as 8 hex digits.
"""

import zlib
from typing import Any

import msgspec

from dialog.forum.board import Sheet

_canonical = msgspec.json.Encoder(order="sorted")


def checksum(row: dict[str, Any]) -> int:
    """Return the CRC-32 of one row's canonical JSON."""
    return zlib.crc32(_canonical.encode(row))


def mark(row: dict[str, Any]) -> str:
    """Return the checksum as 8 hex digits: by it a poll says which state of one's own it has."""
    return f"{checksum(row):08x}"


def digest(sheet: Sheet) -> str:
    """Return the digest of a whole stream."""
    total = checksum(sheet.session)
    for shown in sheet.shown.values():
        total += checksum(shown.whole)
    return f"{total % 2**32:08x}"
