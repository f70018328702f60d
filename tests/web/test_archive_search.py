"""The archive's search and its page of promises, asked of a real server."""

import html
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dialog.web.templating import BERLIN
from tests.archive.records import record, summed
from tests.live.client import Browser
from tests.live.programme import evening
from tests.live.server import Server

EVIL = '<script>alert(1)</script><b title="x">Bärlauch</b> & „Spitzwegerich“'
KEPT = "Die Übersicht der Rotkehlchen ist veröffentlicht."


def promise(question: dict[str, Any], until: date, kept: str | None = None) -> None:
    """Make a promise of a question's answer."""
    question["outcome"] = "promised"
    question["answer"] |= {"by": "Referat Nachtigall", "until": until.isoformat(), "kept": None}
    if kept:
        at = "2025-12-01T10:00:00+01:00"
        question["answer"]["kept"] = {"at": at, "text": kept, "corrections": []}


@pytest.fixture(scope="module")
def today() -> date:
    return datetime.now(BERLIN).date()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, today: date) -> Iterator[Server]:
    """A server whose folder holds records, and nothing of them in its database."""
    folder = tmp_path_factory.mktemp("archive")
    hostile, many = record(12), record(60, year=2024)
    asked = hostile["questions"]
    asked[0] |= {"text": EVIL, "upvotes": 900, "topic": EVIL[:60], "background": EVIL}
    asked[0]["answer"]["text"] = EVIL
    for question in asked + many["questions"]:
        if question["outcome"] == "promised":
            question["outcome"] = "aloud"
            question["answer"] |= {"until": None, "by": None, "kept": None}
    promise(asked[1], today + timedelta(days=12))
    promise(asked[2], today - timedelta(days=3))
    promise(asked[3], today - timedelta(days=30), KEPT)
    promise(asked[4], today)
    for one in (hostile, many):
        (folder / "sessions" / one["slug"]).mkdir(parents=True)
        text = json.dumps(summed(one), ensure_ascii=False)
        (folder / "sessions" / one["slug"] / "transcript.json").write_text(text, "utf-8")
    made = Server(folder, evening(folder / "sessions"))
    made.migrate()
    made.start()
    yield made
    made.stop()
    made.check_log()
    assert "Rohrdommel" not in made.log.read_text("utf-8")


@pytest.fixture(scope="module")
def asked(server: Server) -> list[dict[str, Any]]:
    files = Path(server.environment["DIALOG_SESSIONS"]).glob("*/transcript.json")
    records = [json.loads(file.read_text("utf-8")) for file in files]
    return next(one["questions"] for one in records if len(one["questions"]) == 12)


def search(browser: Browser, typed: str = "", **fields: object) -> str:
    page = browser.get(f"/archive/search?{urlencode({'q': typed} | fields)}")
    assert page.status == 200, page.text
    return page.text


def test_what_is_found_stands_with_its_address_and_passages(server, asked) -> None:
    browser = server.browser()
    text = search(browser, "Bärlauch")
    assert "1 Frage<" in text
    assert f'/{asked[0]["number"]}"' in text
    assert text.count("<mark>Bärlauch</mark>") == 2  # in the question and in the answer
    assert browser.cookie == ""
    assert "set-cookie" not in browser.get("/archive/search?q=Kurs").headers


def test_hostile_texts_stay_texts(server) -> None:
    browser = server.browser()
    for page in (
        search(browser, "Spitzwegerich"),
        search(browser, EVIL),
        search(browser, topic=EVIL),
    ):
        assert "<script>alert" not in page
        assert '<b title="x">' not in page
    assert html.escape("<script>alert(1)</script>") in search(browser, "Spitzwegerich")


def test_narrowing_down_is_a_matter_of_addresses(server) -> None:
    browser = server.browser()
    page = search(browser, "Kurs", year="2024")
    links = [html.unescape(link) for link in re.findall(r'href="(/archive/search\?[^"]*)"', page)]
    assert links
    counted = re.findall(r'<a href="([^"]*)"[^>]*>[^<]*<span aria-hidden="true">(\d+)</span>', page)
    assert counted
    for link, count in counted:
        shown = browser.get(html.unescape(link)).text
        if "year=2024" in link:  # the others lead away from the year
            assert re.search(rf"<h2 id=\"tr\">{count} Fragen?</h2>", shown), link
    assert "entfernen" in page
    assert "2024" not in next(link for link in links if link == "/archive/search?q=Kurs")
    assert browser.get("/archive/search?year=2024").text.count("<li><h3") == 20
    assert "Seite\xa02 von 3" in search(browser, year=2024, page=2) or "Seite 2 von 3" in search(
        browser, year=2024, page=2
    )


def test_the_list_leads_to_the_search(server) -> None:
    page = server.browser().get("/archive").text
    assert 'href="/archive/search?year=2024"' in page
    assert 'action="/archive/search"' in page
    assert 'href="/archive/promises"' in page
    home = server.browser().get("/").text
    assert 'action="/archive/search"' in home
    assert 'href="/archive/promises"' in home


def test_nothing_to_look_for_is_the_list(server) -> None:
    for path in ("/archive/search", "/archive/search?q=", "/archive/search?q=+&topic=&page=3"):
        answer = server.browser().get(path)
        assert (answer.status, answer.headers["location"]) == (303, "/archive"), path
    english = server.browser().get("/archive/search?lang=en")
    assert english.headers["location"] == "/archive?lang=en"


def test_an_empty_result_has_a_next_step(server) -> None:
    browser = server.browser()
    page = search(browser, "Kurs Rohrdommel")
    assert "Keine Frage gefunden" in page
    assert "Nur „Kurs“:" in page
    assert "Ohne Anführungszeichen" not in page
    page = search(browser, "„Spitzwegerich Bärlauch“")
    assert "Keine Frage gefunden" in page
    apart = urlencode({"q": "Spitzwegerich Bärlauch"})
    assert f'<a href="/archive/search?{apart}">Ohne Anführungszeichen' in page
    assert "Spitzwegerich" in search(browser, "Spitzwegerich Bärlauch")
    page = search(browser, "Kurs", topic="Nie")
    assert "Ohne Eingrenzung:" in page
    assert "<title>Archiv: Suche nach „Kurs“" in page


def test_a_slip_is_told_and_can_be_taken_at_its_word(server) -> None:
    browser = server.browser()
    page = search(browser, "Rotkelchen")
    assert "Gesucht wurde auch nach „Rotkehlchen“" in page
    assert "exact=1" in page
    assert "Keine Frage gefunden" in search(browser, "Rotkelchen", exact=1)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 5_000, "q=%00", "q=%ED%A0%80", "q=%FF", "q=(((*", "q=" + "%22" * 99,
        "q=a&page=-1", "q=a&page=99999999999999999999", "q=a&page=%D9%A3", "year=x" * 50,
        "topic=" + "x" * 4_000, "q=a&q=b&lang=xx", "q=%E2%80%AE", "outcome=%00",
        "q=" + quote("ö́ " * 40),
    ],
)  # fmt: skip
def test_strange_input_is_answered(server, query: str) -> None:
    page = server.browser().get(f"/archive/search?{query}")
    assert page.status == 200
    assert "</html>" in page.text


def test_english_is_english_and_keeps_what_was_typed(server) -> None:
    page = server.browser().get("/archive/search?q=Kurs&lang=en").text
    assert '<html lang="en"' in page
    assert '<input type="hidden" name="lang" value="en">' in page
    assert "Narrow down" in page
    german = re.search(r'href="([^"]*)" lang="de"', page)
    assert german
    assert html.unescape(german[1]) == "/archive/search?q=Kurs&lang=de"


def test_promises_stand_in_three_groups_with_their_days(server, asked) -> None:
    browser = server.browser()
    page = browser.get("/archive/promises").text
    groups = re.split(r'<h2 id="p-', page)[1:]
    assert [group.partition('"')[0] for group in groups] == ["overdue", "open", "kept"]
    overdue, still, kept = groups
    number = [one["number"] for one in asked]
    assert f'/{number[2]}"' in overdue
    assert "seit 3 Tagen" in overdue.replace("\xa0", " ")
    assert still.index(f'/{number[4]}"') < still.index(f'/{number[1]}"')
    assert "heute fällig" in still
    assert "fällig in 12 Tagen" in still.replace("\xa0", " ")
    assert KEPT in kept
    assert "Eingelöst am 1.\xa0Dezember 2025" in kept
    assert all("Referat Nachtigall" in group for group in groups)
    title = re.search(r"<title>([^<]*)</title>", page)
    assert title
    said = title[1].replace("\u00a0", " ")
    assert said.startswith("Zusagen: 1 überfällig, 2 offen, 1 eingelöst")
    assert browser.cookie == ""
    etag = browser.get("/archive/promises").headers["etag"]
    assert browser.get("/archive/promises", if_none_match=etag).status == 304
    one = browser.get("/archive/promises?due=kept&page=7").text
    assert re.findall(r'<h2 id="p-(\w+)', one) == ["kept"]
