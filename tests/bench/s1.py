"""S1: how long it takes to find what resembles a question among five thousand."""

import random
import time

from dialog.forum.likeness import Likeness
from tests.bench.scenario import Report, figure, main, say
from tests.bench.words import question

GOAL = "similar questions among 5,000: p99 ≤ 20 ms"


def measure(report: Report) -> None:
    """Ask for each of some questions what resembles it, one after the other."""
    size, asked = (500, 50) if report.quick else (5_000, 500)
    dice = random.Random(5)
    texts = {number: question(dice) for number in range(1, size + 1)}
    likeness = Likeness(texts.__getitem__)
    for number in texts:
        likeness.put(number)
    say(f"s1: {size} questions")
    for _ in range(report.rounds(5)):
        took = sorted(_once(likeness, dice.randint(1, size)) for _ in range(asked))
        middle, last = took[asked // 2], took[asked * 99 // 100]
        report.runs.append({"questions": size, "asked": asked, "p50": middle, "p99": last})
    report.measured["alike p50"] = figure((run["p50"] for run in report.runs), "ms")
    report.measured["alike p99"] = figure((run["p99"] for run in report.runs), "ms", most=20)
    report.notes.append("Search over 20,000 questions is not built yet, and not measured.")


def _once(likeness: Likeness, number: int) -> float:
    """Return the ms of CPU that one look takes: it waits for nothing."""
    begun = time.thread_time()
    likeness.alike(number)
    return (time.thread_time() - begun) * 1000


if __name__ == "__main__":
    main("s1", GOAL, measure)
