"""F1: one change to every screen. CPU of a delivered message, beside floor and peers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.bench.evening import LIMITS, Evening, Size, evening
from tests.bench.load import Load, Told, busy
from tests.bench.machine import cpu
from tests.bench.rivals import IN_PYTHON, Missing, rival
from tests.bench.scenario import Report, figure, main, say

GOAL = "≤ 1.20 × floor CPU per message at 5 ticks/s, ahead of nchan, ≥ 50 × channels on daphne"
TICK_MS = 200
UPVOTES = 500
STAMP = b'{"at":' + b"0" * 20
DJANGO = "daphne + channels"
OURS, FLOOR, NCHAN = "ours", "floor", "nchan"
SMALL_QUESTIONS = 18  # as many changed counts as make a frame of some 600 bytes


@dataclass
class Contender:
    """A server with its viewers connected."""

    name: str
    pid: int
    load: Load
    command: tuple[object, ...]
    begin: Callable[[], None] = field(default=lambda: None)
    end: Callable[[], None] = field(default=lambda: None)

    def run(self, seconds: float) -> Told:
        """Deliver for some seconds, and return the CPU of a delivered message in µs."""
        self.begin()
        self.load.ask(self.command[0], min(0.4, seconds / 4), *self.command[1:])
        before = cpu(self.pid)
        told = self.load.ask(self.command[0], seconds, *self.command[1:])
        took = cpu(self.pid) - before
        self.end()
        self.load.ask("settle", 3 if self.name == OURS else 0.2)
        messages = told["deltas"] or told["messages"]
        return told | {
            "contender": self.name,
            "viewers": self.load.connections,
            "cpu": took,
            "delivered": messages,
            "µs": took / max(messages, 1) * 1e6,
        }


def measure(report: Report) -> None:
    """Measure the sizes one after the other, everyone of one size in turn."""
    sizes = (200,) if report.quick else (5_000, 10_000)
    peers = [NCHAN, *IN_PYTHON]
    report.conditions |= {"tick ms": TICK_MS, "upvotes per second": UPVOTES, "limits": LIMITS}
    report.notes.append(
        f"Ours sends real deltas of {UPVOTES} upvotes a second, given at once for each tick; “net” "
        "is what a message costs beyond those to a hundred viewers, “whole” everything by all "
        "messages. Peers send the same bytes ready."
    )
    for size in sizes:
        _size(report, size, peers if size == sizes[0] else [NCHAN])


def _size(report: Report, viewers: int, peers: list[str]) -> None:
    seconds, rounds = 0.5 if report.quick else 3.0, report.rounds(5)
    with TemporaryDirectory(prefix="dialog-bench-") as name, ExitStack() as running:
        folder = Path(name)
        ours = running.enter_context(evening(Size(people=viewers), tick_ms=TICK_MS))
        base = _base(ours, seconds)
        contenders = [_ours(ours, viewers, running)]
        frame = folder / "frame"
        _save(contenders[0].load, frame)
        for peer in (FLOOR, *peers):
            seats = min(viewers, 1_000) if peer == DJANGO else viewers
            say(f"f1: {peer}, {seats} viewers")
            try:
                made = running.enter_context(_rival(peer, folder, frame, seats))
            except Missing as missing:
                report.left_out.append(f"Left out: {missing}")
            else:
                contenders.append(made)
        report.conditions[f"frame bytes at {viewers}"] = frame.stat().st_size
        _rounds(report, contenders, base, seconds, rounds, f"{viewers}")
        if viewers >= 10_000:
            return
        small = folder / "small"
        contenders[0].load.ask("questions", SMALL_QUESTIONS)
        contenders[0].run(seconds)
        _save(contenders[0].load, small)
        (folder / FLOOR).rename(folder / "floor-large")
        floor = running.enter_context(_rival(FLOOR, folder, small, viewers))
        report.conditions["small frame bytes"] = small.stat().st_size
        _rounds(report, [contenders[0], floor], base, seconds, rounds, f"{viewers} small")


def _ours(ours: Evening, viewers: int, running: ExitStack) -> Contender:
    load = running.enter_context(ours.load(viewers))
    say(f"f1: ours, {viewers} viewers: {load.connect()['seconds']:.1f} s to connect")
    return Contender(OURS, ours.pid, load, ("tap", UPVOTES, TICK_MS))


class Few(NamedTuple):
    """What the same upvotes cost before few viewers: CPU and delivered messages, in a second."""

    cpu: float
    delivered: float


def _base(ours: Evening, seconds: float) -> Few:
    """Measure before as many viewers as tap in a tick, for each of them is told of its own."""
    with ours.load(min(ours.size.people, UPVOTES * TICK_MS // 1000)) as load:
        load.connect()
        load.ask("tap", 0.5, UPVOTES, TICK_MS)
        before = ours.cpu()
        told = load.ask("tap", seconds * 2, UPVOTES, TICK_MS)
        spent = ours.cpu() - before
        return Few(spent / told["seconds"], told["deltas"] / told["seconds"])


def _save(load: Load, frame: Path) -> None:
    """Keep the last delta as the frame that all others send, with room for their stamp."""
    load.ask("tap", 1.0, UPVOTES, TICK_MS)
    load.ask("save", frame)
    delta = frame.read_bytes()
    frame.write_bytes(STAMP + delta[len(STAMP) :])


@contextmanager
def _rival(name: str, folder: Path, frame: Path, viewers: int) -> Iterator[Contender]:
    with rival(name, folder, frame, TICK_MS) as made, Load(made.port, viewers) as load:
        load.connect(50)
        yield Contender(name, made.pid, load, ("watch",), made.begin, made.end)


def _rounds(
    report: Report,
    contenders: list[Contender],
    base: Few,
    seconds: float,
    rounds: int,
    label: str,
) -> None:
    """Let everyone deliver in turn, several times, and compare within each round."""
    costs: dict[str, list[float]] = {one.name: [] for one in contenders}
    latest: dict[str, list[float]] = {one.name: [] for one in contenders}
    whole: list[float] = []
    for number in range(rounds):
        say(f"f1: {label} viewers, round {number + 1} of {rounds}")
        for one in contenders:
            told = one.run(seconds)
            report.runs.append(told | {"label": label})
            net = told["µs"]
            if one.name == OURS:
                whole.append(told["µs"])
                more = told["delivered"] - base.delivered * told["seconds"]
                net = (told["cpu"] - base.cpu * told["seconds"]) / max(more, 1) * 1e6
            costs[one.name].append(net)
            latest[one.name].append(told["spread_ms"]["p99"])
    busiest = max(one.load.busiest for one in contenders)
    report.conditions[f"load client at {label}"] = f"{busiest:.0%} of its core at most"
    report.notes += busy(busiest)
    _figures(report, costs, whole, label)
    report.measured[f"{label}: first to last screen p99"] = figure(latest[OURS], "ms")


def _figures(report: Report, costs: dict[str, list[float]], whole: list[float], label: str) -> None:
    def ratio(one: str, other: str) -> list[float]:
        return [a / b for a, b in zip(costs[one], costs[other], strict=True)]

    for name, found in costs.items():
        told = "ours, net" if name == OURS else name
        report.measured[f"{label}: {told}"] = figure(found, "µs/message")
    report.measured[f"{label}: ours, whole"] = figure(whole, "µs/message")
    report.measured[f"{label}: ours ÷ floor"] = figure(ratio(OURS, FLOOR), "×", most=1.2)
    for name in costs.keys() - {OURS, FLOOR}:
        least = {NCHAN: 1.0, DJANGO: 50.0}.get(name)
        report.measured[f"{label}: {name} ÷ ours"] = figure(ratio(name, OURS), "×", least=least)


if __name__ == "__main__":
    main("f1", GOAL, measure)
