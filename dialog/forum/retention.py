"""What of a session may be kept until when, and what has had its time.

All terms count from one moment: publication, or some days after the end where nothing is published.
Whatever the record shows stays for good, everything else has a term.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from dialog.forum.events import Fact, Purged, Recorded, Sealed
from dialog.forum.names import MINUTE, Outcome, Phase, Show
from dialog.forum.question import Answer, Question, Recalled, Standing, Wording
from dialog.forum.session import Session

DAY = 24 * 60 * MINUTE
UNPUBLISHED, CANCELLED = 90 * DAY, 14 * DAY
FORTNIGHT, MONTH, YEAR = 14 * DAY, 30 * DAY, 365 * DAY


class Term(StrEnum):
    """What ends: who supported what; names and what never was public; the moderation log."""

    SUPPORT = "support"
    PERSONS = "persons"
    LOG = "log"


def counted_from(session: Session) -> int | None:
    """Return the moment in ms UTC from which all terms count, None while the session lives."""
    match session.phase:
        case Phase.PUBLISHED:
            return session.phase_at
        case Phase.CLOSED:
            return session.phase_at + UNPUBLISHED
        case Phase.CANCELLED:
            return session.phase_at + CANCELLED
        case _:
            return None


def terms(session: Session) -> dict[Term, int]:
    """Return when each term ends, in ms UTC; nothing while the session lives."""
    start = counted_from(session)
    if start is None:
        return {}
    return {Term.SUPPORT: start, Term.PERSONS: start + MONTH, Term.LOG: start + YEAR}


def due(session: Session, now: int) -> tuple[Term, ...]:
    """Return the terms that have ended by ``now`` (ms UTC) and left something to do."""
    ended = [term for term, at in terms(session).items() if at <= now]
    return tuple(term for term in ended if _left(session, term, now))


def _left(session: Session, term: Term, now: int) -> bool:
    if term is Term.SUPPORT:
        return session.voters_sealed is None
    if term is Term.PERSONS:
        return purge(session, now) is not None
    return any(deed.at <= now - YEAR for deed in session.deeds.values())


def sealed(session: Session) -> Fact:
    """Return the fact after which counts stay, and who supported what is gone."""
    counts = tuple(
        (q.number, len(q.voters), session.upvotes(q.number)) for q in session.questions.values()
    )
    return Fact(Sealed(counts, session.voters))


def purge(session: Session, now: int) -> Fact | None:
    """Return the fact by which goes what is kept for a month only, None where nothing is left.

    Whoever asked what somebody promised to answer stays reachable until that is kept, for a year at
    most; names stay where their owners agreed.
    """
    start = counted_from(session)
    if start is None or now < start + MONTH:
        return None
    kept = recorded_texts(session)
    texts = tuple((n, "") for n, body in sorted(session.texts.items()) if body and n not in kept)
    open_still = now < start + YEAR
    linked = tuple(sorted(_promised(session))) if open_still else ()
    askers = {q.number for q in session.questions.values() if q.asker}
    if not texts and askers <= set(linked) and session.purged:
        return None
    persons = {session.questions[number].asker for number in linked} | session.staff.keys()
    return Fact(Purged(tuple(sorted(persons)), linked), texts)


def _promised(session: Session) -> Iterator[int]:
    """Yield the questions, with those merged into them, whose promise is still open."""
    for question in session.questions.values():
        answer = question.answer
        promised = answer and answer.released and answer.outcome is Outcome.PROMISED
        if question.public and answer and promised and not answer.kept:
            yield from (one.number for one in session.tree(question.number) if one.asker)


def recorded_texts(session: Session) -> set[int]:
    """Return the numbers of the texts that a record shows for good."""
    shown: set[int] = set()
    for question in session.questions.values():
        if not question.public:
            continue
        if question.removed:
            shown.add(question.removed)
            continue
        wording = question.wording
        shown |= {wording.background}
        shown |= {one.wording.text for one in session.tree(question.number)}
        if wording.archive:
            shown |= {wording.district, wording.name if wording.show is Show.NAME else 0}
        if question.answer and question.answer.released:
            shown |= _answered(question.answer)
    return shown - {0}


def _answered(answer: Answer) -> set[int]:
    kept = answer.kept
    earlier = answer.corrections + (kept.corrections if kept else ())
    texts = {answer.text, answer.by, answer.to, *answer.sources, kept.text if kept else 0}
    return texts | {old.before for old in earlier}


def persons_kept(session: Session) -> frozenset[int]:
    """Return who keeps their number once others are gone: staff, and whom a promise is owed."""
    return frozenset(session.staff.keys() | session.asked.keys())


def recorded(session: Session) -> Fact:
    """Return the fact that stands at the beginning once the log is gone: the record alone."""
    questions = tuple(_recalled(session, q) for q in session.questions.values())
    return Fact(Recorded(session.phase, session.phase_at, questions, session.voters))


def _recalled(session: Session, question: Question) -> Recalled:
    standing, answer = question.standing, question.answer
    read = question.public and not question.removed
    return Recalled(
        question.number,
        question.asked,
        _remembered(session, question),
        Standing(standing.review, standing.reason, into=standing.into),
        question.result,
        question.topic,
        replace(answer, author=0) if read and answer and answer.released else None,
        question.removed,
        session.upvotes(question.number),
        question.amendments,
    )


def _remembered(session: Session, question: Question) -> Wording:
    """Return what of a wording stays: all that is shown, of a merged one the text, else nothing."""
    wording, root = question.wording, session.root(question.number)
    if not root.public or root.removed:
        return Wording(0)
    if root is not question:
        return Wording(wording.text)
    if not wording.archive:
        return replace(wording, name=0, district=0)
    return wording if wording.show is Show.NAME else replace(wording, name=0)
