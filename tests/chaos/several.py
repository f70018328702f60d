"""Several server processes on one PostgreSQL database, behind nginx; all on loopback."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from tests.chaos.cluster import Cluster
from tests.chaos.storm import FAST, Stored, added_up
from tests.live.server import Server, free_port

PROCESSES = 3
NGINX = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/errors warn;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $upgrading {{ default upgrade; "" ""; }}
  upstream dialog {{
    least_conn;
    {servers}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://dialog;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $upgrading;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_connect_timeout 2s;
      proxy_read_timeout 75s;
      proxy_next_upstream error timeout http_502 http_503;
      proxy_buffering off;
    }}
  }}
}}
"""


# What is told of a database that went away: by us, and by the pool that closes what it left.
AWAY = ('"event": "database takes nothing"', '"event": "Error closing cursor"')


class Nginx:
    """A reverse proxy before some ports."""

    def __init__(self, program: str, folder: Path, ports: list[int], *, as_root: bool) -> None:
        self._program, self._folder = program, folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        folder.mkdir()
        servers = " ".join(f"server 127.0.0.1:{p} max_fails=1 fail_timeout=1s;" for p in ports)
        user = "user root;" if as_root else ""  # or its worker could not enter the folder
        told = NGINX.format(user=user, folder=folder, servers=servers, port=self.port)
        (folder / "conf").write_text(told, "utf-8")

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [self._program, "-c", str(self._folder / "conf"), "-e", "stderr"]
        with (self._folder / "output").open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


def asked(connection: psycopg.Connection, query: str, *values: object) -> list[tuple]:
    told = query.replace("%", "%%").replace("?", "%s")
    return connection.execute(told, values).fetchall()


class Several:
    """The processes of one evening: ``front`` is what people see of them."""

    def __init__(
        self, folder: Path, slugs: Mapping[str, str], cluster: Cluster, database: str, **settings
    ) -> None:
        self.slugs, self.cluster, self.database = slugs, cluster, database
        self.processes = [Server(folder, slugs) for _ in range(PROCESSES)]
        self.front = Server(folder, slugs)
        direct = ",".join(process.base for process in self.processes)
        common = {"database_url": cluster.url(database), "proxies": "127.0.0.1", "origins": direct}
        for number, process in enumerate((*self.processes, self.front)):
            process.log = folder / f"log-{number}"
            told = common | {"drain_seconds": 6} | settings
            process.environment |= {f"DIALOG_{n.upper()}": str(v) for n, v in told.items()}

    def stand_before(self, nginx: Nginx) -> None:
        """Let people come through a proxy."""
        self.front.base = nginx.base
        for process in (*self.processes, self.front):
            process.environment["DIALOG_BASE_URL"] = nginx.base

    def ask(self, query: str, *values: object) -> list[tuple]:
        with self.cluster.connect(self.database) as connection:
            return asked(connection, query, *values)

    def stored(self, slug: str) -> Stored:
        """Fold a session's journal of one moment, while others may write."""
        with self.cluster.connect(self.database) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return added_up(partial(asked, connection), slug)

    def kinds(self, slug: str) -> list[str]:
        """Return the kinds of a session's entries in order."""
        query = "SELECT kind FROM journal JOIN sessions ON id = session WHERE slug = ?"
        return [kind for (kind,) in self.ask(f"{query} ORDER BY number", slug)]

    def listeners(self) -> int:
        """Return how many connections listen."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND query ILIKE 'LISTEN%'"
        return self.ask(query, self.database)[0][0]

    def start(self) -> None:
        """Start all processes at once."""
        self.processes[0].migrate()
        for process in self.processes:
            process.begin()
        for process in self.processes:
            process.await_ready()

    def stop(self) -> None:
        for process in self.processes:
            if process.running:
                process.terminate()
        for process in self.processes:
            if process.running:
                process.stop()

    def check_logs(self) -> None:
        """Nothing was a fault of ours; that the database was away was told."""
        for process in self.processes:
            lines = process.log.read_text("utf-8").splitlines(keepends=True)
            ours = [line for line in lines if not any(told in line for told in AWAY)]
            process.log.write_text("".join(ours), "utf-8")
            process.check_log()


@contextmanager
def several(
    folder: Path, slugs: Mapping[str, str], cluster: Cluster, nginx: str, **settings: object
) -> Iterator[Several]:
    """Run three processes behind a proxy, on a database of their own."""
    import os

    name = f"evening_{time.monotonic_ns()}"
    with cluster.connect() as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    made = Several(folder, slugs, cluster, name, **(FAST | settings))
    ports = [process.port for process in made.processes]
    proxy = Nginx(nginx, folder / "nginx", ports, as_root=os.geteuid() == 0)
    made.stand_before(proxy)
    with proxy.running():
        made.start()
        try:
            yield made
        finally:
            made.stop()
