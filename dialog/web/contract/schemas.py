"""JSON Schemas of what travels, made from the types by which it is read and checked."""

import inspect
from collections.abc import Iterable
from typing import Any

import msgspec

from dialog.archive.record import Record
from dialog.archive.schema import portable
from dialog.forum.names import Admission, Outcome, Reason, Review, Show
from dialog.hub import told, wire
from dialog.web.similar import Typed

HEARD = (wire.Hello, wire.Resync, wire.Seen)
POLLED = (told.Alone, told.Snapshot, told.Delta, told.Bye)
RECORD = "Record."


class Found(msgspec.Struct):
    """A published answer that resembles a text: its question, who gave it, where it stands."""

    text: str
    by: str
    starts: str
    href: str


class Similar(msgspec.Struct):
    """What resembles a text; with ``wait_ms`` nothing was looked for, and one tries again then."""

    questions: list[told.Question]
    answers: list[Found]
    wait_ms: told.Count


class Guide(msgspec.Struct):
    """An integration guide; `call` is the telephone number as a link has it."""

    district: str
    organisation: str
    name: str
    phone: str
    mail: str
    web: str
    note: str
    call: str


class Guides(msgspec.Struct):
    """The guides of the district that was named, and those of others that look like it."""

    meant: list[Guide]
    alike: list[Guide]


class Rehearsed(msgspec.Struct):
    """The way into a rehearsal: an address that lets a moderator in once, and the code to join."""

    enter: str
    code: str | None


class Wording(msgspec.Struct):
    """The words of a question as they stood at some time."""

    text: str
    background: str | None
    edited: bool


class Asked(msgspec.Struct):
    """One's own question in every wording."""

    number: told.Number
    asked: told.Instant | None
    review: Review
    reason: Reason | None
    note: str | None
    outcome: Outcome
    show: Show
    district: str | None
    archive: bool
    upvotes: told.Count
    answer: told.Answer | None
    removed: str | None
    name: str | None
    wordings: list[Wording]
    appeals: list[str]


class Invitation(msgspec.Struct):
    """The invitation of somebody who was invited by mail."""

    address: str
    name: str | None
    language: str
    since: told.Instant | None
    opened: told.Instant | None
    joined: told.Instant | None
    transcript: bool


class Held(msgspec.Struct):
    """All that is held about a volunteer of a session, and until when."""

    session: str
    title: str
    person: told.Person
    questions: list[Asked]
    supported: list[told.Number]
    published: told.Instant | None
    invitation: Invitation | None
    name: str | None
    admission: Admission
    since: told.Instant | None
    private_link: str
    until: told.Instant | None


ANSWERS = (Guides, Similar, Rehearsed, Held)
SHAPES: tuple[type, ...] = (*told.SHAPES, *HEARD, *wire.COMMANDS.values(), Typed, *ANSWERS)


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema of both documents."""
    return {"$ref": told.REFERENCE.format(name=name)}


def command(do: str) -> dict[str, str]:
    """Return a reference to the schema of a command."""
    return ref(wire.COMMANDS[do].__name__)


def of_messages() -> dict[str, Any]:
    """Return the schemas of all that travels, by name."""
    return _parts(SHAPES, told.REFERENCE)


def of_records() -> dict[str, Any]:
    """Return the schemas of a record, under names of their own."""
    parts = _parts([Record], told.REFERENCE.format(name=RECORD + "{name}"))
    return {RECORD + name: part for name, part in parts.items()}


def of_requests() -> dict[str, Any]:
    """Return the schemas of what a POST takes and a poll answers, of more than one kind each."""
    commands = [command(do) for do in wire.COMMANDS]
    kinds = {do: command(do)["$ref"] for do in wire.COMMANDS}
    return {
        "Command": {
            "description": "A command of any kind; its `do` says which.",
            "oneOf": commands,
            "discriminator": {"propertyName": "do", "mapping": kinds},
        },
        "Updates": {
            "description": "What is one's own, what changed, and a farewell before a restart.",
            "type": "array",
            "items": {"anyOf": [ref(one.__name__) for one in POLLED]},
        },
    }


def plain(text: str | None) -> str:
    """Return what a docstring says, as Markdown."""
    return inspect.cleandoc(text or "").replace("``", "`")


def _parts(types: Iterable[type], template: str) -> dict[str, Any]:
    _, parts = msgspec.json.schema_components(types, ref_template=template)
    return {name: _readable(portable(part)) for name, part in parts.items()}


def _readable(part: dict[str, Any]) -> dict[str, Any]:
    if "description" in part:
        part["description"] = plain(part["description"])
    return part
