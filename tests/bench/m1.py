"""M1: what a server takes of a machine: memory for a viewer and a session, disk for a session."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.evening import LIMITS, Evening, Size, evening
from tests.bench.scenario import Report, figure, main, say

GOAL = "what the capacity table of docs/operations.md is reckoned from"
KIB, MIB = 1024, 1024 * 1024


def measure(report: Report) -> None:
    """Measure viewers who look on and ones who tap, then evenings of several sizes at rest."""
    viewers, seconds = (60, 1.0) if report.quick else (5_000, 5.0)
    report.conditions |= {"viewers": viewers, "limits": LIMITS}
    with evening(Size(people=viewers), tick_ms=100) as ours:
        empty = ours.memory()
        with ours.load(viewers) as load:
            load.connect()
            load.ask("settle", 2)
            idle = (ours.memory() - empty) / viewers / KIB
            shares: list[float] = []
            for _ in range(report.rounds(3)):
                before = ours.cpu()
                told = load.ask("tap", seconds, viewers // 10)
                shares.append((ours.cpu() - before) / told["seconds"] * 100)
                load.ask("settle", 1)
            busy = (ours.memory() - empty) / viewers / KIB
            report.conditions["load client"] = f"{load.busiest:.0%} of its core"
        taps = ours.stored()
        grown = _bytes(ours) - 0
    report.measured |= {
        "server without viewers": figure([empty / MIB], "MiB"),
        "memory for a viewer, idle": figure([idle], "KiB"),
        "memory for a viewer, after taps": figure([busy], "KiB"),
        "core, every tenth taps each second, ticks of 100 ms": figure(shares, "%"),
        "database after": figure([grown / MIB], "MiB"),
        "taps stored": figure([taps], ""),
    }
    _sizes(report)


def _sizes(report: Report) -> None:
    """Open evenings of several sizes, and look at what they take."""
    small: dict[str, float] = {}
    for questions, people in (
        ((0, 0), (200, 300)) if report.quick else ((0, 0), (200, 300), (2_000, 3_000))
    ):
        say(f"m1: {questions} questions, {people} people")
        with TemporaryDirectory(prefix="dialog-bench-") as folder:
            made = Evening(Path(folder), Size(questions, people))
            made.start()
            memory = made.memory()
            made.server.stop()
            disk = _bytes(made)
        small |= {f"{questions}: disk": disk / MIB, f"{questions}: memory": memory / MIB}
    report.measured |= {name: figure([value], "MiB") for name, value in small.items()}


def _bytes(ours: Evening) -> int:
    return sum(f.stat().st_size for f in (ours.folder / "data").rglob("*") if f.is_file())


if __name__ == "__main__":
    main("m1", GOAL, measure)
