"""Two roles by keyboard alone, from the first Tab on; the others stand beside their own pages.

No pointer is used anywhere here, and everything is reached by Tab.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from dialog.programme.declaration import ZONE
from tests.journeys.people import People, connected, decide, field, go, own, ranked
from tests.live.server import Server
from tests.live.team import organiser

pytestmark = pytest.mark.browser

QUESTION = "Wer hilft Familien, die ausziehen dürfen und keine Wohnung finden?"
DAY = (datetime.now(UTC) + timedelta(days=30)).astimezone(ZONE)


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to something and press a key on it."""
    expect(target).to_be_visible()
    go(page, target)
    page.keyboard.press(key)


def typed(page: Page, target: Locator, text: str) -> None:
    """Go to a field and type; a day as the field's own parts take it."""
    go(page, target)
    if target.get_attribute("type") in {"date", "time"}:
        target.fill(text)  # its parts differ from one system to the next
    else:
        page.keyboard.press("Control+a")
        page.keyboard.type(text)


@pytest.fixture
def pointerless(people: People) -> Iterator[list[Page]]:
    """Pages on which no pointer was ever used."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        assert page.evaluate("window.pointed ?? 0") == 0


def watched(page: Page) -> Page:
    page.add_init_script("addEventListener('pointerdown', () => (window.pointed = 1), true)")
    return page


def test_a_volunteer_asks_and_supports(
    people: People, server: Server, pointerless: list[Page]
) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    page = watched(people.page())
    pointerless.append(page)
    page.goto("/")
    press(page, page.get_by_role("link", name="Am Dialog teilnehmen").first)
    if not page.url.endswith(f"{slug}/join"):
        page.goto(f"/sessions/{slug}/join")
    typed(page, page.get_by_label("Ihr Name"), "Amira Beispiel")
    page.keyboard.press("Enter")
    connected(page)
    # The second way past everything leads to the form.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    press(page, page.get_by_role("link", name="Zu „Frage stellen“ springen"))
    go(page, field(page))
    page.keyboard.type(QUESTION)
    press(page, page.get_by_text("Name und Ort"))
    chosen = page.get_by_label("Anonym", exact=True)
    press(page, page.locator("input[name=show]:checked"), "ArrowDown")
    expect(page.locator("input[name=show]:checked")).to_be_focused()
    while not chosen.is_checked():
        page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Frage einreichen"))
    expect(own(page, QUESTION)).to_contain_text("Wird geprüft")
    decide(desk, QUESTION, "a")
    shown = ranked(page, QUESTION)
    expect(page.locator("[data-list=ranking] > li").first).to_contain_text(QUESTION)
    button = shown.get_by_role("button", name="Unterstützen")
    expect(button).to_have_attribute("aria-pressed", "true")  # whoever asks is the first of them
    press(page, button, "Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    press(page, shown.get_by_role("link", name=QUESTION))
    expect(page).to_have_url(re.compile(rf"/sessions/{slug}/questions/\d+$"))


def test_an_organiser_makes_and_publishes(
    people: People, server: Server, pointerless: list[Page]
) -> None:
    page = watched(people.page())
    pointerless.append(page)
    with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
        link = thread.submit(organiser, server, "tastatur@dialog.example", "Olga Ott").result(60)
    page.goto(link)
    press(page, page.get_by_role("button", name=re.compile("nmelden")).first)
    expect(page.get_by_role("heading", name="Mein Konto")).to_be_visible()
    page.goto("/organiser")
    press(page, page.get_by_role("link", name="Neuer Dialog").last)
    typed(page, page.get_by_label("Überschrift"), "Wohnen nach der Unterkunft")
    typed(page, page.get_by_label("Einleitung"), "Was hilft?")
    typed(page, page.get_by_label("Unterthemen"), "Suche")
    typed(page, page.get_by_label("Wer antwortet"), "Georg Muster")
    typed(page, page.get_by_label("Amt"), "Staatsminister")
    for name, day, clock in (
        ("Fragen ab", DAY - timedelta(days=40), "09:00"),
        ("Beginn", DAY, "18:00"),
        ("Ende", DAY, "19:30"),
    ):
        moment = page.get_by_role("group", name=name).first
        moment.get_by_label("Tag").fill(day.date().isoformat())
        moment.get_by_label("Uhrzeit").fill(clock)
    press(page, page.get_by_role("button", name="Entwurf anlegen"))
    press(page, page.get_by_role("button", name="Ankündigen"))
    expect(page.get_by_text("Der Dialog steht jetzt im Programm.")).to_be_visible()
    page.goto(page.url.split("?")[0].removesuffix("/edit"))
    connected(page)
    press(page, page.get_by_role("link", name="Dialog beginnen …"))
    press(page, dialog(page).get_by_role("button", name="Dialog beginnen"))
    press(page, page.get_by_role("link", name="Dialog beenden …"))
    press(page, dialog(page).get_by_role("button", name="Dialog beenden"))
    expect(page.get_by_role("heading", name="Bereit zur Veröffentlichung")).to_be_visible()
    press(page, page.get_by_role("link", name="Protokoll veröffentlichen …"))
    press(page, dialog(page).get_by_role("button", name="Protokoll veröffentlichen"))
    expect(page.get_by_text("Das Protokoll ist veröffentlicht")).to_be_visible()


def dialog(page: Page) -> Locator:
    """The dialog that is open; the focus went into it by itself."""
    opened = page.get_by_role("dialog")
    expect(opened).to_be_visible()
    assert page.evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")
    return opened
