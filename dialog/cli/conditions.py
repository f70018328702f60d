"""What a command needs before it begins; where it is missing, a sentence ends it."""

import socket
import sys
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from dialog.settings import Settings


def read_settings() -> Settings:
    """Read the settings, or end with a sentence for each that cannot be used; none is repeated."""
    try:
        return Settings()
    except ValidationError as fault:
        told = (f"DIALOG_{str(one['loc'][0]).upper()}: {one['msg']}." for one in fault.errors())
        sys.exit("\n".join(told))


def a_name(name: str) -> str:
    """Return a name as it can be shown, or end."""
    from dialog.forum.names import Limits
    from dialog.forum.texts import required

    called = required(name, Limits().name, "name")
    if not isinstance(called, str):
        sys.exit(f"This name cannot be used: {called.code.value}.")
    return called


def be_there(settings: Settings, slug: str) -> None:
    """Go on with a declared session by its own name, or end."""
    declared = settings.sessions / slug / "session.toml"
    if Path(slug).name != slug or not declared.is_file():
        sys.exit(f"There is no session {slug} in {settings.sessions}.")


def be_at_head(database: str) -> None:
    """Go on with a database that is up to date, or end."""
    from dialog.store.migrate import at_head

    with opening():
        if not at_head(database):
            sys.exit("The database is not up to date. Run: python -m dialog migrate")


@contextmanager
def opening() -> Iterator[None]:
    """End with the sentence why a database cannot be opened."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (OSError, ValueError) as fault:
        sys.exit(f"The database cannot be opened. {fault}")
    except DBAPIError as fault:
        sys.exit(f"The database cannot be opened. {fault.orig}")


def be_free(host: str, port: int, named: str = "DIALOG") -> None:
    """Go on with an address to listen on, or end: later it would be one empty line of a log."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            sys.exit(
                f"Nobody can listen on {host}, port {port}: {fault.strerror}. "
                f"Set {named}_HOST and {named}_PORT, or end what uses them."
            )


@contextmanager
def alone(database: str) -> Iterator[None]:
    """Hold the database, or end with the sentence that another process has it."""
    from dialog.store.lock import InUse, lock

    try:
        with lock(database):
            yield
    except InUse as fault:
        sys.exit(f"{fault} Stop the other one first.")


def counted(things: Sized, noun: str) -> str:
    """Return a number of things in words."""
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
