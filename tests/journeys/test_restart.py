"""A restart is a non-event for who is writing: text and cursor stay, nothing tapped is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import BACK_WITHIN, LOST, People, ask, connected, decide, field, ranked
from tests.live.server import Server

pytestmark = pytest.mark.browser

QUESTION = "Wann beginnt der nächste Sprachkurs für Eltern?"
TEXT = "Ich schreibe noch an meiner Frage, während der Server neu startet"

# When each websocket was opened, and when a farewell came that named a time.
WATCH = """
(() => {
  window.opened = [];
  window.farewells = [];
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      window.opened.push(performance.now());
      this.addEventListener("message", ({ data }) => {
        const { type, retry_ms: wait } = JSON.parse(data);
        if (type === "bye") window.farewells.push({ at: performance.now(), wait });
      });
    }
  };
})();
"""


def test_a_volunteer_writes_through_a_restart(people: People, server: Server) -> None:
    slug = server.slugs["third"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    other = people.volunteer(slug)
    ask(other, QUESTION)
    decide(desk, QUESTION, "a")
    page = people.page()
    page.context.add_init_script(WATCH)
    page.goto(f"/sessions/{slug}/join")
    page.get_by_role("button", name="Am Dialog teilnehmen").click()
    connected(page)
    expect(ranked(page, QUESTION)).to_be_visible()
    field(page).press_sequentially(TEXT[:20])
    with people.expecting(LOST):
        server.terminate()
        page.wait_for_function("() => window.farewells.length > 0")
        field(page).press_sequentially(TEXT[20:])
        tap(page)
        # A device that comes back, a tab that is looked at again: neither comes before its time.
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        server.wait()
        server.start()
        connected(page, BACK_WITHIN)
        connected(other, BACK_WITHIN)
    row = ranked(page, QUESTION)
    expect(row.get_by_role("button", name="Unterstützen")).to_have_attribute("aria-pressed", "true")
    expect(row.locator("[data-field=upvotes]")).to_have_text("2")
    expect(ranked(other, QUESTION).locator("[data-field=upvotes]")).to_have_text("2")
    expect(field(page)).to_have_value(TEXT)
    expect(field(page)).to_be_focused()
    farewell = page.evaluate("window.farewells[0]")
    opened = page.evaluate("window.opened")
    back = next(at for at in opened if at > farewell["at"])
    assert back - farewell["at"] >= farewell["wait"] - 2
    ask(page, TEXT)


def tap(page: Page) -> None:
    """Support the question without taking the cursor out of the field."""
    button = ranked(page, QUESTION).get_by_role("button", name="Unterstützen")
    button.evaluate("(button) => button.form.requestSubmit(button)")
    expect(button).to_have_attribute("aria-pressed", "true")
