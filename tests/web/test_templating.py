"""Filters say times, counts and names as their language does; sentences stand for every code."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from dialog.forum.refusals import Code
from dialog.web import sentences
from dialog.web.catalogue import LANGUAGES, NBSP, catalogue, tied
from dialog.web.templating import called, environment

NOW = datetime(2026, 11, 24, 17, 44, 12, tzinfo=UTC)


def said(source: str, lang: str = "de", **context: object) -> str:
    return environment(lang).from_string(source).render(**({"now": NOW} | context))


@pytest.mark.parametrize(
    "value",
    ["2026-11-24T17:41:20.000Z", 1795542080000, datetime(2026, 11, 24, 17, 41, 20, tzinfo=UTC)],
)
def test_an_instant_reads_the_same_as_text_number_and_datetime(value):
    assert said("{{ x|clock }} {{ x|clock_s }}", x=value) == "18:41 18:41:20"


def test_a_session_elsewhere_shows_its_own_clock():
    starts = datetime(2026, 11, 24, 18, 0, tzinfo=ZoneInfo("Europe/London"))
    for dialog in ({"starts": starts}, SimpleNamespace(starts=starts)):
        assert said("{{ x|clock }}", x="2026-11-24T17:41:20Z", dialog=dialog) == "17:41"


def test_the_hour_that_comes_twice_keeps_its_offset():
    assert said("{{ x|machine }}", x="2026-10-25T00:30:00Z") == "2026-10-25T02:30:00+02:00"
    assert said("{{ x|machine }}", x="2026-10-25T01:30:00Z") == "2026-10-25T02:30:00+01:00"


def test_a_bare_day_is_the_same_in_every_zone():
    assert said("{{ '2026-12-18'|day }}") == f"18.{NBSP}Dezember 2026"
    assert said("{{ '2026-12-18'|day }}", "en") == f"18{NBSP}December 2026"
    assert said("{{ '2026-12-18'|weekday }}, {{ '2026-12-18'|short_day }}") == (
        f"Freitag, 18.{NBSP}Dezember"
    )


@pytest.mark.parametrize(
    "minutes, german, english",
    [
        (0, "gerade eben", "just now"),
        (1, "vor einer Minute", "a minute ago"),
        (6, f"vor 6{NBSP}Minuten", f"6{NBSP}minutes ago"),
        (60, "vor einer Stunde", "an hour ago"),
        (150, f"vor 2{NBSP}Stunden", f"2{NBSP}hours ago"),
        (1440, "vor einem Tag", "a day ago"),
        (7200, f"vor 5{NBSP}Tagen", f"5{NBSP}days ago"),
    ],
)
def test_an_age_is_said_in_its_largest_whole_unit(minutes, german, english):
    then = int(NOW.timestamp() * 1000) - minutes * 60_000
    assert said("{{ x|minutes_ago }}", x=then) == german
    assert said("{{ x|minutes_ago }}", "en", x=then) == english


def test_counts_have_their_noun_and_their_language_s_thousands():
    assert said("{{ 1|supports }}") == f"1{NBSP}Unterstützung"
    assert said("{{ 1234|supports }}") == f"1.234{NBSP}Unterstützungen"
    assert said("{{ 1234|supports }}", "en") == f"1,234{NBSP}upvotes"


def test_an_asker_without_name_and_district_is_anonym():
    assert said("{{ r|asker_line }}", r={"asker": None, "district": None}) == "anonym"
    assert (
        said("{{ r|asker_line }}", r={"asker": "T. Weber", "district": "Cham"}) == "T. Weber, Cham"
    )


def test_a_place_in_the_recording_and_paragraphs():
    assert said("{{ 2480|stamp }}") == "0:41:20"
    assert said("{{ 'eins\n\n  zwei\nzwei'|paragraphs|list|length }}") == "2"


def test_text_of_people_is_never_markup():
    assert said("{{ x }}", x="<script>") == "&lt;script&gt;"
    assert said("{{ _('Frage %(n)s', n=x) }}", x="<b>") == f"Frage{NBSP}&lt;b&gt;"


def test_an_undefined_name_is_an_error():
    with pytest.raises(UndefinedError):
        said("{{ nobody }}")


def test_every_refusal_code_has_a_title_a_sentence_and_a_next_step():
    assert {said.partition(".")[0] for said in sentences.REFUSALS} == {code.value for code in Code}
    for lang in LANGUAGES:
        for code in sentences.REFUSALS:
            spoken = sentences.refusal(code, lang, {"limit": 300, "retry_ms": 1200})
            assert all((spoken.title, spoken.sentence, spoken.next))
            assert "{" not in f"{spoken.title}{spoken.sentence}{spoken.next}"


def test_a_refusal_says_its_figures():
    assert f"1000{NBSP}Zeichen" in sentences.refusal("too_long", "de", {"limit": 1000}).sentence
    assert f"2{NBSP}seconds" in sentences.refusal("too_fast", "en", {"retry_ms": 1001}).next


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, "approved"),
        ({"review": "waiting"}, "waiting"),
        ({"review": "returned"}, "returned"),
        ({"review": "returned", "appeal": {"kind": "appeal", "open": True}}, "appealed"),
        ({"review": "returned", "appeal": {"kind": "appeal", "open": False}}, "upheld"),
        ({"review": "merged"}, "merged"),
        ({"review": "stage_only"}, "stage_only"),
        ({"place": "now"}, "now"),
        ({"place": 1}, "next"),
        ({"place": 2}, "approved"),
        ({"number": 7}, "next"),
        ({"outcome": "promised"}, "promised"),
        ({"outcome": "promised", "answer": {"kept": {"text": "x"}}}, "kept"),
        ({"outcome": "not_reached"}, "not_reached"),
    ],
)
def test_an_own_question_is_in_exactly_one_state(change, expected):
    row = {"number": 3, "review": "approved", "appeal": None, "answer": None, "place": None}
    row |= {"outcome": "open"} | change
    assert sentences.own_state(row, [7]) == expected
    assert sentences.state(expected, "en").label


def test_every_sentence_has_an_english_one_of_its_own():
    english = catalogue("en")
    said_as_is = {"Chat", "Name"}
    for text in sentences.LIVE.values():
        assert text in said_as_is or english.gettext(text) != tied(text), text


def test_numbers_keep_their_units():
    assert tied("bis 18:00 Uhr") == f"bis 18:00{NBSP}Uhr"
    assert tied("Frage %(n)s, noch {n} Zeichen") == f"Frage{NBSP}%(n)s, noch {{n}}{NBSP}Zeichen"


@pytest.mark.parametrize(
    "phone, number",
    [
        ("08122 555-0100", "081225550100"),
        ("(08122) 555/01 00", "081225550100"),
        ("+49 (0)8122 555-0", "+4981225550"),
        ("(0)8122 555", "08122555"),
    ],
)
def test_a_telephone_number_is_called_as_it_is_dialled(phone, number):
    assert called(phone) == number
