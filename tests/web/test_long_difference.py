"""What differs between two texts, as a scribe reads it."""

from dialog.web.difference import COMPARED, difference_in_full


def parts(before: str, after: str) -> list[tuple[str, str]]:
    return list(difference_in_full(before, after))


def test_words_that_came_and_went_stand_between_those_that_stayed():
    assert parts("Im Mai kommt der Bus.", "Im Juni kommt der rote Bus.") == [
        ("same", "Im "),
        ("del", "Mai"),
        ("ins", "Juni"),
        ("same", " kommt der"),
        ("ins", " rote"),
        ("same", " Bus."),
    ]


def test_the_same_text_has_none_and_no_text_is_all_new():
    assert parts("Im Mai.\n\nJa.", "Im Mai.\n\nJa.") == [("same", "Im Mai.\n\nJa.")]
    assert parts("", "Im Mai.") == [("ins", "Im Mai.")]
    assert parts("Im Mai.", "") == [("del", "Im Mai.")]
    assert parts("", "") == []


def test_both_texts_can_be_read_from_the_parts():
    before = "Eins zwei  drei\nvier fünf"
    after = "zwei drei\nvier\n sechs fünf"
    told = parts(before, after)
    assert "".join(text for kind, text in told if kind != "ins") == before
    assert "".join(text for kind, text in told if kind != "del") == after


def test_what_differs_in_too_many_words_is_replaced_whole():
    before = "".join(f"a{n} " for n in range(COMPARED + 1))
    after = "".join(f"c{n} " for n in range(COMPARED + 1))
    assert parts(f"Ja {before}.", f"Ja {after}.") == [
        ("same", "Ja "),
        ("del", before.rstrip()),
        ("ins", after.rstrip()),
        ("same", " ."),
    ]
