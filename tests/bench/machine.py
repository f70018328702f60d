"""The machine under the benchmarks: C programs, cores, and what a process has taken of them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "bench"
SERVER_CORE, CLIENT_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


def compiler() -> str | None:
    """Return the C compiler, if there is one."""
    return shutil.which("gcc") or shutil.which("cc")


def program(name: str) -> Path:
    """Build a C program of this folder, where it is newer than what was built, and return it."""
    source, built = HERE / f"{name}.c", BUILD / "bin" / name
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        found = compiler()
        if found is None:
            raise RuntimeError("The benchmarks need gcc, e.g. `apt install gcc libc6-dev`.")
        built.parent.mkdir(parents=True, exist_ok=True)
        made = built.with_name(f"{name}.{os.getpid()}")
        command: list[str | Path] = [
            found,
            "-O2",
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-o",
            made,
            source,
        ]
        subprocess.run(command, check=True)
        made.replace(built)
    return built


def cores() -> set[int]:
    """Return the cores that we may use."""
    return set(os.sched_getaffinity(0))


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Let what is started meanwhile run on one core, where the machine has it."""
    before = cores()
    os.sched_setaffinity(0, {core} & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text("ascii").split():
            found += family(int(child))
    return found


def _of_all(pid: int, take: Callable[[int], float]) -> float:
    """Add up what a process and its children take; a child may end while one looks."""
    while Path(f"/proc/{pid}").exists():
        with suppress(OSError):
            members = family(pid)
            total = sum(take(one) for one in members)
            if family(pid) == members:
                return total
    raise ProcessLookupError(pid)


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process took: user, system, all threads and children.

    The kernel's own clock of a process counts in nanoseconds, and threads that have ended too;
    children that have ended are counted in the ticks of ``stat``.
    """
    return _of_all(pid, _cpu)


def _cpu(pid: int) -> float:
    ended = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[13:15]
    return time.clock_gettime(~pid << 3 | 2) + sum(map(int, ended)) / TICKS


def memory(pid: int) -> float:
    """Return the bytes that a process and its children take: their proportional share."""
    return _of_all(pid, _memory)


def _memory(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024


def end(process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """End a process that we have started, at last by force."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(ready: Path, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Wait until a process has written that it is ready."""
    deadline = time.monotonic() + seconds
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not start")
        time.sleep(0.02)
