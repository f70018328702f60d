"""A server that trusts a real provider, and people who visit both as a browser would."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx

from tests.live.client import TOLD, Browser, Page
from tests.live.programme import evening
from tests.live.server import Server
from tests.live.team import RELAY

PEOPLE: dict[str, dict[str, object]] = {
    "olga": {"name": "Olga Organ", "email": "olga@amt.example", "email_verified": True,
             "groups": ["alle", "dialog-organisation"]},
    "mo": {"name": "Mo Derator", "email": "mo@amt.example", "email_verified": True,
           "groups": ["dialog-moderation"]},
    "niemand": {"name": "Ni Emand", "email": "niemand@amt.example", "email_verified": True},
    "erika": {"name": "Erika", "email": "erika@amt.example", "email_verified": True},
    "falsch": {"name": "Falsch", "email": "olga@amt.example", "email_verified": False},
    "ohne": {"name": "", "groups": ["dialog-moderation"]},
}  # fmt: skip
GROUPS = "dialog-organisation=organiser,dialog-moderation=moderator"


@contextmanager
def provider(command: Sequence[str], redirect: str) -> Iterator[str]:
    """Run a provider and return its issuer; it ends with the pipe that it reads from."""
    told = json.dumps({"redirect": redirect, "people": PEOPLE})
    with subprocess.Popen(
        [*command, told],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        try:
            issuer = process.stdout.readline().strip()
            assert issuer.startswith("http://127.0.0.1:"), issuer
            yield issuer
        finally:
            process.kill()


@contextmanager
def trusting(folder: Path, command: Sequence[str], **settings: object) -> Iterator[Server]:
    """Run a server beside a provider whose groups give offices."""
    given = {
        "oidc_client": "dialog digital",
        "oidc_secret": "geheim: 1+1=2",
        "oidc_scopes": "openid email profile groups",
        "oidc_groups": GROUPS,
    }
    server = Server(folder, evening(folder / "sessions"), **RELAY | given | settings)
    with provider(command, f"{server.base}/signin/callback") as issuer:
        server.environment["DIALOG_OIDC_ISSUER"] = issuer
        server.migrate()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    server.check_log()


def away(browser: Browser, page: str = "/signin", **fields: str) -> str:
    """Begin to sign in, and return the address to which the provider's page leads."""
    made = browser.submit(page, "/signin/oidc", **fields)
    assert made.status == 200, made.text
    return made.headers["refresh"].removeprefix("0; url=")


def shown(server: Server, address: str, login: str, do: str = "login") -> str:
    """Show at the provider who one is, and return the way back: a path of our server."""
    with httpx.Client(follow_redirects=False) as client:
        answer = client.get(address)
        asked = False
        while True:
            where = urljoin(str(answer.url), answer.headers.get("location", ""))
            if where.startswith(f"{server.base}/"):
                TOLD.update(value for _, value in httpx.URL(where).params.items())
                return where.removeprefix(server.base)
            if answer.is_redirect:
                answer = client.get(where)
            else:
                assert not asked, answer.text
                asked = True
                answer = client.post(str(answer.url), data={"login": login, "do": do})


def sign_in(server: Server, browser: Browser, login: str, **fields: str) -> Page:
    """Sign in with the provider."""
    return browser.get(shown(server, away(browser, **fields), login))


def stored_secret(server: Server) -> str:
    return (Path(server.environment["DIALOG_DATA"]) / "secret").read_text("utf-8").strip()
