"""Mutants: the program with one guard taken out. A test that still passes then proves nothing.

Each module under ``tests/promises/`` names its own in ``MUTANTS``. ``python -m tests.mutants``
takes the guards out one by one, in a copy of this tree, and runs the module's small version on
each; it ends with 0 only if every run failed, and passed with every guard in place. Arguments
choose: ``p01`` a promise, ``-j 2`` how many at once.
"""

import argparse
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[1]
PROMISES = ROOT / "tests" / "promises"
PATIENCE_S = 240
FAILED = 1
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", ".coverage*", "*data"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard in a file, what stands in its place, and the test that has to fail then.

    ``test`` is a name (or ``-k`` expression) in the promise's own module, a file of JavaScript
    tests, or a test elsewhere (``tests/….py::name``). An empty one means the whole module.
    """

    says: str
    file: str
    guard: str
    without: str
    test: str = ""

    def applied(self, text: str) -> str:
        """Return a file's text without the guard, which must stand there exactly once."""
        found = text.count(self.guard)
        if found != 1:
            raise ValueError(f"{self.file}: the guard stands there {found} times: {self.guard!r}")
        return text.replace(self.guard, self.without)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant, or of the whole program: ``right`` if that is as it has to be."""

    promise: str
    says: str
    right: bool
    seconds: float
    told: str


def modules() -> dict[str, Path]:
    """Return the modules of promises by their short names, ``p01`` and so on."""
    return {path.name[5:8]: path for path in sorted(PROMISES.glob("test_p[0-9][0-9]_*.py"))}


def mutants(path: Path) -> tuple[Mutant, ...]:
    """Return the mutants that a module of promises names."""
    found: tuple[Mutant, ...] = importlib.import_module(f"tests.promises.{path.stem}").MUTANTS
    return found


def command(path: Path, mutant: Mutant) -> list[str]:
    """Return the command that runs the small version of a promise's test."""
    if mutant.test.endswith(".js"):
        return ["node", "--test", mutant.test]
    if ".py::" in mutant.test:
        return [sys.executable, "-m", "pytest", "-q", "-x", mutant.test]
    chosen = ["-k", mutant.test] if mutant.test else []
    named = str(path.relative_to(ROOT))
    return [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not large", *chosen, named]


def judge(promise: str, path: Path, mutant: Mutant, tree: Path) -> Verdict:
    """Take one guard out of a tree, run its test, and put the guard back."""
    file = tree / mutant.file
    whole = file.read_text("utf-8")
    began = time.monotonic()
    try:
        file.write_text(mutant.applied(whole), "utf-8")
        code, told = _run(command(path, mutant), tree)
    finally:
        file.write_text(whole, "utf-8")
    where = f"      {mutant.file}: {mutant.guard!r}\n"
    return Verdict(promise, mutant.says, code == FAILED, time.monotonic() - began, where + told)


def prove(promise: str, path: Path, tree: Path) -> Verdict:
    """Run a promise's tests with every guard in place: else their failing would prove nothing."""
    began, told = time.monotonic(), ""
    elsewhere = [m for m in mutants(path) if m.test.endswith(".js") or ".py::" in m.test]
    asked = [command(path, mutant) for mutant in elsewhere]
    asked.append(command(path, Mutant("", "", "", "")))
    for one in {tuple(command): command for command in asked}.values():
        code, said = _run(one, tree)
        told += said if code else ""
    return Verdict(promise, "every guard in place", not told, time.monotonic() - began, told)


def _run(asked: list[str], tree: Path) -> tuple[int, str]:
    """Return exit code and last words; a test that never ends without its guard has failed, too."""
    # A part that the machine lacks must not pass for a guard that is missed.
    environment = {n: v for n, v in os.environ.items() if n != "DIALOG_TEST_REQUIRE_ALL"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        done = subprocess.run(
            asked, cwd=tree, env=environment, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return FAILED, "it never ended"
    return done.returncode, "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])


def hunt(chosen: Iterable[str], at_once: int) -> Iterator[Verdict]:
    """Judge the mutants of the chosen promises, each in a tree of its own meanwhile."""
    known = {promise: modules()[promise] for promise in chosen}
    jobs: list[Callable[[Path], Verdict]] = []
    for promise, path in known.items():
        jobs.append(partial(prove, promise, path))
        jobs += [partial(judge, promise, path, mutant) for mutant in mutants(path)]
    with tempfile.TemporaryDirectory(prefix="dialog-mutants-") as folder:
        trees: Queue[Path] = Queue()
        for number in range(at_once):
            trees.put(copied(Path(folder) / str(number)))

        def one(job: Callable[[Path], Verdict]) -> Verdict:
            tree = trees.get()
            try:
                return job(tree)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(at_once) as threads:
            yield from threads.map(one, jobs)


def copied(tree: Path) -> Path:
    """Copy this tree; what was installed is shared, for no guard stands there."""
    shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
    for installed in (".venv", "node_modules"):
        if (ROOT / installed).exists():
            (tree / installed).symlink_to(ROOT / installed)
    return tree


def line(verdict: Verdict) -> str:
    """Return what is told of a verdict; where it is not right, also where and what was said."""
    fate = "right" if verdict.right else "WRONG"
    said = f"{verdict.promise} {fate} {verdict.seconds:5.1f} s  {verdict.says}"
    return said if verdict.right else f"{said}\n{verdict.told}"


def main() -> int:
    """Hunt, and tell of each mutant whether a test noticed it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("promises", nargs="*", help="p01 … p22; all where none is named")
    parser.add_argument("-j", type=int, default=2, dest="at_once", help="how many at once")
    chosen = parser.parse_args()
    wrong = 0
    for verdict in hunt(chosen.promises or modules(), chosen.at_once):
        wrong += not verdict.right
        print(line(verdict), flush=True)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
