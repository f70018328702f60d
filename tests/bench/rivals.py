"""Who else sends one frame to everyone: the floor in C, nchan, and Python's other servers."""

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.bench.machine import HERE, SERVER_CORE, end, pinned, program, wait_for
from tests.live.server import free_port

ROOT = HERE.parents[1]
PEERS = ROOT / ".venv-bench" / "bin" / "python"
IN_PYTHON = {
    "picows": "picows_server",
    "websockets broadcast": "websockets_server",
    "starlette send_text": "starlette_server",
    "daphne + channels": "channels_server",
}
NCHAN = "ngx_nchan_module.so"
MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"))
CONFIGURATION = """
load_module {module};
worker_processes 1;
worker_rlimit_nofile 20000;
daemon off;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 15000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    nchan_channel_id floor;
    location = / {{ nchan_subscriber websocket; nchan_subscriber_first_message newest; }}
    location = /publish {{ nchan_publisher; nchan_message_buffer_length 1; }}
  }}
}}
"""


class Rival(NamedTuple):
    """A server that sends a frame to everyone at every tick between ``begin`` and ``end``."""

    pid: int
    port: int
    begin: Callable[[], None]
    end: Callable[[], None]


class Missing(Exception):  # noqa: N818 - it is said of a rival
    """A rival is not on this machine; the message says how to get it."""


@contextmanager
def rival(name: str, folder: Path, frame: Path, tick_ms: int) -> Iterator[Rival]:
    """Run one of them, or raise ``Missing``."""
    own = folder / name.replace(" ", "-")
    own.mkdir()
    port = free_port()
    if name == "nchan":
        process = _nchan(own, port)
        made = _published(process.pid, port, frame, tick_ms)
    else:
        given: list[str | Path] = [frame, str(tick_ms)]
        process = (
            _floor(port, frame, tick_ms)
            if name == "floor"
            else python_peer(IN_PYTHON[name], own, port, given)
        )
        made = _signalled(process, port)
    try:
        yield made
    finally:
        made.end()
        end(process)


def _signalled(process: subprocess.Popen[bytes], port: int) -> Rival:
    def tell(number: int) -> Callable[[], None]:
        return lambda: process.send_signal(number)

    return Rival(process.pid, port, tell(signal.SIGUSR1), tell(signal.SIGUSR2))


def _start(command: list[str | Path], **options: object) -> subprocess.Popen[bytes]:
    with pinned(SERVER_CORE):
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]


def _floor(port: int, frame: Path, tick_ms: int) -> subprocess.Popen[bytes]:
    process = _start([program("floor"), str(port), frame, str(tick_ms)])
    _until_open(port)
    return process


@contextmanager
def http_floor(response: bytes) -> Iterator[Rival]:
    """Run the floor as a server that answers every request with the same bytes."""
    with TemporaryDirectory(prefix="dialog-bench-") as folder:
        file = Path(folder) / "response"
        file.write_bytes(response)
        port = free_port()
        process = _start([program("floor"), str(port), file, "1000", file])
        try:
            _until_open(port)
            yield _signalled(process, port)
        finally:
            end(process)


def python_peer(
    module: str, folder: Path, port: int, given: list[str | Path]
) -> subprocess.Popen[bytes]:
    """Start a server of ``peers`` in its own environment, or raise ``Missing``."""
    name = PEERS.parents[1].name
    if not PEERS.exists():
        raise Missing(f"{module}: `make bench` sets up {name}")
    ready, log = folder / "ready", folder / "log"
    command = [PEERS, "-W", "ignore", "-m", f"tests.bench.peers.{module}", str(port), *given, ready]
    with log.open("wb") as output:
        process = _start(command, stdout=output, stderr=output)
    try:
        wait_for(ready, process)
        _until_open(port)
    except (RuntimeError, OSError):
        end(process)
        told = log.read_text("utf-8").strip().splitlines() or ["it does not start"]
        raise Missing(f"{module}: {told[-1]}") from None
    return process


# --- nchan -------------------------------------------------------------------------------------


def _nchan(folder: Path, port: int) -> subprocess.Popen[bytes]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    module = next((m / NCHAN for m in MODULES if (m / NCHAN).exists()), None)
    if nginx is None or module is None:
        raise Missing("nchan: `apt install nginx libnginx-mod-nchan`")
    folder.parent.chmod(0o755)  # its worker is another user where we are root
    folder.chmod(0o777)
    written = folder / "nginx.conf"
    written.write_text(CONFIGURATION.format(module=module, folder=folder, port=port), "utf-8")
    command: list[str | Path] = [nginx, "-p", folder, "-c", written, "-e", folder / "log"]
    process = _start(command, stderr=subprocess.DEVNULL)
    _until_open(port)
    return process


def _published(pid: int, port: int, frame: Path, tick_ms: int) -> Rival:
    """nchan is told from outside what to send: one small request a tick, of another core."""
    text = frame.read_text("utf-8")
    on = threading.Event()

    def publish() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        while on.wait():
            due = time.monotonic() + tick_ms / 1000
            stamped = f'{{"at":{time.monotonic_ns():020d}'
            connection.request("POST", "/publish", stamped + text[len(stamped) :])
            connection.getresponse().read()
            time.sleep(max(0.0, due - time.monotonic()))
        connection.close()

    teller = threading.Thread(target=publish, daemon=True)
    teller.start()
    return Rival(pid, port, on.set, on.clear)


def _until_open(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError):
            connection.connect()
            return
        if time.monotonic() > deadline:
            raise OSError(f"nobody listens on {port}")
        time.sleep(0.05)
