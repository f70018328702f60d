"""Marks, limits and presence: small parts with sharp edges."""

import time
from itertools import pairwise

import pytest

from dialog.forum.names import Role, Stream, Who
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.limits import PEOPLE, Buckets, Pace, Strikes
from dialog.hub.marks import marks
from dialog.hub.presence import Presence
from tests.hub.doubles import ANNA, BORIS, MARA, OLGA, READER, Line

# --- personal data --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, kind, place",
    [
        ("Rufen Sie 0171 2345678 an!", "phone", "0171 2345678"),
        ("Telefon: +49 (89) 123-456 78", "phone", "Telefon: +49 (89) 123-456 78"),
        ("Handy 0049 171 2345678 bitte", "phone", "Handy 0049 171 2345678"),
        ("Schreiben Sie an a.b-c@post.example.de.", "email", "a.b-c@post.example.de"),
        ("Konto DE02 1203 0000 0000 2020 51 ist leer", "iban", "DE02 1203 0000 0000 2020 51"),
        ("Aktenzeichen: 12-345/67 liegt da", "file_number", "Aktenzeichen: 12-345/67"),
        ("Az. 4 K 23.1234", "file_number", "Az. 4"),
        ("AZR-Nummer 123456789", "file_number", "AZR-Nummer 123456789"),
        ("Warum wartet Frau Öztürk so lange?", "name", "Frau Öztürk"),
        ("Was wird aus Herrn Dr. Peter Maier?", "name", "Herrn Dr. Peter Maier"),
        ("Familie Öztürk sucht", "name", "Familie Öztürk"),
    ],
)
def test_what_seems_personal_is_marked_in_its_place(text, kind, place) -> None:
    found = marks(text)
    assert [mark.kind for mark in found] == [kind]
    assert text[found[0].start : found[0].end] == place


@pytest.mark.parametrize(
    "text",
    [
        "Am 03.12.2026 um 18:00 Uhr?",
        "Kostet das 1.234.567,00 Euro?",
        "Gilt § 24 AufenthG auch nach dem 4.3.2027?",
        "Zwischen 01.01.2026 und 31.12.2026?",
        "Warum 2.500.000 Euro für 12.000 Menschen?",
        "Was heißt B1 nach 600 Stunden und 2026/2027?",
        "Was sagt die Frau Staatsministerin?",
        "Herr Minister, wann kommt das?",
        "Gilt das für Frauen und Familien?",
        "PLZ 86150 Augsburg, Raum 007?",
        "Woche 2026-W48, Absatz 3 Satz 2?",
    ],
)
def test_dates_amounts_and_paragraphs_are_nothing_personal(text) -> None:
    assert marks(text) == ()


def test_marks_do_not_overlap_and_stand_in_reading_order() -> None:
    text = "Frau Maier, 0171 2345678, maier@post.example, Az 12/34"
    found = marks(text)
    assert [mark.kind for mark in found] == ["name", "phone", "email", "file_number"]
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("text", ["0", "a@", "a.", "+49 ", "AZ ", "1 2", "Frau A", "DE12 "])
def test_marks_cost_little_whatever_is_typed(text) -> None:
    begun = time.perf_counter()
    marks((text * 300)[:300])
    assert time.perf_counter() - begun < 0.05


# --- limits ---------------------------------------------------------------------------------------


def test_a_bucket_gives_its_burst_and_fills_again() -> None:
    buckets = Buckets(Pace(rate=2, burst=4))
    assert [buckets.take("a", 100.0) for _ in range(5)] == [0, 0, 0, 0, 0.5]
    assert buckets.take("b", 100.0) == 0
    assert buckets.take("a", 100.25) == 0.25
    assert buckets.take("a", 100.5) == 0
    assert [buckets.take("a", 10_000.0) for _ in range(5)][-1] > 0


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    buckets = Buckets(Pace(rate=2, burst=4))
    buckets.take("a", 10_000.0)
    assert buckets.take("a", 10_000.0 - 3_600) == 0
    for _ in range(2):
        buckets.take("a", 6_400.0)
    assert buckets.take("a", 6_400.0) == 0.5


def test_what_was_spent_elsewhere_is_taken_from_what_is_to_come() -> None:
    buckets = Buckets(Pace(rate=2, burst=4))
    buckets.spend("a", 100.0, 3)
    assert [buckets.take("a", 100.0) for _ in range(2)] == [0, 0.5]
    buckets.spend("a", 100.0, 1_000)
    assert buckets.take("a", 100.0) == 2.5, "nobody owes more than a burst"


def test_buckets_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr("dialog.hub.limits.PEOPLE", 3)
    buckets = Buckets(Pace(rate=10, burst=100))
    for person in range(10):
        buckets.take(person, 1.0)
    assert len(buckets._buckets) == 3
    assert PEOPLE > 100_000


def test_the_third_strike_within_a_minute_counts() -> None:
    strikes = Strikes()
    assert [strikes.strike(at) for at in (0, 30, 61, 62, 63)] == [False, False, False, True, True]


# --- presence -------------------------------------------------------------------------------------


def test_people_are_counted_once_and_readers_by_connection() -> None:
    presence = Presence()
    tabs = [Connection(Line(), who, Stream.FLOOR, 0) for who in (ANNA, ANNA, BORIS, READER, READER)]
    team = Connection(Line(), MARA, Stream.DESK, 0)
    for connection in (*tabs, team):
        presence.enter(connection)
    assert len(presence) == 6
    assert presence.people == 5
    assert presence.roles() == {"reader": 2, "volunteer": 2, "moderator": 1}
    assert set(presence.of(ANNA.person)) == set(tabs[:2])
    assert set(presence.follow(Stream.DESK)) == {team}
    assert len(tuple(presence.everyone())) == 6
    for connection in (*tabs, team, team):
        presence.leave(connection)
    assert (len(presence), presence.people, presence.roles()) == (0, 0, {})
    assert tuple(presence.of(ANNA.person)) == ()
    presence.leave(Connection(Line(), Who(99, Role.VOLUNTEER), Stream.FLOOR, 0))


def test_who_came_first_is_known_since_then_here_and_elsewhere() -> None:
    presence, elsewhere = Presence(), Presence()
    tabs = [Connection(Line(), who, Stream.DESK, 0) for who in (MARA, MARA, OLGA)]
    beamer = Connection(Line(), READER, Stream.FLOOR, 0, "beamer")
    for since, connection in ((30, tabs[0]), (20, tabs[1]), (10, tabs[2]), (40, beamer)):
        connection.since = since
        presence.enter(connection)
    assert presence.since(Role.MODERATOR) == [(MARA.name, 20)]
    assert presence.since(Role.SCRIBE) == []
    assert presence.screens() == {"beamer": 40}
    other = Connection(Line(), READER, Stream.FLOOR, 0, "beamer")
    other.since = 5
    elsewhere.enter(other)
    presence.hear([elsewhere.there()])
    assert presence.screens() == {"beamer": 5}
    presence.hear([])
    presence.leave(beamer)
    assert presence.screens() == {}


def test_a_connection_says_why_it_hangs_up() -> None:
    line = Line()
    Connection(line, ANNA, Stream.FLOOR, 0).close(Close.REMOVED)
    assert line.code == 4503
