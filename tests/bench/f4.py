"""F4: five thousand look on and nothing happens."""

from tests.bench.evening import LIMITS, Size, evening
from tests.bench.scenario import Report, figure, main, say

GOAL = "5,000 idle viewers: ≤ 2 % of the core"
BEAT_S = 15


def measure(report: Report) -> None:
    """Watch over several heartbeats; each part begins at another place between two."""
    viewers, seconds = (60, 2.0) if report.quick else (5_000, 2.0 * BEAT_S)
    report.conditions |= {"viewers": viewers, "heartbeat s": BEAT_S, "limits": LIMITS}
    with evening(Size(people=viewers)) as ours, ours.load(viewers) as load:
        load.connect()
        load.ask("settle", 2)
        rounds = report.rounds(3)
        for number in range(rounds):
            say(f"f4: {seconds:.0f} s, {number + 1} of {rounds}")
            before = ours.cpu()
            told = load.ask("watch", seconds)
            told["share"] = (ours.cpu() - before) / told["seconds"] * 100
            report.runs.append(told)
        report.conditions["load client"] = f"{load.busiest:.0%} of its core"
    runs = report.runs
    report.measured |= {
        "share of the core": figure((run["share"] for run in runs), "%", most=2),
        "heartbeats": figure((run["heartbeats"] / viewers for run in runs), "for each"),
        "pings": figure((run["pings"] / viewers for run in runs), "for each"),
        "lost": figure((run["lost"] for run in runs), "", most=0),
    }


if __name__ == "__main__":
    main("f4", GOAL, measure)
