"""The record of a session as a value: names leave here, and the figures add up."""

from dataclasses import dataclass

from dialog.forum.names import Outcome, Reason, Review, Stream
from dialog.forum.question import Correction, Question
from dialog.forum.ranking import ranked
from dialog.forum.session import Session
from dialog.forum.views import Row, answer_row, instant, row


@dataclass(frozen=True, slots=True)
class Figures:
    """How a session was moderated: every received question is in exactly one line."""

    approved: int
    stage_only: int
    returned: dict[str, int]
    merged: int
    withdrawn: int
    unreviewed: int
    waiting: int
    outcomes: dict[str, int]
    kept: int
    upvotes: int
    voters: int

    @property
    def received(self) -> int:
        """Return the sum of all lines."""
        lines = (
            self.approved,
            self.stage_only,
            self.merged,
            self.withdrawn,
            self.unreviewed,
        )
        return sum(lines) + self.waiting + sum(self.returned.values())


@dataclass(frozen=True, slots=True)
class Transcript:
    """Figures, and public questions in the order of the evening as JSON values.

    ``published`` and ``changed``, the moment of the last change since, are in ms UTC.
    """

    figures: Figures
    questions: tuple[Row, ...]
    published: int
    changed: int


def transcript(session: Session) -> Transcript:
    """Return the record: answered questions as they were taken, then the others by rank."""
    public = ranked(session, (q for q in session.questions.values() if q.public))
    ranks = {question.number: rank for rank, question in enumerate(public, 1)}
    evening = sorted(public, key=lambda q: _order(q, ranks[q.number]))
    questions = tuple(_question(session, q, ranks[q.number]) for q in evening)
    changed = [amendment.at for question in public for amendment in question.amendments]
    published = session.published_at
    return Transcript(_figures(session), questions, published, max(changed, default=published))


def _order(question: Question, rank: int) -> tuple[bool, int, int]:
    reached = question.result.outcome not in (Outcome.OPEN, Outcome.NOT_REACHED)
    return (not reached, question.result.at if reached else 0, rank)


def _figures(session: Session) -> Figures:
    questions = session.questions.values()
    returned = [q.standing.reason for q in questions if q.standing.review is Review.RETURNED]
    public = [q for q in questions if q.public]
    reviews = session.reviews
    return Figures(
        approved=reviews[Review.APPROVED],
        stage_only=reviews[Review.STAGE_ONLY],
        returned={r.value: returned.count(r) for r in Reason if r in returned},
        merged=reviews[Review.MERGED],
        withdrawn=reviews[Review.WITHDRAWN],
        unreviewed=reviews[Review.UNREVIEWED],
        waiting=reviews[Review.WAITING],
        outcomes={o.value: session.outcomes[o] for o in Outcome if o is not Outcome.OPEN},
        kept=sum(bool(q.answer and q.answer.kept) for q in public),
        upvotes=sum(session.upvotes(q.number) for q in public),
        voters=session.voters,
    )


def _question(session: Session, question: Question, rank: int) -> Row:
    shown = row(session, Stream.FLOOR, question.number) or {}
    number = question.number
    if question.removed:
        return _removed(session, question, rank)
    return {
        **{key: shown[key] for key in KEPT},
        "upvotes": session.upvotes(number),
        "rank": rank,
        "answer": _answer(session, question),
        "merged": [
            {"number": q.number, "text": session.text(q.wording.text)}
            for q in sorted(session.tree(number)[1:], key=lambda one: one.number)
        ],
        "removed": None,
        "changes": _changes(question),
    }


KEPT = (
    "number", "text", "background", "asker", "district", "topic", "asked",
    "outcome", "outcome_at", "edited",
)  # fmt: skip


def _answer(session: Session, question: Question) -> Row | None:
    answer = question.answer
    if answer is None or not answer.released:
        return None
    told = answer_row(session, answer) | {"corrections": _before(session, answer.corrections)}
    if answer.kept:
        told["kept"] = {**told["kept"], "corrections": _before(session, answer.kept.corrections)}
    return told


def _before(session: Session, corrections: tuple[Correction, ...]) -> list[Row]:
    return [{"at": instant(old.at), "before": session.text(old.before)} for old in corrections]


def _removed(session: Session, question: Question, rank: int) -> Row:
    """A question taken out keeps its number, its place and the reason, nothing else."""
    return {
        **dict.fromkeys(KEPT),
        "number": question.number,
        "outcome": question.result.outcome.value,
        "outcome_at": instant(question.result.at),
        "edited": False,
        "upvotes": session.upvotes(question.number),
        "rank": rank,
        "answer": None,
        "merged": [],
        "removed": session.text(question.removed),
        "changes": _changes(question),
    }


def _changes(question: Question) -> list[Row]:
    return [{"at": instant(one.at), "what": one.what.value} for one in question.amendments]
