"""P7: a submission under one key is done once, however often, by whatever way, after whatever end.

Also when the server was killed after the commit and before its answer: the same key then leads to
the same question, from another tab and over another transport, too.
"""

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from dialog.store.migrate import migrate
from tests.chaos.storm import FAST, stored
from tests.live.client import Browser, Live
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant

LOST = (ConnectionClosed, asyncio.CancelledError, OSError, http.client.HTTPException)

MUTANTS = (
    Mutant(
        "nobody asks what was done under a key",
        "dialog/hub/ledger.py",
        'self._remembered.get(f"{one.who.person} {one.key}")',
        "None",
        "at_once or killed",
    ),
    Mutant(
        "two of one batch are two",
        "dialog/hub/ledger.py",
        "            self._remember((kept,))\n",
        "",
        "at_once",
    ),
    Mutant(
        "answers are remembered in memory only",
        "dialog/store/journal.py",
        "    upsert(connection, RESULTS, [_result(session.id, result, head) "
        "for result in batch.remembered])\n",
        "",
        "killed",
    ),
    Mutant(
        "a start forgets what is remembered",
        "dialog/store/journal.py",
        "    remembered = tuple(_remembered(connection, session.id))\n",
        "    remembered = ()\n",
        "killed",
    ),
    Mutant(
        "a form has a key of its own each time",
        "dialog/web/forms.py",
        'form.get("key") or str(uuid4())',
        "str(uuid4())",
        "at_once",
    ),
    Mutant(
        "another text under a known key passes for the known one",
        "dialog/hub/ledger.py",
        "if known.startswith(said) else",
        "if said else",
        "another_text",
    ),
    Mutant(
        "a key is everybody's",
        "dialog/hub/ledger.py",
        'self._remembered.get(f"{one.who.person} {one.key}")',
        "next((r for k, r in self._remembered.items() if k.endswith(one.key)), None)",
        "another_person",
    ),
)


class Person:
    """One volunteer with two tabs and a browser without scripts, which share one pass."""

    def __init__(self, server: Server, slug: str) -> None:
        self.slug = slug
        self.browser: Browser = server.volunteer(slug)
        page = server.page(self.browser, slug)
        self.token = page.token
        self.tabs = [Live(self.browser, slug, page=page.live) for _ in range(2)]
        self.ways: list[Callable[[str, str], Awaitable[dict]]] = [
            lambda key, text: self.tabs[0].command("ask", key=key, text=text),
            self.posted,
            lambda key, text: self.tabs[1].command("ask", key=key, text=text),
            self.form,
        ]

    async def posted(self, key: str, text: str) -> dict:
        """Send a command by POST."""
        body = json.dumps({"type": "command", "key": key, "do": "ask", "text": text})
        path, sent = f"/sessions/{self.slug}/commands", {"x_dialog_token": self.token}
        answer = await asyncio.to_thread(self.browser.ask, "POST", path, body, **sent)
        return dict(answer.json())

    async def form(self, key: str, text: str) -> dict:
        """Send the form of the page."""
        fields = {"token": self.token, "key": key, "text": text}
        path, sent = f"/sessions/{self.slug}/questions", {"accept": "application/json"}
        answer = await asyncio.to_thread(self.browser.post, path, fields, **sent)
        return dict(answer.json())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is killed between COMMIT and answer while a file says so."""
    folder, running = tmp_path_factory.mktemp("once"), timedelta(minutes=-10)
    slugs = {
        name: declare(folder / "sessions", name, starts=running, goes_live="by_clock", waiting=100)
        for name in ("at-once", "killed", "text", "person")
    }
    made = Server(folder, slugs, **FAST)
    made.program = ("-m", "tests.chaos.dies")
    made.environment |= {"DIES_FLAG": str(folder / "die")}
    migrate(f"sqlite:///{folder}/data/dialog.sqlite3")
    made.start()
    yield made
    made.stop()
    made.check_log()


def questions(server: Server, name: str) -> dict[int, str]:
    """What the file says was asked."""
    return stored(server.folder / "data" / "dialog.sqlite3", server.slugs[name]).texts


@pytest.mark.parametrize(
    "sends, rounds",
    [pytest.param(20, 3, id="small"), pytest.param(200, 20, id="large", marks=pytest.mark.large)],
)
async def test_many_at_once_by_all_ways_are_one(server, sends, rounds) -> None:
    one = await asyncio.to_thread(Person, server, server.slugs["at-once"])
    async with one.tabs[0], one.tabs[1]:
        first = len(questions(server, "at-once")) + 1
        for number in range(first, first + rounds):
            key, text = str(uuid4()), f"Kommt Nummer {number} nur einmal an?"
            sent = [_sent(one, way, key, text) for way in range(sends)]
            answers = await asyncio.gather(*sent)
            assert {answer["type"] for answer in answers} == {"done"}
            assert len({json.dumps(answer, sort_keys=True) for answer in answers}) == 1
            assert answers[0]["result"]["number"] == number
            assert len(questions(server, "at-once")) == number
    print(f"{rounds} keys, each sent {sends} times at once in 4 ways: {rounds} questions")


async def _sent(one: Person, number: int, key: str, text: str) -> dict:
    """Send by a way; a tab of its own for every send over a socket, for one key waits once each."""
    if number % 2:
        return await one.ways[number % 4](key, text)
    tab = one.tabs[number // 2 % 2]
    future = tab._answers.get(key)
    if future is None:
        return await one.ways[number % 4](key, text)
    await tab.send({"type": "command", "key": key, "do": "ask", "text": text})
    return dict(await asyncio.wait_for(asyncio.shield(future), 10))


@pytest.mark.chaos
@pytest.mark.parametrize(
    "kills", [pytest.param(2, id="small"), pytest.param(40, id="large", marks=pytest.mark.large)]
)
async def test_killed_between_commit_and_answer_it_is_the_same_question(server, kills) -> None:
    one = await asyncio.to_thread(Person, server, server.slugs["killed"])
    flag = server.folder / "die"
    first = len(questions(server, "killed"))
    for number in range(first, first + kills):
        key, text = str(uuid4()), f"Bleibt Nummer {number} dieselbe?"
        flag.touch()
        async with one.tabs[0], one.tabs[1]:
            with pytest.raises(LOST):
                await one.ways[3 * number % 4](key, text)
            assert await asyncio.to_thread(server.wait) == -9
        assert questions(server, "killed")[number + 1] == text
        flag.unlink()
        await asyncio.to_thread(server.start)
        async with one.tabs[0], one.tabs[1]:
            order = [one.ways[(3 * number + step) % 4] for step in range(4)]
            answers = [await way(key, text) for way in order]
        assert {answer["type"] for answer in answers} == {"done"}
        assert len({json.dumps(answer, sort_keys=True) for answer in answers}) == 1
        assert answers[0]["result"]["number"] == number + 1
        assert len(questions(server, "killed")) == number + 1
    print(f"{kills} kills between COMMIT and done, each sent again in 4 ways: {kills} questions")


async def test_another_text_under_a_known_key_is_refused(server) -> None:
    one = await asyncio.to_thread(Person, server, server.slugs["text"])
    async with one.tabs[0], one.tabs[1]:
        key = str(uuid4())
        assert (await one.ways[0](key, "Was war zuerst?"))["type"] == "done"
        for way in one.ways:
            assert (await way(key, "Was kam danach?"))["code"] == "key_reused"
    assert questions(server, "text") == {1: "Was war zuerst?"}


async def test_a_key_of_another_person_is_another_key(server) -> None:
    slug, key = server.slugs["person"], str(uuid4())
    people = [await asyncio.to_thread(Person, server, slug) for _ in range(2)]
    for number, one in enumerate(people, 1):
        answer = await one.posted(key, f"Was fragt Nummer {number}?")
        assert answer["result"]["number"] == number
