"""The demonstration as it is started: `python -m dialog demo`, playing, ended and started again."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dialog.demo.browser import Browser
from dialog.demo.links import told

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN_S = 25


class Demo:
    """One start of the demonstration."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        command = [sys.executable, "-m", "dialog", "demo", "--json", "--port", str(port)]
        self.errors = data.with_suffix(".errors")
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [*command, "--data", str(data), *options],
                cwd=data.parent,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        self.links: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        try:
            return self.process.wait(ENDS_WITHIN_S)
        finally:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def floor(self) -> dict[str, Any]:
        """Return what everyone may see: a snapshot."""
        address = self.links["base"].removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=10)
        try:
            connection.request("GET", f"/sessions/{self.links['session']}/updates?stream=floor")
            messages = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        (snapshot,) = (m for m in messages if m["type"] == "snapshot")
        return snapshot

    def said(self) -> str:
        return self.errors.read_text("utf-8")


@pytest.fixture
def start(tmp_path: Path, free_port: int) -> Iterator[Callable[..., Demo]]:
    """Start the demonstration in a data folder, on a free port."""
    started: list[Demo] = []

    def begin(*options: str) -> Demo:
        started.append(Demo(tmp_path / "data", free_port, *options))
        return started[-1]

    yield begin
    for demo in started:
        demo.kill()


def awaited(demo: Demo, good: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not good(floor := demo.floor()):
        if time.monotonic() > deadline:
            pytest.fail(f"{floor['session']['counts']}\n{demo.said()}")
        time.sleep(0.5)
    return floor


def lively(floor: dict[str, Any]) -> bool:
    counts = [question["upvotes"] for question in floor["questions"]]
    return len(counts) >= 8 and len(set(counts)) >= 3 and max(counts) > 1


def test_an_evening_plays_ends_and_goes_on(start: Callable[..., Demo]):
    demo = start("--play")
    roles = demo.links["roles"]
    assert list(roles) == ["volunteer", "moderator", "minister", "scribe", "organiser", "programme"]
    assert all(url.startswith(demo.links["base"]) for url in roles.values())
    assert demo.floor()["session"]["phase"] == "live"
    asyncio.run(join(demo))
    floor = awaited(demo, lively, 30)
    assert demo.end() == 0, demo.said()
    assert demo.said() == ""

    again = start("--play")
    assert again.links["session"] == demo.links["session"]
    assert again.links["roles"]["moderator"] != roles["moderator"]
    kept = {question["number"]: question["text"] for question in floor["questions"]}
    before = len(again.floor()["questions"])
    assert kept.items() <= {q["number"]: q["text"] for q in again.floor()["questions"]}.items()
    grown = awaited(again, lambda floor: len(floor["questions"]) > before, 40)
    texts = [question["text"] for question in grown["questions"]]
    assert len(set(texts)) == len(texts)
    assert again.end(signal.SIGTERM) == 0, again.said()
    assert again.said() == ""


async def join(demo: Demo) -> None:
    """Take part by form as a newcomer would, and enter as a moderator."""
    base, slug = demo.links["base"], demo.links["session"]
    newcomer = Browser(base)
    page = await newcomer.submit(f"/sessions/{slug}/join", name="Neu hier")
    assert (page.status, page.location) == (303, f"/sessions/{slug}")
    assert (await newcomer.get(page.location)).meta["dialog-page"]
    page = await newcomer.submit(demo.links["roles"]["moderator"].removeprefix(base))
    assert (page.status, page.location) == (303, f"/sessions/{slug}/moderation")
    assert (await newcomer.get(page.location)).status == 200


def test_without_players_nobody_asks(start: Callable[..., Demo]):
    demo = start()
    floor = demo.floor()
    assert floor["session"]["phase"] == "live"
    assert floor["session"]["counts"]["received"] == 0
    assert demo.end() == 0


def test_a_busy_port_is_said_in_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = Demo(tmp_path / "data", port)
        assert demo.process.wait(ENDS_WITHIN_S) == 1
        demo.kill()
    assert demo.links == {}
    assert demo.said().startswith(f"Port {port} ist schon belegt.")
    assert demo.said().count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_the_environment_has_no_say(
    start: Callable[..., Demo], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("DIALOG_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    monkeypatch.setenv("DIALOG_SESSIONS", str(tmp_path / "none"))
    demo = start()
    assert demo.end() == 0
    assert not (tmp_path / "other.sqlite3").exists()


def test_the_links_are_told_with_what_a_newcomer_needs():
    said = told({"base": "http://x", "session": "s", "roles": {"volunteer": "http://x/join"}})
    assert "http://x/join" in said
    assert "kein Angebot einer Behörde" in said
    assert "Strg+C" in said
