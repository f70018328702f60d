"""The server under a clock that a test sets: ``python -m tests.live.stepped serve``.

The machine's clock shows as many ms more as a file says, wherever a program asks it.
"""

import os
import time
from pathlib import Path

from tests.live.server import Server

VARIABLE = "DIALOG_TEST_STEP"
HOUR = 60 * 60 * 1_000


class Stepped(Server):
    """A server whose machine's clock can be set while it runs."""

    program = ("-m", "tests.live.stepped")

    def step(self, ms: int) -> None:
        """Set the machine's clock ahead of the true one, or behind it."""
        file = self.folder / "step"
        self.environment[VARIABLE] = str(file)
        new = file.with_suffix(".new")
        new.write_text(str(ms), "ascii")
        new.replace(file)


def _set_clock(file: Path) -> None:
    true = time.time_ns

    def shown() -> int:
        return true() + int(file.read_text("ascii")) * 1_000_000

    time.time_ns = shown
    time.time = lambda: shown() / 1_000_000_000


if __name__ == "__main__":
    _set_clock(Path(os.environ[VARIABLE]))
    from dialog.cli import main

    main()
