"""The addresses of this server as OpenAPI 3.1, read from its own table of addresses."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from dialog import __version__
from dialog.hub import wire
from dialog.web.catalogue import LANGUAGES
from dialog.web.contract import schemas
from dialog.web.contract.operations import (
    ANY,
    FIELDS,
    HTML,
    JSON,
    ONE_CLICK,
    OPERATIONS,
    TEXT,
    UNTOLD,
    ZIP,
    Operation,
)
from dialog.web.errors import STATUS

PATH: Final = "/openapi.json"
SESSION: Final = "/sessions/{slug}"
LIVE: Final = f"{SESSION}/live"
SILENT: Final = frozenset({JSON, ZIP, TEXT, ANY, "application/xml", "application/schema+json"})
_CONVERTOR: Final = re.compile(r":\w+}")
TAGS: Final[Mapping[str, str]] = {
    "archive": "The public record, for everyone and for other programs.",
    "team": "Pages of staff; the pass says who may do what.",
    "signing in": "Links and codes of staff.",
    "session": "A session for readers and volunteers.",
    "information": "Notices for volunteers, and who helps in which district.",
    "service": "The programme, and what is said of the server itself.",
}
PLACES: Final[Mapping[str, dict[str, Any]]] = {
    "slug": {"type": "string", "pattern": "^[0-9a-z-]{1,80}$"},
    "number": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "role": {"type": "string"},
    "token": {"type": "string"},
    "path": {"type": "string"},
}
# Why a status is answered that no refusal of ours has, or that has other reasons, too.
SAID: Final[Mapping[int, str]] = {
    303: "Go on there by GET.",
    304: "The client has it already.",
    400: "No form, or no message that could be read.",
    403: "A page elsewhere sent it.",
    404: "There is no such address, session, record or question.",
    413: "The body is too big.",
    415: "The body is in another coding than UTF-8.",
    500: "A fault of ours.",
    503: "Too many connections, or nothing can be stored now.",
}
HEADERS: Final[Mapping[str, str]] = {
    "Location": "Where to go on.",
    "Retry-After": "Seconds after which to try again, where that helps.",
    "ETag": "The mark of this state; a request that names it in `If-None-Match` gets 304.",
    "Content-Disposition": "The name to keep the file under.",
    "X-Request-Id": "The number under which the server's log tells of this request.",
    "Set-Cookie": "The pass of this browser, where one is given or taken.",
}
ABOUT: Final = """\
Every address of this server. Pages are HTML forms that work without scripts; their addresses and
fields are described because they stay. What programs need beside the record is in the tags
*session* (`/commands`, `/updates`) and in [the messages](/asyncapi.json) of the websocket.

- **Who one is** says one cookie, the pass. Who may do what is decided by the pass and the address.
- **A form** carries a `token` from the page it stands on; `POST …/commands` takes it in the header
  `X-Dialog-Token`. A page elsewhere can send none: `Origin` and `Sec-Fetch-Site` are looked at.
- **A refusal** comes as a page, or to `Accept: application/json` as a message with a code. Nothing
  that was typed is lost by one.
- **An answer** carries `X-Request-Id`, under which the log of the server has it.
- **GET changes nothing**, and every GET answers HEAD. `/signin/callback` is the one exception.
- Fields and answers may gain members; leave unread what you do not know.
"""


def openapi(routes: Iterable[BaseRoute], base_url: str) -> dict[str, Any]:
    """Return the description of all routes, for a server at an address."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, endpoint in operations(routes):
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dialog digital",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.of_messages() | schemas.of_records() | schemas.of_requests(),
            "responses": {str(status): _answer(status) for status in _all_statuses()},
            "headers": {
                name: {"description": said, "schema": {"type": "string"}}
                for name, said in HEADERS.items()
            },
            "securitySchemes": _keys(base_url),
        },
    }


def operations(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Yield method, path and handler of every address; what is served as files is one."""
    for route in routes:
        match route:
            case Route(path=path) | WebSocketRoute(path=path) if path in UNTOLD:
                continue
            case Route(methods=methods):
                for method in sorted((methods or set()) - {"HEAD"}):
                    yield method, _plain(route.path), route.endpoint
            case WebSocketRoute():
                yield "GET", _plain(route.path), route.endpoint
            case Mount():
                yield "GET", f"{route.path}/{{path}}", type(route.app)
            case _:
                raise TypeError(route)


def fields(names: str) -> dict[str, tuple[str, ...]]:
    """Return names with the choices each has, none for any text; `text-*` stands for many."""
    parted = (name.partition("=") for name in names.split())
    return {name: tuple(choices.split("|")) if choices else () for name, _, choices in parted}


def form_fields(operation: Operation) -> dict[str, tuple[str, ...]]:
    """Return the fields of a form: its own, and those of the commands it can give."""
    found = fields(f"token key lang {operation.form}")
    if operation.commands:
        own = fields(operation.form).get("do", ())
        names = (name for do in sorted(operation.commands) for name in wire.fields(do))
        found |= dict.fromkeys(names, ()) | fields("back picked")
        found["do"] = (*own, *sorted(operation.commands))
    return found


def _plain(path: str) -> str:
    return _CONVERTOR.sub("}", path)


def _operation(method: str, path: str, endpoint: Callable[..., Any]) -> dict[str, Any]:
    said = OPERATIONS.get(f"{method} {path}", Operation())
    page = getattr(getattr(endpoint, "__self__", None), "shows", endpoint)  # of a page of staff
    about = schemas.plain(sys.modules[page.__module__].__doc__).partition("\n")[0]
    does = schemas.plain(endpoint.__doc__)
    made: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").rstrip("_"),
        "summary": about if page is not endpoint else does.partition("\n")[0],
        "description": f"{about}\n\n{does}",
        "tags": [_tag(path)],
        "security": _security(path, said),
        "parameters": [*_places(path), *_query(path, said)],
        "responses": _REFUSALS if path == LIVE else _answers(method, path, said),
    }
    content = _body(said) if method == "POST" else {}
    if content:
        made["requestBody"] = {"required": True, "content": content}
    return made


def _tag(path: str) -> str:
    rest = path.removeprefix(SESSION)
    if path.startswith("/archive"):
        return "archive"
    if rest.startswith(("/organiser", "/moderation", "/stage", "/scribe")):
        return "team"
    if path.startswith(("/signin", "/account", "/enter")):
        return "signing in"
    if path.startswith(("/information", "/subscription", "/guides")):
        return "information"
    return "session" if rest != path else "service"


def _places(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": PLACES[name]}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query(path: str, said: Operation) -> list[dict[str, Any]]:
    """Return the fields of an address; a form may be sent to its page as it is being looked at."""
    page = OPERATIONS.get(f"GET {path}", said)
    names = fields(page.query)
    if said.sends not in SILENT:
        names["lang"] = LANGUAGES
    return [
        {"name": name, "in": "query", "description": FIELDS[name], "schema": _schema(choices)}
        for name, choices in names.items()
    ]


def _schema(choices: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(choices)} if choices else {"type": "string"}


def _security(path: str, said: Operation) -> list[dict[str, Any]]:
    if said.key:
        return [{said.key: [], "pass": []} if said.key == "form" else {said.key: []}]
    return [{"pass": []}] if _tag(path) == "team" else [{}, {"pass": []}]


def _body(said: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in said.reads:
        found[kind] = {"schema": _form(form_fields(said))}
    if said.takes:
        found[JSON] = {"schema": schemas.ref(said.takes)}
    return found


def _form(known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": {}}
    made |= {} if fields(ONE_CLICK).keys() & known else {"required": ["token"]}
    for name, choices in known.items():
        if name.endswith("*"):
            made.setdefault("patternProperties", {})[f"^{name[:-1]}.+$"] = {"type": "string"}
        else:
            made["properties"][name] = _schema(choices) | _described(name)
    return made


def _described(name: str) -> dict[str, str]:
    return {"description": FIELDS[name]} if name in FIELDS else {}


def _answers(method: str, path: str, said: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {said.sends: _sent(said)}
    tells = said.tells or ("Done" if said.commands else "")
    if tells:
        content[JSON] = {"schema": schemas.ref(tells)}
    names = ("ETag", "Set-Cookie") if said.sends == HTML else ("ETag", "Content-Disposition")
    good = {"description": "What was asked for.", "headers": _headers(*names), "content": content}
    answers: dict[str, Any] = {"200": good}
    for status in sorted(_statuses(method, path, said)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return answers


def _sent(said: Operation) -> dict[str, Any]:
    if said.shape:
        return {"schema": schemas.ref(said.shape)}
    binary = said.sends in (ANY, ZIP, "application/pdf")
    return {} if binary else {"schema": {"type": "object" if said.sends == JSON else "string"}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _statuses(method: str, path: str, said: Operation) -> set[int]:
    """Return the statuses that an address may answer beside 200."""
    found = {500, 503, *said.more}
    if "{" in path:
        found.add(404)
    if path.startswith("/sessions/"):
        found |= {303, 403}
    if _tag(path) == "team" or path.startswith("/account"):
        found.add(403)
    if "{token}" in path:
        found.add(410)
    if method == "POST":
        found |= {303, 400, 415, *STATUS.values()}
    return found


def _all_statuses() -> list[int]:
    return sorted({*STATUS.values(), *SAID})


def _answer(status: int) -> dict[str, Any]:
    """Return what all answers of a status have in common; of a refusal, which codes have it."""
    codes = [f"`{code}`" for code, its in STATUS.items() if its == status]
    said = " ".join(part for part in (SAID.get(status, ""), ", ".join(codes)) if part)
    if status in (303, 304):
        names = ("Location", "Set-Cookie") if status == 303 else ("ETag", "Content-Disposition")  # noqa: PLR2004 - as in the norm
        return {"description": said, "headers": _headers(*names)}
    refused = {"schema": schemas.ref("Refused")}
    page = {"schema": {"type": "string"}}
    return {
        "description": said,
        "headers": _headers("Retry-After", "Set-Cookie"),
        "content": {HTML: page, TEXT: page, JSON: refused},
    }


def _keys(base_url: str) -> dict[str, Any]:
    secure = base_url.startswith("https://")
    return {
        "pass": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-dialog" if secure else "dialog",
            "description": "The pass of a browser; it comes with joining or signing in.",
        },
        "form": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Dialog-Token",
            "description": "The form token of a page, from its `<input name=token>`.",
        },
        "rehearsal": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that `python -m dialog rehearsal` prints.",
        },
    }


_REFUSALS: Final = {
    "101": {"description": "From here on messages travel, see `/asyncapi.json`."},
    "400": {"description": "No subprotocol of ours."},
    "403": {"description": "A page elsewhere, or a cookie without an origin."},
    "404": {"description": "There is no such session."},
    "503": {"description": "Too many connections, in all, from an address, or of a person."},
}
