"""Lists come back as they were written, whatever the file; hostile ones are refused."""

import io
import struct
import threading
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialog.rolls import intake
from dialog.rolls.address import Address, Flaw, read
from dialog.rolls.choice import Choice, guess
from dialog.rolls.intake import from_file, from_paste
from dialog.rolls.sifting import correct, sift
from dialog.rolls.table import MOST_BYTES, Roll, Sheet, Unreadable, from_csv, from_text, roll
from dialog.rolls.workbook import sheets

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
HEADING = ["Name", "E-Mail", "Sprache"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = st.text("ABCDEFäöüÄÖÜßéñ,;\"' -.()&", min_size=1, max_size=20).map(
    lambda name: f"N{name.strip()}"
)
ADDRESSES = st.builds(
    lambda local, domain, end: f"{local}@{domain}.{end}",
    st.text(LETTERS + "0123456789-_+", min_size=1, max_size=12),
    st.text(LETTERS, min_size=2, max_size=12),
    st.sampled_from(("de", "example", "org")),
)
PEOPLE = st.lists(st.tuples(NAMES, ADDRESSES, st.sampled_from(("de", "en"))), min_size=2)


def workbook(*tables: list[list[Any]]) -> bytes:
    """Return an XLSX file with a sheet for each table."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(tables, 1):
        sheet = book.create_sheet(f"Tabelle {number}")
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def comma(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    """Return rows as CSV, quoted where that is needed."""
    quoted = (
        [f'"{c.replace(chr(34), chr(34) * 2)}"' if set(c) & {delimiter, '"', "'"} else c for c in r]
        for r in rows
    )
    return "\r\n".join(delimiter.join(row) for row in quoted).encode(encoding)


async def refused(name: str, content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        await from_file(name, content)
    return caught.value.why


# --- what was written comes back ------------------------------------------------------------------


@given(people=PEOPLE, encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(";,\t"))
def test_a_csv_comes_back_as_it_was_written(people, encoding, delimiter) -> None:
    rows = [HEADING, *map(list, people)]
    assert from_csv(comma(rows, delimiter, encoding)) == rows


@pytest.mark.parametrize(
    "written, lang",
    [
        ("en", "en"),
        ("Englisch", "en"),
        ("Einfache Sprache", "de-simple"),
        ("tlh", "de"),
        ("", "de"),
    ],
)
def test_a_list_names_languages_as_people_do(written, lang) -> None:
    rows = [["E-Mail", "Sprache"], ["eine@p.example", written]]
    sifted = sift(rows, Choice(1, 1, tongue=2))
    assert [line.lang for line in sifted.valid] == [lang]


@given(people=PEOPLE)
@settings(max_examples=25)
def test_a_spreadsheet_comes_back_as_it_was_written(people) -> None:
    rows = [HEADING, *map(list, people)]
    assert sheets(workbook(rows))[0].rows == rows


@given(people=PEOPLE)
def test_the_same_people_are_found_in_every_form(people) -> None:
    rows = [HEADING, *map(list, people)]
    choice = guess(rows)
    assert choice == Choice(1, 2, 1, 0, 3)
    found = sift(rows, choice)
    assert [line.row for line in found.valid] == [
        n for n, (_, a, _) in enumerate(people, 2) if a not in [b for _, b, _ in people[: n - 2]]
    ]
    assert len(found.valid) + found.more + len(found.faults) == len(people)


async def test_a_file_is_read_in_a_process_of_its_own() -> None:
    rows = [["", "Stand: heute"], ["E-Mail", "Vorname", "Nachname"], ["a@b.de", "Erika", "B."]]
    found = await from_file("liste.xlsx", workbook(rows, [], [["E-Mail"], ["c@d.de"]]))
    assert [sheet.name for sheet in found.sheets] == ["Tabelle 1", "Tabelle 3"]
    assert found.sheets[0].rows == rows
    assert guess(rows) == Choice(2, 1, 2, 3, 0)
    assert sift(rows, guess(rows)).valid[0][1:] == ("a@b.de", "a@b.de", "Erika B.", "de")


async def test_numbers_dates_and_formulas_are_texts() -> None:
    found = await from_file("x.xlsx", workbook([["E-Mail", "Nr"], ["a@b.de", 12], ["=1+1", 1.5]]))
    assert found.sheets[0].rows[1:] == [["a@b.de", "12"], ["", "1.5"]]
    rows = from_csv(b"=1+1;a@b.de\r\n@SUM(A1);c@d.de")
    assert rows == [["=1+1", "a@b.de"], ["@SUM(A1)", "c@d.de"]]


@pytest.mark.parametrize("text, found", [
    ("a@b.de\nc@d.de", [["a@b.de"], ["c@d.de"]]),
    ("a@b.de, c@d.de;e@f.de", [["a@b.de"], ["c@d.de"], ["e@f.de"]]),
    ("Erika B. <a@b.de>", [["a@b.de", "Erika B."]]),
    ("Müller, Hans <h@x.de>; W. <w@x.de>", [["h@x.de", "Müller, Hans"], ["w@x.de", "W."]]),
    ('a@b.de, "X, Y" <e@f.de>', [["a@b.de"], ["e@f.de", "X, Y"]]),
    ("A\ta@b.de\nB\tb@b.de", [["A", "a@b.de"], ["B", "b@b.de"]]),
    ("a@b.de\n\nnix", [["a@b.de"], [], ["nix"]]),
])  # fmt: skip
def test_pasted_addresses_in_any_usual_form(text, found) -> None:
    assert from_text(text) == found


# --- one address ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell, key", [
    ("a@b.de", "a@b.de"),
    (" Erika.B@Example.ORG ", "erika.b@example.org"),
    ("mailto:a@b.de", "a@b.de"),
    ("Erika <a@b.de>", "a@b.de"),
    ("a@münchen.example", "a@xn--mnchen-3ya.example"),
    ("a@straße.example", "a@xn--strae-oqa.example"),
    ("o'neil+x@b.co", "o'neil+x@b.co"),
])  # fmt: skip
def test_addresses_that_are_good(cell, key) -> None:
    found = read(cell)
    assert isinstance(found, Address)
    assert found.key == key


@pytest.mark.parametrize("cell, flaw", [
    ("", Flaw.MISSING),
    ("asylkreis.gemeinde.de", Flaw.NO_AT),
    ("asylkreis@gemeinde-au", Flaw.NO_END),
    ("a@b.de c@d.de", Flaw.SEVERAL),
    ("a b@c.de", Flaw.SPACE),
    ("jörg@web.de", Flaw.UMLAUT),
    ("a..b@c.de", Flaw.LOCAL),
    ("@c.de", Flaw.LOCAL),
    ("a@b@c.de", Flaw.LOCAL),
    ("a@-b.de", Flaw.DOMAIN),
    ("a@b.1", Flaw.DOMAIN),
    ("a@127.0.0.1", Flaw.DOMAIN),
    (f"{'a' * 65}@b.de", Flaw.LONG),
    (f"a@{'b.' * 200}de", Flaw.LONG),
    ("a@b.de\r\nBcc: x@y.de", Flaw.SEVERAL),
    ("a@b.de\r\nBcc: x", Flaw.SIGNS),
    ("a\0@b.de", Flaw.SIGNS),
    ("a\u202e@b.de", Flaw.SIGNS),
])  # fmt: skip
def test_addresses_with_a_flaw(cell, flaw) -> None:
    assert read(cell) is flaw


@given(st.text())
def test_whatever_stands_in_a_cell_is_an_address_or_has_a_flaw(cell) -> None:
    found = read(cell)
    if isinstance(found, Address):
        assert found.written.isprintable()
        assert not any(map(str.isspace, found.written))
        assert found.key.isascii()
        assert read(found.written) == found


# --- looked through -------------------------------------------------------------------------------


def test_a_cell_without_an_end_is_too_long_before_anybody_looks_into_it() -> None:
    assert read(f"{'a' * 1_000} <anna@amt.example>") is Flaw.LONG
    endless = "@" + "a" * 120_000
    with pytest.raises(Unreadable) as refused:
        roll("", [Sheet("", from_text(f"{endless};{endless}"))])
    assert refused.value.why == "cells"


async def test_a_list_is_looked_through_off_the_loop(monkeypatch) -> None:
    loop, seen = threading.get_ident(), set[int]()

    def counted(*given: Any) -> Roll:
        seen.add(threading.get_ident())
        return roll(*given)

    monkeypatch.setattr(intake, "roll", counted)
    await from_file("", b"anna@amt.example")
    await from_file("", workbook([["anna@amt.example"]]))
    await from_paste("", "anna@amt.example")
    assert seen
    assert loop not in seen


def test_doubles_count_once_and_the_invited_not_at_all() -> None:
    rows = [["a@b.de"], ["A@B.de"], ["c@d.de"], ["d@d.de"]]
    found = sift(rows, Choice(address=1), {"d@d.de"})
    assert [line.row for line in found.valid] == [1, 3]
    assert [(one.rows, one.known) for one in found.doubles] == [((1, 2), False), ((4,), True)]
    assert found.more == 2


def test_names_with_signs_that_deceive_are_named() -> None:
    rows = [["a@b.de", "x\u202ey"], ["c@d.de", "N" * 81], ["e@f.de", "A\nBcc: b"]]
    found = sift(rows, Choice(address=1, name=2))
    assert [(one.row, one.flaw) for one in found.faults] == [(1, Flaw.NAME), (2, Flaw.NAME)]
    assert found.valid[0].name == "A Bcc: b"


def test_a_line_is_corrected_or_left_out() -> None:
    rows = [["asyl@au", "Au", "B"], ["", "nur Name"]]
    choice = Choice(address=1, name=2, family=3)
    correct(rows, choice, 1, "asyl@au.de", "Au B")
    correct(rows, choice, 2, "", "")
    found = sift(rows, choice)
    assert [(line.address, line.name) for line in found.valid] == [("asyl@au.de", "Au B")]
    assert not found.faults


# --- hostile --------------------------------------------------------------------------------------


async def test_a_file_that_unpacks_without_end() -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1_000):
            part.write(bytes(1_000_000))
    assert len(made.getvalue()) < MOST_BYTES
    assert await refused("bombe.xlsx", made.getvalue()) == "unpacked"


async def test_a_file_that_lies_about_how_much_it_unpacks_to() -> None:
    content = bytearray(workbook([["a@b.de"] * 40] * 400))
    name = b"xl/worksheets/sheet1.xml"
    at = content.rindex(name) - 46  # its entry in the directory at the end
    struct.pack_into("<I", content, at + 24, 10)
    assert await refused("luege.xlsx", bytes(content)) == "unreadable"


async def test_a_cell_so_far_away_that_its_table_fills_all_memory() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a@b.de", "fern"
    made = io.BytesIO()
    book.save(made)
    assert await refused("fern.xlsx", made.getvalue()) == "unpacked"


async def test_many_columns_and_many_lines() -> None:
    assert await refused("breit.xlsx", workbook([["a@b.de"] * 10_000])) == "columns"
    assert await refused("breit.csv", b";".join([b"a@b.de"] * 10_000)) == "columns"
    assert await refused("lang.csv", b"a@b.de\n" * 100_000) == "rows"
    assert await refused("lang.xlsx", workbook([["a@b.de"]] * 5_001)) == "rows"
    assert await refused("zelle.csv", b"x" * 20_000) == "cells"
    assert await refused("gross.csv", b"x" * (MOST_BYTES + 1)) == "unpacked"


@pytest.mark.parametrize("content, why", [
    (b"", "empty"),
    (b"\n;;\n", "empty"),
    (b"a@b.de\0\0\0\1", "unreadable"),
    (b"\xff\xfea", "unreadable"),
    (b"PK\x03\x04 kein Archiv", "unreadable"),
    (b"\xd0\xcf\x11\xe0 alt", "old"),
    (b"\x81\x8d\x8f", "unreadable"),
])  # fmt: skip
async def test_files_that_are_no_lists(content, why) -> None:
    assert await refused("datei", content) == why


@given(content=st.binary(max_size=300))
async def test_any_bytes_are_a_list_or_refused(content) -> None:
    if content[:4] == b"PK\x03\x04":
        return
    try:
        found = await from_file("x", content)
    except Unreadable:
        return
    assert isinstance(found, Roll)
    sift(found.sheets[0].rows, guess(found.sheets[0].rows))


@given(text=st.text())
async def test_any_text_is_a_list_or_refused(text) -> None:
    try:
        found = await from_paste("", text)
    except Unreadable:
        return
    sift(found.sheets[0].rows, guess(found.sheets[0].rows))
