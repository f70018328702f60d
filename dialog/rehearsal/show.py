"""A rehearsal on a terminal: a bar with live figures while it plays, a verdict at its end."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dialog import disk
from dialog.demo import script
from dialog.demo.sessions import EVENING
from dialog.edge.door import room_for
from dialog.rehearsal.entrance import NoEntranceError, knock
from dialog.rehearsal.figures import figures, lately
from dialog.rehearsal.play import Plan, play
from dialog.rehearsal.record import Record, now
from dialog.rehearsal.report import report
from dialog.rehearsal.verdict import Ready, Verdict, judge
from dialog.rehearsal.words import Words
from dialog.web.places import folder

SPARE_FILES: Final = 100
ENDS: Final = {Ready.READY: 0, Ready.NOT_READY: 1, Ready.UNCLEAR: 3}
NO_ENTRANCE: Final = 2
STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be rehearsed, and where the report goes."""

    url: str
    token: str
    plan: Plan
    file: Path


def run(task: Task, lang: str, tell: Callable[[str], None], clock: Callable[[], datetime]) -> int:
    """Play the rehearsal and tell its verdict.

    Return 0 for a server that is ready, 1 for one that is not, 2 where nobody got in, 3 where
    nothing can be said.
    """
    words = Words(lang)
    wanted = task.plan.volunteers + SPARE_FILES
    if (most := room_for(wanted)) < wanted:
        tell(words("few_files", most=most))
        return NO_ENTRANCE
    try:
        record = asyncio.run(_played(task, words))
    except NoEntranceError as fault:
        tell(words(fault.reason, detail=fault.detail))
        return NO_ENTRANCE
    found = figures(record)
    verdict = judge(found, words, stopped=record.lasted < task.plan.seconds)
    for line in said(verdict, words):
        tell(line)
    try:
        page = report(task.url, clock(), found, verdict, words)
        disk.write(task.file, page.encode())
    except OSError as fault:
        tell(words("no_report", detail=str(fault)))
        return NO_ENTRANCE
    tell(words("report_in", detail=str(task.file)))
    return ENDS[verdict.ready]


def said(verdict: Verdict, words: Words) -> list[str]:
    """Return the verdict as lines for a terminal."""
    lines = [verdict.sentence, *([verdict.why] if verdict.why else [])]
    for check in verdict.reasons:
        lines.append(f"{words('because')}: {check.why}")
        lines.append(f"{words('what_helps')}: {words(f'{check.key}_help')}")
    return [*lines, *verdict.notes]


async def _played(task: Task, words: Words) -> Record:
    way = await knock(task.url, task.token)
    # By one of its sessions: an installed package has no other folder of theirs beside it.
    questions = script.read(folder(f"sessions/{EVENING}"), task.plan.seed)
    console = Console(file=sys.stderr)
    columns = (BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=task.plan.seconds)

        def tell(record: Record) -> None:
            done = min(task.plan.seconds, record.lasted)
            progress.update(bar, completed=done, description=live(record, words))

        with _stopping() as stop:
            return await play(way, task.plan, questions, tell, stop)


def live(record: Record, words: Words) -> str:
    """Return the figures of the last seconds in one line."""
    answers, screens, rate = lately(record, now())
    return words(
        "playing",
        present=record.present,
        rate=words.number(rate),
        answers=words.time(answers.p99),
        screens=words.time(screens.p99),
        refused=len(record.refusals),
    )


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """Give an event that the first Ctrl-C sets; the second one ends the program as ever."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def listen_no_more() -> None:
        for one in STOPS:
            loop.remove_signal_handler(one)

    def end() -> None:
        stop.set()
        listen_no_more()

    with suppress(NotImplementedError):  # Windows
        for one in STOPS:
            loop.add_signal_handler(one, end)
    try:
        yield stop
    finally:
        with suppress(NotImplementedError):
            listen_no_more()
