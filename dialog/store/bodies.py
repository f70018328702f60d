"""A state as it is kept beside its journal: compact, and without any text.

It is nothing but what the journal adds up to and may be thrown away at any time. So it has no
history of forms: what a program with other rules wrote is not read at all (``RULES``).
"""

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct
from pyroaring import BitMap

from dialog import forum
from dialog.forum.board import Board, Kept
from dialog.forum.events import Acted, Axis, Change, Value
from dialog.forum.names import Outcome, Review
from dialog.forum.question import Question
from dialog.forum.session import Deed, Session
from dialog.forum.state import State
from dialog.forum.window import FULL, Extent
from dialog.store.payloads import AXES

AT_ONCE = 1_000

# What stands in parts of its own, is made again from others, or is no part of a body at all.
APART = frozenset({
    "texts", "last_text", "questions", "asked", "upvoted", "taps", "deeds", "reviews", "outcomes",
    "_said", "_heard",
})  # fmt: skip


def _rules() -> str:
    """Return a hash of all that decides what a journal adds up to, and how it is kept."""
    sources = [*Path(forum.__file__).parent.glob("*.py*"), Path(__file__)]
    return sha256(b"\0".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:16]


RULES = _rules()


# --- shapes --------------------------------------------------------------------------------------


@cache
def _shape(kind: Any, without: frozenset[str] = frozenset()) -> type[Struct]:  # noqa: ANN401 - any dataclass
    """Return an array of a dataclass's fields: their names would be most of the bytes."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name not in without]
    shaped = [(name, _shaped(hints[name])) for name in names]
    return msgspec.defstruct(kind.__name__, shaped, array_like=True)


def _shaped(hint: Any) -> Any:  # noqa: ANN401 - any type
    """Return a type with every dataclass in it replaced by its shape."""
    if is_dataclass(hint):
        return _shape(cast("Any", hint))
    inner = tuple(map(_shaped, get_args(hint)))
    if get_origin(hint) in (Union, types.UnionType):
        return Union[inner]  # noqa: UP007 - what is in it is known only here
    return cast("Any", get_origin(hint))[inner] if inner else hint


def _into(value: object, kind: Any) -> Any:  # noqa: ANN401 - any type, and one of it
    return msgspec.convert(value, kind, from_attributes=True)


_Session = _shape(Session, APART)
_Question = _shape(Question, frozenset({"voters"}))
_Kept = _shape(Kept)
_Values = {axis: msgspec.msgpack.Decoder(_shaped(kind)) for axis, kind in AXES.items()}
_Asked = tuple[_Question, memoryview]  # type: ignore[valid-type]
_Supported = tuple[int, memoryview]
_Tapped = tuple[int, int, int, int]
_Deed = tuple[int, int, int, str, int, tuple[int, ...], list[tuple[Axis, int, Raw, Raw]]]


class _Body(Struct, array_like=True):
    """All parts of a state; of those that may be long, some rows at a time."""

    session: Raw
    reviews: dict[Review, int]
    outcomes: dict[Outcome, int]
    floor: int
    questions: list[Raw]
    upvoted: list[Raw]
    taps: list[Raw]
    deeds: list[Raw]
    board: Raw


# --- encode --------------------------------------------------------------------------------------


def encode(state: State) -> bytes:
    """Return a state as bytes; its texts stay where they are."""
    session = state.session
    questions = (
        (_into(question, _Question), question.voters.serialize())
        for question in session.questions.values()
    )
    upvoted = ((person, numbers.serialize()) for person, numbers in session.upvoted.items())
    body = _Body(
        Raw(_pack(_into(session, _Session))),
        session.reviews,
        session.outcomes,
        session.taps.floor,
        list(_some(questions)),
        list(_some(upvoted)),
        list(_some(session.taps)),
        list(_some(map(_deed, session.deeds.items()))),
        Raw(_pack(_into(state.board.kept(), _Kept))),
    )
    return _pack(body)


_pack = msgspec.msgpack.Encoder().encode


def _some(rows: Iterable[object]) -> Iterator[Raw]:
    """Encode rows, some at a time, so that never all of them stand in memory twice."""
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield Raw(_pack(some))


def _deed(item: tuple[int, Deed]) -> object:
    number, deed = item
    acted = deed.acted
    changes = [(c.axis, c.subject, _value(c.axis, c.before), _value(c.axis, c.after))
               for c in acted.changes]  # fmt: skip
    return number, deed.at, deed.person, acted.act, acted.undoes, acted.erased, changes


def _value(axis: Axis, value: Value) -> object:
    return _into(value, _Values[axis].type)


# --- decode --------------------------------------------------------------------------------------


def decode(body: bytes, texts: Mapping[int, str], extent: Extent = FULL) -> State:
    """Return the state; ``texts`` are all that stand in the journal by now.

    Raise ``msgspec.DecodeError`` or ``ValueError`` for what is none.
    """
    read = msgspec.msgpack.decode(body, type=_Body)
    same: dict[Any, Any] = {}
    session = _session(read, texts)
    for shaped, voters in _rows(read.questions, _Asked):
        question = _into(shaped, Question)
        question.standing = same.setdefault(question.standing, question.standing)
        question.result = same.setdefault(question.result, question.result)
        question.voters = BitMap.deserialize(voters)
        session.questions[question.number] = question
        if question.asker:
            session.asked.setdefault(question.asker, []).append(question.number)
    for person, numbers in _rows(read.upvoted, _Supported):
        session.upvoted[person] = BitMap.deserialize(numbers)
    for tap in _rows(read.taps, _Tapped):
        session.taps.put(*tap)
    for number, at, person, act, undoes, erased, changes in _rows(read.deeds, _Deed):
        made = tuple(_change(change, same) for change in changes)
        session.deeds[number] = Deed(at, person, Acted(act, made, undoes, erased))
    kept = _into(msgspec.msgpack.decode(read.board, type=_Kept), Kept)
    return State(session, Board.begin(session, kept, extent))


def _session(read: _Body, texts: Mapping[int, str]) -> Session:
    shaped = msgspec.msgpack.decode(read.session, type=_Session)
    hints = get_type_hints(Session)
    plain = {name: _into(getattr(shaped, name), hints[name]) for name in _Session.__struct_fields__}
    session = Session(**plain, texts=dict(texts))
    session.last_text = max(session.texts, default=0)
    session.reviews.update(read.reviews)
    session.outcomes.update(read.outcomes)
    session.taps.floor = read.floor
    return session


def _rows(parts: Iterable[Raw], kind: Any) -> Iterator[Any]:  # noqa: ANN401 - any type, and some of it
    decoder = msgspec.msgpack.Decoder(list[kind])
    for part in parts:
        yield from decoder.decode(part)


def _change(row: tuple[Axis, int, Raw, Raw], same: dict[Any, Any]) -> Change:
    """Return a change; most of an evening's thousands lead from one value to one other."""
    axis, subject, before, after = row
    return Change(axis, subject, _known(axis, before, same), _known(axis, after, same))


def _known(axis: Axis, raw: Raw, same: dict[Any, Any]) -> Any:  # noqa: ANN401 - any value
    key = axis, bytes(raw)
    if key not in same:
        value = _into(_Values[axis].decode(raw), AXES[axis])
        same[key] = same.setdefault((axis, value), value)
    return same[key]
