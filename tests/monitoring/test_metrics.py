"""The metrics: on a port of their own, true, and without anything that belongs to people."""

import asyncio
import http.client
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from dialog.cli import main
from tests.live.canaries import MODERATES
from tests.live.client import Browser, Live
from tests.live.server import Server, free_port, running

ALERTS = Path(__file__).resolve().parents[2] / "deploy" / "alerts.yml"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("metrics"), metrics_port=port, access_log=1) as started:
        yield started


def scraped(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    text = answer.read().decode()
    connection.close()
    return text


def samples(port: int) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(scraped(port))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def figure(port: int, name: str, **labels: str) -> float:
    return samples(port).get((name, tuple(sorted(labels.items()))), 0.0)


def ask(browser: Browser, slug: str, text: str) -> None:
    answer = browser.submit(f"/sessions/{slug}", f"/sessions/{slug}/questions", text=text)
    assert answer.status == 303, answer.text


def test_what_happens_is_counted(server: Server, port: int) -> None:
    slug = server.slugs["live"]
    before = samples(port)
    volunteer = server.volunteer(slug)
    ask(volunteer, slug, "Wer zählt hier mit?")
    assert volunteer.get("/sessions/gibt-es-nicht").status == 404
    for _ in range(2):  # the second time from memory
        assert server.browser().get("/information").status == 200
    after = samples(port)

    def more(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after.get(key, 0) - before.get(key, 0)

    assert more("dialog_answers_total", answer="done") >= 1
    assert more("dialog_requests_total", page="/sessions/{slug}", status="404") == 1
    assert more("dialog_requests_total", page="/sessions/{slug}/join", status="303") == 1
    assert more("dialog_requests_total", page="/information", status="200") == 2
    assert more("dialog_questions_waiting", session=slug) == 1
    assert more("dialog_write_seconds_count") >= 2
    assert figure(port, "dialog_ready") == 1
    assert figure(port, "dialog_live", session=slug) == 1
    assert figure(port, "dialog_disk_free_bytes") > 1_000_000
    assert figure(port, "process_resident_memory_bytes") > 10_000_000


async def test_who_is_here_is_counted_by_role(server: Server, port: int) -> None:
    slug = server.slugs["live"]
    desk = await asyncio.to_thread(server.staff, slug, "moderator")
    page = server.page(desk, slug, "/moderation").live
    async with Live(desk, slug, page=page, stream="desk"):
        assert figure(port, "dialog_people", session=slug, role="moderator") == 1
        assert figure(port, "dialog_sockets", session=slug, stream="desk") == 1


def test_nothing_of_people_stands_in_metrics_or_log(server: Server, port: int) -> None:
    slug = server.slugs["live"]
    typed, token, name = "Geheimtext-4711", "gehtniemandenan-0815", "Vorname-Nachname-99"
    browser = server.browser()
    assert browser.join(slug, name).status == 303
    ask(browser, slug, f"{typed} – warum?")
    places = [
        f"/enter/{token}", f"/signin/{token}", f"/sessions/{slug}/mine/{token}",
        f"/archive/search?q={typed}", f"/{token}", f"/sessions/{token}", f"/static/{token}",
    ]  # fmt: skip
    for place in places:
        browser.get(place)
    said = scraped(port) + server.log.read_text("utf-8")
    for never in (typed, token, name, MODERATES, "127.0.0.1", "q=", "Mozilla"):
        assert never not in said, never
    lines = [line for line in server.log.read_text("utf-8").splitlines() if '"request"' in line]
    assert any('"page": "/sessions/{slug}/mine/{token}"' in line for line in lines)
    assert any('"page": "/enter/{token}"' in line for line in lines)


def test_every_answer_has_the_number_that_stands_in_the_log(server: Server) -> None:
    answer = server.browser().get("/archive/promises")
    number = answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]+", number)
    deadline = time.monotonic() + 30
    while f'"request": "{number}"' not in server.log.read_text("utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_public_port_knows_no_metrics(server: Server) -> None:
    assert server.browser().get("/metrics").status == 404


def test_the_metrics_port_is_loopback_s_alone(server: Server, port: int) -> None:
    name = socket.gethostname()
    own = {str(f[4][0]) for f in socket.getaddrinfo(name, None, socket.AF_INET)}
    for address in (one for one in own if not one.startswith("127.")):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), timeout=10).close()


def test_a_port_that_is_taken_is_said_so_before_anything_starts(server: Server, port: int) -> None:
    other = server.environment | {"DIALOG_PORT": str(free_port())}
    other["DIALOG_DATABASE_URL"] = f"sqlite:///{server.folder / 'other.sqlite3'}"
    assert CliRunner().invoke(main, ["migrate"], env=other).exit_code == 0
    done = CliRunner().invoke(main, ["serve"], env=other)
    assert done.exit_code == 1
    assert "DIALOG_METRICS_PORT" in done.output
    same = other | {"DIALOG_METRICS_PORT": other["DIALOG_PORT"]}
    done = CliRunner().invoke(main, ["serve"], env=same)
    assert (done.exit_code, "a port of their own" in done.output) == (1, True)


def test_alerts_ask_for_figures_that_there_are(server: Server, port: int) -> None:
    there = {name for name, _labels in samples(port)}
    told = ALERTS.read_text("utf-8")
    (group,) = yaml.safe_load(told)["groups"]
    for rule in group["rules"]:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        assert rule["labels"]["severity"] in {"page", "ticket"}
    asked = set(re.findall(r"\b(?:dialog|process)_[a-z_]+\b", told)) - {"dialog_digital"}
    assert len(asked) > 8
    # Counters that have counted nothing yet are not there.
    maybe = {"dialog_resyncs_total", "dialog_log_lines_total", "dialog_answers_total"}
    assert asked - there - maybe == set()
