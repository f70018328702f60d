"""What a session tells of itself."""

from dialog.forum.names import BLACKENED, Phase
from dialog.forum.session import Session
from tests.forum.evening import ANNA, BORIS, CARLA, MARA, Evening


def test_a_text_is_its_body_or_empty_or_black():
    session = Session(texts={1: "Wort"})
    assert [session.text(number) for number in (1, 0, 2)] == ["Wort", "", BLACKENED]


def test_only_staff_have_names_here():
    session = Evening().session
    assert session.name(MARA.person) == MARA.name
    assert session.name(ANNA.person) == session.name(0) == ""


def test_a_session_takes_questions_while_open_or_live():
    taking = {phase for phase in Phase if Session(phase=phase).asking}
    assert taking == {Phase.OPEN, Phase.LIVE}


def test_a_very_long_chain_of_merges_is_walked():
    evening = Evening()
    numbers = [evening.ask(f"Frage {i}?", who) for i in range(600) for who in (ANNA, BORIS)]
    for number in numbers[:-1]:
        evening.session.questions[number].merged = ()
    for number, into in zip(numbers, numbers[1:], strict=False):
        evening.merge(number, into)
    last = numbers[-1]
    assert evening.session.root(numbers[0]).number == last
    assert len(evening.session.tree(last)) == len(numbers)
    assert set(evening.session.supporters(last)) == {ANNA.person, BORIS.person}


def test_everyone_who_supports_anything_counts_once():
    evening = Evening()
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    for number in (one, two):
        evening.upvote(number, CARLA)
    assert evening.session.voters == 3
