"""What docs/operations.md says of backup, restore, upgrade and the way back, done line by line.

The program of now is the one of before; the one of after is the same with one migration more. The
service manager is played by this test: it starts and stops the command of the unit.
"""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from dialog.store.migrate import _connection, config, downgrade
from tests.live.client import Browser
from tests.live.programme import declare
from tests.live.server import ROOT, Server

MANUAL = ROOT / "docs" / "operations.md"
LATER = '''"""One table more."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {before!r}, None, None


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("later")
'''
PIP = "/opt/dialog/bin/pip install"


def blocks() -> dict[str, list[str]]:
    """Return the commands of each chapter that has some to be done."""
    chapters = re.split(r"^## (.+)$", MANUAL.read_text("utf-8"), flags=re.MULTILINE)
    pairs = zip(chapters[1::2], chapters[2::2], strict=True)
    found = {
        name: re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        for name, text in pairs
    }
    return {name: "".join(some).splitlines() for name, some in found.items() if some}


class Machine:
    """A machine with the program installed at places of its own, and one announced session."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, root / "var"
        for folder in (self.home / "data", self.home / "backups", root / "bin", root / "etc"):
            folder.mkdir(parents=True)
        self.slug = declare(self.home / "sessions", "angesagt", starts=timedelta(days=3))
        self.server = Installed(self.home, {"open": self.slug}, root / "opt" / "dialog")
        self.before, self.after = ROOT, self._later()
        self.install(self.before)
        lines = [f"{name}={value}" for name, value in self.server.environment.items()]
        (root / "etc" / "dialog.env").write_text("\n".join(lines) + "\n", "utf-8")
        told = (ROOT / "deploy" / "dialog.sh").read_text("utf-8")
        wrapper = root / "bin" / "dialog"
        wrapper.write_text(self.placed(told).replace("runuser -u dialog -- ", ""), "utf-8")
        wrapper.chmod(0o755)

    def _later(self) -> Path:
        """Return a copy of the program with one migration more."""
        tree = self.root / "later"
        shutil.copytree(ROOT / "dialog", tree / "dialog", ignore=shutil.ignore_patterns("*.pyc"))
        for beside in ("templates", "static"):
            (tree / beside).symlink_to(ROOT / beside)
        versions = tree / "dialog" / "store" / "migrations" / "versions"
        told = LATER.format(before=revisions(self.server.database)[0])
        (versions / "9999_later.py").write_text(told, "utf-8")
        return tree

    def install(self, tree: Path) -> None:
        """Put a program where its command is looked for."""
        command = self.root / "opt" / "dialog" / "bin" / "dialog"
        command.parent.mkdir(parents=True, exist_ok=True)
        # -P: what stands in the folder one is in is not taken for the program
        run = f'PYTHONPATH={tree} exec {sys.executable} -P -m dialog "$@"'
        command.write_text(f"#!/bin/sh\n{run}\n", "utf-8")
        command.chmod(0o755)

    def placed(self, line: str) -> str:
        line = line.replace("/opt/dialog", f"{self.root}/opt/dialog")
        line = line.replace("/var/lib/dialog", str(self.home))
        return line.replace("/etc/dialog/", f"{self.root}/etc/")

    def follow(self, chapter: str) -> str:
        """Do what a chapter says, and return what was printed."""
        said = ""
        for line in blocks()[chapter]:
            words = shlex.split(line)
            if words[:2] == ["systemctl", "stop"]:
                self.server.stop()
            elif words[:2] == ["systemctl", "start"]:
                self.server.start()
            elif words[:3] == ["python3", "-m", "venv"]:
                assert not (self.root / "opt" / "dialog").exists()
            elif line.startswith(PIP):  # tests/test_packaging.py does it with the real bundle
                self.install(self.after)
            else:
                said += self.do(line)
        return said

    def do(self, line: str) -> str:
        """Do one line as root's shell would."""
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        environment = {n: v for n, v in os.environ.items() if not n.startswith("DIALOG_")}
        done = subprocess.run(
            ["bash", "-c", self.placed(line)], env=environment | {"PATH": path},
            cwd=self.home, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, line: str) -> str:
        """Do one line that has to fail, and return its sentence."""
        with pytest.raises(AssertionError) as failed:
            self.do(line)
        return str(failed.value)


class Installed(Server):
    """A server started by the command that is installed, as the unit says."""

    def __init__(self, folder: Path, slugs: dict[str, str], installed: Path) -> None:
        super().__init__(folder, slugs)
        self.installed = installed
        self.database = f"sqlite:///{folder / 'data' / 'dialog.sqlite3'}"

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.installed / "bin" / "dialog"), "serve"],
                env=dict(os.environ) | self.environment, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip


def revisions(url: str) -> list[str]:
    """Return the revisions of this program's tables, the newest first."""
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    with _connection(url) as connection:
        scripts = ScriptDirectory.from_config(config(connection))
        return [script.revision for script in scripts.walk_revisions()]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    made.do("dialog migrate")
    made.server.start()
    yield made
    made.server.stop()
    made.server.check_log()


def asks(machine: Machine, browser: Browser, text: str) -> None:
    slug = machine.slug
    answer = browser.submit(f"/sessions/{slug}", f"/sessions/{slug}/questions", text=text)
    assert answer.status == 303, answer.text


def own(machine: Machine, browser: Browser) -> str:
    return browser.get(f"/sessions/{machine.slug}/mine").text


def test_backup_restore_upgrade_and_the_way_back(machine: Machine) -> None:
    browser = machine.server.volunteer(machine.slug)
    asks(machine, browser, "Was stand vor der Sicherung da?")
    said = machine.follow("Back up")
    assert "checked." in said
    kept = machine.do("tar -tzf /var/lib/dialog/backups/rest.tgz")
    for needed in ("data/secret", f"sessions/{machine.slug}/session.toml"):
        assert needed in kept

    asks(machine, browser, "Was kam nach der Sicherung?")
    time.sleep(1)  # a backup is named by its second
    machine.follow("Restore")
    assert "vor der Sicherung" in own(machine, browser)  # the same pass opens the same page
    assert "nach der Sicherung" not in own(machine, browser)

    # Tables of the version before, with what an announced session has gathered by then.
    machine.server.stop()
    downgrade(machine.server.database, revisions(machine.server.database)[1])
    refused = machine.refused("dialog serve")
    assert "The database is not up to date. Run: python -m dialog migrate" in refused
    machine.follow("Upgrade")
    assert "vor der Sicherung" in own(machine, browser)
    asks(machine, browser, "Was kam nach dem Wechsel?")
    assert machine.slug in machine.server.browser().get("/").text
    with closing(sqlite3.connect(machine.home / "data" / "dialog.sqlite3")) as stored:
        assert stored.execute("SELECT count(*) FROM later").fetchone() == (0,)

    # The program of before says of the database, and of a backup of it, that it does not know them.
    machine.server.stop()
    machine.do("dialog backup /var/lib/dialog/backups/later.sqlite3")
    machine.install(machine.before)
    assert "later version of this program" in machine.refused("dialog serve")
    told = machine.refused("dialog restore /var/lib/dialog/backups/later.sqlite3")
    assert "Nothing was restored." in told
    assert "later version of this program" in told
    machine.install(machine.after)

    # What was kept before the upgrade has older tables even than the program of before.
    machine.follow("The way back")
    assert "vor der Sicherung" in own(machine, browser)
    assert "nach dem Wechsel" not in own(machine, browser)
    asks(machine, browser, "Geht es danach weiter?")
    assert "Geht es danach weiter?" in own(machine, browser)
