"""P11: a restart is a non-event: all come back, spread, none too early, and nothing is lost.

A crowd of real websockets, some of them in the middle of asking and supporting, sees SIGTERM and a
new process on the same data. The browser's half (what was typed is still there) is a journey.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, WebSocketException

from dialog.edge import server as edge_server
from dialog.edge.frames import text_frame
from dialog.edge.limits import Limits
from dialog.edge.server import configure
from dialog.forum import commands as c
from dialog.hub.hub import AWAY_MS, SPREAD_MS, Hub, moments
from tests.edge.test_edge import App, client, open_door, until
from tests.hub.doubles import ANNA, DECLARE, Hall, Line
from tests.live.client import Browser, Live, Message
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        "nobody is told when to come back",
        "dialog/hub/hub.py",
        'connection.line.write(self._frame(wire.bye("restart", moment)))',
        "connection.line.write(b'')",
        "test_everyone_comes_back",
    ),
    Mutant(
        "everyone is told the same moment",
        "dialog/hub/hub.py",
        "int((number + lot()) * span / count)",
        "int(lot() * 0)",
        "test_everyone_comes_back or test_moments",
    ),
    Mutant(
        "moments are drawn and not dealt out",
        "dialog/hub/hub.py",
        "int((number + lot()) * span / count)",
        "int(lot() * span)",
        "test_moments",
    ),
    Mutant(
        "good-bye is said before the commit under way is finished",
        "dialog/hub/hub.py",
        "await asyncio.gather(*(room.stop() for room in self._rooms.values()))",
        "asyncio.gather(*(room.stop() for room in self._rooms.values()))",
        "test_what_is_under_way",
    ),
    Mutant(
        "sockets are closed before the clients have taken their leave",
        "dialog/edge/server.py",
        "await self._parted(min(end, clock() + LEAVE_SECONDS))",
        "await self._parted(clock())",
        "test_a_slow_reader_still_hears",
    ),
    Mutant(
        "a commit that hangs holds everything up",
        "dialog/hub/hub.py",
        "async with asyncio.timeout(within):",
        "async with asyncio.timeout(None):",
        "test_a_commit_that_hangs",
    ),
    Mutant(
        "one reader that is stuck holds everything up",
        "dialog/edge/server.py",
        "(here := self._websockets()) and clock() < end",
        "(here := self._websockets())",
        "test_a_reader_that_is_stuck",
    ),
    Mutant(
        "a client is not brought up to date by its number",
        "dialog/hub/room.py",
        "return seq if epoch == self.epoch and sheet.resumable(seq) else NOTHING",
        "return self._head(stream)",
        "test_everyone_comes_back",
    ),
    Mutant(
        "a poll under way is not told either",
        "dialog/web/live.py",
        "if site.hub.parting:",
        "if False:",
        "test_a_poll_is_told_too",
    ),
)

TEXT = "Bleibt diese Frage, wenn der Server neu beginnt, Nummer {}?"


class Guest(Live):
    """A client that does as the protocol says: waits as it was told, then tries again by lot."""

    def __init__(self, *given, chance: random.Random, **named) -> None:
        super().__init__(*given, **named)
        self.chance = chance
        self.told_ms = 0
        self.parted = self.tried = self.back = 0.0

    async def come_back(self) -> None:
        """Wait for the end, then for one's moment, and connect until there is a welcome."""
        assert await self.closed(30) == 1012
        bye = self.seen[-1]
        assert (bye["type"], bye["why"]) == ("bye", "restart")
        self.told_ms, self.parted = bye["retry_ms"], time.monotonic()
        await asyncio.sleep(self.told_ms / 1000)
        self.tried, misses = time.monotonic(), 0
        while not await self.entered():
            await asyncio.sleep(self.chance.uniform(0, min(30, 0.5 * 2**misses)))
            misses += 1
        self.back = time.monotonic()

    async def entered(self) -> bool:
        """Tell whether there is a server again, and a welcome from it."""
        try:
            await self.__aenter__()
        except (OSError, WebSocketException):
            return False
        return True


class Volunteer(Guest):
    """Someone who is asking and supporting when the server goes."""

    def __init__(self, *given, **named) -> None:
        super().__init__(*given, **named)
        self.asked: dict[str, str] = {}
        self.unanswered: dict[str, str] = {}
        self.supported: set[int] = set()

    async def go_on(self) -> None:
        """Ask and support until the server is gone."""
        with suppress(ConnectionClosed, asyncio.CancelledError, TimeoutError):
            while await self._ask() and await self._support():
                pass

    async def _ask(self) -> bool:
        key = str(uuid4())
        self.unanswered[key] = text = TEXT.format(key)
        answer = await self.command("ask", key=key, text=text)
        if answer["type"] == "refused":
            assert answer["code"] == "busy", answer
            return False
        self.asked[key] = self.unanswered.pop(key)
        return True

    async def _support(self) -> bool:
        number = self.chance.choice(sorted(self.questions))
        answer = await self.upvote(number)
        if answer["type"] == "refused":
            assert answer["code"] == "busy", answer
            return False
        self.supported.add(number)
        return True

    async def send_again(self) -> None:
        """Send all of it again under the same keys: a question asked twice is asked once."""
        for key, text in (self.unanswered | self.asked).items():
            answer = await self.command("ask", key=key, text=text)
            assert answer["type"] == "done", answer
            self.asked[key] = text


@pytest.mark.parametrize(
    "readers, volunteers", [(60, 8), pytest.param(980, 20, marks=pytest.mark.large)]
)
async def test_everyone_comes_back(tmp_path, readers, volunteers) -> None:
    slug = declare(tmp_path / "sessions", "neustart", waiting=100)
    fast = {"messages_per_10s": 100_000, "staff_messages_per_10s": 100_000, "drain_seconds": 10}
    server = Server(tmp_path, {"one": slug}, **fast)
    server.migrate()
    server.start()
    try:
        public = await prepared(server, slug)
        crowd = await asyncio.to_thread(assembled, server, slug, readers, volunteers)
        await restarted(server, slug, crowd)
        busy = [guest for guest in crowd if isinstance(guest, Volunteer)]
        for one in busy:
            assert one.asked
            await one.send_again()
        await nothing_was_lost(crowd, busy, public)
        none_came_too_early(crowd)
        evenly_spread([guest.told_ms for guest in crowd])
        report(crowd, busy)
        for guest in crowd:
            await guest.__aexit__(None, None, None)
    finally:
        server.stop()
    server.check_log()


async def prepared(server: Server, slug: str) -> list[int]:
    """Have ten questions asked and approved, and return their numbers."""
    team = await asyncio.to_thread(server.staff, slug, "moderator")
    asker = server.volunteer(slug)
    desk = Live(team, slug, page=server.page(team, slug, "/moderation").live, stream="desk")
    floor = Live(asker, slug, page=server.page(asker, slug).live)
    async with desk, floor:
        for number in range(1, 11):
            assert (await floor.command("ask", text=TEXT.format(number)))["type"] == "done"
            await desk.until(lambda number=number: number in desk.questions)
            rev = desk.questions[number]["rev"]
            assert (await desk.command("approve", number=number, rev=rev))["type"] == "done"
        await floor.until(lambda: len(floor.questions) == 10)
    return list(range(1, 11))


def assembled(server: Server, slug: str, readers: int, volunteers: int) -> list[Guest]:
    """Return everyone: most only read, some ask and support."""
    chance = random.Random(11)
    crowd: list[Guest] = [Guest(server.browser(), slug, chance=chance) for _ in range(readers)]
    for number in range(volunteers):
        browser = server.volunteer(slug, f"Samira {number} Kanarienvogel")
        page = server.page(browser, slug).live
        crowd.append(Volunteer(browser, slug, page=page, chance=chance))
    return crowd


async def restarted(server: Server, slug: str, crowd: list[Guest]) -> None:
    """Let everyone in, take the server away in the middle of it, and begin a new one."""
    for guest in crowd:
        await guest.__aenter__()
    acting = [asyncio.create_task(one.go_on()) for one in crowd if isinstance(one, Volunteer)]
    await asyncio.sleep(0.4)
    server.terminate()
    coming = [asyncio.create_task(guest.come_back()) for guest in crowd]
    assert await asyncio.to_thread(server.wait) == 0
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(supported_meanwhile, server, slug)
    await asyncio.wait_for(asyncio.gather(*acting, *coming), 120)


def supported_meanwhile(server: Server, slug: str) -> None:
    """Have something happen before most are back, so that all have to be brought up to date."""
    early = server.volunteer(slug)
    page = f"/sessions/{slug}/questions/1"
    assert early.submit(page, f"{page}/upvote", do="upvote", number=1, on=1).status == 303


async def nothing_was_lost(crowd: list[Guest], busy: list[Volunteer], public: list[int]) -> None:
    """All agree; what was acknowledged is there, each support once, each question once."""
    supporters = {n: sum(n in one.supported for one in busy) + 1 for n in public}
    supporters[1] += 1
    for guest in crowd:
        assert [m["type"] for m in guest.seen].count("snapshot") == 0, "brought up by its number"
        await guest.until(lambda guest=guest: guest.seq >= crowd[0].seq)
        await guest.until(lambda guest=guest: at_least(guest, supporters))
        assert guest.digest() == crowd[0].digest()
        assert guest.ranking == crowd[0].ranking
    for one in busy:
        own = [row["text"] for row in one.me["mine"]]
        assert sorted(own) == sorted(one.asked.values())
        assert one.supported <= set(one.me["upvoted"])


def at_least(guest: Guest, supporters: dict[int, int]) -> bool:
    """Whether all have the supporters who were told so; one more may not have heard it."""
    return all(guest.questions[n]["upvotes"] >= count for n, count in supporters.items())


def none_came_too_early(crowd: list[Guest]) -> None:
    for guest in crowd:
        assert guest.tried - guest.parted >= guest.told_ms / 1000
        assert guest.told_ms >= AWAY_MS


def evenly_spread(told: list[int]) -> None:
    """In no tenth of a second are more than twice as many told to come as on the average."""
    span = max(SPREAD_MS, len(told))
    per_tenth = Counter(moment // 100 for moment in told)
    assert max(per_tenth.values()) <= max(2, 2 * len(told) / (span / 100))


def report(crowd: list[Guest], busy: list[Volunteer]) -> None:
    first = min(guest.parted for guest in crowd)
    arrived = Counter(int((guest.tried - first) * 10) for guest in crowd)
    print(
        f"P11: {len(crowd)} clients; all back after {max(g.back for g in crowd) - first:.1f} s; "
        f"arrivals per 100 ms: mean {len(crowd) / len(arrived):.1f}, most {max(arrived.values())}; "
        f"{sum(len(one.asked) for one in busy)} questions and "
        f"{sum(len(one.supported) for one in busy)} supports acknowledged, none lost"
    )


@pytest.mark.parametrize("count", [1, 7, 100, 1_000, 10_000])
def test_moments_are_dealt_out_evenly(count) -> None:
    chance = random.Random(count)
    told = list(moments(count, chance.random))
    assert len(told) == count
    assert min(told) >= AWAY_MS
    evenly_spread(told)


async def test_a_poll_is_told_too(tmp_path) -> None:
    slug = declare(tmp_path / "sessions", "abfrage")
    server = Server(tmp_path, {"one": slug})
    server.migrate()
    server.start()
    try:
        waiting = asyncio.create_task(asyncio.to_thread(polled, server.browser(), slug))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        server.terminate()
        bye = await waiting
        assert bye["why"] == "restart"
        assert bye["retry_ms"] >= AWAY_MS
    finally:
        server.stop()


def polled(browser: Browser, slug: str) -> Message:
    """Poll until there is a good-bye, and return it."""
    query = ""
    while True:
        me, *rest = browser.get(f"/sessions/{slug}/updates?stream=floor{query}").json()
        query = f"&epoch={me['epoch']}&seq={me['seq']}"
        for message in rest:
            if message["type"] == "bye":
                return message


# --- the order of the end -------------------------------------------------------------------------


@pytest.fixture
async def stage() -> AsyncIterator[tuple[Hub, Hall, Line]]:
    """A hub with one room, and a volunteer in it."""
    hall, hub = Hall(), Hub(bytes)
    hub.add(hall.room)
    await hub.start({hall.room.slug: DECLARE})
    line, _ = await hall.follow()
    yield hub, hall, line
    hall.journal.free.set()
    if not hub.parting:
        await hub.stop(1)


async def test_what_is_under_way_is_answered_before_the_good_bye(stage) -> None:
    hub, hall, line = stage
    hall.journal.free.clear()
    heard: list[str] = []
    asking = asyncio.create_task(hall.room.ask(c.Ask("Noch rechtzeitig?"), ANNA, key="12345678"))
    asking.add_done_callback(lambda task: heard.append(type(task.result()).__name__))
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(hub.stop(5))
    await asyncio.sleep(0.05)
    assert "bye" not in line.kinds()
    hall.journal.free.set()
    await stopping
    assert heard == ["Done"]
    assert line.kinds()[-1] == "bye"
    assert line.code == 1012


async def test_a_commit_that_hangs_holds_nobody_up(stage) -> None:
    hub, hall, line = stage
    hall.journal.free.clear()
    asking = asyncio.create_task(hall.room.ask(c.Ask("Kommt das noch an?"), ANNA))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(hub.stop(0.1), 5)
    assert line.kinds()[-1] == "bye"
    asking.cancel()


@asynccontextmanager
async def begun(app: App, drain: Callable[[], Awaitable[None]]) -> AsyncIterator[tuple[str, Any]]:
    """Run the edge before an application that has something to say in the end."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listening(number: int) -> None:
        port.set_result(number)

    bounds = Limits(close_seconds=60)
    config = configure(
        app, host="127.0.0.1", port=0, proxies="", drain_seconds=60, door=open_door(), limits=bounds
    )
    server = edge_server.Server(config, listening=listening, drain=drain)
    serve = asyncio.create_task(server.serve())
    try:
        yield f"ws://127.0.0.1:{await asyncio.wait_for(port, 10)}/", server
    finally:
        server.should_exit = True
        await asyncio.wait_for(serve, 30)


async def test_a_slow_reader_still_hears_the_good_bye(monkeypatch) -> None:
    monkeypatch.setattr(edge_server, "LEAVE_SECONDS", 30)
    app = App()
    told = ["." * 900_000]  # more than a kernel takes

    async def drain() -> None:
        for one in told:
            app.lines[0].write(text_frame(one.encode()))
        app.lines[0].close(1012, "restart")

    async with begun(app, drain) as (address, server), client(address, app) as socket:
        socket.transport.pause_reading()
        server.should_exit = True
        await until(lambda: app.ended)
        await asyncio.sleep(0.3)
        socket.transport.resume_reading()
        async with asyncio.timeout(10):
            assert [await socket.recv() for _ in told] == told
            await socket.wait_closed()
        assert socket.close_code == 1012


async def test_a_reader_that_is_stuck_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(edge_server, "LEAVE_SECONDS", 0.2)
    app = App()

    async def drain() -> None:
        app.lines[0].write(text_frame(b"." * 30_000_000))
        app.lines[0].close(1012, "restart")

    async with begun(app, drain) as (address, server), client(address, app) as socket:
        socket.transport.pause_reading()
        server.should_exit = True
        await until(lambda: app.lines[0].disconnected)
        socket.transport.abort()
