"""One visit of a browser within a test of another kind, in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect, sync_playwright

from tests.journeys.conftest import ARGUMENTS
from tests.journeys.people import People
from tests.live.server import Server


def tour(chromium: str, server: Server, walk: Callable[[People], None]) -> None:
    """Let people walk through a server's pages; none of these may have had a fault.

    Playwright's loop would be in the way of tests with a loop of their own.
    """

    def visit() -> None:
        expect.set_options(timeout=15_000)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            people = People(browser, server)
            walk(people)
            people.leave()
            browser.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(visit).result(180)
