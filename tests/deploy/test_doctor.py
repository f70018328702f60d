"""The doctor finds nothing at the proxies of ``deploy/``, and each fault at one that has it."""

import asyncio
import json
import os
import subprocess
import sys
import time

import pytest

from dialog.doctor import Finding, Grade, Patient, examine
from dialog.web.seals import Seals
from tests.deploy.conftest import Front
from tests.live.server import ROOT, free_port

LOOKED_AT = {
    "ready", "tls", "headers", "address", "clock", "caching", "forwarded address",
    "forwarded scheme", "origin", "bodies", "buffering", "long polls", "websocket",
    "websocket origin", "websocket times", "operator",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _trusted(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(front.papers.authority))


def wall() -> int:
    return time.time_ns() // 1_000_000


def patient(front: Front, url: str, seconds: float = 2) -> Patient:
    secret = (front.server.folder / "data" / "secret").read_text("ascii")
    return Patient(url, Seals(secret, wall).doctor(), seconds)


def run(front: Front, *arguments: str, program: str = "dialog", **more: str):
    environment = dict(os.environ) | front.server.environment | more
    return subprocess.run(
        [sys.executable, "-m", program, "doctor", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def amiss(found: list[Finding], *, known: frozenset[str] = frozenset()) -> set[str]:
    return {one.about for one in found if one.grade is not Grade.GOOD} - known


def test_the_proxies_of_deploy_are_as_they_must_be(front: Front) -> None:
    done = run(front, front.nginx, "--seconds", "3", "--json")
    found = json.loads(done.stdout)
    lacks = [one["about"] for one in found if one["grade"] != "good"]
    assert lacks == ["operator"], found  # the settings of this test name no imprint
    assert {one["about"] for one in found} == LOOKED_AT
    assert done.returncode == 0
    plain = run(front, front.caddy, "--seconds", "3")
    assert plain.returncode == 0, plain.stdout
    marked = [line for line in plain.stdout.splitlines() if not line.startswith(("good", " "))]
    named = [line.partition(":")[0] for line in marked]
    assert named == ["note  address", "note  operator"], plain.stdout
    assert "DIALOG_OPERATOR_ADDRESS" in plain.stdout


async def test_each_fault_is_found_where_it_is_and_nowhere_else(front: Front) -> None:
    async def seen(name: str, url: str) -> tuple[str, list[Finding]]:
        silence = 10 if "long polls" in name else 2
        return name, await examine(patient(front, url, silence), wall)

    found = dict(await asyncio.gather(*(seen(name, url) for name, url in front.broken.items())))
    own = frozenset({"address"})  # each has another port than the server's address
    for name, findings in found.items():
        wanted = {part.strip() for part in name.split(",")} - own
        told = "\n".join(map(str, findings))
        assert amiss(findings, known=own) == wanted, f"{name}\n{told}"
        assert all(one.remedy for one in findings if one.grade is not Grade.GOOD)
    host = next(one for one in found["address"] if one.about == "address")
    assert host.grade is Grade.NOTE
    assert all(not one.remedy for one in found["bodies"] if one.grade is Grade.GOOD)


def test_a_clock_that_differs_is_found(front: Front) -> None:
    step = front.folder / "doctor-step"
    step.write_text("-90000", "ascii")
    done = run(
        front,
        front.nginx,
        "--seconds",
        "1",
        program="tests.live.stepped",
        DIALOG_TEST_STEP=str(step),
    )
    assert done.returncode == 1
    bad = [line for line in done.stdout.splitlines() if line.startswith("bad")]
    assert len(bad) == 1, done.stdout
    assert "bad   clock: The server's clock is 90" in bad[0] or "89" in bad[0]
    assert "ahead" in bad[0]


def test_who_has_another_secret_is_told_so_and_learns_nothing(front: Front) -> None:
    done = run(front, front.nginx, "--seconds", "1", DIALOG_SECRET="a" * 40)
    assert done.returncode == 1
    assert "another secret" in done.stdout
    assert "forwarded" not in done.stdout
    assert front.server.browser().get("/doctor").status == 403
    assert front.server.browser().get("/doctor", x_dialog_doctor="x.y").status == 403
    assert front.server.browser().post("/doctor", {}).status == 403


def test_a_secret_that_is_not_there_is_not_drawn(front: Front, tmp_path) -> None:
    done = run(front, front.nginx, DIALOG_DATA=str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "secret" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_nobody_at_home_and_a_certificate_of_yesterday_are_said_so(front: Front) -> None:
    done = run(front, f"https://localhost:{free_port()}", "--seconds", "1")
    assert (done.returncode, "Nobody answers" in done.stderr) == (1, True)
    done = run(front, front.ended, "--seconds", "1")
    assert done.returncode == 1
    assert "certificate has expired" in done.stderr


async def test_without_tls_and_proxy_it_says_what_is_missing(front: Front) -> None:
    found = await examine(patient(front, front.server.base, 1), wall)
    told = {one.about: one for one in found}
    assert told["tls"].grade is Grade.NOTE
    assert told["forwarded address"].said == "No proxy stands before the server."
    assert told["address"].grade is Grade.BAD  # its forms are refused, and that is said
    assert told["origin"].grade is Grade.BAD
    assert told["websocket"].grade is Grade.BAD
