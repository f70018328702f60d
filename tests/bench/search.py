"""Search: how long the archive takes to find among 20,000 questions, and to be read at a start."""

import gc
import multiprocessing
import random
import re
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from dialog.archive import query
from dialog.archive.answers import Answers
from dialog.archive.entries import Evening
from dialog.archive.facets import Choices
from dialog.archive.index import Found, Index
from dialog.web.library import AT_ONCE, _read
from dialog.web.pages.archive_search import _hits
from tests.archive.records import record
from tests.bench.scenario import Report, figure, main, say

GOAL = "twenty searches among 20,000 published questions: p99 ≤ 20 ms each"
SESSIONS, COMPOUNDS = 10, 30_000
NOUN = re.compile(r"[A-ZÄÖÜ][a-zäöüß]{4,}")
TYPED: dict[str, tuple[str, Choices]] = {
    "a word": ("Behörde", Choices()),
    "its plural": ("Behörden", Choices()),
    "with ae, oe, ue": ("Behoerde", Choices()),
    "a short word in compounds": ("Kurs", Choices()),
    "three letters": ("Amt", Choices()),
    "a compound": ("Integrationskurs", Choices()),
    "a compound in compounds": ("Wohnung", Choices()),
    "two words": ("Wohnung Familie", Choices()),
    "four words": ("Kinder Schule Sprache Hilfe", Choices()),
    "twelve words": ("Kind Schule Sprache Hilfe Kurs Amt Weg Geld Haus Land Zeit Frau", Choices()),
    "a sentence": ("Wie bekommen Familien auf dem Land eine bezahlbare Wohnung?", Choices()),
    "very common words": ("die der und", Choices()),
    "one in nearly all": ("gilt", Choices()),
    "a phrase": ("„auf dem Land“", Choices()),
    "a phrase of common words": ('"in der"', Choices()),
    "a slip of a finger": ("Sprachkruse", Choices()),
    "what there is not": ("Nachtigallenschlagzeile", Choices()),
    "a question's number": ("Frage 47", Choices()),
    "narrowed down": ("Kurs", Choices(year="2021", outcome="kept", topic="Sprachkurse")),
    "a facet alone": ("", Choices(year="2021")),
}  # fmt: skip


def measure(report: Report) -> None:
    """Read ten records, then ask each search many times, one after the other."""
    each, often = (100, 5) if report.quick else (2_000, 100)
    with TemporaryDirectory(prefix="dialog-bench-") as name:
        # In a process of its own: what drawing leaves behind would hide what an index takes.
        drawing = multiprocessing.get_context("spawn").Process(
            target=_draw, args=(Path(name), each)
        )
        drawing.start()
        drawing.join()
        index, built = _built(Path(name))
    vocabulary = index._words["de"]
    stems = len(vocabulary._question.keys() | vocabulary._other.keys())
    say(f"search: {len(index)} questions, {stems} stems")
    report.conditions |= {"questions": len(index), "stems": stems, "searches": len(TYPED)}
    report.notes.append(
        "CPU of one thread, beside the event loop; a record is read five questions at a time, and "
        "these steps are told with the collector of garbage off, as it is for most of them. "
        "Passages: what stands on the first page is marked and cut out."
    )
    report.measured |= built
    every: list[float] = []
    for _ in range(report.rounds(5)):
        for name, (typed, choices) in TYPED.items():
            took = sorted(_once(partial(_find, index, typed, choices)) for _ in range(often))
            found = _find(index, typed, choices)
            passages = _once(partial(_hits, found))
            told = {"p50": took[often // 2], "p99": took[often * 99 // 100], "found": found.total}
            report.runs.append({"search": name, "passages": passages} | told)
            every += took
    for name in TYPED:
        runs = [run for run in report.runs if run.get("search") == name]
        report.measured[f"{name}, p99"] = figure((run["p99"] for run in runs), "ms", most=20)
    every.sort()
    report.measured["all, p50"] = figure([every[len(every) // 2]], "ms")
    report.measured["all, p99"] = figure([every[len(every) * 99 // 100]], "ms", most=20)
    report.measured["passages of a page"] = figure((run["passages"] for run in report.runs), "ms")


def _find(index: Index, typed: str, choices: Choices) -> Found:
    return index.search(query.read(typed), choices)


def _draw(folder: Path, each: int) -> None:
    """Write records whose texts have a vocabulary as large as 20,000 real questions have."""
    dice = random.Random(6)
    drawn = [record(each, seed, year=2018 + seed % 8) for seed in range(SESSIONS)]
    nouns = sorted({noun for one in drawn for noun in NOUN.findall(repr(one["questions"][:99]))})
    mixed = [_compound(dice, nouns) for _ in range(COMPOUNDS)]
    for one in drawn:
        for question in one["questions"]:
            _vary(dice, question, mixed)
        (folder / f"{one['slug']}.json").write_bytes(msgspec.json.encode(one))


def _compound(dice: random.Random, nouns: list[str]) -> str:
    head, tail = dice.choice(nouns), dice.choice(nouns)
    return f"{head}{dice.choice(('', 's', 'n'))}{tail.lower()}"


def _vary(dice: random.Random, question: dict[str, Any], mixed: list[str]) -> None:
    """Put compounds into a question and its answer: a few often, most of them hardly ever."""

    def other(noun: re.Match[str]) -> str:
        if dice.random() < 0.8:
            return noun[0]
        return mixed[int(dice.paretovariate(0.1)) % len(mixed)]

    if question["text"]:
        question["text"] = NOUN.sub(other, question["text"])
    if question["answer"]:
        question["answer"]["text"] = NOUN.sub(other, question["answer"]["text"])


def _built(folder: Path) -> tuple[Index, dict[str, Any]]:
    """Read all records into both indexes, as a server does."""
    index, answers, steps, reads = Index(), Answers(), [0.0], [0.0]
    gc.collect()
    gc.disable()
    before, begun, taken_in = _memory(), time.thread_time(), []
    for file in sorted(folder.iterdir()):
        text = file.read_text("utf-8")
        at = time.thread_time()
        heading, questions = _read(text)
        reads.append((time.thread_time() - at) * 1000)
        who = heading.answerer
        evening = Evening(
            heading.slug, heading.title, heading.language, heading.starts, who.name, who.office
        )
        taken_in.append((evening, questions))
        taking = index.take(evening, questions)
        taken = [None]
        while taken:
            at = time.thread_time()
            taken = list(islice(taking, AT_ONCE))
            steps.append((time.thread_time() - at) * 1000)
    searching, between = time.thread_time() - begun, _memory()
    for evening, questions in taken_in:
        for _ in answers.take(evening, questions):
            pass
    both = time.thread_time() - begun
    gc.enable()
    return index, {
        "seconds to build": figure([searching], "s"),
        "with what resembles a text": figure([both], "s"),
        "memory": figure([between - before], "MiB"),
        "memory of both": figure([_memory() - before], "MiB"),
        "longest step": figure([max(steps)], "ms"),
        "reading a record": figure(reads[1:], "ms"),
    }


def _memory() -> float:
    """Return what the process holds, in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 2**20


def _once(look: Callable[[], object]) -> float:
    """Return the ms of CPU that one look takes: it waits for nothing."""
    begun = time.thread_time()
    look()
    return (time.thread_time() - begun) * 1000


if __name__ == "__main__":
    main("search", GOAL, measure)
