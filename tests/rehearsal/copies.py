"""Rehearsals as tests make them: by the command line, with the server's own settings."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

from tests.live.client import TOLD
from tests.live.server import Server

SOON_S = 15


class Copy(NamedTuple):
    """A rehearsal: its name, address and token."""

    slug: str
    url: str
    token: str


def made(server: Server, slug: str, *options: str) -> Copy:
    """Make a rehearsal of a session."""
    done = server.run("rehearsal", slug, *options)
    assert done.returncode == 0, done.stderr
    token = re.search(r"DIALOG_REHEARSAL_TOKEN=(\S+)", done.stdout)
    url = re.search(r"(http\S+/sessions/(\S+))", done.stdout)
    assert token
    assert url
    TOLD.add(token[1])
    return Copy(url[2], url[1], token[1])


def opened(server: Server, slug: str, *options: str) -> Copy:
    """Make a rehearsal and wait until the running server has it."""
    copy = made(server, slug, *options)
    soon(lambda: server.browser().get(f"/sessions/{copy.slug}/join").status == 200)
    return copy


def soon(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def stored(server: Server) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that stands in the tables, those of sessions by their slug."""
    with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as connection:
        tables = [
            t for (t,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in tables
            if not table.startswith("sqlite")
        }
