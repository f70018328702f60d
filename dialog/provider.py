"""Sign-in with an OpenID Connect provider: code flow with PKCE, and what it says of a person.

Nothing of an attempt is kept here: nonce and PKCE verifier follow from its signed state.
"""

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dialog.forum.names import MINUTE, SECOND, Role

PATIENCE_S: Final = 5.0
LARGEST: Final = 262_144
LONGEST: Final = 255
KEPT_MS: Final = 60 * MINUTE
LEEWAY_S: Final = 60
OK: Final = 200
REFUSED: Final = frozenset({400, 401, 403})
KINDS: Final = frozenset({"RSA", "EC", "OKP"})
# A key of ours is no key of theirs: what is signed with a shared secret, or not at all, is refused.
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip


class Unreachable(Exception):  # noqa: N818 - it is said of a provider
    """The provider does not answer, or not as one does."""


class Untrue(Exception):  # noqa: N818 - it is said of an answer
    """What came back is not what was asked for: spent, forged, too old, or somebody else's."""


@dataclass(frozen=True, slots=True)
class Client:
    """How this server is known at its provider, and which of its groups hold which office."""

    issuer: str
    client: str
    secret: str
    redirect: str
    scopes: str = "openid email profile"
    claim: str = "groups"
    offices: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is for a provider; ``address`` only where it is verified, else empty."""

    subject: str
    address: str
    name: str
    offices: frozenset[Role]


class Provider:
    """One provider; ``clock`` returns ms UTC."""

    def __init__(self, client: Client, secret: str, clock: Callable[[], int]) -> None:
        """Ask for nothing yet; ``secret`` is this server's own."""
        self.client = client
        self._secret = secret.encode()
        self._clock = clock
        self._read = httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False)
        self._metadata: dict[str, Any] = {}
        self._keys = KeySet([])
        self._known = 0

    async def address(self, state: str, lang: str, *, again: bool) -> str:
        """Return where somebody shows who they are; ``again`` although they did already.

        Raise ``Unreachable``.
        """
        known = await self._discovered()
        anew = {"prompt": "login", "max_age": "0"} if again else {}
        challenge = create_s256_code_challenge(self._derive("verifier", state))
        return str(
            prepare_grant_uri(
                known["authorization_endpoint"],
                self.client.client,
                "code",
                self.client.redirect,
                self.client.scopes,
                state,
                nonce=self._derive("nonce", state),
                code_challenge=challenge,
                code_challenge_method="S256",
                ui_locales=lang,
                **anew,
            )
        )

    async def identity(self, code: str, state: str, *, since: int = 0) -> Identity:
        """Return who came back with a code; shown not before ``since`` (ms UTC), if that is asked.

        Raise ``Unreachable`` or ``Untrue``.
        """
        await self._discovered()
        granted = await self._exchange(code, state)
        claims = await self._verified(str(granted.get("id_token", "")))
        options = {
            "iss": {"essential": True, "value": self._metadata["issuer"]},
            "aud": {"essential": True, "value": self.client.client},
            "sub": {"essential": True},
        }
        params = {"nonce": self._derive("nonce", state), "client_id": self.client.client}
        token = CodeIDToken(claims, {}, options, params)
        try:
            token.validate(now=self._clock() // SECOND, leeway=LEEWAY_S)
        except JoseError as fault:
            raise Untrue(type(fault).__name__) from None
        if since and not _shown(claims.get("auth_time"), since):
            raise Untrue("shown too long ago")
        return self._of(claims | await self._more(granted, claims))

    # --- what it tells of itself -----------------------------------------------------------------

    async def _discovered(self) -> dict[str, Any]:
        if self._known and self._clock() < self._known + KEPT_MS:
            return self._metadata
        told = await self._get(get_well_known_url(self.client.issuer, external=True))
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if told.get("issuer") != self.client.issuer or not all(told.get(one) for one in wanted):
            raise Unreachable("it describes another issuer")
        self._metadata = told
        await self._fetch_keys()
        self._known = self._clock()
        return told

    async def _fetch_keys(self) -> None:
        told = await self._get(str(self._metadata["jwks_uri"]))
        try:
            self._keys = KeySet.import_key_set({"keys": _usable(told)})
        except (JoseError, KeyError, TypeError, ValueError) as fault:
            raise Unreachable("it has no keys") from fault

    # --- who it is -------------------------------------------------------------------------------

    async def _exchange(self, code: str, state: str) -> dict[str, Any]:
        """Return what a code is good for, once."""
        client = self.client
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect,
            "code_verifier": self._derive("verifier", state),
        }
        methods = self._metadata.get("token_endpoint_auth_methods_supported")
        sent: dict[str, Any] = {"data": body}
        if methods and "client_secret_basic" not in methods:
            body |= {"client_id": client.client, "client_secret": client.secret}
        else:
            sent["auth"] = (quote_plus(client.client), quote_plus(client.secret))
        return await self._ask("POST", str(self._metadata["token_endpoint"]), **sent)

    async def _verified(self, token: str) -> dict[str, Any]:
        """Return the claims of an ID token that the provider signed."""
        try:
            return self._decoded(token)
        except InvalidKeyIdError:
            await self._fetch_keys()  # it has changed them
        except (JoseError, ValueError, TypeError) as fault:
            raise Untrue(type(fault).__name__) from None
        try:
            return self._decoded(token)
        except (JoseError, ValueError, TypeError) as fault:
            raise Untrue(type(fault).__name__) from None

    def _decoded(self, token: str) -> dict[str, Any]:
        return dict(jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims)

    async def _more(self, granted: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return what only the user info tells, where the ID token does not say it all."""
        wanted = {"email", "email_verified", "name"}
        wanted |= {self.client.claim} if self.client.offices else set()
        endpoint = self._metadata.get("userinfo_endpoint")
        if wanted <= claims.keys() or not endpoint:
            return {}
        bearer = {"authorization": f"Bearer {granted.get('access_token', '')}"}
        told = await self._ask("GET", str(endpoint), headers=bearer)
        if told.get("sub") != claims["sub"]:
            raise Untrue("another subject")
        return {name: told[name] for name in wanted - claims.keys() if name in told}

    def _of(self, claims: Mapping[str, Any]) -> Identity:
        subject, address = claims["sub"], claims.get("email")
        if not _sayable(subject):
            raise Untrue("about nobody")
        verified = claims.get("email_verified") in (True, "true") and _sayable(address)
        groups = claims.get(self.client.claim)
        held = groups if isinstance(groups, list) else [groups]
        return Identity(
            f"{self.client.issuer} {subject}",
            str(address) if verified else "",
            str(claims.get("name") or ""),
            frozenset(role for group, role in self.client.offices.items() if group in held),
        )

    # --- over the network ------------------------------------------------------------------------

    async def _get(self, address: str) -> dict[str, Any]:
        return await self._ask("GET", address)

    async def _ask(self, method: str, address: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
        """Return the JSON object that an address answers with; what it refuses is ``Untrue``."""
        try:
            async with asyncio.timeout(2 * PATIENCE_S):
                status, body = await self._answer(method, address, **sent)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
            raise Unreachable(type(fault).__name__) from None
        if status in REFUSED:
            raise Untrue(f"status {status}")
        if status != OK:
            raise Unreachable(f"status {status}")
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError) as fault:
            raise Unreachable("it says nothing readable") from fault

    async def _answer(self, method: str, address: str, **sent: Any) -> tuple[int, bytes]:  # noqa: ANN401 - httpx's own
        async with self._read.stream(method, address, **sent) as answer:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise Unreachable("it says too much")
            return answer.status_code, body

    async def close(self) -> None:
        """Hang up."""
        await self._read.aclose()

    def _derive(self, what: str, state: str) -> str:
        body = f"sign-in {what}\n{state}".encode()
        return urlsafe_b64encode(hmac.digest(self._secret, body, "sha256")).rstrip(b"=").decode()


def _shown(at: object, since: int) -> bool:
    """Tell whether somebody showed who they are at a moment that counts; clocks may differ."""
    return isinstance(at, int | float) and at >= since // SECOND - LEEWAY_S


def _sayable(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST and text.isprintable()


def _usable(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the keys that verify signatures; others may be of kinds that nobody here knows."""
    return [key for key in told["keys"] if key.get("kty") in KINDS and key.get("use") != "enc"]
