"""What is typed is never lost: not by a closed page, a reload, another tab, a change by others."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import (
    BACK_WITHIN,
    LOST,
    People,
    ask,
    connected,
    decide,
    field,
    opened,
    own,
    stayed,
    stays,
)
from tests.live.server import ROOT, Server

pytestmark = pytest.mark.browser


def another(page: Page) -> Page:
    """Open the same address in another tab of the same person, also after that one was closed."""
    tab = page.context.new_page()
    tab.goto(page.url.partition("#")[0])
    connected(tab)
    return tab


def test_a_draft_outlives_a_page_that_is_closed_at_once(people: People, server: Server) -> None:
    page = people.volunteer(server.slugs["other"])
    field(page).fill("Getippt und gleich geschlossen")
    page.close(run_before_unload=False)
    tab = another(page)
    expect(field(tab)).to_have_value("Getippt und gleich geschlossen")


def test_two_tabs_keep_two_drafts(people: People, server: Server) -> None:
    page = people.volunteer(server.slugs["other"])
    tab = another(page)
    field(page).fill("Die eine Frage")
    field(tab).fill("Die andere Frage")
    for one in (page, tab):
        one.reload()
    expect(field(page)).to_have_value("Die eine Frage")
    expect(field(tab)).to_have_value("Die andere Frage")
    ask(tab, "Die andere Frage?")
    page.reload()
    expect(field(page)).to_have_value("Die eine Frage")


def test_a_question_sent_without_a_line_arrives_after_a_reload(
    people: People, server: Server
) -> None:
    slug, text = server.slugs["other"], "Kommt sie an, obwohl die Seite geschlossen wurde?"
    page = people.volunteer(slug)
    with people.expecting(LOST):
        server.stop()
        expect(page.get_by_role("alert").filter(has_text="Keine Verbindung")).to_be_visible()
        field(page).fill(text)
        button = page.locator("form[data-ask] [data-submit]")
        expect(button).to_have_text("Einreichen, sobald verbunden")
        button.click()
        expect(button).to_have_text("Wird eingereicht, sobald verbunden")
        expect(page.get_by_text("Ihre Frage ist noch nicht angekommen.")).to_be_visible()
        page.close(run_before_unload=False)
        server.start()
        tab = another(page)
        expect(own(tab, text)).to_contain_text("Wird geprüft", timeout=BACK_WITHIN)
    expect(field(tab)).to_have_value("")
    expect(own(tab, text)).to_have_count(1)
    # Who sees only the form reads there what became of the question, until the next letter.
    asked = tab.get_by_text("Ihre Frage ist eingereicht.", exact=True)
    expect(asked).to_be_visible()
    field(tab).press_sequentially("N")
    expect(asked).to_be_hidden()
    field(tab).fill("")


def test_a_new_wording_survives_the_return_of_its_question(people: People, server: Server) -> None:
    slug, text = server.slugs["other"], "Wie ist das mit der Zweitversion gemeint?"
    desk = people.staff(slug, "moderator", "Kaya Demir")
    page = people.volunteer(slug)
    ask(page, text)
    mine = own(page, text)
    mine.get_by_text("Ändern", exact=True).click()
    area = mine.locator("[data-own-form=reword] textarea[name=text]")
    area.fill("Wie ist das gemeint")
    area.press("End")
    decide(desk, text, "r")
    note = desk.locator("#return-note")
    note.fill("Bitte mit Beispiel")
    desk.keyboard.press("Escape")
    opened_return(desk)
    expect(note).to_have_value("Bitte mit Beispiel")
    desk.reload()
    connected(desk)
    opened_return(desk)
    expect(note).to_have_value("Bitte mit Beispiel")
    desk.get_by_role("button", name="Zurückgeben", exact=False).last.click()
    # The reason is read at once; what was typed, and the cursor, stay.
    expect(mine).to_contain_text("Bitte mit Beispiel")
    expect(area).to_have_value("Wie ist das gemeint")
    expect(area).to_be_focused()
    page.reload()
    expect(area).to_have_value("Wie ist das gemeint")
    expect(field(page)).to_have_value("")
    connected(page)
    page.goto(f"/sessions/{slug}/mine")
    expect(area).to_have_value("Wie ist das gemeint")
    page.goto(f"/sessions/{slug}")
    connected(page)
    stays(page)
    mine.locator("[data-own-form=reword] [type=submit]").click()
    expect(own(page, "Wie ist das gemeint")).to_contain_text("Wird geprüft")
    assert stayed(page)
    page.goto(f"/sessions/{slug}/mine")
    expect(page.get_by_text("Wie ist das gemeint").first).to_be_visible()


def opened_return(desk: Page) -> None:
    desk.locator("#fq").focus()
    # Half a second after a question came up a decision is taken for the second tap of a double one.
    desk.wait_for_timeout(600)
    desk.keyboard.press("r")
    expect(desk.locator("#sheet-return")).to_be_visible()


def test_texts_of_staff_survive_a_reload_and_others_changes(people: People, server: Server) -> None:
    slug, text = server.slugs["other"], "Was wird aus dem bearbeiteten Wortlaut?"
    desk = people.staff(slug, "moderator", "Kaya Demir")
    second = people.staff(slug, "moderator", "Nora Beispiel")
    ask(people.volunteer(slug), text)
    for team in (desk, second):
        opened(team, text)
    desk.keyboard.press("e")
    edited = desk.locator("#edit-text")
    edited.fill("Was wird aus dem Wortlaut?")
    desk.reload()
    connected(desk)
    second.keyboard.press("e")
    second.locator("#edit-text").fill("Ein anderer Wortlaut?")
    second.get_by_role("button", name="Bearbeitung sichern").click()
    expect(desk.locator("#fq")).to_have_text("Ein anderer Wortlaut?")
    desk.keyboard.press("e")
    expect(edited).to_have_value("Was wird aus dem Wortlaut?")
    save = desk.get_by_role("button", name="Bearbeitung sichern")
    save.click()
    # Who was first is read before it is overwritten.
    expect(desk.locator("#sheet-edit [data-refused]")).to_contain_text("Nora Beispiel")
    expect(edited).to_have_value("Was wird aus dem Wortlaut?")
    save.click()
    expect(desk.locator("#fq")).to_have_text("Was wird aus dem Wortlaut?")
    organiser = people.staff(slug, "organiser", "Olga Beispiel")
    banner = organiser.get_by_label("Text für alle")
    banner.fill("Noch zehn Minuten")
    organiser.reload()
    expect(banner).to_have_value("Noch zehn Minuten")
    organiser.get_by_role("button", name="Durchsage zeigen").click()
    expect(organiser.get_by_role("heading", name="Alle sehen gerade:")).to_be_visible()
    organiser.reload()
    expect(banner).to_have_value("")


def test_who_writes_when_the_dialog_ends_can_still_send(people: People, server: Server) -> None:
    slug, text = server.slugs["ending"], "Reicht die letzte Minute noch für meine Frage?"
    organiser = people.staff(slug, "organiser", "Olga Beispiel")
    page = people.volunteer(slug)
    field(page).fill(text)
    stays(page)
    organiser.get_by_role("link", name="Dialog beenden …").click()
    organiser.get_by_role("dialog").get_by_role("button", name="Dialog beenden").click()
    expect(organiser.get_by_text("Bereit zur Veröffentlichung")).to_be_visible()
    expect(field(page)).to_have_value(text)
    page.get_by_role("button", name="Frage einreichen").click()
    expect(own(page, text)).to_contain_text("Wird geprüft")
    assert stayed(page)
    # With nothing more to lose the page becomes that of a dialog that has ended.
    page.locator("h1").first.click()
    expect(page.get_by_text("Der Dialog ist beendet.", exact=False)).to_be_visible(timeout=45_000)
    expect(own(page, text)).to_be_visible()


def test_signing_out_leaves_nothing_on_the_device(people: People, server: Server) -> None:
    scribe = people.staff(server.slugs["live"], "scribe", "Karl Beispiel")
    scribe.evaluate(
        """() => {
          localStorage.setItem("dialog.draft.x.ask.1", "{}");
          localStorage.setItem("dialog.answer.x", "{}");
        }"""
    )
    scribe.get_by_role("button", name="Abmelden").click()
    expect(scribe.get_by_role("button", name="Abmelden")).to_have_count(0)
    kept = scribe.evaluate("Object.keys(localStorage)")
    assert [name for name in kept if name.startswith(("dialog.draft", "dialog.answer"))] == []


def test_a_form_that_found_no_line_keeps_its_text(people: People, server: Server) -> None:
    slug, text = server.slugs["other"], "Bleibt auch dieser Text?"
    page = people.volunteer(slug)
    ask(page, text)
    page.goto(f"/sessions/{slug}/mine")
    page.get_by_text("Ändern", exact=True).click()
    area = page.locator("[data-own-form=reword] textarea[name=text]")
    area.fill("Bleibt auch die neue Fassung?")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.locator("[data-own-form=reword] [type=submit]").click()
    page.context.set_offline(False)
    page.goto(f"/sessions/{slug}/mine")
    expect(area).to_have_value("Bleibt auch die neue Fassung?")


def test_other_scripts_bear_their_language_as_soon_as_they_come(
    people: People, server: Server
) -> None:
    texts = json.loads((ROOT / "tests" / "tongues.json").read_text("utf-8"))
    slug = server.slugs["third"]
    desk = people.staff(slug, "moderator", "Mara Beispiel")
    asker = people.volunteer(slug)
    for text, _, lang in texts:
        if lang in ("ar", "uk"):
            ask(asker, text)
            expect(own(asker, text).locator(f"[dir=auto][lang={lang}]")).to_contain_text(text)
            waiting = desk.locator("[data-rows=queue] li").filter(has_text=text)
            expect(waiting.locator(f"[lang={lang}]")).to_have_text(text)
            opened(desk, text)
            expect(desk.locator("#fq")).to_have_attribute("lang", lang)
    assert asker.locator("html").get_attribute("lang") == "de"
