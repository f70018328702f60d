"""Staff with accounts at a real server: who they are, how they get in, what the outbox holds."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dialog.app import wall
from dialog.cli import main
from dialog.forum.names import Role
from dialog.secret import kept_secret
from dialog.settings import Settings
from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.people import People
from dialog.store.signins import Sealed, SignIns
from dialog.store.subscriptions import Links, Subscription, Subscriptions
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


def hand_in(browser: Browser, content: bytes, token: str | None = None, **headers: str) -> Page:
    """Send a file with a directory of guides, as the form of its page does."""
    page, mark = "/organiser/guides", "grenze"
    token = browser.get(page).token if token is None else token
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}'
        for name, more, value in (
            ("token", "", f"{token}\r\n"),
            ("file", '; filename="lotsen.csv"', ""),
        )
    )
    body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return browser.ask("POST", f"{page}/list", body, content_type=kind, **headers)


def subscribed(server: Server, address: str) -> Links:
    """Order notices by mail, and return what the letters of this subscription would say."""
    assert server.browser().submit("/subscription", "/subscription", address=address).status == 303
    folder = Path(server.environment["DIALOG_DATA"])
    with closing(sqlite3.connect(folder / "dialog.sqlite3", timeout=30)) as stored:
        query = "SELECT id, asked FROM subscriptions WHERE key = ?"
        id_, asked = stored.execute(query, (address,)).fetchone()
    secret = (folder / "secret").read_text("utf-8").strip()
    one = Subscription(id_, address, "de", (), (), asked, 0)
    links = Subscriptions(None, secret, int).links(one)  # type: ignore[arg-type]
    TOLD.update(links)
    return links
