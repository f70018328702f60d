"""A disk that is full, read-only or broken for as long as a test wants it, without being root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")
KINDS = {"full": "f", "read-only": "r", "broken": "e"}


class Disk:
    """What lies between a server and its data folder; compiled when it is made."""

    def __init__(self, folder: Path, root: Path, compiler: str) -> None:
        self._flag, library = folder / "disk.flag", folder / "disk.so"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        self.environment = {
            "LD_PRELOAD": str(library),
            "DISK_FLAG": str(self._flag),
            "DISK_ROOT": str(root.resolve()),
        }

    @contextmanager
    def failing(self, kind: str) -> Iterator[None]:
        """Let every write below the root fail in one way."""
        self._flag.write_text(KINDS[kind])
        try:
            yield
        finally:
            self._flag.unlink()
