"""The way in: what the server gives to the bearer of a token, or why it does not."""

import json
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dialog.demo.browser import Browser

OK: Final = 200
REASONS: Final = {
    (403, "bearer"): "token",
    (403, "real"): "real",
    (404, None): "unknown",
    (405, None): "unknown",
    (429, None): "busy",
    (503, None): "busy",
}


class NoEntranceError(Exception):
    """Nobody gets in; ``reason`` names the sentence that says why and what to do."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep both."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where the rehearsal is, the moderator's invitation, and the code if one is asked for."""

    base: str
    slug: str
    invitation: str
    code: str


async def knock(url: str, token: str) -> Entrance:
    """Show the token at a rehearsal's address; raise ``NoEntranceError`` where it is no use."""
    base, slug = _address(url)
    if not token:
        raise NoEntranceError("no_token")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        path = f"/sessions/{slug}/rehearsal"
        answer = await Browser(base).ask("POST", path, headers=headers)
    except ssl.SSLError as fault:
        raise NoEntranceError("tls", str(fault.reason or fault)) from None
    except TimeoutError:
        raise NoEntranceError("no_answer", base) from None
    except (OSError, ValueError) as fault:
        raise NoEntranceError("no_answer", str(fault)) from None
    try:
        said = json.loads(answer.body)
        if answer.status == OK:
            return Entrance(base, slug, said["enter"], said["code"])
        field = said.get("field")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoEntranceError("strange", str(answer.status)) from None
    raise NoEntranceError(REASONS.get((answer.status, field), "strange"), str(answer.status))


def _address(url: str) -> tuple[str, str]:
    """Return base and slug of ``https://…/sessions/<slug>``."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        parts.port  # noqa: B018 - one that is none raises
    except ValueError:
        raise NoEntranceError("no_address", url) from None
    steps = parts.path.strip("/").split("/")
    if not known or len(steps) < 2 or steps[0] != "sessions" or parts.username:  # noqa: PLR2004
        raise NoEntranceError("no_address", url)
    return f"{parts.scheme}://{parts.netloc}", steps[1]
