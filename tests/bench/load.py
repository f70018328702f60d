"""The load client of ``load.c`` as a process of its own, on a core of its own."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.machine import CLIENT_CORE, end, pinned, program

Told = dict[str, Any]
BUSY = 0.9


class Load:
    """Thousands of connections; every command returns what was counted, and its own CPU time."""

    def __init__(
        self,
        port: int,
        connections: int,
        *,
        path: str = "/",
        origin: str = "",
        tickets: Path | None = None,
        questions: int = 0,
        headers: Sequence[str] = (),
        http: bool = False,
        etags: bool = False,
    ) -> None:
        """``tickets`` lead into a session of ours; without them frames are only counted.

        Over ``http`` pages are asked for, with ``etags`` as by who has them already.
        """
        given: list[object] = ["--port", port, "--connections", connections, "--path", path]
        given += ["--origin", origin] if origin else []
        given += ["--http"] if http else []
        given += ["--etags"] if etags else []
        if tickets:
            given += ["--tickets", tickets, "--hello", "--protocol", "dialog.v1"]
        given += ["--questions", questions] if questions else []
        given += ["--header", "\r\n".join(headers)] if headers else []
        self.connections = connections
        self.busiest = 0.0
        with pinned(CLIENT_CORE):
            self._process = subprocess.Popen(
                [program("load"), *map(str, given)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def ask(self, *command: object) -> Told:
        """Give a command and wait for what it came to."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write((" ".join(map(str, command)) + "\n").encode())
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"the load client ended at {command}")
        told: Told = json.loads(line)
        if "seconds" in told:
            told["client share"] = told["cpu_s"] / max(told["seconds"], 1e-9)
            if command[0] in ("watch", "tap", "loop", "get"):
                self.busiest = max(self.busiest, told["client share"])
        return told

    def connect(self, hands: int = 100) -> Told:
        """Connect all, and fail where one does not come in."""
        told = self.ask("connect", hands)
        if told["live"] != self.connections:
            raise RuntimeError(f"only {told['live']} of {self.connections} came in: {told}")
        return told


def busy(share: float) -> list[str]:
    """Return a warning where the load client may have been what was measured."""
    if share < BUSY:
        return []
    return [f"The load client was busy for {share:.0%} of the time: figures may be too low."]
