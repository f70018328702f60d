"""The desk: a question returned, reworded, looked at again; two moderators on one question."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import Looks
from tests.journeys.people import People, ask, opened, own, stayed, stays
from tests.live.server import Server

pytestmark = pytest.mark.browser

CASE = "Warum bekommt die Familie im zweiten Stock unserer Unterkunft keinen Platz im Kurs?"
WORDED = "Warum fehlen in unserem Landkreis Plätze in den Kursen für Familien?"
AGAIN = "Warum bekommt mein Nachbar seit einem Jahr keine Antwort vom Amt?"
WHY = "Das betrifft viele, nicht nur einen."
EVENING = "Warum gibt es auf dem Land so wenige Abendkurse fuer Berufstaetige?"
EDITED = "Warum gibt es auf dem Land so wenige Abendkurse für Berufstätige?"


def test_returned_and_reworded(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    asker = people.volunteer(slug, "Amira Beispiel")
    stays(asker)
    ask(asker, CASE)
    opened(desk, CASE)
    desk.keyboard.press("r")
    sheet = desk.get_by_role("dialog")
    expect(sheet).to_be_visible()
    desk.keyboard.press("4")
    expect(sheet.get_by_role("radio", name="Einzelfall")).to_be_checked()
    desk.keyboard.press("Enter")
    expect(sheet).to_be_hidden()

    mine = own(asker, CASE)
    expect(mine).to_contain_text("Zurückgegeben: Einzelfall")
    expect(mine).to_contain_text("Bitte fragen Sie allgemein.")
    expect(mine).to_contain_text("Neu formulieren ist möglich bis")
    looks.at(asker, "room-returned")
    mine.get_by_text("Neu formulieren", exact=True).click()
    mine.get_by_label("Ihre Frage").fill(WORDED)
    mine.get_by_role("button", name="Neue Fassung einreichen").click()
    expect(own(asker, WORDED)).to_contain_text("Wird geprüft")
    assert stayed(asker)
    expect(desk.locator("[data-rows=queue]")).to_contain_text(WORDED)


def test_a_second_look_is_another_persons(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["other"]
    first = people.staff(slug, "moderator", "Kaya Demir")
    second = people.staff(slug, "moderator", "Jo Berger")
    asker = people.volunteer(slug, "Amira Beispiel")
    ask(asker, AGAIN)
    opened(first, AGAIN)
    first.keyboard.press("r")
    first.keyboard.press("4")
    first.keyboard.press("Enter")
    mine = own(asker, AGAIN)
    expect(mine).to_contain_text("Zurückgegeben")
    mine.get_by_text("Noch einmal prüfen lassen").first.click()
    mine.get_by_label("Warum soll die Frage so bleiben?").fill(WHY)
    mine.get_by_role("button", name="Noch einmal prüfen lassen").click()
    expect(mine).to_contain_text("Wird noch einmal geprüft")
    looks.at(asker, "room-appealed")

    opened(first, AGAIN)
    expect(first.get_by_text(WHY)).to_be_visible()
    first.keyboard.press("a")
    refused = first.get_by_role("alert").filter(has_text="andere Person")
    expect(refused).to_be_visible()
    looks.at(first, "desk-forbidden")
    opened(second, AGAIN)
    second.keyboard.press("a")
    expect(mine).to_contain_text("Platz 1")


def test_one_wins_and_the_other_loses_nothing(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["third"]
    first = people.staff(slug, "moderator", "Kaya Demir")
    second = people.staff(slug, "moderator", "Jo Berger")
    ask(people.volunteer(slug), EVENING)
    opened(first, EVENING)
    expect(second.locator("[data-rows=queue] > li")).to_contain_text("Kaya Demir prüft")
    opened(second, EVENING)
    second.keyboard.press("e")
    sheet = second.get_by_role("dialog")
    text = sheet.get_by_label("Frage", exact=True)
    text.fill(EDITED)
    looks.at(second, "desk-edit")
    first.keyboard.press("a")
    expect(first.get_by_text("Frage 1 freigegeben")).to_be_visible()
    sheet.get_by_role("button", name="Bearbeitung sichern").click()
    told = sheet.get_by_role("alert")
    expect(told).to_contain_text(
        re.compile(r"Kaya Demir hat die Frage um \d\d:\d\d\sUhr freigegeben")
    )
    expect(text).to_have_value(EDITED)
    looks.at(second, "desk-conflict")
