"""T1: how many keys and how much waiting it costs to decide on 200 waiting questions.

One moderator works through a queue in a real Chromium by keyboard alone, in the order in which the
desk offers the questions, by a fixed mix: of 200 questions 120 are approved, 30 returned with a
reason, 10 kept for the stage, 10 edited and approved, 10 merged with a public one that they
resemble, and 20 stand in five groups of four, each merged with two keys and approved once.
What the machine takes is measured from the last key of a decision until the next question is
shown; what a key takes a person is assumed. The rest of an hour is left for reading.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.client import CHROMIUM
from tests.bench.evening import LIFTED
from tests.bench.machine import cpu
from tests.bench.scenario import Report, figure, main, say
from tests.live.programme import declare
from tests.live.server import Server
from tests.web.test_forms import ask

GOAL = "200 questions in an hour: at least 10 s to read each of them"
HOUR_S, KEY_S, READ_S = 3_600, 0.28, 10
BOUNCE_MS = 520
WIDE = {"width": 1280, "height": 900}
WAITING_EACH = 40
SYLLABLES = [first + second for first in "bdfgklmnprst" for second in "aeiou"]
MIX = {"approve": 24, "return": 6, "stage_only": 2, "edit": 2, "merge": 2, "group": 1}
GROUP = 4
KEYS: dict[str, tuple[str, ...]] = {
    "approve": ("a",),
    "return": ("r", "4", "Enter"),
    "stage_only": ("s",),
    "edit": ("e", *"!!!!!!!!", "Tab", "Tab", "Tab", "Enter"),
    "merge": ("m", "1", "Enter"),
    "group": ("g", "m"),
}


class Decision(NamedTuple):
    """What was done, with how many keys, and the ms until the next question stood there."""

    kind: str
    keys: int
    ms: float


def words(dice: random.Random) -> str:
    """Return a question that resembles no other: its words were never said before."""
    made = ("".join(dice.choices(SYLLABLES, k=4)) for _ in range(9))
    return f"{' '.join(made).capitalize()}?"


def planned(dice: random.Random, rounds: int) -> tuple[list[str], dict[str, str]]:
    """Return questions in the order they are asked, and what is to be done with each."""
    asked: list[str] = []
    plan: dict[str, str] = {}
    for _ in range(rounds):
        kinds = [kind for kind, count in MIX.items() for _ in range(count)]
        fresh = {kind: [words(dice) for one in kinds if one == kind] for kind in MIX}
        mixed = [(text, kind) for kind, texts in fresh.items() for text in texts]
        dice.shuffle(mixed)
        # What is merged resembles something that is public by then.
        mixed.sort(key=lambda one: one[1] in ("merge", "group"))
        public = [text for text, kind in mixed if kind == "approve"]
        for at, (text, kind) in enumerate(mixed):
            said = f"{public[at % len(public)][:-1]} noch?" if kind == "merge" else text
            several = range(1, GROUP if kind == "group" else 1)
            asked += [said, *(f"{said[:-1]} {'auch ' * turn}so?" for turn in several)]
            plan[said] = kind
    return asked, plan


@contextmanager
def waiting(folder: Path, texts: list[str]) -> Iterator[tuple[Server, str]]:
    """Run a server on which these questions wait."""
    slug = declare(
        folder / "sessions", "messung", starts=timedelta(minutes=-10),
        goes_live="by_clock", waiting=WAITING_EACH,
    )  # fmt: skip
    server = Server(folder, {"live": slug}, **LIFTED)
    server.migrate()
    server.start()
    try:
        for at in range(0, len(texts), WAITING_EACH):
            asker = server.volunteer(slug, f"Person {at}")
            for text in texts[at : at + WAITING_EACH]:
                assert ask(asker, slug, text).status == 303, text
        yield server, slug
    finally:
        server.stop()


def desk(browser: Browser, server: Server, slug: str, cookie: str) -> Page:
    """Open the desk."""
    context = browser.new_context(viewport=WIDE, locale="de-DE")  # type: ignore[arg-type]
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": server.base}])
    page = context.new_page()
    page.goto(f"{server.base}/sessions/{slug}/moderation")
    page.get_by_text("Verbunden", exact=True).wait_for()
    return page


def shown(page: Page) -> str:
    """Return the question in hand, or nothing when the queue is empty."""
    return str(
        page.evaluate(
            "document.querySelector('[data-scope=question]').hidden ? ''"
            " : document.getElementById('fq').textContent"
        )
    )


def decided(page: Page, plan: dict[str, str]) -> list[Decision]:
    """Work through the queue; what is edited or kept of a group is then approved."""
    done: list[Decision] = []
    text = shown(page)
    while text:
        kind = plan.pop(text, "approve")
        page.wait_for_timeout(BOUNCE_MS)  # a second tap so soon would be taken for a bounce
        keys = KEYS[kind]
        for key in keys[:-1]:
            page.keyboard.press(key)
        begun = time.perf_counter()
        page.keyboard.press(keys[-1])
        if kind in ("edit", "group"):
            page.locator("dialog[open]").wait_for(state="detached")
            after = shown(page)
        else:
            after = text
            while after == text:
                after = shown(page)
        done.append(Decision(kind, len(keys), (time.perf_counter() - begun) * 1000))
        text = after
    return done


def measure(report: Report) -> None:
    """Let 200 questions be decided on, in one go."""
    texts, plan = planned(random.Random(7), 1 if report.quick else 5)
    say(f"triage: {len(texts)} questions")
    with TemporaryDirectory(prefix="dialog-bench-") as folder, waiting(Path(folder), texts) as ours:
        server, slug = ours
        cookie = server.staff(slug, "moderator", "Mara Beispielname").cookie
        pid = server._process.pid if server._process else 0
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            report.conditions["chromium"] = browser.version
            page = desk(browser, server, slug, cookie)
            before = cpu(pid)
            done = decided(page, plan)
            spent = cpu(pid) - before
            counts = page.locator("[data-t=counts_waiting]").inner_text()
            browser.close()
    told(report, len(texts), done, spent, left=int(counts))


def told(report: Report, questions: int, done: list[Decision], spent: float, *, left: int) -> None:
    """Write down what it came to."""
    keys, waited = sum(one.keys for one in done), sum(one.ms for one in done) / 1000
    report.runs = [one._asdict() for one in done]
    if left:
        raise RuntimeError(f"{left} questions still wait")
    report.conditions["questions"] = {"asked": questions, "still waiting": left}
    took = sorted(one.ms for one in done)
    measured = report.measured
    measured["keys a question"] = figure([keys / questions], "keys")
    measured["decisions a question"] = figure([len(done) / questions], "decisions")
    measured["keys a decision"] = figure((one.keys for one in done), "keys")
    measured["until the next question is shown"] = figure(took, "ms")
    measured["… at p99"] = figure([took[len(took) * 99 // 100]], "ms")
    measured["server's CPU a decision"] = figure([spent * 1000 / len(done)], "ms")
    reading = (HOUR_S * questions / 200 - keys * KEY_S - waited) / questions
    measured["left to read a question"] = figure([reading], "s", least=READ_S)
    report.notes.append(
        f"{len(done)} decisions on {questions} questions, {keys} keys; a key is taken to cost"
        f" {KEY_S} s. The mix: {', '.join(f'{kind} {count}' for kind, count in MIX.items())}"
        f" in {sum(MIX.values())} entries of the queue, a group has {GROUP}."
    )


if __name__ == "__main__":
    main("triage", GOAL, measure)
