"""Our server under a profiler: ``python -m tests.bench.profiled FILE serve``.

The loop's thread is watched from start to end; what it costs to watch makes every figure of such a
run wrong, only the shares are right.
"""

import cProfile
import io
import pstats
import sys
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
    profile = cProfile.Profile()
    target = sys.argv.pop(1)
    profile.enable()
    try:
        main()
    finally:
        profile.disable()
        profile.dump_stats(target)
