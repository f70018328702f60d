"""Likeness: what resembles a text, and that what is forgotten weighs nothing."""

import time

from dialog.forum.likeness import Likeness


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


def test_a_text_from_elsewhere_finds_what_it_resembles() -> None:
    texts = {
        1: "Wie lange dauert die Anerkennung ausländischer Pflegeabschlüsse?",
        2: "Gibt es mehr Plätze in den Integrationskursen am Abend?",
    }
    index = Likeness(texts.__getitem__)
    assert index.like("Wie lange dauert die Anerkennung?") == ()
    for number in texts:
        index.put(number)
    assert index.like("Dauert die Anerkennung von Pflegeabschlüssen lange?") == (1,)
    assert index.like("Qxyz vwpq jjkk") == ()
    assert index.like("") == ()


def test_what_is_forgotten_is_not_found_and_weighs_nothing() -> None:
    texts = {n: f"Wann kommt der Bus nach Augsburg Linie {n}?" for n in range(1, 9)}
    texts[9] = "Wer bezahlt den Dolmetscher beim Arzt in Augsburg?"
    without, index = Likeness(texts.__getitem__), Likeness(texts.__getitem__)
    for number in range(1, 9):
        without.put(number)
        index.put(number)
    index.put(9)
    assert index.like(texts[9])[0] == 9
    index.discard(9)
    index.discard(9)
    assert 9 not in index
    for text in texts.values():
        assert index.like(text) == without.like(text)
        assert index._weights(text, {}) == without._weights(text, {})
