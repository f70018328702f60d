"""The usual way to store upvotes, run as a server: an ``AsyncSession`` and a commit for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import Load
from tests.bench.machine import end
from tests.bench.rivals import python_peer
from tests.live.server import free_port


@contextmanager
def each(folder: Path, clients: int) -> Iterator[tuple[int, Load]]:
    """Run it on a database in ``folder``; give its process and clients, or raise ``Missing``."""
    port, tickets = free_port(), folder / "tickets"
    tickets.write_text("".join(f"{number}\t{number}\n" for number in range(clients)), "ascii")
    process = python_peer("session_server", folder, port, [folder / "usual.sqlite3"])
    try:
        with Load(port, clients, tickets=tickets, questions=200) as load:
            load.connect()
            yield process.pid, load
    finally:
        end(process)
