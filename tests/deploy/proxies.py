"""The proxies of ``deploy/``, started as they are, but for names, ports and places."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
START_S = 30
NGINX = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/nginx-main.log notice;
events {{ worker_connections 1024; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=kept:1m;
  {told}
}}
"""


class Papers(NamedTuple):
    """Certificates for localhost, and who vouches for them."""

    authority: Path
    chain: Path
    key: Path
    ending: Path
    ended: Path


def papers(folder: Path) -> Papers:
    """Make an authority, and certificates for a year, for three days and of yesterday."""
    now = datetime.now(UTC)
    own = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prüfstelle")])

    def made(subject: x509.Name, public: ec.EllipticCurvePublicKey, until: datetime, ca: bool):
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=10))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        return built.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    us = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    found = Papers(*(folder / f"{one}.pem" for one in Papers._fields))
    found.authority.write_bytes(made(name, own.public_key(), now + timedelta(days=400), True))
    for file, days in ((found.chain, 365), (found.ending, 3), (found.ended, -1)):
        file.write_bytes(made(us, key.public_key(), now + timedelta(days=days), False))
    shape = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, shape, plain))
    return found


Change = tuple[str, str]


def nginx_config(
    folder: Path, upstream: int, ports: Mapping[str, tuple[int, Change | None]], proof: Papers
) -> str:
    """Return what stands in deploy/nginx.conf; a server for each port, each with one change."""
    told = (DEPLOY / "nginx.conf").read_text("utf-8")
    servers = re.findall(r"^server \{.*?^\}$", told, re.DOTALL | re.MULTILINE)
    assert len(servers) == 2
    before = told[: told.index(servers[0])]
    secure = servers[1]
    made = []
    for port, change in ports.values():
        text = secure
        if change is not None:
            assert change[0] in text, change
            text = text.replace(*change)
        text = re.sub(r"\n *listen \[::\].*", "", text)
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        text = text.replace("server_name dialog.example", "server_name localhost")
        made.append(text)
    whole = before.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}") + "\n".join(made)
    whole = whole.replace("/etc/ssl/dialog/fullchain.pem", str(proof.chain))
    whole = whole.replace("/etc/ssl/dialog/key.pem", str(proof.key))
    whole = whole.replace("/var/log/nginx", str(folder))
    # Or its worker could not enter the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    return NGINX.format(user=user, folder=folder, told=whole)


def caddy_config(upstream: int, port: int, proof: Papers) -> str:
    """Return what stands in deploy/Caddyfile, with the test's certificate."""
    told = (DEPLOY / "Caddyfile").read_text("utf-8")
    site = f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {proof.chain} {proof.key}"
    assert "\ndialog.example {" in told
    told = told.replace("\ndialog.example {", f"\n{site}")
    told = told.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    assert "reverse_proxy 127.0.0.1:8000" in told
    return told.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")


@contextmanager
def nginx(program: str, folder: Path, config: str, ports: list[int]) -> Iterator[None]:
    (folder / "conf").write_text(config, "utf-8")
    command = [program, "-c", str(folder / "conf"), "-e", "stderr"]
    with started(command, folder, folder / "nginx-output.log", ports):
        yield


@contextmanager
def caddy(program: str, folder: Path, config: str, ports: list[int]) -> Iterator[None]:
    (folder / "Caddyfile").write_text(config, "utf-8")
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with started(command, folder, folder / "caddy.log", ports):
        yield


@contextmanager
def started(command: list[str], folder: Path, output: Path, ports: list[int]) -> Iterator[None]:
    """Run a proxy until it listens on all ports, and to the end."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with output.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=dict(os.environ) | home)
    try:
        deadline = time.monotonic() + START_S
        for port in ports:
            while not listens(port):
                gone = process.poll() is not None or time.monotonic() > deadline
                assert not gone, output.read_text("utf-8")
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
