"""The White House's evening at a hundredth of its size: every count, whatever the time."""

from tests.bench.replay import run
from tests.bench.white_house import AGAIN, ASK, TAKE_BACK, UPVOTE, Crowd


def test_a_small_evening_is_counted_right_played_and_opened_again(tmp_path):
    found = run(tmp_path, 0.01)
    assert found["right"] == {"played": True, "journal": True, "state": True}
    assert found["upvotes"] == 36_068


def test_an_evening_is_drawn_the_same_again_and_is_as_large_as_it_says():
    one, other = Crowd(0.005), Crowd(0.005)
    actions = list(one.actions())
    assert actions == list(other.actions())
    kinds = [action.kind for action in actions]
    assert (kinds.count(ASK), kinds.count(UPVOTE)) == (521, 18_034)
    assert kinds.count(TAKE_BACK) > 100
    assert kinds.count(AGAIN) > 100
    assert len({action.person for action in actions}) == 465
    assert [action.at for action in actions] == sorted(action.at for action in actions)
    upvotes = sum(kind == UPVOTE for kind in kinds) - kinds.count(TAKE_BACK)
    assert sum(map(len, one.sets)) == upvotes + 521
