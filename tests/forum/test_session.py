"""What a session tells of itself."""

from dialog.forum.names import BLACKENED, Phase, Review
from dialog.forum.question import Question, Standing, Wording
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
    length = 3_000
    questions = {n: Question(n, n, 0, Wording(n), rev=n) for n in range(1, length + 1)}
    for number, question in questions.items():
        question.voters.add(number)
        question.merged = (number - 1,) if number > 1 else ()
        if number < length:
            question.standing = Standing(Review.MERGED, into=number + 1)
    session = Session(questions=questions)
    assert session.root(1).number == length
    assert [question.number for question in session.tree(length)] == [*range(length, 0, -1)]
    assert session.upvotes(length) == length


def test_everyone_who_supports_anything_counts_once():
    evening = Evening()
    one, two = evening.public("Eins?"), evening.public("Zwei?", BORIS)
    for number in (one, two):
        evening.upvote(number, CARLA)
    assert evening.session.voters == 3
