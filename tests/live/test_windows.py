"""More questions than a screen is sent: who follows lacks nothing, and all of them are reached."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dialog.forum.window import FULL
from dialog.web.standings import PER_MS
from tests.live.client import Live, Poll
from tests.live.crowd import QUICK, crowd
from tests.live.programme import declare
from tests.live.server import Server

COUNT = 430


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("windows")
    starts = timedelta(minutes=-10)
    slugs = {
        name: declare(folder / "sessions", name, starts=starts, goes_live="by_clock")
        for name in ("voll", "leer")
    }
    made = Server(folder, slugs, **QUICK)
    made.migrate()
    made.start()
    yield made
    made.stop()
    made.check_log()


@pytest.fixture(scope="module")
def slug(server: Server) -> str:
    """Return a session that has more questions than a window, asked once for all tests."""
    asyncio.run(crowd(server, server.slugs["voll"], COUNT))
    return server.slugs["voll"]


async def followed(server: Server, slug: str, kind: type[Live] = Live) -> Live:
    browser = server.volunteer(slug)
    page = server.page(browser, slug)
    return kind(browser, slug, page=page.live, token=page.token)


async def test_who_follows_while_a_window_opens_has_what_comes_fresh(server) -> None:
    slug = server.slugs["leer"]
    early = await followed(server, slug)
    async with early:
        await crowd(server, slug, COUNT)
        async with await followed(server, slug) as late:
            await late.until(lambda: late.questions)
            await early.until(lambda: early.seq == late.seq)
            assert early.digest() == late.digest()
            assert late.session["counts"]["public"] == COUNT
            first = set(range(1, FULL.ranked + 1))
            assert set(late.questions) == first | set(range(COUNT - FULL.newest + 1, COUNT + 1))


async def test_a_question_that_is_not_sent_is_supported_and_comes(server, slug) -> None:
    outside = FULL.ranked + 50
    async with await followed(server, slug) as one, await followed(server, slug, Poll) as other:
        await one.until(lambda: one.questions)
        assert outside not in one.questions
        done = await one.upvote(outside)
        assert done["type"] == "done"
        await one.until(lambda: one.seq >= done["seq"] and outside in one.me["upvoted"])
        await one.until(lambda: outside in one.questions)
        assert one.questions[outside]["upvotes"] == 1
        assert one.ranking[0] == outside
        off = await one.upvote(outside, on=False)
        await one.until(lambda: one.seq >= off["seq"])
        await one.until(lambda: outside not in one.questions)
        await other.until(lambda: other.seq == one.seq)
        assert other.digest() == one.digest()
        beats = len(one.seen)
        await one.until(lambda: any(m["type"] == "heartbeat" for m in one.seen[beats:]), 20)


async def test_after_a_restart_everyone_begins_with_what_is_sent_now(server, slug) -> None:
    one = await followed(server, slug)
    async with one:
        await one.until(lambda: one.questions)
    server.terminate()
    server.wait()
    server.start()
    async with one:
        await one.until(lambda: any(m["type"] == "snapshot" for m in one.seen))
        async with await followed(server, slug) as other:
            await other.until(lambda: other.seq == one.seq)
            assert other.digest() == one.digest()


def test_every_question_has_its_page_and_its_line(server, slug) -> None:
    reader, volunteer = server.browser(), server.volunteer(slug)
    room = volunteer.get(f"/sessions/{slug}").text
    assert f"Hier stehen die ersten {FULL.ranked} von {COUNT} offenen Fragen." in room
    assert len(re.findall(r'<li class="q"', room)) >= FULL.ranked
    found: list[int] = []
    for page in range(1, 6):
        text = reader.get(f"/sessions/{slug}/questions?page={page}").text
        assert f"Seite {page} von 5" in text
        found += [int(number) for number in re.findall(r'<li class="q" data-number="(\d+)"', text)]
    assert found == list(range(1, COUNT + 1))
    assert "Seite 5 von 5" in reader.get(f"/sessions/{slug}/questions?page=999").text
    assert "Seite 1 von 5" in reader.get(f"/sessions/{slug}/questions?page=-1").text
    outside = f"/sessions/{slug}/questions/{FULL.ranked + 60}"
    one = volunteer.get(outside)
    assert one.status == 200
    form = {"token": one.token, "key": "b" * 32, "on": 1, "back": "question"}
    assert volunteer.post(f"{outside}/upvote", form).status == 303
    again = volunteer.get(outside).text
    assert re.search(r'data-field="upvotes">1<', again)
    assert 'aria-pressed="true"' in again
    time.sleep(2 * COUNT / PER_MS / 1000)  # so old may the order of many questions be
    listed = volunteer.get(f"/sessions/{slug}/questions").text
    assert 'aria-pressed="true"' in listed


def test_the_desk_opens_what_it_does_not_carry(server, slug) -> None:
    staff = server.staff(slug, "moderator")
    page = staff.get(f"/sessions/{slug}/moderation?number={FULL.ranked + 20}")
    assert f'data-current="{FULL.ranked + 20}"' in page.text
    order = staff.get(f"/sessions/{slug}/moderation?tab=order").text
    assert "Hier stehen die ersten der Rangliste." in order
