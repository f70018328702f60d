"""The lectern: every state, by key and foot switch, and what a lost connection does to it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import Looks, shoot
from tests.journeys.people import BACK_WITHIN, LOST, PHONE, People, ask, decide, ranked
from tests.live.server import Server

pytestmark = pytest.mark.browser

MORE = ("arrows", "pages", "media", "hands", "network", "phone", "tablet", "keys", "aide", "still")
QUESTIONS = [
    "Warum dauert die Arbeitserlaubnis in unserem Landkreis so viel länger als in der Stadt?",
    "Wer bezahlt die Kinderbetreuung während des Integrationskurses?",
    "Gibt es Berufssprachkurse auch am Abend?",
]
LECTERN = {"width": 1180, "height": 820}
TABLET = {"width": 1024, "height": 768}
# Presses a key at the next whole second of the clock that all pages share.
LATER = """(key) => {
  const press = () => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  setTimeout(press, 2_000 - (Date.now() % 1_000));
}"""


def test_the_lectern_by_keys(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["open"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    for text in QUESTIONS:
        asker = people.volunteer(slug)
        ask(asker, text)
        decide(desk, text, "a")
    stage = people.staff(slug, "minister", "Staatsminister", size=LECTERN)
    before(stage)
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    organiser.get_by_role("link", name="Dialog beginnen …").click()
    organiser.get_by_role("button", name="Dialog beginnen").click()
    expect(stage.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    called_up(stage)
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    word(stage, desk, looks)
    with people.expecting(LOST):
        server.stop()
        lost(stage, looks)
        server.start()
        expect(stage.get_by_text("Keine Verbindung · Stand")).to_be_hidden(timeout=BACK_WITHIN)
    to_the_end(stage)


@pytest.mark.parametrize(
    "forward, backward",
    [("ArrowRight", "ArrowLeft"), ("PageDown", "PageUp"), ("MediaTrackNext", "MediaTrackPrevious")],
)
def test_one_switch_is_enough_for_the_whole_evening(
    people: People, server: Server, forward: str, backward: str
) -> None:
    """Keys of every kind of foot switch lead on, back, through the list, and skip nothing."""
    slug = server.slugs[{"A": "arrows", "P": "pages", "M": "media"}[forward[0]]]
    stage, _desk = with_questions(people, slug)
    step(stage, forward)
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    ready(stage)
    bounce(stage, forward)
    expect(shown(stage)).to_have_text(QUESTIONS[1])
    ready(stage)
    stage.keyboard.down(forward)
    stage.keyboard.down(forward)  # held: the second one is a repetition
    stage.keyboard.up(forward)
    expect(shown(stage)).to_have_text(QUESTIONS[2])
    for text in (QUESTIONS[1], QUESTIONS[0]):
        step(stage, backward)
        expect(shown(stage)).to_have_text(text)
    for text in QUESTIONS[1:]:
        step(stage, forward)
        expect(shown(stage)).to_have_text(text)
    step(stage, forward)
    expect(stage.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    answered(people, slug, 3)


def test_two_hands_at_once_skip_nothing(people: People, server: Server) -> None:
    """Minister and aide press in the same moment: one question further, and one of them is told."""
    slug = server.slugs["hands"]
    stage, _desk = with_questions(people, slug)
    aide = people.staff(slug, "minister", "Referentin", size=LECTERN)
    step(stage, "ArrowRight")
    for page in (stage, aide):
        expect(shown(page)).to_have_text(QUESTIONS[0])
        ready(page)
    stage.evaluate(LATER, "ArrowRight")
    aide.evaluate(LATER, "ArrowRight")
    for page in (stage, aide):
        expect(shown(page)).to_have_text(QUESTIONS[1])
    stage.wait_for_timeout(500)
    for page in (stage, aide):
        expect(shown(page)).to_have_text(QUESTIONS[1])
    told = [page.locator("[data-refused]:visible").count() for page in (stage, aide)]
    assert sum(told) <= 1
    answered(people, slug, 1)


def test_a_lectern_that_loses_its_network(people: People, server: Server, looks: Looks) -> None:
    """It keeps what it showed, takes no press, and afterwards shows what happened meanwhile."""
    slug = server.slugs["network"]
    stage, desk = with_questions(people, slug)
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    step(stage, "ArrowRight")
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    ready(stage)
    with people.expecting(LOST, "ERR_INTERNET_DISCONNECTED"):
        stage.context.set_offline(True)
        expect(stage.get_by_text("Keine Verbindung · Stand")).to_be_visible()
        inactive(stage)
        for key in ("ArrowRight", "PageDown", "ArrowLeft", "h", "b"):
            stage.keyboard.press(key)
            stage.wait_for_timeout(450)
        stage.get_by_role("button", name="Nächste Frage").click(force=True)
        expect(shown(stage)).to_have_text(QUESTIONS[0])
        looks.at(stage, "stage-offline")
        stage.get_by_role("link", name="Liste").click()
        expect(stage.locator("[data-rows=list] > li")).to_have_count(2)
        stage.get_by_role("link", name="Zurück zur Frage").click()
        desk.get_by_role("button", name="Nächste Frage", exact=True).click()
        expect(desk.locator("[data-t=now_text]").first).to_have_text(QUESTIONS[1])
        expect(shown(stage)).to_have_text(QUESTIONS[0])
        stage.context.set_offline(False)
        expect(shown(stage)).to_have_text(QUESTIONS[1], timeout=BACK_WITHIN)
    expect(stage.get_by_text("Keine Verbindung · Stand")).to_be_hidden()
    stage.wait_for_timeout(1_000)
    expect(shown(stage)).to_have_text(QUESTIONS[1])
    assert not stage.get_by_text("Anzeige wieder zeigen").is_visible()
    with people.expecting(LOST):
        server.stop()
        inactive(stage)
        stage.keyboard.press("ArrowRight")
        stage.wait_for_timeout(2_000)
        server.start()
        ready(stage, BACK_WITHIN)
    expect(shown(stage)).to_have_text(QUESTIONS[1])
    step(stage, "ArrowRight")
    expect(shown(stage)).to_have_text(QUESTIONS[2])
    answered(people, slug, 2)


@pytest.mark.parametrize("name, size", [("phone", PHONE), ("tablet", TABLET)])
def test_the_lectern_by_touch(
    people: People, server: Server, looks: Looks, name: str, size: dict[str, int]
) -> None:
    slug = server.slugs[name]
    _, desk = with_questions(people, slug, stage=False)
    stage = people.staff(slug, "minister", "Staatsminister", size=size, has_touch=True)
    stage.wait_for_load_state("networkidle")  # before, its buttons are about to wait for the line
    tap(stage, "button", "Nächste Frage")
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    fingers(stage)
    tap(stage, "link", "Liste")
    expect(stage.locator("[data-rows=list] > li")).to_have_count(2)
    tap(stage, "link", "Zurück zur Frage")
    tap(stage, "button", "Schrift größer")
    expect(stage.locator(".stage")).to_have_attribute("data-zoom", "1")
    sideways = stage.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not sideways
    tap(stage, "button", "Nächste Frage")
    expect(shown(stage)).to_have_text(QUESTIONS[1])
    tap(stage, "button", "Zurück")
    expect(shown(stage)).to_have_text(QUESTIONS[0])
    stage.get_by_text("Notfall", exact=True).tap()
    fingers(stage)
    looks.overflow(stage, f"stage-emergency {size['width']}")
    tap(stage, "button", "Anzeige leeren")
    expect(stage.get_by_text("Beamer und Einblendung sind leer.").first).to_be_visible()
    stage.get_by_text("Notfall", exact=True).tap()
    tap(stage, "button", "Anzeige wieder zeigen")
    expect(stage.get_by_text("Beamer und Einblendung sind leer.").first).to_be_hidden()
    stage.get_by_text("Notfall", exact=True).tap()
    tap(stage, "button", "Sofort ausblenden")
    expect(stage.get_by_text("Frage 1 steht auf keinem Bildschirm mehr").first).to_be_visible()
    expect(stage.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    desk.goto(f"/sessions/{slug}/moderation?tab=log")
    desk.get_by_role("button", name=re.compile("Rückgängig Frage 1 ausgeblendet")).click()
    expect(shown(stage)).to_have_text(QUESTIONS[0])


def test_two_keys_on_every_page_of_staff(people: People, server: Server, looks: Looks) -> None:
    """h takes what is now off every screen, b empties beamer and overlay; a switch stops both."""
    slug = server.slugs["keys"]
    stage, desk = with_questions(people, slug)
    scribe = people.staff(slug, "scribe", "Sven Stift")
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    hall = people.page()
    hall.goto(f"/sessions/{slug}/beamer")
    for page, log in ((stage, ""), (scribe, ""), (organiser, ""), (desk, "Anzeige geleert")):
        press(page, "b")
        expect(page.get_by_text("Beamer und Einblendung sind leer.").first).to_be_visible()
        expect(hall.locator(".beam--empty")).to_be_attached()
        if log:
            expect(page.get_by_text(f"Von Ihnen: {log}")).to_be_visible()
        press(page, "b")
        expect(page.get_by_text("Beamer und Einblendung sind leer.").first).to_be_hidden()
        expect(hall.locator(".beam--empty")).to_have_count(0)
    looks.at(scribe, "scribe-emergency")
    looks.at(organiser, "organiser-emergency")
    for page in (stage, scribe, organiser, desk):
        step(stage, "ArrowRight")
        asked = stage.locator(".stage__q[data-t=text]")
        expect(asked).to_be_visible()
        text = asked.inner_text()
        expect(hall.get_by_text(text)).to_be_visible()
        expect(page.get_by_text(text).first).to_be_visible()
        press(page, "h")
        expect(hall.get_by_text(text)).to_have_count(0)
        expect(stage.get_by_text("Gleich geht es weiter").first).to_be_visible()
        number = QUESTIONS.index(text) + 1
        if page is desk:
            expect(page.get_by_text(f"Von Ihnen: Frage {number} ausgeblendet")).to_be_visible()
            page.keyboard.press("u")
            expect(shown(stage)).to_have_text(text)
        else:
            said = page.get_by_text(f"Frage {number} steht auf keinem Bildschirm mehr")
            expect(said.first).to_be_visible()
            decide(desk, text, "a")
    for page in (scribe, organiser):
        page.get_by_role("switch", name="Einzelne Tasten").click()
        expect(page.get_by_role("switch", name="Einzelne Tasten")).not_to_be_checked()
        press(page, "b")
        page.wait_for_timeout(300)
        expect(page.get_by_text("Beamer und Einblendung sind leer.").first).to_be_hidden()
    organiser.get_by_role("switch", name="Einzelne Tasten").click()
    word = organiser.get_by_label("Text für alle")
    word.press("b")
    expect(word).to_have_value("b")
    expect(organiser.get_by_text("Beamer und Einblendung sind leer.").first).to_be_hidden()
    word.press("Escape")  # leads out of the text, so that one key is enough there, too
    organiser.keyboard.press("b")
    expect(organiser.get_by_text("Beamer und Einblendung sind leer.").first).to_be_visible()


def test_a_word_is_read_by_the_aide_as_well(people: People, server: Server) -> None:
    slug = server.slugs["aide"]
    stage, desk = with_questions(people, slug)
    aide = people.staff(slug, "minister", "Referentin", size=LECTERN)
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    for word, reader in (("Bitte lauter", desk), ("Noch fünf Minuten", aide)):
        desk.get_by_label("Nachricht ans Podium").fill(word)
        desk.get_by_role("button", name="Nachricht senden").click()
        for page in (stage, aide):
            expect(page.get_by_role("alert").filter(has_text=word)).to_be_visible()
        name = "Als gelesen bestätigen" if reader is desk else "Gelesen"
        reader.get_by_role("button", name=name).click()
        for page in (stage, aide):
            expect(page.get_by_role("alert").filter(has_text=word)).to_be_hidden()


def test_what_is_next_and_the_list_stand_still(people: People, server: Server) -> None:
    """While a question is now nothing is overtaken, on the lectern, the beamer and in the room."""
    slug = server.slugs["still"]
    stage, _desk = with_questions(people, slug)
    step(stage, "ArrowRight")
    room = people.volunteer(slug)
    hall = people.page()
    hall.goto(f"/sessions/{slug}/beamer")
    last = ranked(room, QUESTIONS[2])
    last.get_by_role("button", name="Unterstützen").click()
    expect(last).to_contain_text("2 Unterstützungen")
    for page in (stage, hall):
        expect(page.locator("[data-rows=next] > li").nth(1)).to_contain_text("2 Unterstützungen")
        expect(page.locator("[data-rows=next] > li").first).to_contain_text(QUESTIONS[1])
    expect(room.locator("[data-list=next] > li").first).to_contain_text(QUESTIONS[1])
    stage.get_by_role("link", name="Liste").click()
    expect(stage.locator("[data-rows=list] > li").first).to_contain_text(QUESTIONS[1])
    expect(stage.get_by_text("Die Reihenfolge bleibt stehen")).to_be_visible()
    stage.get_by_role("link", name="Zurück zur Frage").click()
    step(stage, "ArrowRight")
    expect(shown(stage)).to_have_text(QUESTIONS[1])


def test_days_before_it_the_lectern_says_the_day(people: People, server: Server) -> None:
    slug = server.slugs["announced"]
    stage = people.staff(slug, "minister", "Staatsminister", size=LECTERN)
    when = re.compile(r"Beginn am \d+\.\s\w+ \d{4} um \d\d:\d\d\sUhr")
    expect(stage.get_by_text(when).first).to_be_visible()
    expect(stage.get_by_text("Std.")).to_have_count(0)
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    organiser.get_by_role("button", name="Fragen vorab öffnen").click()
    organiser.get_by_role("link", name="Dialog beginnen …").click()
    organiser.get_by_role("button", name="Dialog beginnen").click()
    left = stage.locator("[data-t=left]")
    expect(left).to_have_text(re.compile(r"^\d+\.\s\w+ \d{4}, \d\d:\d\d\sUhr$"))
    expect(stage.locator("[data-t=left_label]")).to_have_text("bis")


def with_questions(people: People, slug: str, *, stage: bool = True) -> tuple[Page, Page]:
    """Have all questions asked and approved; return the lectern, if wanted, and the desk."""
    desk = people.staff(slug, "moderator", "Kaya Demir")
    for text in QUESTIONS:
        ask(people.volunteer(slug), text)
        decide(desk, text, "a")
    lectern = people.staff(slug, "minister", "Staatsminister", size=LECTERN) if stage else desk
    return lectern, desk


def answered(people: People, slug: str, count: int) -> None:
    """So many questions were answered, and no more."""
    room = people.page()
    room.goto(f"/sessions/{slug}")
    expect(room.locator("[data-answered] [data-list] > li")).to_have_count(count)


def inactive(stage: Page) -> None:
    """Every control that gives a command says that it does nothing."""
    for name in ("Nächste Frage", "Zurück"):
        button = stage.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-disabled", "true")


def tap(stage: Page, role: Any, name: str) -> None:
    """Touch a control when the command before has been answered."""
    expect(stage.locator("[data-send][aria-disabled]")).to_have_count(0)
    stage.get_by_role(role, name=name, exact=True).tap()


def fingers(stage: Page) -> None:
    """Every control is large enough for a finger."""
    for control in stage.locator(".stage__foot .kern-btn:visible").all():
        box = control.bounding_box()
        assert box
        assert min(box["height"], box["width"]) >= 44


def press(page: Page, key: str) -> None:
    """Press a single key outside of any field, no bounce of the one before."""
    page.wait_for_timeout(450)
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def before(stage: Page) -> None:
    """Before the session begins there is nothing to call up."""
    expect(stage.get_by_role("heading", name="Vor dem Beginn")).to_be_visible()
    expect(stage.get_by_role("button", name="Nächste Frage")).to_be_hidden()


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


def ready(page: Page, within: float = 15_000) -> None:
    """Wait until no command is on its way, and a press is no bounce of the one before."""
    expect(page.locator("[data-send][aria-disabled]")).to_have_count(0, timeout=within)
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
