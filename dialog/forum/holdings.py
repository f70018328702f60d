"""All that a session holds of one person, as values: what one may see and take along."""

from dialog.forum.names import Who
from dialog.forum.session import Session
from dialog.forum.traces import Stood, appeals, values, wordings
from dialog.forum.views import Row, instant, own_row


def holdings(session: Session, who: Who) -> Row:
    """Return a person's own questions in every wording, and what they support; moments in UTC."""
    asked = session.asked.get(who.person, ())
    stood = values(session, asked)
    return {
        "person": who.person,
        "questions": [_question(session, number, stood[number]) for number in asked],
        "supported": list(session.upvoted.get(who.person, ())),
        "published": instant(session.published_at),
    }


def _question(session: Session, number: int, stood: Stood) -> Row:
    row, wording = own_row(session, number), session.questions[number].wording
    written = sorted(appeals(stood))
    return {key: row[key] for key in TOLD} | {
        "name": session.text(wording.name) or None,
        "wordings": [
            {
                "text": session.text(one.text),
                "background": session.text(one.background) or None,
                "edited": one.edited,
            }
            for one in wordings(stood)
        ],
        "appeals": [body for body in map(session.text, written) if body],
    }


TOLD = (
    "number", "asked", "review", "reason", "note", "outcome", "show", "district", "archive",
    "upvotes", "answer", "removed",
)  # fmt: skip
