"""S1: how long it takes to find what resembles a question, and what answers it.

Five thousand questions of the session, and twenty thousand published ones of fifty others.
"""

import random
import time
from collections.abc import Callable
from functools import partial

from dialog.archive.answers import Answers
from dialog.forum.likeness import Likeness
from tests.archive.test_answers import asked, evening
from tests.bench.scenario import Report, figure, main, say
from tests.bench.words import question

GOAL = "similar questions among 5,000, and with 20,000 published answers: p99 ≤ 20 ms"
SESSIONS = 50


def measure(report: Report) -> None:
    """Ask for each of some questions what resembles it, one after the other."""
    size, often = (500, 50) if report.quick else (5_000, 500)
    dice = random.Random(5)
    texts = {number: question(dice) for number in range(1, size + 1)}
    likeness = Likeness(texts.__getitem__)
    for number in texts:
        likeness.put(number)
    answers, longest = _published(dice, size * 4 // SESSIONS)
    say(f"s1: {size} questions, {len(answers)} published answers")
    for _ in range(report.rounds(5)):
        took = sorted(_once(lambda: likeness.alike(dice.randint(1, size))) for _ in range(often))
        typed = sorted(_typed(likeness, answers, question(dice)) for _ in range(often))
        middle, last = often // 2, often * 99 // 100
        report.runs.append(
            {"questions": size, "asked": often, "p50": took[middle], "p99": took[last]}
        )
        report.runs[-1] |= {"typed p50": typed[middle], "typed p99": typed[last]}
    runs = report.runs
    report.measured["alike p50"] = figure((run["p50"] for run in runs), "ms")
    report.measured["alike p99"] = figure((run["p99"] for run in runs), "ms", most=20)
    report.measured["typed, with answers, p50"] = figure((run["typed p50"] for run in runs), "ms")
    report.measured["typed, with answers, p99"] = figure(
        (run["typed p99"] for run in runs), "ms", most=20
    )
    report.measured["longest step of taking a record in"] = figure([longest], "ms")


def _published(dice: random.Random, each: int) -> tuple[Answers, float]:
    """Return an index of published answers, and the ms of CPU of its longest step."""
    answers, longest = Answers(), 0.0
    for session in range(SESSIONS):
        asked_there = [asked(n, question(dice)) for n in range(1, each + 1)]
        steps = answers.take(evening(f"session-{session}"), asked_there)
        for _ in asked_there:
            longest = max(longest, _once(partial(next, steps)))
    return answers, longest


def _typed(likeness: Likeness, answers: Answers, text: str) -> float:
    return _once(lambda: (likeness.like(text), answers.like(text)))


def _once(look: Callable[[], object]) -> float:
    """Return the ms of CPU that one look takes: it waits for nothing."""
    begun = time.thread_time()
    look()
    return (time.thread_time() - begun) * 1000


if __name__ == "__main__":
    main("s1", GOAL, measure)
