"""Impressions: sums of what was seen, one for each connection and question."""

from dialog.forum.board import Shown
from dialog.forum.exposure import ON_SCREEN
from dialog.forum.names import Stream
from dialog.hub.connection import Connection
from dialog.hub.impressions import Impressions
from tests.hub.doubles import ANNA, BORIS, MARA, READER, Line


def shown(*numbers: int) -> dict[int, Shown]:
    rows = [{"number": n, "outcome": "open", "place": None} for n in numbers]
    return {row["number"]: Shown(row, 1, 0, 1) for row in rows}  # type: ignore[misc]


def test_a_connection_counts_once_for_each_question_however_often_it_lies() -> None:
    impressions, there = Impressions(), shown(*range(1, ON_SCREEN + 3))
    liar, other = (
        Connection(Line(), ANNA, Stream.FLOOR, 1),
        Connection(Line(), BORIS, Stream.FLOOR, 2),
    )
    assert impressions.offer(there) == [11, 12]
    for _ in range(50):
        impressions.note(liar, [11, 11, 11], there)
    assert impressions.offer(there) == [12, 11]
    impressions.note(other, [12], there)
    assert impressions.offer(there) == [11, 12]


def test_only_volunteers_count_and_only_what_is_shown() -> None:
    impressions, there = Impressions(), shown(*range(1, ON_SCREEN + 3))
    for who, stream in ((READER, Stream.FLOOR), (MARA, Stream.DESK)):
        impressions.note(Connection(Line(), who, stream, 1), [11], there)
    anna = Connection(Line(), ANNA, Stream.FLOOR, 1)
    impressions.note(anna, [99, 10**9], there)
    assert anna.seen == set()
    assert impressions.offer(there) == [11, 12]


def test_under_a_new_epoch_numbers_belong_to_other_questions() -> None:
    impressions, there = Impressions(), shown(*range(1, ON_SCREEN + 3))
    impressions.note(Connection(Line(), ANNA, Stream.FLOOR, 1), [11], there)
    impressions.forget()
    assert impressions.offer(there) == [11, 12]
