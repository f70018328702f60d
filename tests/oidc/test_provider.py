"""Answers that no honest provider gives: each of them lets nobody in."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from dialog.forum.names import Role
from dialog.provider import Client, Provider, Unreachable, Untrue

OURS = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
NOW = time.time_ns() // 1_000_000


class Hostile(ThreadingHTTPServer):
    """A provider that says whatever a test wants."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.keys = [OURS.as_dict(private=False)]
        self.metadata: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        self.token = ""
        self.status = 200
        self.raw: bytes | None = None
        self.more: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []


class Answers(BaseHTTPRequestHandler):
    server: Hostile

    def do_GET(self) -> None:
        told = {"/.well-known/openid-configuration": self.server.metadata, "/me": self.server.more}
        self._say(told.get(self.path, {"keys": self.server.keys}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.asked.append(parse_qs(body) | {"basic": [self.headers["authorization"] or ""]})
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": self.server.token})

    def _say(self, told: object) -> None:
        body = json.dumps(told).encode() if self.server.raw is None else self.server.raw
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with Hostile() as server:
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        yield server
        server.shutdown()
        running.join()


@pytest.fixture
async def provider(hostile):
    client = Client(
        hostile.issuer, "dialog", "geheim", "https://dialog.example/signin/callback",
        offices={"organisation": Role.ORGANISER},
    )  # fmt: skip
    made = Provider(client, "a secret of the tests", lambda: NOW)
    yield made
    await made.close()


async def nonce(provider: Provider, state: str = "state") -> str:
    address = await provider.address(state, "de", again=False)
    return parse_qs(urlsplit(address).query)["nonce"][0]


async def claims(provider: Provider, hostile: Hostile, **other: object) -> dict[str, Any]:
    now = NOW // 1000
    return {
        "iss": hostile.issuer, "aud": "dialog", "sub": "7", "iat": now, "exp": now + 60,
        "nonce": await nonce(provider), "email": "a@b.example", "email_verified": True,
        "name": "A", "groups": ["organisation"],
    } | other  # fmt: skip


def signed(said: dict[str, Any], key: Any = OURS, alg: str = "RS256", **header: object) -> str:
    return jwt.encode({"alg": alg, "kid": "1"} | header, said, key, algorithms=[alg])


async def test_what_is_right_is_taken(provider, hostile) -> None:
    hostile.token = signed(await claims(provider, hostile))
    who = await provider.identity("code", "state")
    assert (who.subject, who.address, who.name) == (f"{hostile.issuer} 7", "a@b.example", "A")
    assert who.offices == {Role.ORGANISER}
    asked = hostile.asked[0]
    assert asked["code"] == ["code"]
    assert len(asked["code_verifier"][0]) == 43
    assert asked["basic"][0].startswith("Basic ")


WRONG: dict[str, dict[str, object]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "for another client": {"aud": "another"},
    "for several, given to another": {"aud": ["dialog", "another"], "azp": "another"},
    "for several, given to nobody": {"aud": ["another", "dialog"]},
    "run out": {"exp": NOW // 1000 - 3_600},
    "of tomorrow": {"iat": NOW // 1000 + 86_400, "exp": NOW // 1000 + 90_000},
    "about nobody": {"sub": None},
    "about what no database keeps": {"sub": "a\0b"},
    "about a number": {"sub": 7},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_says_something_wrong_is_refused(provider, hostile, wrong) -> None:
    said = await claims(provider, hostile, **WRONG[wrong])
    hostile.token = signed({name: value for name, value in said.items() if value is not None})
    if wrong == "for several, given to nobody":
        said.pop("azp", None)
    with pytest.raises(Untrue):
        await provider.identity("code", "state")


async def test_a_token_that_somebody_else_signed_is_refused(provider, hostile) -> None:
    said = await claims(provider, hostile)
    secret = OctKey.import_key("geheim" * 6, {"kid": "1"})
    public = OctKey.import_key(OURS.as_pem(private=False).hex(), {"kid": "1"})
    good = signed(said)
    forged = [
        signed(said, OTHER),
        signed(said, secret, "HS256"),
        signed(said, public, "HS256"),
        good[: good.rindex(".") + 1],
        f"{good.split('.')[0]}.{signed(said | {'sub': '8'}).split('.')[1]}.{good.split('.')[2]}",
        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".",
        "", "x", "x.y.z", "\u00e4.\u00e4.\u00e4",
    ]  # fmt: skip
    for token in forged:
        hostile.token = token
        with pytest.raises(Untrue):
            await provider.identity("code", "state")


async def test_a_key_that_is_new_is_looked_for_once(provider, hostile) -> None:
    hostile.token = signed(await claims(provider, hostile))
    await provider.identity("code", "state")
    changed = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
    hostile.token = signed(await claims(provider, hostile), changed, kid="2")
    with pytest.raises(Untrue):
        await provider.identity("code", "state")
    hostile.keys = [changed.as_dict(private=False)]
    assert await provider.identity("code", "state")


async def test_whoever_was_to_show_it_again_has_to_have(provider, hostile) -> None:
    for at in (None, NOW // 1000 - 3_600, "now", True):
        said = await claims(provider, hostile, auth_time=at)
        hostile.token = signed({name: value for name, value in said.items() if value is not None})
        with pytest.raises(Untrue):
            await provider.identity("code", "state", since=NOW)
    hostile.token = signed(await claims(provider, hostile, auth_time=NOW // 1000))
    assert await provider.identity("code", "state", since=NOW)


async def test_what_the_user_info_says_counts_for_its_own_subject_alone(provider, hostile) -> None:
    hostile.metadata["userinfo_endpoint"] = f"{hostile.issuer}/me"
    said = await claims(provider, hostile)
    for name in ("email", "email_verified", "name", "groups"):
        del said[name]
    hostile.token = signed(said)
    hostile.more = {"sub": "7", "email": "m@b.example", "email_verified": False, "name": "M"}
    who = await provider.identity("code", "state")
    assert (who.address, who.name, who.offices) == ("", "M", frozenset())
    hostile.more = {"sub": "8", "email": "m@b.example", "email_verified": True}
    with pytest.raises(Untrue):
        await provider.identity("code", "state")


@pytest.mark.parametrize("groups", ["organisation", ["organisation"], [1, "organisation"]])
async def test_groups_come_as_a_list_or_as_one(provider, hostile, groups) -> None:
    hostile.token = signed(await claims(provider, hostile, groups=groups))
    assert (await provider.identity("code", "state")).offices == {Role.ORGANISER}


@pytest.mark.parametrize("groups", [None, [], "organisationen", {"organisation": 1}, 7])
async def test_what_is_no_list_of_groups_gives_nothing_or_is_refused(
    provider, hostile, groups
) -> None:
    hostile.token = signed(await claims(provider, hostile, groups=groups))
    assert (await provider.identity("code", "state")).offices == frozenset()


async def test_a_code_that_is_spent_is_untrue(provider, hostile) -> None:
    await nonce(provider)
    hostile.status = 400
    with pytest.raises(Untrue):
        await provider.identity("code", "state")


ODD = [
    (500, None),
    (302, None),
    (200, b"<html>"),
    (200, b"[1]"),
    (200, b"{" + b" " * 300_000 + b"}"),
    (200, b"\xff"),
]


@pytest.mark.parametrize("status, raw", ODD)
async def test_what_is_no_provider_is_unreachable(provider, hostile, status, raw) -> None:
    hostile.status, hostile.raw = status, raw
    with pytest.raises(Unreachable):
        await provider.address("state", "de", again=False)
    hostile.status, hostile.raw = 200, None
    assert await provider.address("state", "de", again=False)  # nothing is kept of it


@pytest.mark.parametrize(
    "change", [{"issuer": "https://evil.example"}, {"jwks_uri": ""}, {"token_endpoint": None}]
)
async def test_one_that_describes_another_is_unreachable(provider, hostile, change) -> None:
    hostile.metadata |= change
    with pytest.raises(Unreachable):
        await provider.address("state", "de", again=False)


async def test_nobody_there_is_unreachable() -> None:
    provider = Provider(Client("http://127.0.0.1:9", "x", "y", "z"), "secret", lambda: NOW)
    with pytest.raises(Unreachable):
        await provider.address("state", "de", again=True)
    await provider.close()
