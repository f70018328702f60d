"""Beamer and overlay: whose pass opens them, the code they show, and what an emergency does."""

import asyncio
import re
from uuid import uuid4

import pytest
import segno

from tests.live.client import Browser, Live
from tests.live.programme import CODE
from tests.live.server import Server
from tests.web.test_forms import act

SCREENS = ("beamer", "overlay")
STAFF = {"moderator": "moderation", "minister": "stage", "scribe": "scribe"}
STAFF |= {"organiser": "organiser"}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_needs_no_pass_where_readers_may_watch(server: Server, screen: str) -> None:
    page = server.browser().get(f"/sessions/{server.slugs['live']}/{screen}")
    assert page.status == 200
    assert "set-cookie" not in page.headers
    assert 'http-equiv="refresh"' in page.text


@pytest.mark.parametrize("screen", SCREENS)
async def test_where_readers_may_not_watch_any_pass_opens_a_screen(
    server: Server, screen: str
) -> None:
    slug = server.slugs["link"]
    refused = server.browser().get(f"/sessions/{slug}/{screen}")
    assert refused.status == 403
    assert "Diese Anzeige ist nicht öffentlich" in refused.text
    for role in STAFF:
        browser = await asyncio.to_thread(server.staff, slug, role)
        page = server.page(browser, slug, f"/{screen}").live
        async with Live(browser, slug, page=page) as shown:
            await shown.until(lambda one=shown: one.session)
            assert shown.me["role"] == "reader"
            assert shown.session["blank"] is False
        polled = browser.get(f"/sessions/{slug}/updates?wait=0", accept="application/json")
        assert polled.json()[0]["me"]["role"] == "reader"
    other = await asyncio.to_thread(server.staff, server.slugs["live"], "moderator")
    assert other.get(f"/sessions/{slug}/{screen}").status == 403


def test_the_code_is_for_those_in_the_hall(server: Server) -> None:
    slug = server.slugs["code"]
    said = f"{CODE[:3]} {CODE[3:]}"
    guest = server.browser()
    assert guest.join(slug, code=CODE).status == 303
    for browser in (server.browser(), guest):
        page = browser.get(f"/sessions/{slug}/beamer").text
        assert said not in page
        assert "Den Code nennt die Moderation." in page
    for role in STAFF:
        assert said in server.staff(slug, role).get(f"/sessions/{slug}/beamer").text


@pytest.mark.parametrize("name", ["live", "code"])
def test_the_drawn_code_is_the_address_beneath_it(server: Server, name: str) -> None:
    slug = server.slugs[name]
    page = server.browser().get(f"/sessions/{slug}/beamer").text
    address = f"{server.base}/sessions/{slug}/join"
    told = re.sub(r"<[^>]+>|\s+", "", re.search(r'class="addr">(.*?)</p>', page, re.DOTALL)[1])  # type: ignore[index]
    assert f"http://{told}" == address
    assert modules(page) == modules_of(address)


def modules(page: str) -> set[tuple[int, int]]:
    """Return the black modules of a drawn code, as (row, column) without its margin."""
    path = re.search(r'<path[^>]* d="([^"]+)"', page.partition("beam__join")[2])[1]  # type: ignore[index]
    black, row, column = set(), -0.5, 0
    for kind, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", path):
        if kind == "h":
            black |= {(int(row), column + n) for n in range(int(float(first)))}
            column += int(float(first))
        else:
            here = (column, row) if kind == "m" else (0, 0)
            column, row = here[0] + int(float(first)), here[1] + float(second)
    return {(row - 2, column - 2) for row, column in black}


def modules_of(address: str) -> set[tuple[int, int]]:
    code = segno.make(address, micro=False, error="m")
    return {(r, c) for r, line in enumerate(code.matrix) for c, dark in enumerate(line) if dark}


@pytest.mark.parametrize("role", STAFF)
def test_every_page_of_staff_empties_the_screens_by_a_form(server: Server, role: str) -> None:
    slug = server.slugs["open"]
    browser, place = server.staff(slug, role), STAFF[role]
    assert act(browser, slug, place, do="blank", on="1").status == 303
    said = browser.get(f"/sessions/{slug}/{place}").text
    assert "Beamer und Einblendung sind leer." in shown(said)
    assert label(said) == "Anzeige wieder zeigen"
    empty = server.browser().get(f"/sessions/{slug}/beamer").text
    assert "beam--empty" in empty
    assert act(browser, slug, place, do="blank", on="0").status == 303
    again = browser.get(f"/sessions/{slug}/{place}").text
    assert "Beamer und Einblendung sind leer." not in shown(again)
    assert label(again) == "Anzeige leeren"
    assert "beam--empty" not in server.browser().get(f"/sessions/{slug}/beamer").text


@pytest.mark.parametrize("role", STAFF)
def test_every_page_of_staff_takes_what_is_now_off_every_screen_by_a_form(
    server: Server, role: str
) -> None:
    slug = server.slugs["live"]
    text = f"Wer hilft {role} beim Ankommen in der neuen Stadt?"
    desk, browser, place = server.staff(slug, "moderator"), server.staff(slug, role), STAFF[role]
    number = on_stage(server, desk, slug, text)
    page = browser.get(f"/sessions/{slug}/{place}").text
    form = re.search(r'<form[^>]*data-command="hide".*?</form>', page, re.DOTALL)[0]  # type: ignore[index]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    done = browser.post(f"/sessions/{slug}/{place}", fields)
    assert done.status == 303
    assert text not in server.browser().get(f"/sessions/{slug}/beamer").text
    assert text not in server.browser().get(f"/sessions/{slug}/overlay").text
    after = shown(browser.get(done.headers["location"]).text)
    if role != "moderator":  # the desk has one's own last act, and its undoing
        assert f"Frage {number} steht auf keinem Bildschirm mehr" in after
    log = desk.get(f"/sessions/{slug}/moderation?tab=log").text
    assert f"Frage {number} ausgeblendet" in plain(log)


def test_the_log_says_which_way_the_screens_were_switched(server: Server) -> None:
    slug = server.slugs["open"]
    desk = server.staff(slug, "moderator")
    act(desk, slug, "moderation", do="blank", on="1")
    log = desk.get(f"/sessions/{slug}/moderation?tab=log").text
    event = re.search(r'name="event" value="(\d+)"', log.partition("<ol")[2])[1]  # type: ignore[index]
    assert "Anzeige geleert" in log
    assert act(desk, slug, "moderation", do="undo", event=event).status == 303
    log = desk.get(f"/sessions/{slug}/moderation?tab=log").text
    assert "Rückgängig: Anzeige geleert" in plain(log)
    act(desk, slug, "moderation", do="blank", on="1")
    act(desk, slug, "moderation", do="blank", on="0")
    assert "Anzeige wieder gezeigt" in desk.get(f"/sessions/{slug}/moderation?tab=log").text


def on_stage(server: Server, desk: Browser, slug: str, text: str) -> int:
    """Have a question asked, approved and called up."""
    asker = server.volunteer(slug)
    form = {"token": server.page(asker, slug).token, "key": str(uuid4()), "text": text}
    asked = asker.post(f"/sessions/{slug}/questions", form, accept="application/json").json()
    number = asked["result"]["number"]
    page = desk.get(f"/sessions/{slug}/moderation?number={number}").text
    rev = re.search(r'name="do" value="approve">.*?name="rev" value="(\d+)"', page, re.DOTALL)[1]  # type: ignore[index]
    assert act(desk, slug, "moderation", do="approve", number=number, rev=rev).status == 303
    page = desk.get(f"/sessions/{slug}/moderation?tab=order").text
    order = re.search(r'name="order_rev" value="(\d+)"', page)[1]  # type: ignore[index]
    seen = re.search(r'name="seen" value="(\d*)"', page)[1]  # type: ignore[index]
    called = act(
        desk, slug, "moderation", do="now", number=number, order_rev=order, seen=seen or ""
    )
    assert called.status == 303
    return int(number)


def shown(page: str) -> str:
    """Return a page without the paragraphs that are hidden."""
    return plain(
        re.sub(r"<p[^>]* hidden>.*?</p>", "", page.partition("<template")[0], flags=re.DOTALL)
    )


def plain(text: str) -> str:
    """Return a text with every white space a blank."""
    return re.sub(r"\s+", " ", text)


def label(page: str) -> str:
    return re.search(r'data-t="blank_label">([^<]+)<', page)[1]  # type: ignore[index]
