"""Without JavaScript: all that volunteers, moderators and readers need, by form and reload."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import shoot
from tests.journeys.people import ANSWERED, PHONE, People, field
from tests.live.server import Server

pytestmark = pytest.mark.browser

OFFICE = "Wann bekommt das Ausländeramt bei uns mehr Personal für die Arbeitserlaubnis?"
LONG = "Zu lang erzählt. " * 300


def test_ask_approve_support_and_take_back(people: People, server: Server) -> None:
    slug = server.slugs["live"]
    asker = people.volunteer(slug, "Amira Beispiel", script=False, size=PHONE)
    expect(asker.get_by_text(re.compile(r"Stand \d\d:\d\d:\d\d"))).to_be_visible()
    opener(asker).click()
    field(asker).fill(OFFICE)
    asker.get_by_role("button", name="Frage einreichen").click()
    mine = asker.locator("[data-own]").filter(has_text=OFFICE)
    expect(mine).to_contain_text("Wird geprüft")

    desk = people.staff(slug, "moderator", "Kaya Demir", script=False)
    desk.get_by_role("link", name=OFFICE).click()
    expect(desk.locator("#fq")).to_have_text(OFFICE)
    expect(desk.locator("kbd:visible")).not_to_have_count(0)
    desk.get_by_role("button", name="Freigeben").click()
    expect(desk.get_by_text("Frage 1 freigegeben")).to_be_visible()
    shoot(desk, "desk-without-script")

    other = people.volunteer(slug, script=False)
    row = other.locator("[data-list=ranking] > li").filter(has_text=OFFICE)
    expect(row.locator("[data-field=upvotes]")).to_have_text("1")
    row.get_by_role("button").click()
    expect(row.locator("[data-field=upvotes]")).to_have_text("2")
    row.get_by_role("button").click()
    expect(row.locator("[data-field=upvotes]")).to_have_text("1")
    shoot(other, "room-without-script")

    asker.get_by_role("link", name="Neu laden").click()
    expect(mine).to_contain_text("Platz 1")


def test_a_refusal_keeps_what_was_typed(people: People, server: Server) -> None:
    page = people.volunteer(server.slugs["other"], script=False, size=PHONE)
    opener(page).click()
    field(page).fill(LONG[:5000])
    with people.expecting(ANSWERED.format(422)):
        page.get_by_role("button", name="Frage einreichen").click()
        expect(page).to_have_title(re.compile("^Fehler: "))
    expect(field(page)).to_have_value(LONG[:5000])
    expect(page.get_by_role("alert").filter(has_text="noch nicht eingereicht")).to_be_visible()
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("4.700 zu viel")).to_be_visible()
    page.get_by_role("link", name=re.compile("zu lang|Zeichen")).click()
    expect(field(page)).to_be_focused()
    shoot(page, "room-refused")


def test_a_reader_reads_and_sees_how_old_the_page_is(people: People, server: Server) -> None:
    page = people.page(script=False)
    page.goto(f"/sessions/{server.slugs['other']}")
    expect(page.get_by_text(re.compile(r"Stand \d\d:\d\d:\d\d\sUhr"))).to_be_visible()
    expect(page.get_by_text("Sie lesen nur mit.")).to_be_visible()
    page.goto(f"/archive/{server.slugs['published']}")
    page.get_by_role("link", name="1", exact=True).click()
    expect(page).to_have_url(re.compile("#f1$"))
    page.goto(f"/archive/{server.slugs['published']}/1")
    expect(page.get_by_role("heading", name="Antwort", exact=True)).to_be_visible()
    assert page.context.cookies() == []


def opener(page: Page) -> Locator:
    """On a phone the form opens in place."""
    return page.get_by_role("link", name="Frage stellen", exact=True)
