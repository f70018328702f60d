"""P6: one person supports a question once, whatever transport, tab, order or repetition.

The last intent holds, not the last arrival: taps of tabs, forms and posted commands come in any
order, some twice, some late; what stands in the end is what was meant last.
"""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from dialog.forum import commands as c
from dialog.forum.names import Role, Who
from dialog.hub.ledger import Done
from dialog.hub.room import Room
from tests.hub.doubles import ANNA, BORIS, MARA
from tests.live.client import Browser, Live, Message
from tests.live.server import Server, running
from tests.mutants import Mutant
from tests.promises.audience import Venue

MARA_ASKING = Who(MARA.person, Role.VOLUNTEER, MARA.name)
TAPS = st.lists(
    st.tuples(
        st.sampled_from(("tab", "other tab", "form", "post")),
        st.booleans(),
        st.integers(0, 30),  # how late it comes, in taps
        st.integers(1, 3),  # how often
        st.booleans(),  # through the merged question
    ),
    min_size=1,
    max_size=12,
)


async def asked(room: Room) -> None:
    """Let two people ask, and merge the second question into the first."""
    for who in (ANNA, BORIS):
        await room.ask(c.Ask(f"Was fragt {who.name}?"), who)
    for number in (1, 2):
        await room.ask(c.Approve(number, await rev(room, number)), MARA)
    assert isinstance(await room.ask(c.Merge(2, await rev(room, 2), 1), MARA), Done)


async def rev(room: Room, number: int) -> int:
    return await room.read(lambda session, _board: session.questions[number].rev)


async def test_a_tap_keeps_its_intent_when_a_tree_is_taken_apart(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    await venue.open()
    room, now = venue.room, venue.clock.now + 100
    venue.clock.now += 1_000
    await asked(room)
    await room.ask(c.Upvote(2, True, now), MARA_ASKING)
    await room.ask(c.Unmerge(2, await rev(room, 2)), MARA)
    late = await room.ask(c.Upvote(1, False, now - 50), MARA_ASKING)
    assert isinstance(late, Done)
    assert b'"on":true' in late.result
    await venue.check()
    await venue.close()


async def evening(venue: Venue, taps: list[tuple[str, bool, int, int, bool]], crash: int) -> None:
    """Let one person tap, in the order of arrival; compare with what was meant last."""
    await venue.open()
    room = venue.room
    await asked(room)
    tabs = [await venue.follow(MARA_ASKING) for _ in range(2)]
    meant: dict[int, bool] = {}
    for turn, (way, on, late, times, merged) in enumerate(taps):
        venue.clock.now += 100
        intent = venue.clock.now if way == "form" else venue.clock.now - late * 100
        meant.setdefault(intent, on)
        number = 2 if merged else 1
        for _ in range(times):
            if way in ("form", "post"):
                reply = await venue.room.ask(
                    c.Upvote(number, on, intent), MARA_ASKING, key=f"key-{turn:06}"
                )
                assert isinstance(reply, Done), reply
            else:
                tab = tabs[way != "tab"]
                tab.give("upvote", f"key-{turn:06}", number=number, on=on, intent=intent)
                await venue.settle()
        if turn == crash:
            await venue.crash()
            for tab in tabs:
                await tab.enter()
    await venue.quiet()
    session = await venue.check()
    assert (MARA.person in session.supporters(1)) == meant[max(meant)]
    assert session.upvotes(1) == 2 + meant[max(meant)]
    assert session.upvotes(2) <= session.upvotes(1)
    assert all(told["type"] == "done" for tab in tabs for _, told in tab.answers)
    await venue.close()


@pytest.mark.parametrize("examples", [25, pytest.param(1_500, marks=pytest.mark.large)])
def test_the_last_intent_holds(examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Stage.explicit, Stage.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(taps=TAPS, crash=st.integers(-1, 12))
    def any_order(taps: list[tuple[str, bool, int, int, bool]], crash: int) -> None:
        folder = Path(mkdtemp(prefix="dialog-taps-"))
        try:
            asyncio.run(evening(Venue(folder), taps, crash))
        finally:
            shutil.rmtree(folder)

    any_order()
    print(
        f"P6: {examples} interleavings of two tabs, forms and posts, with repetitions and crashes"
    )


# --- through the real server ------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module")
def moderator(server: Server) -> Browser:
    return server.staff(server.slugs["live"], "moderator")


@pytest.mark.parametrize("people", [3, pytest.param(60, marks=pytest.mark.large)])
async def test_two_sockets_a_form_and_a_post_of_each_person_count_once(
    server: Server, moderator: Browser, people: int
) -> None:
    slug = server.slugs["live"]
    asker = server.volunteer(slug)
    desk = Live(
        moderator, slug, page=server.page(moderator, slug, "/moderation").live, stream="desk"
    )
    async with Live(asker, slug, page=server.page(asker, slug).live) as one, desk as team:
        asked = await one.command("ask", text=f"Wer hilft {uuid4().hex}?")
        number = asked["result"]["number"]
        await team.until(lambda: number in team.questions)
        rev = team.questions[number]["rev"]
        assert (await team.command("approve", number=number, rev=rev))["type"] == "done"
        browsers = [server.volunteer(slug) for _ in range(people)]
        await asyncio.gather(*(supports(server, browser, slug, number) for browser in browsers))
        await one.until(lambda: one.questions[number]["upvotes"] == 1 + people)
        late = [withdraws_late(server, browser, slug, number) for browser in browsers]
        await asyncio.gather(*late)
        assert one.questions[number]["upvotes"] == 1 + people
        await asyncio.gather(*(takes_back(server, browser, slug, number) for browser in browsers))
        await one.until(lambda: one.questions[number]["upvotes"] == 1)


async def supports(server: Server, browser: Browser, slug: str, number: int) -> None:
    """Support by everything at once, each twice under one key."""
    page = server.page(browser, slug)
    tabs = [Live(browser, slug, page=page.live) for _ in range(2)]
    intent = time.time_ns() // 1_000_000
    async with tabs[0] as one, tabs[1] as other:
        await asyncio.gather(
            *(one.upvote(number, intent=intent) for _ in range(2)),
            *(other.upvote(number, intent=intent) for _ in range(2)),
            asyncio.to_thread(by_form, browser, page.token, slug, number),
            asyncio.to_thread(by_post, browser, page.token, slug, number, True, intent),
            asyncio.to_thread(by_post, browser, page.token, slug, number, True, intent),
        )
        for tab in (one, other):
            await tab.until(lambda t=tab: number in t.me["upvoted"])


async def withdraws_late(server: Server, browser: Browser, slug: str, number: int) -> None:
    """Take back with an intent of before: a message that hung in a tunnel."""
    page, before = server.page(browser, slug), time.time_ns() // 1_000_000 - 60_000
    async with Live(browser, slug, page=page.live) as one:
        told = await one.upvote(number, on=False, intent=before)
        assert (told["type"], told["result"]["on"]) == ("done", True)
    told = by_post(browser, page.token, slug, number, False, before)
    assert (told["type"], told["result"]["on"]) == ("done", True)


async def takes_back(server: Server, browser: Browser, slug: str, number: int) -> None:
    page = server.page(browser, slug)
    now = time.time_ns() // 1_000_000
    told = await asyncio.to_thread(by_post, browser, page.token, slug, number, False, now)
    assert (told["type"], told["result"]["on"]) == ("done", False)


def by_form(browser: Browser, token: str, slug: str, number: int) -> None:
    form = {"token": token, "key": str(uuid4()), "on": "1"}
    assert browser.post(f"/sessions/{slug}/questions/{number}/upvote", form).status == 303


def by_post(browser: Browser, token: str, slug: str, number: int, on: bool, intent: int) -> Message:
    message = {"type": "command", "key": str(uuid4()), "do": "upvote"}
    body = json.dumps(message | {"number": number, "on": on, "intent": intent})
    answer = browser.ask(
        "POST", f"/sessions/{slug}/commands", body,
        content_type="application/json", accept="application/json", x_dialog_token=token,
    )  # fmt: skip
    told: Message = answer.json()
    return told


MUTANTS = (
    Mutant(
        "the browser believes its own tap instead of the answer",
        "static/js/state.js",
        "message.result.on ?? one.on",
        "one.on",
        "tests/js/state.test.js",
    ),
    Mutant(
        "a late answer overwrites what a poll has told",
        "static/js/state.js",
        "?? state.ownAt",
        "?? -1",
        "tests/js/state.test.js",
    ),
    Mutant(
        "an older intent that comes later counts",
        "dialog/forum/asking.py",
        "if last is not None and intent <= last:",
        "if last is not None and intent == last:",
        "the_last_intent",
    ),
    Mutant(
        "of equal intents the second holds",
        "dialog/forum/asking.py",
        "if last is not None and intent <= last:",
        "if last is not None and intent < last:",
        "the_last_intent",
    ),
    Mutant(
        "a tap keeps its intent for the question that was tapped only",
        "dialog/forum/evolve.py",
        "in sorted({tap.number, kept, *changed}):",
        "in sorted({tap.number}):",
        "taken_apart",
    ),
    Mutant(
        "a merged question is supported beside the kept one",
        "dialog/forum/session.py",
        "return BitMap.union(*(q.voters for q in self.tree(number)))",
        "return own.voters",
        "the_last_intent",
    ),
    Mutant(
        "support is taken back from one question of the tree only",
        "dialog/forum/evolve.py",
        "    for number in counted:\n        session.questions[number].voters",
        "    for number in counted & {kept + 1}:\n        session.questions[number].voters",
        "the_last_intent",
    ),
)
