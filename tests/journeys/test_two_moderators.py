"""Two moderators on one question at once: one decides, the other reads who and when; nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import Looks
from tests.journeys.people import People, ask, opened
from tests.live.server import Server

pytestmark = pytest.mark.browser

QUESTION = "Warum gibt es auf dem Land so wenige Abendkurse fuer Berufstaetige?"
EDITED = "Warum gibt es auf dem Land so wenige Abendkurse für Berufstätige?"


def test_one_wins_and_the_other_loses_nothing(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    first = people.staff(slug, "moderator", "Kaya Aydın")
    second = people.staff(slug, "moderator", "Jo Berger")
    ask(people.volunteer(slug), QUESTION)
    opened(first, QUESTION)
    expect(second.locator("[data-rows=queue] > li")).to_contain_text("Kaya Aydın prüft")
    opened(second, QUESTION)
    second.keyboard.press("e")
    sheet = second.get_by_role("dialog")
    text = sheet.get_by_label("Frage", exact=True)
    text.fill(EDITED)
    looks.at(second, "desk-edit")
    first.keyboard.press("a")
    expect(first.get_by_text("Frage 1 freigegeben")).to_be_visible()
    sheet.get_by_role("button", name="Bearbeitung sichern").click()
    told = sheet.get_by_role("alert")
    expect(told).to_contain_text(re.compile(r"Kaya Aydın hat die Frage um \d\d:\d\d\sUhr freigegeben"))
    expect(text).to_have_value(EDITED)
    looks.at(second, "desk-conflict")
