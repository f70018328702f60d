"""Little-seen questions: which ones are offered."""

from dialog.forum.exposure import OFFERED, ON_SCREEN, least_seen
from dialog.forum.views import Row


def row(number: int, upvotes: int = 1, outcome: str = "open", place: object = None) -> Row:
    return {"number": number, "upvotes": upvotes, "outcome": outcome, "place": place}


def test_what_everybody_has_in_sight_is_not_offered() -> None:
    rows = [row(n) for n in range(1, ON_SCREEN + 1)]
    assert least_seen(rows, {}) == []
    assert least_seen([*rows, row(11)], {}) == [11]


def test_those_that_fewest_have_seen_come_first_and_upvotes_are_a_lower_bound() -> None:
    rows = [row(n, 50) for n in range(1, ON_SCREEN + 1)]
    rows += [row(11, 5), row(12, 1), row(13, 2), row(14, 1)]
    assert least_seen(rows, {12: 9, 13: 1}) == [14, 13, 11, 12]


def test_an_offer_is_short_and_those_that_wait_longer_come_first() -> None:
    rows = [row(n) for n in reversed(range(1, 101))]
    assert least_seen(rows, {}) == list(range(ON_SCREEN + 1, ON_SCREEN + 1 + OFFERED))


def test_what_is_answered_now_or_next_needs_no_offer() -> None:
    rows = [row(n, 50) for n in range(1, ON_SCREEN + 1)]
    rows += [row(11, place="now"), row(12, place=1), row(13, outcome="aloud"), row(14)]
    assert least_seen(rows, {}) == [14]
