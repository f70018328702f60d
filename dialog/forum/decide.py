"""``decide``: a command against the state becomes a fact, a refusal, or nothing to do.

It reads the session and changes nothing; whoever holds the session stores the fact and then lets
``evolve`` apply it.
"""

from dataclasses import replace
from typing import assert_never

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision
from dialog.forum.asking import decide_asking
from dialog.forum.events import Declared, Entered, Entry, Fact, Noted
from dialog.forum.moderating import decide_moderating
from dialog.forum.names import Phase, Who
from dialog.forum.organising import decide_organising, tick
from dialog.forum.phase import STAFFED
from dialog.forum.refusals import Code, Refusal
from dialog.forum.retention import Term, due, purge, sealed
from dialog.forum.roles import STAFF, may
from dialog.forum.scribing import decide_scribing
from dialog.forum.session import Session
from dialog.forum.staging import decide_staging

AFTERWARDS = frozenset({"correct", "keep", "redact", "unpublish"})


def decide(session: Session, command: c.Command, who: Who, now: int) -> Decision:
    """Return what a command of ``who`` at ``now`` (ms UTC) comes to; None: it stands so already.

    ``now`` never lies before the session's last entry; the caller sees to that. A refusal names a
    member of staff to staff only.
    """
    decision = _decide(session, command, who, now)
    if isinstance(decision, Refusal) and who.role not in STAFF:
        return replace(decision, by=None)
    return decision


def _decide(session: Session, command: c.Command, who: Who, now: int) -> Decision:
    if not may(who.role, command.do):
        return Refusal(Code.FORBIDDEN, field="role")
    if isinstance(command, c.Serving):
        return _serve(session, command, now)
    if isinstance(command, c.Asking):
        return decide_asking(session, command, who, now)
    if session.phase not in STAFFED and command.do not in AFTERWARDS:
        return Refusal(Code.CLOSED, state=session.phase.value)
    if isinstance(command, c.Moderating):
        return decide_moderating(session, command, who, now)
    if isinstance(command, c.Staging):
        return decide_staging(session, command, now)
    if isinstance(command, c.Scribing):
        return decide_scribing(session, command, who, now)
    return decide_organising(session, command, who, now)


def seal(session: Session) -> Fact | None:
    """Return the fact that ends a published session: counts stay, who supported what goes."""
    if session.phase is not Phase.PUBLISHED or session.voters_sealed is not None:
        return None
    return sealed(session)


def result(
    session: Session, command: c.Command, who: Who, entry: Entry | None
) -> dict[str, object]:
    """Return what ``done`` tells of a command once its entry was applied.

    ``number`` and ``rev`` of its question, ``event`` for undo, and an upvote's state as it is.
    """
    if isinstance(command, c.Upvote):
        return _support(session, command.number, who)
    told: dict[str, object] = {}
    if entry is not None:
        told["event"] = entry.number
    number = len(session.questions) if isinstance(command, c.Ask) else _subject(command)
    question = session.questions.get(number)
    if question is None:
        return told
    told["number"] = number
    if isinstance(command, c.Claim):
        told["by"] = session.name(question.claim.by) if question.claim else None
    else:
        told["rev"] = question.rev
    return told


def _support(session: Session, number: int, who: Who) -> dict[str, object]:
    kept = session.root(number).number
    on = who.person in session.supporters(kept)
    return {"number": number, "on": on, "upvotes": session.upvotes(kept)}


def _subject(command: c.Command) -> int:
    number = getattr(command, "number", 0)
    return number if isinstance(number, int) else 0


def _serve(session: Session, command: c.Serving, now: int) -> Decision:
    match command:
        case c.Declare():
            return _declare(session, command, now)
        case c.Enter():
            return _enter(session, command)
        case c.Note():
            return _note(session, command)
        case c.Tick():
            return tick(session, now)
        case c.Purge():
            return sealed(session) if Term.SUPPORT in due(session, now) else purge(session, now)
        case _:  # pragma: no cover
            assert_never(command)


def _declare(session: Session, command: c.Declare, now: int) -> Decision:
    declared = Declared(
        command.schedule,
        command.topics,
        command.by_clock,
        command.readers,
        command.second_person,
        command.limits,
        command.rehearsal,
        command.shows,
    )
    if declared == session.declaration:
        return None
    if not command.shows:
        return Refusal(Code.INCOMPLETE, field="shows")
    if session.declaration and session.rehearsal is not command.rehearsal:
        # Rehearsals are deleted whole: what was real once must never become one.
        return Refusal(Code.CONFLICT, field="rehearsal")
    moved = session.declaration and command.schedule != session.declaration.schedule
    if moved and session.phase is Phase.LIVE and command.schedule.ends <= now:
        # A slip in a file must not close an evening: that is done by hand.
        return Refusal(Code.INCOMPLETE, field="ends", since=command.schedule.ends)
    return Fact(declared)


def _enter(session: Session, command: c.Enter) -> Decision:
    known = session.staff.get(command.person)
    act = Act(session, command.do)
    called = "" if session.purged else command.name
    if known is None or session.text(known.name) != called:
        name = act.write(called)
    elif known.role is command.role:
        return None
    else:
        name = known.name
    return Fact(Entered(command.person, command.role, name), tuple(act.texts))


def _note(session: Session, command: c.Note) -> Decision:
    question = session.questions.get(command.number)
    if question is None:
        return Refusal(Code.UNKNOWN, number=command.number)
    if (question.alike, question.marks) == (command.alike, command.marks):
        return None
    return Fact(Noted(command.number, command.alike, command.marks))
