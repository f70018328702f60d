"""Our server under a profiler: ``python -m tests.bench.profiled FILE serve``.

The loop's thread is watched from start to end, by its CPU time, so that neither sleep nor others on
the core count. What it costs to watch makes every figure of such a run wrong, not the shares.
"""

import cProfile
import io
import pstats
import sys
import time
from pathlib import Path

from dialog.cli import main

ROWS = 45


def told(file: Path) -> str:
    """Return where the time went: functions by their own time, then with their calls."""
    text = io.StringIO()
    stats = pstats.Stats(str(file), stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(ROWS)
    stats.sort_stats("cumtime").print_stats(ROWS)
    return text.getvalue()


if __name__ == "__main__":
    profile = cProfile.Profile(time.thread_time)
    target = sys.argv.pop(1)
    profile.enable()
    try:
        main()
    finally:
        profile.disable()
        profile.dump_stats(target)
