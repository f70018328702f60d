"""A throwaway PostgreSQL of the machine's binaries, reached by a socket in its own folder."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

START_S = 30


class Cluster:
    """One cluster that can be stopped and started again; ``as_user`` stands before its commands."""

    def __init__(self, binaries: Path, as_user: list[str]) -> None:
        self._bin, self._as_user = binaries, as_user
        # Not pytest's folder: only root could enter it, and a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="dialog-pg-"))
        self._data = str(self.folder / "data")
        self._log = self.folder / "log"
        self._server: subprocess.Popen[bytes] | None = None
        if as_user:
            shutil.chown(self.folder, "postgres", "postgres")
        initdb = [str(binaries / "initdb"), "--pgdata", self._data, "--username=dialog"]
        choices = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [*as_user, *initdb, *choices], check=True, capture_output=True, cwd=self.folder
        )

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://dialog@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def start(self) -> None:
        listening = ["-c", "listen_addresses=", "-k", str(self.folder)]
        with self._log.open("ab") as output:
            self._server = subprocess.Popen(
                [*self._as_user, str(self._bin / "postgres"), "-D", self._data, *listening],
                stdout=output,
                stderr=output,
                cwd=self.folder,
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            gone = self._server.poll() is not None or time.monotonic() > deadline
            assert not gone, f"PostgreSQL does not start:\n{self._log.read_text('utf-8')}"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, mode: str = "fast") -> None:
        """End connections and stop, in good order or (``immediate``) as after a crash."""
        assert self._server is not None
        command = [str(self._bin / "pg_ctl"), "stop", "-D", self._data, "-m", mode, "-t", "30"]
        subprocess.run([*self._as_user, *command], check=True, capture_output=True, cwd=self.folder)
        self._server.wait(30)
        self._server = None

    def remove(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
