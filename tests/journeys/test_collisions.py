"""Two moderators write at the same moment: the second is told by whom and when, and loses no word.

An edit stands in ``test_desk.py``, a group in ``test_groups.py``; that the first wins with every
command is tried in ``tests/live/test_collisions.py``.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People, connected, opened
from tests.live.server import Server
from tests.web.test_forms import ask as sent

pytestmark = pytest.mark.browser

QUESTION = "Warum gibt es auf dem Land so wenige Kurse am Abend?"
MINE, THEIRS = "Das planen die Landkreise, bitte dort fragen.", "Bitte an das Ministerium."
NOTE = "Zusatz für die fragende Person"


def desks(people: People, slug: str) -> tuple[Page, Page]:
    """Let two moderators have the same question open."""
    assert sent(people.server.volunteer(slug), slug, QUESTION).status == 303
    names = ("Kaya Demir", "Jo Berger")
    first, second = (people.staff(slug, "moderator", name) for name in names)
    for desk in (first, second):
        opened(desk, QUESTION)
    return first, second


def told(place: Page | Locator, what: str) -> None:
    note = place.get_by_role("alert")
    expect(note).to_contain_text(re.compile(rf"Kaya Demir hat .*um \d\d:\d\d\sUhr {what}"))
    expect(note).to_contain_text("Ihre Eingabe steht noch hier")


def test_a_reason_and_its_note(people: People, server: Server) -> None:
    first, second = desks(people, server.slugs["live"])
    second.keyboard.press("r")
    second.keyboard.press("3")
    sheet = second.get_by_role("dialog")
    sheet.get_by_label(NOTE).fill(MINE)
    first.keyboard.press("s")
    expect(first.get_by_text("nur für das Podium freigegeben").first).to_be_visible()
    sheet.get_by_role("button", name="Zurückgeben").click()
    told(sheet, "nur für das Podium freigegeben")
    expect(sheet.get_by_label(NOTE)).to_have_value(MINE)
    expect(sheet.get_by_role("radio", name="Nicht unsere Zuständigkeit")).to_be_checked()
    sheet.get_by_role("button", name="Zurückgeben").click()
    expect(sheet).to_be_hidden()


def test_a_note_for_the_stage(people: People, server: Server) -> None:
    first, second = desks(people, server.slugs["other"])
    for desk, words in ((first, THEIRS), (second, MINE)):
        desk.get_by_text("Thema, Notiz für das Podium, Person").click()
        desk.get_by_label("Notiz für das Podium", exact=True).fill(words)
    first.get_by_role("button", name="Notiz sichern").click()
    expect(first.get_by_text("mit einer Notiz für das Podium versehen").first).to_be_visible()
    second.get_by_role("button", name="Notiz sichern").click()
    told(second, "eine andere Notiz hinterlassen")
    mine = second.get_by_label("Notiz für das Podium", exact=True)
    expect(mine).to_have_value(MINE)
    second.get_by_role("button", name="Notiz sichern").click()
    expect(second.get_by_text("mit einer Notiz für das Podium versehen").first).to_be_visible()


def test_a_word_to_the_stage(people: People, server: Server) -> None:
    slug = server.slugs["third"]
    first, second = desks(people, slug)
    for desk, words in ((first, THEIRS), (second, MINE)):
        desk.goto(f"/sessions/{slug}/moderation?tab=order")
        connected(desk)
        desk.get_by_label("Nachricht ans Podium").fill(words)
    # The second's page has not heard of the first's word when it is sent.
    seen = second.locator("form[data-clear] [name=seen]")
    seen.evaluate("field => field.removeAttribute('data-set')")
    expect(seen).to_have_value("0")
    first.get_by_role("button", name="Nachricht senden").click()
    expect(first.get_by_text("noch nicht gelesen").first).to_be_visible()
    expect(second.get_by_text(THEIRS).first).to_be_visible()
    second.get_by_role("button", name="Nachricht senden").click()
    told(second, "eine Nachricht gesendet")
    expect(second.get_by_label("Nachricht ans Podium")).to_have_value(MINE)
