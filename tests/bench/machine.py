"""The machine under the benchmarks: C programs, cores, and what a process has taken of them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "bench"
SERVER_CORE, CLIENT_CORE = 0, 1


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


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process and its children took: user, system, all threads.

    The scheduler's own count, in nanoseconds: the ticks of ``stat`` are too coarse for a second.
    """
    threads = [one for member in family(pid) for one in Path(f"/proc/{member}/task").iterdir()]
    return sum(int((one / "schedstat").read_text("ascii").split()[0]) for one in threads) / 1e9


def memory(pid: int) -> int:
    """Return the bytes of memory that a process and its children take: their proportional share."""
    total = 0
    for one in family(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text("ascii")
        line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        total += int(line.split()[1]) * 1024
    return total


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
