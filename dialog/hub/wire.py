"""The messages of subprotocol ``dialog.v1``: decoding what clients send, encoding what they get.

The typed union of commands is made from the forum's own dataclasses, so that a command has one
definition; only bounds and the wire's names are added here.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any, Literal

import msgspec

from dialog.forum import commands as c
from dialog.forum.board import Delta, Snapshot
from dialog.forum.names import Limits, Stream
from dialog.forum.refusals import Refusal
from dialog.forum.views import Row, instant
from dialog.hub.digest import mark

SUBPROTOCOL = "dialog.v1"
HEARTBEAT = 15

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
_Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{8,64}\Z")]
_MAYBE_TEXT = msgspec.inspect.type_info(str | None)
_RENAMED = {"redact": {"start": "from", "end": "to"}}
_WIRE_COMMANDS = typing.get_args(c.Asking | c.Moderating | c.Staging | c.Scribing | c.Organising)


class Malformed(Exception):  # noqa: N818 - it is said of a message
    """A message that is JSON of a known type with bad fields; ``key`` names the command."""

    def __init__(self, key: str | None) -> None:
        """Keep the key, so that the refusal finds its command."""
        super().__init__("malformed")
        self.key = key


class NotUnderstood(Exception):  # noqa: N818 - it is said of a message
    """A message that is no JSON object of a known type: the connection ends."""


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="hello"):
    """The first message; ``epoch`` and ``seq`` only when resuming, ``screen`` of a screen alone."""

    stream: Stream
    page: Annotated[str, msgspec.Meta(max_length=512)] = ""
    epoch: Annotated[str, msgspec.Meta(max_length=16)] = ""
    seq: _Count = 0
    screen: Literal["", "beamer", "overlay"] = ""


class Resync(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="resync"
):
    """A client found that it has drifted."""

    why: Literal["gap", "digest", "error"]


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="seen"):
    """Questions that stood on a client's screen for a second, each told once."""

    numbers: Annotated[list[_Number], msgspec.Meta(max_length=50)]


class Order(msgspec.Struct, frozen=True):
    """A command with the key under which its answer is remembered."""

    key: str
    command: c.Command


class _Head(msgspec.Struct):
    type: str
    key: object = None


def _bounded(annotation: Any) -> Any:  # noqa: ANN401 - annotations are of any type
    if annotation is int:
        return _Count
    return _Count | None if annotation == int | None else annotation


def _wire_type(command: type) -> type[msgspec.Struct]:
    """Return the wire's type of a command: its fields, bounded, with type and key."""
    hints = typing.get_type_hints(command)
    needed: list[Any] = [("type", Literal["command"]), ("key", _Key)]
    optional: list[Any] = []
    for field in dataclasses.fields(command):
        bounded = _bounded(hints[field.name])
        if field.default is dataclasses.MISSING:
            needed.append((field.name, bounded))
        else:
            optional.append((field.name, bounded, field.default))
    return msgspec.defstruct(
        f"{command.__name__}Command",
        needed + optional,
        namespace={"__doc__": command.__doc__},
        tag_field="do",
        tag=command.do,  # type: ignore[attr-defined]
        rename=_RENAMED.get(command.do),  # type: ignore[attr-defined]
        forbid_unknown_fields=True,
        frozen=True,
    )


_TYPES = {_wire_type(command): command for command in _WIRE_COMMANDS}
_FIELDS = {
    wire: tuple(field.name for field in dataclasses.fields(command))
    for wire, command in _TYPES.items()
}
COMMANDS = {command.do: wire for wire, command in _TYPES.items()}
_TEXTUAL = {
    wire: {
        field.encode_name: field.type in (msgspec.inspect.StrType(), _MAYBE_TEXT)
        for field in msgspec.inspect.type_info(wire).fields  # type: ignore[attr-defined]
    }
    for wire in _TYPES
}
_commands = msgspec.json.Decoder(typing.Union[tuple(_TYPES)])  # noqa: UP007 - made at run time
_head = msgspec.json.Decoder(_Head)
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    "command": _commands,
    "hello": msgspec.json.Decoder(Hello),
    "resync": msgspec.json.Decoder(Resync),
    "seen": msgspec.json.Decoder(Seen),
}
_encoder = msgspec.json.Encoder()


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse a name that stands twice: two readers of one message must not read two messages."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")


_names = json.JSONDecoder(object_pairs_hook=_once)


def _quotes(wire: type[msgspec.Struct]) -> int | None:
    """Return how many quotes a message has in which every name stands once.

    Only of commands whose names are all needed and whose strings can hold no quote: one name more
    would be two quotes more. None for others.
    """
    own = [f for f in msgspec.inspect.type_info(wire).fields if f.name not in ("type", "key")]  # type: ignore[attr-defined]
    plain = msgspec.inspect.IntType | msgspec.inspect.BoolType
    if all(field.required and isinstance(field.type, plain) for field in own):
        return 2 * len(("type", "key", "do", *own)) + 2 * len(("command", "<key>", "<do>"))
    return None


_QUOTES: dict[type, int | None] = {wire: _quotes(wire) for wire in _TYPES}


def decode(text: str | bytes) -> Hello | Resync | Seen | Order:
    """Return a message, or raise ``Malformed`` or ``NotUnderstood``."""
    try:
        text = text if isinstance(text, str) else text.decode()
        head = _head.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotUnderstood from error
    decoder = _decoders.get(head.type)
    if decoder is None:
        raise NotUnderstood
    try:
        message = decoder.decode(text)
        if text.count('"') != _QUOTES.get(type(message)):
            _names.decode(text)  # after the types: by now it is flat and short of surprises
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Malformed(head.key if isinstance(head.key, str) else None) from error
    return message if head.type != "command" else _order(message)


def from_form(form: Mapping[str, Any]) -> Order:
    """Return the command of a form's fields, all of them strings, or raise ``Malformed``."""
    wire = COMMANDS.get(form.get("do", ""))
    if wire is None:
        raise Malformed(None)
    try:
        message = msgspec.convert({"type": "command", **form}, wire, strict=False)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise Malformed(None) from error
    return _order(message)


def fields(do: str) -> tuple[str, ...]:
    """Return the wire's field names of a command."""
    wire = COMMANDS[do]
    renamed = _RENAMED.get(do, {})
    return tuple(renamed.get(name, name) for name in _FIELDS[wire])


def known(do: str) -> bool:
    """Tell whether there is a command of this name."""
    return do in COMMANDS


def textual(do: str, name: str) -> bool:
    """Tell whether an empty string says something in a command's field."""
    return _TEXTUAL[COMMANDS[do]].get(name, False)


def _order(message: Any) -> Order:  # noqa: ANN401 - one of the types made above
    wire = type(message)
    values = [getattr(message, name) for name in _FIELDS[wire]]
    return Order(message.key, _TYPES[wire](*values))


def body(command: c.Command) -> bytes:
    """Return a hash of what a command says, the same from every transport."""
    said = _encoder.encode((command.do, command))
    return blake2b(said, digest_size=16).digest()


def encode(message: Mapping[str, Any]) -> bytes:
    """Return a message as JSON."""
    return _encoder.encode(message)


def welcome(epoch: str, seq: int, now: int, me: Mapping[str, Any], limits: Limits) -> bytes:
    """Return the first message to a client; ``now`` in ms UTC."""
    return encode(
        {
            "type": "welcome",
            "epoch": epoch,
            "seq": seq,
            "now": instant(now),
            "heartbeat": HEARTBEAT,
            "me": me,
            "limits": {
                "text": limits.text,
                "background": limits.background,
                "ask_ms": limits.ask_ms,
                "waiting": limits.waiting,
            },
        }
    )


def alone(epoch: str, seq: int, now: int, me: Row, little: Sequence[int] | None = None) -> bytes:
    """Return what one alone may see, complete: first in a poll's answer, and after a backlog.

    ``own`` names that state; a poll that names it waits until there is another one. ``little`` are
    the little-seen questions, which who polls hears of in no heartbeat.
    """
    told = {"type": "me", "epoch": epoch, "seq": seq, "now": instant(now), "me": me}
    told |= {"own": mark(me)} if little is None else {"own": mark(me), "little": little}
    return encode(told)


def snapshot(epoch: str, made: Snapshot) -> bytes:
    """Return a stream whole."""
    return encode(
        {
            "type": "snapshot",
            "epoch": epoch,
            "seq": made.seq,
            "session": made.session,
            "questions": made.questions,
        }
    )


def delta(made: Delta) -> bytes:
    """Return what changed; what did not change is left out."""
    message: dict[str, Any] = {"type": "delta", "from": made.start, "to": made.end}
    if made.session is not None:
        message["session"] = made.session
    if made.questions:
        message["questions"] = made.questions
    if made.gone:
        message["gone"] = made.gone
    return encode(message)


def rows(epoch: str, made: Snapshot | Delta) -> bytes:
    """Return what brings a client up to date: all of a stream, or what has changed in it."""
    return snapshot(epoch, made) if isinstance(made, Snapshot) else delta(made)


def done(key: str, seq: int, result: bytes) -> bytes:
    """Return the answer to a command that was stored; ``result`` is JSON."""
    return encode({"type": "done", "key": key, "seq": seq, "result": msgspec.Raw(result)})


def refused(key: str | None, refusal: Refusal) -> bytes:
    """Return the answer to a command that was refused, with the fields that help."""
    said = {
        field.name: getattr(refusal, field.name)
        for field in dataclasses.fields(refusal)
        if field.name not in ("code", "since") and getattr(refusal, field.name) is not None
    }
    if refusal.since:
        said["since"] = instant(refusal.since)
    return encode({"type": "refused", "key": key, "code": refusal.code.value, **said})


def mine(seq: int, questions: Sequence[Mapping[str, Any]], upvoted: Mapping[str, bool]) -> bytes:
    """Return what changed of one's own questions and upvotes."""
    return encode({"type": "mine", "seq": seq, "questions": questions, "upvoted": upvoted})


def heartbeat(
    seq: int, now: int, present: int, digest: str, little: Sequence[int] | None = None
) -> bytes:
    """Return the sign of life that every client gets every 15 seconds.

    On the floor it offers some ``little``-seen questions, the same to all: each shows a few.
    """
    told: dict[str, Any] = {
        "type": "heartbeat",
        "seq": seq,
        "now": instant(now),
        "present": present,
        "digest": digest,
    }
    return encode(told if little is None else told | {"little": little})


def bye(why: str, retry_ms: int) -> bytes:
    """Return the farewell before a restart, with the time after which to come back."""
    return encode({"type": "bye", "why": why, "retry_ms": retry_ms})
