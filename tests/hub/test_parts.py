"""Likeness, marks, limits and presence: small parts with sharp edges."""

import time
from itertools import pairwise

import pytest

from dialog.forum.names import Role, Stream, Who
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.likeness import Likeness
from dialog.hub.limits import PEOPLE, Buckets, Pace, Strikes
from dialog.hub.marks import marks
from dialog.hub.presence import Presence
from tests.hub.doubles import ANNA, BORIS, MARA, READER, Line

# --- likeness -------------------------------------------------------------------------------------


def alike(*texts: str) -> list[tuple[int, ...]]:
    index = Likeness(dict(enumerate(texts, 1)).__getitem__)
    for number in range(1, len(texts) + 1):
        index.put(number)
    return [index.alike(number) for number in range(1, len(texts) + 1)]


def test_questions_that_resemble_each_other_are_found_the_closest_first() -> None:
    found = alike(
        "Wie lange dauert die Anerkennung ausländischer Pflegeabschlüsse in Bayern?",
        "Warum dauert die Anerkennung von Pflegeabschlüssen so lange?",
        "Gibt es mehr Plätze in den Integrationskursen am Abend?",
        "Wie lange dauert die Anerkennung ausländischer Pflegeabschlüsse?",
    )
    assert found[0][0] == 4
    assert 2 in found[0]
    assert found[2] == ()


def test_at_most_three_are_suggested_and_a_new_text_is_compared_anew() -> None:
    texts = {n: f"Wann kommt der Bus nach Augsburg Linie {n}?" for n in range(1, 9)}
    index = Likeness(texts.__getitem__)
    for number in texts:
        index.put(number)
    assert len(index.alike(1)) == 3
    texts[1] = "Wer bezahlt den Dolmetscher beim Arzt?"
    index.put(1)
    assert index.alike(1) == ()
    assert 1 not in index.alike(2)


def test_a_text_that_was_blackened_meanwhile_resembles_nothing() -> None:
    texts = dict.fromkeys((1, 2, 3), "Wer bezahlt den Dolmetscher beim Arzt?")
    index = Likeness(texts.__getitem__)
    for number in texts:
        index.put(number)
    texts[2] = "Wer bezahlt den ██████?"
    assert index.alike(1)[0] == 3


def test_half_the_effort_may_find_less_and_costs_less() -> None:
    texts = {n: f"Wann kommt der Bus nach Augsburg Linie {n}?" for n in range(1, 200)}
    index = Likeness(texts.__getitem__)
    for number in texts:
        index.put(number)
    assert len(index.alike(1)) == 3
    assert len(index.alike(1, 1 / 50)) == 1
    assert len(index.alike(1, 1 / 1_000_000)) <= 1


def test_texts_without_words_resemble_nothing() -> None:
    assert alike("???", "…", "Wer hilft?") == [(), (), ()]


def test_a_thousand_questions_are_compared_quickly() -> None:
    index = Likeness(lambda n: f"Wie bekomme ich einen Termin bei Amt {n} in Stadt {n % 7}?")
    for number in range(1_000):
        index.put(number)
    begun = time.perf_counter()
    index.alike(500)
    assert time.perf_counter() - begun < 0.5


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


def test_a_connection_says_why_it_hangs_up() -> None:
    line = Line()
    Connection(line, ANNA, Stream.FLOOR, 0).close(Close.REMOVED)
    assert line.code == 4503
