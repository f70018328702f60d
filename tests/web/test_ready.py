"""Before it begins: what is missing is said first; cancelling tells why; rehearsals from a page."""

import asyncio
import re
from datetime import timedelta

from tests.live.client import Live
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.team import signed_in
from tests.rehearsal.copies import soon


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


async def test_what_is_missing_is_counted_and_who_is_there_is_named(server: Server) -> None:
    slug = server.slugs["open"]
    page = f"/sessions/{slug}/organiser/ready"
    olga = await asyncio.to_thread(signed_in, server, "olga@dialog.example")
    before = plain((await asyncio.to_thread(olga.get, page)).text)
    assert "Bereit? 3 Dinge fehlen noch." in before
    assert "Moderation: niemand verbunden (fehlt)" in before
    assert "Beamer: nicht verbunden (freiwillig)" in before
    team = {
        role: await asyncio.to_thread(server.staff, slug, role, f"Ina {role}")
        for role in ("moderator", "minister")
    }
    desk, stage = [
        (await asyncio.to_thread(team[role].get, f"/sessions/{slug}/{place}")).live
        for role, place in (("moderator", "moderation"), ("minister", "stage"))
    ]
    async with (
        Live(team["moderator"], slug, page=desk, stream="desk"),
        Live(team["minister"], slug, page=stage, stream="stage"),
        Live(server.browser(), slug, screen="beamer"),
    ):
        shown = plain((await asyncio.to_thread(olga.get, page)).text)
        assert "Bereit? Eines fehlt noch." in shown
        assert re.search(
            r"Moderation: 1\sPerson \(bereit\) Ina moderator seit \d\d:\d\d Uhr", shown
        )
        assert shown.index("Protokoll: niemand verbunden") < shown.index("Moderation: 1")
        assert re.search(r"Beamer \(bereit\) seit \d\d:\d\d Uhr", shown)
        english = plain((await asyncio.to_thread(olga.get, f"{page}?lang=en")).text)
        assert "Ready? One thing is still missing." in english


def test_a_word_that_it_begins_later_stands_on_every_page(server: Server) -> None:
    slug = server.slugs["code"]
    page = f"/sessions/{slug}/organiser/ready"
    olga = signed_in(server, "olga@dialog.example")
    fields = {"do": "banner", "text": "Wir beginnen etwas später.", "back": page}
    answer = olga.submit(page, page, **fields)
    assert (answer.status, answer.headers["location"]) == (303, page)
    soon(lambda: "Wir beginnen etwas später." in server.browser().get(f"/sessions/{slug}").text)
    assert server.staff(slug, "moderator").get(page).status == 403


def test_cancelling_asks_once_and_tells_why(server: Server) -> None:
    slug = server.slugs["announced"]
    page = f"/sessions/{slug}/organiser"
    olga = signed_in(server, "olga@dialog.example")
    asked = olga.get(f"{page}?confirm=cancel")
    assert "Dialog wirklich absagen?" in asked.text
    fields = {"do": "phase", "to": "cancelled", "back": page}
    long = olga.submit(page, f"{page}?confirm=cancel", **fields, why="x" * 301)
    assert (long.status, "x" * 301 in long.text) == (422, True)
    assert "findet nicht statt" not in server.browser().get(f"/sessions/{slug}").text
    assert olga.submit(page, f"{page}?confirm=cancel", **fields, why="Krank.").status == 303
    shown = server.browser().get(f"/sessions/{slug}").text
    assert "Krank." in shown
    assert "Dieser Dialog findet nicht statt" in shown


def test_going_live_and_pausing_ask_once_without_a_script(server: Server) -> None:
    slug = server.slugs["open"]
    page = f"/sessions/{slug}/organiser"
    olga = signed_in(server, "olga@dialog.example")
    shown = olga.get(page).text
    for sheet in ("begin", "cancel", "pause"):
        assert f'{page}?confirm={sheet}"' in shown
        asked = olga.get(f"{page}?confirm={sheet}")
        assert re.search(r'<h1 id="sure"[^>]*>[^<]*\?</h1>', asked.text), sheet
    outside = shown.partition("<dialog")[0]
    assert 'name="to" value="live"' not in outside
    assert 'name="to" value="cancelled"' not in outside


def test_a_rehearsal_is_made_and_ended_from_a_page(server: Server) -> None:
    slug = server.slugs["live"]
    page = f"/sessions/{slug}/organiser/rehearsals"
    olga = signed_in(server, "olga@dialog.example")
    made = olga.submit(page, page, do="make")
    links = re.findall(r'<a href="[^"]*(/enter/[^"]+)"', made.text)
    assert (made.status, len(links)) == (200, 4)
    copy = re.search(r'href="/sessions/([^"]*-probe-[^"]*)/join"', made.text)[1]  # type: ignore[index]
    assert server.browser().get(f"/sessions/{copy}/join").status == 200
    moderator = server.browser()
    moderator.may = frozenset({"moderator"})
    assert moderator.enter(links[0]).status == 303
    assert moderator.get(f"/sessions/{copy}/moderation").status == 200
    assert copy in olga.get(page).text
    assert links[0] not in olga.get(page).text
    twin = declare(server.folder / "sessions", slug[11:], starts=timedelta(days=9))
    other = f"/sessions/{twin}/organiser/rehearsals"
    soon(lambda: server.browser().get(f"/sessions/{twin}").status == 200)
    assert copy not in olga.get(other).text
    assert olga.submit(other, other, do="end", slug=copy).status == 404
    assert olga.submit(page, page, do="end", slug=slug).status == 404
    assert olga.submit(page, page, do="end", slug=copy).status == 303
    soon(lambda: server.browser().get(f"/sessions/{copy}").status == 404)
    assert (server.folder / "sessions" / slug).exists()
