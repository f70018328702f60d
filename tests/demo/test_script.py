"""What is asked, by whom and when."""

from pathlib import Path

import pytest

from dialog.demo.script import Cue, Script, read
from dialog.demo.sessions import EVENING

FOLDER = Path(__file__).resolve().parents[2] / "sessions" / EVENING


def cues(seed: int, asked: set[int] | None = None) -> list[Cue]:
    return read(FOLDER, seed).cues(asked or set())


@pytest.mark.parametrize("seed", range(5))
class TestEverySeed:
    def test_sixty_people_ask_at_least_sixty_different_questions(self, seed: int):
        script = read(FOLDER, seed)
        assert len(set(script.names)) == 60
        assert len({cue.question.text for cue in script.cues(set())}) >= 60

    def test_a_dozen_comes_at_once_and_the_rest_within_a_quarter_of_an_hour(self, seed: int):
        at = [cue.after for cue in cues(seed)]
        assert at == sorted(at)
        assert at[11] < 20
        assert 10 * 60 < at[-1] < 16 * 60

    def test_the_first_ones_are_plain(self, seed: int):
        assert not [c for c in cues(seed)[:12] if c.question.like or c.question.case]

    def test_a_repetition_comes_well_after_what_it_repeats(self, seed: int):
        place = {cue.question.n: index for index, cue in enumerate(cues(seed))}
        repeated = [c.question for c in cues(seed) if c.question.like]
        assert repeated
        for question in repeated:
            assert place[question.n] - place[question.like] >= 5

    def test_nobody_asks_twice_in_a_moment(self, seed: int):
        last: dict[int, float] = {}
        for cue in cues(seed):
            assert cue.after - last.get(cue.volunteer, -60) > 25
            last[cue.volunteer] = cue.after


def test_the_same_seed_plays_the_same_evening_and_another_one_another():
    assert cues(3) == cues(3)
    assert [c.question.n for c in cues(3)] != [c.question.n for c in cues(4)]


def test_a_second_start_asks_what_is_left_by_the_same_people():
    first = cues(1)
    asked = {cue.question.n for cue in first[:30]}
    rest = cues(1, asked)
    assert [(c.question.n, c.volunteer) for c in rest] == [
        (c.question.n, c.volunteer) for c in first[30:]
    ]
    assert rest[3].after < 20


def test_a_question_nobody_prepared_is_of_middling_weight():
    script: Script = read(FOLDER, 1)
    assert script.find("Gibt es Kaffee?") is None
    assert 1 < script.weight("Gibt es Kaffee?") < 100
