"""C1: what a phone does when half of a room changes at once, and what the room weighs.

A real Chromium, its processor slowed down four times, shows the room; one person supports 150 of
300 questions within one tick, and takes it back. Measured is the browser's own main thread.
"""

import asyncio
import os
import random
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.bench.evening import Evening, Size, evening
from tests.bench.scenario import Report, figure, main, say
from tests.live.client import Browser as Visitor
from tests.live.client import Live

GOAL = "a delta of 150 changed questions ≤ 16 ms at 4 × slowed; first visit of a room ≤ 120 KB"
QUESTIONS, CHANGED, SLOWED, KB = 300, 150, 4, 1_000
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
TICK_MS = 500

# The page's socket, with a clock around what is done when a message has come.
CLOCK = """
window.applied = [];
window.WebSocket = class extends WebSocket {
  set onmessage(heard) {
    super.onmessage = (event) => {
      const begun = performance.now();
      heard.call(this, event);
      const took = performance.now() - begun;
      const message = JSON.parse(event.data);
      const rows = message.type === "delta" ? (message.questions ?? []).length : 0;
      window.applied.push({ type: message.type, rows, took });
    };
  }
};
"""


class Screen:
    """A page of the room on a slow phone."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        """Bind the page and what its browser tells of itself."""
        self.page = page
        self._devtools = devtools
        self.bytes = 0
        devtools.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]

    async def slow(self, rate: int) -> None:
        """Slow the browser's processor down."""
        await self._devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    async def spent(self) -> dict[str, float]:
        """Return the ms that the main thread has spent so far, by what for."""
        told = (await self._devtools.send("Performance.getMetrics"))["metrics"]
        return {one["name"]: one["value"] * 1000 for one in told if "Duration" in one["name"]}

    async def deltas(self) -> list[float]:
        """Return how many ms each large delta took so far."""
        found = await self.page.evaluate("window.applied")
        return [one["took"] for one in found if one["rows"] >= CHANGED]


async def opened(browser: Browser, ours: Evening, ticket: str, size: dict[str, int]) -> Screen:
    """Open the room for the first time, and wait until it is live."""
    context = await browser.new_context(viewport=size, locale="de-DE")  # type: ignore[arg-type]
    await context.add_cookies([{"name": "dialog", "value": ticket, "url": ours.server.base}])
    await context.add_init_script(CLOCK)
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    screen = Screen(page, devtools)
    await page.goto(f"{ours.server.base}/sessions/{ours.slug}")
    # Asked again and again from here: what waits inside the page would need an eval it forbids.
    while not await page.evaluate("applied.some(({ type }) => type === 'snapshot')"):
        await page.wait_for_timeout(50)
    await page.wait_for_timeout(1_000)
    return screen


async def played(report: Report, ours: Evening) -> None:
    """Measure as often as asked for."""
    tickets = [line.split("\t") for line in ours.tickets.read_text("ascii").splitlines()]
    visitor = Visitor(ours.server.base)
    visitor.cookie = f"dialog={tickets[0][0]}"
    async with (
        async_playwright() as playwright,
        Live(visitor, ours.slug, page=tickets[0][1]) as voter,
    ):
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        report.conditions["chromium"] = browser.version
        screen = await opened(browser, ours, tickets[1][0], PHONE)
        weight = screen.bytes
        dice = random.Random(1)
        for turn in range(2 * report.rounds(15)):
            rate = (1, SLOWED)[turn % 2]
            await screen.slow(rate)
            numbers = dice.sample(range(1, QUESTIONS + 1), CHANGED)
            for on in (True, False):
                await asyncio.sleep(TICK_MS / 1000)
                known, before = await screen.deltas(), await screen.spent()
                await asyncio.gather(*(voter.upvote(number, on=on) for number in numbers))
                await asyncio.sleep(2 * TICK_MS / 1000)
                after = await screen.spent()  # first: to tell of deltas is work of the page, too
                took = (await screen.deltas())[len(known) :]
                run = {name: after[name] - before[name] for name in after} | {"applied": sum(took)}
                report.runs.append(run | {"deltas": len(took), "rate": rate})
        await browser.close()
    whole = [run for run in report.runs if run["deltas"] == 1]
    report.notes.append(
        "Times are the main thread's own, in thread ticks: others weigh less in them."
    )
    report.notes.append(f"{len(whole)} of {len(report.runs)} changes came in one delta.")
    slow = [run for run in whole if run["rate"] == SLOWED]
    plain = [run for run in whole if run["rate"] == 1]
    report.measured["applied"] = figure(map(_applied, slow), "ms", most=16)
    report.measured["applied, not slowed"] = figure(map(_applied, plain), "ms")
    for name in ("Script", "RecalcStyle", "Layout", "Task"):
        spent = (run[f"{name}Duration"] for run in slow)
        report.measured[f"of the main thread: {name}"] = figure(spent, "ms")
    report.measured["by the clock, script alone"] = figure((run["applied"] for run in slow), "ms")
    report.measured["room, first visit"] = figure([weight / KB], "KB", most=120)


def _applied(run: dict[str, Any]) -> float:
    """Return the ms of the main thread's time for script, style and layout."""
    spent = run["ScriptDuration"] + run["RecalcStyleDuration"] + run["LayoutDuration"]
    return float(spent)


def measure(report: Report) -> None:
    """Play the evening."""
    say(f"client: {QUESTIONS} questions, {CHANGED} of them change")
    with evening(Size(questions=QUESTIONS, people=2), tick_ms=TICK_MS) as ours:
        asyncio.run(played(report, ours))


if __name__ == "__main__":
    main("client", GOAL, measure)
