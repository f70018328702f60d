"""How a page looks to everyone: axe in light and dark, wide and narrow; no overflow; pictures."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SHOTS = os.environ.get("DIALOG_TEST_SHOTS", "")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A contrast that cannot be computed counts as a failure, unless the text is covered by something
# else at this moment (a dialog over the page): then nobody reads it.
COVERED = {"elmPartiallyObscured", "elmPartiallyObscuring", "bgOverlap", "outsideViewport"}

AXE = """
async ({ contrast, rules }) => {
  const runOnly = contrast
    ? { type: "rule", values: ["color-contrast", "target-size", "scrollable-region-focusable"] }
    : { type: "tag", values: rules };
  const found = await axe.run(document, { runOnly, resultTypes: ["violations", "incomplete"] });
  const told = (rule, node) => ({
    rule: rule.id,
    target: node.target.join(" "),
    html: node.html.slice(0, 160),
    why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
    key: node.any[0]?.data?.messageKey ?? "",
  });
  const all = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => told(rule, node)));
  return {
    violations: all(found.violations),
    incomplete: all(found.incomplete.filter((rule) => rule.id === "color-contrast")),
  };
}
"""
OVERFLOW = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 && one.checkVisibility())
    .map((one) => `${one.tagName}.${one.className}`).slice(0, 8);
}
"""


class Looks:
    """Looks at pages with axe, and takes pictures where a folder for them is set."""

    def __init__(self, axe: str) -> None:
        self.faults: list[str] = []
        self._axe = axe

    def at(self, page: Page, name: str) -> None:
        """Look at a page as it stands: all rules twice, contrast in every combination."""
        for width, scheme, contrast in (
            (1280, "light", False),
            (1280, "dark", True),
            (360, "light", True),
            (360, "dark", False),
        ):
            with _as(page, width, scheme):
                self._axe_at(page, f"{name} {width} {scheme}", contrast=contrast)
                self._overflow(page, f"{name} {width}")
        shoot(page, name)

    def overflow(self, page: Page, name: str) -> None:
        """Look at a page at 320 px, and with text twice as large."""
        with _as(page, 320, "light"):
            self._overflow(page, f"{name} 320")
        with _as(page, 1280, "light"), twice(page):
            self._overflow(page, f"{name} 1280, text 200 %")
        with _as(page, 640, "light"), twice(page):
            self._overflow(page, f"{name} 640, text 200 %")

    def _overflow(self, page: Page, name: str) -> None:
        if found := page.evaluate(OVERFLOW):
            self.faults.append(f"{name}: wider than the window: {found}")

    def _axe_at(self, page: Page, name: str, *, contrast: bool) -> None:
        if not page.evaluate("typeof axe !== 'undefined'"):
            page.evaluate(self._axe)
        found = page.evaluate(AXE, {"contrast": contrast, "rules": RULES})
        unclear = [one for one in found["incomplete"] if one["key"] not in COVERED]
        self.faults += [f"{name}: {_told(one)}" for one in found["violations"] + unclear]


def _told(one: dict[str, str]) -> str:
    return f"{one['rule']} at {one['target']}: {one['why']} [{one['html']}] {one['key']}"


@contextmanager
def _as(page: Page, width: int, scheme: Any) -> Iterator[None]:
    before = page.viewport_size or {"width": 1280, "height": 900}
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    yield
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")


@contextmanager
def twice(page: Page) -> Iterator[None]:
    """Twice the text, as the browser's own setting makes it: through the root's font size."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield
    page.evaluate("document.documentElement.style.fontSize = ''")


def shoot(page: Page, name: str, *, whole: bool = True) -> None:
    """Take pictures of a page at three widths, light and dark, where a folder is named."""
    if not SHOTS:
        return
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
    for width in (360, 820, 1280):
        for scheme in ("light", "dark"):
            with _as(page, width, scheme):
                target = Path(SHOTS) / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=target, full_page=whole, animations="disabled")
