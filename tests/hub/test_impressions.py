"""Impressions: sums of what was seen, one for each connection and question."""

from dialog.forum.board import Sheet, Shown
from dialog.forum.exposure import ON_SCREEN
from dialog.forum.names import Stream
from dialog.hub.connection import Connection
from dialog.hub.impressions import Impressions
from tests.hub.doubles import ANNA, BORIS, MARA, READER, Line


def floor(*numbers: int) -> Sheet:
    rows = [{"number": n, "outcome": "open", "place": None} for n in numbers]
    shown = {row["number"]: Shown(row, 1, 0, 1) for row in rows}
    return Sheet(Stream.FLOOR, seq=1, shown=shown)  # type: ignore[arg-type]


def test_a_connection_counts_once_for_each_question_however_often_it_lies() -> None:
    impressions, there = Impressions(), floor(*range(1, ON_SCREEN + 3))
    liar, other = (
        Connection(Line(), ANNA, Stream.FLOOR, 1),
        Connection(Line(), BORIS, Stream.FLOOR, 2),
    )
    assert impressions.offer(there) == [11, 12]
    for _ in range(50):
        impressions.note(liar, [11, 11, 11], there.shown)
    assert impressions.offer(there) == [12, 11]
    impressions.note(other, [12], there.shown)
    assert impressions.offer(there) == [11, 12]


def test_only_volunteers_count_and_only_what_is_shown() -> None:
    impressions, there = Impressions(), floor(*range(1, ON_SCREEN + 3))
    for who, stream in ((READER, Stream.FLOOR), (MARA, Stream.DESK)):
        impressions.note(Connection(Line(), who, stream, 1), [11], there.shown)
    anna = Connection(Line(), ANNA, Stream.FLOOR, 1)
    impressions.note(anna, [99, 10**9], there.shown)
    assert anna.seen == set()
    assert impressions.offer(there) == [11, 12]


def test_under_a_new_epoch_numbers_belong_to_other_questions() -> None:
    impressions, there = Impressions(), floor(*range(1, ON_SCREEN + 3))
    impressions.note(Connection(Line(), ANNA, Stream.FLOOR, 1), [11], there.shown)
    impressions.forget()
    assert impressions.offer(there) == [11, 12]


def test_what_moves_on_the_floor_is_offered_anew() -> None:
    impressions, there = Impressions(), floor(*range(1, ON_SCREEN + 3))
    assert impressions.offer(there) == [11, 12]
    del there.shown[11]
    there.seq = 2
    assert impressions.offer(there) == [12]
