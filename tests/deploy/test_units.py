"""The units of ``deploy/``: systemd takes them, and what they start starts with their settings."""

import configparser
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialog.settings import Settings
from tests.live.programme import declare
from tests.live.server import Server, free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = ("dialog.service", "dialog-daily.service", "dialog-daily.timer")
COMMAND = "/opt/dialog/bin/dialog"
# The program of this checkout, whichever one the environment was made for.
OURS = {"PYTHONPATH": str(DEPLOY.parent)}
MOST_EXPOSED = "25"  # of a hundred


@pytest.fixture(scope="module")
def program() -> str:
    """The command as it is installed beside this interpreter."""
    return str(Path(sys.executable).parent / "dialog")


def unit(name: str) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((DEPLOY / name).read_text("utf-8"))
    return read


def environment(folder: Path) -> dict[str, str]:
    """Return what deploy/dialog.env says, as systemd reads it, at places of this machine."""
    told = (DEPLOY / "dialog.env").read_text("utf-8").replace("/var/lib/dialog", str(folder))
    lines = [line for line in told.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_systemd_takes_the_units(tmp_path: Path, program: str, systemd_analyze: str) -> None:
    for name in UNITS:
        told = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(told.replace(COMMAND, program), "utf-8")
    files = [str(tmp_path / name) for name in UNITS]
    done = subprocess.run(
        [systemd_analyze, "verify", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / UNITS[0]).write_text("[Service]\nExecStart=nirgends\nUnsinn=1\n", "utf-8")
    wrong = subprocess.run(
        [systemd_analyze, "verify", files[0]], capture_output=True, text=True, check=False
    )
    assert wrong.stderr  # it does look


def test_the_server_s_unit_is_closed_in(tmp_path: Path, program: str, systemd_analyze: str) -> None:
    told = (DEPLOY / UNITS[0]).read_text("utf-8").replace(COMMAND, program)
    (tmp_path / UNITS[0]).write_text(told, "utf-8")
    exposed = [systemd_analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    done = subprocess.run(
        [*exposed, str(tmp_path / UNITS[0])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_what_the_units_start_starts(tmp_path: Path, program: str) -> None:
    slug = declare(tmp_path / "sessions", "dienst")
    server = Server(tmp_path, {"open": slug})
    settings = environment(tmp_path)
    assert Settings().port == 8000
    assert Path(settings["DIALOG_DATA"]) == tmp_path / "data"
    settings["DIALOG_PORT"] = str(server.port)
    settings["DIALOG_METRICS_PORT"] = str(free_port())
    server.environment = settings
    server.migrate()
    starts = shlex.split(unit("dialog.service")["Service"]["ExecStart"])
    with server.log.open("ab") as log:
        server._process = subprocess.Popen(
            [program if word == COMMAND else word for word in starts],
            env=dict(os.environ) | settings | OURS, cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
    server.await_ready()
    (tmp_path / "backups").mkdir()
    text = (DEPLOY / "dialog-daily.service").read_text("utf-8")
    daily = [line.removeprefix("ExecStart=").lstrip("-") for line in text.splitlines() if
             line.startswith("ExecStart=")]  # fmt: skip
    assert len(daily) == 2
    for line in daily:
        words = shlex.split(
            line.replace("/var/lib/dialog", str(tmp_path)).replace(COMMAND, program)
        )
        done = subprocess.run(
            words,
            env=dict(os.environ) | settings | OURS,
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "backups").iterdir())) == 1
    server.stop()
    server.check_log()


def test_the_grace_of_the_unit_is_longer_than_the_drain() -> None:
    service = unit("dialog.service")["Service"]
    assert int(service["TimeoutStopSec"].rstrip("s")) > Settings().drain_seconds + 5
    assert int(service["LimitNOFILE"]) > Settings().connections + 1_000


def test_every_setting_of_the_example_is_one() -> None:
    told = (DEPLOY / "dialog.env").read_text("utf-8")
    named = {
        line.lstrip("#").partition("=")[0] for line in told.splitlines() if "DIALOG_" in line[:8]
    }
    assert len(named) > 8
    assert {name.removeprefix("DIALOG_").lower() for name in named} <= set(Settings.model_fields)


def test_the_rules_of_prometheus_are_taken(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        return  # the expressions' names are checked in tests/monitoring
    done = subprocess.run(
        [promtool, "check", "rules", str(DEPLOY / "alerts.yml")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
