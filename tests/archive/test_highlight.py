"""What was looked for is marked, whole words only; what is cut is cut between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.archive.highlight import LENGTH, Marker, Piece, Wanted

LONG = (
    "Ein erster Satz ohne alles. Ein zweiter Satz, der ebenso wenig sagt und lang ist, damit es "
    "bis zum Wort dauert. Hier stehen die Sprachkurse in der Mitte des Textes, und es geht weiter "
    "mit vielen Worten. Danach kommt noch ein Satz. Und noch einer, der wieder länger ist als die "
    "meisten davor und der nach dem Ende liegt. Ganz am Ende steht nichts mehr. Oder doch etwas?"
)


def marked(text: str, *stems: str, phrases: tuple[tuple[str, ...], ...] = ()) -> list[str]:
    marker = Marker(Wanted({"de": frozenset(stems)}, phrases), "de")
    return [piece.text for piece in marker.whole(text) if piece.hit]


def test_words_are_marked_whole_and_as_they_are_written() -> None:
    assert marked("Die BEHÖRDEN und die Behoerde.", "behord") == ["BEHÖRDEN", "Behoerde"]
    assert marked("Kitas und Kita-Plätze", "kita") == ["Kitas", "Kita"]
    assert marked("ein Kita-Platz", "kitaplatz", "platz") == ["Kita-Platz"]


def test_a_phrase_is_marked_where_it_stands_in_a_row() -> None:
    phrase = (("der", "kita", "platz"),)
    assert marked("Platz: der Kita-Platz, der Platz", phrases=phrase) == ["der Kita-Platz"]


def test_an_excerpt_begins_with_the_sentence_and_says_that_it_is_cut() -> None:
    marker = Marker(Wanted({"de": frozenset({"sprachkurs"})}), "de")
    pieces = marker.excerpt(LONG)
    text = "".join(piece.text for piece in pieces)
    assert text.startswith("… Hier stehen die Sprachkurse in der Mitte")
    assert text.endswith(". …")
    assert [piece.text for piece in pieces if piece.hit] == ["Sprachkurse"]
    assert marker.excerpt("Kurz.") == [Piece("Kurz.", False)]
    assert marker.excerpt("") == []


@given(st.text(max_size=900), st.sampled_from(["a", "der", "sprachkurs"]))
def test_pieces_make_up_the_text_again(text: str, stem: str) -> None:
    marker = Marker(Wanted({"de": frozenset({stem})}, (("ein", "satz"),)), "de")
    assert "".join(piece.text for piece in marker.whole(text)) == text
    shown = "".join(piece.text for piece in marker.excerpt(text))
    inner = shown.removeprefix("… ").removesuffix(" …")
    assert inner in text or not inner


@pytest.mark.parametrize("at", range(0, 4_000, 37))
def test_an_excerpt_is_short_and_holds_what_was_found(at: int) -> None:
    text = ("Wort " * (at // 5)) + "Sprachkurs" + (" und mehr" * 200)
    pieces = Marker(Wanted({"de": frozenset({"sprachkurs"})}), "de").excerpt(text)
    assert any(piece.hit for piece in pieces)
    assert len("".join(piece.text for piece in pieces)) <= LENGTH + 4
