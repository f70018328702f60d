"""The evening: asked, approved, supported, called up, answered, concluded, published, read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import People, ask, decide, numbers, own, ranked, stayed, stays
from tests.live.server import Server

pytestmark = pytest.mark.browser

COURSES = (
    "Warum warten Eltern bei uns im Landkreis so lange auf einen Sprachkurs mit Kinderbetreuung?"
)
DIPLOMA = "Wie lange dauert die Anerkennung einer Ausbildung als Pflegekraft inzwischen?"
ANSWER = "Ab Januar fördern wir 40 weitere Kurse mit Kinderbetreuung. Den Plan legen wir vor."


def test_an_evening(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    evening = Evening(people, looks, slug)
    evening.asking()
    evening.supporting()
    evening.on_stage()
    evening.answering()
    evening.closing()
    evening.reading()


class Evening:
    """One evening, step by step; what one step makes the next one needs."""

    def __init__(self, people: People, looks: Looks, slug: str) -> None:
        self.people = people
        self.looks = looks
        self.slug = slug
        self.desk = people.staff(slug, "moderator", "Kaya Demir")
        self.amira = people.volunteer(slug, "Amira Beispiel")
        self.bela = people.volunteer(slug, "Béla Probe")
        for page in (self.amira, self.bela, self.desk):
            stays(page)

    def asking(self) -> None:
        """A asks with her name, the moderator approves by keyboard, B sees it without a reload."""
        expect(self.desk.get_by_text("Die Prüfliste ist leer. Neue Fragen")).to_be_visible()
        self.amira.get_by_text("Name und Ort").click()
        self.amira.get_by_label("Mit Namen: Amira Beispiel").check()
        expect(self.amira.get_by_text("Sie erscheinen als „Amira Beispiel“")).to_be_visible()
        ask(self.amira, COURSES)
        expect(ranked(self.bela, COURSES)).to_have_count(0)
        self.looks.at(self.amira, "room-asked")
        decide(self.desk, COURSES, "a")
        expect(self.desk.get_by_text("Die Prüfliste ist leer. Neue Fragen")).to_be_visible()
        expect(self.desk.get_by_text("Frage 1 freigegeben")).to_be_visible()
        shown = ranked(self.bela, COURSES)
        expect(shown).to_contain_text("Amira Beispiel")
        expect(own(self.amira, COURSES)).not_to_contain_text("Wird geprüft")

    def supporting(self) -> None:
        """A count changes in place; a new order waits for its button, and nothing jumps."""
        amira, bela = self.amira, self.bela
        self.support(bela, COURSES)
        self.counts(amira, COURSES, 2)
        ask(bela, DIPLOMA)
        decide(self.desk, DIPLOMA, "a")
        expect(amira.locator("[data-fresh]")).to_contain_text("1 neue Frage")
        assert numbers(amira) == [COURSES]
        amira.get_by_role("button", name="Anzeigen").click()
        expect(ranked(amira, DIPLOMA)).to_be_visible()
        expect(amira.locator("#rang")).to_be_focused()
        bela.get_by_role("button", name="Anzeigen").click()
        ranked(amira, DIPLOMA).get_by_role("button", name="Unterstützen").focus()
        amira.keyboard.press("Enter")
        self.counts(bela, DIPLOMA, 2)
        before = self.standing(amira)
        self.support(bela, COURSES, on=False)
        self.counts(amira, COURSES, 1)
        expect(amira.get_by_text("Reihenfolge geändert")).to_be_visible()
        assert self.standing(amira) == before
        assert numbers(amira) == [COURSES, DIPLOMA]
        amira.get_by_role("button", name="Anzeigen").click()
        assert numbers(amira) == [DIPLOMA, COURSES]
        expect(amira.locator("[data-fresh]")).to_be_hidden()

    @staticmethod
    def support(page: Page, text: str, *, on: bool = True) -> None:
        button = ranked(page, text).get_by_role("button", name="Unterstützen")
        button.click()
        expect(button).to_have_attribute("aria-pressed", str(on).lower())

    @staticmethod
    def counts(page: Page, text: str, upvotes: int) -> None:
        expect(ranked(page, text).locator("[data-field=upvotes]")).to_have_text(str(upvotes))

    @staticmethod
    def standing(page: Page) -> tuple[object, ...]:
        """Where the focus is, and where that stands in the window."""
        return tuple(
            page.evaluate(
                """() => {
                  const one = document.activeElement;
                  const top = Math.round(one.getBoundingClientRect().y);
                  return [one.dataset.number, one.tagName, top, Math.round(scrollY)];
                }"""
            )
        )

    def on_stage(self) -> None:
        """The minister sees the ranking and takes the first; everyone's stage block follows."""
        self.stage = stage = self.people.staff(self.slug, "minister", "Staatsminister")
        self.scribe = self.people.staff(self.slug, "scribe", "Samuel Schreiber")
        stage.get_by_role("link", name="Liste").click()
        expect(stage.locator("[data-rows=list] > li")).to_have_count(2)
        expect(stage.locator("[data-rows=list] > li").first).to_contain_text(DIPLOMA)
        expect(stage.locator("[data-rows=list] > li").first).to_contain_text("2 Unterstützungen")
        stage.get_by_role("link", name="Zurück zur Frage").click()
        stage.get_by_role("button", name="Nächste Frage").click()
        expect(stage.locator(".stage__q:visible")).to_have_text(DIPLOMA)
        for page in (self.amira, self.bela):
            expect(page.locator(".podium__q:visible")).to_have_text(DIPLOMA)
        stage.get_by_role("button", name="Nächste Frage").click()
        expect(self.amira.locator(".podium__q:visible")).to_have_text(COURSES)

    def answering(self) -> None:
        """The scribe's text is kept while it is typed; a second person releases it."""
        scribe = self.scribe
        expect(scribe.locator("[data-t=now_text]")).to_have_text(COURSES)
        scribe.get_by_role("link", name="Neue Frage – wechseln").click()
        expect(scribe.locator("h2.wq")).to_have_text(COURSES)
        scribe.get_by_label(re.compile("^Antwort:")).fill(ANSWER)
        expect(scribe.get_by_text(re.compile(r"Gesichert \d\d:\d\d:\d\d"))).to_be_visible()
        scribe.get_by_text("Antwort zugesagt bis …").click()
        scribe.get_by_label("Wer", exact=True).fill("Staatsministerium")
        scribe.get_by_label("Bis", exact=True).fill("2030-03-01")
        scribe.get_by_role("button", name="Zur Freigabe geben").click()
        expect(scribe.get_by_role("link", name="Freigabe (1)")).to_be_visible()
        self.organiser = organiser = self.people.staff(self.slug, "organiser", "Olga Ordner")
        organiser.goto(f"/sessions/{self.slug}/scribe?tab=release")
        organiser.get_by_role("button", name="Freigeben").click()
        expect(organiser.get_by_text("Keine Antwort wartet auf Freigabe.")).to_be_visible()
        self.stage.get_by_role("button", name="Frage beenden").click()
        expect(self.amira.locator(".podium__q:visible")).to_have_count(0)
        # Whoever points at a list reads it: what is new goes in when the pointer has left.
        self.amira.mouse.move(1, 1)
        expect(self.amira.locator("[data-list=answered]")).to_contain_text(ANSWER)
        expect(self.amira.locator("[data-list=answered]")).to_contain_text("1. März 2030")
        expect(self.amira.get_by_text("Noch keine Fragen.")).to_be_hidden()
        assert all(stayed(page) for page in (self.amira, self.bela, self.desk))

    def closing(self) -> None:
        """The organiser closes, settles what is left, publishes."""
        organiser = self.organiser
        ask(self.bela, "Wer bezahlt die Fahrt zum Kurs, wenn im Ort keiner angeboten wird?")
        organiser.goto(f"/sessions/{self.slug}/organiser")
        organiser.get_by_role("link", name="Dialog beenden …").click()
        self.looks.at(organiser, "organiser-close-dialog")
        organiser.get_by_role("button", name="Dialog beenden", exact=True).click()
        expect(self.bela.get_by_text("Der Dialog ist beendet. Das Protokoll")).to_be_visible()
        expect(self.stage.get_by_text("Der Dialog ist beendet. Vielen Dank.")).to_be_visible()
        organiser.goto(f"/sessions/{self.slug}/organiser?tab=publish")
        organiser.get_by_role("link", name="Abschließen …").click()
        organiser.get_by_role("button", name="Offene Fragen abschließen").click()
        organiser.get_by_role("link", name="Protokoll veröffentlichen …").click()
        organiser.get_by_role("button", name="Protokoll veröffentlichen", exact=True).click()
        expect(organiser.get_by_text("Das Protokoll ist veröffentlicht")).to_be_visible()

    def reading(self) -> None:
        """A reader without a cookie reads everything, and gets none."""
        reader = self.people.page()
        reader.goto("/archive")
        reader.get_by_role("link", name="Sprache und Arbeit").click()
        expect(reader.get_by_role("article").filter(has_text=COURSES)).to_contain_text(ANSWER)
        reader.goto(f"/archive/{self.slug}/1")
        expect(reader.get_by_role("heading", name=COURSES)).to_be_visible()
        expect(reader.get_by_text(ANSWER)).to_be_visible()
        expect(reader.get_by_text("zugesagt bis 1. März 2030")).to_be_visible()
        assert reader.context.cookies() == []
        reader.goto(f"/sessions/{self.slug}")
        reader.get_by_role("link", name="Protokoll lesen").click()
        expect(reader).to_have_url(re.compile(rf"/archive/{self.slug}$"))
