"""The first visit of a room: what it weighs, and that nothing moves when it goes live."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.bench.evening import Evening, Size, evening

QUESTIONS = 300
MOST_BYTES = 120_000
# What moves without having been asked to, from the first paint on; a font that comes late counts.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    const moved = one.sources.map(({ node }) => node?.className || node?.nodeName);
    if (!one.hadRecentInput) window.shifts.push(`${one.value}: ${moved.join(", ")}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
SNAPSHOT = """
window.heard = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => window.heard.push(JSON.parse(data).type));
  }
};
"""


@pytest.fixture(scope="module")
def crowded() -> Iterator[Evening]:
    with ThreadPoolExecutor(1) as thread:  # this one has playwright's loop
        made = evening(Size(questions=QUESTIONS, people=2), tick_ms=100)
        yield thread.submit(made.__enter__).result()
        thread.submit(made.__exit__, None, None, None).result()


def first_visit(browser: Browser, ours: Evening, **options: Any) -> tuple[Page, list[int]]:
    """Open the room as somebody who joined does for the first time; return bytes per file."""
    ticket = ours.tickets.read_text("ascii").splitlines()[1].split("\t")[0]
    context = browser.new_context(base_url=ours.server.base, **({"locale": "de-DE"} | options))
    context.add_cookies([{"name": "dialog", "value": ticket, "url": ours.server.base}])
    context.add_init_script(SHIFTS + SNAPSHOT)
    page = context.new_page()
    told: list[int] = []
    devtools = context.new_cdp_session(page)
    devtools.on("Network.loadingFinished", lambda event: told.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    page.goto(f"/sessions/{ours.slug}")
    while "snapshot" not in page.evaluate("window.heard"):
        page.wait_for_timeout(50)
    page.wait_for_load_state("networkidle")
    return page, told


@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
def test_the_first_visit_of_a_full_room_weighs_little(browser, crowded, locale):
    page, told = first_visit(browser, crowded, locale=locale)
    assert len(told) > 20
    assert sum(told) < MOST_BYTES, sorted(told)
    again = len(told)
    page.reload()
    page.wait_for_load_state("networkidle")
    page.context.close()
    assert sum(told[again:]) < sum(told[:again]) / 2, "files come once"


@pytest.mark.parametrize("width", [320, 360, 820, 1280, 1920])
def test_nothing_moves_when_a_room_goes_live(browser, crowded, width):
    size = {"width": width, "height": 800}
    page, _told = first_visit(browser, crowded, viewport=size)
    page.wait_for_timeout(300)  # two frames more, on a slow machine as well
    shifts = page.evaluate("window.shifts")
    assert not shifts, "\n".join(shifts)
    page.evaluate("document.querySelector('main').style.marginTop = '90px'")
    while not page.evaluate("window.shifts.length"):  # what moves would have been seen
        page.wait_for_timeout(50)
    page.context.close()


def test_a_room_is_readable_after_the_first_answer(browser, crowded):
    """Without a style sheet, a script or a font: the questions stand in the first answer."""
    context = browser.new_context(base_url=crowded.server.base, java_script_enabled=False)
    context.route("**/static/**", lambda route: route.abort())
    ticket = crowded.tickets.read_text("ascii").splitlines()[1].split("\t")[0]
    context.add_cookies([{"name": "dialog", "value": ticket, "url": crowded.server.base}])
    page = context.new_page()
    page.goto(f"/sessions/{crowded.slug}")
    assert page.get_by_role("listitem").filter(has=page.locator("article")).count() >= QUESTIONS
    context.close()
