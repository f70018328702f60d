"""Published pages: every question at its address, what happened to it, and where it leads."""

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.archive.records import record
from tests.live.client import Browser
from tests.live.server import ROOT, Server

EXAMPLE = "2026-10-06-wohnen-und-ankommen"
DRAWN = record(50)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that finds the record of the demonstration and a drawn one in its folders."""
    folder = tmp_path_factory.mktemp("published")
    sessions = folder / "sessions"
    shutil.copytree(ROOT / "sessions" / EXAMPLE, sessions / EXAMPLE)
    (sessions / DRAWN["slug"]).mkdir()
    (sessions / DRAWN["slug"] / "transcript.json").write_text(json.dumps(DRAWN), "utf-8")
    started = Server(folder, {})
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


@pytest.fixture
def reader(server: Server) -> Browser:
    return server.browser()


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    text = (ROOT / "sessions" / EXAMPLE / "transcript.json").read_text("utf-8")
    return json.loads(text)


def question(of: dict[str, Any], number: int) -> dict[str, Any]:
    return next(q for q in of["questions"] if q["number"] == number)


def test_every_question_has_a_page_that_says_who_answered_and_how_it_ended(reader, example) -> None:
    for one in example["questions"]:
        page = reader.get(f"/archive/{EXAMPLE}/{one['number']}")
        assert page.status == (410 if one["removed"] else 200)
        if one["removed"]:
            continue
        head = page.text.partition("</head>")[0]
        address = f"{reader.base}/archive/{EXAMPLE}/{one['number']}"
        assert f'<link rel="canonical" href="{address}">' in head
        assert f'<meta property="og:url" content="{address}">' in head
        structured = re.search(r'<script type="application/ld\+json">(.*?)</script>', head)
        assert structured
        assert json.loads(structured[1])["mainEntity"]["@id"] == address
        quotation = _plain(re.search(r'<p class="quote.*?</p>', page.text)[0])  # type: ignore[index]
        assert quotation.endswith(address)
        assert " ".join(one["text"].split()) in quotation
        if one["answer"]:
            kind = {"summary": "Zusammenfassung", "verbatim": "Wortlaut"}[one["answer"]["kind"]]
            assert kind in quotation
            written = one["outcome"] == "written"
            assert quotation.startswith(
                one["answer"]["by"] if written else "Staatsminister, Minist"
            )
            minute = one["answer"]["minute"]
            assert (f"?t={minute}" in page.text) == (minute is not None)
            assert all(f'href="{source}"' in page.text for source in one["answer"]["sources"])


def test_a_kept_and_an_overdue_promise_stand_there_with_their_dates(reader) -> None:
    transcript = reader.get(f"/archive/{EXAMPLE}").text
    for number, words in (
        (3, "Zusage eingelöst am 4.\xa0November 2026"),
        (14, "Überfällig: zugesagt bis 20.\xa0November 2026"),
    ):
        page = reader.get(f"/archive/{EXAMPLE}/{number}").text
        assert words in page
        assert words in _entry(transcript, number)
    assert 'class="kept"' in _entry(transcript, 3)
    assert 'class="due"' in reader.get(f"/archive/{EXAMPLE}/14").text


def test_later_answers_and_corrections_are_seen_as_such(reader, example) -> None:
    transcript = reader.get(f"/archive/{EXAMPLE}").text
    before = question(example, 20)["answer"]["corrections"][0]["before"]
    assert "Berichtigt am 22.\xa0Oktober 2026" in _entry(transcript, 20)
    assert before in _entry(transcript, 20)
    page = reader.get(f"/archive/{EXAMPLE}/20").text
    assert "Berichtigung vom 22.\xa0Oktober 2026" in page
    assert before in page
    assert re.search(r"<del><span[^>]*>gestrichen: </span>eine</del>", page)
    assert "Fassung vom 22.\xa0Oktober 2026" in page
    later = "Nachträglich beantwortet am 3.\xa0November 2026"
    assert later in _entry(transcript, 10)
    assert later in reader.get(f"/archive/{EXAMPLE}/10").text
    kept = question(example, 12)["answer"]["kept"]["corrections"][0]["before"]
    for text in (_entry(transcript, 12), reader.get(f"/archive/{EXAMPLE}/12").text):
        assert kept in text
        assert "17.\xa0November 2026" in text
    withdrawn = "Name oder Angaben zur Person zurückgezogen am 9.\xa0November 2026"
    assert withdrawn in _entry(transcript, 33)


def test_one_taken_out_keeps_its_place_and_says_why_and_when(reader, example) -> None:
    why = question(example, 56)["removed"]["why"]
    day = "Herausgenommen am 11.\xa0November 2026."
    page = reader.get(f"/archive/{EXAMPLE}/56")
    assert page.status == 410
    assert 'name="robots" content="noindex"' in page.text
    assert f'href="/archive/{EXAMPLE}#f56"' in page.text
    entry = _entry(reader.get(f"/archive/{EXAMPLE}").text, 56)
    for text in (page.text, entry):
        assert why in text
        assert day in text
    assert "href" not in entry
    beside = question(example, 53)["number"]
    assert f"/archive/{EXAMPLE}/56" not in reader.get(f"/archive/{EXAMPLE}/{beside}").text


def test_a_blackened_place_is_explained_once_and_said_to_everyone(reader) -> None:
    page = reader.get(f"/archive/{EXAMPLE}").text
    assert page.count("Ein schwarzer Balken steht") == 1
    bar = '<span class="black" lang="de"><span class="kern-sr-only">[geschwärzt]</span></span>'
    assert page.count(bar) == 1
    assert "█████" not in page.partition("<body")[2]
    assert bar in reader.get(f"/archive/{EXAMPLE}/14").text
    english = reader.get(f"/archive/{EXAMPLE}/14?lang=en").text
    assert 'lang="en"><span class="kern-sr-only">[redacted]' in english


def test_a_merged_question_leads_to_the_kept_one_which_says_so(reader) -> None:
    moved = reader.get(f"/archive/{EXAMPLE}/29")
    assert (moved.status, moved.headers["location"]) == (
        303,
        f"/archive/{EXAMPLE}/12#zusammengefuehrt",
    )
    assert 'id="zusammengefuehrt"' in reader.get(f"/archive/{EXAMPLE}/12").text
    english = reader.get(f"/archive/{EXAMPLE}/29?lang=en")
    assert english.headers["location"] == f"/archive/{EXAMPLE}/12?lang=en#zusammengefuehrt"


@pytest.mark.parametrize("number", [999, 0, 999_999_999])
def test_an_unknown_number_leads_to_the_record(reader, number: int) -> None:
    page = reader.get(f"/archive/{EXAMPLE}/{number}")
    assert page.status == 404
    assert f'href="/archive/{EXAMPLE}"' in page.text
    assert f'value="{number}"' in page.text
    told = reader.get(f"/archive/{EXAMPLE}/{number}", accept="application/json")
    assert told.json()["code"] == "unknown"
    assert reader.get(f"/archive/gibt-es-nicht/{number}").status == 404


def test_a_typed_number_leads_to_its_place(reader) -> None:
    base = f"/archive/{EXAMPLE}/question?n="
    for typed, place in (("7", "f7"), ("%2012%20", "f12"), ("29", "f12"), ("56", "f56")):
        found = reader.get(base + typed)
        assert (found.status, found.headers["location"]) == (303, f"/archive/{EXAMPLE}#{place}")
    english = reader.get(f"{base}7&lang=en")
    assert english.headers["location"] == f"/archive/{EXAMPLE}?lang=en#f7"


@pytest.mark.parametrize(
    "typed", ["", "abc", "7.5", "-7", "%C2%B2", "%D9%A7", "999", "1" * 5_000, "%22%3E%3Cscript"]
)
def test_what_leads_nowhere_is_said_and_stays_typed(reader, typed: str) -> None:
    page = reader.get(f"/archive/{EXAMPLE}/question?n={typed}")
    assert page.status == 404
    assert 'id="n-err"' in page.text
    assert "<script" not in page.text.partition("</head>")[2]
    if typed.isascii() and typed.isalnum() and len(typed) < 40:
        assert f'value="{typed}"' in page.text


def test_contents_name_every_question_once_under_its_topic(reader) -> None:
    page = reader.get(f"/archive/{DRAWN['slug']}/contents").text
    sections = re.findall(r'<section aria-labelledby="t\d+">.*?</section>', page, re.DOTALL)
    topics = [topic for topic in DRAWN["topics"] if any(q["topic"] == topic for q in _all())]
    for topic, section in zip(topics, sections, strict=False):
        assert topic in section
        numbers = [int(n) for n in re.findall(r"#f(\d+)", section)]
        assert numbers == [q["number"] for q in _all() if q["topic"] == topic]
    assert page.count("wurde aus dem Protokoll genommen") == 1


def _all() -> list[dict[str, Any]]:
    return DRAWN["questions"]


def test_the_way_through_a_record_is_its_order(reader) -> None:
    numbers = [q["number"] for q in _all() if not q["removed"]]
    walked, page = [], reader.get(f"/archive/{DRAWN['slug']}/{numbers[0]}").text
    while found := re.search(rf'<link rel="next" href="/archive/{DRAWN["slug"]}/(\d+)">', page):
        walked.append(int(found[1]))
        page = reader.get(f"/archive/{DRAWN['slug']}/{found[1]}").text
    assert walked == numbers[1:]


def test_a_page_of_the_archive_is_the_same_for_all_in_both_codings(reader) -> None:
    path = f"/archive/{DRAWN['slug']}"
    plain = reader.get(path)
    assert plain.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert "content-encoding" not in plain.headers
    assert plain.headers["cache-control"] == "no-cache"
    again = reader.get(path, if_none_match=plain.headers["etag"])
    assert (again.status, again.text) == (304, "")
    assert "set-cookie" not in plain.headers


def test_the_picture_stands_on_its_own(reader) -> None:
    for lang, word in (("de", "Eingegangen"), ("en", "Received")):
        picture = reader.get(f"/archive/{EXAMPLE}/figures.svg?lang={lang}")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert word in picture.text
        assert "<title id" in picture.text
        assert "<desc id" in picture.text


def _entry(page: str, number: int) -> str:
    found = re.search(rf'<article class="qa" id="f{number}".*?</article>', page, re.DOTALL)
    assert found
    return found[0]


def _plain(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup)).strip()
