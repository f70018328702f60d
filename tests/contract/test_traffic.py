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
from websockets.exceptions import InvalidStatus

from dialog.forum.refusals import Code
from dialog.hub import wire
from dialog.web.contract.operations import UNTOLD
from dialog.web.errors import STATUS
from tests.archive.records import record
from tests.contract.described import Contract, Described, Told, Watched
from tests.live.client import Browser, Page
from tests.live.programme import declare, evening
from tests.live.team import RELAY, organiser, signed_in
from tests.promises import test_p16_revocation_is_immediate as p16
from tests.promises.test_p16_revocation_is_immediate import POSTS, Form, Stage, addresses

stage = p16.stage  # somebody who may do everything, and what stands in addresses
ROOT = Path(__file__).resolve().parents[2]
RECORD = record(12)
TAKEN_OUT = [q["number"] for q in RECORD["questions"] if q["removed"]]
SAID = {"barrier_mail": "hilfe@amt.example", "security_contact": "mailto:sicher@amt.example"}
PACE = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000, "message_bytes": 2_000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = tmp_path_factory.mktemp("described")
    lies = folder / "sessions" / RECORD["slug"]
    lies.mkdir(parents=True)
    (lies / "transcript.json").write_text(json.dumps(RECORD), "utf-8")
    begun = timedelta(minutes=-10)
    own = {"own": declare(folder / "sessions", "eigen", starts=begun, goes_live="by_clock")}
    started = Described(folder, {**evening(folder / "sessions"), **own}, **PACE, **RELAY, **SAID)
    started.migrate()
    started.start()
    try:
        yield started
        asyncio.run(_parting(started))
    finally:
        started.stop()
    started.check_log()


async def _parting(server: Described) -> None:
    """A restart is announced, too."""
    browser = server.browser()
    assert isinstance(browser, Watched)
    async with Told(browser, server.slugs["open"]) as one:
        server.terminate()
        assert await one.closed(20) == 1012
    assert one.seen[-1]["type"] == "bye"
    assert not browser.contract.faults


@pytest.fixture
def contract(server: Described) -> Iterator[Contract]:
    server.browser()
    assert server.contract is not None
    yield server.contract
    faults, server.contract.faults = sorted(set(server.contract.faults)), []
    assert not faults, "\n".join(faults[:9])


def line(server: Described, browser: Browser, slug: str, place: str = "", stream: str = "floor"):
    assert isinstance(browser, Watched)
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

    async def ends(code: int, *said: object, **given: str) -> None:
        one = Told(reader, slug)
        await one.open(**given)
        for message in said:
            await one.send(message)
        assert await one.closed() == code

    await ends(4400)  # no hello
    await ends(4510, protocol="dialog.v9")
    await ends(4511, "kein JSON")
    await ends(1009, "x" * 3_000)
    await ends(4501, {"type": "hello", "stream": "desk"})
    async with Told(reader, slug) as one:
        assert (await one.command("claim", number=1))["code"] == "forbidden"
        await one.socket.close()
    contract.over(one.socket.close_code or 0)
    for code, given in ((404, "nein"), (400, slug)):
        one = Told(reader, given)
        with pytest.raises(InvalidStatus) as refused:
            await one.open(protocol="" if code == 400 else "dialog.v1")
        assert refused.value.response.status_code == code
        assert str(code) in contract.openapi["paths"]["/sessions/{slug}/live"]["get"]["responses"]


# --- every address --------------------------------------------------------------------------------


def test_every_address_as_its_pages_use_it(server, stage: Stage, contract) -> None:
    _every_form(stage)
    _every_page(server, stage)
    _every_sheet(stage)
    _every_notice(server)
    _the_archive(server)
    _what_guards_refuse(server.browser(), stage.slug)
    wanted = {
        (method.upper(), path)
        for path, said in contract.openapi["paths"].items()
        for method in said
    }
    missing = wanted - contract.good
    assert missing == ELSEWHERE, missing ^ ELSEWHERE


# Where there is a provider (tests/oidc), a rehearsal (tests/rehearsal), a websocket (above).
ELSEWHERE = {
    ("POST", "/signin/oidc"),
    ("GET", "/signin/callback"),
    ("POST", "/sessions/{slug}/rehearsal"),
    ("GET", "/sessions/{slug}/live"),
}


def _every_form(stage: Stage) -> None:
    for path in sorted(POSTS):
        form = Form(stage, path)
        assert form.send(form.token()) in (200, 303), path
        assert form.send("erfunden") in (403, 409), path
        assert form.send("erfunden", accept="application/json") in (403, 409), path
    browser = stage.server.browser()
    assert browser.ask("POST", f"/sessions/{stage.slug}/rehearsal").status == 403
    assert browser.post("/signin/oidc", {"token": browser.get("/signin").token}).status == 404


def _every_page(server: Described, stage: Stage) -> None:
    signed = signed_in(server, "petra@amt.example")
    signed.may = stage.actor.may
    invited = server.invite(stage.slug, "scribe").rpartition("/")[2]
    link = organiser(server, "petra@amt.example", "Petra").rpartition("/")[2]
    for browser in (server.browser(), stage.actor, signed):
        for address in set(addresses(stage, invited, link)) - UNTOLD:
            assert browser.get(address).status < 500, address
        assert browser.get("/?lang=en").status == 200
    for name in ("announced", "code", "link", "closed"):
        for place in ("", "/join", ".ics", "/beamer"):
            server.browser().get(f"/sessions/{server.slugs[name]}{place}")
    closed = server.staff(server.slugs["closed"], "organiser")
    assert closed.get(f"/sessions/{server.slugs['closed']}/organiser/preview").status == 200


def _every_notice(server: Described) -> None:
    signed, desk = signed_in(server, "petra@amt.example"), "/organiser/information"
    said = {"kind": "call", "title": "Preis", "body": "Wer mitmacht.", "deadline.day": "2099-01-31"}
    made = signed.submit(f"{desk}/new", f"{desk}/new", do="publish", **said)
    own = made.headers["location"].partition("?")[0]
    fields = signed.get(own).fields
    assert signed.post(own, fields | {"do": "save"}).status == 303
    reader = server.browser()
    public = re.search(r'href="(/information/[0-9a-z-]+)"', reader.get("/information").text)
    assert public
    for address in (public[1], f"{public[1]}.ics", "/information/feed.atom"):
        assert reader.get(address).status == 200
    assert signed.submit("/organiser/guides", "/organiser/guides", do="drop").status == 303
    rows = signed.get("/organiser/guides.csv").text + "Hof;Verein;Frau Muster;0921 1;;;\r\n"
    assert _hand_in(signed, "/organiser/guides", rows).status == 303
    for place in ("guides", "guides.json"):
        assert reader.get(f"/{place}?district=Hof").status == 200
    page = "/accessibility/report"
    assert reader.submit(page, page, barrier="Ich sehe den Knopf nicht.").status == 303
    assert reader.submit("/subscription", "/subscription", address="a@example.org").status == 303


def _hand_in(browser: Browser, page: str, rows: str) -> Page:
    """Hand a table in as a browser does."""
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{browser.get(page).token}',
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="liste.csv"\r\n\r\n{rows}',
        "--x--\r\n",
    )
    sent = "\r\n".join(parts).encode()
    kind = "multipart/form-data; boundary=x"
    return browser.ask("POST", f"{page}/list", sent, content_type=kind)


def _every_sheet(stage: Stage) -> None:
    room = f"/sessions/{stage.slug}"
    described = stage.server.contract.openapi["paths"]  # type: ignore[attr-defined]
    for place in ("moderation", "stage", "scribe", "organiser", "mine/data"):
        said = described[f"/sessions/{{slug}}/{place}"]["get"]["parameters"]
        for field in said:
            for choice in field["schema"].get("enum", ()):
                more = "" if place == "mine/data" else f"&number={stage.number}"
                page = stage.actor.get(f"{room}/{place}?{field['name']}={choice}{more}")
                assert page.status in (200, 303)


def _the_archive(server: Described) -> None:
    reader, slug = server.browser(), RECORD["slug"]
    endings = ("", ".json", ".csv", ".md", ".pdf", ".ics", ".atom", "/contents", "/figures.svg")
    there = next(q["number"] for q in RECORD["questions"] if not q["removed"])
    numbers = [f"/{n}" for n in (there, *TAKEN_OUT, 10**6)]
    jumps = [f"/question?n={there}", "/question?n=0", f"/{there}.atom"]
    for ending in (*endings, *numbers, *jumps):
        page = reader.get(f"/archive/{slug}{ending}")
        assert page.status < 500, page.text
        if "etag" in page.headers:
            again = reader.get(f"/archive/{slug}{ending}", if_none_match=page.headers["etag"])
            assert again.status == 304
    for query in ("q=Wohnen", "q=Wohnen&exact=1&page=2", "year=2025", "topic=Wohnen&outcome=aloud"):
        assert reader.get(f"/archive/search?{query}").status == 200
    for due in ("overdue", "open", "kept"):
        assert reader.get(f"/archive/promises?due={due}").status == 200


def _what_guards_refuse(reader: Browser, slug: str) -> None:
    ask = f"/sessions/{slug}/questions"
    form = "application/x-www-form-urlencoded"
    assert reader.post(ask, {"text": "Na?"}, origin="https://evil.example").status == 403
    assert reader.post(ask, {"text": "x" * 70_000}).status == 413
    assert reader.ask("POST", ask, "a=b", content_type=f"{form}; charset=utf-7").status == 415
    many = "&".join(f"a{n}=b" for n in range(99))
    assert reader.ask("POST", ask, many, content_type=form).status == 400
    assert reader.get(f"/sessions/{slug}/updates?seq=viel").status == 422


# --- every refusal --------------------------------------------------------------------------------


async def test_every_way_of_refusing(server, contract) -> None:
    slug, slow = server.slugs["open"], server.slugs["slow"]
    anna = server.volunteer(slug, "Anna")
    team = await asyncio.to_thread(server.staff, slug, "moderator")
    hasty = server.volunteer(slow, "Anna")
    codes: dict[str, str] = {}
    async with (
        line(server, anna, slug) as a,
        line(server, team, slug, "/moderation", "desk") as desk,
        line(server, hasty, slow) as quick,
    ):
        done = await give(a, "ask", text="Wer hilft beim Umzug?", key="einmal-gesagt")
        asked = done["result"]
        await desk.until(lambda: asked["number"] in desk.questions)
        await give(quick, "ask", text="Eine erste Frage?")
        for code, one, do, said in (
            ("empty", a, "ask", {"text": " "}),
            ("too_long", a, "ask", {"text": "x" * 301}),
            ("bad_text", a, "ask", {"text": "\u202e umgedreht"}),
            ("duplicate", a, "ask", {"text": "Wer hilft beim Umzug?"}),
            ("key_reused", a, "ask", {"text": "Etwas anderes?", "key": "einmal-gesagt"}),
            ("forbidden", a, "publish", {}),
            ("unknown", desk, "approve", {"number": 999, "rev": 1}),
            ("conflict", desk, "approve", {"number": asked["number"], "rev": 0}),
            ("too_fast", quick, "ask", {"text": "Gleich noch eine?"}),
        ):
            codes[code] = (await one.command(do, **said))["code"]
        await a.send('{"type":"command","key":"nur-zahlen","do":"ask","text":7}')
        await a.until(lambda: any(m.get("code") == "malformed" for m in a.seen))
    assert dict(zip(codes, codes, strict=True)) == codes
    described = set(contract.openapi["components"]["schemas"]["Code"]["enum"])
    assert described == set(Code) == set(STATUS)
    fixtures = json.loads((ROOT / "tests/wire/refusals.json").read_text("utf-8"))["vectors"]
    for refused in fixtures:
        contract.told(refused, "floor")
    assert contract.codes == described
