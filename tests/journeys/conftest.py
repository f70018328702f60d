"""A real server and a real browser for each module of journeys."""

import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

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


class Chromium:
    """A browser that is made anew when its process had to be ended."""

    def __init__(self, playwright: Playwright, path: str) -> None:
        self._playwright, self._path = playwright, path
        self._mark = f"--dialog-{uuid4().hex}"  # an argument that it does not know, and keeps
        self._started: Browser | None = None

    def browser(self) -> Browser:
        if self._started is None or not self._started.is_connected():
            arguments = [*ARGUMENTS, self._mark]
            launch = self._playwright.chromium.launch
            self._started = launch(executable_path=self._path, args=arguments)
        return self._started

    def end(self) -> None:
        """End all of its processes."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self._mark.encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Chromium]:
    """Chromium; only for a module, for its loop is in the way of other tests' loops."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        made = Chromium(playwright, chromium_path)
        yield made
        made.browser().close()


@pytest.fixture(scope="module")
def browser(chromium: Chromium) -> Browser:
    return chromium.browser()


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
def people(chromium: Chromium, server: Server) -> Iterator[People]:
    """Everyone of a journey; none of their pages may have had a fault."""
    those = People(chromium.browser(), server, chromium.end)
    yield those
    those.leave()


@pytest.fixture
def looks(axe_source: str) -> Iterator[Looks]:
    """Looks at every page a journey meets; what it finds is told in the end."""
    looked = Looks(axe_source)
    yield looked
    assert not looked.faults, "\n".join(looked.faults)
