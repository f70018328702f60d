"""The descriptions keep to their norms, and nothing of the program is missing in them."""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from dialog.hub import told, wire
from dialog.hub.closing import Close
from dialog.web.contract.asyncapi import asyncapi, protocol
from dialog.web.contract.openapi import fields, form_fields, openapi, operations
from dialog.web.contract.operations import FIELDS, OPERATIONS
from dialog.web.routes import routes
from tests.contract.described import Contract

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://dialog.example"
ADDRESSES: dict[str, Any] = json.loads(json.dumps(openapi(routes(), BASE)))
MESSAGES: dict[str, Any] = json.loads(json.dumps(asyncapi(BASE)))
# Where handlers read fields of forms and addresses.
READERS = frozenset({"form", "query", "query_params", "asked", "given"})
# What is no such field: texts of a record, words of a refusal, headers, the doctor.
NO_FIELDS = frozenset({
    "changes", "removed", "minutes", "retry_ms", "seconds", "if-none-match", "accept-encoding",
    "drip",
})  # fmt: skip


def test_both_keep_to_their_norm(asyncapi_schema) -> None:
    OpenAPIV31SpecValidator(ADDRESSES).validate()
    Draft7Validator(asyncapi_schema).validate(MESSAGES)
    broken = copy.deepcopy(ADDRESSES), copy.deepcopy(MESSAGES)
    broken[0]["paths"]["/"]["get"]["parameters"].append({"name": "ohne Ort"})
    broken[1]["operations"]["say"]["action"] = "shout"
    assert not OpenAPIV31SpecValidator(broken[0]).is_valid()
    assert not Draft7Validator(asyncapi_schema).is_valid(broken[1])


def test_every_reference_leads_somewhere() -> None:
    for document in (ADDRESSES, MESSAGES):
        for reference in _references(document):
            found: Any = document
            for step in reference.removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/")]
    for schema in ADDRESSES["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part["$ref"],) if isinstance(part.get("$ref"), str) else ()
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from _references(inner)


def test_every_address_stands_there_in_words() -> None:
    there = {f"{method} {path}" for method, path, _ in operations(routes())}
    described = {
        f"{method.upper()} {path}": said
        for path, methods in ADDRESSES["paths"].items()
        for method, said in methods.items()
    }
    assert set(described) == there
    assert set(OPERATIONS) <= there, "an address that is gone"
    names = [said["operationId"] for said in described.values()]
    assert len(set(names)) == len(names)
    for name, said in described.items():
        assert said["summary"].endswith("."), name
        assert said["description"], name


def test_every_message_stands_there_in_words() -> None:
    channel = MESSAGES["channels"]["live"]
    sent = {shape.__struct_config__.tag for shape in told.MESSAGES}
    heard = {"hello", "resync", "seen"}
    assert set(channel["messages"]) == sent | heard | {f"command.{do}" for do in wire.COMMANDS}
    assert set(channel["x-close-codes"]) == {"1008", *(str(int(code)) for code in Close)}
    assert all(message["summary"] for message in MESSAGES["components"]["messages"].values())
    assert protocol() in MESSAGES["info"]["description"]


def test_every_field_that_is_read_is_described() -> None:
    known = {name for said in OPERATIONS.values() for name in fields(said.query)}
    known |= {name for said in OPERATIONS.values() for name in form_fields(said)}
    for file in sorted((ROOT / "dialog/web").rglob("*.py")):
        strange = set(_read(ast.parse(file.read_text("utf-8")))) - known - NO_FIELDS
        assert not strange, f"{file.name} reads what is not described: {strange}"
    named = {name for said in OPERATIONS.values() for name in fields(said.query)}
    assert named <= set(FIELDS)


def _read(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module reads of forms and addresses, where it says them."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value, "get"), args=[ast.Constant(str(name)), *_]):
                pass
            case ast.Subscript(value, ast.Constant(str(name))):
                pass
            case ast.Compare(ast.Constant(str(name)), [ast.In()], [value]):
                pass
            case ast.Call(
                func=ast.Attribute(ast.Name("desk") as value, "chosen" | "number"),
                args=[ast.Constant(str(name)), *_],
            ):
                yield name
                continue
            case _:
                continue
        if getattr(value, "attr", getattr(value, "id", "")) in READERS:
            yield name


@pytest.mark.parametrize("file", sorted((ROOT / "tests/wire").glob("*.json")), ids=lambda f: f.stem)
def test_the_fixtures_that_pages_and_server_share_fit(file: Path) -> None:
    """Of what a page would say and be told in them, all that a small session does not show."""
    fixture = json.loads(file.read_text("utf-8"))
    contract = Contract(ADDRESSES, MESSAGES)
    for message in fixture.get("messages", []) + fixture.get("vectors", []):
        if message.get("type") in ("tap", None):
            continue
        contract.told(message, "floor")
    for message in fixture.get("send", []):
        contract.heard(message)


# The page's own types of the same rows; some say in one what the documents say in several.
TYPES = {
    "Answer": (told.Answer,),
    "Question": (told.DeskQuestion,),
    "Session": (told.DeskSession,),
    "Me": (told.Me,),
    "Limits": (told.Limits,),
    "Welcome": (told.Welcome, told.Alone),
    "Snapshot": (told.Snapshot,),
    "Delta": (told.Delta,),
    "Done": (told.Done,),
    "Refused": (told.Refused,),
    "Mine": (told.Mine,),
    "Heartbeat": (told.Heartbeat,),
    "Bye": (told.Bye,),
    "Hello": (wire.Hello,),
    "Resync": (wire.Resync,),
    "Seen": (wire.Seen,),
}


@pytest.mark.parametrize("name", TYPES)
def test_the_types_of_our_own_pages_say_the_same(name: str) -> None:
    said = (ROOT / "static/js/types.d.ts").read_text("utf-8")
    body = re.search(rf"^export interface {name} {{\n(.*?)^}}", said, re.DOTALL | re.MULTILINE)
    assert body
    keys = set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE)) - {"type"}
    assert keys == {key for shape in TYPES[name] for key in shape.__struct_encode_fields__}
