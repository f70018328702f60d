"""Why a command is refused: a closed set of codes, each with the fields that help."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The codes of refusal; their sentences live with the pages."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_TEXT = "bad_text"
    DUPLICATE = "duplicate"
    TOO_FAST = "too_fast"
    TOO_MANY = "too_many"
    CLOSED = "closed"
    PAUSED = "paused"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    GONE = "gone"
    CONFLICT = "conflict"
    KEY_REUSED = "key_reused"
    STALE = "stale"
    MALFORMED = "malformed"
    TOO_BIG = "too_big"
    MUTED = "muted"
    INCOMPLETE = "incomplete"
    CONFIRM = "confirm"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as a value: ``None`` fields are left out on the wire, ``since`` is in ms UTC."""

    code: Code
    field: str | None = None
    limit: int | None = None
    length: int | None = None
    retry_ms: int | None = None
    number: int | None = None
    rev: int | None = None
    state: str | None = None
    by: str | None = None
    since: int | None = None
    open: int | None = None
