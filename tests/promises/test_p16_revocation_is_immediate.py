"""P16: who leaves, or whose pass ends, is out at once: cookie, sockets, polls, pages and forms.

And nobody acts for others: not by a form of another page, not from a page elsewhere, not by a GET.
"""

import asyncio
import json
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import NamedTuple
from uuid import uuid4

import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus

from dialog.web.routes import routes
from tests.live.canaries import DESK, canary
from tests.live.client import Browser, Live, Page
from tests.live.programme import evening
from tests.live.server import Server, running
from tests.live.stepped import HOUR, Stepped
from tests.live.team import RELAY, hand_in, organiser, rewind, sealed, signed_in, subscribed
from tests.mutants import Mutant

LIVE, FORMS, GUARDS = "dialog/web/live.py", "dialog/web/forms.py", "dialog/web/guards.py"
PEOPLE, HUB = "dialog/store/people.py", "dialog/hub/hub.py"
MUTANTS = (
    Mutant(
        "leaving ends no pass", "dialog/web/pages/leave.py",
        "await site.people.leave(guest.token)", "await site.people.new_pass()", "cookie",
    ),
    Mutant("leaving closes nothing", HUB, "room.revoke(pass_id)", "room.slug.strip()", "tab"),
    Mutant("a late hello is heard", HUB, "self.ended.add(pass_id)", "self.ended", "late"),
    Mutant(
        "a hello that waits for the room is heard", "dialog/hub/room.py",
        "if connection.pass_id in ended:", "if not connection:", "meanwhile",
    ),
    Mutant(
        "a waiting poll delivers to whom it waits no more", LIVE,
        "if guest.pass_id in site.hub.ended:", "if not guest:", "poll_under_way",
    ),
    Mutant(
        "a waiting poll waits on", "dialog/hub/pollers.py",
        "if waiting == pass_id)", "if waiting < 0)", "poll_under_way",
    ),
    Mutant(
        "a publication leaves a waiting poll its rows", LIVE,
        "    if room.epoch != poll.epoch:", "    if not room:", "publication",
    ),
    Mutant(
        "a command that drips in is taken", LIVE,
        "if who is None or entrance.visitor.pass_id in site.hub.ended:", "if who is None:",
        "drips",
    ),
    Mutant(
        "a form that drips in is taken", FORMS,
        "if not good or visitor.pass_id in site.hub.ended:", "if not good:", "drips",
    ),
    Mutant(
        "any token of ours opens any form", FORMS,
        "ours = sealed and (sealed.pass_id, sealed.slug) == (visitor.pass_id, slug)",
        "ours = sealed", "forged",
    ),
    Mutant(
        "a token of any role opens any form", FORMS,
        "good = ours and role in (None, sealed and sealed.role)", "good = ours", "forged",
    ),
    Mutant("no token is needed", FORMS, "if not good or visitor", "if visitor", "forged"),
    Mutant(
        "a page elsewhere sends forms", GUARDS,
        'return origin != "null" and origin not in self._origins', "return False", "forged",
    ),
    Mutant(
        "a browser's word on where a form is from counts for nothing", GUARDS,
        "if site is not None and site not in OWN_SITE:", "if not headers:", "forged",
    ),
    Mutant(
        "a page elsewhere connects", GUARDS,
        "        return origin not in self._origins", "        return not origin", "origin",
    ),
    Mutant(
        "a cookie without an origin connects", GUARDS,
        'return "cookie" in headers', "return False", "origin",
    ),
    Mutant(
        "a planted pass rises", PEOPLE,
        "return _rotate(connection, holder), Grant(slug, person, role, name)",
        "return pass_token or _rotate(connection, holder), Grant(slug, person, role, name)",
        "planted",
    ),
    Mutant(
        "a pass that is not used is good for ever", PEOPLE,
        "return seen > now - self.idle and made", "return made", "runs_out",
    ),
    Mutant(
        "a pass that is used is good for ever", PEOPLE,
        " and made > now - self.absolute", "", "runs_out",
    ),
    Mutant(
        "a token is good for ever", "dialog/web/seals.py",
        "return sealed if made > self._clock() - DAY else None", "return sealed", "runs_out",
    ),
    Mutant(
        "looking at one's own questions writes", PEOPLE,
        "            self._know_link(connection, session, slug, person)\n            _grant",
        "            _grant", "nothing_changes",
    ),
    Mutant(
        "publishing ends no pass", "dialog/declared.py",
        "self._hub.ended.update(await self._people.part(slug))", "self._hub.ended", "publication",
    ),
    Mutant(
        "a role that goes leaves its passes", "dialog/store/accounts.py",
        "            return renumber(connection, account) if lost else ()\n\n"
        "        return await self._database.write(work)\n\n    async def seat(",
        "            return ()\n\n"
        "        return await self._database.write(work)\n\n    async def seat(",
        "role_that_goes",
    ),
    Mutant(
        "a role that goes closes nothing", "dialog/web/pages/team.py",
        "    for number in passes:\n        site.hub.revoke(number)", "    site.hub.passes",
        "role_that_goes",
    ),
    Mutant(
        "signing in raises the pass of before", PEOPLE,
        'theirs = delete(PASSES).where(PASSES.c.token == digest(before or ""))',
        "theirs = delete(PASSES).where(PASSES.c.id < 0)", "signs_in",
    ),
    Mutant(
        "what asks again asks nobody by form", FORMS,
        'refusal = refusal or unconfirmed(entrance.site, entrance.visitor, form.get("do", ""))',
        "refusal = refusal or None", "asks_again",
    ),
    Mutant(
        "what asks again asks nobody by socket", LIVE,
        "refusal = None if confirmed(self._site, at) else Refusal(Code.CONFIRM)", "refusal = None",
        "asks_again",
    ),
    Mutant(
        "a link signs in twice", "dialog/store/signins.py",
        "good = and_(columns.used == 0, columns.expires > self._clock())",
        "good = columns.expires > self._clock()", "signs_in",
    ),
    Mutant(
        "the muted are heard", "dialog/forum/asking.py",
        "return Refusal(Code.MUTED) if who.person in session.muted else None", "return None",
        "muted",
    ),
)  # fmt: skip

AT_ONCE_S = 15  # a poll waits 25 s, and a busy machine is slow
FORM = "application/x-www-form-urlencoded"
PACE = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000, "hello_seconds": 10}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("passes")
    with running(
        folder, **PACE, **RELAY, barrier_mail="barriere@amt.example", connections_per_person=200
    ) as started:
        yield started


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


def thief_of(server: Server, browser: Browser) -> Browser:
    """Return another browser with the same cookie."""
    thief = server.browser()
    thief.cookie, thief.may = browser.cookie, browser.may
    return thief


def leave(browser: Browser, slug: str, token: str) -> None:
    assert browser.post(f"/sessions/{slug}/leave", {"token": token}).status == 303


def tried(browser: Browser, slug: str, token: str) -> list[int]:
    """Return what becomes of a form, of a command, and of a page of one's own."""
    form = {"token": token, "key": str(uuid4()), "text": f"Noch eine {uuid4().hex}?"}
    command = {"type": "command", "do": "ask", "key": str(uuid4()), "text": f"{uuid4().hex}?"}
    json_ = {"content_type": "application/json", "x_dialog_token": token}
    return [
        browser.post(f"/sessions/{slug}/questions", form).status,
        browser.ask("POST", f"/sessions/{slug}/commands", json.dumps(command), **json_).status,
        browser.get(f"/sessions/{slug}/mine").status,
    ]


# --- the end of a pass ---------------------------------------------------------------------------


async def test_a_cookie_used_after_leaving_is_a_strangers(server, slug) -> None:
    browser = server.volunteer(slug)
    page = server.page(browser, slug)
    thief = thief_of(server, browser)
    assert tried(browser, slug, page.token) == [303, 200, 200]
    leave(browser, slug, page.token)
    assert tried(thief, slug, page.token) == [409, 403, 303]
    assert 'name="dialog-page"' in thief.get(f"/sessions/{slug}").text  # the room, as for anyone
    again = server.volunteer(slug)  # nor are its tokens good under another pass
    assert tried(again, slug, page.token) == [409, 403, 200]
    for cookie in (thief.cookie, again.cookie):
        one = Live(thief, slug)
        await one.open(cookie)
        await one.send({"type": "hello", "stream": "floor", "page": page.live})
        assert await one.closed() == 4501


def test_a_cookie_of_staff_used_after_leaving_opens_nothing(server, slug) -> None:
    browser = server.staff(slug, "organiser")
    page = server.page(browser, slug, "/organiser")
    thief = thief_of(server, browser)
    leave(browser, slug, page.token)
    for place in ("moderation", "stage", "scribe", "organiser"):
        form = {"token": page.token, "key": str(uuid4()), "do": "banner", "text": "Gekapert"}
        assert thief.get(f"/sessions/{slug}/{place}").status == 403
        assert thief.post(f"/sessions/{slug}/{place}", form).status == 403
    for stream in ("stage", "desk"):
        assert thief.get(f"/sessions/{slug}/updates?stream={stream}").status == 403


@pytest.mark.parametrize(
    "tabs", [pytest.param(2, id="small"), pytest.param(60, marks=pytest.mark.large, id="large")]
)
async def test_every_tab_of_every_stream_is_closed(server, slug, tabs) -> None:
    browser, other = [await asyncio.to_thread(server.staff, slug, "organiser") for _ in range(2)]
    page, stays = (server.page(b, slug, "/organiser") for b in (browser, other))
    lines = [
        await Live(browser, slug, page=page.live, stream=stream).__aenter__()
        for stream in ("floor", "stage", "desk")
        for _ in range(tabs)
    ]
    async with Live(other, slug, page=stays.live, stream="desk") as kept:
        began = time.monotonic()
        await asyncio.to_thread(leave, browser, slug, page.token)
        assert {await line.closed() for line in lines} == {4501}
        print(f"{len(lines)} sockets closed within {time.monotonic() - began:.3f} s of leaving")
        assert (await kept.command("claim", number=10**6))["code"] == "unknown"


async def test_a_socket_of_before_says_hello_too_late(server, slug) -> None:
    browser = server.volunteer(slug)
    page = server.page(browser, slug)
    one = Live(browser, slug)
    await one.open(browser.cookie)
    await asyncio.to_thread(leave, browser, slug, page.token)
    await one.send({"type": "hello", "stream": "floor", "page": page.live})
    assert await one.closed() == 4501


async def test_a_hello_that_waits_for_the_room_is_refused_meanwhile(tmp_path) -> None:
    with running(tmp_path, **PACE, window_ms=1_000) as server:
        slug = server.slugs["live"]
        browser, other = server.volunteer(slug), server.volunteer(slug, "Beate")
        page, stays = server.page(browser, slug), server.page(other, slug)
        one = Live(browser, slug)
        await one.open(browser.cookie)
        async with Live(other, slug, page=stays.live) as busy:
            asked = asyncio.create_task(busy.command("ask", text="Wie lange sammelt der Raum?"))
            await asyncio.sleep(0.2)  # it gathers now; before or after, the hello ends as well
            await one.send({"type": "hello", "stream": "floor", "page": page.live})
            await asyncio.to_thread(leave, browser, slug, page.token)
            assert await one.closed() == 4501
            assert (await asked)["type"] == "done"


async def test_a_poll_under_way_ends_with_its_pass(server, slug) -> None:
    browser = await asyncio.to_thread(server.staff, slug, "organiser")
    page = server.page(browser, slug, "/organiser")
    head = browser.get(f"/sessions/{slug}/updates?stream=desk").json()[0]
    path = f"/sessions/{slug}/updates?stream=desk&epoch={head['epoch']}&seq={head['seq']}"
    thief = thief_of(server, browser)
    began = time.monotonic()
    waiting = asyncio.create_task(asyncio.to_thread(thief.get, path, accept="application/json"))
    await asyncio.sleep(0.3)  # it waits, or it comes after the end: both must be refused
    await asyncio.to_thread(leave, browser, slug, page.token)
    answer = await waiting
    assert (answer.status, answer.json()["code"]) == (403, "forbidden")
    assert time.monotonic() - began < AT_ONCE_S


@pytest.mark.parametrize("place, status", [("questions", b" 409 "), ("commands", b" 403 ")])
async def test_what_drips_in_beyond_the_end_is_refused(server, slug, place, status) -> None:
    browser = server.volunteer(slug)
    page = server.page(browser, slug)
    text = f"Getropft {uuid4().hex}?"
    command = {"type": "command", "do": "ask", "key": str(uuid4()), "text": text}
    body = f"token={page.token}&text={text}" if place == "questions" else json.dumps(command)
    head = (
        f"POST /sessions/{slug}/{place} HTTP/1.1\r\nHost: x\r\nCookie: {browser.cookie}\r\n"
        f"X-Dialog-Token: {page.token}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head + body[:-1].encode())
        await asyncio.sleep(0.3)  # so long that its pass was looked up; sooner it is refused, too
        await asyncio.to_thread(leave, browser, slug, page.token)
        line.sendall(body[-1:].encode())
        assert status in await asyncio.to_thread(line.recv, 65_536)
    assert text not in str(content(server)["texts"])


async def test_publication_ends_what_volunteers_had(server) -> None:
    slug = server.slugs["direct"]
    anna, team = server.browser(), await asyncio.to_thread(server.staff, slug, "organiser")
    anna.may = frozenset({"anna"})
    own = canary(*DESK, "anna")
    assert anna.join(slug, "Anna").status == 303
    page, desk = server.page(anna, slug), server.page(team, slug, "/organiser")
    form = {"token": page.token, "key": str(uuid4()), "text": own}
    assert anna.post(f"/sessions/{slug}/questions", form).status == 303
    thief = thief_of(server, anna)
    async with (
        Live(anna, slug, page=page.live) as one,
        Live(team, slug, page=desk.live, stream="desk") as organiser,
    ):
        for do, fields in (("phase", {"to": "closed"}), ("conclude", {})):
            assert (await organiser.command(do, **fields))["type"] == "done"
        await one.until(lambda: one.session["phase"] == "closed")
        head = (await asyncio.to_thread(thief.get, f"/sessions/{slug}/updates")).json()[0]
        path = f"/sessions/{slug}/updates?epoch={head['epoch']}&seq={head['seq']}"
        await asyncio.to_thread(thief.get, f"{path}&wait=1")  # until the tick that is still due
        waiting = asyncio.create_task(asyncio.to_thread(thief.get, path))
        await asyncio.sleep(0.3)  # it waits, or it comes after the end
        assert (await organiser.command("publish"))["type"] == "done"
        assert await one.closed() == 1000
    told = (await waiting).json()
    assert [m["type"] for m in told] == ["me", "snapshot"]
    assert (told[0]["me"]["role"], told[0]["me"]["mine"]) == ("reader", [])
    assert tried(thief, slug, page.token) == [409, 403, 303]


async def test_the_muted_are_heard_no_more_on_any_way(server, slug) -> None:
    browser, team = server.volunteer(slug), await asyncio.to_thread(server.staff, slug, "moderator")
    page, desk = server.page(browser, slug), server.page(team, slug, "/moderation")
    assert tried(browser, slug, page.token)[:2] == [303, 200]
    async with (
        Live(browser, slug, page=page.live) as one,
        Live(team, slug, page=desk.live, stream="desk") as moderator,
    ):
        assert (await moderator.command("mute", person=one.me["person"]))["type"] == "done"
        assert (await one.command("ask", text=f"{uuid4().hex}?"))["code"] == "muted"
        assert (await one.upvote(1))["code"] == "muted"
        assert tried(browser, slug, page.token)[:2] == [403, 403]
        assert (await moderator.command("unmute", person=one.me["person"]))["type"] == "done"
        assert tried(browser, slug, page.token)[:2] == [303, 200]


# --- whoever signed in ---------------------------------------------------------------------------


async def test_a_role_that_goes_closes_what_is_open_with_it(server, slug) -> None:
    boss = await asyncio.to_thread(signed_in, server, OLGA)
    address = f"{uuid4().hex}@amt.example"
    other = await asyncio.to_thread(signed_in, server, address)
    other.may = frozenset({"organiser"})
    desk = server.page(other, slug, "/organiser")
    number = re.search(rf'<li id="a(\d+)">(?:(?!<li).)*{address}', boss.get(TEAM).text, re.DOTALL)
    async with Live(other, slug, page=desk.live, stream="desk") as one:
        taken = {"do": "roles", "number": number[1], "scribe": "1"}  # type: ignore[index]
        assert (await asyncio.to_thread(boss.submit, TEAM, TEAM, **taken)).status == 303
        assert await one.closed() == 4501
    form = {"token": desk.token, "key": str(uuid4()), "do": "banner", "text": "Noch da?"}
    assert other.post(f"/sessions/{slug}/organiser", form).status == 403
    assert other.get(f"/sessions/{slug}/updates?stream=desk").status == 403
    late = Live(other, slug)
    await late.open(other.cookie)
    await late.send({"type": "hello", "stream": "desk", "page": desk.live})
    assert await late.closed() == 4501
    assert other.get(f"/sessions/{slug}/scribe").status == 200  # what is left stays


async def test_whoever_signs_in_has_another_pass_and_used_the_link_up(server, slug) -> None:
    planted = server.volunteer(slug)
    page = server.page(planted, slug)
    victim = thief_of(server, planted)
    link = await asyncio.to_thread(organiser, server, OLGA, "Olga")
    async with Live(planted, slug, page=page.live) as one:
        assert (await asyncio.to_thread(victim.enter, link)).status == 303
        assert await one.closed() == 4501
    assert (planted.get("/account").status, victim.get("/account").status) == (303, 200)
    assert tried(planted, slug, page.token) == [409, 403, 303]
    other = server.browser()
    path = f"/signin/{link.rpartition('/')[2]}"
    assert other.post(path, {"token": other.get("/signin").token}).status == 410
    assert other.get("/account").status == 303


async def test_what_asks_again_is_not_done_by_whoever_finds_a_browser_open(server, slug) -> None:
    boss = await asyncio.to_thread(signed_in, server, OLGA)
    boss.may = frozenset({"organiser"})
    page = server.page(boss, slug, "/organiser")
    rewind(server, 11)
    form = {"token": page.token, "key": str(uuid4()), "do": "publish"}
    answer = boss.post(f"/sessions/{slug}/organiser", form, accept="application/json")
    assert (answer.status, answer.json()["code"]) == (403, "confirm")
    async with Live(boss, slug, page=page.live, stream="desk") as one:
        assert (await one.command("publish"))["code"] == "confirm"
    boss = await asyncio.to_thread(signed_in, server, OLGA)
    boss.may = frozenset({"organiser"})
    page = server.page(boss, slug, "/organiser")
    async with Live(boss, slug, page=page.live, stream="desk") as one:
        assert (await one.command("publish"))["code"] != "confirm"  # it is not over yet


# --- a pass that rises, and one that runs out ----------------------------------------------------


@pytest.mark.parametrize("way", ["invitation", "private link"])
async def test_a_planted_pass_does_not_rise(server, slug, way) -> None:
    thief = server.volunteer(slug, "Wer Anderes")
    planted = thief.cookie
    before = server.page(thief, slug)
    async with Live(thief, slug, page=before.live) as early:
        victim = thief_of(server, thief)
        if way == "invitation":
            link = await asyncio.to_thread(server.invite, slug, "moderator")
            victim.may = frozenset({"moderator"})
            assert victim.enter(link).status == 303
            assert victim.get(f"/sessions/{slug}/moderation").status == 200
        else:
            mine = server.volunteer(slug, "Die Richtige")
            shown = mine.get(f"/sessions/{slug}/mine").text
            link = re.search(rf"/sessions/{slug}/mine/[\w-]+", shown)[0]  # type: ignore[index]
            assert victim.submit(link, link).status == 303
            assert "Die Richtige" in victim.get(f"/sessions/{slug}").text
        assert victim.cookie != planted
        thief.cookie = planted
        assert thief.get(f"/sessions/{slug}/moderation").status == 403
        assert thief.get(f"/sessions/{slug}/mine").status == 303
        assert tried(thief, slug, before.token) == [409, 403, 303]
        assert (await early.command("approve", number=1, rev=1))["code"] == "forbidden"


def test_a_pass_runs_out_and_a_token_after_a_day(tmp_path) -> None:
    server = Stepped(tmp_path, evening(tmp_path / "sessions"), pass_idle_days=1, pass_days=2)
    server.step(0)
    server.migrate()
    server.start()
    try:
        slug = server.slugs["open"]
        used, unused = server.volunteer(slug), server.volunteer(slug)
        token = server.page(used, slug).token
        assert after(server, 20, used, slug, token) == [303, 200, 200]
        assert after(server, 26, unused, slug, token)[2] == 303
        assert tried(used, slug, token) == [409, 403, 200]
        assert after(server, 49, used, slug, token)[2] == 303
    finally:
        server.stop()
    server.check_log()


def after(server: Stepped, hours: int, browser: Browser, slug: str, token: str) -> list[int]:
    """Start the server again when some hours have gone by, and try."""
    server.terminate()
    server.wait()
    server.step(hours * HOUR)
    server.start()
    return tried(browser, slug, token)


# --- pages elsewhere -----------------------------------------------------------------------------


async def test_a_socket_takes_its_own_origin_and_no_other(server, slug) -> None:
    browser = server.volunteer(slug)
    port = server.port
    foreign = (
        "https://evil.example", "null", f"http://127.0.0.1:{port}.evil.example",
        f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}", "http://127.0.0.1",
        f"http://127.0.0.1:{port}/", f"http://evil@127.0.0.1:{port}", f"http://localhost:{port}",
        f"HTTP://127.0.0.1:{port}", f" http://127.0.0.1:{port},https://evil.example", "",
    )  # fmt: skip
    for origin in foreign:
        for cookie in (browser.cookie, ""):
            if origin or cookie:
                assert await handshake(server, slug, origin, cookie) == 403, (origin, cookie)
    assert await handshake(server, slug, server.base, browser.cookie) == 101
    assert await handshake(server, slug, "", "") == 101  # a program, which is a reader


async def handshake(server: Server, slug: str, origin: str, cookie: str) -> int:
    """Return the status of a handshake; without an origin none is sent."""
    line = Live(server.browser(), slug)
    if origin:
        try:
            await line.open(cookie, origin=origin)
        except InvalidStatus as refused:
            return refused.response.status_code
        await line.socket.close()
        await line._reading
        return 101
    headers = {"Cookie": cookie} if cookie else {}
    asked = server.browser().ask(
        "GET", f"/sessions/{slug}/live", upgrade="websocket", connection="Upgrade",
        sec_websocket_key="AAAAAAAAAAAAAAAAAAAAAA==", sec_websocket_version="13",
        sec_websocket_protocol="dialog.v1", **headers,
    )  # fmt: skip
    return asked.status


TEAM = "/organiser/staff"
OLGA = "olga@amt.example"
MIA = {"address": "mia@amt.example", "name": "Mia", "moderator": "1"}
NOTICE = {"do": "save", "kind": "notice", "title": "Neue Regeln"}
GUIDES = b"Stadt;Name;Telefon\nHof;A. Muster;089 99998-100\n"


class Stage(NamedTuple):
    """Somebody who may do everything, somebody else, and what stands in addresses.

    ``signed`` has signed in and has been in the session.
    """

    server: Server
    slug: str
    actor: Browser
    other: Browser
    number: int
    link: str
    signed: Browser


@pytest.fixture(scope="module")
def stage(server: Server) -> Stage:
    slug, elsewhere = server.slugs["live"], server.slugs["open"]
    actor, other = server.staff(slug, "organiser"), server.staff(slug, "organiser")
    for browser in (actor, other):
        assert browser.join(slug, "Vorname").status == 303
        assert browser.join(elsewhere, "Vorname").status == 303
    page = server.page(actor, slug)
    form = {"token": page.token, "key": str(uuid4()), "text": f"Wer fragt {uuid4().hex}?"}
    done = actor.post(f"/sessions/{slug}/questions", form, accept="application/json").json()
    asked = int(done["result"]["number"])
    asker = server.volunteer(slug)
    form |= {"token": server.page(asker, slug).token, "text": f"Wer noch {uuid4().hex}?"}
    public = asker.post(f"/sessions/{slug}/questions", form, accept="application/json").json()
    number = int(public["result"]["number"])
    approve = {"do": "approve", "number": number, "rev": rev(actor, slug, number)}
    assert (
        actor.submit(
            f"/sessions/{slug}/moderation", f"/sessions/{slug}/moderation", **approve
        ).status
        == 303
    )
    shown = actor.get(f"/sessions/{slug}/mine").text
    link = re.search(rf"/sessions/{slug}/mine/([\w-]+)", shown)[1]  # type: ignore[index]
    assert number != asked
    signed = signed_in(server, OLGA)
    signed.may = frozenset({"organiser"})
    for one in (slug, elsewhere):
        server.page(signed, one, "/organiser")
    return Stage(server, slug, actor, other, number, link, signed)


def rev(browser: Browser, slug: str, number: int) -> int:
    told = browser.get(f"/sessions/{slug}/updates?stream=desk").json()
    rows = next(m for m in told if m["type"] == "snapshot")["questions"]
    return int(next(row["rev"] for row in rows if row["number"] == number))


# Of each address that takes a POST: the page its form stands on, what a good one says, whether it
# depends on the page's role, and whether a stranger sends it.
POSTS: Mapping[str, tuple[str, Mapping[str, object], bool, bool]] = {
    "/enter/{token}": ("/enter/{token}", {}, False, True),
    "/sessions/{slug:slug}/join": ("/sessions/{slug}/join", {"name": "Neu"}, False, True),
    "/sessions/{slug:slug}/leave": ("/sessions/{slug}/mine", {}, False, False),
    "/sessions/{slug:slug}/mine": ("/sessions/{slug}/mine", {"do": "withdraw"}, True, False),
    "/sessions/{slug:slug}/mine/data": (
        "/sessions/{slug}/mine", {"do": "forget"}, True, False,
    ),
    "/sessions/{slug:slug}/mine/{token}": ("/sessions/{slug}/mine/{token}", {}, False, True),
    "/sessions/{slug:slug}/questions": ("/sessions/{slug}", {"text": "Geht das?"}, True, False),
    "/sessions/{slug:slug}/questions/{number:number}/upvote": (
        "/sessions/{slug}", {"on": "1"}, True, False,
    ),
    "/sessions/{slug:slug}/similar": (
        "/sessions/{slug}", {"text": "Geht das wirklich so?"}, True, False,
    ),
    "/sessions/{slug:slug}/commands": ("/sessions/{slug}", {"do": "ask"}, False, False),
    "/sessions/{slug:slug}/moderation": (
        "/sessions/{slug}/moderation", {"do": "message", "text": "Gleich"}, True, False,
    ),
    "/sessions/{slug:slug}/stage": ("/sessions/{slug}/stage", {"do": "acknowledge"}, True, False),
    "/sessions/{slug:slug}/scribe": ("/sessions/{slug}/scribe", {"do": "take"}, True, False),
    "/sessions/{slug:slug}/organiser": (
        "/sessions/{slug}/organiser", {"do": "banner", "text": "Pause"}, True, False,
    ),
    "/signin": ("/signin", {"address": OLGA}, False, True),
    "/signin/code": ("/signin", {}, False, True),
    "/signin/{token}": ("/signin/{token}", {}, False, True),
    "/account": ("/account", {"do": "speak", "lang": "en"}, False, False),
    "/account/confirm": ("/account", {"do": "send"}, False, False),
    "/organiser/staff": ("/organiser/staff", {"do": "add", **MIA}, False, False),
    "/sessions/{slug:slug}/organiser/staff": (
        "/sessions/{slug}/organiser/staff", {"do": "add", **MIA}, True, False,
    ),
    "/sessions/{slug:slug}/organiser/invitations": (
        "/sessions/{slug}/organiser/invitations",
        {"do": "add", "address": "erika@example.org"}, True, False,
    ),
    "/sessions/{slug:slug}/organiser/invitations/list": (
        "/sessions/{slug}/organiser/invitations", {"text": "a@example.org"}, True, False,
    ),
    "/sessions/{slug:slug}/organiser/edit": ("/sessions/{slug}/organiser/edit", {}, True, False),
    "/sessions/{slug:slug}/organiser/ready": (
        "/sessions/{slug}/organiser/ready", {"do": "banner", "text": "Gleich"}, True, False,
    ),
    "/sessions/{slug:slug}/organiser/rehearsals": (
        "/sessions/{slug}/organiser/rehearsals", {"do": "make"}, True, False,
    ),
    "/organiser/new": ("/organiser/new", {}, False, False),
    "/organiser/mail": ("/organiser/mail", {"do": "test"}, False, False),
    "/organiser/information/new": ("/organiser/information/new", NOTICE, False, False),
    "/organiser/information/{number:number}": (
        "/organiser/information/{number}", NOTICE, False, False,
    ),
    "/organiser/guides": ("/organiser/guides", {"do": "take"}, False, False),
    "/organiser/guides/list": ("/organiser/guides", {}, False, False),
    "/accessibility/report": (
        "/accessibility/report", {"barrier": "Das Feld hat keinen Namen."}, False, True,
    ),
    "/subscription": ("/subscription", {"address": OLGA}, False, True),
    "/subscription/confirm/{token}": ("/subscription/confirm/{token}", {}, False, True),
    "/subscription/end/{token}": ("/subscription/end/{token}", {}, False, True),
    "/sessions/{slug:slug}/organiser/notices": (
        "/sessions/{slug}/organiser/notices", {"do": "changed", "count": "0"}, True, False,
    ),
}  # fmt: skip


# What only looks, and what finds nobody to tell of anything (tests/mail): it changes nothing.
LOOKS = ("/sessions/{slug:slug}/similar", "/sessions/{slug:slug}/organiser/notices")

# No form and no cookie: whoever shows a rehearsal's token gets in (tests/rehearsal).
BY_TOKEN = "/sessions/{slug:slug}/rehearsal"


# Where there is a provider: tests/oidc.
BY_PROVIDER = "/signin/oidc"
# Changes nothing, and answers to who has the server's secret only: tests/deploy.
BY_SECRET = "/doctor"


def posted() -> list[str]:
    return [r.path for r in routes() if isinstance(r, Route) and "POST" in (r.methods or ())]


def test_every_address_that_takes_a_post_is_tried() -> None:
    assert set(posted()) == set(POSTS) | {BY_TOKEN, BY_PROVIDER, BY_SECRET}


@pytest.mark.parametrize("path", sorted(POSTS))
def test_no_forged_form_is_taken(stage: Stage, path: str) -> None:
    form = Form(stage, path)
    before = content(stage.server)
    for told, token, headers in form.forgeries():
        assert form.send(token, **headers) in (403, 409), told
        assert content(stage.server) == before, told
    assert form.send(form.token()) in (200, 303)
    assert (content(stage.server) == before) is (path in LOOKS)


class Form:
    """A form of one address, as whoever may send it would send it."""

    def __init__(self, stage: Stage, path: str) -> None:
        server, slug = stage.server, stage.slug
        page, said, self.of_role, strange = POSTS[path]
        self.stage = stage
        self.browser = server.browser() if strange else thief_of(server, stage.actor)
        if path.endswith(("/leave", "/data")):  # the others still need theirs
            self.browser = server.staff(slug, "organiser")
            assert self.browser.join(slug, "Vorname").status == 303
        token = server.invite(slug, "scribe").rpartition("/")[2] if "enter" in path else stage.link
        if path.startswith(("/account", "/organiser")):  # shown who one is is good for ten minutes
            self.browser = signed_in(server, OLGA, "Olga")
        if path == "/signin/{token}":
            token = organiser(server, OLGA, "Olga").rpartition("/")[2]
        number = stage.number
        if path == "/organiser/information/{number:number}":
            place = "/organiser/information/new"
            made = self.browser.submit(place, place, **NOTICE).headers["location"]
            number = int(re.search(r"/(\d+)", made)[1])  # type: ignore[index]
        if path.startswith("/subscription/"):
            token = getattr(subscribed(server, OLGA), path.split("/")[2])
        plain = path.replace(":slug}", "}").replace(":number}", "}")
        names = {"slug": slug, "token": token, "number": number}
        self.address, self.page = plain.format(**names), page.format(**names)
        self.said: dict[str, object] = dict(said)
        if path == "/signin/code":
            asked = self.browser.submit("/signin", "/signin", address=OLGA).text
            begun = re.search(r'name="signin" value="(\w+)"', asked)[1]  # type: ignore[index]
            self.said |= {"signin": begun, "code": sealed(server, begun).code}
        if path == "/organiser/new":
            self.page = self.address + f"?from={slug}"
        if path.endswith(("/new", "/edit")):
            fields = self.browser.get(self.page).fields
            self.said = {**said, **fields, "title": f"Neu {uuid4().hex[:6]}"}
            del self.said["token"]
        if path == "/organiser/information/{number:number}":
            self.said["rev"] = self.browser.get(self.page).fields["rev"]
        if path == "/organiser/guides":
            seen = self.browser.get(hand_in(self.browser, GUIDES).headers["location"]).fields
            self.said |= {name: seen[name] for name in ("roll", "sheet", "count", "seen")}
        elif said.get("do") == "take":
            self.said |= {"number": stage.number, "rev": rev(stage.actor, slug, stage.number)}
        if said.get("do") == "withdraw":
            self.said["number"] = stage.number - 1
        if said.get("do") == "acknowledge":
            moderation = f"/sessions/{slug}/moderation"
            fields = {"do": "message", "text": f"Gleich {uuid4().hex}"}
            assert stage.actor.submit(moderation, moderation, **fields).status == 303

    def token(self) -> str:
        return self.browser.get(self.page).token

    def forgeries(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        slug, elsewhere = self.stage.slug, self.stage.server.slugs["open"]
        good = self.token()
        yield "none", "", {}
        yield "not ours", f"{good[:-1]}{'A' if good[-1] in 'wxyz' else 'x'}", {}
        yield "a page's", self.stage.server.page(self.stage.actor, slug).live, {}
        strange = self.browser.cookie == ""
        other = self.stage.actor if strange else self.stage.other
        yield "another pass's", other.get(f"/sessions/{slug}/mine").token, {}
        inside = [self.browser.get(f"/sessions/{elsewhere}/{place}") for place in ("join", "mine")]
        yield "another session's", next(p.token for p in inside if p.status == 200), {}
        if self.of_role:
            of_floor = self.page in (f"/sessions/{slug}", f"/sessions/{slug}/mine")
            place = "/stage" if of_floor else "/mine"
            yield "another role's", self.browser.get(f"/sessions/{slug}{place}").token, {}
        base = self.stage.server.base
        for origin in ("https://evil.example", f"{base}.evil.example", f"{base}0"):
            yield origin, good, {"origin": origin}
        for site in ("cross-site", "same-site", "other"):
            yield site, good, {"sec_fetch_site": site, "origin": "null"}
            yield site, good, {"sec_fetch_site": site}

    def send(self, token: str, **headers: str) -> int:
        sender = thief_of(self.stage.server, self.browser)
        if self.address == "/organiser/guides/list":
            return hand_in(sender, GUIDES, token, **headers).status
        if not self.address.endswith("/commands"):
            form: dict[str, object] = {"token": token, "key": str(uuid4())} | self.said
            return sender.post(self.address, form, **headers).status
        command = {"type": "command", "key": str(uuid4()), "text": f"{uuid4().hex}?"} | self.said
        headers |= {"content_type": "application/json", "x_dialog_token": token}
        return sender.ask("POST", self.address, json.dumps(command), **headers).status


def content(server: Server) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is stored."""
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as stored:
        tables = stored.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = {name: stored.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables}
    rows.pop("editions")  # what calendars were told is noted by and by, too
    # What is made of a record is laid beside it by and by.
    files = [
        (str(file), file.read_bytes())
        for file in server.folder.glob("sessions/*/*")
        if not file.name.startswith("transcript.")
    ]
    return {name: sorted(found, key=repr) for name, found in (rows | {"files": files}).items()}


# --- only a POST changes anything ----------------------------------------------------------------


def addresses(stage: Stage, invited: str, link: str) -> Iterator[str]:
    """Return an address of every route that is not a POST."""
    names = {
        "slug": stage.slug, "number": stage.number, "token": stage.link, "role": "moderator",
    }  # fmt: skip
    for route in routes():
        if isinstance(route, Mount):
            yield "/static/js/state.js"
        elif isinstance(route, Route) and "GET" in (route.methods or ()):
            plain = route.path.replace(":slug}", "}").replace(":number}", "}")
            token = {"enter": invited, "signin": link}.get(plain.split("/")[1], stage.link)
            yield plain.format(**(names | {"token": token}))
        else:
            assert isinstance(route, WebSocketRoute | Route)


def test_nothing_changes_by_looking(stage: Stage) -> None:
    server, slug = stage.server, stage.slug
    invited = server.invite(slug, "scribe").rpartition("/")[2]
    link = organiser(server, OLGA, "Olga").rpartition("/")[2]
    people = [server.browser(), server.volunteer(slug), thief_of(server, stage.actor)]
    people.append(thief_of(server, stage.signed))
    before = content(server)
    for browser in people:
        for address in addresses(stage, invited, link):
            for query in ("", "?do=withdraw&number=1&text=Ja&token=x&tab=log&confirm=publish"):
                for method in ("GET", "HEAD", "OPTIONS"):
                    browser.ask(method, f"{address}{query}")
    assert content(server) == before
    for path in (f"/enter/{invited}", f"/signin/{link}"):
        entering: Page = server.browser().enter(path)
        assert entering.status == 303
