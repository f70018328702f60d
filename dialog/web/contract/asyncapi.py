"""The messages of a session's websocket as AsyncAPI 3.0."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dialog import __version__
from dialog.forum.names import Role
from dialog.forum.roles import MAY
from dialog.hub import told, wire
from dialog.hub.closing import Close
from dialog.web.contract import schemas
from dialog.web.errors import STATUS

PATH: Final = "/asyncapi.json"
CLOSES: Final[Mapping[Close, str]] = {
    Close.OVER: "Over, without a fault.",
    Close.TOO_BIG: "A message is too big, or comes in too many pieces.",
    Close.FAULT: "A fault of ours.",
    Close.RESTART: "The server starts again; come back after what `bye` said.",
    Close.OVERLOAD: "It cannot be served now.",
    Close.SILENT: "No hello came in time.",
    Close.STALLED: "Nothing drained for 30 s; the connection is cut, for no frame would arrive.",
    Close.TOO_FAST: "Too fast for the third time in a minute.",
    Close.PASS_ENDED: "The pass or the page token is no longer good, or not good for this.",
    Close.REMOVED: "Not used any more.",
    Close.GONE: "What was here is gone, for instance a rehearsal that was deleted.",
    Close.NOT_SPOKEN: "The subprotocol that was offered is none that is spoken here.",
    Close.NOT_UNDERSTOOD: "A message was not understood, a malformed hello among them.",
}
COMING_BACK: Final = "After 4000 to 4499 a client may come back, after 4500 to 4599 not."
OF_PROTOCOL: Final = {1008: "Too many pings and pongs in ten seconds."}


def protocol() -> str:
    """Return the rules of the protocol with all its codes, as Markdown in English."""
    rules = Path(__file__).with_name("protocol.md").read_text("utf-8")
    statuses = sorted(set(STATUS.values()))
    refusals = [f"- {status}: {', '.join(_refusals(status))}" for status in statuses]
    ends = [f"- {code}: {said}" for code, said in closes().items()]
    parts = ["### Refusals", "\n".join(refusals), "### Close codes", COMING_BACK, "\n".join(ends)]
    return "\n\n".join([rules.strip(), *parts]) + "\n"


def _refusals(status: int) -> list[str]:
    return [f"`{code}`" for code, its in STATUS.items() if its == status]


def asyncapi(base_url: str) -> dict[str, Any]:
    """Return the description of all messages, for a server at an address."""
    address = urlsplit(base_url)
    sent = {_name(shape): _message(shape) for shape in told.MESSAGES}
    heard = {_name(shape): _message(shape) for shape in schemas.HEARD}
    ordered = {f"command.{do}": _command(do) for do in wire.COMMANDS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dialog digital: a session live",
            "version": __version__,
            "description": protocol(),
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "this": {
                "host": address.netloc,
                "protocol": "wss" if address.scheme == "https" else "ws",
                "security": [{"$ref": "#/components/securitySchemes/pass"}],
            }
        },
        "channels": {"live": _channel([*heard, *ordered, *sent], base_url)},
        "operations": {
            "say": _operation("receive", "What a client says: first a hello.", heard),
            "command": _operation("receive", "What a client asks for, by role.", ordered)
            | {"reply": {"channel": LIVE, "messages": _of_channel(("done", "refused"))}},
            "tell": _operation("send", "What the server tells, by stream and person.", sent),
        },
        "components": {
            "messages": heard | ordered | sent,
            "schemas": {
                name: _apart(part)
                for name, part in (schemas.of_messages() | schemas.of_requests()).items()
            },
            "securitySchemes": {
                "pass": {
                    "type": "httpApiKey",
                    "in": "cookie",
                    "name": "__Host-dialog" if address.scheme == "https" else "dialog",
                    "description": "The pass of a browser; readers need none.",
                }
            },
        },
    }


LIVE: Final = {"$ref": "#/channels/live"}


def _channel(names: Iterable[str], base_url: str) -> dict[str, Any]:
    return {
        "address": "/sessions/{slug}/live",
        "title": "A session live",
        "parameters": {"slug": {"description": "The session's name in its address."}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "ws": {
                "method": "GET",
                "headers": {
                    "type": "object",
                    "required": ["Sec-WebSocket-Protocol"],
                    "properties": {
                        "Sec-WebSocket-Protocol": {"type": "string", "const": wire.SUBPROTOCOL},
                        "Origin": {"type": "string", "examples": [base_url]},
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
        "x-close-codes": {str(code): said for code, said in closes().items()},
    }


def closes() -> dict[int, str]:
    """Return why a connection is closed, by code."""
    return dict(
        sorted({int(code): said for code, said in CLOSES.items()}.items() | OF_PROTOCOL.items())
    )


def _operation(action: str, title: str, names: Iterable[str]) -> dict[str, Any]:
    return {"action": action, "title": title, "channel": LIVE, "messages": _of_channel(names)}


def _of_channel(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/live/messages/{name}"} for name in names]


def _name(shape: type) -> str:
    return str(shape.__struct_config__.tag)  # type: ignore[attr-defined]


def _message(shape: type) -> dict[str, Any]:
    said = schemas.plain(shape.__doc__)
    return {
        "name": _name(shape),
        "summary": said.partition("\n")[0],
        "description": said,
        "payload": schemas.ref(shape.__name__),
    }


def _command(do: str) -> dict[str, Any]:
    roles = [role.value for role in Role if role is not Role.SYSTEM and do in MAY[role]]
    made = _message(wire.COMMANDS[do])
    by = f"For {', '.join(roles)}."
    return made | {"name": f"command.{do}", "description": f"{made['description']}\n\n{by}"}


def _apart(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without ``discriminator``, which is another thing here than in OpenAPI."""
    match part:
        case dict():
            return {key: _apart(inner) for key, inner in part.items() if key != "discriminator"}
        case list():
            return [_apart(inner) for inner in part]
        case _:
            return part
