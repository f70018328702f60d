"""One server, and before it every proxy at once: as in ``deploy/``, and each broken in one way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.proxies import Change, Papers, caddy, caddy_config, nginx, nginx_config, papers
from tests.live.programme import evening
from tests.live.server import free_port
from tests.live.stepped import Stepped

FORWARDED = "proxy_set_header X-Forwarded-For $remote_addr;"
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
PASS = "proxy_pass http://dialog;"
POLICY = """add_header Content-Security-Policy "default-src *" always;"""
KEPT = "proxy_cache kept; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control;"
# What is broken, and what the doctor has to find, good or bad, because of it.
BROKEN = {
    "websocket": ("proxy_set_header Upgrade $http_upgrade;", ""),
    "origin, websocket origin": (PASS, f'{PASS} proxy_set_header Origin "";'),
    "origin, websocket": (PASS, f"{PASS} proxy_set_header Origin https://proxy.example;"),
    "forwarded address": (FORWARDED, ""),
    "forwarded address ": (FORWARDED, f"{FORWARDED[:-13]}$remote_addr,$http_x_forwarded_for;"),
    "forwarded address, forwarded scheme": (PASS, f"{PASS} proxy_bind 127.0.0.2;"),
    "forwarded scheme": (PROTO, ""),
    "forwarded scheme ": (PROTO, "proxy_set_header X-Forwarded-Proto $pretended;"),
    "bodies": ("client_max_body_size 3m;", "client_max_body_size 1m;"),
    "buffering": ("proxy_buffering off;", "proxy_buffering on;"),
    "long polls, websocket times": ("proxy_read_timeout 75s;", "proxy_read_timeout 6s;"),
    "tls": ("/etc/ssl/dialog/fullchain.pem", "{ending}"),
    "headers": (PASS, f"{PASS} {POLICY}"),
    "headers ": ("add_header Strict", "#"),
    "address": ("$http_host;", "dialog;"),
    "caching, buffering, websocket": ("proxy_buffering off;", KEPT),
}
PRETENDED = (
    'map $http_x_forwarded_proto $pretended { default $http_x_forwarded_proto; "" $scheme; }\n'
)


@dataclass(frozen=True)
class Front:
    """The server and what stands before it; ``logs`` are all files that anything is written to."""

    server: Stepped
    nginx: str
    caddy: str
    broken: dict[str, str]
    ended: str
    papers: Papers
    folder: Path

    def logs(self) -> dict[str, str]:
        files = [*self.folder.glob("*.log"), self.server.log]
        return {file.name: file.read_text("utf-8") for file in files}


@pytest.fixture(scope="session")
def front(
    tmp_path_factory: pytest.TempPathFactory, nginx_path: str, caddy_path: str
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    proof = papers(folder)
    ports = {name: free_port() for name in ("nginx", "caddy", "ended", *BROKEN)}
    bases = {name: f"https://localhost:{port}" for name, port in ports.items()}
    server = Stepped(
        folder,
        evening(folder / "sessions"),
        origins=",".join(bases.values()),
        proxies="127.0.0.1",
        access_log=1,
    )
    server.step(0)
    server.environment["DIALOG_BASE_URL"] = bases["nginx"]
    told = {name: (old, new.format(ending=proof.ending) if "{" in new else new)
            for name, (old, new) in BROKEN.items()}  # fmt: skip
    servers: dict[str, tuple[int, Change | None]] = {"nginx": (ports["nginx"], None)}
    servers |= {"ended": (ports["ended"], ("/etc/ssl/dialog/fullchain.pem", str(proof.ended)))}
    servers |= {name: (ports[name], change) for name, change in told.items()}
    config = nginx_config(folder, server.port, servers, proof)
    config = config.replace("upstream dialog {", f"{PRETENDED}upstream dialog {{", 1)
    there = [ports[name] for name in servers]
    server.migrate()
    server.start()
    site = caddy_config(server.port, ports["caddy"], proof)
    with (
        nginx(nginx_path, folder, config, there),
        caddy(caddy_path, folder, site, [ports["caddy"]]),
    ):
        broken = {name: bases[name] for name in BROKEN}
        yield Front(server, bases["nginx"], bases["caddy"], broken, bases["ended"], proof, folder)
    server.stop()
