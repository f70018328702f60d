"""A record as table, Markdown and PDF: opened by readers of their own, compared with the record."""

import asyncio
import copy
import itertools
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from dialog.archive import pdf as pdf_module
from dialog.archive.document import document
from dialog.archive.markdown import markdown
from dialog.archive.pdf import NotSet, pdf, typeset
from dialog.archive.record import check
from dialog.archive.sheet import COLUMNS, sheet
from dialog.web.formats import words
from tests.archive.readers import Read, Tagged, computed, rows
from tests.archive.records import ROOT, record, summed
from tests.hostile import TEXTS, WELCOME

BASE = "https://dialog.example"
GERMAN, ENGLISH = words("de"), words("en")
SIZES = (12, 50, 200)


def made(told: Mapping[str, Any], said: Any = GERMAN) -> dict[str, Any]:
    return document(told, said, BASE)


def plain(text: str) -> str:
    """Return a text as a reader of pages has it: lines may end anywhere."""
    return " ".join(text.replace("\u200b", "").split())


def texts_of(told: Mapping[str, Any]) -> list[str]:
    """Return all that a record says of its questions."""
    said = []
    for question in told["questions"]:
        said += [question["text"], question["background"], question["asker"]]
        said += [one["text"] for one in question["merged"]]
        said += [question["removed"]["why"]] if question["removed"] else []
        if answer := question["answer"]:
            said += [answer["text"], answer["by"], answer["to"], *answer["sources"]]
            said += [old["before"] for old in answer["corrections"]]
            said += [answer["kept"]["text"]] if answer["kept"] else []
    return [text for text in said if text]


def hostile() -> dict[str, Any]:
    """Return a record with every text in it that a record may hold, in each of its fields."""
    told = copy.deepcopy(record(50))
    source = iter(told["questions"] * 3)
    for text in TEXTS.values():
        question = next(source)
        try:
            check(summed(told) | {"title": text})
        except (ValueError, UnicodeError):
            continue
        if len(text) > 10_000:  # once is enough
            question["text"] = text
            continue
        question |= {"text": text, "background": text, "asker": text, "topic": text}
        question["removed"], question["district"] = None, text
        question["merged"] = [{"number": 900 + question["number"], "text": text}]
        question["outcome"] = "promised"
        at = "2026-01-01T12:00:00.000Z"
        question["answer"] = {
            "text": text, "kind": "summary", "by": text, "until": "2026-02-01", "to": None,
            "kept": {"at": at, "text": text, "corrections": [{"at": at, "before": text}]},
            "sources": ["https://x.example/?a=<b>&c='d'|e"], "minute": 1, "at": at,
            "corrections": [{"at": at, "before": text}],
        }  # fmt: skip
    told |= {"title": TEXTS["element"], "introduction": "\n\n".join(["# Nein", TEXTS["form"]])}
    check(summed(told))
    return told


HOSTILE = hostile()


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_table_has_a_row_for_each_question(size: int) -> None:
    told = record(size)
    read = rows(sheet(told, GERMAN, BASE))
    names = [GERMAN.say(f"column.{name}") for name in COLUMNS]
    assert list(read[0]) == names
    assert len(set(names)) == len(names)
    for question, row in zip(told["questions"], read, strict=True):
        answer = question["answer"] or {}
        assert int(row["Nummer"]) == question["number"]
        assert int(row["Unterstützungen"]) == question["upvotes"]
        assert row["Frage"] == (question["text"] or "")
        assert row["Hintergrund"] == (question["background"] or "")
        assert row["Antwort"] == answer.get("text", "")
        assert row["Zugesagt bis"] == (answer.get("until") or "")
        assert row["Zusage eingelöst mit"] == ((answer.get("kept") or {}).get("text") or "")
        assert row["Dauerhafte Adresse"].endswith(f"/archive/{told['slug']}/{question['number']}")
        if question["asked"]:
            asked = datetime.fromisoformat(question["asked"]).replace(microsecond=0)
            assert datetime.fromisoformat(row["Gestellt"]) == asked
        if question["removed"]:
            assert question["removed"]["why"] in row["Aus dem Protokoll genommen"]


def test_a_table_speaks_english() -> None:
    (row, *_) = rows(sheet(record(12), ENGLISH, BASE))
    assert {"Number", "Question", "Answer", "Promise kept"} <= set(row)


def test_no_spreadsheet_computes_what_people_wrote() -> None:
    raw = sheet(HOSTILE, GERMAN, BASE)
    assert not computed(raw)
    read = rows(raw)
    for question, row in zip(HOSTILE["questions"], read, strict=True):
        text = question["text"] or ""
        shown = f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
        assert row["Frage"] == shown
    assert any(row["Frage"].startswith("'=") for row in read)


# --- Markdown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_markdown_has_a_heading_for_each_question_and_says_all(size: int) -> None:
    told = record(size)
    read = Read(markdown(made(told)))
    assert not read.strange
    assert read.headings[0] == ("h1", f"Protokoll: {told['title']}")
    asked = [text for tag, text in read.headings if tag == "h3"]
    for question, heading in zip(told["questions"], asked, strict=True):
        assert heading.endswith(question["text"] or "aus dem Protokoll genommen")
    everything = "\n".join([*read.texts, *asked, *read.links])
    assert not [text for text in texts_of(told) if text not in everything]
    figures = {cells[0]: cells[1] for table in read.tables for cells in table}
    counts = told["figures"]
    assert figures["Eingegangen"] == GERMAN.number(counts["received"])
    assert figures["Zurückgegeben"] == GERMAN.number(sum(counts["returned"].values()))
    assert figures["– davon eingelöst"] == str(counts["kept"])
    for outcome, count in counts["outcomes"].items():
        assert figures[GERMAN.say(f"outcome.{outcome}")] == str(count)


def test_a_question_makes_no_markup() -> None:
    read = Read(markdown(made(HOSTILE)))
    assert not read.strange
    asked = [plain(text) for tag, text in read.headings if tag == "h3"]
    assert len(asked) == len(HOSTILE["questions"])
    for question, heading in zip(HOSTILE["questions"], asked, strict=True):
        assert plain(question["text"] or "genommen")[:1_000] in heading
    assert {link.partition(":")[0] for link in read.links} == {"https"}
    assert not [link for link in read.links if "evil" in link]
    assert {tag for tag, _ in read.headings} == {"h1", "h2", "h3"}
    everything = plain("\n".join([*read.texts, *asked]))
    said = [text for text in texts_of(HOSTILE) if not text.startswith("https:")]
    assert not [text for text in said if plain(text) not in everything]


@pytest.mark.parametrize(
    "text",
    [
        "# keine Überschrift", "- keine Liste", "+ keine", "1. keine", "2) keine", "> kein Zitat",
        "    kein Code", "```", "---", "===", "[x]: https://evil.example", "a | b", "<b>x</b>",
        "www.evil.example und https://evil.example", "a@evil.example", "&copy;", "\\*", "~~x~~",
        "![x](y)", "*x* _y_ `z`", "Zeile\n# zwei", "Zeile\n===", ": x", "$x$", "100 %, 3-4; (5)",
    ],
)  # fmt: skip
def test_signs_of_markdown_are_text(text: str) -> None:
    told = copy.deepcopy(record(3))
    told["questions"][0]["text"] = text.replace("\n", " ")
    told["questions"][0]["background"] = text
    read = Read(markdown(made(told)))
    assert not read.strange
    assert not [link for link in read.links if "evil" in link]
    assert [plain(text) in plain(one) for one in read.texts].count(True) >= 1
    assert plain(text) in plain(read.headings[4][1])


# --- PDF -----------------------------------------------------------------------------------------


def test_a_pdf_is_tagged_and_says_which_norms_it_keeps() -> None:
    told = record(50)
    read = Tagged(typeset(made(told), told["changed"]))
    assert read.root["/MarkInfo"]["/Marked"]
    assert read.root["/Lang"] == "de"
    assert read.root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.title == f"Protokoll: {told['title']}"
    assert "<pdfuaid:part>1</pdfuaid:part>" in read.marks
    assert "<pdfaid:part>2</pdfaid:part>" in read.marks
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in read.marks
    assert read.tags.count("/H1") == 1
    assert read.tags.count("/H2") == 4
    assert read.tags.count("/H3") == len(told["questions"])
    assert read.tags.count("/Table") == 3
    assert read.tags.count("/TH") == 6
    headings = [plain(title) for tag, title in read.elements if tag == "/H3"]
    for question, heading in zip(told["questions"], headings, strict=True):
        assert heading.endswith(plain(question["text"] or "aus dem Protokoll genommen"))
    marks = [plain(title) for title in read.bookmarks()]
    assert [one for one in marks if one in headings] == headings
    levels = [int(tag[2]) for tag in read.tags if tag[:2] == "/H" and tag[2:].isdigit()]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert f"{BASE}/archive/{told['slug']}" in read.addresses()
    assert told["questions"][0]["answer"]["minute"] is None or any(
        "t=" in address for address in read.addresses()
    )


@pytest.mark.parametrize("size", SIZES)
def test_a_pdf_says_all_that_the_record_says(size: int) -> None:
    told = record(size)
    text = Tagged(typeset(made(told), told["changed"])).text()
    addresses = [one for one in texts_of(told) if one.startswith("https:")]
    missing = [one for one in texts_of(told) if plain(one) not in text and one not in addresses]
    assert not missing
    for line in made(told)["figures"]["tables"][0]["rows"]:
        assert plain(f"{line['label']} {line['count']}") in text


def test_the_same_record_is_the_same_pdf_dated_with_its_change() -> None:
    told = record(12)
    first, second = (asyncio.run(pdf(made(told), told["changed"])) for _ in range(2))
    assert first == second == typeset(made(told), told["changed"])
    changed = datetime.fromisoformat(told["changed"])
    dated = Tagged(first)._pdf.metadata
    assert dated is not None
    assert dated.creation_date == changed
    later = asyncio.run(pdf(made(told), "2030-01-01T00:00:00+01:00"))
    assert later != first


def test_a_pdf_speaks_english_where_it_is_asked_to() -> None:
    told = record(12)
    read = Tagged(typeset(made(told, ENGLISH), told["changed"]))
    assert read.root["/Lang"] == "en"
    assert "Questions and answers" in read.text()
    assert "Der Abend in Zahlen" not in read.text()


def test_no_text_is_markup_in_a_pdf_or_stops_it() -> None:
    read = Tagged(typeset(made(HOSTILE), HOSTILE["changed"]))
    headings = [plain(title) for tag, title in read.elements if tag == "/H3"]
    assert len(headings) == len(HOSTILE["questions"])
    shown = 0
    for question, heading in zip(HOSTILE["questions"], headings, strict=True):
        text = plain(question["text"] or "")[:1_000]
        shown += text in heading
        assert text in heading or "[U+" in heading
    assert shown > len(HOSTILE["questions"]) - 6
    assert not [address for address in read.addresses() if not address.startswith("https:")]


@pytest.mark.parametrize("name", WELCOME)
def test_what_people_may_well_write_is_readable(name: str) -> None:
    told = copy.deepcopy(record(3))
    text = WELCOME[name]
    told["questions"][0]["text"] = text
    read = Tagged(typeset(made(told), told["changed"]))
    headings = [title for tag, title in read.elements if tag == "/H3"]
    shown = plain(headings[0])
    if name == "family":
        assert "[U+1F469]" in shown
    else:
        assert shown.endswith(plain(text))


def test_a_sign_that_no_font_shows_is_named() -> None:
    told = copy.deepcopy(record(3))
    told["questions"][0]["text"] = "Gilt 中 auch?"
    assert "Gilt [U+4E2D] auch?" in Tagged(typeset(made(told), told["changed"])).text()


def test_what_cannot_be_set_says_nothing_of_what_stood_in_it(monkeypatch, tmp_path) -> None:
    told = made(record(3))
    with pytest.raises(NotSet, match=r"^code \d+$"):
        asyncio.run(pdf(told | {"lines": None}, "2030-01-01T00:00:00+01:00"))
    monkeypatch.setattr(pdf_module, "LONGEST_S", 0.001)
    with pytest.raises(NotSet, match="not within"):
        asyncio.run(pdf(told, "2030-01-01T00:00:00+01:00"))
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    with pytest.raises(NotSet, match="FileNotFoundError"):
        asyncio.run(pdf(told, "2030-01-01T00:00:00+01:00"))


def test_other_scripts_have_their_language_in_the_document() -> None:
    texts = json.loads((ROOT / "tests" / "tongues.json").read_text("utf-8"))
    typed = {lang: text for text, _, lang in texts if lang in ("ar", "uk")}
    told = copy.deepcopy(record(12))
    for question, text in zip(told["questions"], typed.values(), strict=False):
        question["text"] = text
    found = made(told)
    headings = [one["heading"] for one in found["questions"]]
    assert found["tongues"] == dict(zip(headings, typed, strict=False))
