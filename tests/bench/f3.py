"""F3: everyone comes back after a restart of the server, as fast as they can."""

from tests.bench.evening import LIMITS, Size, evening
from tests.bench.scenario import Report, figure, main, say

GOAL = "5,000 resume after a restart: all live ≤ 3 s at full speed; ≤ 26 KiB per viewer"
HANDS = 1_000


def measure(report: Report) -> None:
    """Stop the server in good order and start it again, several times."""
    viewers, rounds = 60 if report.quick else 5_000, report.rounds(5)
    sizes: list[float] = []
    report.conditions |= {"viewers": viewers, "at once": HANDS, "limits": LIMITS}
    report.notes.append(
        "Half of them have everything and get nothing more, half come with an old number and get "
        "a delta. Clients of ours come back over some seconds; these come at once."
    )
    with evening(Size(people=viewers)) as ours, ours.load(viewers) as load:
        empty = ours.memory()
        first = load.connect(HANDS)
        say(f"f3: {viewers} came in {first['seconds']:.1f} s")
        sizes.append((ours.memory() - empty) / viewers / 1024)
        for number in range(rounds):
            load.ask("tap", 1.0, 500)
            load.ask("settle", 5)
            ours.server.terminate()
            lost = load.ask("lost", 20)
            ours.server.wait(30)
            ours.start()
            empty, before = ours.memory(), ours.cpu()
            back = load.ask("resume", HANDS, 2)
            took = ours.cpu() - before
            sizes.append((ours.memory() - empty) / viewers / 1024)
            say(f"f3: round {number + 1} of {rounds}: {back['live']} in {back['seconds']:.1f} s")
            report.runs.append(back | {"cpu": took, "lost": lost["lost"]})
        report.conditions["load client"] = f"{report.runs[-1]['client share']:.0%} of its core"
    runs = report.runs
    report.measured |= {
        "came back": figure((run["live"] for run in runs), "", least=viewers),
        "all live": figure((run["seconds"] for run in runs), "s", most=3),
        "one live p99": figure((run["live_ms"]["p99"] for run in runs), "ms"),
        "CPU for one": figure((run["cpu"] / viewers * 1000 for run in runs), "ms"),
        "memory for a viewer": figure(sizes, "KiB", most=26),
    }


if __name__ == "__main__":
    main("f3", GOAL, measure)
