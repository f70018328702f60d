"""A client that floods a server and reads nothing; bounded in bytes and time, loopback only.

``python -m tests.chaos.flood PORT KIND`` does it by hand, to a server on this machine.
"""

import argparse
import ipaddress
import json
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HOST = "127.0.0.1"
MOST_BYTES = 100_000_000
MOST_SECONDS = 120.0
BLOCK = 64 * 1024
TEXT, CONTINUED, PING, PONG = 1, 0, 9, 10


class Flooded(NamedTuple):
    """What became of a flood: how much was taken, and whether the server hung up."""

    sent: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A flood: how it begins, and what it then repeats."""

    begin: bytes
    again: bytes
    socket: bool = False


def frame(opcode: int, payload: bytes = b"", *, final: bool = True) -> bytes:
    """Return a client's frame under a mask of zeros."""
    first, length = opcode | (0x80 if final else 0), len(payload)
    if length < 126:
        return bytes((first, 0x80 | length)) + bytes(4) + payload
    if length < 65_536:
        return bytes((first, 0xFE)) + length.to_bytes(2, "big") + bytes(4) + payload
    return bytes((first, 0xFF)) + length.to_bytes(8, "big") + bytes(4) + payload


_GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
_POST = b"POST /sessions/x/commands HTTP/1.1\r\nHost: x\r\n"
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"
_OPEN = frame(TEXT, b"{", final=False)
_HUGE = bytes((0x81, 0xFF)) + (2 * MOST_BYTES).to_bytes(8, "big") + bytes(4)
_UPVOTE = {"type": "command", "key": "flood-flood", "do": "upvote", "number": 1, "on": True}
KINDS: Mapping[str, Kind] = {
    "address": Kind(b"GET /", b"a" * BLOCK),
    "header": Kind(_GET + b"X: ", b"a" * BLOCK),
    "headers": Kind(_GET, b"X: a\r\n"),
    "lines": Kind(b"", b"\r\n"),
    "trailers": Kind(_CHUNKED + b"0\r\n", b"X: a\r\n"),
    "chunks": Kind(_CHUNKED, b"1\r\na\r\n"),
    "extensions": Kind(_CHUNKED + b"1;", b"a" * BLOCK),
    "ahead": Kind(b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "body": Kind(_POST + b"Content-Length: %d\r\n\r\n" % (2 * MOST_BYTES), b"a" * BLOCK),
    "pings": Kind(b"", frame(PING, b"p" * 125), socket=True),
    "pongs": Kind(b"", frame(PONG, b"p" * 125), socket=True),
    "empty": Kind(_OPEN, frame(CONTINUED, final=False), socket=True),
    "pieces": Kind(_OPEN, frame(CONTINUED, b" ", final=False), socket=True),
    "large": Kind(_HUGE, b"a" * BLOCK, socket=True),
    "commands": Kind(
        b"", frame(TEXT, json.dumps(_UPVOTE | {"intent": 0}).encode()), socket=True
    ),
}  # fmt: skip


def flood(
    port: int,
    kind: Kind,
    *,
    volume: int,
    seconds: float = 60.0,
    host: str = HOST,
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    first: Sequence[str] = (),
    patience: float = 8.0,
) -> Flooded:
    """Flood until the server hangs up, takes no more, or all is said.

    ``path``, ``headers`` and ``first`` (messages) are for a websocket, which begins with them.
    After all was said, the server has ``patience`` seconds to hang up.
    """
    if not ipaddress.ip_address(socket.gethostbyname(host)).is_loopback:
        raise ValueError(f"{host} is not this machine")
    until = time.monotonic() + min(seconds, MOST_SECONDS)
    with socket.create_connection((host, port), timeout=10) as line:
        if kind.socket:
            upgrade(line, path, headers or {})
            line.sendall(b"".join(frame(TEXT, message.encode()) for message in first))
        sent, closed = _pour(line, kind, min(volume, MOST_BYTES), until)
        return Flooded(sent, closed or _hung_up(line, patience))


def upgrade(line: socket.socket, path: str, headers: Mapping[str, str]) -> None:
    """Make a websocket of a connection, or raise."""
    asked = {
        "Host": "x",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (asked | dict(headers)).items())]
    line.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        piece = line.recv(1)
        if not piece:
            break
        answer += piece
    if b" 101 " not in answer:
        raise ConnectionError(answer.decode())


def _pour(line: socket.socket, kind: Kind, volume: int, until: float) -> tuple[int, bool]:
    sent, block = 0, kind.again * max(1, BLOCK // len(kind.again))
    try:
        line.sendall(kind.begin)
        while sent < volume and (left := until - time.monotonic()) > 0:
            line.settimeout(min(5.0, left))
            sent += line.send(block[: volume - sent])
    except TimeoutError:
        return sent, False
    except OSError:
        return sent, True
    return sent, False


def _hung_up(line: socket.socket, seconds: float) -> bool:
    """Tell whether the server hangs up soon; what it still says is read."""
    until = time.monotonic() + seconds
    try:
        while (left := until - time.monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(BLOCK):
                return True
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def main() -> None:
    """Flood by hand."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.flood", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--megabytes", type=int, default=40, help="at most 100")
    parser.add_argument("--seconds", type=float, default=60, help="at most 120")
    parser.add_argument("--path", default="/", help="of the websocket")
    parser.add_argument("--origin", default="", help="of the websocket")
    asked = parser.parse_args()
    headers = {"Sec-WebSocket-Protocol": "dialog.v1"}
    headers |= {"Origin": asked.origin} if asked.origin else {}
    volume = asked.megabytes * 1_000_000
    print(
        flood(
            asked.port,
            KINDS[asked.kind],
            volume=volume,
            seconds=asked.seconds,
            path=asked.path,
            headers=headers,
        )
    )


if __name__ == "__main__":
    main()
