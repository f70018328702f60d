"""Every format of the archive over HTTP, from a real server, opened by readers of their own."""

import asyncio
import hashlib
import io
import json
import re
import subprocess
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from dialog.archive import folder
from tests.archive.readers import Read, Tagged, feed, rows
from tests.archive.records import record
from tests.live.client import Browser, Page
from tests.live.server import Server, running

RECORDS = {told["slug"]: told for told in (record(12), record(50, year=2024))}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
KINDS = {
    "json": "application/json", "csv": "text/csv", "md": "text/markdown", "pdf": "application/pdf",
    "ics": "text/calendar", "atom": "application/atom+xml",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("formats")
    for slug, told in RECORDS.items():
        folder.write(place / "sessions" / slug, told)
    with running(place) as started:
        yield started


@pytest.fixture(scope="module")
def reader(server: Server) -> Browser:
    return server.browser()


def changes(told: dict[str, Any], *without: str) -> list[dict[str, Any]]:
    return [c for q in told["questions"] for c in q["changes"] if c["what"] not in without]


def complete(place: Path) -> None:
    """Wait until a folder has its checksums."""
    deadline = time.monotonic() + 30
    while not (place / folder.SUMS).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("slug", RECORDS)
@pytest.mark.parametrize("ending", KINDS)
def test_a_format_says_what_it_is_and_is_sent_once(reader, slug: str, ending: str) -> None:
    path = f"/archive/{slug}.{ending}"
    answer = reader.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == KINDS[ending]
    assert "set-cookie" not in answer.headers
    again = reader.get(path, if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert reader.get(path).headers["etag"] == answer.headers["etag"]
    named = answer.headers.get("content-disposition", "")
    assert (f'filename="dialog-digital-{slug}.{ending}"' in named) == (
        ending not in ("json", "atom")
    )
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == ("*" if ending == "json" else None)
    assert reader.ask("HEAD", path).status == 200


@pytest.mark.parametrize("slug", RECORDS)
def test_json_is_the_file_in_the_folder_and_fits_the_schema_it_names(
    server, reader, slug: str
) -> None:
    answer = reader.get(f"/archive/{slug}.json")
    assert answer.body == (server.folder / "sessions" / slug / folder.FILE).read_bytes()
    assert answer.json() == RECORDS[slug]
    (path,) = re.findall(r'<([^>]+)>; rel="describedby"', answer.headers["link"])
    schema = reader.get(path)
    assert reader.get(path, if_none_match=schema.headers["etag"]).status == 304
    assert schema.headers["access-control-allow-origin"] == "*"
    assert schema.json()["$id"] == f"{server.base}{path}"
    Draft202012Validator(schema.json()).validate(answer.json())


@pytest.mark.parametrize("slug", RECORDS)
def test_all_formats_tell_of_the_same_questions(reader, slug: str) -> None:
    told = RECORDS[slug]
    table = rows(reader.get(f"/archive/{slug}.csv").body)
    markdown = Read(reader.get(f"/archive/{slug}.md").body)
    pdf = Tagged(reader.get(f"/archive/{slug}.pdf").body)
    assert [int(row["Nummer"]) for row in table] == [q["number"] for q in told["questions"]]
    in_markdown = [text for tag, text in markdown.headings if tag == "h3"]
    in_pdf = [title for tag, title in pdf.elements if tag == "/H3"]
    assert [" ".join(t.split()) for t in in_markdown] == [" ".join(t.split()) for t in in_pdf]
    for question, heading in zip(told["questions"], in_pdf, strict=True):
        assert f"Frage {question['number']}:" in " ".join(heading.split())


ENGLISH = (("csv", "Question"), ("md", "Questions and answers"), ("pdf", "Questions and answers"))


@pytest.mark.parametrize("ending,said", ENGLISH)
def test_the_words_are_those_of_the_language_asked_for(reader, ending: str, said: str) -> None:
    path = f"/archive/{next(iter(RECORDS))}.{ending}"
    assert said in reader.get(f"{path}?lang=en").text
    plain = reader.get(path, accept_language="en").text
    assert said not in plain  # a file speaks the record's language, whoever fetches it


def test_feeds_tell_what_is_new_and_what_has_changed(server, reader) -> None:
    head, entries = feed(reader.get("/archive/feed.atom").body)
    happened = list(chain.from_iterable(changes(told, "name") for told in RECORDS.values()))
    assert len(entries) == min(100, len(RECORDS) + len(happened))
    assert head["self"] == f"{server.base}/archive/feed.atom"
    moments = [datetime.fromisoformat(entry["updated"]) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert datetime.fromisoformat(head["updated"]) == moments[0]
    links = {entry["link"] for entry in entries}
    assert {f"{server.base}/archive/{slug}" for slug in RECORDS} <= links
    assert all(reader.get(link.removeprefix(server.base)).status in (200, 410) for link in links)


def test_corrections_have_a_feed_of_their_own(reader) -> None:
    _, entries = feed(reader.get("/archive/corrections.atom").body)
    told = [c for r in RECORDS.values() for c in changes(r, "name", "kept", "answered")]
    assert sorted(entry["updated"] for entry in entries) == sorted(change["at"] for change in told)
    assert {entry["title"].partition(":")[0] for entry in entries} == {
        "Antwort berichtigt",
        "Frage aus dem Protokoll genommen",
    }
    english = feed(reader.get("/archive/corrections.atom?lang=en").body)
    assert [entry["id"] for entry in english[1]] == [entry["id"] for entry in entries]
    assert {e["title"].partition(":")[0] for e in english[1]} == {
        "Answer corrected",
        "Question taken out of the record",
    }


@pytest.mark.parametrize("slug", RECORDS)
def test_a_session_and_a_question_have_their_own_feeds(reader, slug: str) -> None:
    told = RECORDS[slug]
    _, entries = feed(reader.get(f"/archive/{slug}.atom").body)
    assert len(entries) == 1 + len(changes(told, "name"))
    kept = next(q for q in told["questions"] if q["answer"] and q["answer"]["kept"])
    head, entries = feed(reader.get(f"/archive/{slug}/{kept['number']}.atom").body)
    assert head["title"] == kept["text"]
    (promise,) = (entry for entry in entries if entry["title"].startswith("Zusage eingelöst"))
    assert promise["content"] == kept["answer"]["kept"]["text"]
    assert promise["updated"] == kept["answer"]["kept"]["at"]
    assert any(entry["content"] == kept["answer"]["text"] for entry in entries)
    ids = {entry["id"] for entry in entries}
    assert len(ids) == len(entries)
    assert all(re.fullmatch(rf"tag:127\.0\.0\.1,{slug[:10]}:/archive/{slug}/.+", i) for i in ids)


def test_what_was_taken_out_has_no_feed(reader) -> None:
    slug = next(slug for slug in RECORDS if "-50" in slug)
    gone = next(q["number"] for q in RECORDS[slug]["questions"] if q["removed"])
    assert reader.get(f"/archive/{slug}/{gone}.atom").status == 410
    assert reader.get(f"/archive/{slug}/99999.atom").status == 404
    assert reader.get("/archive/2020-01-01-nie.pdf").status == 404


def test_no_feed_names_who_asked(reader) -> None:
    names = {q["asker"] for told in RECORDS.values() for q in told["questions"]} - {None}
    feeds = ["/archive/feed.atom", "/archive/corrections.atom"]
    feeds += [f"/archive/{slug}.atom" for slug in RECORDS]
    said = "".join(reader.get(path).text for path in feeds)
    assert not [name for name in names if name in said]


@pytest.mark.parametrize("slug", RECORDS)
def test_the_calendar_leads_to_the_record(server, reader, slug: str) -> None:
    calendar: Any = Calendar.from_ical(reader.get(f"/archive/{slug}.ics").body)
    (event,) = calendar.walk("VEVENT")
    told = RECORDS[slug]
    assert event["uid"] == f"{slug}@dialog-digital"
    assert event["dtstart"].dt == datetime.fromisoformat(told["starts"])
    assert event["dtend"].dt == datetime.fromisoformat(told["ends"])
    assert event["url"] == f"{server.base}/archive/{slug}"
    assert told["title"] in event["summary"]
    assert calendar.walk("VTIMEZONE")
    assert not calendar.walk("VALARM")


def test_the_sitemap_names_every_page_and_every_page_is_there(server, reader) -> None:
    answer = reader.get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.body)
    assert root.tag == f"{SITEMAP}urlset"
    found = {}
    for url in root:
        assert url.tag == f"{SITEMAP}url"
        assert {child.tag for child in url} <= {f"{SITEMAP}loc", f"{SITEMAP}lastmod"}
        found[str(url.findtext(f"{SITEMAP}loc"))] = url.findtext(f"{SITEMAP}lastmod")
    assert len(found) == len(root) <= 50_000
    for slug, told in RECORDS.items():
        assert found[f"{server.base}/archive/{slug}"] == told["changed"]
        for question in told["questions"]:
            address = f"{server.base}/archive/{slug}/{question['number']}"
            assert (address in found) != bool(question["removed"])
    assert all(datetime.fromisoformat(moment).tzinfo for moment in found.values() if moment)
    robots = reader.get("/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {server.base}/sitemap.xml" in robots.text.splitlines()
    assert "Disallow: /enter/" in robots.text.splitlines()


def test_the_whole_archive_comes_in_one_file_with_checksums(server, reader, tmp_path) -> None:
    answer = reader.get("/archive/all.zip")
    assert int(answer.headers["content-length"]) == len(answer.body)
    again = reader.get("/archive/all.zip", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
        assert packed.testzip() is None
        packed.extractall(tmp_path)
    assert {place.name for place in tmp_path.iterdir()} == set(RECORDS)
    for slug in RECORDS:
        files = {file.name for file in (tmp_path / slug).iterdir()}
        assert files == {folder.FILE, *folder.OTHERS, folder.SUMS}
        check_sums(tmp_path / slug)
        for name in folder.OTHERS:
            ending = name.rpartition(".")[2]
            there = (tmp_path / slug / name).read_bytes()
            assert there == reader.get(f"/archive/{slug}.{ending}").body


@pytest.mark.parametrize("slug", RECORDS)
def test_the_folder_of_a_record_has_every_format_and_its_checksums(server, slug: str) -> None:
    place = server.folder / "sessions" / slug
    complete(place)
    check_sums(place)
    assert {file.name for file in place.iterdir()} >= {folder.FILE, *folder.OTHERS}


def check_sums(place: Path) -> None:
    command = ["sha256sum", "--strict", "-c", folder.SUMS]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 4


async def test_a_pdf_that_many_want_at_once_is_made_once(server) -> None:
    slug = next(iter(RECORDS))
    path = f"/archive/{slug}.pdf?lang=en"
    asked = [asyncio.to_thread(server.browser().get, path) for _ in range(8)]
    answers: list[Page] = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {200}
    assert len({hashlib.sha256(answer.body).digest() for answer in answers}) == 1


def test_a_pdf_that_cannot_be_made_is_said_and_everything_else_is_there(tmp_path) -> None:
    """No program can be started any more: one sentence, one line, and the record in other forms."""
    told = record(3)
    folder.write(tmp_path / "sessions" / told["slug"], told)
    broken = Server(tmp_path, {})
    broken.migrate()
    broken.program = ("-c", BROKEN)
    broken.start()
    try:
        path = f"/archive/{told['slug']}"
        answer = broken.browser().get(f"{path}.pdf")
        assert answer.status == 503
        assert "Das PDF kann gerade nicht erstellt werden" in answer.text
        assert int(answer.headers["retry-after"]) > 0
        english = broken.browser().get(f"{path}.pdf", accept="application/json")
        assert (english.status, english.json()["code"]) == (503, "busy")
        for ending in ("json", "csv", "md", "ics", "atom"):
            assert broken.browser().get(f"{path}.{ending}").status == 200
    finally:
        broken.stop()
    lines = [json.loads(line) for line in broken.log.read_text("utf-8").splitlines()]
    (line,) = (one for one in lines if one["event"] == "PDF not made")
    assert line["session"] == told["slug"]
    assert line["level"] == "warning"
    assert "Traceback" not in broken.log.read_text("utf-8")


BROKEN = """
import sys
sys.path.insert(0, ".")
from dialog.archive import pdf
pdf.TEMPLATE = None
pdf.sys = type("sys", (), {"executable": "/nowhere/python"})
from dialog.cli import main
main()
"""
