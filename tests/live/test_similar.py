"""What resembles a typed text: public questions and published answers, and nothing else, ever."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.live.canaries import DESK, canary
from tests.live.client import Browser, Live, Page
from tests.live.server import ROOT, Server, running

ARCHIVED = "2026-10-06-wohnen-und-ankommen"
BUSES = "Wann fährt abends wieder ein Bus von der Unterkunft in die Stadt?"
TYPED = "Fährt abends noch ein Bus in die Stadt?"
KEPT = "Wer übernimmt die Kaution für eine Familie mit Leistungen vom Jobcenter?"


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    shutil.copytree(ROOT / "sessions" / ARCHIVED, tmp_path / "sessions" / ARCHIVED)
    with running(tmp_path, messages_per_10s=10_000, staff_messages_per_10s=10_000) as started:
        yield started


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


def look_for(browser: Browser, slug: str, text: object, token: str) -> Page:
    headers = {"content_type": "application/json", "x_dialog_token": token}
    headers["accept"] = "application/json"
    return browser.ask("POST", f"/sessions/{slug}/similar", json.dumps({"text": text}), **headers)


async def asked(server: Server, slug: str, *texts: str) -> None:
    """Ask questions; the first one becomes public."""
    anna, team = server.browser(), await asyncio.to_thread(server.staff, slug, "moderator")
    anna.may = frozenset({"anna"})
    await asyncio.to_thread(anna.join, slug, "Anna")
    page, desk = server.page(anna, slug), server.page(team, slug, "/moderation")
    async with (
        Live(anna, slug, page=page.live) as one,
        Live(team, slug, page=desk.live, stream="desk") as moderator,
    ):
        for text in texts:
            assert (await one.command("ask", text=text))["type"] == "done"
        await moderator.until(lambda: len(moderator.questions) == len(texts))
        rev = moderator.questions[1]["rev"]
        assert (await moderator.command("approve", number=1, rev=rev))["type"] == "done"
        await one.until(lambda: 1 in one.questions)


async def test_public_questions_and_published_answers_are_found(server, slug) -> None:
    await asked(server, slug, BUSES)
    boris = server.volunteer(slug)
    token = server.page(boris, slug).token
    found = look_for(boris, slug, TYPED, token).json()
    assert [row["number"] for row in found["questions"]] == [1]
    assert (found["questions"][0]["text"], found["questions"][0]["upvotes"]) == (BUSES, 1)
    answers = look_for(boris, slug, KEPT, token).json()["answers"]
    assert answers[0]["href"].startswith(f"/archive/{ARCHIVED}/")
    assert boris.get(answers[0]["href"]).status == 200
    for text in ("", "Ein Bus", "?" * 5_000, "😀 😀 😀 😀"):
        assert look_for(boris, slug, text, token).json()["questions"] == []


async def test_what_is_not_public_is_neither_found_nor_felt(server, slug) -> None:
    """Nor by the weights: many hidden texts with a word change nothing in what others find."""
    private = [canary(*DESK, "anna") for _ in range(4)]
    boris = server.volunteer(slug)
    texts = (BUSES, *(f"Fährt abends ein Bus in die Stadt, {one}?" for one in private))
    await asked(server, slug, BUSES)
    token = server.page(boris, slug).token
    tries = (TYPED, *texts[1:3], "Abends in die Stadt mit dem Bus", "kanarie moderator organiser")

    def tried() -> list[object]:
        return [look_for(boris, slug, text, token).json() for text in tries]

    before = await asyncio.to_thread(tried)
    other = server.browser()
    other.may = frozenset({"anna"})
    await asyncio.to_thread(other.join, slug, "Anna")
    async with Live(other, slug, page=server.page(other, slug).live) as one:
        for text in texts[1:]:
            assert (await one.command("ask", text=text))["type"] == "done"
    await asyncio.sleep(4)  # a person may look every other second
    assert await asyncio.to_thread(tried) == before


async def test_what_is_hidden_again_is_found_no_more(server, slug) -> None:
    await asked(server, slug, BUSES)
    boris, team = server.volunteer(slug), await asyncio.to_thread(server.staff, slug, "moderator")
    token = server.page(boris, slug).token
    assert look_for(boris, slug, TYPED, token).json()["questions"]
    desk = server.page(team, slug, "/moderation").live
    async with Live(team, slug, page=desk, stream="desk") as moderator:
        await moderator.until(lambda: 1 in moderator.questions)
        rev = moderator.questions[1]["rev"]
        assert (await moderator.command("hide", number=1, rev=rev))["type"] == "done"
    assert look_for(boris, slug, TYPED, token).json()["questions"] == []


def test_only_who_takes_part_may_look(server, slug) -> None:
    boris, stranger = server.volunteer(slug), server.browser()
    token = server.page(boris, slug).token
    assert look_for(stranger, slug, TYPED, token).status == 403
    assert look_for(boris, slug, TYPED, "").status == 403
    assert look_for(boris, slug, 7, token).status == 422
    reader = server.page(stranger, slug).token
    assert look_for(stranger, slug, TYPED, reader).json()["code"] == "forbidden"


async def test_who_floods_the_search_is_told_to_wait_and_may_still_ask(server, slug) -> None:
    await asked(server, slug, BUSES)
    boris = server.volunteer(slug)
    page = server.page(boris, slug)
    told = [look_for(boris, slug, f"{TYPED} {n}", page.token) for n in range(30)]
    assert [one.status for one in told[:5]] == [200] * 5
    slow = told[-1]
    assert (slow.status, slow.json()["code"]) == (429, "too_fast")
    assert 0 < slow.json()["retry_ms"] <= 2_001
    async with Live(boris, slug, page=page.live) as one:
        assert (await one.command("ask", text="Darf ich trotzdem fragen?"))["type"] == "done"
        assert (await one.upvote(1))["type"] == "done"


async def test_beyond_what_a_room_can_bear_nothing_is_looked_for(server, slug) -> None:
    await asked(server, slug, BUSES)
    crowd = [await asyncio.to_thread(server.volunteer, slug, f"Gast {n}") for n in range(8)]
    tokens = [server.page(one, slug).token for one in crowd]

    def flood(who: int) -> list[dict[str, object]]:
        return [look_for(crowd[who], slug, TYPED, tokens[who]).json() for _ in range(8)]

    flooding = [asyncio.to_thread(flood, who) for who in range(len(crowd))]
    told = [one for some in await asyncio.gather(*flooding) for one in some]
    waits = [one for one in told if one["wait_ms"]]
    assert waits
    assert all(one["questions"] == one["answers"] == [] for one in waits)
    assert sum(bool(one["questions"]) for one in told) >= 20


def test_what_is_typed_stands_in_no_log_and_no_address(server, slug) -> None:
    boris = server.volunteer(slug)
    page = server.page(boris, slug)
    typed = f"Geheimer Wortlaut {uuid4().hex} im Entwurf"
    assert look_for(boris, slug, typed, page.token).status == 200
    form = {"token": page.token, "key": str(uuid4()), "text": typed}
    shown = boris.post(f"/sessions/{slug}/similar", form)
    assert (shown.status, typed in shown.text) == (200, True)
    assert look_for(boris, slug, typed + "\ud800", page.token).status == 422
    assert typed not in server.log.read_text("utf-8")
    assert typed.encode() not in (server.folder / "data" / "dialog.sqlite3").read_bytes()
