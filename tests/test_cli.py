"""The command line: what each command says, and how it ends."""

import asyncio
import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from dialog.cli import main
from dialog.forum import commands as c
from dialog.forum.journal import Batch, Place
from dialog.forum.names import Outcome, Phase
from dialog.secret import kept_secret
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.lock import lock
from tests.forum.evening import MARA, Evening
from tests.live.programme import declare

COMMANDS = [
    "adopt",
    "purge",
    "serve",
    "migrate",
    "check",
    "organiser",
    "invite",
    "rehearsal",
    "rehearse",
    "backup",
    "restore",
    "promises",
    "export",
    "import",
    "demo",
    "doctor",
]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    declare(tmp_path / "sessions", "probe")
    return {
        "DIALOG_DATA": str(tmp_path / "data"),
        "DIALOG_SESSIONS": str(tmp_path / "sessions"),
        "DIALOG_BASE_URL": "https://dialog.example/",
    }


def run(environment: dict[str, str], *arguments: str):
    return CliRunner().invoke(main, arguments, env=environment)


def slug(environment: dict[str, str]) -> str:
    return next(Path(environment["DIALOG_SESSIONS"]).iterdir()).name


def test_help_names_every_command_quickly() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dialog", "--help"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    for command in COMMANDS:
        assert command in done.stdout
    assert "..." not in done.stdout.partition("Commands:")[2]  # each is read whole
    for heavy in ("sqlalchemy", "starlette", "jinja2", "uvicorn"):
        assert f" {heavy}\n" not in done.stderr


def test_migrate_twice_is_migrate_once(environment) -> None:
    for _ in range(2):
        done = run(environment, "migrate")
        assert (done.exit_code, done.output) == (0, "The database is up to date.\n")


def test_check_names_every_fault(environment, tmp_path) -> None:
    assert run(environment, "check").output == "1 session, 0 faults\n"
    file = tmp_path / "sessions" / slug(environment) / "session.toml"
    file.write_text(f"colour = 'red'\n{file.read_text('utf-8')}", "utf-8")
    for arguments in ((), (str(tmp_path / "sessions"),)):
        done = run(environment, "check", *arguments)
        assert done.exit_code == 1
        assert "colour" in done.output
        assert done.output.endswith("0 sessions, 1 fault\n")
    assert "0 sessions" in run(environment, "check", str(tmp_path / "nirgends")).output


@pytest.mark.parametrize("command", ["invite", "rehearsal"])
def test_a_session_is_named_by_its_name_and_by_no_path(environment, command: str) -> None:
    run(environment, "migrate")
    options = ("--role", "scribe", "--name", "Sven") if command == "invite" else ()
    for path in (f"{slug(environment)}/", f"./{slug(environment)}", f"x/../{slug(environment)}"):
        done = run(environment, command, path, *options)
        assert (done.exit_code, "There is no session" in done.output) == (1, True)


def test_invite_prints_one_link(environment) -> None:
    run(environment, "migrate")
    done = run(environment, "invite", slug(environment), "--role", "scribe", "--name", "Sven")
    assert done.exit_code == 0
    assert done.output.startswith("https://dialog.example/enter/")
    assert len(done.output.strip().rpartition("/")[2]) >= 22


def test_organiser_prints_one_link_each_time_and_makes_one_account(environment) -> None:
    run(environment, "migrate")
    links = set()
    for name in ("Olga Organ", "Anders"):
        done = run(environment, "organiser", "Olga@Amt.example", "--name", name)
        assert done.exit_code == 0
        assert done.output.startswith("https://dialog.example/signin/")
        links.add(done.output)
    assert len(links) == 2
    with closing(sqlite3.connect(Path(environment["DIALOG_DATA"]) / "dialog.sqlite3")) as stored:
        assert stored.execute("SELECT address, name FROM accounts").fetchall() == [
            ("Olga@Amt.example", "Olga Organ")
        ]
        assert stored.execute("SELECT role FROM offices").fetchall() == [("organiser",)]


@pytest.mark.parametrize("given", [("niemand", "--name", "A"), ("a@b.example", "--name", " ")])
def test_organiser_says_what_is_wrong(environment, given) -> None:
    run(environment, "migrate")
    done = run(environment, "organiser", *given)
    assert done.exit_code == 1
    assert "/signin/" not in done.output


def test_invite_says_what_is_wrong(environment) -> None:
    done = run(environment, "invite", "gibt-es-nicht", "--role", "scribe", "--name", "Sven")
    assert done.exit_code == 1
    assert "no session gibt-es-nicht" in done.output
    assert run(environment, "invite", "x", "--role", "king", "--name", "S").exit_code == 2
    given = (slug(environment), "--role", "scribe", "--name", "Sven")
    assert run(environment, "invite", *given, "--hours", "0").exit_code == 2
    early = run(environment, "invite", *given)
    assert (early.exit_code, "python -m dialog migrate" in early.output) == (1, True)


@pytest.mark.parametrize(
    "name, value", [("PORT", "abc"), ("BASE_URL", "dialog.example"), ("DATABASE_URL", "mysql://a")]
)
def test_a_setting_that_cannot_be_meant_is_named_and_not_repeated(environment, name, value) -> None:
    for command in ("serve", "migrate", "check"):
        done = run(environment | {f"DIALOG_{name}": value}, command)
        assert isinstance(done.exception, SystemExit)
        assert done.exit_code == 1
        assert done.output.startswith(f"DIALOG_{name}: ")
        assert value not in done.output


def test_a_database_that_cannot_be_opened_is_said_to_be_so(environment, tmp_path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dialog.sqlite3").write_text("no database " * 20, "utf-8")
    for data in ("file", "data"):
        for command in ("serve", "migrate"):
            done = run(environment | {"DIALOG_DATA": str(tmp_path / data)}, command)
            assert isinstance(done.exception, SystemExit)
            assert (done.exit_code, "cannot be opened." in done.output) == (1, True)


def test_the_secret_is_drawn_once_and_for_us_alone(tmp_path) -> None:
    secret = kept_secret(tmp_path / "data")
    assert kept_secret(tmp_path / "data") == secret
    assert len(secret) >= 48
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_made_and_restored(environment, tmp_path) -> None:
    run(environment, "migrate")
    copy = tmp_path / "copy.sqlite3"
    done = run(environment, "backup", str(copy))
    assert done.exit_code == 0, done.output
    assert f"{copy}: {copy.stat().st_size} bytes, checked." in done.output
    assert "secret" in done.output
    again = run(environment, "backup", str(copy))
    assert again.exit_code == 1
    assert "not overwritten" in again.output
    back = run(environment, "restore", str(copy))
    assert back.exit_code == 0, back.output
    assert "The database of before lies in" in back.output
    assert "There is no secret" in back.output
    kept_secret(tmp_path / "data")
    renewed = run(environment, "restore")
    assert renewed.output.startswith("Sessions with a new epoch: 0.")
    assert "There is no secret" not in renewed.output


def test_backups_in_a_folder_are_named_and_go_after_a_month(environment, tmp_path) -> None:
    run(environment, "migrate")
    folder = tmp_path / "backups"
    folder.mkdir()
    kept = folder / f"dialog-{datetime.now(UTC) - timedelta(days=29):%Y%m%dT%H%M%SZ}.sqlite3"
    old = folder / f"dialog-{datetime.now(UTC) - timedelta(days=31):%Y%m%dT%H%M%SZ}.sqlite3"
    other = folder / "anderes-20200101T000000Z.sqlite3"
    for file in (kept, old, other):
        file.write_bytes(b"")
    done = run(environment, "backup", str(folder))
    assert done.exit_code == 0, done.output
    assert f"{old}: deleted, older than 30 days." in done.output
    (made,) = set(folder.iterdir()) - {kept, other}
    assert f"{made}: {made.stat().st_size} bytes, checked." in done.output


def test_nothing_is_purged_where_nothing_is_due(environment) -> None:
    early = run(environment, "purge")
    assert (early.exit_code, "python -m dialog migrate" in early.output) == (1, True)
    run(environment, "migrate")
    promised(environment, due_in=10)
    for arguments in ((), ("--dry-run",)):
        assert run(environment, "purge", *arguments).output == "Nothing is due.\n"
        assert run(environment, "purge", *arguments, "--json").output == "[]\n"


def test_only_a_record_without_a_session_is_adopted(environment) -> None:
    run(environment, "migrate")
    name = slug(environment)
    missing = run(environment, "adopt", name)
    assert (missing.exit_code, f"There is no record of {name}" in missing.output) == (1, True)
    promised(environment, due_in=10)
    held = run(environment, "adopt", name)
    assert (held.exit_code, "already" in held.output) == (1, True)


def test_promises_that_fall_due_are_printed_for_a_timer(environment) -> None:
    early = run(environment, "promises")
    assert (early.exit_code, "python -m dialog migrate" in early.output) == (1, True)
    run(environment, "migrate")
    assert run(environment, "promises").output == "0 promises\n"
    number = promised(environment, due_in=10)
    name = slug(environment)
    assert run(environment, "promises", "--due", "3").exit_code == 0
    done = run(environment, "promises")
    assert done.exit_code == 3
    assert "+10  Referat G2: Wann kommt der Bus?" in done.output
    assert f"https://dialog.example/sessions/{name}/scribe?tab=promises" in done.output
    assert done.output.endswith("1 promise\n")
    (row,) = json.loads(run(environment, "promises", "--json").output)
    assert (row["session"], row["question"], row["days"]) == (name, number, 10)


def test_what_names_a_case_is_printed_for_no_mail(environment) -> None:
    run(environment, "migrate")
    promised(environment, due_in=10, stage_only=True)
    assert (
        "  +10  Referat G2: question 1, for the stage only\n" in run(environment, "promises").output
    )
    (row,) = json.loads(run(environment, "promises", "--json").output)
    assert row["text"] == ""


def promised(environment: dict[str, str], due_in: int, *, stage_only: bool = False) -> int:
    """Store an evening with one promise as the session's journal."""
    evening = Evening(Phase.LIVE)
    number = evening.public("Wann kommt der Bus?")
    day = datetime.now(ZoneInfo("Europe/Berlin")).date() + timedelta(days=due_in)
    evening.answer(number, outcome=Outcome.PROMISED, by="Referat G2", until=day.isoformat())
    if stage_only:
        evening.told(c.StageOnly(number, evening.rev(number)), MARA)

    async def store() -> None:
        database = Database(f"sqlite:///{environment['DIALOG_DATA']}/dialog.sqlite3")
        journal, name = Journal(database), slug(environment)
        opened = await journal.open(name)
        await journal.append(
            name, Place(opened.epoch, 0, 0), lambda _tail: Batch(tuple(evening.journal))
        )
        await database.close()

    asyncio.run(store())
    return number


def test_a_restore_says_what_is_wrong(environment, tmp_path) -> None:
    early = run(environment, "restore")
    assert (early.exit_code, "python -m dialog migrate" in early.output) == (1, True)
    run(environment, "migrate")
    wrong = run(environment, "restore", str(tmp_path / "nowhere"))
    assert (wrong.exit_code, "There is no file" in wrong.output) == (1, True)
    run(environment, "backup", str(tmp_path / "copy"))
    with lock(f"sqlite:///{tmp_path}/data/dialog.sqlite3"):
        for arguments in (("restore", str(tmp_path / "copy")), ("restore",), ("serve",)):
            done = run(environment, *arguments)
            assert done.exit_code == 1
            assert "Another process uses" in done.output


def test_a_demonstration_has_its_folder_to_itself(tmp_path, free_port) -> None:
    with lock(f"sqlite:///{tmp_path}/dialog.sqlite3"):
        done = run({}, "demo", "--data", str(tmp_path), "--port", str(free_port))
    assert done.exit_code == 1
    assert "läuft schon eine Vorführung" in done.output


def test_a_port_that_is_taken_is_said_to_be_so(environment) -> None:
    run(environment, "migrate")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(environment | {"DIALOG_PORT": port}, "serve")
    assert done.exit_code == 1
    assert f"127.0.0.1, port {port}: Address already in use." in done.output
