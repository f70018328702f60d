"""Every public page: for everyone's eyes, in English without German, narrow and with large text."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import TITLE
from tests.journeys.looks import Looks
from tests.journeys.people import ANSWERED, PHONE, People, ask, decide, field, ranked
from tests.live.server import Server

pytestmark = pytest.mark.browser

QUESTION = "Wer übersetzt, wenn Eltern einen Brief der Schule nicht verstehen?"
# Words of the German interface; none of them is a word of English.
GERMAN = re.compile(
    r"\b(und|oder|nicht|Frage|Fragen|Unterstützung\w*|Unterstützen|Platz|Uhr|Antwort\w*|Ihre?|wird|"
    r"werden|noch|Teilnehmen|Dialog am|Rangliste|Podium|vor|seit|Fehler|Zurück\w*|Stand|Neu|laden|"
    r"Programm|Archiv|Zeichen|Höchstens|freiwillig|Termin|zum|zur|keine?|Tagen?|offene)\b"
)
# What people wrote and what stands inside a sentence: titles, names and offices, addresses.
OWN_WORDS = re.compile(
    rf"{re.escape(TITLE)}|Wohnen und Ankommen|Referred to .*|\S*/\S*|Landkreis [\w-]+"
)
# The text of the interface: what volunteers and the announcement wrote is marked as German.
WORDS = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [document.title];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest("script, style, template, noscript") || !node.data.trim()) continue;
    if (parent.closest("[lang]").lang === "en") found.push(node.data.trim());
  }
  const named = "[aria-label], [title], [placeholder]";
  for (const one of document.querySelectorAll(named)) {
    if (one.closest("[lang]").lang !== "en") continue;
    found.push(one.ariaLabel ?? one.title ?? one.placeholder);
  }
  return found;
}
"""


def addresses(server: Server) -> dict[str, str]:
    """The public pages that need no earlier step, by a name for their picture."""
    live, published = server.slugs["live"], server.slugs["published"]
    return {
        "home": "/",
        "join": f"/sessions/{live}/join",
        "join-code": f"/sessions/{server.slugs['code']}/join",
        "room-reader": f"/sessions/{live}",
        "room-before": f"/sessions/{server.slugs['open']}",
        "room-announced": f"/sessions/{server.slugs['announced']}",
        "question": f"/sessions/{live}/questions/1",
        "archive-example": "/archive",
        "promises-example": "/archive/promises",
        "transcript-example": f"/archive/{published}",
        "answer-example": f"/archive/{published}/1",
        "help": "/help",
        "help-organiser": "/help/organiser",
        "help-short": "/help/short",
        "rules": "/rules",
        "privacy": "/privacy",
        "accessibility": "/accessibility",
        "barrier": "/accessibility/report",
    }


@pytest.fixture(scope="module")
def question(browser, server):
    """The running session has a public question; nobody is left behind."""
    people = People(browser, server)
    slug = server.slugs["live"]
    desk, asker = people.staff(slug, "moderator", "Kaya Demir"), people.volunteer(slug, "Amira")
    ask(asker, QUESTION)
    decide(desk, QUESTION, "a")
    expect(ranked(asker, QUESTION)).to_be_visible()
    people.leave()


@pytest.mark.usefixtures("question")
def test_whoever_only_reads_gets_no_cookie(people: People, server: Server) -> None:
    page = people.page()
    for name, address in addresses(server).items():
        page.goto(address)
        settled(page)
        # The form that lets one take part needs its token's.
        if not name.startswith("join"):
            assert page.context.cookies() == [], name
        page.context.clear_cookies()


@pytest.mark.usefixtures("question")
def test_english_is_complete(people: People, server: Server, looks: Looks) -> None:
    faults: list[str] = []
    slug = server.slugs["live"]
    page = people.page(locale="en-GB")
    for address in addresses(server).values():
        page.goto(f"{address}?lang=en")
        settled(page)
        look_for_german(page, faults)
    page.goto(f"/sessions/{slug}/join")
    page.get_by_label("Your name").fill("Bela")
    page.get_by_role("button", name=re.compile("Join|Take part")).click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    page.get_by_label("Your question", exact=True).fill("Where can I find an evening course?")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("[data-own]")).to_contain_text("evening course")
    look_for_german(page, faults)
    looks.at(page, "room-english")
    looks.overflow(page, "room-english")
    page.goto(f"/sessions/{slug}/mine")
    look_for_german(page, faults)
    with people.expecting(ANSWERED.format(404), ANSWERED.format(410)):
        for address in ("/nothing", "/enter/nothing"):
            page.goto(address)
            look_for_german(page, faults)
    assert not faults, "\n".join(faults)


def test_entering(people: People, server: Server) -> None:
    page = people.page()
    page.goto(people.invite(server.slugs["live"], "moderator", "Kaya Demir"))
    expect(page.get_by_text("Der Link gilt nur einmal.")).to_be_visible()


def settled(page: Page) -> None:
    """Wait for a live page's connection, where it has one."""
    if page.locator("[data-live-controls]").count():
        expect(page.get_by_text(re.compile("^(Verbunden|Connected)$"))).to_be_visible()


def look_for_german(page: Page, faults: list[str]) -> None:
    """Collect what the interface says in German."""
    assert page.evaluate("document.documentElement.lang") == "en"
    texts = page.evaluate(WORDS)
    german = [text for text in texts if GERMAN.search(OWN_WORDS.sub("", text))]
    faults += [f"{page.url}: {text!r}" for text in german]


def test_the_form_in_its_states(people: People, server: Server) -> None:
    page = people.volunteer(server.slugs["other"], "Amira Beispiel", size=PHONE)
    page.get_by_role("link", name="Frage stellen", exact=True).click()
    expect(field(page)).to_be_visible()
    page.get_by_text("Name und Ort").click()
    page.get_by_text("Hintergrund ergänzen").click()
    field(page).fill(f"Kann Frau Probst mir unter 0171 2345678 helfen? {'Bitte bald. ' * 25}")
    expect(page.get_by_text("Bitte keine Angaben über andere Menschen")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ zu viel"))).to_be_visible()
    page.get_by_role("button", name="Trotzdem einreichen").click()
    expect(page.get_by_role("alert").filter(has_text="Bitte kürzen Sie um")).to_be_visible()
    expect(field(page)).to_be_focused()
