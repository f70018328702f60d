"""One visit at a server's public address, as browsers come: each look is told as a finding."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin, Subprotocol

from dialog.doctor.finding import Finding, bad, good, note
from dialog.rolls.table import MOST_BYTES
from dialog.web.pages.doctor import HEADER, PATH, PROTOCOL

FOREIGN: Final = "https://foreign.example"
SPOOFED: Final = "192.0.2.77"  # of a network that is nobody's
ANSWER_S: Final = 15.0
DRIP_S: Final = 3.0
SOON_S: Final = 14 * 24 * 60 * 60
OFF_S: Final = 2.0
SECOND: Final = 1_000
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
TLS_PORT: Final = 443
OK, FORBIDDEN, UNAVAILABLE = 200, 403, 503
POLICY: Final = "content-security-policy"


class Patient(NamedTuple):
    """Whom to visit: the address people use, our token for it, and how long silence is tried."""

    url: str
    token: str
    seconds: float


class Away(Exception):  # noqa: N818 - it is said of a server
    """Nobody answers at this address; says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What every look needs; ``wall`` gives ms UTC."""

    patient: Patient
    client: httpx.AsyncClient
    wall: Callable[[], int]
    tls: ssl.SSLContext | None

    async def ask(self, method: str = "GET", path: str = PATH, **given: Any) -> httpx.Response:  # noqa: ANN401 - as httpx takes it
        """Ask as somebody who may know what arrives."""
        headers = {HEADER: self.patient.token} | given.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **given)

    @asynccontextmanager
    async def line(self, origin: str) -> AsyncIterator[ClientConnection]:
        """Open a websocket as a page of ``origin`` does."""
        address = f"ws{self.patient.url.removeprefix('http')}{PATH}"
        async with connect(
            address,
            origin=Origin(origin),
            subprotocols=[Subprotocol(PROTOCOL)],
            additional_headers={HEADER: self.patient.token},
            ssl=self.tls,
            proxy=None,
            open_timeout=ANSWER_S,
            close_timeout=1,
        ) as opened:
            yield opened


async def examine(patient: Patient, wall: Callable[[], int]) -> list[Finding]:
    """Visit a server and return all that was found.

    Raise ``Away`` where nobody answers.
    """
    tls = ssl.create_default_context() if patient.url.startswith("https:") else None
    async with httpx.AsyncClient(
        base_url=patient.url, timeout=patient.seconds + ANSWER_S, verify=tls or True
    ) as client:
        visit = Visit(patient, client, wall, tls)
        try:
            ready = await client.get("/readyz")
        except httpx.HTTPError as fault:
            raise Away(
                f"Nobody answers at {patient.url}: {str(fault) or type(fault).__name__}"
            ) from None
        found = [_readiness(ready), *await _tls(visit), *await _headers(visit)]
        known = await visit.ask()
        if known.status_code != OK:
            return [*found, _stranger(known)]
        looks = (_arrival, _origin, _bodies, _buffering, _silence, _websocket, _quiet_websocket)
        return found + [one for some in await _all(visit, looks) for one in some]


Look = Callable[[Visit], Awaitable[list[Finding]]]


async def _all(visit: Visit, looks: tuple[Look, ...]) -> list[list[Finding]]:
    """Take all looks at once, for some of them wait; a look that fails is a finding as well."""
    found = await asyncio.gather(*(look(visit) for look in looks), return_exceptions=True)
    told = []
    for look, one in zip(looks, found, strict=True):
        if isinstance(one, httpx.HTTPError | OSError | TimeoutError):
            about = look.__name__.strip("_").replace("_", " ")
            told.append(
                [bad(about, f"It failed: {type(one).__name__}.", "Try again; see its log.")]
            )
        elif isinstance(one, BaseException):
            raise one
        else:
            told.append(one)
    return told


def _readiness(ready: httpx.Response) -> Finding:
    if ready.status_code == OK and ready.text == "ready\n":
        return good("ready", "The server is ready: database, disk and clock.")
    said = " ".join(ready.text.split())[:200]
    if ready.status_code == UNAVAILABLE and said.startswith("not ready"):
        return bad(
            "ready", f"The server says: {said}.", "docs/operations.md, When something fails."
        )
    told = f"/readyz is answered with {ready.status_code}, and not by this program."
    return bad("ready", told, "Let the proxy pass every address on, to the right port.")


def _stranger(known: httpx.Response) -> Finding:
    said = (
        f"{PATH} is answered with {known.status_code}: the server has another secret, or is none."
    )
    return bad(
        "known", said + " What follows could not be looked at.",
        "Run this with the server's settings: DIALOG_DATA, or DIALOG_SECRET.",
    )  # fmt: skip


# --- TLS and headers -----------------------------------------------------------------------------


async def _tls(visit: Visit) -> list[Finding]:
    parts = urlsplit(visit.patient.url)
    host, port = parts.hostname or "", parts.port or TLS_PORT
    if visit.tls is None:
        if host in LOOPBACK:
            return [note("tls", "No TLS, on this machine only.", "People need https.")]
        told = "No TLS: passes and answers can be read and changed on their way."
        return [bad("tls", told, "Give the proxy a certificate, and https to DIALOG_BASE_URL.")]
    _, writer = await asyncio.open_connection(host, port, ssl=visit.tls)
    shown = writer.get_extra_info("ssl_object")
    until = ssl.cert_time_to_seconds(shown.getpeercert()["notAfter"])
    spoken = shown.version()
    writer.close()
    left = until - visit.wall() / SECOND
    days = int(left // (24 * 60 * 60))
    if left < SOON_S:
        renew = "Renew it; it should renew itself."
        return [bad("tls", f"The certificate ends in {days} days.", renew), *await _plain(visit)]
    return [good("tls", f"{spoken}, the certificate ends in {days} days."), *await _plain(visit)]


async def _plain(visit: Visit) -> list[Finding]:
    """Look whether who types no scheme gets to https; only where the usual ports are used."""
    parts = urlsplit(visit.patient.url)
    if parts.port not in (None, TLS_PORT):
        return []
    remedy = "Let port 80 answer with 308 to https."
    try:
        answer = await visit.client.get(f"http://{parts.hostname}/")
    except httpx.HTTPError:
        return [note("plain http", "Nobody answers on port 80.", remedy)]
    if answer.headers.get("location", "").startswith("https://"):
        return [good("plain http", "It leads to https.")]
    return [bad("plain http", "Pages are given without TLS.", remedy)]


async def _headers(visit: Visit) -> list[Finding]:
    answer = await visit.client.get("/")
    policies = answer.headers.get_list(POLICY)
    remedy = "Let the proxy add none of these headers and take none away."
    if len(policies) != 1 or "'none'" not in policies[0]:
        told = f"Pages arrive with {len(policies)} content security policies instead of one."
        return [bad("headers", told, remedy)]
    if answer.headers.get_list("referrer-policy") != ["no-referrer"]:
        told = "Pages arrive with another referrer policy: tokens in addresses may get out."
        return [bad("headers", told, remedy)]
    found = [good("headers", "Pages arrive with their policies.")]
    if visit.tls and "strict-transport-security" not in answer.headers:
        told = "No Strict-Transport-Security: the first request of a visit may be without TLS."
        found.append(note("headers", told, "Let the proxy add it, see deploy/."))
    return found


# --- what arrives --------------------------------------------------------------------------------


async def _arrival(visit: Visit) -> list[Finding]:
    """Compare what the server sees with what was sent, with a client that says it is another."""
    began = visit.wall()
    plain = await visit.ask()
    ended = visit.wall()
    other = "http" if visit.tls else "https"
    lying = {"X-Forwarded-For": SPOOFED, "X-Forwarded-Proto": other}
    spoofed = await visit.ask(headers=lying)
    told, lied = plain.json(), spoofed.json()
    return [
        _address(visit, told),
        _clock(told["at"], (began + ended) / 2, ended - began),
        _caching(plain, told, lied),
        *_forwarded(plain, told, lied),
        *_scheme(visit, told, lied),
    ]


def _address(visit: Visit, told: Mapping[str, Any]) -> Finding:
    about, remedy = "address", "Set DIALOG_BASE_URL to what people type."
    if told["base_url"] != visit.patient.url:
        said = f"The server calls itself {told['base_url']}, and its links lead there."
        if visit.patient.url in told["origins"]:
            return note(about, said, remedy)
        return bad(about, f"{said} What pages from here send is refused.", remedy)
    if told["host"] != urlsplit(visit.patient.url).netloc:
        said = f"The server is asked for as {told['host']}."
        return note("address", said, "Pass Host on, nginx: proxy_set_header Host $http_host;")
    return good("address", "The server knows its address.")


def _clock(theirs: int, ours: float, took: int) -> Finding:
    off = (theirs - ours) / SECOND
    if abs(off) > OFF_S + took / 2 / SECOND:
        said = f"The server's clock is {abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} "
        return bad("clock", said + "this machine's.", "Look which is wrong: timedatectl.")
    return good("clock", f"The clocks of server and this machine agree ({off:+.2f} s).")


def _caching(plain: httpx.Response, told: Mapping[str, Any], lied: Mapping[str, Any]) -> Finding:
    remedy = "Switch caching off: pages of people must not be kept for others."
    if told["draw"] == lied["draw"]:
        return bad("caching", "The proxy gave a kept answer that must not be kept.", remedy)
    if "no-store" not in plain.headers.get("cache-control", ""):
        return bad("caching", "The proxy takes away that answers must not be kept.", remedy)
    return good("caching", "What must not be kept is not kept.")


def _forwarded(
    plain: httpx.Response, told: Mapping[str, Any], lied: Mapping[str, Any]
) -> Iterator[Finding]:
    about, named = "forwarded address", [a.strip() for a in told["forwarded_for"].split(",")]
    if not told["forwarded_for"]:
        if "server" not in plain.headers and "via" not in plain.headers:
            yield good(about, "No proxy stands before the server.")
        else:
            said = "The proxy does not say from where people come: all have one address."
            yield bad(about, said, "nginx: proxy_set_header X-Forwarded-For $remote_addr;")
    elif told["address"] not in named:
        said = f"The server does not believe its proxy: everybody comes from {told['address']}."
        yield bad(about, said, "Name the proxy's address in DIALOG_PROXIES.")
    elif lied["forwarded_for"].rpartition(",")[2].strip() == SPOOFED:
        said = "Anybody can come from any address: the proxy passes on what a client says."
        yield bad(about, said, "nginx: proxy_set_header X-Forwarded-For $remote_addr;")
    else:
        yield good(about, f"The server sees from where people come ({told['address']}).")


def _scheme(visit: Visit, told: Mapping[str, Any], lied: Mapping[str, Any]) -> Iterator[Finding]:
    about, wanted = "forwarded scheme", "https" if visit.tls else "http"
    remedy = "nginx: proxy_set_header X-Forwarded-Proto $scheme; and DIALOG_PROXIES."
    if told["scheme"] != wanted:
        yield bad(about, f"The server takes {wanted} for {told['scheme']}.", remedy)
    elif lied["scheme"] != wanted:
        yield bad(about, "The proxy passes on what a client says of its scheme.", remedy)
    else:
        yield good(about, f"The server sees {wanted}.")


async def _origin(visit: Visit) -> list[Finding]:
    """A form of our own page has to arrive, one of a foreign page must not."""
    own = await visit.ask("POST", headers={"Origin": visit.patient.url})
    foreign = await visit.ask("POST", headers={"Origin": FOREIGN})
    if own.status_code != OK:
        said = f"A form of the server's own pages is refused with {own.status_code}."
        return [bad("origin", said, "Set DIALOG_BASE_URL; let the proxy pass Origin on.")]
    if foreign.status_code != FORBIDDEN:
        said = "A form of a foreign page is taken: the proxy changes or removes Origin."
        return [bad("origin", said, "Let the proxy pass Origin on as it comes.")]
    return [good("origin", "Forms of own pages arrive, those of foreign ones are refused.")]


async def _bodies(visit: Visit) -> list[Finding]:
    body = b"\0" * MOST_BYTES
    answer = await visit.ask("POST", content=body, headers={"Origin": visit.patient.url})
    if answer.status_code == OK and answer.json()["bytes"] == MOST_BYTES:
        return [good("bodies", "A list of addresses of 2 MB arrives.")]
    if answer.status_code == FORBIDDEN:
        return []  # told by the look at the origin
    said = f"A body of 2 MB is answered with {answer.status_code}: no long list can be handed in."
    return [bad("bodies", said, "nginx: client_max_body_size 3m;")]


async def _buffering(visit: Visit) -> list[Finding]:
    """Of an answer in two pieces the first has to come before the second is sent."""
    began = time.monotonic()
    first = 0.0
    headers = {HEADER: visit.patient.token}
    params = {"drip": "1", "wait": str(DRIP_S)}
    async with visit.client.stream("GET", PATH, params=params, headers=headers) as answer:
        async for _piece in answer.aiter_raw():
            first = first or time.monotonic() - began
    took = time.monotonic() - began
    if took - first < DRIP_S / 2:
        said = "The proxy holds answers back until they are whole."
        return [note("buffering", said, "nginx: proxy_buffering off; Caddy: flush_interval -1")]
    return [good("buffering", "Answers come as they are sent.")]


async def _silence(visit: Visit) -> list[Finding]:
    """A long poll is silent until there is news."""
    wait = visit.patient.seconds
    answer = await visit.ask(params={"wait": str(wait)})
    if answer.status_code == OK:
        return [good("long polls", f"An answer may take {wait:.0f} s.")]
    said = f"An answer that takes {wait:.0f} s is cut with {answer.status_code}."
    return [bad("long polls", said, "nginx: proxy_read_timeout 75s;")]


# --- the websocket -------------------------------------------------------------------------------


async def _websocket(visit: Visit) -> list[Finding]:
    about, word = "websocket", "Grüß Gott"
    try:
        async with visit.line(visit.patient.url) as line:
            began = time.monotonic()
            await line.send(word)
            heard = await asyncio.wait_for(line.recv(), ANSWER_S)
            took = (time.monotonic() - began) * SECOND
    except (InvalidHandshake, ConnectionClosed, OSError, TimeoutError) as fault:
        return [_no_websocket(fault)]
    if heard != word:
        return [bad(about, "It changes what is said.", "Let nothing look into websockets.")]
    return [good(about, f"Opens, and answers within {took:.0f} ms."), await _foreign(visit)]


def _no_websocket(fault: Exception) -> Finding:
    status = fault.response.status_code if isinstance(fault, InvalidStatus) else 0
    if status == FORBIDDEN:
        said = "The server refuses a websocket of its own pages: it sees another Origin."
        return bad("websocket", said, "Set DIALOG_BASE_URL; let the proxy pass Origin on.")
    said = f"No websocket opens ({status or type(fault).__name__}): all people poll instead."
    remedy = (
        "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; and Connection."
    )
    return bad("websocket", said, remedy)


async def _foreign(visit: Visit) -> Finding:
    """A page of somebody else must not open one with our visitor's cookie."""
    try:
        async with visit.line(FOREIGN):
            pass
    except InvalidStatus as refused:
        if refused.response.status_code == FORBIDDEN:
            return good("websocket origin", "A websocket of a foreign page is refused.")
        said = f"A websocket of a foreign page is answered with {refused.response.status_code}."
        return note("websocket origin", said, "Let the proxy pass the refusal (403) on.")
    said = "A foreign page may open a websocket: the proxy changes or removes Origin."
    return bad("websocket origin", said, "Let the proxy pass Origin on as it comes.")


async def _quiet_websocket(visit: Visit) -> list[Finding]:
    """A quiet evening has a heartbeat every 15 seconds, and pings."""
    about, wait = "websocket times", visit.patient.seconds
    try:
        async with visit.line(visit.patient.url) as line:
            try:
                await asyncio.wait_for(line.recv(), wait)
            except TimeoutError:
                await line.send("x")
                await asyncio.wait_for(line.recv(), ANSWER_S)
    except ConnectionClosed:
        said = f"A websocket that is silent for {wait:.0f} s is cut."
        return [bad(about, said, "nginx: proxy_read_timeout 75s; proxy_send_timeout 75s;")]
    except (InvalidHandshake, OSError, TimeoutError):
        return []  # told by the other look
    return [good(about, f"A websocket may be silent for {wait:.0f} s.")]
