"""A client that knows the published protocol and nothing of this program: sockets and forms."""

import asyncio
import gzip
import html
import http.client
import io
import json
import mimetypes
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import brotli
from pypdf import PdfReader
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.live.canaries import look

Message = dict[str, Any]
TOLD: set[str] = set()  # what stands in no log: tokens, names, texts


class Page(NamedTuple):
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: bytes = b""

    @property
    def token(self) -> str:
        return re.search(r'name="token" value="([^"]*)"', self.text)[1]  # type: ignore[index]

    @property
    def live(self) -> str:
        return re.search(r'name="dialog-page" content="([^"]*)"', self.text)[1]  # type: ignore[index]

    @property
    def fields(self) -> dict[str, str]:
        """What a browser would send of the page's forms."""
        found = {}
        for tag in re.findall(r"<input[^>]*>", self.text):
            said = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
            ticked = said.get("type") not in ("radio", "checkbox") or " checked" in tag
            if ticked and "name" in said:
                found[said["name"]] = said.get("value", "")
        areas = re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', self.text)
        return found | {name: html.unescape(text) for name, text in areas}

    def json(self) -> Any:
        return json.loads(self.text)


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": lambda raw: gzip.decompress(raw) if raw else raw,
    "br": lambda raw: brotli.decompress(raw) if raw else raw,
}


def readable(raw: bytes, kind: str) -> str:
    """Return what there is to read in an answer, whatever it is packed in."""
    if not raw or kind.startswith("font/"):
        return ""
    if kind == "application/pdf":
        pdf = PdfReader(io.BytesIO(raw))
        pages = (page.extract_text() for page in pdf.pages)
        return "\n".join((*map(str, (pdf.metadata or {}).values()), *pages))
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            names = packed.namelist()
            kinds = (mimetypes.guess_type(name)[0] or "text/plain" for name in names)
            files = [readable(packed.read(n), k) for n, k in zip(names, kinds, strict=True)]
        return "\n".join((*names, *files))
    return raw.decode()


class Browser:
    """A browser without JavaScript: one cookie, pages, forms."""

    def __init__(self, base: str) -> None:
        self.base, self.cookie = base, ""
        self.may: frozenset[str] = frozenset()  # whose canaries may arrive here

    def ask(
        self, method: str, path: str, body: str | bytes | Iterable[bytes] = "", **headers: str
    ) -> Page:
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body or None, self._with_cookie(sent))
            answer = connection.getresponse()
            raw = answer.read()
            plain = UNPACK[answer.headers.get("content-encoding", "identity")](raw)
            text = readable(plain, answer.headers.get_content_type())
            for value in answer.headers.get_all("set-cookie", ()):
                self.cookie = value.partition(";")[0]
                TOLD.add(self.cookie.partition("=")[2])
            if not path.startswith("/enter/"):  # whoever has a link is shown whom it invites
                look(self.may, f"{answer.headers}{text}")
            headers_ = {k.lower(): v for k, v in answer.getheaders()}
            return Page(answer.status, headers_, text, raw)
        finally:
            connection.close()

    def _with_cookie(self, headers: dict[str, str]) -> dict[str, str]:
        return headers | {"Cookie": self.cookie} if self.cookie else headers

    def get(self, path: str, **headers: str) -> Page:
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: Mapping[str, object], **headers: str) -> Page:
        sent = {"content_type": "application/x-www-form-urlencoded"} | headers
        TOLD.update(str(form.get(name, "")) for name in ("text", "name", "background", "token"))
        return self.ask("POST", path, urlencode(form), **sent)

    def submit(self, page: str, action: str, **fields: object) -> Page:
        """Open a page and send a form of it."""
        hidden = {"token": self.get(page).token, "key": str(uuid4())}
        return self.post(action, hidden | fields)

    def join(self, slug: str, name: str = "", **fields: str) -> Page:
        address = f"/sessions/{slug}/join"
        return self.submit(address, address, name=name, **fields)

    def enter(self, link: str) -> Page:
        path = urlsplit(link).path
        TOLD.add(path.rpartition("/")[2])
        return self.submit(path, path)


class Live:
    """A client of one stream: its state follows the messages, its commands find their answers."""

    def __init__(
        self, browser: Browser, slug: str, *, page: str = "", stream: str = "floor",
        token: str = "", screen: str = "",
    ) -> None:  # fmt: skip
        self._browser, self._slug, self._page, self.stream = browser, slug, page, stream
        self._token = token  # only needed by who posts commands
        self._screen = {"screen": screen} if screen else {}
        self.epoch, self.seq, self.session, self.me = "", 0, Message(), Message()
        self.questions: dict[int, Message] = {}
        self.seen: list[Message] = []
        self._news = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Message]] = {}

    async def __aenter__(self) -> Self:
        await self.open(self._browser.cookie)
        hello = {"type": "hello", "stream": self.stream, "page": self._page} | self._screen
        await self.send(hello | ({"epoch": self.epoch, "seq": self.seq} if self.seq else {}))
        await self.until(lambda: any(m["type"] in {"welcome", "me"} for m in self.seen))
        return self

    async def open(self, cookie: str = "", protocol: str = "dialog.v1", origin: str = "") -> None:
        """Connect without a hello."""
        headers = {"Cookie": cookie} if cookie else {}
        address = f"ws{self._browser.base[4:]}/sessions/{self._slug}/live"
        allowed = Origin(origin or self._browser.base)
        self.seen = []
        self.socket: ClientConnection = await connect(
            address, origin=allowed, subprotocols=[Subprotocol(protocol)] if protocol else None,
            additional_headers=headers, proxy=None, compression=None,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.socket.close()
        await self._reading

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                look(self._browser.may, str(text))
                self._take(json.loads(text))
        for waiting in self._answers.values():
            waiting.cancel()
        self._news.set()

    def _take(self, message: Message) -> None:
        self.seen.append(message)
        match message:
            case {"type": "welcome" | "me"}:  # epoch and number are those of the rows one has
                self.me = message["me"]
            case {"type": "snapshot"}:
                self.epoch, self.seq, self.session = (
                    message["epoch"],
                    message["seq"],
                    message["session"],
                )
                self.questions = {row["number"]: row for row in message["questions"]}
            case {"type": "delta"}:
                assert message["from"] == self.seq, "a gap"
                self._apply(message)
            case {"type": "mine", "upvoted": upvoted}:
                kept = {n for n in self.me["upvoted"] if upvoted.get(str(n), True)}
                self.me["upvoted"] = sorted(kept | {int(n) for n, on in upvoted.items() if on})
                own = {row["number"]: row for row in self.me["mine"] + message["questions"]}
                self.me["mine"] = list(own.values())
            case {"type": "heartbeat", "seq": seq, "digest": told}:
                assert seq != self.seq or told == self.digest(), "drift"
            case {"type": "done" | "refused", "key": key} if key in self._answers:
                answer = self._answers.pop(key)
                if not answer.done():  # whoever asked may wait no longer
                    answer.set_result(message)
        self._news.set()

    def _apply(self, delta: Message) -> None:
        self.seq, self.session = delta["to"], delta.get("session", self.session)
        for row in delta.get("questions", ()):
            self.questions[row["number"]] = self.questions.get(row["number"], {}) | row
        for number in delta.get("gone", ()):
            self.questions.pop(number, None)

    def digest(self) -> str:
        rows = [self.session, *self.questions.values()]
        texts = [
            json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for r in rows
        ]
        return f"{sum(zlib.crc32(text.encode()) for text in texts) % 2**32:08x}"

    @property
    def ranking(self) -> list[int]:
        standing = [row for row in self.questions.values() if row["outcome"] == "open"]
        return [
            row["number"] for row in sorted(standing, key=lambda r: (-r["upvotes"], r["number"]))
        ]

    async def send(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def until(self, holds: Any, seconds: float = 10) -> None:
        """Wait until something holds of what this client has seen."""
        async with asyncio.timeout(seconds):
            while not holds():
                assert not self._reading.done(), "closed"
                self._news.clear()
                await self._news.wait()

    async def command(self, do: str, *, key: str = "", **fields: object) -> Message:
        """Give a command and return its answer."""
        key = key or str(uuid4())
        answer = asyncio.get_running_loop().create_future()
        self._answers[key] = answer
        TOLD.update(str(fields.get(name, "")) for name in ("text", "background"))
        await self.send({"type": "command", "key": key, "do": do} | fields)
        return await asyncio.wait_for(answer, 10)

    async def upvote(self, number: int, on: bool = True, intent: int = 0, key: str = "") -> Message:
        intent = intent or time.time_ns() // 1_000_000
        return await self.command("upvote", key=key, number=number, on=on, intent=intent)

    async def closed(self, seconds: float = 10) -> int:
        """Wait until the server hangs up, and return why."""
        await asyncio.wait_for(self.socket.wait_closed(), seconds)
        await self._reading
        return self.socket.close_code or 0


class Poll(Live):
    """The same client where no websocket gets through: it polls, and posts its commands."""

    async def open(self, cookie: str = "", protocol: str = "", origin: str = "") -> None:
        """Connect without a hello, which here is nothing."""
        self.seen = []
        self._anew = False
        self._status = 200
        self._posting = asyncio.Lock()

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._status = 0
        await self._reading

    async def send(self, message: object) -> None:
        match message:
            case {"type": "hello"}:
                self._reading = asyncio.create_task(self._read())
            case {"type": "resync"}:
                self._anew = True
            case {"type": "command"}:
                async with self._posting:
                    self._take(await self._post(json.dumps(message)))
            case _:
                raise TypeError(message)

    async def _post(self, body: str) -> Message:
        told = {"content_type": "application/json", "x_dialog_token": self._token}
        path = f"/sessions/{self._slug}/commands"
        page = await asyncio.to_thread(self._browser.ask, "POST", path, body, **told)
        return dict(page.json())

    async def _read(self) -> None:
        """Poll until the end, without long waits, so that nobody has to wait for the end."""
        while self._status == 200:
            query = {"stream": self.stream, "wait": 0}
            known = {} if self._anew or not self.seq else {"epoch": self.epoch, "seq": self.seq}
            path = f"/sessions/{self._slug}/updates?{urlencode(query | known)}"
            self._anew = False
            try:
                page = await asyncio.to_thread(self._browser.get, path)
            except OSError:
                self._status = 0
                break
            self._status = self._status and page.status
            for message in page.json() if page.status == 200 else ():
                self._take(message)
            await asyncio.sleep(0.1)
        self._news.set()

    async def closed(self, seconds: float = 10) -> int:
        """Wait until a poll is refused, and return its status."""
        await asyncio.wait_for(self._reading, seconds)
        return self._status
