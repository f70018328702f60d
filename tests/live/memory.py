"""How much memory a server's process takes."""

import subprocess
from pathlib import Path

from tests.live.server import Server


def resident(server: Server) -> int:
    """Return the bytes of a running server that lie in memory."""
    process = server._process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        lines = status.read_text("ascii").splitlines()
        told = next(line for line in lines if line.startswith("VmRSS:")).split()[1]
    else:
        asked = ["ps", "-o", "rss=", "-p", str(process.pid)]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return int(told) * 1024
