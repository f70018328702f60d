"""A small storm, ended by SIGKILL again and again: nothing that was acknowledged is lost."""

import asyncio
import json
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.client import Live
from tests.live.programme import declare
from tests.live.server import Server

pytestmark = pytest.mark.chaos

ROUNDS = 5
VOLUNTEERS = 7
SEED = 2


class Storm:
    """Eight clients, and what was acknowledged to them."""

    def __init__(self, server: Server, slug: str, chance: random.Random) -> None:
        self.server, self.slug, self.chance = server, slug, chance
        self.asked: dict[int, str] = {}
        self.supported: set[tuple[int, int]] = set()
        self.approved: set[int] = set()
        self.volunteers = [self._client("", f"Samira {n} Kanarienvogel") for n in range(VOLUNTEERS)]
        team = server.staff(slug, "moderator")
        self.team = Live(
            team, slug, page=server.page(team, slug, "/moderation").live, stream="desk"
        )

    def _client(self, place: str, name: str) -> Live:
        browser = self.server.volunteer(self.slug, name)
        return Live(browser, self.slug, page=self.server.page(browser, self.slug, place).live)

    @property
    def everyone(self) -> list[Live]:
        return [*self.volunteers, self.team]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for client in self.everyone:
                await stack.enter_async_context(client)
            yield

    async def rage(self) -> None:
        """Send until the server is gone."""
        await asyncio.gather(*map(self._volunteer, self.volunteers), self._moderator())

    async def _volunteer(self, client: Live) -> None:
        count = 0
        while await self._ask(client, count) and await self._support(client):
            count += 1

    async def _ask(self, client: Live, count: int) -> bool:
        text = f"Frage {count} von {client.me['person']} um {time.monotonic_ns()}?"
        answer = await sent(client.command("ask", text=text))
        if answer and answer["type"] == "done":
            self.asked[answer["result"]["number"]] = text
        return answer is not None

    async def _support(self, client: Live) -> bool:
        for number in self.chance.sample(client.ranking, min(5, len(client.ranking))):
            answer = await sent(client.upvote(number))
            if answer is None:
                return False
            assert answer["type"] == "done", answer
            self.supported.add((client.me["person"], number))
        return True

    async def _moderator(self) -> None:
        while True:
            waiting = [row for row in self.team.questions.values() if row["review"] == "waiting"]
            for row in waiting[:3]:
                number = row["number"]
                answer = await sent(self.team.command("approve", number=number, rev=row["rev"]))
                if answer is None:
                    return
                if answer["type"] == "done":
                    self.approved.add(number)
            await asyncio.sleep(0.005)
            if self.team._reading.done():
                return


async def sent(command):
    """Return a command's answer, or None when the server was gone before it came."""
    try:
        return await command
    except (ConnectionClosed, asyncio.CancelledError, TimeoutError):
        return None


def check_database(file: Path, storm: Storm) -> None:
    """What was acknowledged stands in the file, gapless, each support counted once."""
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (session, head) = database.execute(
            "SELECT id, head FROM sessions WHERE slug = ?", (storm.slug,)
        ).fetchone()
        rows = database.execute(
            "SELECT number, person, kind, payload FROM journal WHERE session = ? ORDER BY number",
            (session,),
        ).fetchall()
        assert [row[0] for row in rows] == list(range(1, head + 1))
        voters = counted(rows)
        for person, number in storm.supported:
            assert person in voters[number]
        lines = "SELECT q.number, review, upvotes, body FROM questions AS q JOIN texts AS t"
        lines += " ON t.session = q.session AND t.number = q.text WHERE q.session = ?"
        stored = {row[0]: row[1:] for row in database.execute(lines, (session,))}
    assert sorted(stored) == list(range(1, len(stored) + 1))
    assert {number: stored[number][2] for number in storm.asked} == storm.asked
    assert all(stored[number][0] == "approved" for number in storm.approved)
    assert {number: row[1] for number, row in stored.items()} == {
        number: len(voters[number]) for number in stored
    }


def counted(rows: list[tuple[int, int, str, str]]) -> dict[int, set[int]]:
    """Return who supports what, as the journal says: whoever asks, and whoever tapped."""
    voters: dict[int, set[int]] = defaultdict(set)
    for _number, person, kind, payload in rows:
        event = json.loads(payload)
        if kind == "asked":
            voters[event["number"]].add(person)
        for who, number, on, _intent in event.get("taps", ()):
            (voters[number].add if on else voters[number].discard)(who)
    return voters


async def test_nothing_acknowledged_is_lost(tmp_path) -> None:
    chance = random.Random(SEED)
    slug = declare(tmp_path / "sessions", "sturm", waiting=100)
    fast = {"messages_per_10s": 100_000, "staff_messages_per_10s": 100_000}
    server = Server(tmp_path, {"storm": slug}, **fast)
    server.migrate()
    server.start()
    try:
        storm = await asyncio.to_thread(Storm, server, slug, chance)
        for _ in range(ROUNDS):
            async with storm.connected():
                raging = asyncio.create_task(storm.rage())
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                server.kill()
                await asyncio.wait_for(raging, 15)
            check_database(tmp_path / "data" / "dialog.sqlite3", storm)
            await asyncio.to_thread(server.start)
        async with storm.connected():
            await converged(storm)
        assert len(storm.asked) > ROUNDS * VOLUNTEERS
        assert storm.approved
        assert storm.supported
    finally:
        server.stop()
    server.check_log()


async def converged(storm: Storm) -> None:
    """Everyone came back by number, and all see one ranking."""
    for client in storm.everyone:
        assert "snapshot" not in [message["type"] for message in client.seen]
        welcome = next(message for message in client.seen if message["type"] == "welcome")
        await client.until(lambda client=client, welcome=welcome: client.seq >= welcome["seq"], 5)
    one, *others = storm.volunteers
    assert one.ranking
    assert set(storm.approved) <= set(one.questions)
    for other in others:
        assert other.ranking == one.ranking
        assert other.digest() == one.digest()
    for client in storm.volunteers:
        mine = {number for person, number in storm.supported if person == client.me["person"]}
        assert mine <= set(client.me["upvoted"])
