"""People at their screens: one browser for all, a context of its own for each of them."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect

from tests.live.server import Server

# Pages that lost their server try again at drawn moments, at most half a minute apart.
BACK_WITHIN = 45_000
CLOSED_WITHIN_S = 60
TABS = 120  # the longest form has some eighty places
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

# A violated content policy, also where the console would keep silent.
REPORTER = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.violatedDirective, event.blockedURI, event.sourceFile));
"""

# What Chromium writes about an answer that is no success; the journey that provokes it says so.
ANSWERED = r"the server responded with a status of {}\b"
# A machine that paints late has not used a font in time; that is no fault of a page.
BUSY = r"was preloaded using link preload but not used within a few seconds"
LOST = r"ERR_CONNECTION_REFUSED|WebSocket connection to|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET"


class People:
    """Everyone who takes part in a journey, and every fault behind their screens."""

    def __init__(
        self, browser: Browser, server: Server, end: Callable[[], None] = lambda: None
    ) -> None:
        """``end`` ends the browser's process from another thread."""
        self.server = server
        self._end = end
        self.faults: list[str] = []
        self.trusted: tuple[str, ...] = ()  # where a page may lead: a provider, in its journey
        self._browser = browser
        self._allowed: list[str] = [BUSY]

    def page(self, *, script: bool = True, size: dict[str, int] = WIDE, **options: Any) -> Page:
        """A new person's page, without a cookie yet."""
        context = self._browser.new_context(
            base_url=self.server.base,
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
            **({"locale": "de-DE"} | options),
        )
        context.set_default_timeout(15_000)
        context.add_init_script(REPORTER)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._follow)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        told = f"console: {message.text} ({message.location.get('url', '')})"
        if message.type in {"error", "warning"} and not self._is_allowed(told):
            self.faults.append(told)

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((self.server.base, "data:", "blob:", *self.trusted)):
            self.faults.append(f"third party: {request.url}")

    def _is_allowed(self, told: str) -> bool:
        return any(re.search(pattern, told) for pattern in self._allowed)

    @contextmanager
    def expecting(self, *patterns: str) -> Iterator[None]:
        """What a journey provokes itself is no fault meanwhile."""
        self._allowed += patterns
        yield
        for pattern in patterns:
            self._allowed.remove(pattern)

    def volunteer(self, slug: str, name: str = "", **options: Any) -> Page:
        """Join by the form, as everyone does."""
        page = self.page(**options)
        page.goto(f"/sessions/{slug}/join")
        page.get_by_label("Ihr Name").fill(name)
        page.get_by_role("button", name="Am Dialog teilnehmen").click()
        expect(page).to_have_url(re.compile(rf"/sessions/{slug}(#.*)?$"))
        if options.get("script", True):
            connected(page)
        return page

    def staff(self, slug: str, role: str, name: str, **options: Any) -> Page:
        """Enter by a link of the command line and its button."""
        page = self.page(**options)
        page.goto(self.invite(slug, role, name))
        page.get_by_role("button", name="anmelden").click()
        expect(page).to_have_url(
            re.compile(rf"/sessions/{slug}/(moderation|stage|scribe|organiser)$")
        )
        if options.get("script", True) and role != "minister":
            connected(page)
        return page

    def invite(self, slug: str, role: str, name: str) -> str:
        """Make a link; in a thread of its own, for this one belongs to the browser's loop."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self.server.invite, slug, role, name).result(30)

    def leave(self) -> None:
        """Close every context and tell what went wrong behind the screens.

        Chromium has been seen to close one for ever, under load; then it is ended, and made anew.
        """
        watchdog = Timer(CLOSED_WITHIN_S, self._end)
        watchdog.start()
        with suppress(Error):
            for context in self._browser.contexts:
                context.close()
        watchdog.cancel()
        assert not self.faults, "\n".join(self.faults)


def connected(page: Page, within: float = 15_000) -> None:
    """Wait until the page is live."""
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible(timeout=within)


def ask(page: Page, text: str) -> None:
    """Submit a question from the room's form and wait until it stands among one's own."""
    opener = page.locator("[data-action=open-ask]")
    if opener.is_visible():
        opener.click()
    field(page).fill(text)
    page.get_by_role("button", name="Frage einreichen").click()
    expect(own(page, text)).to_contain_text("Wird geprüft")


def field(page: Page) -> Locator:
    """The field for a new question."""
    return page.locator("form[data-ask]").get_by_label("Ihre Frage", exact=True)


def own(page: Page, text: str) -> Locator:
    """One of one's own questions."""
    return page.locator("[data-own]").filter(has_text=text)


def ranked(page: Page, text: str) -> Locator:
    """A question of the ranking."""
    return page.locator("[data-list=ranking] > li").filter(has_text=text)


def numbers(page: Page) -> list[str]:
    """The texts of the ranking from the top."""
    return page.locator("[data-list=ranking] > li [data-field=text]").all_inner_texts()


def decide(page: Page, text: str, key: str) -> None:
    """Open a waiting question of the desk's queue and decide it with a key."""
    opened(page, text)
    page.keyboard.press(key)


def opened(page: Page, text: str, rows: str = "queue") -> None:
    """Open a waiting question by j and Enter, and wait until a key counts for it."""
    link = page.locator(f"[data-rows={rows}] a").filter(has_text=text)
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#fq")).to_have_text(text)
    expect(page.locator("#fq")).to_be_focused()
    # Half a second after a question came up a decision is taken for the second tap of a double one.
    page.wait_for_function("since => performance.now() - since > 550", arg=now(page))


def go(page: Page, target: Locator, *, back: bool = False) -> None:
    """Reach something by Tab alone."""
    for _ in range(TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"not reached by Tab: {target}")


def now(page: Page) -> float:
    """The page's own clock in ms."""
    return float(page.evaluate("performance.now()"))


def stays(page: Page) -> None:
    """Mark a page, so that a reload would show."""
    page.evaluate("window.stays = true")


def stayed(page: Page) -> bool:
    """Whether a marked page is still the same one."""
    return bool(page.evaluate("window.stays === true"))
