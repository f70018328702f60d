"""Events as the journal keeps them: a kind, and JSON in which no free text stands.

Enums stand by value, fields at their default are left out, a tap is an array. A kind is never
reused, a default never changed, a field only added with one: journals are read for decades.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast

import msgspec

from dialog.forum.events import (
    Acted,
    Asked,
    Axis,
    Change,
    Claimed,
    Declared,
    Entered,
    Event,
    Message,
    Noted,
    Purged,
    Recorded,
    Redacted,
    Sealed,
    Stage,
    Upvoted,
    Value,
)
from dialog.forum.names import Limits, Phase
from dialog.forum.phase import Schedule, Switches
from dialog.forum.question import Answer, Draft, Result, Standing, Wording

KINDS: Mapping[str, type[Event]] = {
    "declared": Declared,
    "entered": Entered,
    "asked": Asked,
    "upvoted": Upvoted,
    "claimed": Claimed,
    "noted": Noted,
    "acted": Acted,
    "redacted": Redacted,
    "sealed": Sealed,
    "purged": Purged,
    "recorded": Recorded,
}

# What stands before and after on each axis.
AXES: Mapping[Axis, Any] = {
    Axis.STANDING: Standing,
    Axis.WORDING: Wording,
    Axis.TOPIC: str,
    Axis.RESULT: Result,
    Axis.ANSWER: Answer | None,
    Axis.DRAFT: Draft | None,
    Axis.SCRIBE: int,
    Axis.BRIEFING: int,
    Axis.REMOVED: int,
    Axis.STAGE: Stage,
    Axis.PHASE: Phase,
    Axis.SWITCHES: Switches,
    Axis.SCHEDULE: Schedule,
    Axis.BANNER: int,
    Axis.MESSAGE: Message | None,
    Axis.MUTED: bool,
}

# A kind that is no longer written, and how its payload becomes one that is.
Upcast = Callable[[bytes], tuple[str, bytes]]
UPCASTS: Mapping[str, Upcast] = {}

NO_TAPS = '{"taps":[]}'


class _Change(msgspec.Struct):
    axis: Axis
    subject: int
    before: msgspec.Raw
    after: msgspec.Raw


class _Acted(msgspec.Struct):
    act: str
    changes: list[_Change]
    undoes: int = 0
    erased: tuple[int, ...] = ()


_names = {event: kind for kind, event in KINDS.items()}
_encoder = msgspec.json.Encoder()
_acted = msgspec.json.Decoder(_Acted)
_decoders = {
    kind: msgspec.json.Decoder(event) for kind, event in KINDS.items() if event is not Acted
}
_values = {axis: msgspec.json.Decoder(value) for axis, value in AXES.items()}


class UnknownKindError(LookupError):
    """An event of a kind that this program does not know."""


def encode(event: Event) -> tuple[str, str]:
    """Return an event's kind and payload."""
    # Taps are the bulk of a journal and have no defaults to leave out.
    slim = event if isinstance(event, Upvoted) else _slim(event)
    return _names[type(event)], _encoder.encode(slim).decode()


def decode(kind: str, payload: str | bytes) -> Event:
    """Return the event; raise ``UnknownKindError`` or ``msgspec.ValidationError``."""
    while kind in UPCASTS:
        raw = payload.encode() if isinstance(payload, str) else payload
        kind, payload = UPCASTS[kind](raw)
    if kind == "acted":
        return _acts(_acted.decode(payload))
    decoder = _decoders.get(kind)
    if decoder is None:
        raise UnknownKindError(kind)
    return decoder.decode(payload)


def _acts(raw: _Acted) -> Acted:
    return Acted(raw.act, tuple(_change(change) for change in raw.changes), raw.undoes, raw.erased)


def _change(raw: _Change) -> Change:
    read = _values[raw.axis].decode
    before, after = cast("Value", read(raw.before)), cast("Value", read(raw.after))
    return Change(raw.axis, raw.subject, before, after)


def _slim(value: object) -> object:
    """Return a value with every field left out that stands at its default."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [_slim(item) for item in value]
    if not is_dataclass(value) or isinstance(value, Limits):
        # Limits stand in full: their defaults are today's settings, and may change.
        return value
    shape = _shape(cast("Any", type(value)))
    parts = ((name, getattr(value, name), default) for name, default in shape)
    return {name: _slim(part) for name, part, default in parts if part != default}


@cache
def _shape(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    """Name a dataclass's fields and their defaults; a missing one equals no value."""
    return tuple((field.name, field.default) for field in fields(kind))
