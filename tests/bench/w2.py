"""W2: the same on PostgreSQL: one process, and three that share one session."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.bench.evening import LIMITS, Evening, Size
from tests.bench.load import Told, busy
from tests.bench.postgres import postgres
from tests.bench.rivals import Missing
from tests.bench.scenario import Report, figure, main, say

GOAL = "≥ 30,000/s with one process; three on one session ≥ 0.9 × one"
TICK_MS = 200
PROCESSES = (1, 3)
OUTSTANDING = (1, 4)


def measure(report: Report) -> None:
    """Measure one process and three, each on a session of its own in one cluster."""
    clients = 30 if report.quick else 500
    report.conditions |= {"clients": clients, "tick ms": TICK_MS, "limits": LIMITS}
    report.notes.append(
        "All our processes share core 0 and all clients core 1; PostgreSQL runs where there is "
        "room. Clients are dealt out evenly, every process has a third of them."
    )
    try:
        with ExitStack() as running:
            url = running.enter_context(postgres())
            found = {count: _rounds(report, url, count, clients) for count in PROCESSES}
    except Missing as missing:
        report.left_out.append(f"Left out: {missing}")
        return
    _figures(report, found)


@contextmanager
def several(url: str, count: int, people: int) -> Iterator[list[Evening]]:
    """Run ``count`` servers of one session on one database."""
    with TemporaryDirectory(prefix="dialog-bench-") as name, ExitStack() as running:
        first = Evening(Path(name), Size(people=people), url=url, tick_ms=TICK_MS)
        made = [first, *(first.beside(number) for number in range(1, count))]
        for one in made:
            one.start()
            running.callback(one.server.stop)
        yield made


class Together:
    """The load clients of several servers, which all do the same at the same time."""

    def __init__(self, ours: list[Evening], clients: int, running: ExitStack) -> None:
        """Connect every server's part of the clients."""
        self.each = clients // len(ours)
        self.loads = [
            running.enter_context(one.load(self.each, skip=place * self.each))
            for place, one in enumerate(ours)
        ]
        self._threads = running.enter_context(ThreadPoolExecutor(len(ours)))
        for load in self.loads:
            load.connect()

    def ask(self, *command: object) -> list[Told]:
        """Give all of them one command, and return what each counted."""
        return list(self._threads.map(lambda load: load.ask(*command), self.loads))


def _rounds(report: Report, url: str, count: int, clients: int) -> dict[int, list[Told]]:
    """Measure several times how much ``count`` processes take in, and check what was stored."""
    times = report.rounds(4)
    found: dict[int, list[Told]] = {outstanding: [] for outstanding in OUTSTANDING}
    with _database(url, f"bench{count}") as own, several(own, count, clients) as ours:
        with ExitStack() as running:
            together = Together(ours, clients, running)
            for number in range(times):
                say(f"w2: {count} processes, round {number + 1} of {times}")
                for outstanding in OUTSTANDING:
                    told = _loop(report, ours, together, outstanding)
                    report.runs.append(told | {"processes": count, "outstanding": outstanding})
                    found[outstanding].append(told)
            left = sum(told["outstanding"] for told in together.ask("settle", 10))
            busiest = sum(load.busiest for load in together.loads)
        stored = ours[0].stored()
    report.conditions[f"load clients of {count}"] = f"{busiest:.0%} of their core at most"
    report.notes += busy(busiest)
    _check(report, count, [told for runs in found.values() for told in runs], left, stored)
    return found


def _loop(report: Report, ours: list[Evening], together: Together, outstanding: int) -> Told:
    """Keep so many upvotes outstanding for each client, and add all clients up."""
    seconds = 1.0 if report.quick else 4.0
    warm = together.ask("loop", seconds / 4, outstanding, together.each)
    together.ask("settle", 5)
    before = sum(one.cpu() for one in ours)
    parts = together.ask("loop", seconds, outstanding, together.each)
    cpu = sum(one.cpu() for one in ours) - before
    rest = together.ask("settle", 10)
    given = sum(part["given"] for part in warm + parts)
    refused = sum(part["refused"] for part in warm + parts + rest)
    return _joined(parts, cpu) | {"given in all": given, "refused in all": refused}


def _check(report: Report, count: int, runs: list[Told], left: int, stored: int) -> None:
    """Compare what was given with what lies in the database: each upvote once, none more."""
    given = sum(run["given in all"] for run in runs)
    refused = sum(run["refused in all"] for run in runs)
    counted = {"given": given, "refused": refused, "in the journal": stored}
    report.conditions[f"stored by {count}"] = counted
    report.measured[f"{count} processes: refused"] = figure([refused], "", most=0)
    if left or stored > given or (not refused and stored != given):
        raise RuntimeError(f"{counted}, {left} without an answer")


@contextmanager
def _database(url: str, name: str) -> Iterator[str]:
    """Make a database in the cluster, and give its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield url.replace("/postgres?", f"/{name}?")


def _joined(parts: list[Told], cpu: float) -> Told:
    """Return several clients' counts as one; of times the worst."""
    done = sum(part["done"] / part["seconds"] for part in parts)
    worst = {share: max(part["answer_ms"][share] for part in parts) for share in ("p50", "p99")}
    counts = {name: sum(part[name] for part in parts) for name in ("done", "given", "refused")}
    return {"rate": done, "cpu": cpu, "answer_ms": worst, **counts}


def _figures(report: Report, found: dict[int, dict[int, list[Told]]]) -> None:
    for count, rounds in found.items():
        for outstanding, told in rounds.items():
            name = f"{count} processes, {outstanding} outstanding"
            least = 30_000 if count == 1 else None
            report.measured[name] = figure((one["rate"] for one in told), "/s", least=least)
            p99 = [one["answer_ms"]["p99"] for one in told]
            report.measured[f"{name}, p99"] = figure(p99, "ms")
            costs = [one["cpu"] / max(one["done"], 1) * 1e6 for one in told]
            report.measured[f"{name}, CPU"] = figure(costs, "µs/upvote")
    for outstanding in OUTSTANDING:
        pairs = zip(found[3][outstanding], found[1][outstanding], strict=True)
        ratios = [three["rate"] / max(one["rate"], 1) for three, one in pairs]
        report.measured[f"three ÷ one, {outstanding} outstanding"] = figure(ratios, "×", least=0.9)


if __name__ == "__main__":
    main("w2", GOAL, measure)
