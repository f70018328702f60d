"""P20: a client that drifted notices it at the next heartbeat, is whole again, and is counted.

One value of a row is changed in a client of the real server. The server tells how often that was
when it ends; for every other server of the tests ``check_log`` says that it never was.
"""

import asyncio
from pathlib import Path

import pytest

from tests.live.client import Browser, Live, Message
from tests.live.server import Server, running
from tests.mutants import Mutant

BEAT_S = 40


class Drifting(Live):
    """A client that asks for everything when the digest is another one than its own."""

    def _take(self, message: Message) -> None:
        told = message["type"] == "heartbeat" and message["seq"] == self.seq
        if told and message["digest"] != self.digest():
            self.asking = asyncio.ensure_future(self.send({"type": "resync", "why": "digest"}))
        else:
            super()._take(message)


def count(live: Live, kind: str) -> int:
    return sum(message["type"] == kind for message in live.seen)


async def drift(server: Server, moderator: Browser, clients: int) -> None:
    slug = server.slugs["live"]
    asker = server.volunteer(slug)
    page = server.page(asker, slug).live
    desk = Live(
        moderator, slug, page=server.page(moderator, slug, "/moderation").live, stream="desk"
    )
    async with Live(asker, slug, page=page) as one, desk as team:
        asked = await one.command("ask", text="Wer hilft beim Antrag?")
        number = asked["result"]["number"]
        await team.until(lambda: number in team.questions)
        rev = team.questions[number]["rev"]
        await team.command("approve", number=number, rev=rev)
        await one.until(lambda: number in one.questions)
    drifting = [Drifting(Browser(server.base), slug) for _ in range(clients)]
    for each in drifting:
        await each.__aenter__()
    right = Live(Browser(server.base), slug)
    async with right:
        await asyncio.gather(*(each.until(lambda e=each: e.questions) for each in drifting))
        for each in drifting:
            each.questions[number]["text"] = "Wer hilft beim Antrag!"
        await asyncio.gather(
            *(each.until(lambda e=each: count(e, "snapshot") == 2, BEAT_S) for each in drifting)
        )
        await right.until(lambda: count(right, "heartbeat"), BEAT_S)
        for each in drifting:
            assert (each.seq, each.session, each.questions) == (
                right.seq, right.session, right.questions
            )  # fmt: skip
            assert each.digest() == right.digest()
    for each in drifting:
        await each.__aexit__(None, None, None)


@pytest.mark.parametrize("clients", [1, pytest.param(200, marks=pytest.mark.large)])
def test_a_client_that_drifted_is_whole_again_and_counted(tmp_path: Path, clients: int) -> None:
    with running(tmp_path, drifted=clients) as server:
        moderator = server.staff(server.slugs["live"], "moderator")
        asyncio.run(drift(server, moderator, clients))
    assert server.resyncs() == {"digest": clients}
    print(f"P20: {clients} clients drifted, {clients} resyncs, all whole at one heartbeat")


MUTANTS = (
    Mutant(
        "a resync is not counted",
        "dialog/hub/room.py",
        "        self.resyncs[why] += 1\n",
        "",
    ),
    Mutant(
        "a resync brings nothing",
        "dialog/hub/sweep.py",
        "connection.seq, connection.owed = NOTHING, True",
        "connection.owed = True",
    ),
    Mutant(
        "the digest says nothing",
        "dialog/hub/digest.py",
        "self._rows[number] = checksum(shown.whole)",
        "self._rows[number] = 0",
    ),
    Mutant(
        "the browser does not look at the digest",
        "static/js/state.js",
        "if (digest(state.session, state.questions.values()) !== message.digest) {",
        "if (state.session === null) {",
        "tests/js/live.test.js",
    ),
    Mutant(
        "the browser does not ask for what it lacks",
        "static/js/live.js",
        "if (isResync(result)) this.connection.resync(result.resync);",
        "if (isResync(result)) this.status.final;",
        "tests/js/live.test.js",
    ),
)
