"""docs/operations.md names what there is, and its figures are those that were measured."""

import json
import re

import pytest

from dialog.cli import main
from dialog.settings import Settings
from tests.live.server import ROOT

MANUAL = (ROOT / "docs" / "operations.md").read_text("utf-8")
MEASURED = json.loads((ROOT / "tests" / "bench" / "figures" / "m1.json").read_text("utf-8"))


def test_settings_commands_and_files_are_there() -> None:
    named = set(re.findall(r"\bDIALOG_([A-Z_]+)", MANUAL))
    assert named
    known = {*Settings.model_fields, "rehearsal_token"}  # that one is the command's alone
    assert {name.lower() for name in named} <= known
    commands = set(re.findall(r"(?:^|[\"`])dialog ([a-z]+)\b", MANUAL, re.MULTILINE))
    assert {"backup", "restore", "migrate", "doctor"} <= commands <= set(main.commands)
    files = set(re.findall(r"deploy/[a-z.-]+", MANUAL))
    assert len(files) > 5
    assert [file for file in files if not (ROOT / file.rstrip(".")).exists()] == []


@pytest.mark.parametrize(
    "name, shown",
    [
        ("server_s, a message", "{:.1f} µs"),
        ("proxy_s, a message", "{:.1f} µs"),
        ("memory for a viewer", "{:.1f} KiB"),
        ("memory of the proxy for a viewer", "{:.1f} KiB"),
        ("first picture", "{:.0f} KiB"),
        ("bytes, a message", "{:,.0f} B"),
        ("disk with 200 questions", " {:.2f} "),
        ("disk with 2000 questions", " {:.2f} MiB"),
        ("memory with 2000 questions", "{:.0f} MiB"),
    ],
)
def test_a_figure_is_the_one_that_was_measured(name: str, shown: str) -> None:
    assert shown.format(MEASURED["measured"][name]["median"]) in MANUAL


@pytest.mark.parametrize(
    "viewers, tick_ms", [(300, 100), (1_000, 100), (5_000, 200), (5_000, 100), (10_000, 500)]
)
def test_the_table_is_reckoned_from_them(viewers: int, tick_ms: int) -> None:
    found = {name: figure["median"] for name, figure in MEASURED["measured"].items()}
    rate = viewers * 1_000 / tick_ms
    server, proxy = (rate * found[f"{one}_s, a message"] / 1e6 for one in ("server", "proxy"))
    memory = found["server without viewers"] + viewers * found["memory for a viewer"] / 1024
    beside = viewers * found["memory of the proxy for a viewer"] / 1024
    bits = rate * found["bytes, a message"] * 8
    line = re.escape(f"| {viewers:,} | {tick_ms} ms | {server:.2f} + {proxy:.2f} | ")
    told = re.search(line + r"(\d+) \+ (\d+) MiB \| ([\d.]+) ([MG])bit/s", MANUAL)
    assert told, (viewers, tick_ms, server, proxy)
    assert float(told[1]) == pytest.approx(memory, abs=1.5)
    assert float(told[2]) == pytest.approx(beside, abs=1)
    assert float(told[3]) * {"M": 1e6, "G": 1e9}[told[4]] == pytest.approx(bits, rel=0.12)
