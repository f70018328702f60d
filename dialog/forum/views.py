"""What each role may see: the rows of the three streams, and one's own rows.

This is the only visibility rule there is. Rows are plain JSON values, never changed once made: a
new version is a new row. Instants are ISO 8601 in UTC with milliseconds.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from dialog.forum.names import Admission, Outcome, Review, Role, Show, Stream, Who
from dialog.forum.question import STAGED, Answer, Question
from dialog.forum.session import Session

Row = dict[str, Any]


@lru_cache(maxsize=4_096)
def instant(ms: int) -> str | None:
    """Return a moment in ms UTC as "2026-12-03T17:00:00.000Z", and None for none (0)."""
    if not ms:
        return None
    moment = dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def visible(session: Session, stream: Stream, number: int) -> bool:
    """Tell whether a stream shows a question at all."""
    question = session.questions[number]
    if stream is Stream.DESK:
        return True
    if stream is Stream.STAGE:
        return question.standing.review in STAGED
    return question.public and not question.removed


def row(session: Session, stream: Stream, number: int) -> Row | None:
    """Return a question's row in a stream without its count, or None where it is not shown."""
    if not visible(session, stream, number):
        return None
    question = session.questions[number]
    made = _floor(session, question)
    if stream in (Stream.STAGE, Stream.DESK):
        made |= _stage(session, question)
    if stream is Stream.DESK:
        made |= _desk(session, question)
    return made


def session_row(session: Session, stream: Stream) -> Row:
    """Return the session's row in a stream."""
    stage, schedule = session.stage, session.schedule
    hidden = bool(stage.now) and not session.questions[stage.now].public
    made: Row = {
        "phase": session.phase.value,
        "accepts": {
            "questions": session.switches.questions,
            "upvotes": session.switches.upvotes,
        },
        "paused": session.switches.paused,
        "invited": session.switches.invited,
        "blank": session.switches.blank,
        "banner": session.text(session.banner) or None,
        "opens": instant(schedule.opens),
        "starts": instant(schedule.starts),
        "ends": instant(schedule.ends),
        "questions_until": instant(schedule.questions_until),
        "counts": _public_counts(session),
        "order_rev": session.order_rev,
        "now_since": instant(stage.since),
        "now_hidden": hidden,
        "frozen": [n for n in stage.frozen if visible(session, Stream.FLOOR, n)],
    }
    if stream in (Stream.STAGE, Stream.DESK):
        made["message"] = _message(session)
    if stream is Stream.DESK:
        made["counts"] = made["counts"] | all_counts(session) | {"second": session.second}
        made["muted"] = sorted(session.muted)
    return made


def own_row(session: Session, number: int) -> Row:
    """Return an asker's own question whole, whatever moderation made of it."""
    question = session.questions[number]
    made = _floor(session, question) | _status(session, question)
    made["rev"] = question.rev
    made["upvotes"] = session.upvotes(number)
    made["show"] = question.wording.show.value
    made["archive"] = question.wording.archive
    made["removed"] = session.text(question.removed) or None
    return made


def own_rows(session: Session, person: int) -> list[Row]:
    """Return all of a person's own questions, in the order they were asked."""
    return [own_row(session, number) for number in session.asked.get(person, ())]


def me(session: Session, who: Who) -> Row:
    """Return what a person alone may see, complete."""
    volunteer = who.role is Role.VOLUNTEER
    return {
        "role": who.role.value,
        "name": who.name,
        "person": who.person or None,
        "invited": who.admission is Admission.INVITED,
        "upvoted": list(session.upvoted.get(who.person, ())) if volunteer else [],
        "mine": own_rows(session, who.person) if volunteer else [],
    }


def all_counts(session: Session) -> dict[str, int]:
    """Return every count of a session by name; received is the sum of the seven reviews."""
    counts = {review.value: session.reviews[review] for review in Review}
    counts |= {outcome.value: session.outcomes[outcome] for outcome in Outcome}
    return counts


def _public_counts(session: Session) -> dict[str, int]:
    public = session.reviews[Review.APPROVED]
    still_open = session.outcomes[Outcome.OPEN]
    not_reached = session.outcomes[Outcome.NOT_REACHED]
    return {
        "received": len(session.questions),
        "public": public,
        "open": still_open,
        "answered": public - still_open - not_reached,
    }


def _floor(session: Session, question: Question) -> Row:
    asker, district = _shown(session, question)
    return {
        "number": question.number,
        "text": session.text(question.wording.text),
        "background": session.text(question.wording.background) or None,
        "asker": asker,
        "district": district,
        "topic": question.topic or None,
        "asked": instant(question.asked),
        "place": _place(session, question.number),
        "outcome": question.result.outcome.value,
        "outcome_at": instant(question.result.at),
        "answer": _released(session, question),
        "edited": question.wording.edited,
        "merged": sorted(q.number for q in session.tree(question.number)[1:]),
    }


def _stage(session: Session, question: Question) -> Row:
    draft, answer = question.draft, question.answer
    return {
        "rev": question.rev,
        "public": question.public,
        "briefing": session.text(question.briefing) or None,
        "draft": draft
        and {
            "text": session.text(draft.text),
            "by": session.name(draft.by),
            "person": draft.by,
            "at": instant(draft.at),
        },
        "scribe": _person(session, question.scribe),
        "pending": _handed_in(session, answer) if answer and not answer.released else None,
    }


def _desk(session: Session, question: Question) -> Row:
    claim, wording = question.claim, question.wording
    return _status(session, question) | {
        "alike": list(question.alike),
        "personal_data": [
            {"kind": mark.kind, "from": mark.start, "to": mark.end} for mark in question.marks
        ],
        "claimed": claim and {**(_person(session, claim.by) or {}), "until": instant(claim.until)},
        "name": session.text(wording.name) or None,
        "show": wording.show.value,
        "via": question.via and question.via.value,
        "person": question.asker or None,
        "fresh": question.second,
    }


def _status(session: Session, question: Question) -> Row:
    standing, original = question.standing, question.original
    appeal = standing.appeal
    return {
        "review": standing.review.value,
        "reason": standing.reason and standing.reason.value,
        "note": session.text(standing.note) or None,
        "into": standing.into or None,
        "original": original
        and {
            "text": session.text(original.text),
            "background": session.text(original.background) or None,
        },
        "appeal": appeal
        and {
            "kind": appeal.kind.value,
            "text": session.text(appeal.text) or None,
            "open": appeal.open,
        },
    }


def _shown(session: Session, question: Question) -> tuple[str | None, str | None]:
    """Return name and district as everyone may see them."""
    wording = question.wording
    name = session.text(wording.name) if wording.show is Show.NAME else ""
    return name or None, session.text(wording.district) or None


def _place(session: Session, number: int) -> str | int | None:
    stage = session.stage
    if stage.now == number:
        return "now"
    return stage.order.index(number) + 1 if number in stage.order else None


def _person(session: Session, person: int) -> Row | None:
    return {"by": session.name(person), "person": person} if person else None


def _released(session: Session, question: Question) -> Row | None:
    answer = question.answer
    return answer_row(session, answer) if answer and answer.released else None


def _handed_in(session: Session, answer: Answer) -> Row:
    author = {"author": session.name(answer.author), "author_person": answer.author}
    return answer_row(session, answer) | {"outcome": answer.outcome.value} | author


def answer_row(session: Session, answer: Answer) -> Row:
    """Return an answer as everyone reads it."""
    kept = answer.kept
    return {
        "text": session.text(answer.text),
        "kind": answer.kind.value,
        "by": session.text(answer.by) or None,
        "until": answer.until or None,
        "kept": kept and {"at": instant(kept.at), "text": session.text(kept.text)},
        "to": session.text(answer.to) or None,
        # One that was taken out keeps its number and is empty.
        "sources": [link for link in map(session.text, answer.sources) if link],
        "minute": answer.minute,
        "at": instant(answer.at),
    }


def _message(session: Session) -> Row | None:
    message = session.message
    if message is None:
        return None
    return {
        "text": session.text(message.text),
        "at": instant(message.at),
        "read": message.read,
    }
