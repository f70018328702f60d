"""What every page owes everyone: measured in a real browser, at every width and in every scheme."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.journeys.looks import AXE, COVERED, OVERFLOW, RULES, twice

ASKED = Path(__file__).with_suffix(".js").read_text("utf-8")
WIDTHS = (360, 820, 1280)
HEIGHT = 800


class Everyone:
    """Looks at a page as it stands, and tells what is wrong under the page's name."""

    def __init__(self, axe: str) -> None:
        self._script = f"{axe}\n;{ASKED}"
        self._foot: list[str] | None = None
        self._faults: list[str] = []

    def look(self, page: Page, name: str, *, fixed: bool = False) -> list[str]:
        """Return what is wrong with a page; ``fixed`` ones fill a screen and have no footer."""
        self._faults = []
        page.evaluate(self._script)
        self._ask(page, name, "plain()")
        self._footed(page, name, fixed=fixed)
        for width in WIDTHS:
            with seen(page, width=width):
                # What is hidden at one width is at the narrowest or at the widest one.
                self._rules(page, f"{name} {width} light", contrast=width == 820)
                self._tell(f"{name} {width}", page.evaluate(OVERFLOW))
                self._ask(page, f"{name} {width} light", "edges()")
                if width == 360:
                    self._ask(page, f"{name} {width}", "targets()")
                if width != 820:
                    page.keyboard.press("Tab")  # from now on the focus is a keyboard's
                    self._ask(page, f"{name} {width}", "focus()")
            with seen(page, width=width, color_scheme="dark"):
                self._rules(page, f"{name} {width} dark", contrast=True)
                self._ask(page, f"{name} {width} dark", "edges()")
        with seen(page, width=1280, forced_colors="active"):
            self._ask(page, f"{name} forced colours", "forced()")
        self._enlarged(page, name)
        self._ask(page, name, "motion(0)")
        with seen(page, width=1280, reduced_motion="no-preference"):
            self._ask(page, name, "motion(200)")
        return self._faults

    def _footed(self, page: Page, name: str, *, fixed: bool) -> None:
        foot = page.evaluate("everyone.foot()")
        self._foot = self._foot or foot
        if foot != (None if fixed else self._foot):
            self._tell(name, [f"another footer: {foot}"])

    def _enlarged(self, page: Page, name: str) -> None:
        """At 320 px and with text twice as large nothing is lost, and nobody scrolls two ways."""
        with seen(page, width=1280):
            doable = set(page.evaluate("everyone.doable()"))
            with twice(page):
                self._whole(page, f"{name} 1280, text 200 %", doable)
        with seen(page, width=360), twice(page):
            self._whole(page, f"{name} 360, text 200 %", doable)
        with seen(page, width=320):
            self._whole(page, f"{name} 320", doable)
            page.evaluate("everyone.space(true)")
            self._whole(page, f"{name} 320, text set apart", doable)
            page.evaluate("everyone.space(false)")

    def _whole(self, page: Page, name: str, doable: set[str]) -> None:
        self._tell(name, page.evaluate(OVERFLOW))
        self._ask(page, name, "cut()")
        lost = doable - set(page.evaluate("everyone.doable()"))
        self._tell(name, [f"gone: {one}" for one in sorted(lost)])

    def _rules(self, page: Page, name: str, *, contrast: bool) -> None:
        found = page.evaluate(AXE, {"contrast": contrast, "rules": RULES})
        unclear = [one for one in found["incomplete"] if one["key"] not in COVERED]
        self._tell(
            name,
            [
                f"{one['rule']} at {one['target']}: {one['why']} [{one['html']}] {one['key']}"
                for one in found["violations"] + unclear
            ],
        )

    def _ask(self, page: Page, name: str, what: str) -> None:
        self._tell(name, page.evaluate(f"everyone.{what}"))

    def _tell(self, name: str, found: list[str]) -> None:
        self._faults += [f"{name}: {one}" for one in found]


@contextmanager
def seen(page: Page, *, width: int, **media: Any) -> Iterator[None]:
    """Show a page at a width in px, and with what its reader asks for; else plain and still."""
    plain: dict[str, Any] = {
        "color_scheme": "light",
        "forced_colors": "none",
        "reduced_motion": "reduce",
    }
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(**plain | media)
    yield
    page.emulate_media(**plain)
