"""Late good questions reach the top ten more often where little-seen ones are offered."""

from math import sqrt
from statistics import fmean, stdev

from tests.simulation.crowd import QUESTIONS, TOP, Evening

SEEDS = range(40)
SURELY = 3.3  # standard errors: by chance alone less than once in a thousand


def reached(seed: int, *, offered: bool) -> tuple[int, int, int]:
    """Return how many late good questions there are, how many got to the top, and all good ones."""
    evening = Evening(seed, offered)
    top = set(evening.play()[:TOP])
    good = set(sorted(evening.quality, key=lambda n: -evening.quality[n])[:TOP])
    late = evening.late_and_good()
    return len(late), len(late & top), len(good & top)


def test_late_good_questions_reach_the_top_more_often() -> None:
    without = [reached(seed, offered=False) for seed in SEEDS]
    with_it = [reached(seed, offered=True) for seed in SEEDS]
    assert [one[0] for one in without] == [one[0] for one in with_it]  # the same evenings
    late = sum(one[0] for one in with_it)
    shares = [sum(one[1] for one in some) / late for some in (without, with_it)]
    good = [fmean(one[2] for one in some) for some in (without, with_it)]
    gains = [b[1] - a[1] for a, b in zip(without, with_it, strict=True)]
    sure = fmean(gains) / (stdev(gains) / sqrt(len(gains)))
    print(
        f"{len(SEEDS)} evenings, {late} late good questions: {shares[0]:.0%} without and "
        f"{shares[1]:.0%} with the offer reach the top ten ({sure:.1f} standard errors); of the "
        f"ten best of all {good[0]:.1f} and {good[1]:.1f} are among the first ten"
    )
    assert sure > SURELY
    assert good[1] > good[0]


def test_an_evening_is_the_same_for_the_same_seed() -> None:
    assert Evening(7, offered=True).play() == Evening(7, offered=True).play()


def test_without_the_rule_what_comes_late_is_hardly_read() -> None:
    """The trouble is there in the model, or the offer would cure nothing."""
    evening = Evening(3, offered=False)
    evening.play()
    early, late = (
        fmean(len(evening.read[n]) for n in some)
        for some in (range(1, TOP + 1), range(QUESTIONS - 20, QUESTIONS - 10))
    )
    assert early > 3 * late
