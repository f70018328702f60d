"""Questions that resemble each other are decided on together: keys, touch, no scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import ANSWERED, PHONE, People, ask, opened, own
from tests.live.server import Server

pytestmark = pytest.mark.browser

ALIKE = (
    "Wann gibt es in unserem Landkreis wieder Abendkurse für Berufstätige?",
    "Wann gibt es wieder Abendkurse für Berufstätige in unserem Landkreis?",
    "Gibt es in unserem Landkreis bald wieder Abendkurse für Berufstätige?",
)

GROUP = re.compile("3 ähnliche – gemeinsam entscheiden")
NOTE = "Die Kurse plant der Landkreis."


def asked(people: People, slug: str) -> list[Page]:
    """Let three people ask alike, and return their pages."""
    askers = [people.volunteer(slug) for _ in ALIKE]
    for page, text in zip(askers, ALIKE, strict=True):
        ask(page, text)
    return askers


def test_by_keys_alone_and_two_who_collide(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    first = people.staff(slug, "moderator", "Kaya Demir")
    second = people.staff(slug, "moderator", "Jo Berger")
    askers = asked(people, slug)
    lines = first.locator("[data-rows=queue] > li")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(GROUP)
    for desk in (first, second):
        opened(desk, ALIKE[0])
        desk.keyboard.press("g")
        expect(desk.get_by_role("dialog")).to_be_visible()
    sheet, other = first.get_by_role("dialog"), second.get_by_role("dialog")
    looks.at(first, "desk-group")

    first.keyboard.press("3")
    expect(sheet.get_by_role("checkbox", name=ALIKE[2])).not_to_be_checked()
    first.keyboard.press("w")
    first.keyboard.press("2")
    expect(sheet.get_by_role("radio", name="Frage 2 bleibt stehen")).to_be_checked()
    expect(sheet.get_by_text("2 Menschen unterstützen danach die Frage.")).to_be_visible()
    first.keyboard.press("m")
    expect(sheet).to_be_hidden()
    expect(first.get_by_text("Fragen 1, 2 gemeinsam zusammengeführt")).to_be_visible()
    expect(own(askers[0], ALIKE[0])).to_contain_text("2")

    second.keyboard.press("r")
    second.keyboard.press("3")
    note = other.get_by_label("Zusatz für die fragende Person")
    note.fill(NOTE)
    other.get_by_role("button", name="Angekreuzte zurückgeben").click()
    told = other.get_by_role("alert")
    expect(told).to_contain_text(
        re.compile(r"Frage\s1: Kaya Demir hat die Frage um \d\d:\d\d\sUhr zusammengeführt")
    )
    expect(note).to_have_value(NOTE)
    expect(other.get_by_role("checkbox", checked=True)).to_have_count(3)
    looks.at(second, "desk-group-conflict")
    other.get_by_role("checkbox", name=ALIKE[0]).uncheck()
    other.get_by_role("button", name="Angekreuzte zurückgeben").click()
    expect(other).to_be_hidden()
    expect(own(askers[2], ALIKE[2])).to_contain_text("Nicht unsere Zuständigkeit")
    expect(own(askers[2], ALIKE[2])).to_contain_text(NOTE)
    second.keyboard.press("u")
    expect(own(askers[2], ALIKE[2])).to_contain_text("Wird geprüft")


def test_without_scripts(people: People, server: Server) -> None:
    slug = server.slugs["other"]
    asked(people, slug)
    desk = people.staff(slug, "moderator", "Kaya Demir", script=False)
    desk.goto(f"/sessions/{slug}/moderation")
    desk.get_by_role("link", name=GROUP).first.click()
    desk.get_by_role("checkbox", name=ALIKE[2]).uncheck()
    desk.get_by_role("radio", name="Frage 2 bleibt stehen").check()
    desk.get_by_text("Stattdessen alle angekreuzten").click()
    desk.get_by_role("radio", name="Bereits beantwortet").check()
    with people.expecting(ANSWERED.format(422)):
        desk.keyboard.press("Enter")  # between merging and returning it chooses nothing
        expect(desk.get_by_role("alert")).to_contain_text("zusammenführen oder zurückgeben")
        expect(desk.get_by_role("checkbox", checked=True)).to_have_count(2)
        desk.get_by_text("Stattdessen alle angekreuzten").click()
        desk.get_by_role("button", name="Angekreuzte zurückgeben").click()
        expect(desk.get_by_role("alert")).to_contain_text("Dieser Grund braucht einen Hinweis")
    expect(desk.get_by_role("checkbox", name=ALIKE[2])).not_to_be_checked()
    expect(desk.get_by_role("radio", name="Bereits beantwortet")).to_be_checked()
    expect(desk.get_by_role("radio", name="Frage 2 bleibt stehen")).to_be_checked()
    desk.get_by_role("button", name="Angekreuzte zusammenführen").click()
    desk.get_by_role("link", name="Verlauf").click()
    expect(desk.locator(".log")).to_contain_text("Fragen 1, 2 gemeinsam zusammengeführt")


def test_by_touch_on_a_phone(people: People, server: Server) -> None:
    slug = server.slugs["third"]
    asked(people, slug)
    desk = people.staff(slug, "moderator", "Kaya Demir", size=PHONE, has_touch=True)
    expect(desk.locator("[data-rows=queue] > li")).to_have_count(1)
    desk.get_by_role("link", name=GROUP).first.tap()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_role("checkbox", name=ALIKE[2]).tap()
    sheet.get_by_role("button", name="Angekreuzte zusammenführen").tap()
    expect(sheet).to_be_hidden()
    expect(desk.get_by_text("Fragen 1, 2 gemeinsam zusammengeführt")).to_be_visible()
    desk.get_by_role("button", name="Rückgängig").tap()
    expect(desk.locator("[data-rows=queue] > li")).to_contain_text(GROUP)
