"""Who may do what: given by organisers, gone at once where taken, asked again before."""

import asyncio
import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.live.client import Browser, Live, Page
from tests.live.server import Server, running
from tests.live.team import RELAY, follow, letters, organiser, rewind, sealed, signed_in

EVERYWHERE = "/organiser/staff"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("team"), **RELAY) as started:
        yield started


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


@pytest.fixture
def boss(server: Server) -> Browser:
    return signed_in(server, f"{uuid4().hex[:12]}@amt.example", "Olga Organisation")


def fresh() -> str:
    return f"{uuid4().hex[:12]}@amt.example"


def add(boss: Browser, place: str, address: str, *roles: str, **fields: str) -> Page:
    ticked = dict.fromkeys(roles, "1")
    name = fields.pop("name", "Mia Moderation")
    return boss.submit(place, place, do="add", address=address, name=name, **ticked, **fields)


def account(boss: Browser, place: str, address: str) -> str:
    """Return the number under which a page knows an account."""
    text = boss.get(place).text
    part = text[: text.index(address)].rpartition('<li id="a')[2]
    return part.partition('"')[0]


def enter(server: Server, address: str) -> Browser:
    """Return a browser in which somebody with an account has signed in by mail."""
    browser = server.browser()
    page = browser.submit("/signin", "/signin", address=address)
    number = re.search(r'name="signin" value="([0-9a-f]{32})"', page.text)[1]  # type: ignore[index]
    follow(browser, f"{server.base}/signin/{sealed(server, number).token}")
    return browser


def seats(slug: str) -> str:
    return f"/sessions/{slug}/organiser/staff"


# --- giving --------------------------------------------------------------------------------------


def test_whoever_gets_a_seat_enters_that_session_alone(server, boss, slug) -> None:
    address = fresh()
    assert add(boss, seats(slug), address, "moderator").status == 303
    browser = enter(server, address)
    assert "Moderation" in browser.get("/account").text
    assert browser.get(f"/sessions/{slug}/moderation").status == 200
    assert browser.get(f"/sessions/{slug}/scribe").status == 403
    assert browser.get(f"/sessions/{server.slugs['open']}/moderation").status == 403
    assert browser.get(EVERYWHERE).status == 403
    assert browser.get(seats(slug)).status == 403


def test_an_office_opens_every_session(server, boss, slug) -> None:
    address = fresh()
    assert add(boss, EVERYWHERE, address, "scribe").status == 303
    browser = enter(server, address)
    for one in (slug, server.slugs["open"]):
        assert browser.get(f"/sessions/{one}/scribe").status == 200
    assert browser.get(EVERYWHERE).status == 403
    assert address in boss.get(seats(slug)).text or "Mia Moderation" in boss.get(seats(slug)).text


def test_whoever_is_added_gets_a_letter_if_wanted(server, boss, slug) -> None:
    with_, without = fresh(), fresh()
    add(boss, seats(slug), with_, "moderator", "scribe", letter="1")
    add(boss, seats(slug), without, "moderator")
    told = {address: facts for _, address, facts in letters(server)}
    assert told[with_] == {"roles": ["moderator", "scribe"]}
    assert without not in told


def test_adding_somebody_twice_adds_what_is_new(server, boss, slug) -> None:
    address = fresh()
    add(boss, seats(slug), address, "moderator")
    add(boss, seats(slug), address.upper(), "scribe", name="Anders")
    text = boss.get(seats(slug)).text
    assert text.count(address) == 1
    browser = enter(server, address)
    for place in ("moderation", "scribe"):
        assert browser.get(f"/sessions/{slug}/{place}").status == 200


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"address": "niemand", "name": "Mia", "moderator": "1"}, "Das ist keine E-Mail-Adresse"),
        ({"address": "a@b.example", "name": "", "moderator": "1"}, "Es fehlt noch der Name"),
        ({"address": "a@b.example", "name": "x" * 81, "moderator": "1"}, "Der Text ist zu lang"),
        ({"address": "a@b.example", "name": "Mia"}, "Es fehlt noch eine Aufgabe"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(boss, slug, fields, said) -> None:
    for place in (EVERYWHERE, seats(slug)):
        page = boss.submit(place, place, do="add", **fields)
        assert page.status == 422
        assert said in page.text
        for name in ("address", "name"):
            assert f'value="{fields[name]}"' in page.text
        assert ('id="moderator-new" name="moderator" value="1" checked' in page.text) is (
            "moderator" in fields
        )


# --- taking --------------------------------------------------------------------------------------


async def test_a_seat_that_goes_closes_what_is_open_with_it(server, boss, slug) -> None:
    address = fresh()
    add(boss, seats(slug), address, "moderator", "scribe")
    browser = enter(server, address)
    browser.may = frozenset({"moderator"})
    desk = server.page(browser, slug, "/moderation")
    number = account(boss, seats(slug), address)
    async with Live(browser, slug, page=desk.live, stream="desk") as one:
        given = {"do": "roles", "number": number, "scribe": "1"}
        assert boss.submit(seats(slug), seats(slug), **given).status == 303
        assert await one.closed() == 4501
    form = {"token": desk.token, "key": "k", "do": "message", "text": "Noch da?"}
    assert browser.post(f"/sessions/{slug}/moderation", form).status == 403
    assert browser.get(f"/sessions/{slug}/moderation").status == 403
    assert browser.get(f"/sessions/{slug}/updates?stream=desk").status == 403
    assert browser.get(f"/sessions/{slug}/scribe").status == 200  # still signed in
    again = Live(browser, slug)
    await again.open(browser.cookie)
    await again.send({"type": "hello", "stream": "desk", "page": desk.live})
    assert await again.closed() == 4501


def test_an_account_that_is_removed_is_signed_out(server, boss) -> None:
    address = fresh()
    add(boss, EVERYWHERE, address, "moderator")
    browser = enter(server, address)
    number = account(boss, EVERYWHERE, address)
    sure = boss.get(f"{EVERYWHERE}?remove={number}")
    assert "Mia Moderation entfernen?" in sure.text
    assert boss.submit(EVERYWHERE, EVERYWHERE, do="remove", number=number).status == 303
    assert browser.get("/account").status == 303
    assert address not in boss.get(EVERYWHERE).text
    gone = boss.submit(EVERYWHERE, EVERYWHERE, do="remove", number=number)
    assert (gone.status, "gibt es nicht mehr" in gone.text) == (404, True)


def test_a_seat_is_no_right_over_accounts(server, boss, slug) -> None:
    address = fresh()
    add(boss, seats(slug), address, "organiser")
    browser = enter(server, address)
    number = account(boss, EVERYWHERE, address)
    assert browser.get(seats(slug)).status == 200
    for do in ("remove", "rename"):
        form = {"do": do, "number": number, "name": "Gekapert"}
        assert browser.submit(seats(slug), seats(slug), **form).status == 422
    token = browser.get(seats(slug)).token
    form = {"token": token, "do": "roles", "number": number, "organiser": "1"}
    assert browser.post(EVERYWHERE, form).status == 403
    assert browser.post(seats(server.slugs["open"]), form).status == 403
    assert boss.get(EVERYWHERE).status == 200


def test_a_name_is_put_right(boss) -> None:
    address = "falsch.geschrieben@amt.example"
    add(boss, EVERYWHERE, address, "scribe")
    number = account(boss, EVERYWHERE, address)
    refused = boss.submit(EVERYWHERE, EVERYWHERE, do="rename", number=number, name=" ")
    assert refused.status == 422
    assert f'id="name{number}-e"' in refused.text
    assert 'id="name-e"' not in refused.text
    assert f'href="#name{number}"' in refused.text
    name = "Aylin Sommer-Kaya"
    done = boss.submit(EVERYWHERE, EVERYWHERE, do="rename", number=number, name=name)
    assert done.status == 303
    assert f"<h3>{name}" in boss.get(EVERYWHERE).text


def test_the_last_organiser_stays(tmp_path) -> None:
    with running(tmp_path, **RELAY) as server:
        boss = signed_in(server, "eins@amt.example")
        number = account(boss, EVERYWHERE, "eins@amt.example")
        for fields in ({"do": "remove"}, {"do": "roles"}, {"do": "roles", "scribe": "1"}):
            page = boss.submit(EVERYWHERE, EVERYWHERE, number=number, **fields)
            assert (page.status, "einzige Konto" in page.text) == (409, True)
        add(boss, EVERYWHERE, "zwei@amt.example", "organiser")
        away = boss.submit(EVERYWHERE, EVERYWHERE, do="roles", number=number)
        assert (away.status, away.headers["location"]) == (303, "/account")
        assert boss.get(EVERYWHERE).status == 403
        log = server.log.read_text("utf-8")
        assert "roles changed" in log
        assert "zwei@amt" not in log + "eins@amt"[:0]


# --- asked again ---------------------------------------------------------------------------------


def publish(browser: Browser, slug: str) -> dict[str, str]:
    page = browser.get(f"/sessions/{slug}/organiser?tab=publish")
    return {"token": page.token, "key": uuid4().hex, "do": "publish"}


def code_again(server: Server, browser: Browser, address: str) -> None:
    """Show once more who one is, by a code."""
    sent = browser.submit("/account/confirm", "/account/confirm", do="send")
    assert (sent.status, letters(server)[-1][1]) == (200, address)
    number = re.search(r'name="signin" value="([0-9a-f]{32})"', sent.text)[1]  # type: ignore[index]
    told = sealed(server, number)
    wrong = f"{(int(told.code) + 1) % 1_000_000:06}"
    form = {"token": sent.token, "signin": number}
    assert browser.post("/account/confirm", form | {"code": wrong}).status == 403
    before = browser.cookie
    done = browser.post("/account/confirm", form | {"code": told.code})
    assert (done.status, browser.cookie != before) == (303, True)
    assert "Bestätigt" in browser.get(done.headers["location"]).text


def test_roles_ask_again_and_keep_what_was_typed(server, slug) -> None:
    own, address = fresh(), fresh()
    boss = signed_in(server, own)
    rewind(server, 11)
    for place in (EVERYWHERE, seats(slug)):
        page = add(boss, place, address, "scribe")
        assert page.status == 403
        assert "Bitte bestätigen Sie, dass Sie es sind" in page.text
        assert f'value="{address}"' in page.text
        assert 'href="/account/confirm" target="_blank"' in page.text
    code_again(server, boss, own)
    for place in (EVERYWHERE, seats(slug)):
        assert add(boss, place, address, "scribe").status == 303


REDACTION = {"number": 1, "from": 0, "to": 1, "field": "text"}


@pytest.mark.parametrize(
    "do, fields",
    [("publish", {}), ("redact", REDACTION), ("unpublish", {"number": 1, "why": "Grund"})],
)
async def test_what_cannot_be_taken_back_asks_again_on_every_way(server, slug, do, fields) -> None:
    own = fresh()
    boss = await asyncio.to_thread(signed_in, server, own)
    boss.may = frozenset({"organiser"})
    page = server.page(boss, slug, "/organiser")
    rewind(server, 11)
    place = f"/sessions/{slug}/organiser"
    form = {"token": page.token, "key": uuid4().hex, "do": do} | fields
    answer = boss.post(place, form, accept="application/json")
    assert (answer.status, answer.json()["code"]) == (403, "confirm")
    shown = boss.post(place, form | {"key": uuid4().hex})
    assert (shown.status, "Bitte bestätigen Sie" in shown.text) == (403, True)
    command = {"type": "command", "key": uuid4().hex, "do": do} | fields
    by_token = {"content_type": "application/json", "x_dialog_token": page.token}
    answer = boss.ask("POST", f"/sessions/{slug}/commands", json.dumps(command), **by_token)
    assert (answer.status, answer.json()["code"]) == (403, "confirm")
    async with Live(boss, slug, page=page.live, stream="desk") as line:
        assert (await line.command(do, **fields))["code"] == "confirm"
        banner = await line.command("banner", text=f"Anderes geht {do}")
        assert banner["type"] == "done"
        code_again(server, boss, own)
        # The line began before that, with the token of then: it knows all the same.
        assert (await line.command(do, **fields)).get("code") != "confirm"
    answer = boss.post(place, form | {"key": uuid4().hex}, accept="application/json")
    assert answer.json().get("code") != "confirm"


def test_a_link_of_the_command_line_has_nothing_to_show_again(server, slug) -> None:
    browser = server.staff(slug, "organiser")
    rewind(server, 1_000)
    page = browser.get(f"/sessions/{slug}/organiser")
    form = {"token": page.token, "key": uuid4().hex, "do": "unpublish", "number": 1, "why": "x"}
    answer = browser.post(f"/sessions/{slug}/organiser", form, accept="application/json")
    assert answer.json().get("code") != "confirm"
    assert add(browser, seats(slug), fresh(), "scribe").status == 303


def test_one_confirms_only_oneself(server) -> None:
    one, two = fresh(), fresh()
    browser = signed_in(server, one)
    organiser(server, two, "Die andere")
    sent = server.browser().submit("/signin", "/signin", address=two)
    number = re.search(r'name="signin" value="([0-9a-f]{32})"', sent.text)[1]  # type: ignore[index]
    rewind(server, 11)
    form = {"signin": number, "code": sealed(server, number).code}
    browser.submit("/account/confirm", "/account/confirm", **form)
    text = browser.get("/account").text
    assert ("Die andere" in text) is False or "Olga" not in text


def test_a_private_link_of_somebody_else_is_refused_with_a_sentence(server, boss, slug) -> None:
    asker = server.volunteer(slug)
    shown = asker.get(f"/sessions/{slug}/mine").text
    link = re.search(rf"/sessions/{slug}/mine/([\w-]+)", shown)[0]  # type: ignore[index]
    assert boss.get(f"/sessions/{slug}/moderation").status == 200
    page = boss.submit(link, link)
    assert (page.status, "von jemand anderem" in page.text) == (403, True)
    assert boss.get(f"/sessions/{slug}/moderation").status == 200


def test_nobody_decides_on_what_they_asked_in_another_browser(server, slug) -> None:
    address = fresh()
    boss = signed_in(server, address)
    add(boss, seats(slug), address, "organiser")
    asking, deciding = [enter(server, address) for _ in range(2)]
    assert asking.join(slug, "Vorname").status == 303
    form = {"token": server.page(asking, slug).token, "key": str(uuid4()), "text": "Meine Frage?"}
    done = asking.post(f"/sessions/{slug}/questions", form, accept="application/json").json()
    number = done["result"]["number"]
    deciding.may = frozenset({"moderator"})
    place = f"/sessions/{slug}/moderation"
    form = {"token": deciding.get(place).token, "key": str(uuid4()), "do": "approve"}
    told = deciding.get(f"/sessions/{slug}/updates?stream=desk").json()
    rows = next(m for m in told if m["type"] == "snapshot")["questions"]
    rev = next(row["rev"] for row in rows if row["number"] == number)
    answer = deciding.post(place, form | {"number": number, "rev": rev}, accept="application/json")
    assert (answer.status, answer.json().get("field")) == (403, "own")
