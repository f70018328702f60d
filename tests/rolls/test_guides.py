"""A directory of guides as it comes: read however it is headed, checked line by line."""

import pytest

from dialog.rolls.guides import COLUMNS, Wrong, check, table
from dialog.rolls.table import from_csv

HEADING = "Landkreis oder Stadt;Stelle;Name;Telefon;E-Mail;Internet;Hinweis"
ERDING = "Landkreis Erding;Landratsamt;A. Muster;08122 555-0100;a@example.org;www.example.org;Mo"


def checked(*lines: str):
    return check(from_csv("\n".join(lines).encode()))


def test_a_list_is_read_and_written_the_same():
    rows = (
        (
            "Landkreis Erding",
            "Landratsamt",
            "A. Muster",
            "+49 8122 555-0100",
            "a@example.org",
            "",
            "",
        ),
        ("Stadt Hof", "=Stelle; mit Zeichen", "", "", "", "https://example.org/hof", "„Mo“\n"),
    )
    found = check(from_csv(table(rows)))
    assert not found.faults
    assert [tuple(one.fields.values()) for one in found.entries] == [
        rows[0], (*rows[1][:-1], "„Mo“"),
    ]  # fmt: skip
    assert list(found.columns) == list(COLUMNS)


def test_headings_may_be_others_and_stand_further_down():
    found = checked(
        "Verzeichnis der Lotsinnen und Lotsen,,,",
        ",,,",
        "Ansprechpartner/in,Kreis,E-Mail-Adresse,Raum",
        "A. Muster,Erding,a@example.org,12",
    )
    assert found.columns == {"name": 0, "district": 1, "mail": 2}
    assert found.strange == ("Raum",)
    assert found.entries[0].fields["district"] == "Erding"
    assert found.entries[0].row == 4


def test_a_list_without_districts_has_nothing_to_take():
    assert check([["Name", "E-Mail"], ["A", "a@example.org"]]).columns == {}


@pytest.mark.parametrize(
    "line, wrong",
    [
        (";Landratsamt;;08122 555;;;", Wrong.DISTRICT),
        ("Erding;;;08122 5551;;;", Wrong.NOBODY),
        ("Erding;Landratsamt;;;a@@example.org;;", Wrong.MAIL),
        ("Erding;Landratsamt;;siehe Seite;;;", Wrong.PHONE),
        ("Erding;Landratsamt;;112;;;", Wrong.PHONE),
        ("Erding;Landratsamt;;;;javascript:alert(1);", Wrong.WEB),
        ("Erding;Landratsamt;;;;https://example.org/\u202e;", Wrong.TEXT),
        ("Erding;Landratsamt;A. Muster;;;;kommt noch", Wrong.CONTACT),
        (f"{'Erding' * 20};Landratsamt;;08122 5551;;;", Wrong.TEXT),
    ],
)
def test_a_line_with_something_wrong_is_named_and_left_out(line, wrong):
    found = checked(HEADING, ERDING, "", line)
    assert [(one.row, one.wrong) for one in found.faults] == [(4, wrong)]
    assert [one.row for one in found.entries] == [2]


@pytest.mark.parametrize(
    "phone",
    ["(08122) 58-0", "+49 (0)8122 58-1234", "08122/58 12 34", "(+49) 8122 58", "0170 123 45 67"],
)
def test_numbers_are_taken_as_people_write_them(phone):
    found = checked(HEADING, f"Erding;Landratsamt;;{phone};;;")
    assert [one.fields["phone"] for one in found.entries] == [phone]


def test_the_same_line_twice_counts_once_and_two_guides_of_a_district_both():
    found = checked(HEADING, ERDING, ERDING.replace("Muster", "Zweite"), ERDING)
    assert [one.row for one in found.entries] == [2, 3]
    assert [(one.row, one.wrong, one.other) for one in found.faults] == [(4, Wrong.TWICE, 2)]
    assert found.entries[0].fields["web"] == "https://www.example.org"


def test_headings_as_the_english_page_names_them_are_understood():
    found = checked(
        "District or city,Office,Name,Phone,E-mail,Web,Remark",
        "Erding,Landratsamt,A. Muster,08122 5551,a@example.org,https://example.org,Mondays",
    )
    assert found.columns == {name: at for at, name in enumerate(COLUMNS)}
    assert found.strange == ()
