"""Staff with accounts at a real server: who they are, how they get in, what the outbox holds."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dialog.app import kept_secret, wall
from dialog.cli import main
from dialog.forum.names import Role
from dialog.settings import Settings
from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.people import People
from dialog.store.signins import Sealed, SignIns
from tests.live.client import TOLD, Browser, Page
from tests.live.server import Server

# The outbox takes letters where a relay is named; nothing listens there in these tests.
RELAY: dict[str, Any] = {"mail_relay": "smtp://127.0.0.1:9"}


def organiser(server: Server, address: str, name: str) -> str:
    """Return the link with which an organiser of the programme signs in, as the command prints."""
    arguments = ["organiser", address, "--name", name]
    done = CliRunner().invoke(main, arguments, env=server.environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    TOLD.add(address)
    return done.output.strip()


def signed_in(server: Server, address: str, name: str = "Olga Organisation") -> Browser:
    """Return a browser in which an organiser of the programme has signed in."""
    browser = server.browser()
    follow(browser, organiser(server, address, name))
    return browser


def account(server: Server, name: str, *offices: Role) -> Browser:
    """Return a browser of an account with these offices in every session."""
    folder = server.folder / "data"
    url = server.environment.get("DIALOG_DATABASE_URL", "")
    settings = Settings(data=folder, database_url=url)

    async def made() -> str:
        database = Database(settings.database)
        try:
            accounts = Accounts(database, wall)
            one = await accounts.make(f"{name.split(maxsplit=1)[0].lower()}@dialog.example", name)
            await accounts.appoint(one.id, offices)
            people = People(database, kept_secret(folder), wall)
            return (await people.sign_in(one.id, None)).token
        finally:
            await database.close()

    browser = server.browser()
    browser.cookie = f"dialog={asyncio.run(made())}"
    browser.may = frozenset(office.value for office in offices)
    TOLD.add(browser.cookie.partition("=")[2])
    return browser


def follow(browser: Browser, link: str) -> Page:
    """Open a link and press its button."""
    path = "/" + link.split("/", 3)[3]
    TOLD.add(path.rpartition("/")[2])
    answer = browser.submit(path, path)
    assert answer.status == 303, answer.text
    return answer


def sealed(server: Server, number: str) -> Sealed:
    """Return what the letter of a sign-in says."""
    secret = (Path(server.environment["DIALOG_DATA"]) / "secret").read_text("utf-8").strip()
    found = SignIns(None, None, secret, int).sealed(number)  # type: ignore[arg-type]
    TOLD.update((found.token,))
    return found


def letters(server: Server) -> list[tuple[str, str, dict[str, object]]]:
    """Return kind, address and facts of all letters that wait."""
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as stored:
        rows = stored.execute("SELECT kind, address, told FROM letters ORDER BY made, id")
        return [(kind, address, json.loads(told)) for kind, address, told in rows]


def rewind(server: Server, minutes: int) -> None:
    """Let all who signed in have shown who they are so many minutes ago."""
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(file)) as stored:
        stored.execute("UPDATE passes SET confirmed = confirmed - ?", (minutes * 60_000,))
        stored.commit()
