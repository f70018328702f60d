"""Words in one spelling, and their stems: what belongs together is one, what does not is two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.archive.spelling import Stems, fold, joined, parts, places, written

ONE_SPELLING = [
    ("Behörde", "Behoerde", "behorde", "BEHÖRDE", "Beho\u0308rde"),
    ("Straße", "Strasse", "STRASSE", "STRAẞE"),
    ("Übergang", "Uebergang", "ubergang"),
    ("Europäer", "Europaeer"),
    ("Gebäude", "Gebaeude"),
    ("Häuser", "Haeuser"),
    ("Café", "cafe"),
    ("Şahin", "sahin"),
    ("Ankunfts\u00adzentrum", "Ankunftszentrum"),
]
APART = [
    ("neue", "nü"), ("Steuer", "Stür"), ("Quelle", "Qulle"), ("Frauen", "Fraun"),
    ("Mauer", "Maur"), ("Treue", "Trü"), ("Aue", "Au"),
]  # fmt: skip
ONE_WORD = [
    ("Kurs", "Kurse", "Kursen"),
    ("Sprachkurs", "Sprachkurse", "Sprachkursen", "Sprachkurses"),
    ("Behörde", "Behörden"),
    ("Wohnung", "Wohnungen"),
    ("Haus", "Häuser", "Häusern", "Hauses"),
    ("Platz", "Plätze", "Plätzen"),
    ("Kita", "Kitas"),
    ("Büro", "Büros"),
    ("Amt", "Ämter", "Ämtern", "Amtes"),
    ("Kind", "Kinder", "Kindern", "Kindes"),
    ("Anerkennung", "anerkennen"),
    ("arbeiten", "Arbeit", "arbeitet"),
    ("neu", "neue", "neuen", "neuer"),
    ("Möglichkeit", "Möglichkeiten"),
    ("Straße", "Straßen", "Strassen"),
    ("geflüchtete", "Geflüchteten"),
    ("Ministerium", "Ministeriums"),
]
TWO_WORDS = [("Kur", "Kurs"), ("Kurs", "Konkurs"), ("Preis", "Preise wert"), ("Amt", "Samt")]


@pytest.mark.parametrize("forms", ONE_SPELLING, ids=lambda forms: forms[0])
def test_spellings_of_one_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({fold(form) for form in forms}) == 1


@pytest.mark.parametrize("word, other", APART)
def test_an_e_after_a_diphthong_or_a_q_stays(word: str, other: str) -> None:
    assert fold(word) == word.lower()
    assert fold(word) != fold(other)


@pytest.mark.parametrize("forms", ONE_WORD, ids=lambda forms: forms[0])
def test_forms_of_one_word_have_a_stem_in_common(forms: tuple[str, ...]) -> None:
    stems = Stems("de")
    first = set(stems.of(fold(forms[0])))
    assert all(first & set(stems.of(fold(form))) for form in forms)


@pytest.mark.parametrize("one, other", TWO_WORDS)
def test_other_words_have_none(one: str, other: str) -> None:
    stems = Stems("de")
    assert not set(stems.of(fold(one))) & set(stems.of(fold(other)))


def test_english_words_have_english_stems() -> None:
    assert Stems("en").of("housing") == Stems("en").of("house")
    assert Stems("en").of("courses") == Stems("en").of("course")


def test_a_word_with_a_hyphen_is_one_and_two() -> None:
    assert list(written("Ein Kita-Platz, 24/7 für § 44a!")) == [
        "Ein", "Kita-Platz", "24", "7", "für", "44a",
    ]  # fmt: skip
    assert parts("Kita-Platz") == ["kita", "platz"]
    assert joined("Kita-Platz") == "kitaplatz" == joined("Kitaplatz")
    text = "Der Kita-Platz"
    assert [(text[one.start : one.end], one.word) for one in places(text)] == [
        ("Der", "der"), ("Kita-Platz", "kitaplatz"), ("Kita", "kita"), ("Platz", "platz"),
    ]  # fmt: skip


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once_for_every_letter_case(text: str) -> None:
    for word in written(text):
        assert fold(word) == fold(word.casefold())
        assert all(part == part.lower() for part in parts(word))


@given(st.text(alphabet="äöüÄÖÜßaeiouqntsr", min_size=1, max_size=20))
def test_an_umlaut_and_its_spelling_are_one(word: str) -> None:
    spelled = word
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelled = spelled.replace(letter, plain).replace(letter.upper(), plain.capitalize())
    assert fold(spelled) == fold(word)
