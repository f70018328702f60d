"""The operator's relay: one connection for many letters, and what becomes of each."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import idna
from aiosmtplib import (
    SMTPException,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

LASTING: Final = 500
AWAY: Final = 421
LONGEST: Final = 200
PORTS: Final = {"smtp": 587, "smtps": 465}
MAILBOX: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
# Without what would make several addresses of one, or another one.
ONE: Final = re.compile(r"""[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\"]+""")
UTF8: Final = ("SMTPUTF8", "BODY=8BITMIME")


class NotTaken(Exception):  # noqa: N818 - it is said of a letter
    """The relay did not take a letter; its words say why, or a code of ours.

    ``lasting``: it never will. ``away``: no letter would fare better now.
    """

    def __init__(self, why: str, *, lasting: bool = False, away: bool = False) -> None:
        """Keep the relay's words, short and without any address."""
        self.why = " ".join(MAILBOX.sub("…@…", why).split())[:LONGEST]
        super().__init__(self.why)
        self.lasting = lasting
        self.away = away


class Unclear(Exception):  # noqa: N818 - it is said of a letter
    """The relay had a letter and did not say what became of it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the relay is reached, and in whose name; ``timeout`` is in seconds for each command.

    Unless it is ``plain`` nothing is said but through TLS; ``name`` is how we call ourselves.
    """

    host: str
    port: int
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    plain: bool = False
    timeout: float = 30.0
    name: str = ""


def way(url: str, sender: str, *, plain: bool, timeout: float, name: str) -> Way:
    """Return the way to a relay; raise ``ValueError`` where the address or the sender is none.

    ``smtp://user:password@host:587`` or ``smtps://…``; on this machine it may always be plain.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("The relay is smtp://user:password@host:587 or smtps://…")
    return Way(
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        mailbox(sender),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        plain=plain or _here(parts.hostname),
        timeout=timeout,
        name=name,
    )


def mailbox(written: str) -> Address:
    """Return an address as written, with or without a name; raise ``ValueError`` for none."""
    name, address = parseaddr(written)
    if not MAILBOX.fullmatch(address) or not written.isprintable():
        raise ValueError("The sender is somebody@example.org or Name <somebody@example.org>")
    return Address(display_name=name, addr_spec=_ascii(address))


def deliverable(address: str) -> str:
    """Return an address as relays know it; raise ``NotTaken`` where no domain is called that."""
    try:
        return _ascii(address)
    except ValueError as fault:
        raise NotTaken("domain", lasting=True) from fault


class Relay:
    """A connection to the relay that is opened when a letter needs it."""

    def __init__(self, found: Way) -> None:
        """Open nothing yet."""
        self._way = found
        self._smtp: aiosmtplib.SMTP | None = None

    async def ready(self) -> None:
        """See that the relay listens; raise ``NotTaken`` where it is away."""
        if self._smtp is not None:
            try:
                await self._smtp.noop()
            except (SMTPException, OSError):
                self.leave()
            else:
                return
        found = self._way
        smtp = aiosmtplib.SMTP(
            hostname=found.host,
            port=found.port,
            username=found.user or None,
            password=found.password or None,
            use_tls=found.tls,
            start_tls=not (found.tls or found.plain),
            local_hostname=found.name or None,
            timeout=found.timeout,
        )
        try:
            await smtp.connect()
            await smtp.ehlo()  # what it can do; after TLS it may be more
        except (SMTPException, OSError, ValueError) as fault:
            smtp.close()
            raise NotTaken(_said(fault), away=True) from fault
        self._smtp = smtp

    async def send(self, to: str, message: bytes) -> None:
        """Hand a letter over, or raise ``NotTaken`` or ``Unclear``."""
        smtp = self._smtp
        if smtp is None:
            raise NotTaken("away", away=True)
        if not ONE.fullmatch(to) or not to.isprintable():
            raise NotTaken("address", lasting=True)
        eight = not to.isascii()
        if eight and not smtp.supports_extension("smtputf8"):
            raise NotTaken("smtputf8", lasting=True)
        encoding = "utf-8" if eight else "ascii"
        sender = self._way.sender.addr_spec
        try:
            await smtp.mail(sender, options=UTF8 if eight else (), encoding=encoding)
            await smtp.rcpt(to, encoding=encoding)
        except SMTPSenderRefused as fault:  # it would refuse all others alike
            self.leave()
            raise NotTaken(_said(fault), away=True) from fault
        except (SMTPException, OSError) as fault:
            raise self._not_taken(fault) from fault
        try:
            await smtp.data(message)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as fault:
            self.leave()
            raise Unclear from fault
        except SMTPException as fault:
            raise self._not_taken(fault) from fault

    async def close(self) -> None:
        """Take leave, where there is a connection."""
        if self._smtp is not None:
            try:
                await self._smtp.quit()
            except (SMTPException, OSError):
                self._smtp.close()
            self._smtp = None

    def leave(self) -> None:
        """Go without a word."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _not_taken(self, fault: Exception) -> NotTaken:
        """Return why a letter was not taken; the next one gets a connection of its own."""
        self.leave()
        if isinstance(fault, SMTPResponseException):
            away = fault.code == AWAY
            return NotTaken(_said(fault), lasting=fault.code >= LASTING, away=away)
        return NotTaken(_said(fault), away=True)


def _ascii(address: str) -> str:
    """Return an address with its domain in ASCII, by the rules of 2008: ß is not ss."""
    local, _, domain = address.rpartition("@")
    known = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    return f"{local}@{known}"


def _said(fault: Exception) -> str:
    """Return a fault in the relay's words, or in those of the system."""
    if isinstance(fault, SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return str(fault) or type(fault).__name__


def _here(host: str) -> bool:
    """Tell whether a relay is on this machine, where nobody listens on the way."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
