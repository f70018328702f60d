"""F2: from a tap to every screen, while 5,000 look on and 2,000 tap each second."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.evening import LIMITS, Size, evening
from tests.bench.load import Load, Told, busy
from tests.bench.machine import cpu
from tests.bench.rivals import Rival, rival
from tests.bench.scenario import Report, figure, main, say

GOAL = "screens p99 ≤ tick + 60 ms, answers p99 ≤ 25 ms, ≤ 50 % of the core (≤ 75 % at 100 ms)"
SHARE = {200: 50.0, 100: 75.0}
STAMP = b'{"at":' + b"0" * 20


def measure(report: Report) -> None:
    """Measure both ticks, ours and the floor's fan-out in turn."""
    viewers, upvotes = (60, 100) if report.quick else (5_000, 2_000)
    report.conditions |= {"viewers": viewers, "upvotes per second": upvotes, "limits": LIMITS}
    report.notes.append(
        "Who taps also watches, so each upvote is told to its person as well. The floor only sends "
        "the same frame at the same ticks: it takes in no upvote."
    )
    for tick_ms in SHARE:
        _tick(report, viewers, upvotes, tick_ms)


def _tick(report: Report, viewers: int, upvotes: int, tick_ms: int) -> None:
    seconds, rounds = 1.0 if report.quick else 6.0, report.rounds(5)
    found: list[Told] = []
    floors: list[float] = []
    with evening(Size(people=viewers), tick_ms=tick_ms) as ours, ours.load(viewers) as load:
        came = load.connect()
        say(f"f2: {viewers} viewers in {came['seconds']:.1f} s, ticks of {tick_ms} ms")
        load.ask("tap", 1.0, upvotes)
        with _floor(load, viewers, tick_ms) as (floor, watching):
            for number in range(rounds):
                say(f"f2: {tick_ms} ms, round {number + 1} of {rounds}")
                before = ours.cpu()
                told = load.ask("tap", seconds, upvotes)
                told["share"] = (ours.cpu() - before) / told["seconds"] * 100
                load.ask("settle", 3)
                found.append(told)
                floors.append(_share(floor, watching, seconds))
        report.runs += [told | {"tick_ms": tick_ms} for told in found]
        report.conditions[f"load client at {tick_ms} ms"] = f"{load.busiest:.0%} of its core"
        report.notes += busy(load.busiest)
    _figures(report, found, floors, tick_ms)


@contextmanager
def _floor(load: Load, viewers: int, tick_ms: int) -> Iterator[tuple[Rival, Load]]:
    with TemporaryDirectory(prefix="dialog-bench-") as folder:
        frame = Path(folder) / "frame"
        load.ask("save", frame)
        frame.write_bytes(STAMP + frame.read_bytes()[len(STAMP) :])
        with (
            rival("floor", Path(folder), frame, tick_ms) as floor,
            Load(floor.port, viewers) as watching,
        ):
            watching.connect()
            yield floor, watching


def _share(floor: Rival, watching: Load, seconds: float) -> float:
    """Return how much of its core the floor takes, in percent."""
    floor.begin()
    watching.ask("watch", 0.3)
    before = cpu(floor.pid)
    told = watching.ask("watch", seconds)
    took = cpu(floor.pid) - before
    floor.end()
    watching.ask("settle", 0.3)
    return float(took / told["seconds"] * 100)


def _figures(report: Report, found: list[Told], floors: list[float], tick_ms: int) -> None:
    def over(name: str, share: str) -> list[float]:
        return [told[name][share] for told in found]

    at = f"{tick_ms} ms: "
    shares = [told["share"] for told in found]
    report.measured |= {
        f"{at}share of the core": figure(shares, "%", most=SHARE[tick_ms]),
        f"{at}floor's share": figure(floors, "%"),
        f"{at}ours ÷ floor": figure((a / b for a, b in zip(shares, floors, strict=True)), "×"),
        f"{at}answer p50": figure(over("answer_ms", "p50"), "ms"),
        f"{at}answer p99": figure(over("answer_ms", "p99"), "ms", most=25),
        f"{at}screens p50": figure(over("screen_ms", "p50"), "ms"),
        f"{at}screens p99": figure(over("screen_ms", "p99"), "ms", most=tick_ms + 60),
        f"{at}answered": figure((t["done"] / t["seconds"] for t in found), "/s"),
        f"{at}refused": figure((t["refused"] for t in found), "", most=0),
    }


if __name__ == "__main__":
    main("f2", GOAL, measure)
