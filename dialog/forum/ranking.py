"""The order of questions: upvotes, then the earlier question. Total and deterministic."""

from collections.abc import Iterable

from dialog.forum.names import Outcome
from dialog.forum.question import Question
from dialog.forum.session import Session


def ranked(session: Session, questions: Iterable[Question]) -> list[Question]:
    """Return questions with more upvotes first, at a tie the earlier one."""
    return sorted(questions, key=lambda question: _place(session, question))


def comes_next(session: Session, question: Question) -> bool:
    """Tell whether a question is what comes next: the running order, then the ranking."""
    if session.stage.order:
        return session.stage.order[0] == question.number
    return _stands(session, question) and not any(
        _stands(session, other) and _place(session, other) < _place(session, question)
        for other in session.questions.values()
    )


def _stands(session: Session, question: Question) -> bool:
    """Tell whether a question is in the list everyone sees: public, open, and not the present."""
    still_open = question.public and question.result.outcome is Outcome.OPEN
    return still_open and question.number != session.stage.now


def _place(session: Session, question: Question) -> tuple[int, int]:
    return -session.upvotes(question.number), question.number
