"""Who runs this server and what is in force, from the settings to what pages say of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dialog.forum.names import Role
from dialog.hub.limits import Arrivals, Pace
from dialog.mail.relay import Way, way
from dialog.provider import Client, Provider
from dialog.settings import Settings, offices_of
from dialog.web.particulars import InForce, Particulars
from dialog.web.site import Operator

# What a public page of an authority may not lack, and the page that lacks it otherwise.
NEEDED = {
    "operator_address": "imprint",
    "operator_email": "imprint",
    "privacy_officer": "privacy",
    "privacy_authority": "privacy",
    "privacy_basis": "privacy",
    "accessibility_result": "accessibility",
    "accessibility_date": "accessibility",
    "accessibility_enforcement": "accessibility",
}

# Who runs a demonstration: nobody whom anybody could write to.
DEMONSTRATED: Final[dict[str, Any]] = {
    "operator": "Demonstration",
    "demonstration": True,
    "operator_address": "Demonstration;Beispielweg 1;00000 Musterstadt",
    "operator_email": "dialog@example.org",
}


def operator(settings: Settings) -> Operator:
    """Return who runs this server; an address that is set replaces the page of ours."""
    return Operator(
        settings.operator,
        settings.demonstration,
        settings.contact or _mailto(settings.operator_email),
        settings.imprint or "/imprint",
        settings.privacy or "/privacy",
        settings.accessibility or "/accessibility",
        settings.barrier or "/accessibility/report",
        settings.easy,
        settings.sign,
    )


def particulars(settings: Settings) -> Particulars:
    """Return what the operator says of itself."""
    return Particulars(
        address=lines(settings.operator_address),
        email=settings.operator_email,
        phone=settings.operator_phone,
        represented=settings.operator_represented,
        vat=settings.operator_vat,
        authority=lines(settings.operator_authority),
        editor=lines(settings.operator_editor),
        officer=lines(settings.privacy_officer),
        complaints=lines(settings.privacy_authority),
        basis=settings.privacy_basis,
        processor=lines(settings.privacy_processor),
        norm=settings.accessibility_norm,
        result=settings.accessibility_result,
        assessed=settings.accessibility_date,
        method=settings.accessibility_method,
        gaps=lines(settings.accessibility_gaps),
        enforcement=lines(settings.accessibility_enforcement),
        reports_to=_reports_to(settings),
        security=settings.security_contact or _mailto(settings.operator_email),
        policy=settings.security_policy,
    )


def in_force(settings: Settings) -> InForce:
    """Return what the settings make of data."""
    return InForce(
        settings.pass_idle_days,
        settings.pass_days,
        settings.staff_idle_hours,
        settings.staff_days,
        urlsplit(settings.mail_relay).hostname or "",
        urlsplit(settings.oidc_issuer).hostname or "",
        proxied=bool(settings.proxies.strip()),
    )


def missing(settings: Settings) -> tuple[str, ...]:
    """Return the names of settings without which a page lacks what it has to say."""
    if settings.demonstration:
        return ()
    empty = [
        n for n, page in NEEDED.items() if not (getattr(settings, n) or getattr(settings, page))
    ]
    if not (settings.barrier or (settings.mail_relay and _reports_to(settings))):
        empty.append("barrier_mail" if settings.mail_relay else "mail_relay")
    return tuple(f"DIALOG_{name.upper()}" for name in empty)


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of a setting: each ends with a semicolon or a line break."""
    parts = text.replace("\n", ";").split(";")
    return tuple(part.strip() for part in parts if part.strip())


def _reports_to(settings: Settings) -> str:
    contact = settings.contact.partition("mailto:")[2].partition("?")[0]
    return settings.barrier_mail or settings.operator_email or contact


def _mailto(address: str) -> str:
    return f"mailto:{address}" if address else ""


def provider(settings: Settings, secret: str, clock: Callable[[], int]) -> Provider | None:
    """Return the provider with which staff sign in, if one is set."""
    if not settings.oidc_issuer:
        return None
    client = Client(
        issuer=settings.oidc_issuer,
        client=settings.oidc_client,
        secret=settings.oidc_secret,
        redirect=f"{settings.base_url.rstrip('/')}/signin/callback",
        scopes=settings.oidc_scopes,
        claim=settings.oidc_claim,
        offices={group: Role(role) for group, role in offices_of(settings.oidc_groups).items()},
    )
    return Provider(client, secret, clock)


def relay_of(settings: Settings) -> Way | None:
    """Return the way to the relay, None where none is set."""
    if not settings.mail_relay:
        return None
    host = urlsplit(settings.base_url).hostname or "localhost"
    return way(
        settings.mail_relay,
        settings.mail_from or f"dialog@{host}",
        plain=settings.mail_plain,
        timeout=settings.mail_timeout,
        name=host,
    )


def arrivals(settings: Settings) -> Arrivals:
    """Return how many come in from one network as usual, and at most."""
    usual = Pace(settings.joins_per_minute / 60, settings.joins_at_once)
    return Arrivals(usual, Pace(settings.joins_per_hour / 3600, settings.joins_per_hour))


def demonstration(data: Path, port: int) -> Settings:
    """Return the settings of a demonstration; the environment has no say in them."""
    return Settings.model_construct(
        data=data,
        sessions=data / "sessions",
        port=port,
        base_url=f"http://127.0.0.1:{port}",
        **DEMONSTRATED,
        joins_at_once=10_000,  # all of its volunteers come from here
        joins_per_hour=10_000,
    )
