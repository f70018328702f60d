"""Clients that hold every request, answer and message against what the server says of itself.

Published schemas are open, for rows may gain fields; here they are closed, so that nothing travels
that is not described.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.live.client import Browser, Live, Message, Page
from tests.live.server import Server

FILES = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
# What every answer may carry: of HTTP itself, and the guards' headers, which say the same always.
COMMON = frozenset({
    "date", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection",
    "vary", "cache-control", "x-request-id", "last-modified", "accept-ranges", "allow",
    "content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "permissions-policy", "referrer-policy", "x-content-type-options", "x-robots-tag",
    "access-control-allow-origin", "link",
})  # fmt: skip
STREAMS = {
    "floor": ("Session", "Question"),
    "stage": ("StageSession", "StageQuestion"),
    "desk": ("DeskSession", "DeskQuestion"),
}


def closed(part: Any) -> Any:
    """Return a schema in which no object has a field that is not described."""
    match part:
        case dict():
            inner = {key: closed(value) for key, value in part.items()}
            shape = part.get("type") == "object" and "properties" in part
            return {"additionalProperties": False} | inner if shape else inner
        case list():
            return [closed(value) for value in part]
        case _:
            return part


class Contract:
    """Both documents, as the server gives them; it remembers what it has seen."""

    def __init__(self, openapi: Message, asyncapi: Message) -> None:
        self.openapi, self.asyncapi = openapi, asyncapi
        self.base = urlsplit(openapi["servers"][0]["url"])
        schemas = closed(openapi["components"]["schemas"])
        self._whole = {"components": {"schemas": schemas}}
        self._validators: dict[str, Draft202012Validator] = {}
        self._paths = [(_pattern(path), path) for path in openapi["paths"]]
        self.faults: list[str] = []
        self.good: set[tuple[str, str]] = set()
        self.statuses: set[int] = set()
        self.messages: set[str] = set()
        self.codes: set[str] = set()
        self.closes: set[int] = set()

    def fits(self, schema: Mapping[str, Any], value: Any) -> None:
        """Check a value against a schema of the documents."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(closed(dict(schema)) | self._whole)
        fault = best_match(self._validators[key].iter_errors(value))
        assert fault is None, f"{fault.json_path}: {fault.message[:400]} ({key[:200]})"

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep what does not fit: all of it is told at once, and wherever it happened."""
        try:
            yield
        except AssertionError as fault:
            self.faults.append(str(fault))

    # --- HTTP ---------------------------------------------------------------------------------

    def operation(self, method: str, path: str) -> tuple[str, Message]:
        """Return the described path and operation of a request."""
        found = [said for pattern, said in self._paths if pattern.fullmatch(path)]
        assert found, f"{path} is not described"
        # As OpenAPI has it: what is written out goes before what has places.
        said = min(found, key=lambda one: one.count("{"))
        assert method.lower() in self.openapi["paths"][said], f"{method} {said} is not described"
        return said, self.openapi["paths"][said][method.lower()]

    def exchange(self, method: str, address: str, sent: Message, answer: Page) -> None:
        """Check a request of ours, and what came of it."""
        url = urlsplit(address)
        said, operation = self.operation("GET" if method == "HEAD" else method, url.path)
        self.statuses.add(answer.status)
        if answer.status < 400:  # what was refused may have been nonsense
            self.asked(operation, url.query, sent)
        self._answered(f"{method} {said}", operation, answer)
        if answer.status < 400:
            self.good.add((method, said))

    def asked(self, operation: Message, query: str, sent: Message) -> None:
        known = {p["name"]: p["schema"] for p in operation["parameters"] if p["in"] == "query"}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name == "lang" and name not in known:
                continue
            assert name in known, f"?{name} of {operation['operationId']} is not described"
            self.fits(known[name], value)
        if sent.get("body"):
            kind = sent["kind"].partition(";")[0]
            taken = operation["requestBody"]["content"]
            assert kind in taken, f"{operation['operationId']} takes no {kind}"
            if kind == FILES:
                names = re.findall(r'form-data; name="([^"]+)"', sent["body"].decode())
                self.fits(closed(taken[kind]["schema"]), dict.fromkeys(names, ""))
            elif kind == FORM:
                form = dict(parse_qsl(sent["body"], keep_blank_values=True))
                self.fits(closed(taken[kind]["schema"]), form)
            elif kind == "application/json":
                self.fits(taken[kind]["schema"], json.loads(sent["body"]))

    def _answered(self, told: str, operation: Message, answer: Page) -> None:
        assert str(answer.status) in operation["responses"], f"{told}: {answer.status}"
        said = self._response(operation["responses"][str(answer.status)])
        allowed = COMMON | {name.lower() for name in said.get("headers", {})}
        strange = set(answer.headers) - allowed
        assert not strange, f"{told} {answer.status}: {strange}"
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not answer.body or not kind:
            return
        content = said.get("content", {})
        assert kind in content or "*/*" in content, f"{told} {answer.status}: {kind}"
        if kind == "application/json":
            body = answer.json()
            self.fits(content[kind]["schema"], body)
            for message in body if isinstance(body, list) else [body]:
                self._seen(message)

    def _response(self, said: Message) -> Message:
        name = said.get("$ref", "").rpartition("/")[2]
        return dict(self.openapi["components"]["responses"][name]) if name else said

    def page(self, own: str, page: Page) -> None:
        """Check that every form and link of a page leads to what is described, by known fields.

        The switch of the language leads to the page's ``own`` address, which may take POST alone.
        """
        for method, address, names in _leads(page.text):
            url = urlsplit(address)
            if (url.netloc and url.netloc != self.base.netloc) or not url.path.startswith("/"):
                continue
            if url.scheme in ("mailto", "tel", "data") or url.path == urlsplit(own).path:
                continue
            _, operation = self.operation(method, url.path)
            self.asked(operation, url.query, {})
            if method == "POST":
                self._takes(operation, names)
            else:
                known = {"lang", *(said["name"] for said in operation["parameters"])}
                assert set(names) <= known, f"{set(names) - known} of {operation['operationId']}"

    def _takes(self, operation: Message, names: Iterable[str]) -> None:
        contents = operation["requestBody"]["content"].values()
        shapes = [content["schema"] for content in contents if "properties" in content["schema"]]
        for name in names:
            known = name in shapes[0]["properties"] or any(
                re.search(pattern, name) for pattern in shapes[0].get("patternProperties", {})
            )
            assert known, f"{name} of {operation['operationId']} is not described"

    # --- messages -----------------------------------------------------------------------------

    def heard(self, message: Message) -> None:
        """Check what a client says."""
        kind = message["type"]
        name = f"command.{message['do']}" if kind == "command" else kind
        self.fits(self._payload(name), message)
        self.messages.add(name)

    def told(self, message: Message, stream: str) -> None:
        """Check what the server tells a client of a stream."""
        session, question = STREAMS[stream]
        if "session" in message:
            self.fits(_ref(session), message["session"])
        rows = message.get("questions", []) if message["type"] != "mine" else []
        for row in rows:
            only_count = message["type"] == "delta" and set(row) == {"number", "upvotes"}
            self.fits(_ref("Upvotes" if only_count else question), row)
        self.fits(self._payload(message["type"]), message)
        self._seen(message)

    def _payload(self, name: str) -> Message:
        live = self.asyncapi["channels"]["live"]["messages"]
        assert name in live, f"{name} is not described"
        return dict(self.asyncapi["components"]["messages"][name]["payload"])

    def _seen(self, message: Message) -> None:
        if "type" in message:
            self.messages.add(message["type"])
        if message.get("type") == "refused":
            self.codes.add(message["code"])

    def over(self, code: int) -> None:
        """Check why a connection ended."""
        assert str(code) in self.asyncapi["channels"]["live"]["x-close-codes"], code
        self.closes.add(code)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _pattern(path: str) -> re.Pattern[str]:
    parts = {
        "slug": "[0-9a-z-]{1,80}",
        "number": "[0-9]{1,9}",
        "token": "[^/]+",
        "role": "[a-z]+",
        "path": ".+",
    }
    return re.compile(
        "".join(
            parts[piece[1:-1]] if piece.startswith("{") else re.escape(piece)
            for piece in re.split(r"({\w+})", path)
        )
    )


def _leads(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield method, address and names of fields of all links and forms of a page.

    What scripts fill in first has no address yet.
    """
    text = re.sub(r"<template\b.*?</template>", "", text, flags=re.DOTALL)
    for href in re.findall(r'<(?:a|link)\b[^>]*?\shref="([^"#]+)', text):
        if not re.search(r"/questions/(\?|$)", href):  # a question that is not there yet
            yield "GET", html.unescape(href), []
    for head, body in re.findall(r"<form\b([^>]*)>(.*?)</form>", text, re.DOTALL):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', head))
        names = re.findall(r'<(?:input|textarea|select|button)\b[^>]*?\sname="([^"]*)"', body)
        others = re.findall(r'\sformaction="([^"]*)"', body)
        for action in filter(None, (said.get("action"), *others)):
            yield said.get("method", "get").upper(), html.unescape(action), names


class Watched(Browser):
    """A browser of which every exchange is checked."""

    def __init__(self, base: str, contract: Contract) -> None:
        super().__init__(base)
        self.contract = contract

    def ask(
        self, method: str, path: str, body: str | bytes | Iterable[bytes] = "", **headers: str
    ) -> Page:
        answer = super().ask(method, path, body, **headers)
        sent = {"body": body, "kind": headers.get("content_type", "")}
        with self.contract.noting():
            self.contract.exchange(method, path, sent, answer)
            if answer.headers.get("content-type", "").startswith("text/html"):
                self.contract.page(path, answer)
        return answer


class Told(Live):
    """A live client of which every message is checked, both ways."""

    def __init__(self, browser: Watched, slug: str, **given: Any) -> None:
        super().__init__(browser, slug, **given)
        self.contract = browser.contract

    def _take(self, message: Message) -> None:
        with self.contract.noting():
            self.contract.told(message, self.stream)
        super()._take(message)

    async def send(self, message: object) -> None:
        if isinstance(message, dict):
            with self.contract.noting():
                self.contract.heard(message)
        await super().send(message)

    async def closed(self, seconds: float = 10) -> int:
        code = await super().closed(seconds)
        self.contract.over(code)
        return code


class Described(Server):
    """A server whose browsers hold it to what it says of itself."""

    contract: Contract | None = None

    def browser(self) -> Browser:
        if self.contract is None and self.running and self._ready_once():
            raw = Browser(self.base)
            openapi, asyncapi = (raw.get(f"/{name}api.json").json() for name in ("open", "async"))
            self.contract = Contract(openapi, asyncapi)
        return Watched(self.base, self.contract) if self.contract else Browser(self.base)

    def _ready_once(self) -> bool:
        try:
            return Browser(self.base).get("/readyz").status == 200
        except OSError:
            return False
