"""Makes the pictures of the manuals from the real product: `make pictures`.

The demonstration plays an evening; when it is lively, each page is taken in both languages, light
and dark, as WebP into static/help.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from dialog.web.manual.pictures import SIZES
from tests.conftest import CHROMIUM_NAMES
from tests.live.server import ROOT, free_port

FOLDER = ROOT / "static" / "help"
QUALITY = 60
LANGUAGES = ("de", "en")
THEMES = ("light", "dark")
PATIENCE_MS = 90_000
# A page of the programme or of the session, and in which role.
PAGES = {
    "ask": ("volunteer", "/sessions/{slug}", "#fragen"),
    "room": ("volunteer", "/sessions/{slug}", ""),
    "desk": ("moderator", "/sessions/{slug}/moderation", ""),
    "stage": ("minister", "/sessions/{slug}/stage", ""),
    "scribe": ("scribe", "/sessions/{slug}/scribe", ""),
    "ready": ("organiser", "/sessions/{slug}/organiser/ready", ""),
    "evening": ("organiser", "/sessions/{slug}/organiser", ""),
    "archive": ("", "/archive", ""),
}


def chromium() -> str:
    """Return the path of the machine's Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        sys.exit("No Chromium found.")
    return found


@contextmanager
def demonstration(data: Path) -> Iterator[dict[str, str]]:
    """Play an evening, and yield what the demonstration tells of it."""
    command = [sys.executable, "-m", "dialog", "demo", "--play", "--json"]
    command += ["--port", str(free_port()), "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as played:
        assert played.stdout is not None
        told = json.loads(played.stdout.readline())
        try:
            yield {"base": told["base"], "slug": told["session"], **told["roles"]}
        finally:
            played.terminate()


def entered(browser: Browser, told: dict[str, str], role: str) -> Page:
    """Return a page of a new browser that is somebody in this role, or nobody."""
    page = browser.new_context(device_scale_factor=1).new_page()
    if role:
        page.goto(told[role])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    return page


def lively(page: Page, told: dict[str, str]) -> None:
    """Wait until something is on the stage, and the ranking has a few questions."""
    page.goto(f"{told['base']}/sessions/{told['slug']}")
    expect(page.locator("main article").nth(5)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".podium__q").first).not_to_be_empty(timeout=PATIENCE_MS)


def take(page: Page, name: str, address: str, lang: str, theme: str) -> int:
    """Take one picture, and return its size in bytes."""
    width, height = SIZES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(address)
    page.wait_for_load_state("networkidle") if "archive" in address else page.wait_for_timeout(800)
    shot = {"format": "webp", "quality": QUALITY}
    made = page.context.new_cdp_session(page).send("Page.captureScreenshot", shot)
    body = base64.b64decode(made["data"])
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.{lang}.{theme}.webp").write_bytes(body)
    return len(body)


def main() -> None:
    """Take all pictures."""
    with (
        tempfile.TemporaryDirectory() as data,
        demonstration(Path(data)) as told,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        roles = {role for role, _, _ in PAGES.values()}
        pages = {role: entered(browser, told, role) for role in roles}
        lively(pages["volunteer"], told)
        for name, (role, path, fragment) in PAGES.items():
            for lang in LANGUAGES:
                address = f"{told['base']}{path.format(**told)}?lang={lang}{fragment}"
                for theme in THEMES:
                    size = take(pages[role], name, address, lang, theme)
                    print(f"{name}.{lang}.{theme}.webp {size}")
        browser.close()


if __name__ == "__main__":
    main()
