"""What the hall and the stream see: every state of beamer and overlay, transparent and lost."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import BACK_WITHIN, LOST, People, ask, decide
from tests.live.server import Server

pytestmark = pytest.mark.browser

HALL = {"width": 1920, "height": 1080}
QUESTIONS = [
    "Warum dauert die Arbeitserlaubnis bei uns im Landkreis so viel länger als in der Stadt?",
    "Wer bezahlt die Kinderbetreuung während eines Integrationskurses am Vormittag?",
    ("Gibt es Berufssprachkurse auch am Abend, " * 8)[:299] + "?",
]
CASE = "Warum bekommt die Familie im zweiten Stock unserer Unterkunft seit März keinen Kurs?"
# What Chromium makes of a picture: how many of a thousand points let the video through, and how
# many colours there are.
POINTS = """
async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const points = new Uint32Array(data.buffer);
  const clear = points.filter((point) => point >>> 24 === 0).length;
  return [Math.floor((clear * 1000) / points.length), new Set(points).size];
}
"""


def test_every_state_of_both_screens(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    for text in (*QUESTIONS, CASE):
        ask(people.volunteer(slug), text)
        decide(desk, text, "s" if text == CASE else "a")
    hall = people.page(size=HALL)
    hall.goto(f"/sessions/{slug}/beamer")
    third = people.page(size=HALL)
    third.goto(f"/sessions/{slug}/overlay")
    expect(hall.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    expect(hall.locator("[data-rows=next]")).to_contain_text(QUESTIONS[0])
    expect(third.locator(".third:visible")).to_have_count(0)
    assert clear(third) == 1000

    stage = people.staff(slug, "minister", "Staatsminister", size={"width": 1180, "height": 820})
    called_up(desk, stage, hall, third)
    looks.at(hall, "beamer-now")
    looks.at(third, "overlay-now")
    transparent(third)
    case(desk, hall, third, looks)
    emptied(stage, hall, third, looks)
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    told(organiser, hall, third, looks)
    stage.keyboard.press("h")
    expect(stage.get_by_text("steht auf keinem Bildschirm mehr").first).to_be_visible()
    expect(hall.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    organiser.get_by_role("link", name="Dialog beenden …").click()
    organiser.get_by_role("dialog").get_by_role("button", name="Dialog beenden").click()
    for screen in (hall, third):
        expect(screen.get_by_text("Der Dialog ist beendet. Vielen Dank.")).to_be_visible()
    expect(hall.get_by_text("Mitfragen und unterstützen")).to_be_hidden()
    looks.at(hall, "beamer-end")


def called_up(desk: Page, stage: Page, hall: Page, third: Page) -> None:
    """Every question is there whole, however long, and nobody has to scroll for it."""
    for text in QUESTIONS:
        call_up(desk, text)
        expect(hall.locator(".stage__q")).to_have_text(text)
        expect(hall.get_by_text("1 Unterstützung", exact=True)).to_be_visible()
        expect(third.locator(".third .t")).to_have_text(text)
        whole(hall)
        whole(third)
        assert 500 < clear(third) < 1000
        expect(stage.locator(".stage__q:visible")).to_have_text(text)
        whole(stage)


def case(desk: Page, hall: Page, third: Page, looks: Looks) -> None:
    """Of a question for the stage only there is to be seen that it is one."""
    call_up(desk, CASE)
    for screen in (hall, third):
        expect(screen.get_by_text("Eine Frage, die nicht öffentlich gezeigt wird")).to_be_visible()
        expect(screen.get_by_text(CASE)).to_have_count(0)
    looks.at(hall, "beamer-hidden")


def emptied(stage: Page, hall: Page, third: Page, looks: Looks) -> None:
    """One key and there is nothing at all; once more and everything is back."""
    stage.keyboard.press("b")
    expect(stage.get_by_text("Beamer und Einblendung sind leer.").first).to_be_visible()
    expect(hall.get_by_role("heading", name="Anzeige geleert")).to_be_attached()
    assert colours(hall) == 1
    expect(third.locator(".thirds")).to_be_hidden()
    assert clear(third) == 1000
    looks.at(hall, "beamer-blank")
    looks.at(third, "overlay-blank")
    stage.wait_for_timeout(450)  # sooner a second press is a bounce
    stage.keyboard.press("b")
    expect(hall.get_by_text("Eine Frage, die nicht öffentlich gezeigt wird")).to_be_visible()
    expect(third.locator(".thirds")).to_be_visible()


def told(organiser: Page, hall: Page, third: Page, looks: Looks) -> None:
    """A word to all stands on both, and so does a break."""
    organiser.get_by_label("Text für alle").fill("Bitte stellen Sie die Mikrofone stumm.")
    organiser.get_by_role("button", name="Durchsage zeigen").click()
    for screen in (hall, third):
        word = screen.get_by_text("Durchsage: Bitte stellen Sie die Mikrofone stumm.")
        expect(word).to_be_visible()
        whole(screen)
    looks.at(hall, "beamer-banner")
    looks.at(third, "overlay-banner")
    organiser.get_by_role("button", name="Anhalten …").or_(
        organiser.get_by_role("link", name="Anhalten …")
    ).click()
    organiser.get_by_role("dialog").get_by_role("button", name="Anhalten").click()
    for screen in (hall, third):
        expect(screen.get_by_text("Der Dialog macht eine Pause")).to_be_visible()
    looks.at(hall, "beamer-paused")
    organiser.get_by_role("button", name="Fortsetzen").click()


def test_before_it_begins_and_when_it_does_not(
    people: People, server: Server, looks: Looks
) -> None:
    slug = server.slugs["announced"]
    hall = people.page(size=HALL)
    hall.goto(f"/sessions/{slug}/beamer")
    third = people.page(size=HALL)
    third.goto(f"/sessions/{slug}/overlay")
    for screen in (hall, third):
        begins = screen.get_by_text(re.compile(r"Beginn am \d+\.\s\w+ \d{4} um \d\d:\d\d\sUhr$"))
        expect(begins).to_be_visible()
    expect(hall.get_by_role("img", name="QR-Code")).to_be_visible()
    expect(hall.locator(".addr")).to_contain_text(f"/sessions/{slug}/join")
    looks.at(hall, "beamer-before")
    looks.overflow(hall, "beamer-before")
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    organiser.get_by_role("link", name="Absagen …").click()
    organiser.get_by_role("dialog").get_by_role("button", name="absagen").click()
    for screen in (hall, third):
        expect(screen.get_by_text("Dieser Dialog findet nicht statt.")).to_be_visible()
    looks.at(hall, "beamer-cancelled")


def test_what_both_screens_do_without_a_connection(people: People, server: Server) -> None:
    """The beamer keeps its last state and says so; an overlay that may be wrong shows nothing."""
    slug = server.slugs["other"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    ask(people.volunteer(slug), QUESTIONS[0])
    decide(desk, QUESTIONS[0], "a")
    call_up(desk, QUESTIONS[0])
    hall, third = people.page(size=HALL), people.page(size=HALL)
    third.clock.install()
    for screen, place in ((hall, "beamer"), (third, "overlay")):
        screen.goto(f"/sessions/{slug}/{place}")
        expect(screen.get_by_text(QUESTIONS[0])).to_be_visible()
    with people.expecting(LOST):
        server.stop()
        expect(hall.get_by_text("Keine Verbindung · Stand")).to_be_visible()
        expect(hall.get_by_text(QUESTIONS[0])).to_be_visible()
        third.wait_for_timeout(6_000)
        expect(third.get_by_text(QUESTIONS[0])).to_be_visible()
        expect(third.get_by_text("Keine Verbindung")).to_have_count(0)
        third.clock.run_for(40_000)
        expect(third.locator(".thirds")).to_be_hidden()
        assert clear(third) == 1000
        server.start()
        expect(hall.get_by_text("Keine Verbindung · Stand")).to_be_hidden(timeout=BACK_WITHIN)
        third.clock.run_for(40_000)
        expect(third.get_by_text(QUESTIONS[0])).to_be_visible(timeout=BACK_WITHIN)


def test_both_screens_without_a_script(people: People, server: Server) -> None:
    """They load themselves anew, and the beamer says how old it is."""
    slug = server.slugs["third"]
    hall = people.page(script=False, size=HALL)
    hall.goto(f"/sessions/{slug}/beamer")
    age = hall.locator(".stage__top noscript p")
    expect(age).to_be_visible()
    assert "lädt alle 10\xa0Sekunden neu" in age.inner_text()
    expect(hall.get_by_role("heading", name="Gleich geht es weiter")).to_be_visible()
    third = people.page(script=False, size=HALL)
    third.goto(f"/sessions/{slug}/overlay")
    assert clear(third) == 1000
    desk = people.staff(slug, "moderator", "Kaya Demir")
    ask(people.volunteer(slug), QUESTIONS[0])
    decide(desk, QUESTIONS[0], "a")
    call_up(desk, QUESTIONS[0])
    for screen in (hall, third):
        expect(screen.get_by_text(QUESTIONS[0])).to_be_visible(timeout=20_000)


def call_up(desk: Page, text: str) -> None:
    """Take a question on the stage from the running order's page."""
    slug = re.search(r"/sessions/([^/]+)/", desk.url)[1]  # type: ignore[index]
    if "tab=order" not in desk.url:
        desk.goto(f"/sessions/{slug}/moderation?tab=order")
    row = desk.locator("[data-rows=ranking] > li, [data-rows=order] > li").filter(has_text=text)
    row.get_by_role("button", name=re.compile("^(Jetzt )?[Aa]ufrufen")).first.click()
    expect(desk.locator("[data-t=now_text]").first).to_have_text(text)


def whole(screen: Page) -> None:
    """Nothing lies outside of a screen that nobody can scroll."""
    lies: Any = screen.evaluate(
        """() => {
          const { scrollHeight, scrollWidth } = document.documentElement;
          const out = [...document.querySelectorAll(".stage__q, .stage__next, .third, .beam__join")]
            .map((one) => one.getBoundingClientRect())
            .filter(({ width }) => width > 0)
            .some(({ top, bottom, left, right }) =>
              top < 0 || left < 0 || bottom > innerHeight + 1 || right > innerWidth + 1);
          return [scrollHeight <= innerHeight, scrollWidth <= innerWidth, out];
        }"""
    )
    assert lies == [True, True, False]


def transparent(third: Page) -> None:
    """The page lays no ground under its lower third, in light and in dark."""
    for scheme in ("light", "dark"):
        third.emulate_media(color_scheme=scheme)
        grounds = third.evaluate(
            """() => [document.documentElement, document.body, document.querySelector("main")]
              .map((one) => getComputedStyle(one).backgroundColor)"""
        )
        assert grounds == ["rgba(0, 0, 0, 0)"] * 3
        assert 500 < clear(third) < 1000
        expect(third.locator("button:visible, a:visible, input:visible")).to_have_count(0)
    third.emulate_media(color_scheme="light")


def clear(screen: Page) -> int:
    """How many of a thousand points of a screen let through what lies beneath."""
    return points(screen)[0]


def colours(screen: Page) -> int:
    """How many colours a screen shows; one is nothing at all."""
    return points(screen)[1]


def points(screen: Page) -> list[int]:
    picture = screen.screenshot(omit_background=True, animations="disabled")
    light_table = screen.context.new_page()
    light_table.goto("about:blank")
    found: list[int] = light_table.evaluate(POINTS, base64.b64encode(picture).decode())
    light_table.close()
    return found
