"""P21: the edge speaks RFC 6455 as the library beneath it does, or more strictly.

Every case is said to both, in one piece and byte by byte. What has to come back stands in the case:
the echoes, and the close code with which the conversation ends.
"""

import asyncio
import base64
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
import uvicorn

from dialog.edge.frames import EXTENSION, Frames, text_frame
from tests.edge.test_edge import App, serving
from tests.mutants import Mutant

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
SIGNS = "Grüße – \U0001f600"
NO_CODE, HUNG_UP = 1005, 0

MUTANTS = (
    Mutant(
        "a frame that comes behind a good one takes it along",
        "dialog/edge/conversation.py",
        "        super().recv_frame(frame)\n        self._heard()\n",
        "        super().recv_frame(frame)\n",
        "what_has_to_be_said and whole",
    ),
    Mutant(
        "what follows a head is taken for the beginning of a message",
        "dialog/edge/conversation.py",
        "self._between = not self.reader.buffer",
        "self._between = True",
        "tests/edge/test_conversation.py",
    ),
    Mutant(
        "a close in the middle of a message is a fault",
        "dialog/edge/conversation.py",
        "self.current_size = None  # it may come in the middle of a message",
        "pass",
        "what_has_to_be_said and whole",
    ),
    Mutant(
        "text that is none is taken for text",
        "dialog/edge/frames.py",
        'data.decode() if self.curr_msg_data_type == "text"',
        'data.decode(errors="replace") if self.curr_msg_data_type == "text"',
        "what_has_to_be_said and whole",
    ),
    Mutant(
        "lengths of two bytes begin one too late",
        "dialog/edge/frames.py",
        "_SHORT, _MEDIUM = 126, 65_536",
        "_SHORT, _MEDIUM = 127, 65_536",
        "what_has_to_be_said and whole",
    ),
    Mutant(
        "who does not wait for the handshake is heard",
        "dialog/edge/frames.py",
        "if self.handshake_initiated and not self.handshake_complete:",
        "if False:",
        "before_the_answer",
    ),
    Mutant(
        "a handshake that cannot be read is never answered",
        "dialog/edge/frames.py",
        "        if not self.handshake_initiated:\n",
        "        if False:\n",
        "handshake_with_a_fault",
    ),
)


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = True,
    wide: int | None = None,
) -> bytes:
    """Return a client's frame, right or wrong; ``wide`` is how many bytes tell its length."""
    if wide is None:
        wide = 0 if len(payload) < 126 else 2 if len(payload) < 65_536 else 8
    short = {0: len(payload), 2: 126, 8: 127}[wide]
    head = bytes((final << 7 | reserved << 4 | opcode, masked << 7 | short))
    head += len(payload).to_bytes(wide, "big") if wide else b""
    if not masked:
        return head + payload
    mask = b"\x37\xfa\x21\x3d"
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def close(code: int = 1000, reason: bytes = b"") -> bytes:
    """Return a client's close frame."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


@dataclass(frozen=True, slots=True)
class Case:
    """What is said, what has to come back, and the code at the end.

    Where ``more`` is said behind the end, a hang-up may overtake what came back.
    """

    name: str
    said: bytes
    echoes: tuple[tuple[int, bytes], ...] = ()
    code: int = 1000
    more: bool = False


def echoed(name: str, opcode: int, payload: bytes, said: bytes = b"") -> Case:
    """Return a case in which a message comes back whole."""
    said = said or frame(opcode, payload)
    return Case(name, said + close(), ((opcode, payload),))


def failed(name: str, said: bytes, code: int = 1002, *echoes: tuple[int, bytes]) -> Case:
    """Return a case that ends with a fault; what is said after it is not heard."""
    return Case(name, said + frame(TEXT, b"danach") + close(), echoes, code, more=True)


def pieces(opcode: int, *payloads: bytes) -> bytes:
    """Return a message in pieces."""
    kinds = [opcode] + [0] * (len(payloads) - 1)
    last = len(payloads) - 1
    return b"".join(
        frame(kind, payload, final=at == last)
        for at, (kind, payload) in enumerate(zip(kinds, payloads, strict=True))
    )


def in_bytes(payload: bytes) -> list[bytes]:
    """Return a payload byte by byte."""
    return [bytes((byte,)) for byte in payload]


BEFORE = frame(TEXT, b"davor")
WRONG_TEXTS = {
    "lone_continuation": b"\x80",
    "cut_off": "ß".encode()[:1],
    "too_long_form": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
    "beyond_unicode": b"\xf4\x90\x80\x80",
    "never_a_byte": b"ok\xff",
}
RIGHT_TEXTS = {
    "nothing": b"",
    "zero": b"\x00",
    "signs": SIGNS.encode(),
    "no_character": "\uffff\ufffe".encode(),
    "last_of_all": "\U0010ffff".encode(),
    "first_of_four_bytes": "\U00010000".encode(),
}
WRONG_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
RIGHT_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)

CASES = [
    *(echoed(f"text_of_{n}", TEXT, b"x" * n) for n in (0, 1, 125, 126, 127, 128, 65_535, 65_536)),
    *(echoed(f"bytes_of_{n}", BINARY, b"\xfe" * n) for n in (0, 125, 126, 65_536)),
    *(echoed(f"text_{name}", TEXT, text) for name, text in RIGHT_TEXTS.items()),
    echoed("in_pieces", TEXT, b"abcdef", pieces(TEXT, b"ab", b"cd", b"ef")),
    echoed("in_empty_pieces", TEXT, b"ab", pieces(TEXT, b"", b"", b"ab", b"")),
    echoed("all_pieces_empty", BINARY, b"", pieces(BINARY, b"", b"", b"")),
    echoed("cut_inside_a_sign", TEXT, SIGNS.encode(), pieces(TEXT, *in_bytes(SIGNS.encode()))),
    echoed("length_in_more_bytes_than_needed", TEXT, b"x", frame(TEXT, b"x", wide=2)),
    echoed("pong_unasked", TEXT, b"x", frame(PONG, b"?") + frame(TEXT, b"x")),
    *(
        Case(f"ping_of_{n}", frame(PING, b"p" * n) + close(), ((PONG, b"p" * n),))
        for n in (0, 1, 125)
    ),
    Case("ten_pings", frame(PING, b"p") * 10 + close(), ((PONG, b"p"),) * 10),
    Case(
        "ping_inside_a_message",
        frame(TEXT, b"a", final=False) + frame(PING, b"!") + frame(0, b"b") + close(),
        ((PONG, b"!"), (TEXT, b"ab")),
    ),
    failed("ping_of_126", frame(PING, b"p" * 126)),
    failed("ping_in_pieces", frame(PING, b"p", final=False) + frame(0, b"p")),
    failed("pong_of_126", frame(PONG, b"p" * 126)),
    *(failed(f"reserved_bit_{bit}", frame(TEXT, b"x", reserved=bit)) for bit in range(1, 8)),
    failed("reserved_bit_of_a_ping", frame(PING, b"x", reserved=1)),
    failed(
        "reserved_bit_behind_a_message",
        BEFORE + frame(TEXT, b"x", reserved=2),
        1002,
        (TEXT, b"davor"),
    ),
    *(failed(f"opcode_{code}", frame(code, b"x")) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    failed("opcode_behind_a_message", BEFORE + frame(5), 1002, (TEXT, b"davor")),
    failed("unmasked", frame(TEXT, b"x", masked=False)),
    failed("unmasked_ping", frame(PING, b"x", masked=False)),
    failed("continues_nothing", frame(0, b"x")),
    failed("continues_what_is_whole", BEFORE + frame(0, b"x"), 1002, (TEXT, b"davor")),
    failed("begins_inside_a_message", frame(TEXT, b"a", final=False) + frame(TEXT, b"b")),
    failed("bytes_inside_a_text", frame(TEXT, b"a", final=False) + frame(BINARY, b"b")),
    *(failed(f"text_{name}", frame(TEXT, text), 1007) for name, text in WRONG_TEXTS.items()),
    *(
        failed(f"text_in_pieces_{name}", pieces(TEXT, b"gut", text, b"gut"), 1007)
        for name, text in WRONG_TEXTS.items()
    ),
    failed("too_big", frame(TEXT, b"x" * 100_001), 1009),
    failed("too_big_in_pieces", pieces(TEXT, *[b"x" * 10_001] * 10), 1009),
    failed("too_big_behind", BEFORE + frame(TEXT, b"x" * 100_001), 1009, (TEXT, b"davor")),
    Case("close", frame(CLOSE), (), NO_CODE),
    Case("close_twice", close() + close(1001), more=True),
    Case("close_and_then_a_message", close() + frame(TEXT, b"danach"), more=True),
    Case("close_and_then_a_ping", close() + frame(PING), more=True),
    Case("close_inside_a_message", frame(TEXT, b"a", final=False) + close()),
    Case("close_with_a_reason", close(1001, SIGNS.encode()), (), 1001),
    Case("close_with_all_there_is_room_for", close(1000, b"x" * 123)),
    *(Case(f"close_{code}", close(code), (), code) for code in RIGHT_CODES),
    *(failed(f"close_{code}", close(code)) for code in WRONG_CODES),
    failed("close_of_one_byte", frame(CLOSE, b"\x03")),
    failed("close_too_long", close(1000, b"x" * 124)),
    failed("close_with_no_text", close(1000, b"\xff"), 1007),
    failed("close_in_pieces", frame(CLOSE, b"\x03\xe8", final=False)),
]  # fmt: skip


LONG = [case.name for case in CASES if len(case.said) > 5_000 or case.name.startswith("close_")]


class Echo(App):
    """Sends back what it hears, over this edge as the program does and over uvicorn's as ASGI."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        line: Frames | None = scope["extensions"].get(EXTENSION)
        await receive()
        await self.answer(send)
        if line:
            line.listen(lambda data: line.write(ready(data)))
        while (message := await receive())["type"] == "websocket.receive":
            with suppress(Exception):  # uvicorn's way to say that nobody listens any more
                await send(message | {"type": "websocket.send"})

    async def answer(self, send: Any) -> None:
        await send({"type": "websocket.accept"})


def ready(data: str | bytes) -> bytes:
    """Return a message as a frame."""
    if isinstance(data, str):
        return text_frame(data.encode())
    return b"\x82" + text_frame(data)[1:]


@asynccontextmanager
async def plain() -> AsyncIterator[int]:
    """Run the library alone."""
    config = uvicorn.Config(
        Echo(), host="127.0.0.1", port=0, http="httptools", ws="websockets-sansio",
        ws_max_size=100_000, ws_per_message_deflate=False, log_config=None, log_level="critical",
    )  # fmt: skip
    server = uvicorn.Server(config)
    serve = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait_for(serve, 15)


@asynccontextmanager
async def edge() -> AsyncIterator[int]:
    """Run our edge."""
    from dialog.edge.limits import Limits

    async with serving(Echo(), limits=Limits(message_bytes=100_000)) as address:
        yield int(address.rpartition(":")[2].strip("/"))


HANDSHAKE = {
    "Host": "x",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": base64.b64encode(bytes(range(16))).decode(),
    "Sec-WebSocket-Version": "13",
}
Heard = tuple[tuple[tuple[int, bytes], ...], int]


async def said(port: int, case: bytes, step: int) -> Heard:
    """Say something after a handshake, and return the frames that came back and the close code."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request(HANDSHAKE))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert b" 101 " in answer.split(b"\r\n")[0]
        answering = asyncio.create_task(all_of(reader))
        with suppress(OSError):
            for at in range(0, len(case), step):
                writer.write(case[at : at + step])
                await writer.drain()
                for _turn in range(4):
                    await asyncio.sleep(0)
                if answering.done():
                    break
        return heard(await asyncio.wait_for(answering, 10))
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the other side hangs up, also where it does so rudely."""
    data = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            data += piece
    return data


def heard(data: bytes) -> Heard:
    """Read a server's frames, which must be plain: final, unmasked, nothing reserved."""
    frames = []
    while data:
        first, length = data[0], data[1]
        assert first & 0xF0 == 0x80
        assert length < 128
        wide = {126: 2, 127: 8}.get(length, 0)
        length = int.from_bytes(data[2 : 2 + wide], "big") if wide else length
        frames.append((first & 15, data[2 + wide : 2 + wide + length]))
        data = data[2 + wide + length :]
    if frames and frames[-1][0] == CLOSE:
        _opcode, told = frames.pop()
        return tuple(frames), int.from_bytes(told[:2], "big") if told else NO_CODE
    return tuple(frames), HUNG_UP


def request(headers: dict[str, str], method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} / HTTP/{version}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def right(case: Case, got: Heard, *, whole: bool) -> bool:
    """Tell whether a case ended as it has to."""
    echoes, code = got
    if code == HUNG_UP and case.more and not (whole and len(case.said) < 60_000):
        return echoes == case.echoes[: len(echoes)]
    return got == (case.echoes, case.code)


@pytest.mark.parametrize("step", [pytest.param(10**9, id="whole"), pytest.param(1, id="bytes")])
async def test_the_edge_says_what_has_to_be_said(step) -> None:
    wrong = {}
    async with edge() as port:
        for case in CASES:
            pace = 997 if step == 1 and len(case.said) > 1_000 else step
            got = await said(port, case.said, pace)
            if not right(case, got, whole=step > 1):
                wrong[case.name] = got
    assert wrong == {}


async def test_the_library_is_nowhere_stricter() -> None:
    fell_short = {True: set[str](), False: set[str]()}
    async with edge() as ours, plain() as theirs:
        for port in (ours, theirs):
            for case in CASES:
                if not right(case, await said(port, case.said, 10**9), whole=True):
                    fell_short[port == ours].add(case.name)
    print(f"{len(CASES)} cases; the library alone falls short of {sorted(fell_short[False])}")
    assert fell_short[True] <= fell_short[False]


FAULTS = {
    "no_key": HANDSHAKE | {"Sec-WebSocket-Key": ""},
    "short_key": HANDSHAKE | {"Sec-WebSocket-Key": "eA=="},
    "no_base64": HANDSHAKE | {"Sec-WebSocket-Key": "?" * 24},
    "old_version": HANDSHAKE | {"Sec-WebSocket-Version": "8"},
    "no_version": {k: v for k, v in HANDSHAKE.items() if k != "Sec-WebSocket-Version"},
    "a_body": HANDSHAKE | {"Content-Length": "5"},
    "chunks": HANDSHAKE | {"Transfer-Encoding": "chunked"},
    "long_header": HANDSHAKE | {"X": "x" * 9_000},
    "many_headers": HANDSHAKE | {f"X-{n}": "x" for n in range(130)},
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_a_handshake_with_a_fault_is_refused_and_ended(name) -> None:
    async with edge() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(FAULTS[name]))
        answer = await asyncio.wait_for(all_of(reader), 3)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    assert not answer or answer.split()[1].startswith(b"4"), answer


@pytest.mark.parametrize("how", [{"method": "POST"}, {"version": "1.0"}])
async def test_a_handshake_of_another_kind_is_refused(how) -> None:
    async with edge() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(HANDSHAKE, **how))
        answer = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    assert b" 101 " not in answer


class Slow(Echo):
    """Thinks about a handshake."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def answer(self, send: Any) -> None:
        self.asked.set()
        await self.may.wait()
        with suppress(Exception):
            await super().answer(send)


async def test_who_speaks_before_the_answer_is_cut() -> None:
    app = Slow()
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection(*address[5:-1].split(":"))
        writer.write(request(HANDSHAKE))
        await asyncio.wait_for(app.asked.wait(), 5)
        writer.write(frame(TEXT, b"zu frueh"))
        try:
            assert await asyncio.wait_for(all_of(reader), 3) == b""
        finally:
            app.may.set()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@pytest.mark.parametrize(
    "rounds",
    [pytest.param(40, id="small"), pytest.param(3_000, id="full", marks=pytest.mark.large)],
)
async def test_what_chance_says_is_answered_as_strictly(rounds) -> None:
    """Cases one behind the other, cut into other pieces; each ends where its first fault is."""
    chance = random.Random(6_455)
    begun = [case for case in CASES if case.code == 1000 and not case.more]
    begun = [case for case in begun if case.name not in LONG]
    async with edge() as port:
        for _ in range(rounds):
            several = chance.choices(begun, k=chance.randint(0, 4))
            last = chance.choice(CASES)
            before = b"".join(case.said.removesuffix(close()) for case in several)
            echoes = tuple(echo for case in several for echo in case.echoes)
            joined = replace(last, said=before + last.said, echoes=echoes + last.echoes)
            got = await said(port, joined.said, chance.choice((7, 64, 1_000, 10**9)))
            assert right(joined, got, whole=False), (last.name, [c.name for c in several], got)
    print(f"{rounds} conversations")
