"""Similar questions: while one types, by a button without a script, beside the desk's question."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import Looks, shoot
from tests.journeys.people import (
    LOST,
    PHONE,
    People,
    ask,
    connected,
    decide,
    field,
    opened,
    own,
    ranked,
)
from tests.live.server import Server

pytestmark = pytest.mark.browser

NURSES = "Wie lange dauert die Anerkennung ausländischer Pflegeabschlüsse in Bayern?"
TYPED = "Warum dauert die Anerkennung von Pflegeabschlüssen so lange?"
HIDDEN = "Warum dauert die Anerkennung von Pflegeabschlüssen im Geheimen so lange?"
LOADED = "performance.getEntriesByType('resource').some((one) => /similar/.test(one.name))"
HOMES = "Wie finden Familien mit vielen Kindern eine Wohnung?"


def alike(page: Page) -> Locator:
    """What resembles the text, beneath its field."""
    return page.locator("[data-alike]")


def supports(found: Locator) -> int:
    """Return how many support what was found: other tests do so, too."""
    expect(found).to_contain_text(re.compile(r"[0-9]+\sUnterstützung"))
    return int(re.search(r"([0-9]+)\sUnterstützung", found.inner_text())[1])  # type: ignore[index]


@pytest.fixture
def slug(people: People, server: Server) -> str:
    """A room with one public question, and one that nobody may know of."""
    slug = server.slugs["other"]
    page = people.volunteer(slug)
    if not ranked(page, NURSES).count():
        desk = people.staff(slug, "moderator", "Kaya Demir")
        ask(page, NURSES)
        decide(desk, NURSES, "a")
        expect(ranked(page, NURSES)).to_be_visible()
        ask(people.volunteer(slug), HIDDEN)
    return slug


def test_support_this_one_instead_by_keyboard(people: People, slug: str, looks: Looks) -> None:
    page = people.volunteer(slug)
    assert not page.evaluate(LOADED)
    field(page).focus()
    page.keyboard.type(TYPED)
    found = alike(page).locator("[data-number]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(NURSES)
    before = supports(found)
    expect(alike(page)).not_to_contain_text("Geheim")
    expect(page.locator("[data-status]")).to_have_text("1 ähnliche Frage gefunden")
    looks.at(page, "room-similar")
    page.keyboard.press("Tab")
    button = found.get_by_role("button", name="Diese unterstützen")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(found.get_by_text("Unterstützt", exact=True)).to_be_focused()
    expect(found).to_contain_text(f"{before + 1} Unterstützungen")
    expect(field(page)).to_have_value(TYPED)
    page.goto("/")
    page.go_back()
    connected(page)
    expect(field(page)).to_have_value(TYPED)
    expect(ranked(page, NURSES).get_by_role("button")).to_have_attribute("aria-pressed", "true")
    # What was typed can be asked all the same.
    page.get_by_role("button", name="Frage einreichen").click()
    expect(own(page, TYPED)).to_contain_text("Wird geprüft")
    expect(alike(page)).to_be_hidden()


def test_a_published_answer_is_offered_on_a_phone(people: People, slug: str, looks: Looks) -> None:
    page = people.volunteer(slug, size=PHONE, has_touch=True)
    page.locator("[data-action=open-ask]").tap()
    field(page).press_sequentially(HOMES)
    found = alike(page).locator("[data-earlier]").first
    expect(found).to_contain_text("Antwort vom 6. Oktober 2026")
    looks.at(page, "room-similar-phone")
    shoot(page, "room-similar-phone")
    found.get_by_role("link").tap()
    expect(page).to_have_url(re.compile(r"/archive/2026-10-06-wohnen-und-ankommen/\d+$"))
    page.go_back()
    connected(page)
    expect(field(page)).to_have_value(HOMES)


def test_nothing_moves_under_a_pointer_that_is_on_its_way(people: People, slug: str) -> None:
    page = people.volunteer(slug, size={"width": 1280, "height": 1800})
    field(page).fill(TYPED)
    button = page.locator("form[data-ask] [data-submit]")
    place = button.bounding_box()
    assert place
    for step in range(30):  # 1.5 s: longer than pause and answer take
        page.mouse.move(place["x"] + 20 + step, place["y"] + 10)
        page.wait_for_timeout(50)
        assert button.bounding_box() == place
    expect(alike(page).locator("[data-number]")).to_have_count(1)


def test_without_a_line_nothing_is_asked_and_typing_goes_on(people: People, slug: str) -> None:
    page = people.volunteer(slug)
    field(page).fill("Warum dauert")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with people.expecting(LOST, "ERR_INTERNET_DISCONNECTED"):
        page.context.set_offline(True)
        expect(page.get_by_role("alert").filter(has_text="Keine Verbindung")).to_be_visible()
        field(page).press("End")
        field(page).press_sequentially(" die Anerkennung von Pflegeabschlüssen so lange?")
        page.wait_for_timeout(1_500)
        assert not [url for url in asked if url.endswith("/similar")]
        expect(alike(page)).to_be_hidden()
        expect(field(page)).to_have_value(TYPED)
        page.context.set_offline(False)
        connected(page)
        field(page).press_sequentially(" Bitte")
        expect(alike(page).locator("[data-number]")).to_have_count(1)


def test_without_a_script_a_button_shows_them(people: People, slug: str, looks: Looks) -> None:
    page = people.volunteer(slug, script=False, size=PHONE)
    page.get_by_role("link", name="Frage stellen", exact=True).click()
    field(page).fill(TYPED)
    page.get_by_text("Hintergrund ergänzen").click()
    page.get_by_label("Hintergrund", exact=True).fill("Aus dem Hintergrund.")
    page.get_by_role("button", name="Ähnliche Fragen zeigen").click()
    found = alike(page).locator("[data-number]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(NURSES)
    expect(alike(page)).not_to_contain_text("Geheim")
    expect(field(page)).to_have_value(TYPED)
    shoot(page, "room-similar-without-script")
    found.get_by_role("button", name="Diese unterstützen").click()
    expect(found.get_by_text("Unterstützt", exact=True)).to_be_visible()
    expect(field(page)).to_have_value(TYPED)
    expect(page.get_by_label("Hintergrund", exact=True)).to_have_value("Aus dem Hintergrund.")
    field(page).fill("Xylophon im Zwölftonraum gesucht?")
    page.get_by_role("button", name="Ähnliche Fragen zeigen").click()
    expect(alike(page)).to_contain_text("Nichts Ähnliches gefunden.")
    page.get_by_role("button", name="Frage einreichen").click()
    expect(own(page, "Xylophon")).to_contain_text("Wird geprüft")


# --- beside the question on the desk -------------------------------------------------------------

ARCHIVED = re.compile(r"^http://127\.0\.0\.1:[0-9]+/archive/2026-10-06-wohnen-und-ankommen/18$")
CAPTION = "Wer übernimmt die Kaution für eine Familie mit Leistungen vom Jobcenter?"


def test_the_desk_returns_with_a_link_by_keys(people: People, server: Server, looks: Looks) -> None:
    slug = server.slugs["third"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    page = people.volunteer(slug)
    ask(page, "Wann bekommt das Ausländeramt mehr Personal?")
    ask(people.volunteer(slug), CAPTION)
    opened(desk, "Wann bekommt das Ausländeramt mehr Personal?")
    opened(desk, CAPTION)
    answers = desk.locator("[data-rows=answers] > li")
    expect(answers.first).to_contain_text("Wer übernimmt die Kaution")
    expect(answers.first).to_contain_text("Antwort vom 6. Oktober 2026")
    assert answers.count() <= 3
    looks.at(desk, "desk-published")
    desk.wait_for_timeout(600)  # a decision at once would be the second tap of a double one
    desk.keyboard.press("v")
    if answers.count() > 1:
        desk.keyboard.press("1")
    sheet = desk.locator("#sheet-return")
    expect(sheet.get_by_role("radio", name="Bereits beantwortet")).to_be_checked()
    expect(sheet.get_by_role("radio", name="Bereits beantwortet")).to_be_focused()
    expect(sheet.locator("[name=note]")).to_have_value(ARCHIVED)
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-t=last_text]")).to_contain_text(
        re.compile(r"Frage\s\d+\szurückgegeben")
    )
    expect(desk.locator("#fq")).to_have_text("Wann bekommt das Ausländeramt mehr Personal?")
    expect(answers).to_have_count(0)


def test_the_asker_reads_the_link_as_a_link(people: People, server: Server) -> None:
    slug = server.slugs["third"]
    asker = people.volunteer(slug)
    text = "Wer zahlt die Kaution, wenn jemand Leistungen vom Jobcenter bekommt?"
    ask(asker, text)
    desk = people.staff(slug, "moderator", "Kaya Demir", script=False, size=PHONE)
    desk.get_by_role("link", name=text).click()
    refer = desk.locator("[data-rows=answers]").get_by_role("link", name="Mit diesem Verweis")
    refer.first.click()
    expect(desk.get_by_role("radio", name="Bereits beantwortet")).to_be_checked()
    expect(desk.locator("[name=note]")).to_have_value(ARCHIVED)
    desk.get_by_role("button", name="Zurückgeben").click()
    for script in (True, False):
        if not script:
            asker.goto(f"/sessions/{slug}/mine")
        link = own(asker, text).locator("a[href*='/archive/']")
        expect(link).to_have_attribute("href", ARCHIVED)
    asker.reload()
    link.click()
    expect(asker.get_by_role("heading", level=1)).to_contain_text("Wer übernimmt die Kaution")
