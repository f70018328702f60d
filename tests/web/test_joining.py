"""Joining: many from one network come in as new, too many wait, whoever was here is not new."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialog.forum.names import Admission
from dialog.hub.limits import Arrivals, Pace
from tests.live.client import Browser, Live, Page
from tests.live.programme import CODE, declare
from tests.live.server import Server, running

USUAL, MOST = 3, 6
PACE: dict[str, Any] = {"joins_at_once": USUAL, "joins_per_minute": 0.001, "joins_per_hour": MOST}
ONE, OTHER = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server behind a proxy, to which few come from one network."""
    with running(tmp_path, proxies="127.0.0.1", staff_messages_per_10s=5_000, **PACE) as started:
        yield started


class Guest(Browser):
    """A browser whose proxy says from where it comes."""

    def __init__(self, base: str, address: str = ONE) -> None:
        super().__init__(base)
        self.address = address

    def ask(self, method: str, path: str, body: Any = "", **headers: str) -> Page:
        return super().ask(method, path, body, **{"x_forwarded_for": self.address} | headers)


def snapshot(browser: Browser, slug: str, stream: str = "desk") -> dict[str, Any]:
    messages = browser.get(f"/sessions/{slug}/updates?stream={stream}").json()
    return {message["type"]: message for message in messages}


def ask(guest: Browser, slug: str, text: str) -> Page:
    room = f"/sessions/{slug}"
    return guest.submit(room, f"{room}/questions", text=text, show="anonymous")


def fresh(server: Server, slug: str) -> list[bool]:
    rows = snapshot(server.staff(slug, "moderator"), slug)["snapshot"]["questions"]
    return [row["fresh"] for row in sorted(rows, key=lambda row: row["number"])]


def test_beyond_the_usual_pace_people_come_in_as_new_and_beyond_the_most_they_wait(server):
    slug = server.slugs["live"]
    guests = [Guest(server.base, f"198.51.100.{n}") for n in range(1, MOST + 2)]
    *let_in, late = guests
    assert [guest.join(slug, f"Gast Nummer {n}").status for n, guest in enumerate(let_in)] == (
        [303] * MOST
    )
    refused = late.join(slug, "Gast kommt zu spät")
    assert refused.status == 429
    assert "kommen gerade sehr viele auf einmal dazu" in refused.text
    assert 'value="Gast kommt zu spät"' in refused.text
    seconds = int(refused.headers["retry-after"])
    assert re.search(rf"in {seconds}\sSekunden", refused.text)
    assert 0 < seconds <= 3600 / MOST + 1
    assert late.get(f"/sessions/{slug}").status == 200
    assert Guest(server.base, OTHER).join(slug).status == 303
    assert Guest(server.base, "2001:db8::1").join(slug).status == 303
    assert late.join(server.slugs["open"]).status == 303, "each session counts its own"
    for n, guest in enumerate(let_in):
        assert ask(guest, slug, f"Frage des Gastes {n} von allen?").status == 303
    assert fresh(server, slug) == [False] * USUAL + [True] * (MOST - USUAL)


def test_everyone_supports_whatever_network_they_come_from(server):
    slug = server.slugs["live"]
    guests = [Guest(server.base) for _ in range(MOST)]
    for guest in guests:
        guest.join(slug)
    assert ask(guests[0], slug, "Was wird unterstützt?").status == 303
    moderator = server.staff(slug, "moderator")
    desk = f"/sessions/{slug}/moderation"
    rev = snapshot(moderator, slug)["snapshot"]["questions"][0]["rev"]
    assert moderator.submit(desk, desk, do="approve", number=1, rev=rev).status == 303
    room = f"/sessions/{slug}"
    for guest in guests[1:]:
        assert guest.submit(room, f"{room}/questions/1/upvote", on=1).status == 303
    rows = snapshot(guests[0], slug, "floor")["snapshot"]["questions"]
    assert [row["upvotes"] for row in rows] == [MOST]


def test_who_was_here_is_not_new_and_whoever_follows_a_link_counts_for_nobody(server):
    slug = server.slugs["open"]
    first = Guest(server.base)
    assert first.join(slug, "Erster Name hier").status == 303
    for n in range(2 * MOST):
        again = first.submit(f"/sessions/{slug}/mine", f"/sessions/{slug}/join", name=f"Nummer {n}")
        assert again.status == 303
    mine = first.get(f"/sessions/{slug}/mine").text
    link = re.search(r'href="[^"]*(/sessions/[^"]*/mine/[^"]+)" rel', mine)
    assert link
    for _ in range(2 * MOST):
        other = Guest(server.base)
        assert other.submit(link[1], link[1]).status == 303
        assert ask(other, slug, "Bin ich das?").status in (303, 409)
    assert fresh(server, slug) == [False]
    for _ in range(MOST - 1):
        assert Guest(server.base).join(slug).status == 303
    assert Guest(server.base).join(slug).status == 429
    assert first.submit(f"/sessions/{slug}/mine", f"/sessions/{slug}/join", name="").status == 303


def test_a_wrong_code_counts_for_nobody(server):
    slug = server.slugs["code"]
    for _ in range(2 * MOST):
        assert Guest(server.base).join(slug, code="000000").status == 403
    assert [Guest(server.base).join(slug, code=CODE).status for _ in range(MOST + 1)] == (
        [303] * MOST + [429]
    )


def test_the_pace_comes_back():
    arrivals = Arrivals(Pace(0.1, 2), Pace(0.5, 4))
    told = [arrivals.admit("saal", 0.0) for _ in range(6)]
    assert told == [*[Admission.JOINED] * 2, *[Admission.NEW] * 2, 2.0, 2.0]
    assert arrivals.admit("anderswo", 0.0) is Admission.JOINED
    assert arrivals.admit("saal", 2.0) is Admission.NEW
    assert arrivals.admit("saal", 20.0) is Admission.JOINED


# --- invited people only -------------------------------------------------------------------------


def switch(server: Server, slug: str, on: int) -> None:
    organiser = server.staff(slug, "organiser")
    page = f"/sessions/{slug}/organiser"
    assert organiser.submit(page, page, do="accept", invited=on).status == 303


def test_while_only_the_invited_take_part_others_read_and_are_told(server):
    slug = server.slugs["live"]
    guest = Guest(server.base)
    assert guest.join(slug, "Schon da gewesen").status == 303
    room = f"/sessions/{slug}"
    token = guest.get(room).token
    stranger = Guest(server.base, OTHER)
    before = stranger.get(f"{room}/join").token
    switch(server, slug, 1)
    page = guest.get(room)
    assert "Gerade nehmen nur Eingeladene teil" in page.text
    assert "form" not in page.text.partition("data-asking")[2].partition("</section>")[0]
    typed = {"token": token, "key": "a-key-of-mine", "text": "Was ich tippte?", "show": "anonymous"}
    refused = guest.post(f"{room}/questions", typed)
    assert refused.status == 403
    assert "kann gerade nur, wer eine persönliche Einladung hat" in refused.text
    assert "Was ich tippte?" in refused.text
    joining = stranger.get(f"{room}/join")
    assert "Gerade nehmen nur Eingeladene teil" in joining.text
    assert f'action="{room}/join"' not in joining.text
    sent = stranger.post(f"{room}/join", {"token": before, "name": "Wer"})
    assert sent.status == 403
    assert stranger.get(room).status == 200
    told = server.staff(slug, "organiser").get(f"{room}/organiser").text
    assert re.search(r'aria-checked="true" aria-labelledby="s-invited"', told)
    switch(server, slug, 0)
    assert "data-ask " in guest.get(room).text
    assert stranger.join(slug).status == 303


def test_where_all_are_invited_there_is_no_such_switch(server):
    slug = server.slugs["link"]
    page = server.staff(slug, "organiser").get(f"/sessions/{slug}/organiser").text
    assert "s-questions" in page
    assert "s-invited" not in page


def test_an_open_session_says_who_can_take_part(server):
    said = "Teilnehmen kann, wer den Link kennt."
    assert said in Guest(server.base).get(f"/sessions/{server.slugs['open']}").text
    assert said not in Guest(server.base).get(f"/sessions/{server.slugs['code']}").text


# --- how one is shown ----------------------------------------------------------------------------


@pytest.fixture
def named(tmp_path: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with sessions that show people in one way only."""
    ways = {way: [way] for way in ("name", "team", "anonymous")} | {"both": ["name", "team"]}
    slugs = {key: declare(tmp_path / "sessions", key, names=names) for key, names in ways.items()}
    started = Server(tmp_path, slugs)
    started.migrate()
    started.start()
    yield started, slugs
    started.stop()
    started.check_log()


def test_the_form_offers_what_the_session_allows(named):
    server, slugs = named
    for way, said in (
        ("name", "In diesem Dialog erscheinen alle mit ihrem Namen."),
        ("team", "In diesem Dialog kennt nur das Team Ihren Namen"),
        ("anonymous", "In diesem Dialog erscheinen alle ohne Namen."),
    ):
        slug = slugs[way]
        guest = server.volunteer(slug)
        room = guest.get(f"/sessions/{slug}").text
        assert f'<input type="hidden" name="show" value="{way}">' in room
        assert said in room
        assert 'type="radio" name="show"' not in room
        other = "team" if way == "name" else "name"
        address = f"/sessions/{slug}"
        refused = guest.submit(address, f"{address}/questions", text="Wie nun?", show=other)
        assert refused.status == 403
        assert "So zeigt dieser Dialog niemanden" in refused.text
        assert guest.submit(address, f"{address}/questions", text="So?", show=way).status == 303
    slug = slugs["both"]
    room = server.volunteer(slug).get(f"/sessions/{slug}").text
    assert re.findall(r'type="radio" name="show" value="(\w+)"', room) == ["name", "team"]
    nameless = server.volunteer(slug, "")
    room = nameless.get(f"/sessions/{slug}")
    assert "In diesem Dialog wird mit Namen gefragt." in room.text
    address = f"/sessions/{slug}"
    refused = nameless.submit(address, f"{address}/questions", text="Ohne Namen?", show="team")
    assert refused.status == 422
    assert "Ohne Namen?" in refused.text


def test_staff_are_offered_the_same(named):
    server, slugs = named
    for way in ("name", "team", "anonymous"):
        page = server.staff(slugs[way], "moderator").get(
            f"/sessions/{slugs[way]}/moderation?dialog=ask"
        )
        assert re.findall(r'type="radio" name="show" value="(\w+)"', page.text) == [way]
        assert ('name="archive"' in page.text) is (way == "name")


def test_what_staff_enter_is_shown_as_they_wish_with_the_consent_given(server):
    slug = server.slugs["live"]
    moderator = server.staff(slug, "moderator")
    desk = f"/sessions/{slug}/moderation"
    entered = {"text": "Am Telefon gefragt?", "via": "phone", "asker": "Frau am Telefon"}
    sent = moderator.submit(desk, desk, do="ask", show="name", archive=1, **entered)
    assert sent.status == 303
    row = snapshot(moderator, slug)["snapshot"]["questions"][0]
    assert (row["name"], row["show"]) == ("Frau am Telefon", "name")


def test_a_name_is_changed_for_new_questions_and_for_one_that_stands(server):
    slug = server.slugs["live"]
    guest = Guest(server.base)
    guest.join(slug, "Erster langer Name")
    room, mine = f"/sessions/{slug}", f"/sessions/{slug}/mine"
    sent = guest.submit(room, f"{room}/questions", text="Unter welchem Namen?", show="name")
    assert sent.status == 303
    renamed = guest.submit(mine, f"{room}/join", name="Zweiter langer Name", back="mine")
    assert (renamed.status, renamed.headers["location"]) == (303, mine)
    moderator = server.staff(slug, "moderator")
    assert snapshot(moderator, slug)["snapshot"]["questions"][0]["name"] == "Erster langer Name"
    page = guest.get(mine).text
    assert "Name und Ort ändern" in page
    sent = guest.submit(mine, mine, do="name", number=1, rev=0, show="team", district="Hof")
    assert sent.status == 303, sent.text
    row = snapshot(moderator, slug)["snapshot"]["questions"][0]
    assert (row["name"], row["show"], row["district"]) == ("Zweiter langer Name", "team", "Hof")
    assert "Erster langer Name" not in json.dumps(snapshot(moderator, slug))
    long = guest.submit(mine, mine, do="name", number=1, rev=0, show="name", district="H" * 81)
    assert long.status == 422
    assert "H" * 81 in long.text


async def test_pages_that_are_live_speak_by_the_new_name(server):
    slug = server.slugs["live"]
    guest = await asyncio.to_thread(server.volunteer, slug, "Erster langer Name")
    page = await asyncio.to_thread(server.page, guest, slug)
    async with Live(guest, slug, page=page.live) as line:
        mine, join = f"/sessions/{slug}/mine", f"/sessions/{slug}/join"
        sent = await asyncio.to_thread(guest.submit, mine, join, name="Zweiter langer Name")
        assert sent.status == 303
        told = await line.command("ask", text="Unter welchem Namen?", show="team")
        assert told["type"] == "done"
    moderator = await asyncio.to_thread(server.staff, slug, "moderator")
    rows = (await asyncio.to_thread(snapshot, moderator, slug))["snapshot"]["questions"]
    assert [row["name"] for row in rows] == ["Zweiter langer Name"]
    data = await asyncio.to_thread(guest.get, f"/sessions/{slug}/mine/data.json")
    assert data.json()["admission"] == "joined"


def test_while_only_the_invited_take_part_one_may_take_ones_own_support_back(server):
    slug = server.slugs["live"]
    room, desk = f"/sessions/{slug}", f"/sessions/{slug}/moderation"
    asker, supporter, other = (Guest(server.base) for _ in range(3))
    for guest in (asker, supporter, other):
        assert guest.join(slug).status == 303
    assert ask(asker, slug, "Wer steht dahinter?").status == 303
    moderator = server.staff(slug, "moderator")
    rev = snapshot(moderator, slug)["snapshot"]["questions"][0]["rev"]
    assert moderator.submit(desk, desk, do="approve", number=1, rev=rev).status == 303
    token = other.get(room).token
    assert supporter.submit(room, f"{room}/questions/1/upvote", on=1).status == 303
    switch(server, slug, 1)
    assert 'aria-pressed="true"' in supporter.get(room).text
    assert "aria-pressed" not in other.get(room).text
    typed = {"token": token, "key": "another-key", "on": 1}
    assert other.post(f"{room}/questions/1/upvote", typed).status == 403
    assert supporter.submit(room, f"{room}/questions/1/upvote", on=0).status == 303
    assert "aria-pressed" not in supporter.get(room).text
    rows = snapshot(other, slug, "floor")["snapshot"]["questions"]
    assert [row["upvotes"] for row in rows] == [1]
