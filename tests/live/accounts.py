"""People of staff who have signed in, made in a running server's own database."""

import asyncio

from dialog.app import kept_secret, wall
from dialog.forum.names import Role
from dialog.settings import Settings
from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.people import People
from tests.live.client import TOLD, Browser
from tests.live.server import Server


def signed_in(server: Server, name: str, *offices: Role) -> Browser:
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


def organiser(server: Server, name: str = "Olga Ott") -> Browser:
    """Return the browser of an organiser of the programme."""
    return signed_in(server, name, Role.ORGANISER)
