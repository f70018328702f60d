"""The operator's relay: one connection for many letters, and what becomes of each."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import idna
from aiosmtplib import (
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

LASTING: Final = 500
LONGEST: Final = 200
PORTS: Final = {"smtp": 587, "smtps": 465}
MAILBOX: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
UTF8: Final = ("SMTPUTF8", "BODY=8BITMIME")


class NotTaken(Exception):  # noqa: N818 - it is said of a letter
    """The relay did not take a letter; its words say why, without any address.

    ``lasting``: it never will. ``away``: no letter would fare better now.
    """

    def __init__(self, why: str, *, lasting: bool = False, away: bool = False) -> None:
        """Keep the relay's words, short and without any address."""
        super().__init__(why)
        self.why = masked(why)
        self.lasting = lasting
        self.away = away


class Unclear(Exception):  # noqa: N818 - it is said of a letter
    """The relay had a letter and did not say what became of it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the relay is reached, and in whose name; ``timeout`` is in seconds for each command.

    Without ``plain`` nothing is said to another machine but through TLS.
    """

    host: str
    port: int
    sender: Address
    user: str = ""
    password: str = ""
    tls: bool = False
    plain: bool = False
    timeout: float = 30.0
    name: str = ""


def way(url: str, sender: str, *, plain: bool, timeout: float, name: str) -> Way:
    """Return the way to a relay; raise ``ValueError`` where the address or the sender is none.

    ``smtp://user:password@host:587`` or ``smtps://…``; ``name`` is how we call ourselves.
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
    return Address(display_name=name, addr_spec=deliverable(address))


def deliverable(address: str) -> str:
    """Return an address as relays know it: the domain in ASCII, where it has letters of its own.

    Raise ``NotTaken`` where no domain can be called that.
    """
    local, _, domain = address.rpartition("@")
    try:
        known = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as fault:
        raise NotTaken("no domain is called that", lasting=True) from fault
    return f"{local}@{known}"


class Relay:
    """A connection to the relay that is opened when a letter needs it."""

    def __init__(self, found: Way) -> None:
        """Open nothing yet."""
        self._way = found
        self._smtp: aiosmtplib.SMTP | None = None

    async def send(self, to: str, message: bytes) -> None:
        """Hand a letter over, or raise ``NotTaken`` or ``Unclear``."""
        smtp = await self._connected()
        eight = not to.isascii()
        if eight and not smtp.supports_extension("smtputf8"):
            raise NotTaken("the relay knows ASCII addresses only (no SMTPUTF8)", lasting=True)
        try:
            encoding = "utf-8" if eight else "ascii"
            sender = self._way.sender.addr_spec
            await smtp.mail(sender, options=UTF8 if eight else (), encoding=encoding)
            await smtp.rcpt(to, encoding=encoding)
        except (SMTPException, OSError, ValueError) as fault:
            raise await self._refused(fault) from fault
        try:
            await smtp.data(message)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as fault:
            self.drop()
            raise Unclear from fault
        except SMTPException as fault:
            raise await self._refused(fault) from fault

    async def close(self) -> None:
        """Take leave, where there is a connection."""
        if self._smtp is None:
            return
        try:
            await self._smtp.quit()
        except (SMTPException, OSError):
            self._smtp.close()
        self._smtp = None

    def drop(self) -> None:
        """Leave the connection without a word."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
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
        except (SMTPException, OSError, ValueError) as fault:
            raise NotTaken(_said(fault), away=True) from fault
        self._smtp = smtp
        return smtp

    async def _refused(self, fault: Exception) -> NotTaken:
        """Return why a letter was not taken, and make the connection ready for the next one."""
        if not isinstance(fault, SMTPResponseException):
            self.drop()
            return NotTaken(_said(fault), lasting=isinstance(fault, ValueError), away=True)
        away = fault.code == AWAY
        try:
            if self._smtp is not None and not away:
                await self._smtp.rset()
        except (SMTPException, OSError):
            self.drop()
        if away:
            self.drop()
        return NotTaken(_said(fault), lasting=fault.code >= LASTING, away=away)


AWAY: Final = 421


def _said(fault: Exception) -> str:
    """Return a fault in the relay's words."""
    if isinstance(fault, SMTPResponseException):
        return f"{fault.code} {fault.message}"
    if isinstance(fault, SMTPNotSupported):
        return f"the relay offers no STARTTLS or no way to sign in: {fault}"
    return str(fault) or type(fault).__name__


def masked(words: str) -> str:
    """Return words in one short line, without any address."""
    return " ".join(MAILBOX.sub("…@…", words).split())[:LONGEST]


def _here(host: str) -> bool:
    """Tell whether a relay is on this machine, where nobody listens on the way."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
