"""A storm of volunteers and a moderator, what was acknowledged to them, and a fold of the journal.

The fold knows the table and nothing of this program: every assertion compares with it.
"""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed

from tests.live.client import Live, Message
from tests.live.server import Server

FAST = {"messages_per_10s": 1_000_000, "staff_messages_per_10s": 1_000_000}


@dataclass
class Sent:
    """A command on its way, and its answer once there was one."""

    do: str
    key: str
    fields: dict[str, Any]
    answer: Message | None = None


@dataclass
class Sender:
    """A client with what it sent: what was done, and the one command it has no answer to."""

    client: Live
    done: list[Sent] = field(default_factory=list)
    open: Sent | None = None
    votes: dict[int, bool] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)

    async def give(self, do: str, **fields: object) -> Message | None:
        """Send a command; None when the server was gone before it answered."""
        return await self.send(Sent(do, str(uuid4()), fields))

    async def send(self, sent: Sent) -> Message | None:
        self.open = sent
        try:
            sent.answer = await self.client.command(sent.do, key=sent.key, **sent.fields)
        except (ConnectionClosed, asyncio.CancelledError, TimeoutError):
            return None
        self.open = None
        if sent.do == "upvote":
            self._count(sent.fields["number"], sent)
        if sent.answer["type"] == "done":
            self.done.append(sent)
        return sent.answer

    def _count(self, number: int, sent: Sent) -> None:
        """Note what was told of a tap; ``busy`` may hide a commit that a dead database had made.

        A page sends it again under its key and learns what became of it; this one taps on.
        """
        assert sent.answer is not None
        if sent.answer["type"] == "done":
            self.votes[number] = sent.fields["on"]
            self.doubtful.discard(number)
        elif sent.answer["code"] == "busy":
            self.doubtful.add(number)

    async def again(self) -> None:
        """Send what had no answer under its key, and something that had one: it is the same."""
        if self.open is not None:
            await self.send(self.open)
        for sent in [one for one in self.done if one.do == "ask"][-1:]:
            answer = await self.client.command(sent.do, key=sent.key, **sent.fields)
            assert sent.answer is not None
            assert answer["result"] == sent.answer["result"]
            assert answer["seq"] >= sent.answer["seq"]


class Storm:
    """Clients of one session that ask, support, take back and approve as chance will have it."""

    def __init__(self, server: Server, slug: str, clients: int, chance: random.Random) -> None:
        self.server, self.slug, self.chance = server, slug, chance
        self.volunteers = [self._volunteer(number) for number in range(clients - 1)]
        team = server.staff(slug, "moderator")
        page = server.page(team, slug, "/moderation").live
        self.team = Sender(Live(team, slug, page=page, stream="desk"))

    def _volunteer(self, number: int) -> Sender:
        browser = self.server.volunteer(self.slug, f"Samira {number} Kanarienvogel")
        return Sender(Live(browser, self.slug, page=self.server.page(browser, self.slug).live))

    @property
    def everyone(self) -> list[Sender]:
        return [*self.volunteers, self.team]

    def done(self, do: str) -> list[Sent]:
        return [sent for one in self.everyone for sent in one.done if sent.do == do]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await asyncio.gather(*(stack.enter_async_context(one.client) for one in self.everyone))
            yield

    async def rage(self) -> None:
        """Send until the server is gone."""
        await asyncio.gather(*map(self._rage, self.volunteers), self._approve())

    async def _rage(self, one: Sender) -> None:
        own = f"{one.client.me['person']} {uuid4().hex[:6]}"
        count = 0
        while await self._act(one, f"Frage {count} von {own}?"):
            count += 1

    async def _act(self, one: Sender, text: str) -> bool:
        if not one.client.questions or self.chance.random() < 0.25:
            return await one.give("ask", text=text) is not None
        number = self.chance.choice(sorted(one.client.questions))
        on = not one.votes.get(number, False)
        tapped = time.time_ns() // 1_000_000
        return await one.give("upvote", number=number, on=on, intent=tapped) is not None

    async def _approve(self) -> None:
        while not self.team.client._reading.done():
            rows = self.team.client.questions.values()
            waiting = [row for row in rows if row["review"] == "waiting"]
            for row in waiting[:5]:
                if await self.team.give("approve", number=row["number"], rev=row["rev"]) is None:
                    return
            await asyncio.sleep(0.005)

    async def converged(self, seconds: float = 5) -> float:
        """Wait until all see one ranking, and return how long that took."""
        begun = time.monotonic()
        clients = [one.client for one in self.volunteers]
        async with asyncio.timeout(seconds):
            while len({client.seq for client in clients}) > 1:  # noqa: ASYNC110 - of many at once
                await asyncio.sleep(0.01)
        first, *others = clients
        for other in others:
            assert other.ranking == first.ranking
            assert other.digest() == first.digest()
        return time.monotonic() - begun


@dataclass
class Stored:
    """What a database says: the fold of its journal, and its tables."""

    head: int
    texts: dict[int, str]
    voters: dict[int, set[int]]
    approved: set[int]
    results: dict[str, Message]


def stored(file: Path, slug: str) -> Stored:
    """Fold a session's journal; its numbers are gapless and its tables say the same."""
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        return added_up(lambda query, value: database.execute(query, (value,)).fetchall(), slug)


def added_up(ask: Callable[[str, object], list[Any]], slug: str) -> Stored:
    """Fold what a database answers to queries with one value in them."""
    ((session, head),) = ask("SELECT id, head FROM sessions WHERE slug = ?", slug)
    rows = ask(
        "SELECT number, person, kind, payload FROM journal WHERE session = ? ORDER BY number",
        session,
    )
    lines = ask(
        "SELECT q.number, review, upvotes, body FROM questions AS q JOIN texts AS t"
        " ON t.session = q.session AND t.number = q.text WHERE q.session = ?",
        session,
    )
    known = ask("SELECT key, result FROM results WHERE session = ?", session)
    assert [row[0] for row in rows] == list(range(1, head + 1))
    voters, approved = folded([row[1:] for row in rows])
    assert sorted(voters) == sorted(line[0] for line in lines) == list(range(1, len(lines) + 1))
    for number, review, upvotes, _text in lines:
        assert upvotes == len(voters[number])
        assert (review == "approved") is (number in approved)
    return Stored(
        head,
        {number: text for number, _review, _upvotes, text in lines},
        voters,
        approved,
        {key: json.loads(result) for key, result in known},
    )


def folded(rows: list[tuple[int, str, str]]) -> tuple[dict[int, set[int]], set[int]]:
    """Return who supports what, and what is approved, as a journal says."""
    voters: dict[int, set[int]] = {}
    approved: set[int] = set()
    for person, kind, payload in rows:
        event = json.loads(payload)
        if kind == "asked":
            voters[event["number"]] = {person}
        for who, number, on, _intent in event.get("taps", ()):
            (voters[number].add if on else voters[number].discard)(who)
        if event.get("act") == "approve":
            approved |= {change["subject"] for change in event["changes"]}
    return voters, approved


def compare(storm: Storm, found: Stored) -> None:
    """Everything that was acknowledged stands there, once, with its remembered answer."""
    numbers = {text: number for number, text in found.texts.items()}
    assert len(numbers) == len(found.texts)
    for sent in storm.done("ask"):
        assert sent.answer is not None
        assert numbers[sent.fields["text"]] == sent.answer["result"]["number"]
        assert found.results[sent.key] == sent.answer["result"]
    assert {sent.fields["number"] for sent in storm.done("approve")} <= found.approved
    for one in storm.volunteers:
        unsure = one.doubtful | ({one.open.fields.get("number")} if one.open else set())
        person = one.client.me["person"]
        for number, on in one.votes.items():
            if number not in unsure:
                assert (person in found.voters[number]) is on
