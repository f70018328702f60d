"""A real server and a real browser for each module of journeys."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.looks import Looks
from tests.journeys.people import People
from tests.live.programme import declare
from tests.live.server import ROOT, Server

TITLE = "Sprache und Arbeit: Was hilft beim Ankommen im Beruf?"
PUBLISHED = "2026-10-06-wohnen-und-ankommen"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium; only for a module, for its loop is in the way of other tests' loops."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with one running session, one to come, one after its end, one published.

    A module whose journeys need a running session each names them in ``MORE``, and settings of its
    own in ``SETTINGS``.
    """
    folder = tmp_path_factory.mktemp("journey")
    slugs = programme(folder / "sessions", getattr(request.module, "MORE", ()))
    settings = getattr(request.module, "SETTINGS", {})
    started = Server(folder, slugs, hello_seconds=10, demonstration=True, **settings)
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


def programme(root: Path, more: Iterable[str] = ()) -> dict[str, str]:
    """Write the declared sessions, and return their slugs by name."""
    running = timedelta(minutes=-10)
    slugs = {
        "live": declare(
            root, "sprache-und-arbeit", starts=running, goes_live="by_clock", title=TITLE
        ),
        "other": declare(root, "zweiter-raum", starts=running, goes_live="by_clock"),
        "third": declare(root, "dritter-raum", starts=running, goes_live="by_clock"),
        "ending": declare(root, "letzter-raum", starts=running, goes_live="by_clock"),
        "open": declare(root, "vorab", starts=timedelta(days=14)),
        "announced": declare(root, "bald", opens=timedelta(days=2), starts=timedelta(days=9)),
        "code": declare(root, "mit-code", identity="code", code="482913"),
        "published": PUBLISHED,
    }
    for name in more:
        slugs[name] = declare(root, name, starts=running, goes_live="by_clock")
    shutil.copytree(ROOT / "sessions" / PUBLISHED, root / PUBLISHED)
    return slugs


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[People]:
    """Everyone of a journey; none of their pages may have had a fault."""
    those = People(browser, server)
    yield those
    those.leave()


@pytest.fixture
def looks(axe_source: str) -> Iterator[Looks]:
    """Looks at every page a journey meets; what it finds is told in the end."""
    looked = Looks(axe_source)
    yield looked
    assert not looked.faults, "\n".join(looked.faults)
