"""The lectern: every state, by key and foot switch, and what a lost connection does to it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import Looks, shoot
from tests.journeys.people import BACK_WITHIN, LOST, People, ask, decide
from tests.live.server import Server

pytestmark = pytest.mark.browser

QUESTIONS = [
    "Warum dauert die Arbeitserlaubnis in unserem Landkreis so viel länger als in der Stadt?",
    "Wer bezahlt die Kinderbetreuung während des Integrationskurses?",
    "Gibt es Berufssprachkurse auch am Abend?",
]
LECTERN = {"width": 1180, "height": 820}


def test_the_lectern_by_keys(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["open"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    for text in QUESTIONS:
        asker = people.volunteer(slug)
        ask(asker, text)
        decide(desk, text, "a")
    stage = people.staff(slug, "minister", "Staatsminister", size=LECTERN)
    before(stage, looks)
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    organiser.get_by_role("button", name="Dialog beginnen").click()
    expect(stage.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    called_up(stage)
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    looks.at(desk, "desk-order")
    word(stage, desk, looks)
    with people.expecting(LOST):
        server.stop()
        lost(stage, looks)
        server.start()
        expect(stage.get_by_text("Keine Verbindung · Stand")).to_be_hidden(timeout=BACK_WITHIN)
    to_the_end(stage)
    desk.goto(f"/sessions/{slug}/moderation?tab=log")
    looks.at(desk, "desk-log")


def before(stage: Page, looks: Looks) -> None:
    """Before the session begins there is nothing to call up."""
    expect(stage.get_by_role("heading", name="Vor dem Beginn")).to_be_visible()
    expect(stage.get_by_role("button", name="Nächste Frage")).to_be_hidden()
    looks.at(stage, "stage-before")


def called_up(stage: Page) -> None:
    """On and back by keys; a bouncing switch takes one step."""
    step(stage, "ArrowRight")
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    ready(stage)
    bounce(stage, "PageDown")
    expect(shown(stage)).to_have_text(QUESTIONS[1])
    expect(stage.locator("[data-rows=next] > li")).to_have_count(1)
    step(stage, "ArrowLeft")
    expect(shown(stage)).to_have_text(QUESTIONS[0])


def word(stage: Page, desk: Page, looks: Looks) -> None:
    """A word from backstage stands there, within reach of the first Tab, until it is read."""
    desk.get_by_label("Nachricht ans Podium").fill("Bitte langsamer sprechen")
    desk.get_by_role("button", name="Nachricht senden").click()
    note = stage.get_by_role("alert").filter(has_text="Bitte langsamer sprechen")
    expect(note).to_be_visible()
    looks.at(stage, "stage-word")
    assert not scrolls(stage)
    stage.keyboard.press("Tab")
    expect(note.get_by_role("button", name="Gelesen")).to_be_focused()
    stage.keyboard.press("Enter")
    expect(note).to_be_hidden()
    expect(desk.get_by_text("gelesen", exact=True)).to_be_visible()


def lost(stage: Page, looks: Looks) -> None:
    """Without a connection every control says that it does nothing."""
    expect(stage.get_by_text("Keine Verbindung · Stand")).to_be_visible()
    for name in ("Nächste Frage", "Zurück"):
        button = stage.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-disabled", "true")
    stage.keyboard.press("ArrowRight")
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    looks.at(stage, "stage-lost")


def to_the_end(stage: Page) -> None:
    """After the last question the same key ends it."""
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    for text in QUESTIONS[1:]:
        step(stage, "ArrowRight")
        expect(shown(stage)).to_have_text(text)
    expect(stage.get_by_role("button", name="Frage beenden")).to_be_visible()
    step(stage, "ArrowRight")
    expect(stage.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    shoot(stage, "stage-after-last")


def shown(stage: Page) -> Locator:
    """The question as the lectern shows it."""
    return stage.locator(".stage__q:visible")


def step(page: Page, key: str) -> None:
    """Press a key when the one before has been answered."""
    ready(page)
    page.keyboard.press(key)


def ready(page: Page) -> None:
    """Wait until no command is on its way, and a press is no bounce of the one before."""
    expect(page.locator("[data-send][aria-disabled]")).to_have_count(0)
    page.wait_for_timeout(450)


def bounce(page: Page, key: str) -> None:
    """Two presses within one moment, as a worn foot switch makes them."""
    page.evaluate(
        """(key) => {
          const init = { key, bubbles: true, cancelable: true };
          for (const press of [init, init])
            document.body.dispatchEvent(new KeyboardEvent("keydown", press));
        }""",
        key,
    )


def scrolls(page: Page) -> bool:
    """Whether the lectern would have to be scrolled."""
    return bool(
        page.evaluate(
            "(html) => html.scrollHeight > html.clientHeight + 1", page.query_selector("html")
        )
    )
