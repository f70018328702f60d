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
    return Digest(sheet).now()


class Digest:
    """The running digest of a stream: only what changed since the last time is summed anew."""

    def __init__(self, sheet: Sheet) -> None:
        """Begin with nothing summed."""
        self._sheet = sheet
        self._seq = -1
        self._rows: dict[int, int] = {}
        self._total = 0

    def now(self) -> str:
        """Return the digest of the stream as it is."""
        sheet = self._sheet
        for number in sheet.changed(self._seq):
            self._total -= self._rows.pop(number, 0)
            shown = sheet.shown.get(number)
            if shown is not None:
                self._rows[number] = checksum(shown.whole)
                self._total += self._rows[number]
        self._seq = sheet.seq
        total = self._total + checksum(sheet.session)
        return f"{total % 2**32:08x}"
