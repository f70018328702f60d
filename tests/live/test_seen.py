"""What stood on a screen: told by volunteers' sockets, in bounds, and felt only in the offer."""

import asyncio
from collections.abc import Iterator

import pytest

from dialog.forum.exposure import ON_SCREEN
from tests.live.client import Live
from tests.live.server import Server, running

MANY = ON_SCREEN + 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pace = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000}
    with running(tmp_path_factory.mktemp("seen"), **pace) as started:
        yield started


async def published(server: Server, slug: str) -> None:
    team = await asyncio.to_thread(server.staff, slug, "moderator")
    page = server.page(team, slug, "/moderation").live
    async with Live(team, slug, page=page, stream="desk") as desk:
        for place in range(MANY):
            asked = await desk.command(
                "ask", text=f"Wie geht es weiter, Nummer {place}?", via="mail"
            )
            assert asked["type"] == "done", asked
        await desk.until(lambda: len(desk.questions) == MANY)
        for number in range(1, MANY + 1):
            rev = desk.questions[number]["rev"]
            assert (await desk.command("approve", number=number, rev=rev))["type"] == "done"


def offered(server: Server, slug: str) -> list[int]:
    head = server.browser().get(f"/sessions/{slug}/updates").json()[0]
    little: list[int] = head["little"]
    return little


async def test_what_one_has_seen_is_offered_later_and_once_is_enough(server) -> None:
    slug = server.slugs["live"]
    await published(server, slug)
    late = list(range(ON_SCREEN + 1, MANY + 1))
    assert await asyncio.to_thread(offered, server, slug) == late
    anna = await asyncio.to_thread(server.volunteer, slug)
    async with Live(anna, slug, page=server.page(anna, slug).live) as one:
        assert (await one.upvote(1))["type"] == "done"  # by now the room knows who this is
        for _ in range(20):
            await one.send({"type": "seen", "numbers": [late[0], late[0], 10**6]})
        assert (await one.upvote(2))["type"] == "done"
        assert await asyncio.to_thread(offered, server, slug) == [*late[1:], late[0]]
        await one.send({"type": "seen", "numbers": late[1:]})
        assert (await one.upvote(3))["type"] == "done"
        # All were seen once now: what one told twenty times counts no more than the others.
        assert await asyncio.to_thread(offered, server, slug) == late
        await one.until(lambda: any("little" in m for m in one.seen), 20)


async def test_who_only_reads_does_not_count(server) -> None:
    slug = server.slugs["open"]
    await published(server, slug)
    before = await asyncio.to_thread(offered, server, slug)
    stranger = server.browser()
    async with Live(stranger, slug, page=server.page(stranger, slug).live) as one:
        await one.send({"type": "seen", "numbers": [before[0]]})
        await one.command("withdraw", number=1)
    assert await asyncio.to_thread(offered, server, slug) == before


@pytest.mark.parametrize(
    "numbers",
    [[0], [-1], [2**31], ["1"], [1.5], None, {}, list(range(1, 52))],
    ids=["none", "below", "beyond", "text", "part", "null", "object", "many"],
)
async def test_what_is_no_list_of_a_few_numbers_is_refused(server, numbers) -> None:
    slug = server.slugs["slow"]
    anna = await asyncio.to_thread(server.volunteer, slug)
    async with Live(anna, slug, page=server.page(anna, slug).live) as one:
        await one.send({"type": "seen", "numbers": numbers})
        await one.until(lambda: any(m["type"] == "refused" for m in one.seen))
        assert next(m for m in one.seen if m["type"] == "refused")["code"] == "malformed"
