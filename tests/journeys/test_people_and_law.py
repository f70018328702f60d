"""Accessibility as the table of criteria has it: each row, and the browser tests that hold it.

What other journeys show already is named here, and what they do not stands below.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import (
    test_archive_search,
    test_connection,
    test_evening,
    test_for_everyone,
    test_heard,
    test_keyboard_alone,
    test_order,
    test_organising,
    test_pages,
    test_scribe,
    test_signing_in,
    test_similar,
    test_stage,
    test_triage,
    test_typed_text,
    test_without_script,
)
from tests.journeys.conftest import programme
from tests.journeys.people import PHONE, People, ask, connected, field, go, numbers, ranked
from tests.live.crowd import crowd, text
from tests.live.programme import declare
from tests.live.server import Server

pytestmark = pytest.mark.browser

TEXTS = tuple(text(number) for number in (1, 2, 3))
# A list's rows from the top of the window, as they stand on the screen.
STANDING = """() => [...document.querySelectorAll("[data-list=ranking] > li")].map((one) => {
  const { y, height } = one.getBoundingClientRect();
  return [one.dataset.number, Math.round(y), Math.round(height)];
})"""
# What is typed or pasted at once, without a key for each letter.
PASTE = """(one, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  const told = new ClipboardEvent("paste", how);
  if (one.dispatchEvent(told)) document.execCommand("insertText", false, text);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The journeys' sessions, and one that ends in a few minutes."""
    folder = tmp_path_factory.mktemp("people-and-law")
    times = {"starts": timedelta(minutes=-10), "lasts": timedelta(minutes=14, seconds=30)}
    slugs = programme(folder / "sessions")
    slugs["last"] = declare(folder / "sessions", "gleich-zu-ende", goes_live="by_clock", **times)  # type: ignore[arg-type]
    started = Server(folder, slugs, hello_seconds=10, demonstration=True)
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


@pytest.fixture(scope="module")
def slug(server: Server) -> str:
    """A room with three public questions."""
    slug = server.slugs["third"]
    with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
        thread.submit(asyncio.run, crowd(server, slug, len(TEXTS))).result(60)
    return slug


def support(page: Page, words: str) -> Locator:
    return ranked(page, words).get_by_role("button", name="Unterstützen", exact=True)


def test_updates_come_at_once_or_slowly_or_not_at_all(people: People, slug: str) -> None:
    """2.2.2: one choice of three."""
    page = people.volunteer(slug)
    pace = page.get_by_label("Aktualisierung")
    expect(pace.locator("option")).to_have_text(["laufend", "alle 30 Sekunden", "angehalten"])
    go(page, pace)
    page.keyboard.press("End")
    expect(page.get_by_text("Aktualisierung angehalten")).to_be_visible()
    other = people.volunteer(slug)
    support(other, TEXTS[0]).click()
    count = ranked(page, TEXTS[0]).locator("[data-field=upvotes]")
    seen = count.inner_text()
    now = ranked(other, TEXTS[0]).locator("[data-field=upvotes]")
    expect(now).to_have_text(str(int(seen) + 1))
    support(page, TEXTS[1]).click()  # one's own tap shows, and what came before it was heard
    expect(support(page, TEXTS[1])).to_have_attribute("aria-pressed", "true")
    expect(count).to_have_text(seen)
    page.keyboard.press("Tab")
    go(page, pace, back=True)
    page.keyboard.press("Home")
    expect(count).to_have_text(str(int(seen) + 1))
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()
    # Slowly: the clock of the page is moved on, not waited for.
    page.clock.install()
    page.reload()
    pace.select_option("slow")
    support(other, TEXTS[0]).click()
    expect(now).to_have_text(seen)
    page.clock.run_for(500)
    expect(count).to_have_text(str(int(seen) + 1))
    page.clock.run_for(31_000)
    expect(count).to_have_text(seen)
    page.reload()
    expect(pace).to_have_value("slow")


def test_what_is_hidden_leaves_a_halted_page_and_nothing_else_moves(
    people: People, slug: str
) -> None:
    """2.2.2, 2.4.3, the wrong target: a row goes blank at once, its place stays while in use."""
    desk = people.staff(slug, "moderator", "Kaya Demir")
    page = people.volunteer(slug)
    page.get_by_label("Aktualisierung").select_option("held")
    order = numbers(page)
    gone, kept = order[0], order[1]
    support(page, kept).focus()
    page.mouse.move(*middle(support(page, kept)))
    page.mouse.down()
    before = page.evaluate(STANDING)
    find(desk, gone)
    desk.get_by_role("button", name=re.compile("Ausblenden")).last.click()
    blank = page.locator("[data-list=ranking] > li").first
    expect(blank).to_be_hidden()
    assert page.evaluate(STANDING) == before
    expect(support(page, kept)).to_be_focused()
    page.mouse.up()
    expect(support(page, kept)).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("u")
    expect(desk.locator("[data-t=last_text]")).to_contain_text("Zurückgenommen:")
    page.get_by_label("Aktualisierung").select_option("on")
    expect(ranked(page, gone)).to_be_visible()
    assert numbers(page) == order


def find(desk: Page, words: str) -> None:
    """Open a question that was decided, by the desk's search."""
    desk.keyboard.press("/")
    desk.get_by_label("Wörter, Name oder Nummer").fill(words)
    expect(desk.locator("[data-rows=found] > li")).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").get_by_role("link", name=words).click()
    expect(desk.locator("#fq")).to_have_text(words)


def middle(target: Locator) -> tuple[float, float]:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_list_is_a_list_and_a_button_keeps_its_name(people: People, slug: str) -> None:
    """1.3.1, 4.1.2: items with headings; pressed or not is a state, and the count is a text."""
    page = people.volunteer(slug)
    items = page.locator("ol[data-list=ranking][role=list] > li > article")
    assert items.count() == len(TEXTS)
    for item in items.all():
        heading = item.get_by_role("heading", level=3)
        assert item.get_attribute("aria-labelledby") == heading.get_attribute("id")
        button = item.get_by_role("button")
        expect(button).to_have_accessible_name("Unterstützen")
        expect(button).to_have_accessible_description(heading.inner_text())
        was = button.get_attribute("aria-pressed")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
        expect(button).to_have_accessible_name("Unterstützen")
        count = item.locator(".sup__n").inner_text()
        assert re.fullmatch(r"1 Unterstützung|(0|[2-9]) Unterstützungen", count), count
        assert not button.locator("[data-field]").count()
        button.click()
        expect(button).to_have_attribute("aria-pressed", was or "")


def test_a_window_that_closes_is_told_of_and_can_be_extended(
    people: People, server: Server
) -> None:
    """2.2.1: minutes before the end the form says until when, and how long one may still finish."""
    slug = server.slugs["last"]
    page = people.volunteer(slug)
    page.evaluate("window.stays = true")
    field(page).fill("Reicht die Zeit noch?")
    note = page.locator("[data-closing]")
    expect(note).to_contain_text(re.compile(r"Noch\s\d\sMinuten? für neue Fragen"))
    expect(note).to_contain_text("Danach haben Sie 60 Sekunden")
    expect(page.locator("[data-status]")).to_contain_text("für neue Fragen")
    held = people.volunteer(slug)
    held.get_by_label("Aktualisierung").select_option("held")
    expect(held.locator("[data-closing]")).to_contain_text("für neue Fragen")
    organiser = people.staff(slug, "organiser", "Olga Ordner")
    minutes = organiser.get_by_label("Verlängern um Minuten")
    minutes.fill("30")
    organiser.get_by_role("button", name="Verlängern").click()
    expect(note).to_be_hidden()
    expect(field(page)).to_have_value("Reicht die Zeit noch?")
    assert page.evaluate("window.stays")


def test_what_is_left_is_said_three_times_and_nothing_is_cut(
    people: People, server: Server
) -> None:
    """3.3.1 to 3.3.8: the counter speaks at 50, 10 and 0; what is too long stays as pasted."""
    page = people.volunteer(server.slugs["other"])
    said = page.locator("[data-status]")
    assert field(page).get_attribute("maxlength") is None
    field(page).fill("x" * 249)
    expect(page.get_by_text("noch 51")).to_be_visible()
    expect(said).to_be_empty()
    for typed, told in ((1, "Noch 50 Zeichen"), (40, "Noch 10 Zeichen"), (10, "Noch 0 Zeichen")):
        field(page).press("End")
        page.keyboard.insert_text("x" * typed)
        expect(said).to_have_text(told)
    page.keyboard.insert_text("x" * 4_700)
    expect(said).to_have_text("4.700 Zeichen zu viel")
    expect(field(page)).to_have_value("x" * 5_000)
    # Codes are pasted as they come, with spaces in between.
    page.goto(f"/sessions/{server.slugs['code']}/join")
    code = page.get_by_label("Sechs Ziffern")
    code.focus()
    code.evaluate(PASTE, " 482 913 ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sessions/[\w-]+-mit-code$"))


def test_single_keys_are_turned_off_also_on_an_enlarged_page(
    people: People, server: Server
) -> None:
    """2.1.4: the desk's switch, by keyboard, at 400 %; it lasts."""
    slug = server.slugs["live"]
    ask(people.volunteer(slug), TEXTS[0])
    desk = people.staff(slug, "moderator", "Kaya Demir", size={"width": 320, "height": 256})
    switch = desk.get_by_role("switch", name="Tastenkürzel")
    expect(desk.locator("#fq")).to_have_text(TEXTS[0])
    go(desk, switch)
    desk.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    desk.locator("#fq").focus()
    for key in ("a", "s", "r", "e", "/"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("dialog")).to_have_count(0)
    desk.reload()
    connected(desk)
    expect(desk.locator("#fq")).to_have_text(TEXTS[0])
    expect(switch).not_to_be_checked()
    go(desk, switch)
    desk.keyboard.press("Space")
    expect(switch).to_be_checked()
    desk.locator("#fq").focus()
    desk.keyboard.press("e")
    expect(desk.get_by_role("dialog")).to_be_visible()


def test_volunteers_pages_have_no_single_keys(people: People, server: Server) -> None:
    """2.1.4: whoever types or dictates beside a field sets nothing off."""
    page = people.volunteer(server.slugs["other"], size=PHONE)
    before = page.content()
    page.locator("h1").click()
    for key in "abcdefghijklmnopqrstuvwxyz0123456789/?":
        page.keyboard.press(key)
    assert page.url.endswith(server.slugs["other"])
    assert page.locator("dialog[open], [aria-pressed=true]").count() == 0
    assert len(page.content()) == pytest.approx(len(before), abs=200)


Test = Callable[..., object]
CRITERIA: dict[str, tuple[Test, ...]] = {
    "2.2.2 pause, stop, hide": (
        test_updates_come_at_once_or_slowly_or_not_at_all,
        test_what_is_hidden_leaves_a_halted_page_and_nothing_else_moves,
        test_evening.test_an_evening,
    ),
    "4.1.3 status messages": (
        test_heard.test_a_room_in_a_storm_is_quiet_and_stands_still,
        test_connection.test_a_loss_and_a_return_are_heard_once_each,
        test_for_everyone.test_a_page_is_for_everyone,
    ),
    "2.4.3, 2.4.7, 2.4.11 focus": (
        test_for_everyone.test_a_page_is_for_everyone,
        test_heard.test_a_room_in_a_storm_is_quiet_and_stands_still,
        test_what_is_hidden_leaves_a_halted_page_and_nothing_else_moves,
        test_evening.test_an_evening,
    ),
    "the wrong target under the finger": (
        test_what_is_hidden_leaves_a_halted_page_and_nothing_else_moves,
        test_similar.test_nothing_moves_under_a_pointer_that_is_on_its_way,
        test_stage.test_what_is_next_and_the_list_stand_still,
    ),
    "1.3.1, 4.1.2 structure, name, role": (
        test_a_list_is_a_list_and_a_button_keeps_its_name,
        test_heard.test_a_room_in_a_storm_is_quiet_and_stands_still,
        test_for_everyone.test_a_page_is_for_everyone,
    ),
    "2.5.7, 2.5.8 dragging, targets": (
        test_order.test_by_mouse_and_two_who_collide,
        test_order.test_by_touch,
        test_for_everyone.test_a_page_is_for_everyone,
    ),
    "1.4.1, 1.4.3, 1.4.10 to 1.4.13 colour, contrast, reflow": (
        test_for_everyone.test_a_page_is_for_everyone,
    ),
    "2.3.3 motion": (test_for_everyone.test_a_page_is_for_everyone,),
    "2.2.1 time": (
        test_a_window_that_closes_is_told_of_and_can_be_extended,
        test_typed_text.test_who_writes_when_the_dialog_ends_can_still_send,
    ),
    "3.3.1 to 3.3.8 errors": (
        test_what_is_left_is_said_three_times_and_nothing_is_cut,
        test_without_script.test_a_refusal_keeps_what_was_typed,
        test_pages.test_the_form_in_its_states,
        test_organising.test_an_organiser_makes_changes_announces_moves_and_cancels,
        test_signing_in.test_a_code_from_the_mailbox_lets_in_by_keyboard_alone,
    ),
    "2.1.4 single keys": (
        test_single_keys_are_turned_off_also_on_an_enlarged_page,
        test_volunteers_pages_have_no_single_keys,
        test_stage.test_two_keys_on_every_page_of_staff,
    ),
    "3.1, 3.2.6 language, help": (
        test_for_everyone.test_a_page_is_for_everyone,
        test_pages.test_english_is_complete,
    ),
    "2.1.1 a keyboard is enough, for every role": (
        test_keyboard_alone.test_a_volunteer_asks_and_supports,
        test_triage.test_by_keyboard_alone,
        test_stage.test_the_lectern_by_keys,
        test_scribe.test_two_scribes_through_an_evening,
        test_keyboard_alone.test_an_organiser_makes_and_publishes,
        test_archive_search.test_a_keyboard_is_enough,
    ),
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_criterion_is_held_by_tests_in_a_browser(criterion: str) -> None:
    for test in CRITERIA[criterion]:
        assert test.__name__.startswith("test_"), test
        marked = vars(__import__(test.__module__, fromlist=["pytestmark"]))["pytestmark"]
        assert marked.name == "browser", test.__module__
