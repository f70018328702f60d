"""The messages that Python and JavaScript both read are those that the server writes.

``tests/js/wire.test.js`` plays the same files to the page's own core.
"""

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dialog.forum.board import Delta, Snapshot
from dialog.forum.commands import Approve, Ask
from dialog.forum.names import SYSTEM, Limits
from dialog.forum.refusals import Code, Refusal
from dialog.hub import wire
from dialog.hub.ledger import Done
from tests.hub.doubles import ANNA, DECLARE, MARA, Hall

FOLDER = Path(__file__).parent
FIXTURES = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
PLAYED = {name: one for name, one in FIXTURES.items() if "messages" in one}
KINDS = {"welcome", "snapshot", "delta", "done", "refused", "mine", "me", "heartbeat", "bye"}

Message = dict[str, Any]


def moment(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def limits(given: Message) -> Limits:
    known = {field.name for field in dataclasses.fields(Limits)}
    return Limits(**{name: value for name, value in given.items() if name in known})


def written(message: Message) -> bytes:
    """Return the bytes that the server writes for what a message says."""
    match message:
        case {"type": "welcome", "epoch": epoch, "seq": seq, "now": now, "me": me}:
            return wire.welcome(epoch, seq, moment(now), me, limits(message["limits"]))
        case {"type": "me", "epoch": epoch, "seq": seq, "now": now, "me": me}:
            return wire.alone(epoch, seq, moment(now), me, message.get("little"))
        case {"type": "snapshot", "epoch": epoch, "seq": seq}:
            snapshot = Snapshot(seq, message["session"], message["questions"])
            return wire.snapshot(epoch, snapshot)
        case {"type": "delta", "from": start, "to": end}:
            rows, gone = message.get("questions", []), message.get("gone", [])
            return wire.delta(Delta(start, end, message.get("session"), rows, gone))
        case {"type": "done", "key": key, "seq": seq, "result": result}:
            return wire.done(key, seq, msgspec.json.encode(result))
        case {"type": "refused", "key": key, "code": code, **fields}:
            since = fields.pop("since", None)
            refusal = Refusal(Code(code), since=moment(since) if since else None, **fields)
            return wire.refused(key, refusal)
        case {"type": "mine", "seq": seq, "questions": rows, "upvoted": upvoted}:
            return wire.mine(seq, rows, upvoted)
        case {"type": "heartbeat", "seq": seq, "now": now, "present": present}:
            little = message.get("little")
            return wire.heartbeat(seq, moment(now), present, message["digest"], little)
        case {"type": "bye", "why": why, "retry_ms": wait}:
            return wire.bye(why, wait)
        case _:
            raise AssertionError(message)


def messages() -> list[Message]:
    told = [message for one in PLAYED.values() for message in one["messages"]]
    return [m for m in told if m["type"] != "tap"] + FIXTURES["refusals"]["vectors"]


@pytest.mark.parametrize("message", messages(), ids=lambda message: message["type"])
def test_the_server_writes_exactly_this_message(message: Message) -> None:
    assert json.loads(written(message)) == message


def test_every_kind_of_message_and_every_refusal_has_its_fixture() -> None:
    assert {message["type"] for message in messages()} == KINDS
    assert {vector["code"] for vector in FIXTURES["refusals"]["vectors"]} == set(Code)
    fields = {field.name for field in dataclasses.fields(Refusal)} - {"code"}
    assert fields == set().union(*map(set, FIXTURES["refusals"]["vectors"])) - {
        "type",
        "key",
        "code",
    }


@pytest.mark.parametrize("name", PLAYED)
def test_the_server_understands_what_the_page_sends(name: str) -> None:
    for said in PLAYED[name]["send"]:
        assert isinstance(wire.decode(json.dumps(said)), wire.Hello | wire.Resync | wire.Order)


async def test_rows_of_the_fixtures_have_the_keys_of_the_servers_rows() -> None:
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    await hall.settled()
    done = await hall.room.ask(Ask("Wer hilft beim Ankommen?"), ANNA)
    assert isinstance(done, Done)
    number = json.loads(done.result)["number"]
    rev = await hall.room.read(lambda session, _board: session.questions[number].rev)
    assert isinstance(await hall.room.ask(Approve(number, rev), MARA), Done)
    line, _ = await hall.follow(ANNA)
    welcome, snapshot = line.last("welcome"), line.last("snapshot")
    await hall.room.stop()
    for message in messages():
        match message:
            case {"type": "welcome" | "me" as kind}:
                shared = set(welcome) - {"heartbeat", "limits"}
                told = shared | {"own"} | (set(message) & {"little"})
                assert set(message) == (told if kind == "me" else set(welcome))
                assert set(message["me"]) == set(welcome["me"])
                assert all(
                    set(row) == set(welcome["me"]["mine"][0]) for row in message["me"]["mine"]
                )
            case {"type": "snapshot"}:
                assert set(message["session"]) == set(snapshot["session"])
                assert set(message["session"]["counts"]) == set(snapshot["session"]["counts"])
                assert all(set(r) == set(snapshot["questions"][0]) for r in message["questions"])
            case {"type": "delta"}:
                whole = set(snapshot["questions"][0])
                rows = message.get("questions", [])
                assert all(set(row) in ({"number", "upvotes"}, whole) for row in rows)
            case {"type": "mine"}:
                own = set(welcome["me"]["mine"][0])
                assert all(set(row) == own for row in message["questions"])
            case _:
                assert message["type"] in {"done", "refused", "heartbeat", "bye"}
