"""An evening from its first question to its record, over the public protocol alone."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.live.client import Browser, Live, readable
from tests.live.server import Server, running

TEXT = "Wie viele Kurse gibt es am Abend?"
ANSWER = "Ab März gibt es zwölf Abendkurse."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


def live(
    server: Server, slug: str, browser: Browser, place: str = "", stream: str = "floor"
) -> Live:
    page = server.page(browser, slug, place).live
    return Live(browser, slug, page=page, stream=stream)


async def done(client: Live, do: str, **fields: Any) -> dict[str, Any]:
    answer = await client.command(do, **fields)
    assert answer["type"] == "done", answer
    await client.until(lambda: client.seq >= answer["seq"])
    return dict(answer["result"])


async def test_an_evening_ends_in_a_public_record(server) -> None:
    slug = server.slugs["direct"]
    anna, boris = server.volunteer(slug, "Anna Abendkurs"), server.volunteer(slug)
    team = await off_loop(server, slug, "organiser")
    async with (
        live(server, slug, anna) as one,
        live(server, slug, boris) as two,
        live(server, slug, team, "/organiser", "desk") as desk,
        live(server, slug, team, "/stage", "stage") as stage,
    ):
        number = int((await done(one, "ask", text=TEXT, show="name"))["number"])
        lost = int((await done(two, "ask", text="Wird diese zurückgegeben?"))["number"])
        await desk.until(lambda: lost in desk.questions)
        await done(desk, "approve", number=number, rev=desk.questions[number]["rev"])
        back = {"number": lost, "rev": desk.questions[lost]["rev"], "reason": "unclear"}
        await done(desk, "return", **back, note="Bitte genauer")
        await two.until(lambda: two.me["mine"][0]["review"] == "returned")
        assert two.me["mine"][0]["note"] == "Bitte genauer"
        assert lost not in one.questions
        assert (await two.upvote(number))["result"]["upvotes"] == 2
        await stage.until(lambda: number in stage.questions)
        order = stage.session["order_rev"]
        await done(stage, "now", number=number, order_rev=order)
        bounce = await stage.command("now", number=number, order_rev=order)
        assert (bounce["type"], bounce["code"]) == ("refused", "conflict")
        written = {"text": ANSWER, "outcome": "promised", "until": "2030-03-01", "by": "Referat 4"}
        rev = stage.questions[number]["rev"]
        await done(stage, "answer", number=number, rev=rev, **written)
        over = {"order_rev": stage.session["order_rev"], "seen": number, "outcome": "promised"}
        await done(stage, "done", **over)
        await one.until(lambda: bool(one.questions[number]["answer"]))
        assert one.questions[number]["answer"]["text"] == ANSWER
        await done(desk, "phase", to="closed")
        epoch = one.epoch
        assert (await desk.command("publish"))["type"] == "done"
        await one.until(lambda: one.epoch != epoch)
        assert one.session["phase"] == "published"
        assert one.questions[number]["upvotes"] == 2
        assert await one.closed() == 1000
    read_the_record(server, slug, number, lost)
    await asyncio.to_thread(redact_in_the_record, server, slug, number, team)


async def off_loop(server: Server, slug: str, role: str) -> Browser:
    return await asyncio.to_thread(server.staff, slug, role, "Olga Beispielname")


def read_the_record(server: Server, slug: str, number: int, lost: int) -> None:
    reader = server.browser()
    record = reader.get(f"/archive/{slug}.json").json()
    file = Path(server.environment["DIALOG_SESSIONS"]) / slug / "transcript.json"
    assert json.loads(file.read_text("utf-8")) == record
    assert record["schema"] == "dialog-transcript/2"
    question = next(q for q in record["questions"] if q["number"] == number)
    assert (question["text"], question["upvotes"]) == (TEXT, 2)
    assert question["answer"]["text"] == ANSWER
    assert "Wird diese" not in json.dumps(record)
    assert record["figures"]["received"] == 2
    assert slug in reader.get("/archive").text
    for path in (f"/archive/{slug}", f"/archive/{slug}/{number}"):
        assert ANSWER in reader.get(path).text
    assert reader.get(f"/archive/{slug}/{lost}").status == 404
    moved = reader.get(f"/sessions/{slug}/questions/{number}")
    assert (moved.status, moved.headers["location"]) == (303, f"/archive/{slug}/{number}")
    assert reader.get(f"/sessions/{slug}").status == 200
    assert reader.get("/").status == 200
    assert reader.cookie == ""
    join = {"token": server.seal(slug), "key": str(uuid4())}
    assert reader.post(f"/sessions/{slug}/join", join).status == 409


def redact_in_the_record(server: Server, slug: str, number: int, team: Browser) -> None:
    """What was blackened is on no kept page of the archive, whoever asks in whatever way."""
    formats = (".json", ".csv", ".md", ".pdf", f"/{number}.atom")
    pages = [f"/archive/{slug}{end}" for end in ("", f"/{number}", "?lang=en", *formats)]
    pages.append("/archive/all.zip")
    place_ = server.folder / "sessions" / slug
    whole(place_)
    pages += [f"/archive/search?year={slug[:4]}", "/archive/promises"]
    readers = (server.browser(), team)
    assert all(TEXT in reader.get(page).text for reader in readers for page in pages)
    desk = f"/sessions/{slug}/organiser"
    place = {"from": 0, "to": 3, "field": "text"}
    told = team.submit(desk, desk, do="redact", number=number, **place)
    assert told.status == 303, told.text
    time.sleep(0.5)  # a kept page would be good for a minute
    assert not any(TEXT in reader.get(page).text for reader in readers for page in pages)
    whole(place_)
    for file in place_.iterdir():
        kind = "application/pdf" if file.suffix == ".pdf" else "text/plain"
        assert TEXT not in readable(file.read_bytes(), kind), file


def whole(place: Path) -> None:
    """Wait until every format lies in a record's folder."""
    deadline = time.monotonic() + 30
    while not (place / "transcript.sha256").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_record_outlives_the_database(server, tmp_path) -> None:
    """A folder with a record and nothing else is read by any server."""
    record: dict[str, Any] = {
        "schema": "dialog-transcript/1", "slug": "2020-01-02-frueher", "title": "Früher",
        "language": "de", "introduction": "Ein alter Abend.",
        "answerer": {"name": "Staatsminister", "office": "Ministerium"},
        "starts": "2020-01-02T18:00:00+01:00", "ends": "2020-01-02T19:30:00+01:00",
        "published": "2020-01-03T09:00:00+01:00", "recording": None, "topics": [],
        "figures": {
            "received": 0, "approved": 0, "stage_only": 0, "returned": {}, "merged": 0,
            "withdrawn": 0, "unreviewed": 0, "kept": 0, "upvotes": 0, "voters": 0,
            "outcomes": {"aloud": 0, "promised": 0, "written": 0, "referred": 0, "not_reached": 0},
        },
        "questions": [],
    }  # fmt: skip
    folder = tmp_path / "sessions" / "2020-01-02-frueher"
    folder.mkdir(parents=True)
    (folder / "transcript.json").write_text(json.dumps(record), "utf-8")
    broken = tmp_path / "sessions" / "2020-01-03-kaputt"
    broken.mkdir()
    (broken / "transcript.json").write_text("{", "utf-8")
    faulty = tmp_path / "sessions" / "2020-01-04-fehlerhaft"
    faulty.mkdir()
    (faulty / "session.toml").write_text("colour = 'red'", "utf-8")
    other = Server(tmp_path, {})
    other.migrate()
    other.start()
    try:
        assert other.browser().get("/readyz").status == 200
        listing = other.browser().get("/archive").text
        assert "Früher" in listing
        assert other.browser().get("/archive/2020-01-02-frueher").status == 200
    finally:
        other.stop()
    other.check_log()
    log = other.log.read_text("utf-8")
    assert "session not read" in log
    assert "record not read" in log
