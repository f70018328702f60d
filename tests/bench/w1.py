"""W1: upvotes that are stored, synced and answered, through the whole path, on SQLite."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.each import each
from tests.bench.evening import LIMITS, Evening, Size, evening
from tests.bench.load import Load, Told, busy
from tests.bench.machine import cpu
from tests.bench.rivals import Missing
from tests.bench.scenario import Report, figure, main, say

GOAL = "≥ 25,000/s with one outstanding, ≥ 40,000/s with four, ≥ 15 × a commit for each"
LEAST = {1: 25_000, 4: 40_000}
PEER = "AsyncSession, a commit each"
TICK_MS = 200


def measure(report: Report) -> None:
    """Let some clients tap as fast as they are answered, ours and the usual way in turn."""
    clients = 20 if report.quick else 500
    report.conditions |= {"clients": clients, "tick ms": TICK_MS, "limits": LIMITS}
    report.notes.append("Every client also follows the session and gets its ticks.")
    with TemporaryDirectory(prefix="dialog-bench-") as folder, ExitStack() as running:
        ours = running.enter_context(evening(Size(people=clients), tick_ms=TICK_MS))
        load = running.enter_context(ours.load(clients))
        load.connect()
        usual = None
        try:
            usual = running.enter_context(each(Path(folder), clients))
        except Missing as missing:
            report.left_out.append(f"Left out: {missing}")
        found = rounds(report, ours, load, clients, usual)
        given = load.ask("settle", 10)
        ours.server.stop()
        check(report, ours, found, given)
    figures(report, found)


def rounds(
    report: Report, ours: Evening, load: Load, clients: int, usual: tuple[int, Load] | None
) -> dict[str, list[Told]]:
    """Return what each round came to, by who was asked and how many were outstanding."""
    seconds, times = 0.5 if report.quick else 4.0, report.rounds(5)
    found: dict[str, list[Told]] = {}
    for number in range(times):
        say(f"{report.scenario}: round {number + 1} of {times}")
        for outstanding in LEAST:
            asked = [("ours", ours.pid, load)]
            asked += [(PEER, *usual)] if usual else []
            for name, pid, client in asked:
                warm = client.ask("loop", seconds / 4, outstanding, clients)
                client.ask("settle", 5)
                before = cpu(pid)
                told = client.ask("loop", seconds, outstanding, clients)
                rest = client.ask("settle", 5)
                told["cpu"] = cpu(pid) - before
                told["given in all"] = warm["given"] + told["given"]
                told["left"] = rest["outstanding"]
                told["who"], told["outstanding each"] = name, outstanding
                report.runs.append(told)
                found.setdefault(f"{name}, {outstanding}", []).append(told)
    busiest = load.busiest
    report.conditions["load client"] = f"{busiest:.0%} of its core at most"
    report.notes += busy(busiest)
    return found


def check(report: Report, ours: Evening, found: dict[str, list[Told]], settled: Told) -> None:
    """Compare what was answered with what lies on the disk: each upvote once, none more."""
    runs = [run for name, told in found.items() if name.startswith("ours") for run in told]
    given = sum(run["given in all"] for run in runs)
    refused = sum(run["refused"] for run in runs)
    stored = ours.stored()
    report.conditions["stored"] = {"given": given, "refused": refused, "in the journal": stored}
    if refused or settled["outstanding"] or stored != given:
        raise RuntimeError(f"{given} given, {refused} refused, {stored} stored: {settled}")


def figures(report: Report, found: dict[str, list[Told]]) -> None:
    """Put the rates, times and ratios into the report."""
    for name, told in found.items():
        who, _, outstanding = name.rpartition(", ")
        rates = [run["done"] / run["seconds"] for run in told]
        least = LEAST[int(outstanding)] if who == "ours" else None
        at = f"{outstanding} outstanding: {who}"
        report.measured[at] = figure(rates, "/s", least=least)
        if who == "ours":
            costs = [run["cpu"] / max(run["done"], 1) * 1e6 for run in told]
            report.measured[f"{at}, CPU"] = figure(costs, "µs/upvote")
            report.measured[f"{at}, p50"] = figure((r["answer_ms"]["p50"] for r in told), "ms")
            report.measured[f"{at}, p99"] = figure((r["answer_ms"]["p99"] for r in told), "ms")
    for each_has in LEAST:
        ours, usual = found[f"ours, {each_has}"], found.get(f"{PEER}, {each_has}", [])
        if usual:
            ratios = [a["done"] / max(b["done"], 1) for a, b in zip(ours, usual, strict=True)]
            name = f"{each_has} outstanding: ours ÷ a commit each"
            report.measured[name] = figure(ratios, "×", least=15)


if __name__ == "__main__":
    main("w1", GOAL, measure)
