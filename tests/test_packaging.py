"""Installed into a fresh environment, the package starts from any folder."""

import http.client
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as ``make bundle`` makes it, unpacked on a server."""
    dist, server = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("server")
    make = ["make", "--no-print-directory", "bundle", f"PY={sys.executable}", f"DIST={dist}"]
    outcome = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (bundle,) = dist.iterdir()
    subprocess.run(["tar", "-C", server, "-xzf", bundle], check=True)
    (folder,) = server.iterdir()
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, unpacked: Path) -> Path:
    """The interpreter of an environment into which the bundle was installed without network.

    By the lines of docs/operations.md; whatever pip asks for elsewhere is not there.
    """
    told = (unpacked / "docs" / "operations.md").read_text("utf-8")
    line = next(line for line in told.splitlines() if line.startswith("/opt/dialog/bin/pip "))
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    words = shlex.split(line.replace("/opt/dialog", str(environment)), comments=True)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    outcome = subprocess.run(
        [*words, "--quiet", "--disable-pip-version-check"],
        cwd=unpacked, env=kept | nowhere, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return environment / "bin" / "python"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that is no checkout."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(tmp_path: Path, free_port: int) -> dict[str, str]:
    """Settings of an operator: an own data folder, a free port, a copy of the programme."""
    sessions = tmp_path / "sessions"
    shutil.copytree(ROOT / "sessions", sessions)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {
        "DIALOG_DATA": str(tmp_path / "data"),
        "DIALOG_HOST": "127.0.0.1",
        "DIALOG_PORT": str(free_port),
        "DIALOG_SESSIONS": str(sessions),
    }


@pytest.fixture
def dialog(python: Path, elsewhere: Path, environment: dict[str, str]):
    """Runs one command of the installed package, and returns what it printed."""

    def run(*arguments: str) -> str:
        outcome = subprocess.run(
            [python, "-m", "dialog", *arguments],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    return run


@pytest.fixture
def server(
    python: Path, elsewhere: Path, environment: dict[str, str], dialog
) -> Iterator[subprocess.Popen[str]]:
    """The server, after the migrations, as the Procfile starts it."""
    dialog("migrate")
    process = subprocess.Popen(
        [python, "-m", "dialog", "serve"],
        cwd=elsewhere,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def fetch(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def await_health(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert fetch(port, "/healthz")[0] == 200
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"the server does not answer:\n{process.communicate()[0]}")
            time.sleep(0.1)
        else:
            return


def test_the_package_brings_its_pages_and_styles_along(python: Path, elsewhere: Path):
    where = "import dialog, pathlib; print(pathlib.Path(dialog.__file__).parent)"
    command = [str(python), "-c", where]
    package = Path(subprocess.check_output(command, cwd=elsewhere, text=True).strip())
    assert ROOT not in package.parents
    for folder in ("templates", "static", "sessions/_template"):
        shipped = {f.relative_to(ROOT / folder) for f in (ROOT / folder).rglob("*") if f.is_file()}
        missing = {f for f in shipped if not (package / "_data" / folder / f).is_file()}
        assert shipped
        assert not missing
    compiled = package.glob("locale/*/LC_MESSAGES/*.mo")
    assert {file.parts[-3] for file in compiled} == {"de_simple", "en"}


def test_the_bundle_is_whole_and_is_checked(unpacked: Path) -> None:
    checked = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    subprocess.run(checked, cwd=unpacked, check=True)
    listed = {line.split("  ")[1] for line in (unpacked / "SHA256SUMS").read_text().splitlines()}
    there = {f"./{f.relative_to(unpacked)}" for f in unpacked.rglob("*") if f.is_file()}
    assert there - listed == {"./SHA256SUMS"}
    assert {"./deploy/nginx.conf", "./docs/operations.md", "./LICENSE"} <= listed
    assert all(file.suffix == ".whl" for file in (unpacked / "bundle").iterdir())


def test_help_from_another_folder(dialog):
    assert "serve" in dialog("--help")


def test_the_programme_is_checked_from_another_folder(dialog):
    dialog("check")


def test_a_record_is_set_as_pdf_from_another_folder(dialog, tmp_path: Path):
    dialog("migrate")
    dialog("export", "2026-10-06-wohnen-und-ankommen", "--to", str(tmp_path / "records"))
    (pdf,) = (tmp_path / "records").glob("*/transcript.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_server_starts_from_another_folder(
    server: subprocess.Popen[str], environment: dict[str, str]
):
    port = int(environment["DIALOG_PORT"])
    await_health(server, port)
    for path in ("/", "/archive", "/static/css/base.css"):
        status, body = fetch(port, path)
        assert (status, bool(body)) == (200, True), path
    server.terminate()
    said, _ = server.communicate(timeout=30)
    assert server.returncode == 0, said
    assert str(port) in said
    assert "Traceback" not in said
