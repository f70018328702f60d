"""Who is let in: crowds are counted, addresses are nameless, beyond the limits there is an end."""

import resource

import pytest

from dialog.edge.aliases import DAY_S, Aliases
from dialog.edge.crowd import Crowd
from dialog.edge.door import OWN_FILES, SPARE, Door, room_for


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_crowd_has_so_many_of_one_key_and_forgets_who_has_left() -> None:
    crowd = Crowd(2)
    assert [crowd.enter("Anna") for _ in range(3)] == [True, True, False]
    assert crowd.enter("Boris")
    assert len(crowd) == 3
    crowd.leave("Anna")
    assert crowd.enter("Anna")
    for one in ("Anna", "Anna", "Boris"):
        crowd.leave(one)
    assert crowd._here == {}


def test_a_place_is_held_as_long_as_something_takes() -> None:
    crowd = Crowd(1)
    with crowd.place("Anna") as first, crowd.place("Anna") as second:
        assert (first, second) == (True, False)
    assert len(crowd) == 0
    with pytest.raises(OSError, match="gone"), crowd.place("Anna"):
        raise OSError("gone")
    assert len(crowd) == 0


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("203.0.113.1", "::ffff:203.0.113.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "", True),
        ("unix", "203.0.113.1", False),
    ],
)
def test_an_address_has_one_name(one, other, same) -> None:
    aliases = Aliases(Clock())
    assert (aliases.of(one) == aliases.of(other)) is same
    assert one.encode() not in aliases.of(one) or not one


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("203.0.113.1", "203.0.113.200", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("203.0.113.1", "::ffff:203.0.113.9", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("unix", "unix", True),
    ],
)
def test_a_network_has_one_name_that_is_no_address(one, other, same) -> None:
    aliases = Aliases(Clock())
    assert (aliases.of_network(one) == aliases.of_network(other)) is same
    assert aliases.of_network(one) != aliases.of(one)
    assert one.encode() not in aliases.of_network(one)


def test_a_name_lasts_a_day_and_is_another_one_elsewhere() -> None:
    clock = Clock()
    aliases = Aliases(clock)
    name = aliases.of("203.0.113.1")
    assert aliases.of("203.0.113.1") == name != Aliases(clock).of("203.0.113.1")
    clock.now = DAY_S
    assert aliases.of("203.0.113.1") != name


def test_beyond_the_limits_a_few_are_told_so_and_the_rest_is_cut() -> None:
    opened = Door(3, 2, Aliases(Clock()))
    first, second = opened.arrive("203.0.113.1"), opened.arrive("203.0.113.1")
    assert first
    assert second
    assert first.welcome
    assert second.welcome
    told = [opened.arrive("203.0.113.1") for _ in range(SPARE)]
    assert not any(place is None or place.welcome for place in told)
    assert opened.arrive("203.0.113.1") is None
    other = opened.arrive("203.0.113.2")
    assert other
    assert other.welcome
    assert opened.arrive("203.0.113.3") is None
    second.leave()
    assert told[0]
    told[0].leave()
    third = opened.arrive("203.0.113.3")
    assert third
    assert third.welcome


def test_who_came_yesterday_leaves_today() -> None:
    clock = Clock()
    opened = Door(1, 1, Aliases(clock))
    place = opened.arrive("203.0.113.1")
    assert place
    clock.now = DAY_S
    place.leave()
    again = opened.arrive("203.0.113.1")
    assert again
    assert again.welcome


@pytest.mark.parametrize(
    "soft, hard, wanted, raised, room",
    [
        (1_024, 524_288, 10_000, 10_000 + SPARE + OWN_FILES, 10_000),
        (1_024, 4_096, 10_000, 4_096, 4_096 - SPARE - OWN_FILES),
        (100, 100, 10, 100, 1),
        (100_000, 100_000, 10_000, None, 10_000),
        (1_024, resource.RLIM_INFINITY, 10_000, 10_000 + SPARE + OWN_FILES, 10_000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 10_000, None, 10_000),
    ],
)
def test_there_is_room_for_as_many_as_files_may_be_open(
    monkeypatch, soft, hard, wanted, raised, room
) -> None:
    told = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: told.append(limits))
    assert room_for(wanted) == room
    assert told == ([] if raised is None else [(raised, hard)])
