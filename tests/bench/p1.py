"""P1: pages for readers: the record of a published session, and the room of a live one."""

import http.client
import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.evening import LIMITS, Evening, Size
from tests.bench.load import Load, Told, busy
from tests.bench.machine import cpu
from tests.bench.rivals import ROOT, http_floor
from tests.bench.scenario import Report, figure, main, say

GOAL = "≥ 10,000 pages/s, 304 ≥ 20,000/s"
PUBLISHED = "2026-10-06-wohnen-und-ankommen"
READERS = 64
WAYS = {"plain": (), "gzip": ("Accept-Encoding: gzip",)}


def measure(report: Report) -> None:
    """Ask for each page over and over, plainly, compressed, and with what one already has."""
    questions = 20 if report.quick else 200
    report.conditions |= {"questions": questions, "connections": READERS, "limits": LIMITS}
    with TemporaryDirectory(prefix="dialog-bench-") as name:
        folder = Path(name)
        ours = Evening(folder, Size(questions, 1))
        publish(folder / "sessions" / PUBLISHED, questions)
        ours.start()
        try:
            pages = {"published": f"/archive/{PUBLISHED}", "session": f"/sessions/{ours.slug}"}
            for page, path in pages.items():
                _page(report, ours, page, path)
        finally:
            ours.server.stop()


def publish(folder: Path, questions: int) -> None:
    """Put a record of so many questions into a session's folder; the server takes it in."""
    shutil.copytree(ROOT / "sessions" / PUBLISHED, folder)
    file = folder / "transcript.json"
    record = json.loads(file.read_text("utf-8"))
    asked = record["questions"]
    record["questions"] = [
        asked[place % len(asked)] | {"number": place + 1} for place in range(questions)
    ]
    file.write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def _page(report: Report, ours: Evening, page: str, path: str) -> None:
    with ExitStack() as running:
        asked: dict[str, tuple[int, Load]] = {}
        for way, headers in WAYS.items():
            etag, raw = fetch(ours, path, headers)
            report.conditions[f"bytes of {page}, {way}"] = len(raw)
            floor = running.enter_context(http_floor(raw))
            asked[f"{page}, {way}: floor"] = (floor.pid, _load(running, floor.port, "/", ()))
            port = ours.server.port
            load = _load(running, port, path, headers)
            asked[f"{page}, {way}: ours"] = (ours.pid, load)
            if etag and way == "gzip":
                again = _load(running, port, path, headers, etags=True)
                asked[f"{page}: 304"] = (ours.pid, again)
            elif way == "gzip":
                report.left_out.append(f"Not measured: 304 of {page}, which has no ETag.")
        _rounds(report, asked)


def _load(
    running: ExitStack, port: int, path: str, headers: tuple[str, ...], *, etags: bool = False
) -> Load:
    made = Load(port, READERS, path=path, headers=headers, http=True, etags=etags)
    load = running.enter_context(made)
    load.connect()
    return load


def _rounds(report: Report, asked: dict[str, tuple[int, Load]]) -> None:
    seconds, rounds = 0.4 if report.quick else 2.0, report.rounds(4)
    found: dict[str, list[Told]] = {name: [] for name in asked}
    for number in range(rounds):
        say(f"p1: {next(iter(asked))}, round {number + 1} of {rounds}")
        for name, (pid, load) in asked.items():
            load.connect()  # who asked for nothing meanwhile was hung up on
            load.ask("get", seconds / 4)
            before = cpu(pid)
            told = load.ask("get", seconds)
            told["cpu"] = cpu(pid) - before
            if told["failed"] or told["lost"] or not told["answers"]:
                raise RuntimeError(f"{name}: {told}")
            found[name].append(told)
            report.runs.append(told | {"asked": name})
    for name, runs in found.items():
        floor, cached = name.endswith("floor"), name.endswith("304")
        least = None if floor else 20_000 if cached else 10_000
        rates = [run["answers"] / run["seconds"] for run in runs]
        report.measured[name] = figure(rates, "/s", least=least)
        if not floor:
            costs = [run["cpu"] / max(run["answers"], 1) * 1e6 for run in runs]
            report.measured[f"{name}, CPU"] = figure(costs, "µs/answer")
        if cached:
            shares = [run["not_modified"] / run["answers"] * 100 for run in runs]
            report.measured[f"{name}, so answered"] = figure(shares, "%")
    busiest = max(load.busiest for _pid, load in asked.values())
    report.conditions[f"load client, {next(iter(asked))}"] = f"{busiest:.0%} of its core at most"
    report.notes += busy(busiest)


def fetch(ours: Evening, path: str, headers: tuple[str, ...]) -> tuple[str | None, bytes]:
    """Return a page's ETag, and its answer as it is on the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.server.port, timeout=30)
    try:
        sent = dict(header.split(": ", 1) for header in headers)
        connection.request("GET", path, headers={"Accept-Encoding": "identity"} | sent)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} is answered with {answer.status}")
        told = [f"{name}: {value}" for name, value in answer.getheaders()]
        head = "\r\n".join(["HTTP/1.1 200 OK", *told]) + "\r\n\r\n"
        return answer.getheader("etag"), head.encode("latin-1") + body
    finally:
        connection.close()


if __name__ == "__main__":
    main("p1", GOAL, measure)
