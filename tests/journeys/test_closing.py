"""From the end of an evening to its record and after it, with a script and without one."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People, connected, field
from tests.live.server import Server

pytestmark = pytest.mark.browser

MORE = ("abschluss", "abschluss-ohne-skript")
TEXT = "Wie lange dauert die Anerkennung meines Abschlusses beim Musteramt?"
OTHER = "Wer bezahlt die Übersetzung der Zeugnisse?"
WAITS = "Wird diese Frage noch geprüft?"
NAME = "Amira Beispiel"


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_from_the_end_of_an_evening_to_its_record_and_after(
    people: People, server: Server, looks: Looks, script: bool
) -> None:
    closing = Closing(people, server, looks, script=script)
    closing.asked_by_name()
    closing.closed()
    closing.blackened()
    closing.previewed()
    closing.published()
    closing.name_withdrawn()
    closing.deleted()


class Closing:
    """One evening; what one step makes the next one needs."""

    def __init__(self, people: People, server: Server, looks: Looks, *, script: bool) -> None:
        self.people, self.server, self.looks, self.script = people, server, looks, script
        self.slug = server.slugs[MORE[0] if script else MORE[1]]
        self.asker = people.volunteer(self.slug, NAME, script=script, size=PHONE)
        self.team = people.staff(self.slug, "organiser", "Olga Ott", script=script)
        self.link = ""

    def look(self, page: Page, name: str) -> None:
        """Look at a page; axe needs a script of its own."""
        if self.script:
            self.looks.at(page, name)

    def ask(self, text: str, *, archive: bool = False) -> None:
        page = self.asker
        page.goto(f"/sessions/{self.slug}")
        if self.script:
            connected(page)
        opener = page.get_by_role("link", name="Frage stellen", exact=True)
        if opener.is_visible():
            opener.click()
        field(page).fill(text)
        page.get_by_text("Name und Ort").click()
        page.get_by_label(f"Mit Namen: {NAME}").check()
        if archive:
            page.get_by_label("Mein Name darf dauerhaft im Archiv stehen").check()
            self.look(page, "ask-with-consent")
        page.get_by_label("Landkreis oder Stadt").fill("Landkreis Hof")
        page.get_by_role("button", name="Frage einreichen").click()
        expect(page.locator("[data-own]").filter(has_text=text)).to_contain_text("Wird geprüft")

    def asked_by_name(self) -> None:
        """Consent is given with the question, and on one's own page."""
        self.ask(TEXT, archive=True)
        if self.script:
            expect(self.asker.get_by_label("Mein Name darf dauerhaft")).to_be_visible()
            self.asker.get_by_label("Anonym").check()
            expect(self.asker.get_by_label("Mein Name darf dauerhaft")).to_be_hidden()
        page = self.asker
        page.goto(f"/sessions/{self.slug}/mine")
        expect(page.get_by_text("darf dauerhaft im Archiv stehen")).to_be_visible()
        page.get_by_role("button", name="Nicht dauerhaft").click()
        expect(page.get_by_text("wird 30 Tage nach der Veröffentlichung entfernt")).to_be_visible()
        page.get_by_role("button", name="Dauerhaft erlauben").click()
        expect(page.get_by_text("darf dauerhaft im Archiv stehen")).to_be_visible()
        self.look(page, "mine-with-name")
        for text in (OTHER, WAITS):
            self.ask(text)
        desk = self.people.staff(self.slug, "moderator", "Kaya Demir", script=False)
        for text in (TEXT, OTHER):
            desk.goto(f"/sessions/{self.slug}/moderation")
            desk.get_by_role("link", name=text).click()
            expect(desk.locator("#fq")).to_have_text(text)
            desk.get_by_role("button", name="Freigeben").click()
            expect(desk.get_by_text(re.compile(r"Frage\s\d freigegeben"))).to_be_visible()

    def closed(self) -> None:
        """One act for all that is left, or first for what is open alone."""
        page = self.team
        page.goto(f"/sessions/{self.slug}/organiser")
        page.get_by_role("link", name="Dialog beenden …").click()
        page.get_by_role("button", name="Dialog beenden", exact=True).click()
        expect(page.get_by_role("button", name="Dialog beenden", exact=True)).to_be_hidden()
        page.goto(f"/sessions/{self.slug}/organiser?tab=publish")
        page.get_by_text("Was mit jeder Frage geschieht").click()
        expect(page.get_by_text("→ nicht geprüft")).to_have_count(1)
        expect(page.get_by_text("→ Nicht mehr behandelt")).to_have_count(2)
        self.look(page, "publish-before-settling")
        page.get_by_role("link", name="Nur „Nicht mehr behandelt“ …").click()
        page.get_by_role("button", name="„Nicht mehr behandelt“ setzen").click()
        expect(page.get_by_text("Jede Frage hat ein Ergebnis")).to_be_visible()
        expect(page.get_by_text("1 Frage wartet noch auf Prüfung")).to_be_visible()
        page.get_by_role("link", name="Alles abschließen …").click()
        page.get_by_role("button", name="Offene Fragen abschließen").click()
        expect(page.get_by_text("Bereit zur Veröffentlichung")).to_be_visible()

    def blackened(self) -> None:
        """A passage is selected or pasted; what is left stands there before it is done."""
        page = self.team
        page.goto(f"/sessions/{self.slug}/organiser?tab=publish&number=1#rc")
        page.get_by_text("Stelle schwärzen", exact=True).click()
        if self.script:
            page.evaluate(SELECT, "Musteramt")
            expect(page.get_by_label("Stelle, wie sie im Text steht")).to_have_value("Musteramt")
        else:
            page.get_by_label("Stelle, wie sie im Text steht").fill("e")
            page.get_by_role("button", name="Schwärzung ansehen").click()
            expect(page.get_by_text("Welche Stelle ist gemeint?")).to_be_visible()
            page.get_by_label("Stelle, wie sie im Text steht").fill(" Musteramt ")
        page.get_by_role("button", name="Schwärzung ansehen").click()
        expect(page.get_by_text("So steht es danach da")).to_be_visible()
        expect(page.locator("[data-black]")).to_contain_text("Abschlusses beim █████")
        self.look(page, "blackening-preview")
        page.get_by_role("button", name="Endgültig schwärzen").click()
        expect(page.locator("h3.wq")).to_contain_text("beim █████?")

    def previewed(self) -> None:
        """The record as it will be, with a way back to each question."""
        page = self.team
        page.goto(f"/sessions/{self.slug}/organiser?tab=publish")
        page.get_by_role("link", name="Vorschau des Protokolls").first.click()
        strip = page.get_by_role("complementary", name="Vorschau")
        expect(strip).to_contain_text(re.compile(r"2\sFragen, 2\sNamen, davon 1 dauerhaft"))
        expect(page.get_by_text("Name bleibt dauerhaft")).to_have_count(1)
        self.look(page, "record-preview")
        page.get_by_role("link", name="Schwärzen oder berichtigen Frage 2").click()
        expect(page.locator("h3.wq")).to_have_text(OTHER)

    def published(self) -> None:
        page = self.team
        page.goto(f"/sessions/{self.slug}/organiser?tab=publish")
        self.asker.goto(f"/sessions/{self.slug}/mine")
        self.link = self.asker.locator("a.copy").inner_text()
        page.get_by_role("link", name="Protokoll veröffentlichen …").click()
        expect(page.get_by_text("davon 1 dauerhaft").locator("visible=true")).to_be_visible()
        page.get_by_role("button", name="Protokoll veröffentlichen", exact=True).click()
        expect(page.get_by_text("Das Protokoll ist veröffentlicht")).to_be_visible()
        self.look(page, "publish-done")

    def name_withdrawn(self) -> None:
        """By the private link in a browser that has never been here; the record follows at once."""
        reader = self.people.page(script=self.script)
        reader.goto(f"/archive/{self.slug}/2")
        expect(reader.get_by_text(NAME).first).to_be_visible()
        self.fresh = page = self.people.page(script=self.script, size=PHONE)
        page.goto(self.link)
        page.get_by_role("button", name="Meine Fragen öffnen").click()
        own = page.locator("[data-own='2']")
        own.get_by_role("button", name="Name, Ort und Hintergrund entfernen").click()
        expect(own.get_by_role("button", name="Name, Ort und Hintergrund entfernen")).to_have_count(
            0
        )
        expect(page.locator("[data-own='1']").get_by_text(NAME)).to_be_visible()
        for path in (f"/archive/{self.slug}/2", f"/archive/{self.slug}"):
            reader.goto(path)
            expect(reader.get_by_text(OTHER).first).to_be_visible()
            expect(reader.get_by_text(NAME)).to_have_count(0 if path.endswith("/2") else 1)
        told = reader.request.get(f"/archive/{self.slug}.json").json()["questions"]
        assert {one["number"]: one["asker"] for one in told} == {1: NAME, 2: None}

    def deleted(self) -> None:
        """All that is held is seen, taken along, and deleted."""
        page = self.fresh
        page.get_by_role("link", name="Meine Daten", exact=True).click()
        expect(page.get_by_role("heading", name="3 Fragen von Ihnen")).to_be_visible()
        self.look(page, "my-data")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Als Datei herunterladen").click()
        assert waiting.value.suggested_filename == f"{self.slug}-my-data.json"
        page.get_by_role("link", name="Meine Daten löschen …").click()
        self.look(page, "my-data-sure")
        page.get_by_role("button", name="Meine Daten löschen").click()
        expect(page.get_by_role("heading", name="Ihre Daten sind gelöscht")).to_be_visible()
        self.look(page, "my-data-gone")
        told = page.request.get(f"/archive/{self.slug}.json").json()["questions"]
        assert {one["asker"] for one in told} == {None}


SELECT = """(words) => {
  const node = document.querySelector("[data-text=text]").firstChild;
  const start = node.data.indexOf(words);
  getSelection().setBaseAndExtent(node, start, node, start + words.length);
}"""
