"""Scribes: by keyboard alone, on a phone, two at once, without a network, and after the record."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import BACK_WITHIN, LOST, PHONE, People, ask, connected, decide, go
from tests.live.server import Server

pytestmark = pytest.mark.browser

QUESTIONS = [
    "Wann gibt es in jeder Unterkunft einen Raum für Sprachkurse?",
    "Wird die Sprachmittlung in Arztpraxen künftig bezahlt?",
    "Wer bezahlt die Kinderbetreuung während des Integrationskurses?",
]
ANSWER = "Bis zum Winter. Eine Liste der Unterkünfte ohne Lernraum legen wir vor."
SOURCE = "https://example.org/lernraeume"
SAVED = re.compile(r"Gesichert \d\d:\d\d:\d\d")


def test_two_scribes_through_an_evening(people: People, server: Server, looks: Looks) -> None:
    evening = Evening(people, server, looks)
    evening.by_keyboard()
    evening.released()
    evening.two_at_once()
    evening.versions()
    evening.lost()
    evening.kept()


class Evening:
    """One evening, step by step; what one step makes the next one needs."""

    def __init__(self, people: People, server: Server, looks: Looks) -> None:
        self.people, self.server, self.looks = people, server, looks
        self.slug = server.slugs["live"]
        self.desk = people.staff(self.slug, "moderator", "Kaya Demir")
        self.room = people.volunteer(self.slug)
        for text in QUESTIONS:
            ask(people.volunteer(self.slug), text)
            decide(self.desk, text, "a")
        self.stage = people.staff(self.slug, "minister", "Staatsminister")
        self.sven = people.staff(self.slug, "scribe", "Sven Stein")
        self.selma = people.staff(self.slug, "scribe", "Selma Sand", size=PHONE, has_touch=True)

    def on(self) -> None:
        """The next question comes up on the stage."""
        self.stage.wait_for_timeout(450)
        expect(self.stage.locator("[data-send][aria-disabled]")).to_have_count(0)
        self.stage.keyboard.press("ArrowRight")

    def by_keyboard(self) -> None:
        """A whole answer without a pointer, while what is on the stage changes twice."""
        page = self.sven
        expect(page.get_by_text("Gerade ist keine Frage auf dem Podium")).to_be_visible()
        self.on()
        expect(page.locator("#now-t")).to_contain_text("Frage 1")
        go(page, page.get_by_role("link", name="Neue Frage – wechseln"))
        page.keyboard.press("Enter")
        expect(page.locator(".wq")).to_have_text(QUESTIONS[0])
        connected(page)
        go(page, field(page))
        page.keyboard.type(ANSWER)
        expect(page.get_by_text(SAVED)).to_be_visible()
        self.under_the_fingers()
        go(page, page.get_by_label("Quellen"))
        page.keyboard.type(SOURCE)
        go(page, page.locator("[name=outcome]:checked"))
        page.keyboard.press("ArrowDown")
        submit = page.get_by_role("button", name="Zur Freigabe geben")
        go(page, submit, back=True)
        page.keyboard.press("Enter")
        wrong = page.locator("[data-err=until]")
        expect(wrong).to_be_visible()
        expect(page.get_by_label("Bis", exact=True)).to_be_focused()
        self.looks.at(page, "scribe-wrong")
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.keyboard.type("12122026")
        go(page, page.get_by_label("Wer", exact=True), back=True)
        page.keyboard.type("Referat G3")
        go(page, submit, back=True)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/scribe$"))

    def under_the_fingers(self) -> None:
        """Neither the text nor the caret nor a word in the making moves when *now* changes."""
        page, area = self.sven, field(self.sven)
        page.keyboard.press("Home")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        at = caret(area)
        self.on()
        expect(page.locator("#now-t")).to_contain_text("Neu auf dem Podium – Frage 2")
        expect(page.get_by_text("Frage 1 bleibt dann unter „Offen“.")).to_be_visible()
        assert (area.input_value(), caret(area)) == (ANSWER, at)
        expect(area).to_be_focused()
        composing = page.context.new_cdp_session(page)
        part = {"text": "öff", "selectionStart": 3, "selectionEnd": 3}
        composing.send("Input.imeSetComposition", part)
        self.on()
        expect(page.locator("#now-t")).to_contain_text("Frage 3")
        page.wait_for_timeout(2_500)  # an autosave in the middle of it
        composing.send("Input.insertText", {"text": "öffentlich "})
        assert area.input_value() == f"{ANSWER[:3]}öffentlich {ANSWER[3:]}"
        for _ in "öffentlich ":
            page.keyboard.press("Backspace")
        assert area.input_value() == ANSWER

    def released(self) -> None:
        """The second person releases it on a phone, by touch; then everyone reads it."""
        page = self.selma
        page.goto(f"/sessions/{self.slug}/scribe?tab=release")
        connected(page)
        expect(page.get_by_text(SOURCE)).to_be_visible()
        page.get_by_role("button", name="Freigeben").tap()
        expect(page.get_by_text("Keine Antwort wartet auf Freigabe.")).to_be_visible()
        self.room.reload()
        expect(self.room.get_by_text(ANSWER)).to_be_visible()

    def two_at_once(self) -> None:
        """The second sees who writes, takes over, and the first loses no word."""
        sven, selma, address = self.sven, self.selma, f"/sessions/{self.slug}/scribe?number=2"
        sven.goto(address)
        connected(sven)
        field(sven).press_sequentially("Ja, ab Januar")
        expect(sven.get_by_text(SAVED)).to_be_visible()
        selma.goto(address)
        connected(selma)
        expect(selma.get_by_text("Sven Stein schreibt diese Antwort")).to_be_visible()
        self.looks.at(selma, "scribe-held")
        expect(field(selma)).to_have_value("Ja, ab Januar")
        selma.get_by_role("button", name="Antwort übernehmen").tap()
        expect(selma.get_by_text("Sven Stein schreibt diese Antwort")).to_be_hidden()
        field(selma).fill("Ja, ab Januar, in allen Praxen.")
        expect(selma.get_by_text("Noch nicht gesichert")).to_be_visible()
        expect(selma.get_by_text(SAVED)).to_be_visible()
        expect(sven.get_by_text("Selma Sand schreibt diese Antwort")).to_be_visible()
        field(sven).press_sequentially(" mit Bedingungen")
        with self.people.expecting("409"):
            sven.get_by_role("button", name="Zur Freigabe geben").click()
            expect(sven.get_by_role("alert").filter(has_text="Selma Sand")).to_be_visible()
        expect(field(sven)).to_have_value("Ja, ab Januar mit Bedingungen")
        sven.reload()
        expect(field(sven)).to_have_value("Ja, ab Januar mit Bedingungen")
        connected(sven)
        sven.get_by_role("button", name="Antwort übernehmen").click()
        expect(sven.get_by_text(SAVED)).to_be_visible()
        expect(selma.get_by_text("Sven Stein schreibt diese Antwort")).to_be_visible()

    def versions(self) -> None:
        """Both texts can be read and put back; what stood there is a version first."""
        page = self.sven
        field(page).press_sequentially(", vielleicht")
        page.get_by_role("link", name="Frühere Fassungen").click()
        expect(page.locator(".list > li").first).to_contain_text("Sven Stein")
        before = page.locator(".list > li").count()
        selmas = page.locator(".list > li").filter(has_text="Selma Sand")
        selmas.get_by_role("link", name="Ansehen").click()
        expect(page.locator("#fassung ins").first).to_be_visible()
        self.looks.at(page, "scribe-versions")
        page.get_by_role("link", name="Diese Fassung übernehmen").click()
        expect(field(page)).to_have_value("Ja, ab Januar, in allen Praxen.")
        expect(page.get_by_text("noch nicht gesichert", exact=False).first).to_be_hidden()
        expect(page.get_by_text(SAVED)).to_be_visible()
        expect(page).to_have_url(re.compile(r"\?number=2$"))
        page.reload()
        expect(field(page)).to_have_value("Ja, ab Januar, in allen Praxen.")
        page.get_by_role("link", name="Frühere Fassungen").click()
        expect(page.locator(".list > li")).to_have_count(before + 1)

    def lost(self) -> None:
        """What is typed without a server is there after it, and after a reload."""
        page = self.sven
        page.goto(f"/sessions/{self.slug}/scribe?number=2")
        connected(page)
        with self.people.expecting(LOST):
            self.server.stop()
            expect(page.get_by_text("Keine Verbindung seit")).to_be_visible(timeout=BACK_WITHIN)
            field(page).fill("Ja, ab Januar, in allen Praxen. Ohne Netz.")
            expect(page.get_by_text("Noch nicht gesichert")).to_be_visible()
            self.server.start()
            connected(page, within=BACK_WITHIN)
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.reload()
        expect(field(page)).to_have_value("Ja, ab Januar, in allen Praxen. Ohne Netz.")
        page.get_by_role("button", name="Zur Freigabe geben").click()
        expect(page).to_have_url(re.compile(r"/scribe$"))
        self.selma.goto(f"/sessions/{self.slug}/scribe?tab=release")
        connected(self.selma, within=BACK_WITHIN)
        self.selma.get_by_role("button", name="Freigeben").tap()
        expect(self.selma.get_by_text("Keine Antwort wartet auf Freigabe.")).to_be_visible()

    def kept(self) -> None:
        """After the record is published a promise is kept, and everyone reads when."""
        organiser = self.people.staff(self.slug, "organiser", "Olga Ott")
        organiser.get_by_role("link", name="Dialog beenden …").click()
        organiser.get_by_role("button", name="Dialog beenden", exact=True).click()
        expect(self.room.get_by_text("Der Dialog ist beendet. Das Protokoll")).to_be_visible()
        organiser.goto(f"/sessions/{self.slug}/organiser?tab=publish")
        organiser.get_by_role("link", name="Abschließen …").click()
        organiser.get_by_role("button", name="Offene Fragen abschließen").click()
        organiser.get_by_role("link", name="Protokoll veröffentlichen …").click()
        organiser.get_by_role("button", name="Protokoll veröffentlichen", exact=True).click()
        expect(organiser.get_by_text("Das Protokoll ist veröffentlicht")).to_be_visible()
        page = self.sven
        page.goto(f"/sessions/{self.slug}/scribe")
        connected(page, within=BACK_WITHIN)
        expect(page.get_by_role("heading", name="Zusagen", exact=True)).to_be_visible()
        expect(page.get_by_text("In diesem Dialog veröffentlicht niemand allein.")).to_be_visible()
        expect(page.get_by_text("Zusage einlösen")).to_have_count(0)
        page = organiser
        page.goto(f"/sessions/{self.slug}/scribe?tab=promises")
        connected(page)
        page.get_by_text("Zusage einlösen").click()
        page.get_by_label("Was wurde geliefert?").fill("Die Liste liegt vor.")
        page.get_by_role("button", name="Als eingelöst festhalten").click()
        expect(page.get_by_text(re.compile("Zusage eingelöst am")).first).to_be_visible()
        self.looks.at(page, "scribe-kept")
        reader = self.people.page()
        reader.goto(f"/archive/{self.slug}/1")
        expect(reader.get_by_text(re.compile("Zusage eingelöst am")).first).to_be_visible()
        expect(reader.get_by_text("Die Liste liegt vor.")).to_be_visible()


def field(page: Page) -> Locator:
    """The text field of the answer."""
    return page.locator("[data-answer]")


def caret(area: Locator) -> int:
    """Where the caret stands."""
    return int(area.evaluate("one => one.selectionStart"))


def test_what_comes_between_is_told_and_takes_no_word(people: People, server: Server) -> None:
    """The other hands in, a moderator hides the question: the text and the focus stay."""
    slug = server.slugs["other"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    ask(people.volunteer(slug), QUESTIONS[0])
    decide(desk, QUESTIONS[0], "a")
    stage = people.staff(slug, "minister", "Staatsminister")
    expect(stage.get_by_role("button", name="Nächste Frage")).to_be_enabled()
    stage.wait_for_timeout(450)
    stage.keyboard.press("ArrowRight")
    sven = people.staff(slug, "scribe", "Sven Stein")
    selma = people.staff(slug, "scribe", "Selma Sand")
    for page in (sven, selma):
        page.goto(f"/sessions/{slug}/scribe?number=1")
        connected(page)
    field(selma).fill("Bis zum Winter.")
    selma.get_by_role("button", name="Zur Freigabe geben").click()
    told = sven.locator("[data-t=meanwhile]")
    expect(told).to_contain_text("Selma Sand hat inzwischen eine Antwort abgegeben")
    expect(told).to_be_visible()
    field(sven).focus()
    sven.keyboard.type("Ab Januar. ")
    expect(sven.get_by_text(SAVED)).to_be_visible()
    expect(sven.locator("#now-t")).to_be_visible()
    desk.keyboard.press("h")
    expect(sven.locator("#now-t")).to_be_hidden()
    sven.keyboard.type("Und mehr.")
    expect(told).to_contain_text("steht aber noch hier und bleibt in diesem Browser")
    expect(field(sven)).to_be_focused()
    expect(field(sven)).to_have_value("Ab Januar. Und mehr.")
