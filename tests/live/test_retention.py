"""What had to go is in no byte of database, files and pages: purge, redaction, and a restore."""

import asyncio
import json
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dialog.archive.intake import LOG
from dialog.store.database import make_engine
from tests.live.client import Browser
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.test_publication import done, live

DAY = 24 * 60 * 60 * 1000
FILE = "dialog.sqlite3"
NAME, STAYS = "Annika Kanarienname", "Bernd Bleibtgern"
SECRET = {
    "returned": "Kanarienfall Aktenzeichen 7712, zurückgegeben?",
    "note": "Kanariennotiz für die Fragende",
    "withdrawn": "Kanarienfrage, doch zurückgezogen?",
    "original": "Kanarienurtext der ersten Fassung?",
    "draft": "Kanarienentwurf einer Antwort",
    "briefing": "Kanarienhinweis für das Podium",
    "message": "Kanarienregie an das Podium",
    "banner": "Kanariendurchsage an alle",
    "district": "Kanarienkreis",
    "moderator": "Mira Kanarienmoos",
}
TEXT, ANSWER = "Bleibt diese Frage für immer stehen?", "Ja, sie bleibt für immer stehen."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with one session that is live, with nobody else's."""
    running = timedelta(minutes=-10)
    root = tmp_path / "sessions"
    slug = declare(root, "frist", starts=running, goes_live="by_clock", release="direct")
    made = Server(tmp_path, {"direct": slug})
    made.migrate()
    made.start()
    yield made
    if made.running:
        made.stop()


def stored(server: Server) -> bytes:
    """All bytes of what a server keeps, but the copies of before that a restore leaves."""
    folders = (server.folder / "data", server.folder / "sessions")
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    return b"".join(file.read_bytes() for file in files if "Z" not in file.suffix)


def left(server: Server, *texts: str) -> list[str]:
    """Return which texts still stand somewhere, also as JSON would write them."""
    found = stored(server)
    return [t for t in texts if t.encode() in found or json.dumps(t)[1:-1].encode() in found]


def age(server: Server, days: int) -> None:
    """Let days pass: what happened moves back by as many."""
    file = server.folder / "data" / FILE
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE journal SET at = at - ?", (days * DAY,))
        database.execute("DELETE FROM states")


async def play(server: Server) -> int:
    """Play an evening with something of everything that may have to go, and publish it."""
    slug = server.slugs["direct"]
    anna = await asyncio.to_thread(server.volunteer, slug, NAME)
    bernd = await asyncio.to_thread(server.volunteer, slug, STAYS)
    team = await asyncio.to_thread(server.staff, slug, "organiser", SECRET["moderator"])
    async with (
        live(server, slug, anna) as one,
        live(server, slug, bernd) as two,
        live(server, slug, team, "/organiser", "desk") as desk,
        live(server, slug, team, "/stage", "stage") as stage,
    ):
        asked = {"show": "name", "district": SECRET["district"]}
        number = int((await done(one, "ask", text=SECRET["original"], **asked))["number"])
        kept = {"show": "name", "archive": True}
        stays = int((await done(two, "ask", text="Wer bleibt mit Namen?", **kept))["number"])
        back = int((await done(one, "ask", text=SECRET["returned"]))["number"])
        gone = int((await done(two, "ask", text=SECRET["withdrawn"]))["number"])
        await done(two, "withdraw", number=gone)
        await desk.until(lambda: {number, stays, back} <= desk.questions.keys())
        told = {"number": number, "rev": desk.questions[number]["rev"]}
        await done(desk, "approve", **told)
        told["rev"] = desk.questions[number]["rev"]
        await done(desk, "edit", **told, text=TEXT)
        told["rev"] = desk.questions[number]["rev"]
        await done(desk, "brief", **told, text=SECRET["briefing"])
        await done(desk, "approve", number=stays, rev=desk.questions[stays]["rev"])
        returned = {"number": back, "rev": desk.questions[back]["rev"], "reason": "single_case"}
        await done(desk, "return", **returned, note=SECRET["note"])
        await done(desk, "message", text=SECRET["message"])
        await done(desk, "banner", text=SECRET["banner"])
        await stage.until(lambda: number in stage.questions)
        told["rev"] = stage.questions[number]["rev"]
        await done(stage, "draft", **told, text=SECRET["draft"])
        told["rev"] = stage.questions[number]["rev"]
        await done(stage, "answer", **told, text=ANSWER)
        await done(desk, "phase", to="closed")
        await done(desk, "conclude")
        assert (await desk.command("publish"))["type"] == "done"
    return number


def logged(server: Server) -> str:
    """Return the moderation log as it lies in a package for the archive of the state."""
    slug, package = server.slugs["direct"], server.folder / "package.zip"
    done = server.run("export", slug, "--logs", "--to", str(package))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(package) as opened:
        names = {name.removeprefix(f"{slug}/") for name in opened.namelist()}
        assert names >= {"transcript.json", "transcript.pdf", "transcript.sha256", LOG}
        content = opened.read(f"{slug}/{LOG}")
        listed = opened.read(f"{slug}/{LOG}.sha256").decode().split()
    assert listed == [sha256(content).hexdigest(), LOG]
    package.unlink()
    return content.decode("utf-8-sig")


def settled(server: Server) -> None:
    """Wait until the folder of the record is complete."""
    folder = server.folder / "sessions" / server.slugs["direct"]
    deadline = time.monotonic() + 60
    while not (folder / "transcript.sha256").is_file():
        assert time.monotonic() < deadline, "the folder is never complete"
        time.sleep(0.1)


def shown(server: Server, page: str, text: str) -> None:
    """Wait until a page of the archive says something: it is kept right after the commit."""
    deadline = time.monotonic() + 10
    while text not in server.browser().get(page).text:
        assert time.monotonic() < deadline, f"{page} never says {text}"
        time.sleep(0.05)


async def test_after_a_month_nothing_is_left_that_had_to_go(server: Server) -> None:
    number = await play(server)
    slug = server.slugs["direct"]
    await asyncio.to_thread(settled, server)
    assert NAME in server.browser().get(f"/archive/{slug}").text
    server.stop()
    assert left(server, NAME, *SECRET.values()) == [NAME, *SECRET.values()]
    early = server.run("purge", "--dry-run")
    assert (early.returncode, early.stdout) == (0, "Nothing is due.\n"), early.stderr
    age(server, 31)
    would = server.run("purge", "--dry-run", "--json")
    assert would.returncode == 0, would.stderr
    (term,) = json.loads(would.stdout)
    assert (term["session"], term["term"], term["held"]) == (slug, "persons", False)
    assert term["texts"] >= len(SECRET)
    assert left(server, NAME) == [NAME]
    went = server.run("purge")
    assert (went.returncode, went.stdout.splitlines()[-1]) == (0, "1 term ended."), went.stderr
    assert left(server, NAME, *SECRET.values()) == []
    assert left(server, TEXT, ANSWER, STAYS) == [TEXT, ANSWER, STAYS]
    assert server.run("purge").stdout == "Nothing is due.\n"
    log = logged(server)
    assert "Organisation" in log
    assert "Eine teilnehmende Person" in log
    assert [text for text in (NAME, *SECRET.values()) if text in log] == []
    (report,) = [
        json.loads(file.read_text("utf-8"))
        for file in (server.folder / "data" / "deletions").glob("*.json")
        if json.loads(file.read_text("utf-8"))["cuts"]
    ]
    assert report["session"] == slug
    server.start()
    reader = server.browser()
    pages = [f"/archive/{slug}", f"/archive/{slug}/{number}", f"/archive/{slug}.json"]
    for page in pages:
        answer = reader.get(page)
        assert answer.status == 200
        assert TEXT in answer.text
        assert NAME not in answer.text
    assert STAYS in reader.get(f"/archive/{slug}").text
    await asyncio.to_thread(settled, server)
    server.stop()
    assert left(server, NAME, *SECRET.values()) == []
    server.check_log()


async def test_a_running_server_purges_when_it_is_asked_to(server: Server) -> None:
    await play(server)
    server.stop()
    age(server, 31)
    server.start()
    went = await asyncio.to_thread(server.run, "purge")
    assert went.returncode == 0, went.stderr
    assert "persons" in went.stdout
    slug = server.slugs["direct"]
    assert NAME not in server.browser().get(f"/archive/{slug}").text
    assert TEXT in server.browser().get(f"/archive/{slug}").text
    await asyncio.to_thread(settled, server)
    assert left(server, NAME, *SECRET.values()) == []
    again = await asyncio.to_thread(server.run, "purge")
    assert again.stdout == "Nothing is due.\n"
    server.stop()
    age(server, 400)
    (server.folder / "data" / "purge.seen").unlink()
    server.start()
    doubted = await asyncio.to_thread(server.run, "purge")
    assert (doubted.returncode, "--clock-is-right" in doubted.stderr) == (1, True)
    both = await asyncio.gather(
        *(asyncio.to_thread(server.run, "purge", "--clock-is-right") for _ in range(2))
    )
    assert [one.returncode for one in both] == [0, 0], both
    assert sorted(one.stdout.splitlines()[-1] for one in both) == [
        "1 term ended.",
        "Nothing is due.",
    ]
    assert not list((server.folder / "data").glob("purge-*"))


async def test_after_a_year_the_log_is_gone_and_the_record_can_still_be_cared_for(
    server: Server,
) -> None:
    number = await play(server)
    slug = server.slugs["direct"]
    await asyncio.to_thread(settled, server)
    record = server.browser().get(f"/archive/{slug}.json").json()
    server.stop()
    age(server, 366)
    folder = server.folder / "sessions" / slug
    declared = (folder / "session.toml").read_text("utf-8")
    (folder / "session.toml").write_text(f"hold = true\n{declared}", "utf-8")
    doubted = server.run("purge")
    assert (doubted.returncode, "--clock-is-right" in doubted.stderr) == (1, True)
    assert left(server, NAME) == [NAME]
    held = server.run("purge", "--json", "--clock-is-right")
    assert [one["term"] for one in json.loads(held.stdout)] == ["persons"], held.stderr
    assert "log  ended" in server.run("purge", "--dry-run").stdout
    assert "is held" in server.run("purge", "--dry-run").stdout
    (folder / "session.toml").write_text(declared, "utf-8")
    went = server.run("purge", "--json", "--clock-is-right")
    assert [one["term"] for one in json.loads(went.stdout)] == ["log"], went.stderr
    with closing(sqlite3.connect(server.folder / "data" / FILE)) as database:
        kinds = [kind for (kind,) in database.execute("SELECT kind FROM journal ORDER BY number")]
    assert kinds == ["declared", "recorded"]
    assert server.run("purge").stdout == "Nothing is due.\n"
    server.start()
    after = server.browser().get(f"/archive/{slug}.json").json()
    names = {q["number"]: (q["asker"], q["district"]) for q in after["questions"]}
    assert names == {1: (None, None), 2: (STAYS, None)}
    for question in record["questions"]:
        question["asker"], question["district"] = names[question["number"]]
    assert unmoved(after) == unmoved(record)
    team = await asyncio.to_thread(server.staff, slug, "organiser", "Neue Kraft")
    desk = f"/sessions/{slug}/organiser"
    told = team.submit(desk, desk, do="correct", number=number, text="Ja, noch immer.")
    assert told.status == 303, told.text
    await asyncio.to_thread(shown, server, f"/archive/{slug}/{number}", "Ja, noch immer.")
    assert ANSWER in server.browser().get(f"/archive/{slug}/{number}").text


def unmoved(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the moments that moved when days were let pass."""
    questions = [question | {"asked": None} for question in record["questions"]]
    return record | {"questions": questions, "published": None, "changed": None}


async def test_a_restore_brings_nothing_back_that_was_deleted_since(server: Server) -> None:
    number = await play(server)
    slug = server.slugs["direct"]
    backup = server.folder / "backup.sqlite"
    assert server.run("backup", str(backup)).returncode == 0
    team = await asyncio.to_thread(server.staff, slug, "organiser", "Olga Ott")
    blackened(server, team, number)
    taken_out(server, team, 2)
    server.stop()
    age(server, 31)
    assert server.run("purge").returncode == 0
    restored = server.run("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert "deletion reports" in restored.stdout
    backup.unlink()
    gone = (TEXT, STAYS, "Wer bleibt mit Namen?", *SECRET.values(), NAME)
    assert left(server, *gone) == []
    server.start()
    page = server.browser().get(f"/archive/{slug}/{number}")
    assert "█████ diese Frage für immer stehen?" in page.text
    out = server.browser().get(f"/archive/{slug}/2")
    assert (out.status, "Auf Wunsch der Fragenden" in out.text) == (410, True)
    assert left(server, *gone) == []


def blackened(server: Server, team: Browser, number: int) -> None:
    desk = f"/sessions/{server.slugs['direct']}/organiser"
    place = {"from": 0, "to": 6, "field": "text"}
    told = team.submit(desk, desk, do="redact", number=number, **place)
    assert told.status == 303, told.text


def taken_out(server: Server, team: Browser, number: int) -> None:
    desk = f"/sessions/{server.slugs['direct']}/organiser"
    told = team.submit(desk, desk, do="unpublish", number=number, why="Auf Wunsch der Fragenden.")
    assert told.status == 303, told.text


@pytest.mark.postgres
async def test_on_postgresql_a_running_server_sees_what_the_command_purged(
    tmp_path: Path, fresh_postgres_url: str
) -> None:
    running = timedelta(minutes=-10)
    root = tmp_path / "sessions"
    slug = declare(root, "frist", starts=running, goes_live="by_clock", release="direct")
    server = Server(tmp_path, {"direct": slug}, database_url=fresh_postgres_url)
    server.migrate()
    server.start()
    try:
        await play(server)
        await asyncio.to_thread(settled, server)
        server.stop()
        engine = make_engine(fresh_postgres_url, size=1)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE journal SET at = at - {31 * DAY}")
        engine.dispose()
        server.start()
        assert NAME in server.browser().get(f"/archive/{slug}").text
        went = await asyncio.to_thread(server.run, "purge")
        assert (went.returncode, went.stdout.splitlines()[-1]) == (0, "1 term ended."), went.stderr
        team = await asyncio.to_thread(server.staff, slug, "organiser", "Olga Ott")
        desk = await asyncio.to_thread(team.get, f"/sessions/{slug}/organiser?tab=publish")
        assert desk.status == 200
        assert NAME not in desk.text
        engine = make_engine(fresh_postgres_url, size=1)
        with engine.begin() as connection:
            rows = connection.exec_driver_sql("SELECT body FROM texts").scalars().all()
            named = connection.exec_driver_sql("SELECT name FROM people").scalars().all()
        engine.dispose()
        assert [text for text in (NAME, *SECRET.values()) if text in {*rows, *named}] == []
        assert NAME not in (root / slug / "transcript.json").read_text("utf-8")
    finally:
        server.stop()
    server.check_log()
