"""The messages: everything well-formed is understood, everything else refused, and quickly."""

import dataclasses
import json
import random
import time
import typing
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from dialog.forum import commands as c
from dialog.forum.board import Board, Delta, Snapshot
from dialog.forum.names import Limits, Phase
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import MAY
from dialog.forum.views import instant
from dialog.hub import wire
from dialog.hub.digest import Digest, checksum, digest
from tests.forum.evening import Evening
from tests.forum.steps import WAITS, Step
from tests.forum.test_window import OFTEN, SMALL
from tests.hub.doubles import NOW

KEY = "6f1c9a52-5f0e-4b9e-9f0f-6f1c9a525f0e"
COMMANDS = [
    command
    for union in (c.Asking, c.Moderating, c.Staging, c.Scribing, c.Organising)
    for command in get_args(union)
]


def example(annotation: Any) -> Any:
    """Return a value of a field's type, as JSON has it."""
    if get_origin(annotation) in (Union, UnionType):
        return example(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return [example(get_args(annotation)[0])]
    if annotation in (str, int, bool):
        return {str: "Wort", int: 3, bool: True}[annotation]
    return next(iter(annotation)).value


def message(command: type, **more: object) -> dict[str, Any]:
    """Return a message with every field of a command."""
    hints = typing.get_type_hints(command)
    renamed = {"start": "from", "end": "to"} if command is c.Redact else {}
    fields = {
        renamed.get(field.name, field.name): example(hints[field.name])
        for field in dataclasses.fields(command)
    }
    return {"type": "command", "key": KEY, "do": command.do} | fields | more  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.do)
def test_every_command_is_understood_whole_and_short(command) -> None:
    order = wire.decode(json.dumps(message(command)))
    assert isinstance(order, wire.Order)
    assert order.key == KEY
    assert type(order.command) is command
    for field in dataclasses.fields(command):
        assert getattr(order.command, field.name) is not None
    assert hash(wire.body(order.command)) == hash(wire.body(order.command))
    needed = {f.name for f in dataclasses.fields(command) if f.default is dataclasses.MISSING}
    keep = {"type", "key", "do"} | {
        new
        for new in wire.fields(command.do)
        if {"from": "start", "to": "end"}.get(new, new) in needed or new in needed
    }
    short = {name: value for name, value in message(command).items() if name in keep}
    assert isinstance(wire.decode(json.dumps(short)), wire.Order)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.do)
def test_every_command_refuses_fields_it_does_not_know(command) -> None:
    for wrong in ({"colour": "red"}, {"key": "x"}, {"key": 7}, {"key": "ä" * 20}):
        with pytest.raises(wire.Malformed) as refusal:
            wire.decode(json.dumps(message(command, **wrong)))
        key = wrong.get("key", KEY)
        assert refusal.value.key == (key if isinstance(key, str) else None)


def test_the_commands_are_those_that_people_may_give() -> None:
    people = set().union(*(names for role, names in MAY.items() if role.value != "system"))
    assert {command.do for command in COMMANDS} == people
    assert all(wire.known(do) for do in people)
    assert not any(wire.known(do) for do in ("declare", "enter", "note", "tick", ""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"hello"',
        "{}",
        '{"type":NaN}',
        '{"type":"hello","seq":Infinity}',
        '{"type":"command","key":"12345678","do":"upvote","number":1,"on":true,"intent":1e999}',
        '{"type":"command","key":"12345678","do":"ask","text":"\\ud800"}',
        '{"type":"command","key":"12345678","do":"ask","text":"\\udc00\\ud800"}',
        b'{"type":"command","key":"12345678","do":"ask","text":"\xff"}',
        '{"type":"command","key":"12345678","do":"ask","text":"a\nb"}',
        '{"type":"command","key":"12345678","do":"ask","text":"Ja?"} {}',
        '{"type":"command","key":"12345678","do":"ask","text":"Ja?",}',
        "[" * 100_000,
        '{"type":' + "[" * 100_000,
        '{"type":"command","x":' + '{"a":' * 100_000,
        '{"type":"dance"}',
        '{"type":7}',
        "'" * 9,
    ],
)
def test_what_is_no_message_is_refused_at_once(text) -> None:
    begun = time.perf_counter()
    with pytest.raises((wire.NotUnderstood, wire.Malformed)):
        wire.decode(text)
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize("second", ["-1", "1", "2"])
def test_of_two_fields_of_one_name_none_is_taken(second) -> None:
    twice = '{"type":"command","key":"12345678","do":"withdraw","number":1,"n\\u0075mber":%s}'
    with pytest.raises(wire.Malformed):
        wire.decode(twice % second)


@pytest.mark.parametrize("number", [-1, 2**53, 1.5, "3", True, None])
def test_numbers_are_whole_and_bounded(number) -> None:
    with pytest.raises(wire.Malformed):
        wire.decode(json.dumps(message(c.Withdraw, number=number)))


@pytest.mark.parametrize(
    "hello",
    [
        {"stream": "floor"},
        {"stream": "desk", "page": "x" * 512, "epoch": "e" * 16, "seq": 2**53 - 1},
    ],
)
def test_a_hello(hello) -> None:
    said = wire.decode(json.dumps({"type": "hello"} | hello))
    assert isinstance(said, wire.Hello)


@pytest.mark.parametrize(
    "hello",
    [{}, {"stream": "x"}, {"stream": "floor", "page": "x" * 513}, {"stream": "floor", "seq": -1}],
)
def test_a_hello_that_is_none(hello) -> None:
    with pytest.raises(wire.Malformed):
        wire.decode(json.dumps({"type": "hello"} | hello))


def test_a_resync() -> None:
    assert isinstance(wire.decode('{"type":"resync","why":"gap"}'), wire.Resync)
    with pytest.raises(wire.Malformed):
        wire.decode('{"type":"resync","why":"fun"}')


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.do)
def test_a_form_and_a_message_are_the_same_command(command) -> None:
    whole = message(command)
    form: dict[str, Any] = {"do": command.do, "key": KEY}
    for name in wire.fields(command.do):
        value = whole[name]
        form[name] = value if isinstance(value, list) else {True: "1"}.get(value, str(value))
        if isinstance(value, bool):
            form[name] = "1" if value else "0"
    order = wire.decode(json.dumps(whole))
    assert isinstance(order, wire.Order)
    assert wire.from_form(form) == order
    assert wire.body(wire.from_form(form).command) == wire.body(order.command)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "dance"},
        {"do": "ask", "key": KEY},
        {"do": "ask", "key": KEY, "text": "\ud800" * 2, "show": "x"},
    ],
)
def test_forms_that_stand_for_nothing(form) -> None:
    with pytest.raises(wire.Malformed):
        wire.from_form(form)


def test_an_empty_string_says_something_in_texts_only() -> None:
    assert wire.textual("ask", "text")
    assert wire.textual("edit", "asker")
    assert not wire.textual("ask", "via")
    assert not wire.textual("answer", "minute")
    assert not wire.textual("ask", "gibt-es-nicht")


# --- what is sent --------------------------------------------------------------------------------


def test_messages_of_the_server() -> None:
    made = json.loads(wire.welcome("e" * 16, 7, NOW, {"role": "reader"}, Limits()))
    assert made["limits"] == {"text": 300, "background": 1000, "ask_ms": 20000, "waiting": 5}
    assert made["now"] == instant(NOW)
    assert json.loads(wire.alone("e" * 16, 7, NOW, {}))["type"] == "me"
    snapshot = json.loads(wire.snapshot("e" * 16, Snapshot(7, {"phase": "live"}, [])))
    assert snapshot["questions"] == []
    empty = json.loads(wire.delta(Delta(3, 7, None, [], [])))
    assert empty == {"type": "delta", "from": 3, "to": 7}
    full = json.loads(wire.delta(Delta(3, 7, {"phase": "live"}, [{"number": 1}], [2])))
    assert (full["session"], full["questions"], full["gone"]) == (
        {"phase": "live"},
        [{"number": 1}],
        [2],
    )
    done = json.loads(wire.done(KEY, 7, b'{"number":1}'))
    assert done == {"type": "done", "key": KEY, "seq": 7, "result": {"number": 1}}
    refusal = Refusal(Code.CONFLICT, number=1, state="approved", by="Mara", since=NOW, open=0)
    assert json.loads(wire.refused(KEY, refusal)) == {
        "type": "refused", "key": KEY, "code": "conflict", "number": 1,
        "state": "approved", "by": "Mara", "open": 0, "since": instant(NOW),
    }  # fmt: skip
    assert json.loads(wire.bye("restart", 1840))["retry_ms"] == 1840


# --- the digest, and the fixtures that JavaScript reads too ---------------------------------------


def test_the_digest_of_an_empty_stream() -> None:
    board = Board()
    for sheet in board.sheets.values():
        sheet.session = {}
        assert digest(sheet) == f"{checksum({}):08x}"


def test_a_running_digest_is_the_one_of_a_whole_stream() -> None:
    lots, evening = random.Random(7), Evening(Phase.LIVE, extent=SMALL)
    evening.board.settle(evening.session)
    running = {stream: Digest(sheet) for stream, sheet in evening.board.sheets.items()}
    summed = set()
    for _ in range(150):
        draws = (lots.randrange(256) for _ in range(4))
        step = Step(lots.choice(OFTEN), lots.choice(WAITS[:4]), *draws)
        evening.wait(step.wait)
        evening.do(step.command(evening), step.whom())
        evening.board.settle(evening.session)
        for stream, sheet in evening.board.sheets.items():
            rows = (sheet.session, *sheet.snapshot().questions)
            fresh = f"{sum(map(checksum, rows)) % 2**32:08x}"
            assert running[stream].now() == digest(sheet) == fresh
            summed.add(fresh)
    assert len(summed) > 100


def vectors() -> list[dict[str, Any]]:
    file = Path(__file__).parents[1] / "wire" / "digest.json"
    return list(json.loads(file.read_text("utf-8"))["vectors"])


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_digests_are_those_of_the_shared_vectors(vector) -> None:
    total = sum(checksum(row) for row in (vector["session"], *vector["questions"]))
    assert f"{total % 2**32:08x}" == vector["digest"]
