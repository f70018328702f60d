"""What the server says of itself is what it does: every route, message and way of refusing, once.

One server, one small session. Browsers and clients check each exchange by themselves; the tests
only see to it that there is one of every kind.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dialog.forum.refusals import Code
from dialog.hub import wire
from dialog.web.errors import STATUS
from tests.archive.records import record
from tests.contract.described import Contract, Described, Told
from tests.live.client import Browser
from tests.live.programme import declare, evening
from tests.live.team import RELAY, account, rewind, signed_in
from tests.promises.test_p16_revocation_is_immediate import (
    BY_TOKEN,
    POSTS,
    Form,
    Stage,
    addresses,
    stage,
)

PACE = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000, "message_bytes": 2_000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = tmp_path_factory.mktemp("described")
    begun = {"starts": timedelta(minutes=-10), "goes_live": "by_clock"}
    own = {"own": declare(folder / "sessions", "eigen", **begun)}
    started = Described(folder, {**evening(folder / "sessions"), **own}, **PACE, **RELAY)
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


@pytest.fixture
def contract(server: Described) -> Iterator[Contract]:
    server.browser()
    assert server.contract is not None
    yield server.contract
    faults, server.contract.faults = sorted(set(server.contract.faults)), []
    assert not faults, "\n".join(faults)


def line(server: Described, browser: Browser, slug: str, place: str = "", stream: str = "floor"):
    return Told(browser, slug, page=server.page(browser, slug, place).live, stream=stream)


async def about(one: Told, do: str, number: int, **fields: Any) -> dict[str, Any]:
    """Give a command about a question as it stands, and wait until it is seen."""
    await one.until(lambda: number in one.questions)
    done = await one.command(do, number=number, rev=one.questions[number]["rev"], **fields)
    assert done["type"] == "done", (do, done)
    await one.until(lambda: one.seq >= done["seq"])
    return done


async def give(one: Told, do: str, **fields: Any) -> dict[str, Any]:
    done = await one.command(do, **fields)
    assert done["type"] == "done", (do, done)
    await one.until(lambda: one.seq >= done["seq"])
    return done


# --- the live protocol ----------------------------------------------------------------------------


async def test_an_evening_of_every_command_and_message(server, contract) -> None:
    slug = server.slugs["own"]
    anna, bela = (server.volunteer(slug, name) for name in ("Anna", "Bela"))
    team, second = [await asyncio.to_thread(server.staff, slug, "organiser") for _ in range(2)]
    async with (
        line(server, anna, slug) as a,
        line(server, bela, slug) as b,
        line(server, team, slug, "/moderation", "desk") as desk,
        line(server, second, slug, "/stage", "stage") as podium,
    ):
        await _ask(a, b, desk)
        await _moderate(a, b, desk)
        await _stage(a, desk, podium)
        await _organise(desk)
        await a.send({"type": "seen", "numbers": [1]})
        await a.send({"type": "resync", "why": "gap"})
        await a.until(lambda: any(m["type"] == "heartbeat" for m in a.seen), 60)
        poll = f"/sessions/{slug}/updates"
        own = await asyncio.to_thread(anna.get, f"{poll}?wait=0")
        head = own.json()[0]
        query = f"epoch={head['epoch']}&seq={head['seq']}&own={head['own']}&wait=0&stream=floor"
        await asyncio.to_thread(anna.get, f"{poll}?{query}")
        for stream in ("stage", "desk"):
            await asyncio.to_thread(team.get, f"{poll}?stream={stream}&wait=0")
        await _finish(a, desk, team, slug, server)
    for stream, place in (("stage", "/scribe"), ("desk", "/organiser")):
        async with line(server, team, slug, place, stream) as late:
            await late.until(lambda late=late: late.seq)
    wanted = {"hello", "resync", "seen", *(f"command.{do}" for do in wire.COMMANDS)}
    wanted |= {"welcome", "me", "snapshot", "delta", "mine", "done", "refused", "heartbeat"}
    assert wanted <= contract.messages, wanted - contract.messages


async def _ask(a: Told, b: Told, desk: Told) -> None:
    for n in range(1, 11):
        await give(b if n in (5, 9) else a, "ask", text=f"Was wird aus Sache {n}, {uuid4().hex}?")
    await give(a, "ask", text="Wer kommt?", background="Wir", show="name", district="Hof")
    await give(desk, "ask", text="Am Telefon gefragt?", via="phone", asker="Frau Sommer")


async def _moderate(a: Told, b: Told, desk: Told) -> None:
    await desk.until(lambda: {*range(1, 13)} <= set(desk.questions))
    await give(desk, "claim", number=1)
    await about(desk, "approve", 1)
    await about(desk, "stage_only", 2)
    await about(desk, "return", 3, reason="unclear", note="Bitte kürzer")
    await about(desk, "edit", 4, text="Was wird, kürzer gesagt?")
    await about(desk, "merge", 4, into=1)
    await about(desk, "unmerge", 4)
    for number in (4, 11, 12):
        await about(desk, "approve", number)
    revs = {n: desk.questions[n]["rev"] for n in (5, 6, 7, 8)}
    await give(desk, "merge_all", numbers=[5, 6], revs=[revs[5], revs[6]], into=5)
    await give(desk, "return_all", numbers=[7, 8], revs=[revs[7], revs[8]], reason="pending")
    await about(desk, "topic", 1, topic="Wohnen")
    await about(desk, "brief", 1, text="Kurz fassen")
    await about(desk, "approve", 9)
    await about(desk, "hide", 9)
    person = desk.questions[9]["person"]
    muted = await give(desk, "mute", person=person)
    assert (await b.command("ask", text="Darf ich noch?"))["code"] == "muted"
    await give(desk, "undo", event=muted["result"]["event"])
    await give(desk, "mute", person=person)
    await give(desk, "unmute", person=person)
    await give(desk, "message", text="Noch zwei Fragen")
    await a.until(lambda: any(row["review"] == "returned" for row in a.me["mine"]))
    own = {row["number"]: row for row in a.me["mine"]}
    await give(a, "reword", number=3, rev=own[3]["rev"], text="Kürzer gefragt?")
    await give(a, "appeal", number=7, text="Noch einmal bitte")
    await give(a, "object", number=4)
    await give(a, "withdraw", number=10)
    await give(a, "consent", number=11, on=True)
    await give(a, "name", number=11, show="anonymous")
    await b.until(lambda: 1 in b.questions)
    await b.upvote(1)
    await b.until(lambda: 1 in b.me["upvoted"])


async def _stage(a: Told, desk: Told, podium: Told) -> None:
    def rev() -> int:
        return int(desk.session["order_rev"])

    await give(desk, "order", numbers=[1, 11], order_rev=rev())
    await give(desk, "now", number=1, order_rev=rev())
    await give(desk, "next", number=11, order_rev=rev(), seen=1)
    await give(desk, "back", order_rev=rev(), seen=11)
    await give(desk, "done", order_rev=rev(), seen=1)
    await give(podium, "acknowledge")
    await give(podium, "blank", on=True)
    await give(podium, "blank", on=False)
    for number, fields in (
        (1, {"outcome": "promised", "by": "Ministerium", "until": "2030-01-31"}),
        (11, {"kind": "verbatim", "sources": ["https://example.org/a"], "minute": 61}),
    ):
        await about(desk, "take", number)
        await about(desk, "draft", number, text="Wir prüfen")
        await about(desk, "answer", number, text="Wir prüfen das bis dahin.", **fields)
        await podium.until(lambda n=number: podium.questions[n]["pending"])
        await about(podium, "release", number)


async def _organise(desk: Told) -> None:
    await give(desk, "accept", questions=False)
    await give(desk, "accept", questions=True, invited=False)
    await give(desk, "extend", minutes=10)
    await give(desk, "pause", on=True)
    await give(desk, "pause", on=False)
    await give(desk, "banner", text="Gleich geht es weiter")


async def _finish(a: Told, desk: Told, team: Browser, slug: str, server: Described) -> None:
    await give(desk, "phase", to="closed")
    await give(desk, "conclude")
    assert (await desk.command("publish"))["type"] == "done"
    assert await a.closed() == 1000
    async with line(server, team, slug, "/organiser", "desk") as after:
        await give(after, "correct", number=1, text="Wir prüfen das bis Ende Januar.")
        await give(after, "keep", number=1, text="Eingelöst.")
        await give(after, "redact", number=11, **{"from": 0, "to": 3})
        await give(after, "unpublish", number=12, why="Auf Wunsch")
        assert (await after.command("unpublish", number=12, why="Noch einmal"))["type"] == "refused"


async def test_the_ways_in_which_a_connection_ends(server, contract) -> None:
    slug = server.slugs["open"]
    reader = server.browser()

    async def opened(**given: str) -> Told:
        one = Told(reader, slug)
        await one.open(**given)
        return one

    async def ends(one: Told, code: int, *said: object) -> None:
        for message in said:
            await one.send(message)
        assert await one.closed() == code

    await ends(await opened(), 4400)  # no hello
    await ends(await opened(protocol="dialog.v9"), 4510)
    await ends(await opened(), 4511, "kein JSON")
    await ends(await opened(), 1009, "x" * 3_000)
    await ends(await opened(), 4501, {"type": "hello", "stream": "desk"})
    async with Told(reader, slug) as one:
        assert (await one.command("claim", number=1))["code"] == "forbidden"
        await one.socket.close()
    contract.over(one.socket.close_code or 0)
    assert {1000, 1009, 4400, 4501, 4510, 4511} <= contract.closes


# --- every address --------------------------------------------------------------------------------


def test_every_form_as_its_page_sends_it(stage: Stage, contract) -> None:
    for path in sorted(POSTS):
        form = Form(stage, path)
        assert form.send(form.token()) in (200, 303), path
        assert form.send("erfunden") in (403, 409), path
        told = {"accept": "application/json"}
        assert form.send("erfunden", **told) in (403, 409), path
    slug = stage.slug
    browser = stage.server.browser()
    assert browser.ask("POST", f"/sessions/{slug}/rehearsal").status == 403
    assert browser.post("/signin/oidc", {"token": browser.get("/signin").token}).status == 404


def test_every_page_for_everyone(server, stage: Stage, contract) -> None:
    slug = stage.slug
    signed = signed_in(server, "petra@amt.example")
    signed.may = stage.actor.may
    people = [server.browser(), stage.actor, signed]
    for browser in people:
        for address in addresses(stage, "irgendeiner", "irgendeiner"):
            for query in ("", "?lang=en"):
                assert browser.get(address + query).status < 500, address
    for place, tabs in (
        ("moderation", ("queue", "order", "log")),
        ("scribe", ("now", "open", "release", "promises", "versions")),
        ("organiser", ("evening", "publish")),
    ):
        for tab in tabs:
            stage.actor.get(f"/sessions/{slug}/{place}?tab={tab}&number={stage.number}")
    for sheet in ("approve", "return", "merge", "edit", "ask", "group", "search"):
        stage.actor.get(f"/sessions/{slug}/moderation?number={stage.number}&dialog={sheet}")
    for sure in ("begin", "cancel", "close", "pause", "publish", "conclude", "unreached"):
        stage.actor.get(f"/sessions/{slug}/organiser?confirm={sure}")
    for name in ("announced", "code", "link", "closed"):
        for place in ("", "/join", ".ics", "/beamer"):
            server.browser().get(f"/sessions/{server.slugs[name]}{place}")
