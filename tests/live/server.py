"""The real server as a process of its own, on a loopback port, with its own data and programme."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from click.testing import CliRunner

from dialog.cli import main
from dialog.forum.names import Role
from dialog.web.seals import Sealed, Seals
from tests.live.canaries import MODERATES
from tests.live.client import TOLD, Browser, Page
from tests.live.programme import evening

ROOT = Path(__file__).resolve().parents[2]
START_S = 30


def free_port() -> int:
    """Return a port on which nothing listens, below those that systems give to clients.

    One of theirs may be a client's by the time a server begins, or begins again; so may one of
    another process of the tests, which have an eighth each.
    """
    eighth = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
    while True:
        port = 20_000 + 1_500 * eighth + secrets.randbelow(1_500)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """One server that can be stopped, killed and started again on the same data."""

    program: tuple[str, ...] = ("-m", "dialog")

    def __init__(self, folder: Path, slugs: Mapping[str, str], **settings: object) -> None:
        self.folder = folder
        self.slugs = slugs
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self.environment = {
            "DIALOG_DATA": str(folder / "data"),
            "DIALOG_SESSIONS": str(folder / "sessions"),
            "DIALOG_PORT": str(self.port),
            "DIALOG_BASE_URL": self.base,
            "DIALOG_TICK_MS": "30",
            "DIALOG_HELLO_SECONDS": "1",
            "DIALOG_DRAIN_SECONDS": "3",
            # All people of all tests come from one network.
            "DIALOG_JOINS_AT_ONCE": "100000",
            "DIALOG_JOINS_PER_HOUR": "100000",
        } | {f"DIALOG_{name.upper()}": str(value) for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line with this server's settings, to its end."""
        command = [sys.executable, "-m", "dialog", *arguments]
        return subprocess.run(
            command,
            env=self._env(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _env(self) -> dict[str, str]:
        return dict(os.environ) | self.environment

    def migrate(self) -> None:
        done = CliRunner().invoke(main, ["migrate"], env=self.environment, catch_exceptions=False)
        assert done.exit_code == 0, done.output

    def start(self, amiss: str = "") -> None:
        """Start, and wait until it is ready but for what may be ``amiss``, such as the clock."""
        self.begin()
        self.await_ready(amiss)

    def begin(self) -> None:
        """Start the process, and do not wait for it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program, "serve"],
                env=self._env(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def await_ready(self, amiss: str = "") -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_S
        while not self._ready(amiss):
            assert self._process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.03)

    def _ready(self, amiss: str) -> bool:
        try:
            told = self.browser().get("/readyz")
        except OSError:
            return False
        lines = told.text.splitlines()
        known = bool(amiss) and all(line.startswith(f"not ready: {amiss}:") for line in lines)
        return told.status == 200 or known

    @property
    def running(self) -> bool:
        return self._process is not None

    def terminate(self) -> None:
        """Ask the process to end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 20) -> int:
        """Wait for the process to end, and return its exit code."""
        assert self._process is not None
        code = self._process.wait(seconds)
        self._process = None
        return code

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the process stand still; its connections stay and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self.wait()

    def stop(self) -> None:
        if self._process is not None:
            self.terminate()
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def browser(self) -> Browser:
        return Browser(self.base)

    def invite(self, slug: str, role: str, name: str = MODERATES) -> str:
        """Return a link for a member of staff, as the command line prints it."""
        arguments = ["invite", slug, "--role", role, "--name", name]
        done = CliRunner().invoke(main, arguments, env=self.environment, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        TOLD.add(name)
        return done.output.strip()

    def staff(self, slug: str, role: str, name: str = MODERATES) -> Browser:
        """Return a browser that has entered by such a link."""
        entered = self.browser()
        entered.may = frozenset({role})
        answer = entered.enter(self.invite(slug, role, name))
        assert answer.status == 303, answer.text
        return entered

    def volunteer(self, slug: str, name: str = "Samira Kanarienvogel") -> Browser:
        """Return a browser that takes part."""
        joined = self.browser()
        answer = joined.join(slug, name)
        assert answer.status == 303, answer.text
        return joined

    def seal(self, slug: str) -> str:
        """Return a form's token of a browser without a pass, where no page offers a form."""
        secret = (self.folder / "data" / "secret").read_text("ascii")
        return Seals(secret, lambda: time.time_ns() // 1_000_000).form(Sealed(0, slug, Role.READER))

    def page(self, browser: Browser, slug: str, place: str = "") -> Page:
        page = browser.get(f"/sessions/{slug}{place}")
        assert page.status == 200, page.text
        TOLD.add(page.live)
        return page

    def resyncs(self) -> Counter[str]:
        """Return how often clients asked for everything anew, as rooms told when they ended."""
        lines = [line for line in self.log.read_text("utf-8").splitlines() if "resyncs" in line]
        found = Counter[str]()
        for line in map(json.loads, lines):
            found.update({why: line[why] for why in line.keys() & {"gap", "digest", "error"}})
        return found

    def check_log(self, drifted: int = 0) -> None:
        """Nothing was logged as a fault, nothing that belongs to people, and no client drifted."""
        log = self.log.read_text("utf-8")
        assert "Traceback" not in log, log
        assert '"level": "error"' not in log, log
        assert "Exception" not in log, log
        found = [told for told in TOLD if len(told) > 7 and told in log]
        assert not found, found
        assert self.resyncs()["digest"] == drifted


@contextmanager
def running(folder: Path, *, drifted: int = 0, **settings: object) -> Iterator[Server]:
    """Run a server with one session of every state, and look at its log in the end."""
    server = Server(folder, evening(folder / "sessions"), **settings)
    server.migrate()
    server.start()
    try:
        yield server
    finally:
        server.stop()
    server.check_log(drifted)
