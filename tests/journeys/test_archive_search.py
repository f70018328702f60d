"""The archive, its search and its promises: without JavaScript, on a phone and wide, for all."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People
from tests.journeys.test_pages import look_for_german

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 900}
PAGES = {
    "archive-list": "/archive",
    "archive-results": "/archive/search?q=Wohnung",
    "archive-narrowed": "/archive/search?q=Wohnung&year=2026&topic=Wohnungssuche",
    "archive-slip": "/archive/search?q=Wonung",
    "archive-pages": "/archive/search?year=2026&page=2",
    "archive-empty": "/archive/search?q=Wohnung+Nachtigall&year=2026",
    "archive-promises": "/archive/promises",
    "archive-promises-kept": "/archive/promises?due=kept",
}


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_a_reader_searches_narrows_down_and_reads(people: People, size) -> None:
    page = people.page(script=False, size=size)
    page.goto("/")
    page.get_by_role("searchbox", name="Archiv durchsuchen").fill("Wohnungen")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_title(re.compile("Suche nach „Wohnungen“"))
    expect(page.get_by_role("searchbox")).to_have_value("Wohnungen")
    found = hits(page)
    expect(page.locator(".hits mark").first).to_be_visible()
    narrow(page, "Thema", "Wohnungssuche")
    assert 0 < hits(page) < found
    narrow(page, "Ergebnis", "Mündlich beantwortet")
    expect(page.get_by_role("searchbox")).to_have_value("Wohnungen")
    page.get_by_role("link", name="Wohnungssuche entfernen").click()
    page.get_by_role("link", name="Mündlich beantwortet entfernen").click()
    assert hits(page) == found
    page.locator(".hits h3 a").first.click()
    expect(page).to_have_url(re.compile(r"/archive/2026-10-06-wohnen-und-ankommen/\d+$"))
    assert page.context.cookies() == []


def test_a_keyboard_is_enough(people: People) -> None:
    page = people.page(script=False, size=PHONE)
    page.goto("/archive")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("Kaution")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=Kaution"))
    page.get_by_role("link", name="Eingrenzen").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#filter a").first).to_be_focused()


def test_a_slip_and_an_empty_result_lead_on(people: People) -> None:
    page = people.page(script=False, size=PHONE)
    page.goto("/archive/search?q=Wonung")
    expect(page.get_by_text(re.compile("Gesucht wurde auch nach „Wohnung"))).to_be_visible()
    page.get_by_role("link", name="Nur nach „Wonung“ suchen").click()
    expect(page.get_by_role("heading", name="Keine Frage gefunden")).to_be_visible()
    page.get_by_role("searchbox").fill("Wohnung Nachtigall")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("link", name=re.compile("Nur „Wohnung“")).click()
    assert hits(page)


def test_pages_follow_each_other(people: People) -> None:
    page = people.page(script=False, size=PHONE)
    page.goto("/archive")
    narrow(page, "Jahr", "2026")
    first = page.locator(".hits h3").all_inner_texts()
    page.get_by_role("link", name="Nächste Seite").click()
    second = page.locator(".hits h3").all_inner_texts()
    assert len(first) == 20
    assert second
    assert not set(first) & set(second)
    page.get_by_role("link", name="Vorige Seite").click()
    assert page.locator(".hits h3").all_inner_texts() == first


def test_promises_are_read_without_anything_else(people: People) -> None:
    page = people.page(script=False, size=PHONE)
    page.goto("/archive")
    page.get_by_role("link", name="Alle Zusagen").click()
    expect(page.get_by_role("heading", name="Zusagen", exact=True)).to_be_visible()
    expect(page).to_have_title(re.compile(r"Zusagen: \d+\süberfällig, \d+ offen, \d+\seingelöst"))
    expect(page.get_by_role("heading", name=re.compile(r"^Eingelöst \("))).to_be_visible()
    page.locator(".hits h3 a").first.click()
    expect(page).to_have_url(re.compile(r"/archive/[\w-]+/\d+$"))
    assert page.context.cookies() == []


def test_every_state_is_for_everyone(people: People, looks: Looks) -> None:
    page = people.page()
    for name, address in PAGES.items():
        page.goto(address)
        looks.at(page, name)
        looks.overflow(page, name)


def test_english_is_complete(people: People) -> None:
    faults: list[str] = []
    page = people.page(locale="en-GB")
    for address in PAGES.values():
        page.goto(f"{address}{'&' if '?' in address else '?'}lang=en")
        look_for_german(page, faults)
    assert not faults, "\n".join(faults)


def narrow(page: Page, title: str, value: str) -> None:
    facet = page.get_by_role("list", name=title)
    facet.get_by_role("link", name=re.compile(f"^{value}")).click()


def hits(page: Page) -> int:
    """Return how many questions the page says it has found."""
    heading = page.locator("#tr").inner_text()
    return int(re.findall(r"\d+", heading)[0])
