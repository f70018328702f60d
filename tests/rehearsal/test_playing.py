"""A rehearsal is really played against a real server, and its figures are the server's own."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from dialog.demo import script
from dialog.demo.sessions import EVENING
from dialog.rehearsal.entrance import NoEntranceError, knock
from dialog.rehearsal.figures import figures
from dialog.rehearsal.play import Plan, play
from dialog.rehearsal.record import Record
from dialog.rehearsal.report import report
from dialog.rehearsal.verdict import judge
from dialog.rehearsal.volunteers import Volunteer
from dialog.rehearsal.words import Words
from dialog.web.seals import Seals
from tests.chaos.proxy import RefuseUpgrade, behind
from tests.journeys.looks import Looks
from tests.live.programme import evening as evening_of
from tests.live.server import ROOT, Server, running
from tests.rehearsal.copies import Copy, made, opened

PLAYERS, SECONDS = 20, 12.0


def questions(seed: int = 1) -> script.Script:
    return script.read(ROOT / "sessions" / EVENING, seed)


class Watched:
    """Sees a rehearsal while it is played, and can end it."""

    def __init__(self) -> None:
        self.stop, self._wanted, self._there = asyncio.Event(), range(0), asyncio.Event()

    def tell(self, record: Record) -> None:
        if record.present in self._wanted:
            self._there.set()

    async def until(self, present: range) -> None:
        self._wanted = present
        self._there.clear()
        async with asyncio.timeout(60):
            await self._there.wait()


async def played(copy: Copy, plan: Plan, watched: Watched | None = None) -> Record:
    watched = watched or Watched()
    way = await knock(copy.url, copy.token)
    return await play(way, plan, questions(), watched.tell, watched.stop)


def journal(server: Server, slug: str) -> dict[str, list[str]]:
    """Return the payloads of a session's journal by their kind."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as connection:
        query = (
            "SELECT kind, payload FROM journal WHERE session = "
            "(SELECT id FROM sessions WHERE slug = ?)"
        )
        for kind, payload in connection.execute(query, (slug,)):
            found.setdefault(kind, []).append(payload)
    return found


def counted(server: Server, slug: str, table: str, condition: str = "1") -> int:
    query = (
        f"SELECT count(*) FROM {table} WHERE {condition} AND session = "
        "(SELECT id FROM sessions WHERE slug = ?)"
    )
    with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as connection:
        return int(connection.execute(query, (slug,)).fetchone()[0])


@pytest.fixture(scope="module")
def evening(server: Server) -> tuple[Copy, Record]:
    """A rehearsal that was played to its end."""
    copy = opened(server, server.slugs["code"])
    return copy, asyncio.run(played(copy, Plan(PLAYERS, SECONDS, 7)))


def test_what_was_acknowledged_is_what_is_stored(server: Server, evening) -> None:
    copy, record = evening
    found = figures(record)
    assert (found.invited, found.joined, found.arrived) == (PLAYERS, PLAYERS, PLAYERS)
    assert counted(server, copy.slug, "people", "role = 'volunteer'") == PLAYERS
    asked = counted(server, copy.slug, "questions")
    approved = counted(server, copy.slug, "questions", "review = 'approved'")
    taps = sum(
        len(json.loads(payload)["taps"]) for payload in journal(server, copy.slug)["upvoted"]
    )
    # What was under way at the end may be stored without an answer; nothing is answered unstored.
    stored = ((found.asked, asked), (found.approved, approved), (found.upvotes, taps))
    assert all(0 < told <= kept for told, kept in stored)
    assert sum(kept - told for told, kept in stored) <= found.unanswered + record.cut_off
    assert (found.missing, found.unproven, found.drifts, found.faults) == (0, 0, {}, {})
    assert found.proven >= found.asked + 1


def test_times_are_between_nothing_and_the_whole_rehearsal(evening) -> None:
    _, record = evening
    found = figures(record)
    for spread in (found.answers, found.screens):
        assert 0 < spread.p50 <= spread.p90 <= spread.p99 <= spread.most < SECONDS
        assert spread.count
    # each tap on at most every other screen
    assert found.screens.count <= found.upvotes * (PLAYERS - 1)
    assert sum(count for _, count in found.histogram) == found.screens.count
    assert found.most_present <= PLAYERS
    assert sum(one.answers for one in found.bins) == pytest.approx(found.upvotes)


def test_a_rehearsal_is_told_as_any_terminal_would_see_it(server: Server, tmp_path) -> None:
    copy, file = opened(server, server.slugs["live"]), tmp_path / "bericht.html"
    options = ["--volunteers", "6", "--minutes", "0.1", "--report", str(file), "--lang", "en"]
    environment = server._env() | {"DIALOG_REHEARSAL_TOKEN": copy.token}
    done = subprocess.run(
        [sys.executable, "-m", "dialog", "rehearse", copy.url, *options],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert f"Report: {file}" in done.stdout
    page = file.read_text("utf-8")
    assert copy.url in page
    assert copy.token not in page + done.stdout + done.stderr
    assert '<html lang="en">' in page


def test_ctrl_c_ends_it_with_a_report_of_what_there_is(server: Server, tmp_path) -> None:
    copy, file = opened(server, server.slugs["live"]), tmp_path / "bericht.html"
    command = [sys.executable, "-m", "dialog", "rehearse", copy.url, "--report", str(file)]
    environment = dict(os.environ) | {"DIALOG_REHEARSAL_TOKEN": copy.token}
    with subprocess.Popen(
        [*command, "--volunteers", "5", "--minutes", "30"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        deadline = 40
        while counted(server, copy.slug, "people", "role = 'volunteer'") < 2 and deadline:
            deadline -= 1
            asyncio.run(asyncio.sleep(0.5))
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    assert "Vorzeitig beendet" in told
    assert "Vorzeitig beendet" in file.read_text("utf-8")


async def test_a_proxy_that_refuses_websockets_makes_people_poll(tmp_path) -> None:
    server = Server(tmp_path, evening_of(tmp_path / "sessions"), hello_seconds=20)
    server.migrate()
    with behind(server) as proxy:
        server.start()
        try:
            copy = await asyncio.to_thread(opened, server, server.slugs["live"])
            proxy.fault = RefuseUpgrade(502)
            record = await played(copy, Plan(6, 14, 3))
        finally:
            await asyncio.to_thread(server.stop)
    found = figures(record)
    assert found.had_to_poll + found.polling == 6
    assert found.arrived == 6
    assert (found.missing, found.unproven, found.drifts, found.faults) == (0, 0, {}, {})
    assert any("ohne Websocket" in note for note in judge(found, Words("de")).notes)


async def test_a_restart_in_the_middle_is_an_outage_and_no_loss(tmp_path) -> None:
    with running(tmp_path, hello_seconds=20) as server:
        copy = await asyncio.to_thread(opened, server, server.slugs["live"])
        watched = Watched()
        playing = asyncio.create_task(played(copy, Plan(8, 60, 5), watched))
        await watched.until(range(7, 9))
        await asyncio.to_thread(server.stop)
        await watched.until(range(1))
        await asyncio.to_thread(server.start)
        await watched.until(range(7, 9))
        watched.stop.set()
        record = await playing
    found = figures(record)
    assert found.outages
    assert all(outage.over for outage in found.outages)
    assert (found.missing, found.unproven, found.still_away) == (0, 0, 0)
    told = judge(found, Words("de"))
    assert any("Ausfall nach" in note for note in told.notes)
    assert "stayed" not in {check.key for check in told.reasons}


async def test_a_phone_that_sleeps_and_one_that_blinks_come_back(server: Server) -> None:
    copy = await asyncio.to_thread(opened, server, server.slugs["live"])
    record = Record(arrived=1)
    one = Volunteer("Anna", await knock(copy.url, copy.token), record, "1")
    one.guest.polls = False
    assert await one._join()
    line = asyncio.create_task(one.guest.run())
    async with asyncio.timeout(30):
        await one.guest.ready.wait()
        await one.guest.nap(0.5)
        assert not one.guest.ready.is_set()
        await one.guest.ready.wait()
        one.guest.blink()
        assert not one.guest.ready.is_set()
        await one.guest.ready.wait()
    await one.prove()
    line.cancel()
    assert [away.own for away in record.aways] == [True, True]
    assert all(away.back > away.since for away in record.aways)
    found = figures(record)
    assert (found.outages, found.returns.count, found.unproven) == ((), 2, 0)


# --- who is not let in ---------------------------------------------------------------------------


async def refused(url: str, token: str) -> str:
    with pytest.raises(NoEntranceError) as told:
        await knock(url, token)
    for lang in ("de", "en"):
        assert Words(lang)(told.value.reason, detail=told.value.detail)
    return told.value.reason


async def test_nobody_plays_without_the_token_of_this_rehearsal(server: Server, free_port) -> None:
    copy = await asyncio.to_thread(opened, server, server.slugs["live"])
    other = await asyncio.to_thread(made, server, server.slugs["live"])
    secret = (server.folder / "data" / "secret").read_text("ascii").strip()
    expired = Seals(secret, lambda: 0).rehearsal(copy.slug, 1_000)
    assert await refused(copy.url, "") == "no_token"
    assert await refused(copy.url, "quatsch") == "token"
    assert await refused(copy.url, other.token) == "token"
    assert await refused(copy.url, expired) == "token"
    assert await refused(f"{server.base}/sessions/{server.slugs['live']}", copy.token) == "real"
    assert await refused(f"{server.base}/sessions/2026-01-01-weg", copy.token) == "unknown"
    nobody = f"http://127.0.0.1:{free_port}/sessions/{copy.slug}"
    assert await refused(nobody, copy.token) == "no_answer"
    assert await refused("http://gibt-es-nicht.invalid/sessions/x", copy.token) == "no_answer"
    assert await refused(copy.url.replace("http:", "https:"), copy.token) in ("tls", "no_answer")
    for wrong in ("", "x", "ftp://a/sessions/b", f"{server.base}/", "http://a:b/sessions/x"):
        assert await refused(wrong, copy.token) == "no_address"


async def test_what_is_no_dialog_is_said_to_be_strange() -> None:
    async def strange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(strange, "127.0.0.1", 0)
    async with other:
        port = other.sockets[0].getsockname()[1]
        assert await refused(f"http://127.0.0.1:{port}/sessions/x", "t") == "strange"


CONTRAST = """
(ink) => {
  const set = getComputedStyle(document.documentElement);
  const light = (name) => {
    const hex = set.getPropertyValue(name).trim().slice(1);
    const full = hex.length === 3 ? [...hex].map((one) => one + one).join("") : hex;
    const [r, g, b] = [0, 2, 4]
      .map((at) => parseInt(full.slice(at, at + 2), 16) / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [low, high] = [light(ink), light("--mist")].sort((a, b) => a - b);
  return high / low;
}
"""


# --- the report ----------------------------------------------------------------------------------


@pytest.fixture  # it holds an event loop: asynchronous tests run beside it only when it is gone
def chromium(chromium_path: str) -> Iterator[object]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_report_opens_and_everyone_can_read_it(
    evening, chromium, axe_source, tmp_path: Path, lang
) -> None:
    copy, record = evening
    found, words = figures(record), Words(lang)
    record.refused("too_fast")
    page = report(copy.url, datetime.now(UTC), figures(record), judge(found, words), words)
    file = tmp_path / "bericht.html"
    file.write_text(page, "utf-8")
    opened_page = chromium.new_page()
    told: list[str] = []
    opened_page.on("console", lambda message: told.append(message.text))
    opened_page.on("request", lambda request: told.append(request.url))
    opened_page.goto(file.as_uri())
    assert told == [file.as_uri()]
    assert opened_page.locator("svg").count() >= 4
    for one in opened_page.locator("details").all():
        one.locator("summary").click()
    looks = Looks(axe_source)
    looks.at(opened_page, f"rehearsal-{lang}")
    looks.overflow(opened_page, f"rehearsal-{lang}")
    # axe cannot compute contrast in a picture (that is done below), nor of a single digit.
    strange = ("[<text ", "shortTextContent")
    assert [fault for fault in looks.faults if not any(one in fault for one in strange)] == []
    for scheme in ("light", "dark"):
        opened_page.emulate_media(color_scheme=scheme)
        for ink in ("--ink-2", "--one", "--two"):
            assert opened_page.evaluate(CONTRAST, ink) >= (4.5 if ink == "--ink-2" else 3)
    opened_page.close()
