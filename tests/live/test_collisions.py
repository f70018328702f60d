"""Two moderators give every command there is at the same moment: one wins, the other is told.

Both act on what they see at once, over two sockets of the real server. Where only one may be
stored, the other one's refusal says which question it is, how it stands, who was quicker and when;
the log then has one row more. Where both may be stored, nothing of either is lost.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from dialog.forum.names import Role
from dialog.forum.roles import MAY
from tests.live.client import Browser, Live, Message
from tests.live.server import Server, running

NAMES = ("Mara Beispielname", "Moritz Beispielname")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), staff_messages_per_10s=10_000) as started:
        yield started


@dataclass(slots=True)
class Scene:
    """Two moderators at their desks, and an organiser who prepares what they collide over."""

    server: Server
    browser: Browser
    one: Live
    other: Live
    team: Live

    async def done(self, do: str, **fields: Any) -> Message:
        answer = await self.team.command(do, **fields)
        assert answer["type"] == "done", answer
        for tab in (self.one, self.other, self.team):
            await tab.until(lambda t=tab: t.seq >= answer["seq"])
        return dict(answer["result"])

    async def asked(self, *steps: str, **more: Any) -> int:
        """Enter a question and take it through some steps; return its number."""
        told = await self.done("ask", text=f"Was ist mit {uuid4().hex}?", via="hall")
        number = int(told["number"])
        for do in steps:
            await self.done(do, **self.seen(number), **more)
        return number

    def seen(self, number: int) -> Message:
        return {"number": number, "rev": self.team.questions[number]["rev"]}

    @property
    def stage(self) -> Message:
        rows = self.team.questions.values()
        now = next((row["number"] for row in rows if row["place"] == "now"), None)
        return {"order_rev": self.team.session["order_rev"], "seen": now}

    def log(self) -> list[dict[str, str]]:
        page = self.browser.get(f"/sessions/{self.team._slug}/moderation/log.csv")
        return list(csv.DictReader(io.StringIO(page.text.removeprefix("\ufeff")), delimiter=";"))


Acts = tuple[Message, Message]
Prepare = Callable[[Scene], Awaitable[Acts]]


def on_one(*steps: str, **fields: str) -> Prepare:
    """Both act on one question; a field of two words says something else in each hand."""

    async def prepare(scene: Scene) -> Acts:
        seen = scene.seen(await scene.asked(*steps))
        mine = [{name: words.format(n) for name, words in fields.items()} for n in (1, 2)]
        return seen | mine[0], seen | mine[1]

    return prepare


async def merging(scene: Scene) -> Acts:
    gone, kept, other = [await scene.asked("approve") for _ in range(3)]
    return scene.seen(gone) | {"into": kept}, scene.seen(gone) | {"into": other}


async def unmerging(scene: Scene) -> Acts:
    kept = await scene.asked("approve")
    gone = await scene.asked("merge", into=kept)
    return scene.seen(gone), scene.seen(gone)


async def group(scene: Scene) -> tuple[list[int], Message]:
    numbers = [await scene.asked() for _ in range(3)]
    revs = [scene.team.questions[n]["rev"] for n in numbers]
    return numbers, {"numbers": numbers, "revs": revs}


async def merging_all(scene: Scene) -> Acts:
    numbers, seen = await group(scene)
    return seen | {"into": numbers[0]}, seen | {"into": numbers[1]}


async def returning_all(scene: Scene) -> Acts:
    _, seen = await group(scene)
    first, second = ({"reason": "unclear", "note": f"Grund {n}"} for n in (1, 2))
    return seen | first, seen | second


async def undoing(scene: Scene) -> Acts:
    number = await scene.asked()
    event = (await scene.done("approve", **scene.seen(number)))["event"]
    return {"event": event}, {"event": event}


async def staging(scene: Scene) -> tuple[int, int]:
    """Return two questions that may come, with another one on the stage already."""
    one, two, now = [await scene.asked("approve") for _ in range(3)]
    await scene.done("now", number=now, **scene.stage)
    return one, two


async def ordering(scene: Scene) -> Acts:
    one, two = await staging(scene)
    rev = scene.stage["order_rev"]
    return {"numbers": [one, two], "order_rev": rev}, {"numbers": [two, one], "order_rev": rev}


async def taking(scene: Scene) -> Acts:
    one, two = await staging(scene)
    return {"number": one} | scene.stage, {"number": two} | scene.stage


async def ending(scene: Scene) -> Acts:
    await staging(scene)
    return scene.stage, scene.stage | {"outcome": "promised"}


async def stepping_back(scene: Scene) -> Acts:
    one, _ = await staging(scene)
    await scene.done("next", number=one, **scene.stage)
    return scene.stage, scene.stage


async def writing(scene: Scene) -> Acts:
    await scene.done("message", text="")
    return {"text": "Bitte lauter.", "seen": 0}, {"text": "Bitte kürzer.", "seen": 0}


async def noting(scene: Scene) -> Acts:
    seen = scene.seen(await scene.asked("approve")) | {"seen": ""}
    return seen | {"text": "Siehe Haushalt."}, seen | {"text": "Siehe Anfrage."}


FIRST_WINS: dict[str, Prepare] = {
    "approve": on_one(),
    "stage_only": on_one(),
    "return": on_one(reason="unclear", note="Grund {}"),
    "edit": on_one(text="Fassung {} der Frage?"),
    "hide": on_one("approve"),
    "topic": on_one(topic="Wohnen"),
    "merge": merging,
    "unmerge": unmerging,
    "merge_all": merging_all,
    "return_all": returning_all,
    "undo": undoing,
    "order": ordering,
    "now": taking,
    "next": taking,
    "done": ending,
    "back": stepping_back,
    "message": writing,
    "brief": noting,
}
# Two of these say the same, or stand beside each other.
BOTH_STAND = {"ask", "claim", "mute", "unmute", "acknowledge", "blank"}


@asynccontextmanager
async def collision(server: Server) -> AsyncIterator[Scene]:
    slug = server.slugs["live"]
    browsers = [await asyncio.to_thread(server.staff, slug, "moderator", name) for name in NAMES]
    organiser = await asyncio.to_thread(server.staff, slug, "organiser", "Olga Beispielname")
    pages = [
        Live(one, slug, page=server.page(one, slug, "/moderation").live, stream="desk")
        for one in browsers
    ]
    page = server.page(organiser, slug, "/organiser").live
    prepares = Live(organiser, slug, page=page, stream="desk")
    async with pages[0] as one, pages[1] as other, prepares as team:
        yield Scene(server, browsers[0], one, other, team)


def test_every_command_of_a_moderator_is_here() -> None:
    assert set(FIRST_WINS) | BOTH_STAND == MAY[Role.MODERATOR]


@pytest.mark.parametrize("do", sorted(FIRST_WINS))
async def test_the_first_wins_and_the_second_is_told(server: Server, do: str) -> None:
    async with collision(server) as scene:
        acts = await FIRST_WINS[do](scene)
        before = scene.log()
        told = await asyncio.gather(
            scene.one.command(do, **acts[0]), scene.other.command(do, **acts[1])
        )
        kinds = sorted(answer["type"] for answer in told)
        assert kinds == ["done", "refused"], told
        lost = next(n for n in (0, 1) if told[n]["type"] == "refused")
        refusal, winner = told[lost], NAMES[1 - lost]
        assert refusal["code"] == "conflict"
        assert refusal["by"] == winner
        assert refusal["since"]
        rows = scene.log()[len(before) :]
        assert [row["Person"] for row in rows] == [winner]
        if "number" in acts[0] and "order_rev" not in acts[0]:
            assert refusal["number"] == acts[0]["number"]
        if "numbers" in acts[0] and do != "order":
            assert refusal["number"] in acts[0]["numbers"]
            assert refusal["state"]


async def test_what_both_may_do_stands_for_both(server: Server) -> None:
    async with collision(server) as scene:
        one, other = scene.one, scene.other
        asked = await asyncio.gather(
            *(
                tab.command("ask", text=f"Frage {n}?", via="hall")
                for n, tab in enumerate((one, other))
            )
        )
        assert {answer["type"] for answer in asked} == {"done"}
        numbers = {answer["result"]["number"] for answer in asked}
        assert len(numbers) == 2

        number = await scene.asked()
        claims = await asyncio.gather(
            *(tab.command("claim", number=number) for tab in (one, other))
        )
        assert len({answer["result"]["by"] for answer in claims}) == 1

        volunteer = await asyncio.to_thread(server.volunteer, server.slugs["live"])
        page = server.page(volunteer, server.slugs["live"]).live
        async with Live(volunteer, server.slugs["live"], page=page) as asker:
            assert (await asker.command("ask", text="Von mir?"))["type"] == "done"
        person = asker.me["person"]
        for do, muted in (("mute", True), ("unmute", False)):
            told = await asyncio.gather(*(tab.command(do, person=person) for tab in (one, other)))
            assert {answer["type"] for answer in told} == {"done"}
            assert sorted("event" in answer["result"] for answer in told) == [False, True]
            for tab in (one, other):
                await tab.until(lambda t=tab, m=muted: (person in t.session["muted"]) is m)

        await scene.done("message", text="Gleich.")
        told = await asyncio.gather(*(tab.command("acknowledge") for tab in (one, other)))
        assert {answer["type"] for answer in told} == {"done"}
