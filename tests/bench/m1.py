"""M1: what a server and its proxy take of a machine: for a viewer, a message, a session."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.evening import LIMITS, Evening, Size, evening
from tests.bench.load import Load, Told
from tests.bench.machine import cpu, memory
from tests.bench.scenario import Report, figure, main, say
from tests.chaos.several import Nginx

GOAL = "what the table in docs/operations.md is reckoned from"
KIB, MIB, MICRO = 1024, 1024 * 1024, 1_000_000
SIZES = ((0, 0), (200, 300), (2_000, 3_000))


def measure(report: Report) -> None:
    """Measure viewers through a proxy while every tenth taps each second, then sessions at rest."""
    viewers = 60 if report.quick else 4_000
    report.conditions |= {"viewers": viewers, "tick ms": 200, "limits": LIMITS}
    with evening(Size(people=viewers)) as ours:
        empty = ours.memory()
        report.measured["server without viewers"] = figure([empty / MIB], "MiB")
        with _proxy(ours, viewers, report) as (port, worker), _load(ours, port, viewers) as load:
            before = memory(worker) if worker else 0.0
            came = load.connect()
            load.ask("settle", 2)
            report.measured |= {
                "memory for a viewer": figure([(ours.memory() - empty) / viewers / KIB], "KiB"),
                "first picture": figure([came["bytes"] / viewers / KIB], "KiB"),
            }
            if worker:
                taken = (memory(worker) - before) / viewers / KIB
                report.measured["memory of the proxy for a viewer"] = figure([taken], "KiB")
            _watched(report, ours, load, worker)
    _sizes(report)


def _watched(report: Report, ours: Evening, load: Load, worker: int) -> None:
    seconds = 1.0 if report.quick else 5.0
    for _ in range(report.rounds(5)):
        server, proxy = ours.cpu(), cpu(worker) if worker else 0.0
        told: Told = load.ask("tap", seconds, load.connections // 10)
        told["server_s"] = ours.cpu() - server
        told["proxy_s"] = cpu(worker) - proxy if worker else 0.0
        load.ask("settle", 1)
        report.runs.append(told)
    report.conditions["load client"] = f"{load.busiest:.0%} of its core"
    runs = report.runs

    def for_each(what: str, unit: str, times: float = MICRO) -> None:
        values = (run[what] / run["messages"] * times for run in runs)
        report.measured[f"{what}, a message"] = figure(values, unit)

    for_each("server_s", "µs")
    for_each("bytes", "B", 1)
    if worker:
        for_each("proxy_s", "µs")


@contextmanager
def _proxy(ours: Evening, viewers: int, report: Report) -> Iterator[tuple[int, int]]:
    """Return the port to come to and the process of the proxy there, 0 where there is none."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        report.left_out.append("nginx is not there")
        yield ours.server.port, 0
        return
    with TemporaryDirectory(prefix="dialog-bench-") as folder:
        made = Nginx(program, Path(folder) / "nginx", [ours.server.port], as_root=True)
        file = Path(folder) / "nginx" / "conf"
        many = f"worker_connections {3 * viewers + 100}"
        told = file.read_text("utf-8").replace("worker_connections 4096", many)
        file.write_text(told.replace("daemon off;", "daemon off; worker_rlimit_nofile 20000;"))
        with made.running():
            while not (found := _children(Path(folder) / "nginx" / "pid")):
                pass
            yield made.port, found[0]


def _children(file: Path) -> list[int]:
    if not file.exists():
        return []
    command = ["pgrep", "-P", file.read_text("ascii").strip()]
    return [
        int(pid) for pid in subprocess.run(command, capture_output=True, check=False).stdout.split()
    ]


def _load(ours: Evening, port: int, viewers: int) -> Load:
    return Load(
        port, viewers, path=f"/sessions/{ours.slug}/live", origin=ours.server.base,
        tickets=ours.tickets, questions=ours.size.questions,
    )  # fmt: skip


def _sizes(report: Report) -> None:
    """Open sessions of several sizes, and look at what they take."""
    for questions, people in SIZES[:2] if report.quick else SIZES:
        say(f"m1: {questions} questions, {people} people")
        with TemporaryDirectory(prefix="dialog-bench-") as folder:
            made = Evening(Path(folder), Size(questions, people))
            made.start()
            found = made.memory() / MIB
            made.server.stop()
            disk = sum(f.stat().st_size for f in (made.folder / "data").rglob("*") if f.is_file())
        report.measured |= {
            f"memory with {questions} questions": figure([found], "MiB"),
            f"disk with {questions} questions": figure([disk / MIB], "MiB"),
        }


if __name__ == "__main__":
    main("m1", GOAL, measure)
