"""What tests everywhere need: a clean environment, and the machine's browser and database."""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings as hypothesis_settings

from tests.chaos.cluster import Cluster

# Plain asserts outside the test files: let pytest explain them too, whoever imports them first.
pytest.register_assert_rewrite("tests.forum.laws", "tests.forum.evening")

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("DIALOG_TEST_REQUIRE_ALL", "") not in {"", "0"}

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = "No Chromium found: browser journeys need one, e.g. `apt install chromium`."
NO_POSTGRES = "No PostgreSQL found: its tests need initdb and postgres, `apt install postgresql`."
NO_POSTGRES_USER = (
    "PostgreSQL refuses to run as root and there is no user `postgres` with `setpriv` to run it: "
    "`apt install postgresql util-linux`, or run the tests as another user."
)
NO_NGINX = "No nginx found: several processes need a reverse proxy, `apt install nginx-light`."
NO_CADDY = "No Caddy found: its example is started by tests, `apt install caddy`."
NO_SYSTEMD = "No systemd-analyze found: it checks the units of deploy/, `apt install systemd`."
NO_COMPILER = "No C compiler found: the failing disk needs one, `apt install gcc libc6-dev`."
NO_PROVIDER = "No oidc-provider found: sign-in with a provider needs Node and `npm ci`."
NO_ASYNCAPI = "No schema of AsyncAPI found: the messages' description needs Node and `npm ci`."
NO_AXE = "No axe-core found: accessibility checks need Node and `npm ci`."

# A slow machine is no failure of a property; how long tests take is measured elsewhere. Where a
# state is judged, each run tries the same; the search for new examples goes on wherever we work.
hypothesis_settings.register_profile(
    "dialog", deadline=None, print_blob=True, derandomize=REQUIRE_ALL
)
hypothesis_settings.load_profile("dialog")


def _missing(how: str) -> NoReturn:
    """Skip with one line that says how to get what is missing, or fail where all is required."""
    if REQUIRE_ALL:
        pytest.fail(how, pytrace=False)
    pytest.skip(how)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests must not reach them."""
    for name in os.environ:
        if name.startswith("DIALOG_") and not name.startswith("DIALOG_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def compiler() -> str:
    """The C compiler of this machine."""
    for name in ("gcc", "cc", "clang"):
        if found := shutil.which(name):
            return found
    _missing(NO_COMPILER)


@pytest.fixture
def free_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    _missing(NO_CHROMIUM)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core as one script, to be evaluated in a page."""
    script = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        _missing(NO_AXE)
    return script.read_text("utf-8")


@pytest.fixture(scope="session")
def asyncapi_schema() -> dict[str, Any]:
    """The JSON Schema of AsyncAPI 3.0."""
    file = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    if not file.is_file():
        _missing(NO_ASYNCAPI)
    return dict(json.loads(file.read_text("utf-8")))


# ------------------------------------------------------------------ a provider of OpenID Connect


@pytest.fixture(scope="session")
def oidc_provider() -> list[str]:
    """The command that starts a real provider."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "oidc-provider").is_dir():
        _missing(NO_PROVIDER)
    return [node, str(ROOT / "tests" / "oidc" / "provider.js")]


# -------------------------------------------------------------------------------------- database


def _postgres_folders() -> list[Path]:
    """Folders that may hold PostgreSQL's binaries: the path's first, then Debian's newest."""
    on_path = shutil.which("initdb")
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    return [*([Path(on_path).resolve().parent] if on_path else []), *debian]


@pytest.fixture(scope="session")
def postgres_bin() -> Path:
    """The folder with ``initdb`` and ``postgres``."""
    for folder in _postgres_folders():
        if all((folder / name).is_file() for name in ("initdb", "postgres")):
            return folder
    _missing(NO_POSTGRES)


def _postgres_user() -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv") or not _exists("postgres"):
        _missing(NO_POSTGRES_USER)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]


def _exists(user: str) -> bool:
    """Whether the machine knows this user."""
    import pwd  # not there on Windows, where nobody is root

    return any(entry.pw_name == user for entry in pwd.getpwall())


def _throwaway(postgres_bin: Path) -> Iterator[Cluster]:
    cluster = Cluster(postgres_bin, _postgres_user())
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def postgres_cluster(postgres_bin: Path) -> Iterator[Cluster]:
    """A throwaway cluster of one test module or session; nobody stops it."""
    yield from _throwaway(postgres_bin)


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The address of a throwaway cluster, reached by a socket in its own folder."""
    return postgres_cluster.url().replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture(scope="module")
def own_cluster(postgres_bin: Path) -> Iterator[Cluster]:
    """A cluster that a module may stop and start as it likes."""
    yield from _throwaway(postgres_bin)


@pytest.fixture(scope="session")
def nginx_path() -> str:
    """The nginx of this machine."""
    for place in (shutil.which("nginx"), "/usr/sbin/nginx"):
        if place and Path(place).is_file():
            return place
    _missing(NO_NGINX)


@pytest.fixture(scope="session")
def caddy_path() -> str:
    """The Caddy of this machine."""
    if found := shutil.which("caddy"):
        return found
    _missing(NO_CADDY)


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The program that checks units."""
    if found := shutil.which("systemd-analyze"):
        return found
    _missing(NO_SYSTEMD)


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """The address of an empty database, gone after the test."""
    import psycopg

    server = postgres_url.replace("+psycopg", "", 1)
    name = f"test_{time.monotonic_ns()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield postgres_url.replace("/postgres?", f"/{name}?", 1)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
