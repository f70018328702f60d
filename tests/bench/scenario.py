"""What every scenario of the benchmarks shares: figures with their spread, conditions, one JSON.

A scenario is a module that is run as ``python -m tests.bench.<name> [--quick]``. It fills a
``Report`` and ends with ``main``: the report is one JSON object on standard output, and whatever it
says meanwhile goes to standard error.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

PROFILES = "DIALOG_TEST_PROFILES"
SHOWN = ("uvicorn", "uvloop", "websockets", "starlette", "sqlalchemy", "msgspec")


@dataclass(frozen=True)
class Figure:
    """The median, lowest and highest of some runs; a goal is ``most`` or ``least``."""

    median: float
    low: float
    high: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the median is what it should be; nothing where there is no goal."""
        if self.most is None and self.least is None:
            return None
        not_over = self.most is None or self.median <= self.most
        return not_over and (self.least is None or self.median >= self.least)


def figure(
    values: Iterable[float], unit: str, *, most: float | None = None, least: float | None = None
) -> Figure:
    """Return the figure of the values of several runs."""
    found = sorted(values)
    return Figure(statistics.median(found), found[0], found[-1], unit, most, least)


@dataclass
class Report:
    """What a scenario found. ``runs`` are raw; ``left_out`` says why a peer is missing."""

    scenario: str
    goal: str
    quick: bool
    measured: dict[str, Figure] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def rounds(self, full: int) -> int:
        """Return how often to measure: small sizes and profiles need it once."""
        return 1 if self.quick or PROFILES in os.environ else full

    def json(self) -> str:
        """Return all of it; a figure in full size says whether its goal was met."""
        told = asdict(self)
        for name, found in self.measured.items():
            told["measured"][name]["met"] = None if self.quick else found.met
        return json.dumps(told, ensure_ascii=False, indent=2)


def conditions() -> dict[str, Any]:
    """Return what has to be known of the machine to read the figures."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": [round(one, 2) for one in os.getloadavg()],
        "system": f"{platform.system()} on {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in SHOWN},
        "open files": resource.getrlimit(resource.RLIMIT_NOFILE),
    }


def say(text: str) -> None:
    """Tell whoever waits what is under way."""
    print(text, file=sys.stderr, flush=True)


def main(scenario: str, goal: str, measure: Callable[[Report], None]) -> None:
    """Run a scenario as the command line asks for, and print its report."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{scenario}", description=goal)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it still run?")
    report = Report(scenario, goal, parser.parse_args().quick, conditions=conditions())
    measure(report)
    report.conditions["load after"] = [round(one, 2) for one in os.getloadavg()]
    print(report.json())
