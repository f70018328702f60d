"""The benchmarks still run, and what they count adds up. How fast anything is, no test says."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.bench import g1, triage
from tests.bench.__main__ import ROOT, against, there
from tests.bench.machine import cpu
from tests.bench.scenario import Report, figure

NO_PROC = "The benchmarks read what a process takes from Linux's /proc; there is none here."


@pytest.fixture(scope="module")
def reports(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What F1, W1, S1 and Search come to in small, run as `make bench` runs them."""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip(NO_PROC)
    out = tmp_path_factory.mktemp("bench")
    names = ["f1", "w1", "s1", "search"]
    command = [sys.executable, "-m", "tests.bench", *names, "--quick", "--out", str(out)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: json.loads((out / f"{name}.json").read_text("utf-8")) for name in names}


def test_a_report_is_complete(reports):
    for name, report in reports.items():
        assert report["scenario"] == name
        assert report["goal"]
        assert report["quick"] is True
        assert {"cores", "python", "load", "versions"} <= report["conditions"].keys()
        assert report["runs"]
        for told, found in report["measured"].items():
            assert found["low"] <= found["median"] <= found["high"], told
            assert found["met"] is None, "small sizes meet no goals"


def test_every_viewer_gets_every_message(reports):
    for run in reports["f1"]["runs"]:
        assert run["ticks"] > 0, run
        assert run["whole_ticks"] >= run["ticks"] - 2, run  # the first and the last may be cut
        assert (run["gaps"], run["lost"], run["refused"]) == (0, 0, 0), run


def test_every_upvote_that_was_given_is_stored_once(reports):
    stored = reports["w1"]["conditions"]["stored"]
    assert stored["refused"] == 0
    assert stored["given"] == stored["in the journal"] > 0
    ours = [run for run in reports["w1"]["runs"] if run["who"] == "ours"]
    assert all(run["done"] for run in ours)
    assert stored["given"] == sum(run["given in all"] for run in ours)


async def test_every_tick_of_a_growing_evening_is_measured():
    report = Report("g1", g1.GOAL, quick=True)
    await g1._questions(report, 100)
    opened, ticked = report.runs
    assert opened["questions"] == ticked["questions"] == 100
    assert len(ticked["ticks ms"]) >= 5
    assert ticked["bytes a tick"] > 3 * 100 * len('{"number":1,"upvotes":1}')


def test_cpu_time_counts_threads_and_children_that_have_ended():
    code = "sum(i * i for i in range(2_000_000))"
    before = cpu(os.getpid())
    thread = threading.Thread(target=lambda: sum(i * i for i in range(2_000_000)))
    thread.start()
    thread.join()
    alone = cpu(os.getpid())
    assert alone > before
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cpu(os.getpid()) > alone + 0.01


@pytest.mark.browser
def test_the_triage_leaves_nothing_behind(tmp_path: Path, chromium_path: str) -> None:
    command = [sys.executable, "-m", "tests.bench", "triage", "--quick", "--out", str(tmp_path)]
    told = os.environ | {"CHROMIUM": chromium_path}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False, env=told
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "triage.json").read_text("utf-8"))
    kinds = Counter(run["kind"] for run in report["runs"])
    mix = triage.MIX
    approved = mix["approve"] + mix["edit"] + mix["group"]
    assert kinds == Counter(mix | {"approve": approved})
    assert report["conditions"]["questions"] == {"asked": 40, "still waiting": 0}


def test_every_scenario_has_its_goal_and_is_run():
    for name in there():
        assert "GOAL = " in (ROOT / "tests" / "bench" / f"{name}.py").read_text("utf-8"), name
    assert {"f1", "f2", "f3", "f4", "w1", "w2", "p1", "s1", "search", "g1"} <= set(there())


def test_kept_figures_are_of_scenarios_in_full_size():
    for file in (ROOT / "tests" / "bench" / "figures").glob("*.json"):
        told = json.loads(file.read_text("utf-8"))
        assert told["scenario"] == file.stem
        assert told["quick"] is False


def test_a_figure_is_compared_with_the_spread_of_both():
    kept = {"median": 10.0, "low": 9.0, "high": 11.0}
    assert against({"median": 10.5, "low": 10.0, "high": 11.5}, kept) == "1.05 ×"
    slower = against({"median": 12.0, "low": 11.5, "high": 13.0}, kept)
    assert slower == "1.20 × beyond the spread"
    assert against({"median": 12.0, "low": 11.5, "high": 13.0}, None) == "–"


def test_a_goal_is_met_by_the_median():
    assert figure([1, 2, 9], "ms", most=2).met is True
    assert figure([1, 2, 9], "/s", least=3).met is False
    assert figure([1, 2, 9], "ms").met is None


def test_small_sizes_meet_no_goals():
    report = Report("s1", "a goal", quick=True, measured={"one": figure([1], "ms", most=2)})
    assert json.loads(report.json())["measured"]["one"]["met"] is None
