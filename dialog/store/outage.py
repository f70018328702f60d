"""A time in which the database takes nothing: told once, counted, over when writes work again."""

import sqlite3
import time

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

QUIET_S = 10.0  # more than a room waits between two tries
# SQLite's results that no statement is to blame for: the disk, its rights, or another program.
SQLITE = {
    sqlite3.SQLITE_BUSY: "locked by another program",
    sqlite3.SQLITE_LOCKED: "locked by another program",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "locked by another program",
    sqlite3.SQLITE_NOMEM: "no memory",
}
# PostgreSQL's classes and states of the same kind.
POSTGRES = {
    "08": "out of reach",
    "25006": "read-only",
    "25P03": "too slow",
    "40": "locked by another program",
    "53": "no room or no connection left",
    "55P03": "locked by another program",
    "57": "out of reach",
    "58": "the disk fails",
}
PRIMARY = 0xFF


class Outage:
    """What is known of failing writes; ``on`` from the first that fails until one works."""

    def __init__(self) -> None:
        """Begin with a database that works."""
        self.on = False
        self._why = ""
        self._refused = 0
        self._told = False
        self._last = 0.0

    def met(self, why: str) -> None:
        """Count a write that failed; the first one is told."""
        now = time.monotonic()
        again = not self.on and now - self._last > QUIET_S
        self.on, self._why = True, why
        self._refused += 1
        self._last = now
        if again or not self._told:
            self._told = True
            log.error("database takes nothing", why=why)

    def since(self, moment: float) -> str:
        """Return why a write that waits since ``moment`` fails with one before it, else nothing.

        Who stands in line behind a write that fails would wait for one time-out after the other.
        """
        return self._why if self.on and moment < self._last else ""

    def over(self) -> None:
        """Note a write that worked; where the last failure is a while ago it is told.

        A disk that is almost full takes small things and refuses larger ones, hundreds of times.
        """
        self.on = False
        if self._told and time.monotonic() - self._last > QUIET_S:
            log.warning("database writes again", refused=self._refused)
            self._told, self._refused = False, 0


def reason(error: DBAPIError) -> str:
    """Return why the database cannot work at the moment, empty where the statement is at fault."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & PRIMARY, "")
    state = getattr(cause, "sqlstate", None)
    if error.connection_invalidated or (state is None and _operational(cause)):
        return "out of reach"
    return next((why for kind, why in POSTGRES.items() if str(state).startswith(kind)), "")


def _operational(cause: BaseException | None) -> bool:
    """Tell whether a driver says without a code that it has no server to talk to."""
    return type(cause).__name__ in {"OperationalError", "InterfaceError"}
