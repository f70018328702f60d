"""A lost server, a network without websockets: nothing typed or tapped is lost, nothing jumps."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import (
    BACK_WITHIN,
    LOST,
    People,
    ask,
    connected,
    decide,
    field,
    opened,
    ranked,
    stayed,
    stays,
)
from tests.live.server import Server

pytestmark = pytest.mark.browser

FIRST = "Wer hilft, wenn Post vom Amt nicht zu verstehen ist?"
SECOND = "Gibt es Sprachkurse für Menschen, die nachts arbeiten?"
DRAFT = "Ich schreibe gerade, und da ist plötzlich die Verbindung"


def test_the_server_goes_and_comes_back(people: People, server: Server) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    page, other = people.volunteer(slug), people.volunteer(slug)
    for text in (FIRST, SECOND):
        ask(other, text)
        decide(desk, text, "a")
    show_all(page)
    stays(page)
    field(page).fill(DRAFT)
    expect(page.get_by_text("Entwurf gesichert")).to_be_visible()
    with people.expecting(LOST):
        server.stop()
        strip = page.get_by_role("alert").filter(has_text="Keine Verbindung seit")
        expect(strip).to_be_visible()
        expect(strip.get_by_role("button", name="Erneut verbinden")).to_be_visible()
        expect(strip).to_contain_text(re.compile(r"Stand von \d\d:\d\d:\d\d\sUhr"))
        button = ranked(page, SECOND).get_by_role("button", name="Unterstützen")
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        before = place(page)
        server.start()
        connected(page, BACK_WITHIN)
        connected(other, BACK_WITHIN)
    expect(strip).to_be_hidden()
    expect(ranked(page, SECOND).locator("[data-field=upvotes]")).to_have_text("2")
    show_all(other)
    expect(ranked(other, SECOND).locator("[data-field=upvotes]")).to_have_text("2")
    assert place(page) == before
    expect(field(page)).to_have_value(DRAFT)
    assert stayed(page)
    page.reload()
    expect(field(page)).to_have_value(DRAFT)


def place(page: Page) -> list[object]:
    """Where the focus is, and how the list stands."""
    return list(
        page.evaluate(
            """() => {
              const rows = [...document.querySelectorAll("[data-list=ranking] > li")];
              return [document.activeElement.dataset.number, rows.map((li) => li.dataset.number)];
            }"""
        )
    )


def show_all(page: Page) -> None:
    """Show what waits behind the button, if something does."""
    fresh = page.get_by_role("button", name="Anzeigen")
    expect(fresh.or_(ranked(page, SECOND)).first).to_be_visible()
    if fresh.is_visible():
        fresh.click()
    expect(ranked(page, SECOND)).to_be_visible()


def test_without_websockets_the_long_poll_takes_over(people: People, server: Server) -> None:
    slug = server.slugs["other"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    other = people.volunteer(slug)
    page = people.page()
    page.route_web_socket("**/live", lambda socket: socket.close(code=1011))
    page.goto(f"/sessions/{slug}/join")
    page.get_by_role("button", name="Am Dialog teilnehmen").click()
    with page.expect_request("**/updates*"):
        connected(page)
    stays(page)
    ask(page, FIRST)
    decide(desk, FIRST, "a")
    expect(ranked(page, FIRST)).to_be_visible()
    ranked(other, FIRST).get_by_role("button", name="Unterstützen").click()
    expect(ranked(page, FIRST).locator("[data-field=upvotes]")).to_have_text("2")
    own = ranked(page, FIRST).get_by_role("button", name="Unterstützen")
    own.click()
    expect(ranked(other, FIRST).locator("[data-field=upvotes]")).to_have_text("1")
    assert stayed(page)


ENDS = {
    1000: ("Dieser Dialog ist abgeschlossen.", "Protokoll lesen"),
    4501: ("Ihr Zugang gilt auf dieser Seite nicht mehr.", "Seite neu öffnen"),
    4503: ("Ihre Teilnahme an diesem Dialog ist beendet.", "Zum Programm"),
    4504: ("Diesen Dialog gibt es hier nicht mehr.", "Zum Programm"),
    4510: ("Diese Seite ist nicht mehr aktuell.", "Seite neu öffnen"),
    4511: ("Diese Seite lässt sich nicht wieder verbinden.", "Seite neu öffnen"),
}


@pytest.mark.parametrize("room", [True, False], ids=["room", "desk"])
def test_an_end_for_good_is_said_in_words_with_the_next_step(
    people: People, server: Server, looks: Looks, room: bool
) -> None:
    slug, end = server.slugs["third"], {"code": 0}
    page = people.volunteer(slug) if room else people.staff(slug, "moderator", "Kaya Demir")
    if room:
        field(page).fill(DRAFT)
    page.route_web_socket("**/live", lambda socket: socket.close(code=end["code"]))
    for code, (title, step) in ENDS.items():
        end["code"] = code
        page.reload()
        strip = page.get_by_role("alert").filter(has_text=title)
        expect(strip).to_be_visible()
        expect(strip.get_by_role("link", name=step)).to_be_visible()
        if room:
            expect(page.locator("[data-connection]")).to_contain_text(title.rstrip("."))
        expect(page.get_by_role("button", name="Erneut verbinden")).to_have_count(0)
        expect(page.get_by_role("link", name="Neu laden")).to_have_count(0)
        if room:
            expect(field(page)).to_have_value(DRAFT)
        if code == 4501:
            looks.at(page, "room-ended" if room else "desk-ended")


def test_what_a_dialog_has_sent_is_said_to_wait_and_arrives(
    people: People, server: Server, looks: Looks
) -> None:
    slug, text = server.slugs["third"], "Wer erklärt einen Bescheid in einfachen Worten?"
    desk = people.staff(slug, "moderator", "Kaya Demir")
    ask(people.volunteer(slug), text)
    opened(desk, text)
    desk.keyboard.press("e")
    sheet = desk.get_by_role("dialog")
    sheet.locator("#edit-text").fill("Wer erklärt Bescheide in einfachen Worten?")
    with people.expecting(LOST):
        with server.frozen():
            sheet.get_by_role("button", name="Bearbeitung sichern").click()
            desk.evaluate("window.dispatchEvent(new Event('offline'))")
            note = sheet.get_by_role("alert").filter(has_text="Noch keine Antwort")
            expect(note).to_contain_text("sobald die Verbindung wieder da ist")
            looks.at(desk, "desk-waiting")
        connected(desk, BACK_WITHIN)
    expect(sheet).to_be_hidden()
    expect(desk.locator("#fq")).to_have_text("Wer erklärt Bescheide in einfachen Worten?")


HEARD = """
() => {
  window.heard = [];
  const status = document.querySelector("[data-status]");
  const strip = document.querySelector("[data-lost], .strip[role=alert]");
  const note = () => {
    const said = strip.hidden ? "" : "lost";
    if (said && window.heard.at(-1) !== said) window.heard.push(said);
  };
  new MutationObserver(() => window.heard.push(status.textContent))
    .observe(status, { childList: true, characterData: true, subtree: true });
  new MutationObserver(note).observe(strip, { attributes: true, childList: true, subtree: true });
}
"""


def test_a_loss_and_a_return_are_heard_once_each(people: People, server: Server) -> None:
    slug = server.slugs["third"]
    pages = [people.volunteer(slug), people.staff(slug, "moderator", "Kaya Demir")]
    for page in pages:
        page.evaluate(HEARD)
    with people.expecting(LOST):
        server.stop()
        for page in pages:
            expect(page.get_by_role("alert").filter(has_text="Keine Verbindung")).to_be_visible()
            for _ in range(3):
                page.get_by_role("button", name="Erneut verbinden").click()
        server.start()
        for page in pages:
            page.evaluate("window.dispatchEvent(new Event('online'))")
            connected(page, BACK_WITHIN)
    for page in pages:
        page.wait_for_function("() => window.heard.length > 1")
        assert page.evaluate("window.heard") == ["lost", "Wieder verbunden."]
