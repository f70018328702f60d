"""A crowd from one network in an open session, and an evening for the invited alone."""

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People, ask, field, now, opened
from tests.live.client import Browser
from tests.live.server import Server

pytestmark = pytest.mark.browser

USUAL = 2
MORE = ("a-saal", "b-telefon", "c-eingeladen", "d-namen")
SETTINGS = {"joins_at_once": USUAL, "joins_per_minute": 0.001}
FIRST = ("Wie lange dauert die Anerkennung einer Ausbildung?", "Wer zahlt den Sprachkurs?")
CROWD = (
    "Warum ist das Amt am Freitag geschlossen?",
    "Gibt es in Hof eine Kinderbetreuung während des Kurses?",
    "Welche Unterlagen braucht man für den Führerschein?",
)
LATER = "Und wie lange gilt er dann?"
FOLD = re.compile("Zweite Liste: viele Neue aus einem Netz")
NAMES = count(1)


def guest(server: Server, slug: str, *texts: str) -> Browser:
    """Let somebody join by a form without a script, and ask."""
    joined = server.volunteer(slug, f"Gast {next(NAMES)}")
    room = f"/sessions/{slug}"
    for text in texts:
        sent = joined.submit(room, f"{room}/questions", text=text, show="anonymous")
        assert sent.status == 303, sent.text
    return joined


def crowd(server: Server, slug: str) -> None:
    """Let the usual ones ask, and then one after the other more."""
    for text in FIRST:
        guest(server, slug, text)
    for text in CROWD[:-1]:
        guest(server, slug, text)
    guest(server, slug, CROWD[-1], LATER)


def lines(page: Page, rows: str = "queue") -> list[str]:
    return page.locator(f"[data-rows={rows}] > li [data-t=text]").all_inner_texts()


def approve(page: Page, text: str) -> None:
    """Approve what is in hand, once a key counts for it."""
    expect(page.locator("#fq")).to_have_text(text)
    expect(page.locator("#fq")).to_be_focused()
    page.wait_for_function("since => performance.now() - since > 550", arg=now(page))
    page.keyboard.press("a")


def test_the_second_list_by_keys(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["a-saal"]
    crowd(server, slug)
    desk = people.staff(slug, "moderator", "Kaya Demir")
    fold = desk.locator("[data-second]")
    expect(desk.locator("[data-rows=queue] > li")).to_have_count(len(FIRST))
    assert lines(desk) == list(FIRST)
    expect(fold.locator("summary")).to_have_text(FOLD)
    expect(fold.locator("summary")).to_contain_text("4")
    expect(fold).not_to_have_attribute("open", "")
    looks.at(desk, "desk-second-folded")

    opened(desk, FIRST[0])
    desk.keyboard.press("a")
    approve(desk, FIRST[1])
    expect(desk.get_by_text("Hier wartet nichts mehr.")).to_be_visible()
    expect(fold).to_have_attribute("open", "")
    expect(desk.locator("#fq")).to_have_text(CROWD[0])
    expect(desk.get_by_text("aus der zweiten Liste", exact=True)).to_be_visible()
    looks.at(desk, "desk-second")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator("#fq")).not_to_have_text(CROWD[0])

    opened(desk, CROWD[-1], "second")
    desk.keyboard.press("a")
    expect(desk.locator("#fq")).to_have_text(LATER)
    assert lines(desk) == [LATER]
    expect(fold.locator("summary")).to_contain_text("2")
    looks.overflow(desk, "desk-second")


def test_the_second_list_on_a_phone_without_a_script(people: People, server: Server) -> None:
    slug = server.slugs["b-telefon"]
    crowd(server, slug)
    desk = people.staff(slug, "moderator", "Kaya Demir", script=False, size=PHONE)
    desk.get_by_text(FOLD).click()
    second = desk.locator("[data-rows=second] a").filter(has_text=CROWD[1])
    expect(second).to_be_visible()
    second.click()
    expect(desk.locator("#fq")).to_have_text(CROWD[1])
    desk.get_by_role("button", name="Freigeben").first.click()
    expect(desk.locator("#fq")).to_have_text(FIRST[0])


def test_invited_people_only_for_a_while(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["c-eingeladen"]
    organiser = people.staff(slug, "organiser", "Ola Lind")
    room = people.volunteer(slug, "Max Huber")
    writing = people.volunteer(slug, "Eva Maier")
    ask(room, "Bevor die Türen zugehen?")
    field(writing).fill("Was ich gerade schreibe?")
    turn = organiser.get_by_role("switch", name="Nur Eingeladene")
    expect(turn).to_have_attribute("aria-checked", "false")
    turn.click()
    expect(turn).to_have_attribute("aria-checked", "true")
    looks.at(organiser, "organiser-invited")
    told = room.get_by_text("Gerade nehmen nur Eingeladene teil.")
    expect(told).to_be_visible()
    expect(room.locator("form[data-ask]")).to_have_count(0)
    looks.at(room, "room-invited")

    writing.get_by_role("button", name="Frage einreichen").click()
    expect(
        writing.get_by_text("kann gerade nur, wer eine persönliche Einladung hat")
    ).to_be_visible()
    expect(field(writing)).to_have_value("Was ich gerade schreibe?")

    stranger = people.page()
    stranger.goto(f"/sessions/{slug}/join")
    expect(stranger.get_by_text("Gerade nehmen nur Eingeladene teil.")).to_be_visible()
    expect(stranger.get_by_role("button", name="Am Dialog teilnehmen")).to_have_count(0)
    looks.at(stranger, "join-invited")

    turn.click()
    expect(turn).to_have_attribute("aria-checked", "false")
    expect(room.locator("form[data-ask]")).to_have_count(1)
    writing.get_by_role("button", name="Frage einreichen").click()
    expect(field(writing)).to_have_value("")


def test_a_name_is_changed_on_ones_own_page(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["d-namen"]
    page = people.volunteer(slug, "Max Huber")
    ask(page, "Unter welchem Namen steht das hier?")
    page.goto(f"/sessions/{slug}/mine")
    page.get_by_label("So heiße ich ab jetzt in diesem Dialog").fill("M. Huber")
    page.get_by_role("button", name="Namen speichern").click()
    expect(page).to_have_url(re.compile("/mine$"))
    page.get_by_text("Name und Ort ändern", exact=True).click()
    page.get_by_label("Mit Namen: M. Huber").check()
    page.get_by_label("Landkreis oder Stadt").fill("Hof")
    looks.at(page, "mine-name")
    page.get_by_role("button", name=re.compile("^Speichern")).click()
    expect(page.get_by_text("Ihr Name („M. Huber“) wird 30 Tage")).to_be_visible()
    desk = people.staff(slug, "moderator", "Kaya Demir")
    expect(desk.get_by_text("M. Huber").first).to_be_visible()
    looks.overflow(page, "mine-name")
