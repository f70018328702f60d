"""Every page in every state, for every pair of eyes: one line here is a page that is looked at.

Each is looked at by axe at three widths, light and dark (a contrast that cannot be computed is a
fault), and in forced colours; at 320 px and with text twice as large nothing is lost and nobody
scrolls two ways; targets, focus, motion, language and footer are measured on the way.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.everyone import Everyone
from tests.journeys.looks import shoot
from tests.journeys.people import LOST, People, connected
from tests.journeys.states import PERSONAL, States, serve

pytestmark = pytest.mark.browser


ROLES = ("volunteer", "moderator", "minister", "scribe", "organiser")


class Line(NamedTuple):
    """A page in a state: whose browser, where, what is done there, does it fill a screen."""

    name: str
    who: str
    at: str
    then: Callable[[Page], None] | None = None
    fixed: bool = False


def offline(page: Page) -> None:
    """Cut the line, and wait until the page says so."""
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")


def asking(page: Page) -> None:
    """Write too much about somebody."""
    opener = page.locator("[data-action=open-ask]")
    if opener.is_visible():
        opener.click()
    page.get_by_text("Name und Ort").click()
    page.get_by_text("Hintergrund ergänzen").click()
    page.locator("#text").fill(f"{PERSONAL} {'Bitte bald. ' * 25}")
    page.locator("form[data-ask] [type=submit]").click()


def reporting(page: Page) -> None:
    """Send an empty report."""
    page.locator("main form [type=submit]").click()
    expect(page).to_have_title(re.compile("^Fehler:"))


def returning(page: Page) -> None:
    """Open a dialog over the desk by its key."""
    connected(page)
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()


def keys(page: Page) -> None:
    """Open the list of all keys."""
    connected(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def unfolded(page: Page) -> None:
    """Open whatever is folded."""
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")


LINES = (
    # whoever reads
    Line("home", "reader", "/"),
    Line("room-reader", "reader", "/sessions/{live}"),
    Line("room-open", "reader", "/sessions/{open}"),
    Line("room-announced", "reader", "/sessions/{announced}"),
    Line("room-quiet", "reader", "/sessions/{quiet}"),
    Line("question", "reader", "/sessions/{live}/questions/5"),
    Line("questions", "reader", "/sessions/{live}/questions"),
    Line("archive", "reader", "/archive"),
    Line("archive-found", "reader", "/archive/search?q=Wohnung"),
    Line("archive-nothing", "reader", "/archive/search?q=xyzxyz"),
    Line("archive-promises", "reader", "/archive/promises"),
    Line("transcript", "reader", "/archive/{archived}"),
    Line("transcript-contents", "reader", "/archive/{archived}/contents"),
    Line("answer", "reader", "/archive/{archived}/1"),
    Line("answer-promised", "reader", "/archive/{done}/1"),
    Line("information", "reader", "/information"),
    Line("information-topic", "reader", "/information?topic=Kurse"),
    Line("information-nothing", "reader", "/information?topic=Nichts"),
    Line("notice", "reader", "{notice}"),
    Line("call", "reader", "{call}"),
    Line("subscription", "reader", "/subscription"),
    Line("guides", "reader", "/guides"),
    Line("guides-found", "reader", "/guides?district=Fürth"),
    Line("guides-nothing", "reader", "/guides?district=Xyz"),
    # what every public service has
    Line("help", "reader", "/help"),
    *(Line(f"help-{role}", "reader", f"/help/{role}") for role in ROLES),
    Line("help-short", "reader", "/help/short"),
    Line("rules", "reader", "/rules"),
    Line("imprint", "reader", "/imprint"),
    Line("privacy", "reader", "/privacy"),
    Line("accessibility", "reader", "/accessibility"),
    Line("barrier", "reader", "/accessibility/report"),
    Line("error-barrier", "reader", "/accessibility/report", reporting),
    Line("barrier-sent", "reader", "/accessibility/report?sent=1"),
    Line("developers", "reader", "/developers"),
    # joining and signing in
    Line("join", "reader", "/sessions/{quiet}/join"),
    Line("join-code", "reader", "/sessions/{code}/join"),
    Line("enter", "reader", "{enter}"),
    Line("private-link", "reader", "{private}"),
    Line("signin-link", "reader", "{signin}"),
    Line("signin", "reader", "/signin"),
    Line("signin-code", "reader", "/signin/code"),
    # what went wrong
    Line("error-missing", "reader", "/nothing"),
    Line("error-used-link", "reader", "/enter/nothing"),
    Line("error-signin-link", "reader", "/signin/nothing"),
    Line("error-stranger", "reader", "/sessions/{live}/moderation"),
    Line("error-subscription", "reader", "/subscription/confirm/nothing"),
    Line("error-removed", "reader", "/archive/{done}/2"),
    Line("error-private-link", "reader", "/sessions/{live}/mine/nothing"),
    # volunteers
    Line("room", "live", "/sessions/{live}"),
    Line("room-unfolded", "live", "/sessions/{live}", unfolded),
    Line("room-asking", "live", "/sessions/{live}#fragen", asking),
    Line("room-offline", "live", "/sessions/{live}", offline),
    Line("room-empty", "quiet", "/sessions/{quiet}"),
    Line("room-held", "held", "/sessions/{held}"),
    Line("room-before", "open", "/sessions/{open}"),
    Line("room-closed", "closed", "/sessions/{closed}"),
    Line("room-published", "reader", "/sessions/{done}"),
    Line("room-cancelled", "cancelled", "/sessions/{cancelled}"),
    Line("room-rehearsal", "probe", "/sessions/{probe}"),
    Line("mine", "live", "/sessions/{live}/mine", unfolded),
    Line("mine-empty", "quiet", "/sessions/{quiet}/mine"),
    Line("data", "live", "/sessions/{live}/mine/data"),
    # moderators
    Line("desk", "team", "/sessions/{live}/moderation"),
    Line("desk-returning", "team", "/sessions/{live}/moderation", returning),
    Line("desk-keys", "team", "/sessions/{live}/moderation", keys),
    Line("desk-empty", "team", "/sessions/{quiet}/moderation"),
    Line("desk-order", "team", "/sessions/{live}/moderation?tab=order"),
    Line("desk-log", "team", "/sessions/{live}/moderation?tab=log"),
    Line("desk-ask", "team", "/sessions/{live}/moderation?dialog=ask"),
    Line("desk-return", "team", "/sessions/{live}/moderation?number=13&dialog=return"),
    Line("desk-edit", "team", "/sessions/{live}/moderation?number=13&dialog=edit"),
    Line("desk-merge", "team", "/sessions/{live}/moderation?number=13&dialog=merge"),
    Line("desk-group", "team", "/sessions/{live}/moderation?number=21&dialog=group"),
    Line("desk-search", "team", "/sessions/{live}/moderation?dialog=search&q=Wohnung"),
    Line("desk-rehearsal", "team", "/sessions/{probe}/moderation"),
    # minister, beamer, overlay
    Line("stage", "team", "/sessions/{live}/stage", fixed=True),
    Line("stage-list", "team", "/sessions/{live}/stage?view=list", fixed=True),
    Line("stage-between", "team", "/sessions/{quiet}/stage", fixed=True),
    Line("stage-before", "team", "/sessions/{open}/stage", fixed=True),
    Line("stage-end", "team", "/sessions/{closed}/stage", fixed=True),
    Line("beamer", "team", "/sessions/{live}/beamer", fixed=True),
    Line("beamer-empty", "team", "/sessions/{quiet}/beamer", fixed=True),
    Line("overlay", "team", "/sessions/{live}/overlay", fixed=True),
    # scribes
    Line("scribe", "team", "/sessions/{live}/scribe"),
    Line("scribe-writing", "team", "/sessions/{live}/scribe?number=5"),
    Line("scribe-empty", "team", "/sessions/{quiet}/scribe"),
    Line("scribe-open", "team", "/sessions/{live}/scribe?tab=open"),
    Line("scribe-release", "team", "/sessions/{second}/scribe?tab=release"),
    Line("scribe-promises", "team", "/sessions/{done}/scribe?tab=promises"),
    # organisers
    Line("programme", "team", "/organiser"),
    Line("new", "team", "/organiser/new"),
    Line("edit", "team", "/sessions/{open}/organiser/edit"),
    Line("draft", "team", "/sessions/{open}/organiser/draft"),
    Line("evening", "team", "/sessions/{live}/organiser"),
    Line("evening-held", "team", "/sessions/{held}/organiser"),
    Line("evening-before", "team", "/sessions/{open}/organiser"),
    Line("evening-cancelled", "team", "/sessions/{cancelled}/organiser"),
    Line("evening-close", "team", "/sessions/{live}/organiser?confirm=close"),
    Line("evening-pause", "team", "/sessions/{live}/organiser?confirm=pause"),
    Line("publish", "team", "/sessions/{closed}/organiser?tab=publish"),
    Line("published", "team", "/sessions/{done}/organiser?tab=publish"),
    Line("preview", "team", "/sessions/{closed}/organiser/preview"),
    Line("ready", "team", "/sessions/{open}/organiser/ready"),
    Line("seats", "team", "/sessions/{live}/organiser/staff"),
    Line("team", "team", "/organiser/staff"),
    Line("mail", "team", "/organiser/mail"),
    Line("rehearsals", "team", "/sessions/{live}/organiser/rehearsals"),
    Line("invitations", "team", "/sessions/{open}/organiser/invitations"),
    Line("notices", "team", "/sessions/{open}/organiser/notices"),
    Line("information-desk", "team", "/organiser/information"),
    Line("notice-new", "team", "/organiser/information/new"),
    Line("notice-draft", "team", "/organiser/information/{draft}"),
    Line("notice-withdraw", "team", "/organiser/information/{public}?confirm=withdraw"),
    Line("guide-list", "team", "/organiser/guides"),
    Line("account", "team", "/account"),
    Line("confirm", "team", "/account/confirm"),
)  # fmt: skip


class House:
    """A server with sessions in every state, and a browser of each person's own."""

    def __init__(self, states: States, browser: Browser, axe: str) -> None:
        self.states = states
        self.people = People(browser, states.server)
        self.everyone = Everyone(axe)
        self._pages: dict[str, Page] = {}

    def page(self, who: str) -> Page:
        """Return somebody's page; signed in by the pass that the protocol gave."""
        if who not in self._pages:
            self._pages[who] = self.people.page()
            name, _, value = self.states.people[who].cookie.partition("=")
            if value:
                given = {"name": name, "value": value, "url": self.states.server.base}
                self._pages[who].context.add_cookies([given])  # type: ignore[list-item]
        return self._pages[who]

    def look(self, line: Line) -> list[str]:
        """Return what is wrong with a page."""
        page = self.page(line.who)
        if "#" in line.at:
            page.goto("about:blank")  # or nothing but the place in the page would be another
        answer = page.goto(line.at.format(**self.states.places))
        assert answer is not None
        wrong = line.name.startswith("error") and line.then is None
        assert (answer.status >= 400) == wrong, (line.at, answer.status)
        if page.locator("[data-live-controls]").count():
            connected(page)
        if line.then:
            line.then(page)
        if line.then is offline:
            expect(page.locator("[data-lost]")).to_be_visible()
        shoot(page, line.name, whole=not line.fixed)
        found = self.everyone.look(page, line.name, fixed=line.fixed)
        page.context.set_offline(False)
        behind, self.people.faults = self.people.faults, []
        return found + behind


@pytest.fixture(scope="module")
def house(
    browser: Browser, axe_source: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    server = serve(tmp_path_factory.mktemp("everyone"))
    server.migrate()
    server.start()
    try:
        with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
            states = thread.submit(States, server).result(120)
        at = House(states, browser, axe_source)
        with at.people.expecting(r"status of 4\d\d\b", LOST, "ERR_INTERNET_DISCONNECTED"):
            yield at
        at.people.leave()
    finally:
        server.stop()
    server.check_log()


@pytest.mark.parametrize("line", LINES, ids=[line.name for line in LINES])
def test_a_page_is_for_everyone(house: House, line: Line) -> None:
    found = house.look(line)
    assert not found, "\n".join(found)
