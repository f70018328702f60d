"""An organiser from the first form to the cancelled evening, with and without JavaScript."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Dialog, Page, expect

from dialog.programme.declaration import ZONE
from tests.journeys.looks import Looks
from tests.journeys.people import People
from tests.live.server import Server
from tests.live.team import organiser

pytestmark = pytest.mark.browser

DAY = (datetime.now(UTC) + timedelta(days=30)).astimezone(ZONE).date()
INTRO = "Viele Familien dürfen ausziehen und finden doch keine Wohnung. Was hilft?"


def signed_in(people: People, server: Server, *, script: bool) -> Page:
    """Follow the link that the command line printed."""
    with ThreadPoolExecutor(1) as thread:
        address = f"olga-{script}@dialog.example".lower()
        link = thread.submit(organiser, server, address, "Olga Ott").result(60)
    page = people.page(script=script)
    page.goto(link)
    page.get_by_role("button", name=re.compile("nmelden")).first.click()
    page.goto("/organiser")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_organiser_makes_changes_announces_moves_and_cancels(
    people: People, server: Server, looks: Looks, script: bool
) -> None:
    page = signed_in(people, server, script=script)
    title = f"Wohnen nach der Unterkunft {'mit' if script else 'ohne'} Skript"
    with people.expecting(r"status of (422|409)\b"):
        made(page, title, looks, script=script)
    announced(page, people, title, script=script)
    moved(page, people, title)
    copied(page, title)
    cancelled(page, people, title, looks, script=script)


def made(page: Page, title: str, looks: Looks, *, script: bool) -> None:
    """A form with mistakes keeps everything, and says what is wrong beside each field."""
    expect(page.get_by_role("heading", name="Dialoge", level=1)).to_be_visible()
    page.get_by_role("link", name="Neuer Dialog").last.click()
    page.get_by_label("Überschrift").fill(title)
    page.get_by_label("Einleitung").fill(INTRO)
    page.get_by_label("Unterthemen").fill("Suche\nBürgschaft")
    page.get_by_label("Wer antwortet").fill("Georg Muster")
    page.get_by_label("Amt").fill("Staatsminister")
    starts, ends = page.get_by_role("group", name="Beginn"), page.get_by_role("group", name="Ende")
    starts.first.get_by_label("Tag").fill(DAY.isoformat())
    ends.first.get_by_label("Uhrzeit").fill("17:00")
    opens = page.get_by_role("group", name="Fragen ab")
    opens.get_by_label("Tag").fill((DAY - timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Entwurf anlegen").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("„Beginn“ liegt nicht vor „Ende“.")
    expect(page).to_have_title(re.compile("^Fehler:"))
    expect(page.get_by_label("Einleitung")).to_have_value(INTRO)
    if script:
        expect(told).to_be_focused()
        looks.at(page, "declaring-wrong")
        warned(page)
    told.get_by_role("link", name="Ende").click()
    page.get_by_role("group", name="Ende").first.get_by_label("Uhrzeit").fill("19:30")
    page.get_by_role("button", name="Entwurf anlegen").click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_text("Entwurf, nur für das Team sichtbar")).to_be_visible()
    if script:
        looks.at(page, "declaring-draft")
        looks.overflow(page, "declaring-draft")


def warned(page: Page) -> None:
    """Whoever leaves with something unsaved is asked; who stays has lost nothing."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.get_by_label("Amt").fill("Staatsministerin")
    page.on("dialog", stay)
    page.evaluate("setTimeout(() => location.assign('/organiser'))")
    page.wait_for_function("() => true")
    for _ in range(100):
        if asked:
            break
        page.wait_for_timeout(100)
    page.remove_listener("dialog", stay)
    assert asked == ["beforeunload"]
    page.get_by_label("Amt").fill("Staatsminister")


def announced(page: Page, people: People, title: str, *, script: bool) -> None:
    reader = people.page(script=script)
    reader.goto("/")
    expect(reader.get_by_role("link", name=title, exact=True)).to_have_count(0)
    page.get_by_role("link", name="Vorschau").click()
    expect(page.get_by_text("Noch sieht ihn nur das Team")).to_be_visible()
    page.get_by_role("link", name="Zurück zum Bearbeiten").click()
    page.get_by_role("button", name="Ankündigen").click()
    expect(page.get_by_text("Der Dialog steht jetzt im Programm.")).to_be_visible()
    reader.goto("/")
    reader.get_by_role("link", name=title, exact=True).click()
    expect(reader.get_by_text(INTRO)).to_be_visible()


def moved(page: Page, people: People, title: str) -> None:
    """To another day: the address stays, and the page says that it was moved."""
    address = page.url.split("?")[0].removesuffix("/organiser/edit")
    later = DAY + timedelta(days=7)
    for name in ("Beginn", "Ende"):
        page.get_by_role("group", name=name).first.get_by_label("Tag").fill(later.isoformat())
    page.get_by_role("button", name="Änderungen sichern").click()
    expect(page.get_by_text("Verlegt", exact=True)).to_be_visible()
    reader = people.page(script=False)
    reader.goto(address)
    expect(reader.get_by_role("heading", name=title)).to_be_visible()
    expect(reader.get_by_text("Verlegt", exact=True)).to_be_visible()


def copied(page: Page, title: str) -> None:
    edit = page.url
    page.get_by_role("link", name="Kopieren").click()
    expect(page.get_by_label("Überschrift")).to_have_value(title)
    page.get_by_role("button", name="Entwurf anlegen").click()
    expect(page.get_by_text("Entwurf, nur für das Team sichtbar")).to_be_visible()
    page.get_by_role("link", name="Entwurf löschen …").click()
    page.get_by_role("button", name="Entwurf löschen").click()
    expect(page.get_by_text("Der Entwurf ist gelöscht.")).to_be_visible()
    page.goto(edit)


def cancelled(page: Page, people: People, title: str, looks: Looks, *, script: bool) -> None:
    address = page.url.split("?")[0].removesuffix("/organiser/edit")
    page.get_by_role("link", name="Bereit?").first.click()
    expect(page.get_by_role("heading", name=re.compile("Bereit"), level=1)).to_be_visible()
    page.goto(f"{address}/organiser")
    page.get_by_role("link", name="Absagen …").click()
    page.get_by_label("Warum?").locator("visible=true").fill("Der Saal ist gesperrt.")
    if script:
        looks.at(page, "cancel")
    page.get_by_role("button", name="Dialog absagen").locator("visible=true").click()
    reader = people.page(script=False)
    reader.goto(address)
    expect(reader.get_by_text("Dieser Dialog findet nicht statt")).to_be_visible()
    expect(reader.get_by_text("Der Saal ist gesperrt.")).to_be_visible()
    page.goto("/organiser")
    expect(page.get_by_role("heading", name="Abgesagt")).to_be_visible()
    expect(page.get_by_text(title).first).to_be_visible()
