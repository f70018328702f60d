"""The order of questions: upvotes, then the earlier question. Total and deterministic."""

from collections.abc import Iterable

from dialog.forum.names import Outcome
from dialog.forum.question import Question
from dialog.forum.session import Session


def ranked(session: Session, questions: Iterable[Question]) -> list[Question]:
    """Return questions with more upvotes first, at a tie the earlier one."""
    return sorted(questions, key=lambda q: (-session.upvotes(q.number), q.number))


def standing_list(session: Session) -> list[Question]:
    """Return the open public questions in the order everyone sees, without the present one."""
    return ranked(
        session,
        (
            q
            for q in session.questions.values()
            if q.public and q.result.outcome is Outcome.OPEN and q.number != session.stage.now
        ),
    )


def coming(session: Session) -> list[Question]:
    """Return what comes next: the running order, then the ranking."""
    first = [session.questions[number] for number in session.stage.order]
    placed = set(session.stage.order)
    return first + [q for q in standing_list(session) if q.number not in placed]
