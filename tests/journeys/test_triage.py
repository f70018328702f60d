"""The whole triage by keyboard alone, and again by touch on a phone: nothing needs a hover."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People, ask, now, own
from tests.live.server import Server
from tests.web.test_forms import ask as sent

pytestmark = pytest.mark.browser

APPROVED = "Wer zahlt die Kurse am Abend?"
RETURNED = "Warum ist der Himmel über der Stadt so grau?"
EDITED = "Wann kommen die neuen Buecher fuer den Unterricht?"
WORDED = "Wann kommen die neuen Bücher für den Unterricht?"
STAGED = "Was wird aus dem Fall, von dem ich schrieb?"
TWICE = ("Gibt es im Sommer Schwimmkurse für Kinder?", "Gibt es Schwimmkurse für Kinder im Sommer?")
THRICE = (
    "Wie lange dauert die Anerkennung eines Berufsabschlusses als Pflegekraft?",
    "Wie lange dauert es, bis ein Berufsabschluss als Pflegekraft anerkannt ist?",
    "Warum dauert die Anerkennung eines Berufsabschlusses als Pflegekraft so lange?",
)
PERSONAL = "Bitte rufen Sie mich unter 0170 1234567 an?"
QUESTIONS = (EDITED, APPROVED, RETURNED, STAGED, *TWICE, *THRICE, PERSONAL)


def asked(people: People, slug: str) -> Page:
    """Let everything be asked, the first by somebody whose page is returned."""
    first = people.volunteer(slug, "Amira Beispiel")
    ask(first, QUESTIONS[0])
    for text in QUESTIONS[1:]:
        assert sent(people.server.volunteer(slug), slug, text).status == 303
    return first


def opened(desk: Page, text: str) -> None:
    """Wait until a question is open, and until a key counts for it."""
    expect(desk.locator("#fq")).to_have_text(text)
    desk.wait_for_function("since => performance.now() - since > 550", arg=now(desk))


def test_by_keyboard_alone(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    asker = asked(people, slug)
    desk.reload()
    edited(desk, asker)
    decided(desk)
    searched(desk, looks)


def edited(desk: Page, asker: Page) -> None:
    """Edit and approve by keys; the asker reads what was changed."""
    keys = desk.keyboard
    expect(desk.locator("[data-rows=queue] > li").first).to_contain_text("Wann kommen")
    opened(desk, EDITED)

    keys.press("e")
    text = desk.get_by_role("dialog").get_by_label("Frage", exact=True)
    expect(text).to_be_focused()
    keys.press("Control+a")
    keys.insert_text(WORDED)
    for _ in range(3):  # background, name, the button
        keys.press("Tab")
    keys.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    opened(desk, WORDED)
    keys.press("a")
    mine = own(asker, WORDED)
    mine.get_by_text("Die Moderation hat Ihren Text bearbeitet").click()
    expect(mine.locator("del")).to_have_text(["gestrichen: Buecher fuer"])
    expect(mine.locator("ins")).to_have_text(["eingefügt: Bücher für"])


def decided(desk: Page) -> None:
    """Approve, return, stage, merge and return in groups, and take something back, by keys."""
    keys = desk.keyboard
    opened(desk, APPROVED)
    keys.press("a")
    opened(desk, RETURNED)
    keys.press("r")
    keys.press("1")
    keys.press("Enter")
    opened(desk, STAGED)
    keys.press("s")
    opened(desk, TWICE[0])
    keys.press("g")
    keys.press("m")
    opened(desk, TWICE[0])
    keys.press("u")
    expect(desk.locator("[data-t=last_text]")).to_contain_text("Zurückgenommen:")
    keys.press("g")
    keys.press("m")
    opened(desk, TWICE[0])
    keys.press("a")
    opened(desk, THRICE[0])
    keys.press("g")
    sheet = desk.get_by_role("dialog")
    keys.press("3")
    keys.press("r")
    keys.press("9")
    keys.press("Enter")
    expect(sheet).to_be_hidden()
    opened(desk, THRICE[2])
    keys.press("a")
    opened(desk, PERSONAL)
    keys.press("a")
    expect(desk.get_by_role("dialog")).to_contain_text("Wirklich freigeben?")
    keys.press("Escape")
    keys.press("r")
    keys.press("4")
    keys.press("Enter")
    expect(desk.get_by_text("Die Prüfliste ist leer.").first).to_be_visible()


def searched(desk: Page, looks: Looks) -> None:
    """Find what was decided, and open it, by keys."""
    keys = desk.keyboard
    keys.press("/")
    expect(desk.get_by_label("Wörter, Name oder Nummer")).to_be_focused()
    keys.type("buecher")
    expect(desk.locator("[data-rows=found] > li")).to_have_count(1)
    looks.at(desk, "desk-search")
    keys.press("Enter")
    keys.press("Enter")
    expect(desk.locator("#fq")).to_have_text(WORDED)
    desk.get_by_text("was geändert wurde").click()
    expect(desk.locator("[data-scope=question] ins").first).to_contain_text("Bücher für")
    looks.at(desk, "desk-edited")


def test_by_touch_on_a_phone(people: People, server: Server) -> None:
    slug = server.slugs["other"]
    asker = asked(people, slug)
    desk = people.staff(slug, "moderator", "Kaya Demir", size=PHONE, has_touch=True, is_mobile=True)
    sheet = desk.get_by_role("dialog")

    def tap(name: str | re.Pattern[str], within: Page | None = None) -> None:
        button = (within or desk).get_by_role("button", name=name, exact=isinstance(name, str))
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44, name
        button.tap()

    label = desk.get_by_role("heading", name="Jetzt", exact=True).bounding_box()
    emergency = desk.get_by_role("button", name="Anzeige leeren").bounding_box()
    assert label is not None
    assert emergency is not None
    assert label["y"] + label["height"] <= emergency["y"]
    opened(desk, EDITED)
    desk.get_by_role("link", name="Bearbeiten").tap()
    sheet.get_by_label("Frage", exact=True).fill(WORDED)
    sheet.get_by_role("button", name="Bearbeitung sichern").tap()
    opened(desk, WORDED)
    tap(re.compile("^Freigeben"))
    expect(own(asker, WORDED)).to_contain_text("Platz 1")
    opened(desk, APPROVED)
    tap(re.compile("^Freigeben"))
    opened(desk, RETURNED)
    desk.get_by_role("link", name="Zurückgeben").tap()
    sheet.get_by_role("radio", name="Nicht zum Thema").tap()
    sheet.get_by_role("button", name="Zurückgeben").tap()
    opened(desk, STAGED)
    tap(re.compile("^Nur Podium"))
    opened(desk, TWICE[0])
    desk.get_by_role("link", name=re.compile("^2 ähnliche")).last.tap()
    sheet.get_by_role("button", name="Angekreuzte zusammenführen").tap()
    expect(sheet).to_be_hidden()
    tap("Rückgängig")
    expect(desk.locator("[data-t=last_text]")).to_contain_text("Zurückgenommen:")
    desk.get_by_role("link", name="Suchen").tap()
    sheet.get_by_label("Wörter, Name oder Nummer").fill("Himmel")
    sheet.get_by_role("link", name=RETURNED).tap()
    expect(desk.locator("#fq")).to_have_text(RETURNED)
    expect(desk.get_by_text("Zurückgegeben: Nicht zum Thema")).to_be_visible()
    wide = desk.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
