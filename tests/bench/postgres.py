"""A throwaway PostgreSQL of the machine's own binaries, reached by a socket in its own folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.bench.rivals import Missing

HOW = "PostgreSQL: `apt install postgresql`, and run as root needs its user and setpriv"


def _binaries() -> Path:
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if all((place / name).is_file() for name in ("initdb", "postgres")):
            return place
    raise Missing(HOW)


def _as_user() -> list[str]:
    """Return what stands before a command of PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv") or "postgres" not in {one.pw_name for one in pwd.getpwall()}:
        raise Missing(HOW)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster that syncs as it should; give the address of its database."""
    binaries, user = _binaries(), _as_user()
    folder = Path(tempfile.mkdtemp(prefix="dialog-pg-"))
    try:
        if user:
            shutil.chown(folder, "postgres", "postgres")
        data = str(folder / "data")
        made = [str(binaries / "initdb"), "--pgdata", data, "--username=dialog", "--auth=trust"]
        made += ["--encoding=UTF8", "--locale=C"]
        subprocess.run([*user, *made], check=True, capture_output=True, cwd=folder)
        server = subprocess.Popen(
            [
                *user,
                str(binaries / "postgres"),
                "-D",
                data,
                "-c",
                "listen_addresses=",
                "-k",
                folder,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            _await(f"postgresql://dialog@/postgres?host={folder}")
            yield f"postgresql://dialog@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(url: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
