"""The last taps: one of each person and question, the oldest forgotten first."""

from dialog.forum import taps as kept
from dialog.forum.names import INTENT_TIME
from dialog.forum.taps import Taps


def test_the_last_tap_replaces_the_one_before_and_is_the_youngest():
    taps = Taps()
    for person, intent in ((1, 10), (2, 20), (1, 30)):
        taps.put(person, 7, intent, 100 + intent)
    assert list(taps) == [(2, 7, 20, 120), (1, 7, 30, 130)]
    assert (taps.intent(1, 7), taps.intent(1, 8), len(taps)) == (30, None, 2)


def test_taps_are_the_same_whatever_was_replaced_on_the_way():
    one, other = Taps(), Taps()
    one.put(1, 7, 10, 100)
    for taps in (one, other):
        taps.put(1, 7, 20, 110)
    assert one == other
    other.floor = 1
    assert one != other
    assert one != [(1, 7, 20, 110)]


def test_what_was_replaced_makes_nothing_stale(monkeypatch):
    monkeypatch.setattr(kept, "INTENT_ROOM", 2)
    taps = Taps()
    for person, intent in ((1, 10), (1, 20), (2, 30), (3, 40)):
        taps.put(person, 7, intent, 100)
    taps.forget(100)
    assert [tap[0] for tap in taps] == [2, 3]
    assert taps.floor == 20
    taps.forget(100 + INTENT_TIME)
    assert len(taps) == 2
    taps.forget(101 + INTENT_TIME)
    assert (len(taps), taps.floor) == (0, 20)
