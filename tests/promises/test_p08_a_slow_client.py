"""P8: a client that does not read costs one number and delays nobody; it is gone in time."""

import asyncio
import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from dialog.edge.frames import text_frame
from dialog.edge.limits import Limits
from tests.chaos.flood import TEXT, frame, upgrade
from tests.edge.test_attacks_edge import UPGRADE, raw
from tests.edge.test_edge import App, serving, until
from tests.live.client import Live
from tests.live.memory import resident
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant

MIB = 1024 * 1024
COST = 2 * MIB
QUESTIONS = 60  # with long backgrounds: a snapshot is more than a stalled line takes
EACH = 3
FAST = {"messages_per_10s": 1_000_000, "staff_messages_per_10s": 1_000_000}

MUTANTS = (
    Mutant(
        "what is written at once overtakes what waits",
        "dialog/edge/frames.py",
        "elif waiting or self._file is None:",
        "elif self._file is None:",
        "tests/edge/test_edge.py::test_what_is_read_late_comes_whole_and_in_order",
    ),
    Mutant(
        "who does not read gets every change all the same",
        "dialog/edge/frames.py",
        "return not self._ended() and (not self.writable.is_set() or self._waiting() > BACKED_UP)",
        "return False",
        "one_number",
    ),
    Mutant(
        "nobody looks whether anything is taken",
        "dialog/edge/frames.py",
        "        super().pause_writing()\n        self._drain.begin()\n",
        "        super().pause_writing()\n",
        "gone_in_time and small",
    ),
    Mutant(
        "who reads slowly counts as stalled",
        "dialog/edge/transports.py",
        "if waiting < self._waiting:",
        "if waiting < 0:",
        "reads_slowly",
    ),
    Mutant(
        "the kernel keeps megabytes for each",
        "dialog/edge/requests.py",
        "        narrow(transport)\n",
        "",
        "little_waits",
    ),
    Mutant(
        "what one alone is told waits without end",
        "dialog/edge/frames.py",
        "if waiting > WAITING_MOST:",
        "if waiting > 10**9:",
        "little_waits",
    ),
    Mutant(
        "whoever leaves the end of a page unread keeps the connection",
        "dialog/edge/requests.py",
        "        super().pause_writing()\n        self._drain.begin()\n",
        "        super().pause_writing()\n",
        "gone_in_time and small",
    ),
)


@contextmanager
def evening(folder: Path, **settings: object) -> Iterator[tuple[Server, str]]:
    """Run a server whose session has long questions."""
    slug = declare(folder / "sessions", "lang", waiting=QUESTIONS)
    server = Server(folder, {"live": slug}, **(FAST | settings))
    server.migrate()
    server.start()
    try:
        yield server, slug
    finally:
        server.stop()
    server.check_log()


def client(server: Server, slug: str, name: str) -> Live:
    """Return one who takes part, not yet connected."""
    browser = server.volunteer(slug, name)
    return Live(browser, slug, page=server.page(browser, slug).live)


async def filled(server: Server, slug: str) -> None:
    """Ask and approve long questions."""
    team = await asyncio.to_thread(server.staff, slug, "moderator")
    page = await asyncio.to_thread(lambda: server.page(team, slug, "/moderation").live)
    asker = await asyncio.to_thread(client, server, slug, "Samira Kanarienvogel")
    async with asker, Live(team, slug, page=page, stream="desk") as desk:
        texts = [f"Frage {n}: wie geht es weiter, {n * 7_919}?" for n in range(QUESTIONS)]
        asked = [asker.command("ask", text=text, background="€" * 990) for text in texts]
        told = await asyncio.gather(*asked)
        await desk.until(lambda: len(desk.questions) == QUESTIONS)
        revs = {number: row["rev"] for number, row in desk.questions.items()}
        approved = [desk.command("approve", number=n, rev=rev) for n, rev in revs.items()]
        told += await asyncio.gather(*approved)
        assert {answer["type"] for answer in told} == {"done"}


def stalled(server: Server, slug: str) -> socket.socket:
    """Connect as a reader who says hello and then reads nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.settimeout(20)
    line.connect(("127.0.0.1", server.port))
    headers = {"Origin": server.base, "Sec-WebSocket-Protocol": "dialog.v1"}
    upgrade(line, f"/sessions/{slug}/live", headers)
    line.sendall(frame(TEXT, json.dumps({"type": "hello", "stream": "floor"}).encode()))
    return line


def unread(server: Server, slug: str) -> socket.socket:
    """Ask for the answer to a long poll, and read nothing of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(f"GET /sessions/{slug}/updates HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return line


def gone(line: socket.socket) -> bool:
    """Tell whether a connection was ended, without reading from it."""
    watched = select.poll()
    watched.register(line, 0)
    return bool(watched.poll(0))


def messages(data: bytes) -> list[dict]:
    """Return the messages among the frames that a server sent."""
    stream = StreamReader()
    stream.feed_data(data)
    told = []
    while stream.buffer:
        parsing = Frame.parse(stream.read_exact, mask=False)
        try:
            next(parsing)
        except StopIteration as done:
            if done.value.opcode is Opcode.TEXT:
                told.append(json.loads(bytes(done.value.data)))
        else:
            break
    return told


async def storm(clients: list[Live], numbers: range) -> list[float]:
    """Let everyone support the same questions, and return how long each answer took."""
    took: list[float] = []

    async def one(supporter: Live) -> None:
        for number in numbers:
            began = time.perf_counter()
            told = await supporter.upvote(number)
            took.append(time.perf_counter() - began)
            assert told["type"] == "done", told

    await asyncio.gather(*map(one, clients))
    return took


# --- what it costs --------------------------------------------------------------------------------


async def test_who_does_not_read_costs_one_number(tmp_path) -> None:
    """It keeps nobody waiting either who ends the server."""
    with evening(tmp_path, stalled_seconds=60) as (server, slug):
        await filled(server, slug)
        people = [
            await asyncio.to_thread(client, server, slug, f"Boris {n} Kanarienvogel")
            for n in range(4)
        ]
        with ExitStack() as lines:
            before = resident(server)
            silent = [lines.enter_context(closing(stalled(server, slug))) for _ in range(5)]
            async with people[0], people[1], people[2], people[3]:
                await storm(people, range(1, QUESTIONS + 1))
                last = people[0]
                await last.until(lambda: last.questions[QUESTIONS]["upvotes"] == 5)
            assert sum(m["type"] == "delta" for m in last.seen) > 5, "the others were told at once"
            grown = resident(server) - before
            print(f"five who read nothing: {grown / MIB:+.2f} MiB in all")
            assert grown < len(silent) * COST
            told = await asyncio.to_thread(read_up, silent[0], last.seq)
            server.terminate()
            assert await asyncio.to_thread(server.wait, 10) == 0
    kinds = [message["type"] for message in told if message["type"] != "heartbeat"]
    assert kinds[:2] == ["welcome", "snapshot"]
    assert kinds[2:].count("delta") <= 2
    rows = {row["number"]: row for row in told[1]["questions"]}
    for message in told[2:]:
        for row in message.get("questions", ()):
            rows[row["number"]] |= row
    assert [row["upvotes"] for row in rows.values()] == [5] * QUESTIONS


def read_up(line: socket.socket, seq: int) -> list[dict]:
    """Read until a stream's number is reached."""
    data, told = b"", list[dict]()
    while not told or told[-1].get("to") != seq:
        data += line.recv(MIB)
        told = messages(data)
    return told


async def test_little_waits_for_who_reads_nothing() -> None:
    """Half a megabyte in the kernel and one and a half in the process, whatever is sent."""
    app = App()
    async with serving(app) as address, raw(address, limit=1_024) as (_reader, writer):
        kernel = writer.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        writer.write(UPGRADE)
        await asyncio.wait_for(app.came.wait(), 5)
        line, sent = app.lines[0], 0
        while not line.backed_up:
            line.write(text_frame(b"x" * 4_096))
            sent += 4_096
            await asyncio.sleep(0)
        assert sent < MIB
        for _ in range(500):
            line.write(text_frame(b"x" * 4_096))
        await until(lambda: app.ended)
        assert app.ended == [4408]


# --- how long it may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seconds, within",
    [pytest.param(2, 20, id="small"), pytest.param(30, 30, id="full", marks=pytest.mark.large)],
)
async def test_who_takes_nothing_is_gone_in_time(tmp_path, seconds, within) -> None:
    with evening(tmp_path, stalled_seconds=seconds) as (server, slug):
        await filled(server, slug)
        with closing(stalled(server, slug)) as live, closing(unread(server, slug)) as page:
            began, ends = time.monotonic(), dict[str, float]()
            while len(ends) < 2:
                assert time.monotonic() - began < within
                await asyncio.sleep(0.05)
                for name, line in ("live", live), ("page", page):
                    if name not in ends and gone(line):
                        ends[name] = time.monotonic() - began
            print(f"of {seconds} s: websocket {ends['live']:.1f}, page {ends['page']:.1f}")


async def test_who_reads_slowly_is_not_stalled() -> None:
    app, size = App(), 3 * MIB
    limits = Limits(stalled_seconds=1.5)
    async with serving(app, limits=limits) as address, raw(address) as (reader, writer):
        kernel = writer.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        app.lines[0].write(text_frame(b"x" * size))
        read, began = 0, time.monotonic()
        while read < size:
            piece = await reader.read(64 * 1024)
            assert piece, f"cut after {read} bytes"
            read += len(piece)
            await asyncio.sleep(len(piece) / MIB)
        assert time.monotonic() - began > limits.stalled_seconds


# --- whom it delays -------------------------------------------------------------------------------


@pytest.mark.large
async def test_one_of_two_hundred_who_reads_nothing_delays_nobody(tmp_path) -> None:
    """Each pair of rounds is one question with and one without; what the machine does cancels."""
    with evening(tmp_path, tick_ms=100) as (server, slug):
        await filled(server, slug)
        people = [
            await asyncio.to_thread(client, server, slug, f"Boris {n} Kanarienvogel")
            for n in range(200)
        ]
        took: dict[bool, list[list[float]]] = {True: [], False: []}
        async with AsyncExitStack() as stack:
            for person in people:
                await stack.enter_async_context(person)
            for number in range(1, 53):
                silent = number % 4 < 2  # with, without, without, with
                with ExitStack() as lines:
                    if silent:
                        lines.enter_context(closing(stalled(server, slug)))
                    await asyncio.sleep(0.3)  # both begin when what came before is told
                    took[silent].append(await storm(people, range(number, number + 1)))
            before = resident(server)
            with ExitStack() as lines:
                for _ in range(10):
                    lines.enter_context(closing(stalled(server, slug)))
                await storm(people, range(53, 58))
                cost = (resident(server) - before) / 10
    p99 = {silent: [quantiles(one, n=100)[98] for one in all_of] for silent, all_of in took.items()}
    ratio = median(slow / quick for slow, quick in zip(p99[True], p99[False], strict=True))
    print(
        f"{52 * 200:,} upvotes by 200: p99 {1000 * median(p99[False]):.0f} ms, with one who reads"
        f" nothing {1000 * median(p99[True]):.0f} ms, × {ratio:.2f}; it costs {cost / MIB:+.2f} MiB"
    )
    assert ratio < 1.5
    assert cost < COST
