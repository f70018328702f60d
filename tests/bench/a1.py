"""A1: how long pages and formats of a long record hold the loop, and what one costs.

The loop that makes them is that of live sessions: what holds it holds up every one of them.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Scope

from dialog.app import Application
from dialog.settings import Settings
from dialog.store.migrate import migrate
from tests.archive.records import record
from tests.bench.scenario import Report, figure, main, say

GOAL = "a record of 2,000 questions holds the loop for ≤ 20 ms; a kept page costs ≤ 100 µs"
BEAT_S = 0.000_5


class Made(NamedTuple):
    """How long a page took to be made, the longest that the loop stood still meanwhile, in ms."""

    took: float
    held: float


def measure(report: Report) -> None:
    """Ask a server that begins with an empty shelf for each page once, then over and over."""
    size = 50 if report.quick else 2_000
    report.conditions["questions"] = size
    kept = record(size)
    slug, number = kept["slug"], kept["questions"][0]["number"]
    pages = {"transcript": "", "contents": "/contents", "question": f"/{number}"}
    pages |= {ending: f".{ending}" for ending in ("json", "csv", "md", "pdf", "atom")}
    with TemporaryDirectory(prefix="dialog-bench-") as name:
        folder = Path(name) / "sessions" / slug
        folder.mkdir(parents=True)
        (folder / "transcript.json").write_text(json.dumps(kept), "utf-8")
        for turn in range(report.rounds(5)):
            say(f"a1: round {turn + 1}")
            paths = {page: f"/archive/{slug}{end}" for page, end in pages.items()}
            found = asyncio.run(_round(Path(name), paths, 50 if report.quick else 2_000))
            report.runs += [{"page": page} | figures for page, figures in found.items()]
    for page in pages:
        runs = [run for run in report.runs if run["page"] == page]
        took = figure((run["took"] for run in runs), "ms")
        report.measured[f"{page}: made in"] = took
        held = figure((run["held"] for run in runs), "ms", most=20)
        report.measured[f"{page}: longest the loop stood still"] = held
        again = figure((run["again"] for run in runs), "µs", most=100)
        report.measured[f"{page}: kept, given again"] = again


async def _round(folder: Path, paths: dict[str, str], times: int) -> dict[str, dict[str, float]]:
    settings = Settings.model_construct(
        data=folder / "data", sessions=folder / "sessions", base_url="http://127.0.0.1"
    )
    migrate(settings.database)
    application = Application(settings)
    found: dict[str, dict[str, float]] = {}
    async with _lifespan(application):
        for page, path in paths.items():
            made = await _made(application.asgi, path)
            begun = time.thread_time()
            for _ in range(times):
                await _ask(application.asgi, path)
            each = (time.thread_time() - begun) / times * 1e6
            found[page] = {"took": made.took, "held": made.held, "again": each}
    return found


@asynccontextmanager
async def _lifespan(application: Application) -> AsyncIterator[None]:
    await application.start()
    await asyncio.sleep(1)  # what a start does beside serving is done
    try:
        yield
    finally:
        await application.drain()
        await application.close()


async def _made(app: ASGIApp, path: str) -> Made:
    held = 0.0

    async def beat() -> None:
        nonlocal held
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.perf_counter()
            held = max(held, (now - before - BEAT_S) * 1000)
            before = now

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0.05)
    held, begun = 0.0, time.perf_counter()
    await _ask(app, path)
    took = (time.perf_counter() - begun) * 1000
    await asyncio.sleep(0.05)
    beating.cancel()
    return Made(took, held)


async def _ask(app: ASGIApp, path: str) -> None:
    """Ask without a socket, as uvicorn would."""
    status = 0

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path} is answered with {status}")


if __name__ == "__main__":
    main("a1", GOAL, measure)
