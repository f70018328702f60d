"""What differs between two texts, as a scribe reads it."""

from dialog.web.differences import COMPARED, differences


def test_words_that_came_and_went_stand_between_those_that_stayed():
    assert differences("Im Mai kommt der Bus.", "Im Juni kommt der rote Bus.") == [
        ("same", "Im "),
        ("gone", "Mai "),
        ("new", "Juni "),
        ("same", "kommt der "),
        ("new", "rote "),
        ("same", "Bus."),
    ]


def test_the_same_text_has_none_and_no_text_is_all_new():
    assert differences("Im Mai.\n\nJa.", "Im Mai.\n\nJa.") == [("same", "Im Mai.\n\nJa.")]
    assert differences("", "Im Mai.") == [("new", "Im Mai.")]
    assert differences("Im Mai.", "") == [("gone", "Im Mai.")]
    assert differences("", "") == []


def test_both_texts_can_be_read_from_the_parts():
    before = "Eins zwei  drei\nvier fünf"
    after = "zwei drei\nvier\n sechs fünf"
    parts = differences(before, after)
    assert "".join(text for kind, text in parts if kind != "new") == before
    assert "".join(text for kind, text in parts if kind != "gone") == after


def test_what_differs_in_too_many_words_is_replaced_whole():
    before = "".join(f"a{n} " for n in range(COMPARED + 1))
    after = "".join(f"c{n} " for n in range(COMPARED + 1))
    assert differences(f"Ja {before}.", f"Ja {after}.") == [
        ("same", "Ja "),
        ("gone", before),
        ("new", after),
        ("same", "."),
    ]
