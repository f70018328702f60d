"""The pages every public service has: imprint, privacy, accessibility, rules, security.txt."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.forum.retention import CANCELLED, DAY, FORTNIGHT, MONTH, UNPUBLISHED, YEAR
from dialog.store.people import HOUR
from dialog.store.subscriptions import GOOD_MS
from dialog.web.errors import Refused
from dialog.web.page import page
from dialog.web.passes import NOBODY, cookie_name
from dialog.web.shelf import keep
from dialog.web.site import site_of

KEPT_S: Final = 60.0
TERMS: Final = {
    "fortnight": FORTNIGHT // DAY,
    "month": MONTH // DAY,
    "year": YEAR // DAY,
    "unpublished": UNPUBLISHED // DAY,
    "cancelled": CANCELLED // DAY,
    "unconfirmed": GOOD_MS // HOUR,
}
GOOD_FOR: Final = timedelta(days=180)
PURGED: Final = "purge.seen"  # where purging notes the moment of its last round


async def imprint(request: Request) -> Response:
    """Return who runs this server, or lead to the page that says it."""
    return _elsewhere(site_of(request).operator.imprint) or public(request, "imprint")


async def accessibility(request: Request) -> Response:
    """Return the accessibility statement, or lead to it."""
    address = site_of(request).operator.accessibility
    return _elsewhere(address) or public(request, "accessibility")


async def privacy(request: Request) -> Response:
    """Return what is stored of whom, what for and until when, by the settings in force."""
    site = site_of(request)
    away = _elsewhere(site.operator.privacy)
    if away is not None:
        return away
    purged = await asyncio.to_thread(_moment, site.data / PURGED)
    return public(request, "privacy", terms=TERMS, cookie=cookie_name(site), purged=purged)


async def rules(request: Request) -> Response:
    """Return the house rules with the nine reasons."""
    return public(request, "rules")


async def security(request: Request) -> Response:
    """Return where weak points are reported (RFC 9116); it is good for half a year from today."""
    site = site_of(request)
    particulars = site.particulars
    if not particulars.security:
        raise Refused(Refusal(Code.UNKNOWN))
    today = datetime.fromtimestamp(site.clock() / 1000, UTC).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    lines = [
        f"Contact: {particulars.security}",
        f"Expires: {(today + GOOD_FOR):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en",
        f"Canonical: {site.base_url}/.well-known/security.txt",
    ]
    if particulars.policy:
        lines.append(f"Policy: {particulars.policy}")
    return PlainTextResponse("\n".join([*lines, ""]), headers={"cache-control": "max-age=3600"})


def public(request: Request, template: str, /, **context: Any) -> Response:
    """Return a page that is the same for everyone; whoever has no cookie gets it from memory."""
    site = site_of(request)
    keep(request, None, lambda: None, KEPT_S)
    return page(
        request,
        template,
        NOBODY,
        particulars=site.particulars,
        in_force=site.in_force,
        sender=site.mail.sender,
        **context,
    )


def _elsewhere(address: str) -> Response | None:
    """Lead to the operator's own page where there is one instead of ours."""
    if address.startswith(("https://", "http://")):
        return RedirectResponse(address, 303)
    return None


def _moment(noted: Path) -> int | None:
    """Return the moment in a file in ms UTC, None where none was noted yet."""
    try:
        return int(noted.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None
