"""Which questions stand as one group."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.forum.groups import groups

PLAYED = json.loads(
    (Path(__file__).parents[1] / "wire" / "groups.json").read_text("utf-8"),
)["groups"]
ALIKE = st.dictionaries(st.integers(1, 12), st.lists(st.integers(1, 14), max_size=3))


@pytest.mark.parametrize("played", PLAYED)
def test_the_groups_are_those_that_the_page_makes(played: dict[str, object]):
    alike = {int(number): others for number, others in dict(played["alike"]).items()}  # type: ignore[call-overload]
    assert [list(group) for group in groups(alike)] == played["groups"]


@given(ALIKE)
def test_each_number_stands_in_one_group_with_all_that_either_names(alike: dict[int, list[int]]):
    made = groups(alike)
    assert sorted(number for group in made for number in group) == sorted(alike)
    assert made == sorted(made)
    home = {number: group for group in made for number in group}
    for number, others in alike.items():
        for other in others:
            if other in alike:
                assert home[number] is home[other]
    for group in made:
        split = groups({number: alike[number] for number in group})
        assert split == [group], "nobody is in a group without a reason"
