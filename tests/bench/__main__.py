"""``python -m tests.bench [names] [--quick] [--keep] [--profile] [--out DIR]``: one table each.

Every scenario runs as a process of its own, one after the other. Its report is written into the
folder and compared with the one kept in the repository, where both were measured in the same sizes.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import profiled
from tests.bench.scenario import PROFILES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = HERE / "figures"
SCENARIOS = (
    "f1",
    "f2",
    "f3",
    "f4",
    "w1",
    "w2",
    "p1",
    "a1",
    "s1",
    "search",
    "g1",
    "m1",
    "replay",
    "client",
    "triage",
)
LONGEST_S = 600

Found = dict[str, Any]


def there() -> list[str]:
    """Return the scenarios that this tree has, in the order in which they run."""
    return [name for name in SCENARIOS if (HERE / f"{name}.py").exists()]


def run(name: str, *, quick: bool, profiles: Path | None = None) -> Found | None:
    """Run one scenario and return its report; one that fails ends none of the others."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *(["--quick"] if quick else [])]
    told = dict(os.environ) | ({PROFILES: str(profiles)} if profiles else {})
    # A session of its own: whatever it started ends with it, also when it hangs.
    begun = subprocess.Popen(
        command, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        output, _ = begun.communicate(timeout=LONGEST_S)
    except BaseException as error:
        os.killpg(begun.pid, signal.SIGTERM)
        begun.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        print(f"{name} took more than {LONGEST_S} s", file=sys.stderr)
        return None
    if begun.returncode:
        print(f"{name} failed: {begun.returncode}", file=sys.stderr)
        return None
    return dict(json.loads(output))


def kept(name: str, *, quick: bool) -> Found:
    """Return the figures that the repository keeps of a scenario, by name."""
    file = KEPT / f"{name}.json"
    if not file.exists():
        return {}
    told = json.loads(file.read_text("utf-8"))
    return dict(told["measured"]) if told["quick"] == quick else {}


def against(now: Found, before: Found | None) -> str:
    """Say how a figure stands to the kept one, and whether that is more than their spread."""
    if not before or not before["median"]:
        return "–"
    ratio = now["median"] / before["median"]
    apart = now["low"] > before["high"] or now["high"] < before["low"]
    return f"{ratio:.2f} ×{' beyond the spread' if apart else ''}"


def goal(found: Found) -> str:
    """Say what a figure should be, and whether it is."""
    wanted = [f"≤ {found['most']:g}"] if found["most"] is not None else []
    wanted += [f"≥ {found['least']:g}"] if found["least"] is not None else []
    met = {True: " ✓", False: " ✗", None: ""}[found["met"]]
    return f"{' '.join(wanted)}{met}"


def profile(name: str, options: argparse.Namespace) -> int:
    """Run a scenario with our server under a profiler, and write where its time goes."""
    with TemporaryDirectory(prefix="dialog-bench-") as folder:
        report = run(name, quick=options.quick, profiles=Path(folder))
        told = [profiled.told(file) for file in sorted(Path(folder).glob("*.pstats"))]
    file = options.out / f"{name}.profile.txt"
    file.write_text("\n".join(told) or "No server of ours ran.\n", "utf-8")
    print(f"{name}: {file}")
    return int(report is None)


def show(report: Found, before: Found, console: Console) -> None:
    """Print a scenario's figures beside their goals and the kept ones."""
    title = f"{report['scenario']} – {report['goal']}"
    table = Table("figure", "median", "spread", "goal", "to the kept one", title=title)
    for name, found in report["measured"].items():
        spread = f"{found['low']:.4g} – {found['high']:.4g}"
        median = f"{found['median']:.4g} {found['unit']}"
        table.add_row(name, median, spread, goal(found), against(found, before.get(name)))
    console.print(table)
    told = report["conditions"]
    clients = [f"{name}: {told[name]}" for name in told if name.startswith("load client")]
    limits = [told["limits"]] if "limits" in told else []
    for line in (*report["notes"], *limits, *clients, *report["left_out"]):
        console.print(f"  {line}", highlight=False)


def main() -> int:
    """Run what was named, or all; return 1 where a scenario failed, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", choices=[[], *there()], default=[], metavar="scenario")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it still run?")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep these figures in the repository (in full size only)",
    )
    parser.add_argument("--profile", action="store_true", help="where our time goes; no figures")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if sys.stdout.isatty() else 140)
    failed = False
    if options.profile:
        return max(profile(name, options) for name in options.names or there())
    for name in options.names or there():
        report = run(name, quick=options.quick)
        failed = failed or report is None
        if report is None:
            continue
        show(report, kept(name, quick=options.quick), console)
        told = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        (options.out / f"{name}.json").write_text(told, "utf-8")
        if options.keep and not options.quick:
            (KEPT / f"{name}.json").write_text(told, "utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
