"""What a client of the protocol knows of a stream: snapshots taken in, deltas applied."""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

Row = dict[str, Any]
Seen = Callable[[Row | None, Row], None]


class DriftError(Exception):
    """What was received does not follow what is known: only a snapshot helps."""


class Picture:
    """The session row and the question rows of one stream, as of ``seq``."""

    def __init__(self, seen: Seen) -> None:
        """``seen`` is called with every question row that changed: before (or None) and after."""
        self.epoch = ""
        self.seq = 0
        self.session: Row = {}
        self.rows: dict[int, Row] = {}
        self._seen = seen

    def snapshot(self, message: Mapping[str, Any]) -> None:
        """Take a stream in whole."""
        before, self.rows = self.rows, {row["number"]: row for row in message["questions"]}
        self.epoch, self.seq, self.session = message["epoch"], message["seq"], message["session"]
        for number, row in self.rows.items():
            if before.get(number) != row:
                self._seen(before.get(number), row)

    def delta(self, message: Mapping[str, Any]) -> None:
        """Apply what changed; an old one is dropped, a gap raises."""
        if message["to"] <= self.seq:
            return
        if message["from"] != self.seq:
            raise DriftError("gap")
        changes = [(self.rows.get(part["number"]), part) for part in message.get("questions", ())]
        if any(before is None and "text" not in part for before, part in changes):
            raise DriftError("gap")
        self.seq = message["to"]
        self.session = self.session | message.get("session", {})
        for number in message.get("gone", ()):
            self.rows.pop(number, None)
        for before, part in changes:
            after = (before or {}) | part
            self.rows[after["number"]] = after
            self._seen(before, after)

    def check(self, seq: int, digest: str) -> None:
        """Compare with the digest of a heartbeat at the same number; raise where it differs."""
        if seq == self.seq and self.rows and digest != self._digest():
            raise DriftError("digest")

    def _digest(self) -> str:
        rows = (self.session, *self.rows.values())
        return f"{sum(map(_checksum, rows)) % 2**32:08x}"


def _checksum(row: Row) -> int:
    said = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return zlib.crc32(said.encode())
