"""``evolve`` alone changes a session; it trusts every entry, for ``decide`` made it.

It says what it touched, so that views refresh only those rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never, cast

from pyroaring import BitMap

from dialog.forum.events import (
    Acted,
    Asked,
    Axis,
    Change,
    Claimed,
    Declared,
    Entered,
    Entry,
    Noted,
    Purged,
    Recorded,
    Redacted,
    Sealed,
    Stage,
    Tap,
    Upvoted,
)
from dialog.forum.names import Amended, Phase, Review
from dialog.forum.phase import Switches
from dialog.forum.question import (
    STAGED,
    Amendment,
    Answer,
    Claim,
    Question,
    Result,
    Standing,
    Wording,
)
from dialog.forum.session import Deed, Session, Staff

REVISING = frozenset(
    {
        Axis.STANDING,
        Axis.WORDING,
        Axis.TOPIC,
        Axis.RESULT,
        Axis.ANSWER,
        Axis.DRAFT,
        Axis.REMOVED,
    }
)
SESSION_AXES = frozenset(
    {
        Axis.STAGE, Axis.PHASE, Axis.SWITCHES, Axis.SCHEDULE,
        Axis.BANNER, Axis.MESSAGE, Axis.MUTED,
    }
)  # fmt: skip


@dataclass(slots=True)
class Touched:
    """What an entry touched, so that views refresh only that.

    ``rows`` and ``session`` may have changed; ``counts`` did, if only for a moment between two
    taps of one entry; ``taps`` say to whom which number is supported now. Rows are ``blackened``
    whether or not that can be seen by now: read later, the texts were black from the beginning.
    """

    rows: set[int] = field(default_factory=set)
    blackened: set[int] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    session: bool = False
    taps: list[Tap] = field(default_factory=list)


def evolve(session: Session, entry: Entry, touched: Touched | None = None) -> Touched:
    """Apply one entry and return what it touched, added to what was ``touched`` before."""
    session.seq = entry.number
    session.at = max(session.at, entry.at)
    if entry.texts:
        session.texts.update(entry.texts)
        session.last_text = max(session.last_text, entry.texts[-1][0])
    touched = Touched() if touched is None else touched
    event = entry.event
    match event:
        case Upvoted():
            _upvoted(session, entry.at, event, touched)
        case Asked():
            _asked(session, entry, event, touched)
        case Acted():
            _acted(session, entry, event, touched)
        case Noted():
            question = session.questions[event.number]
            question.alike, question.marks = event.alike, event.marks
            touched.rows.add(event.number)
        case Claimed():
            question = session.questions[event.number]
            question.claim = Claim(entry.person, event.until)
            touched.rows.add(event.number)
        case Declared():
            _declared(session, event)
            touched.session = True
        case Entered():
            session.staff[event.person] = Staff(event.name, event.role)
            touched.rows.update(q.number for q in session.questions.values() if _names(q, event))
        case Redacted():
            question = session.questions[event.number]
            question.rev = entry.number
            session.reword(event.number)
            _amend(session, question, entry.at, Amended.BLACKENED)
            touched.rows.add(event.number)
            touched.blackened.add(event.number)
        case Sealed():
            _sealed(session, event, touched)
        case Purged():
            _purged(session, event, touched)
        case Recorded():
            _recorded(session, entry, event, touched)
        case _:  # pragma: no cover
            assert_never(event)
    return touched


def begin(texts: Mapping[int, str]) -> Session:
    """Return the session before its first entry, with the bodies of all its texts at hand."""
    return Session(texts=dict(texts), last_text=max(texts, default=0))


def replay(entries: Iterable[Entry], texts: Mapping[int, str] | None = None) -> Session:
    """Return the session that a journal and its texts add up to."""
    session = begin(texts or {})
    for entry in entries:
        evolve(session, entry)
    return session


def _names(question: Question, event: Entered) -> bool:
    """Tell whether a row shows the name of whoever came in."""
    draft, answer, claim = question.draft, question.answer, question.claim
    shown = {question.scribe, draft and draft.by, answer and answer.author, claim and claim.by}
    return event.person in shown


def _declared(session: Session, event: Declared) -> None:
    # What an evening was extended by stays, unless other times were declared.
    if session.declaration is None or session.declaration.schedule != event.schedule:
        session.schedule = event.schedule
    session.declaration = event
    session.topics = event.topics
    session.by_clock = event.by_clock
    session.readers = event.readers
    session.second_person = event.second_person
    session.limits = event.limits
    session.shows = event.shows


def _asked(session: Session, entry: Entry, event: Asked, touched: Touched) -> None:
    asker = 0 if event.via else entry.person
    question = Question(
        event.number,
        asker,
        entry.at,
        event.wording,
        rev=entry.number,
        via=event.via,
        fresh=event.fresh,
    )
    session.questions[event.number] = question
    session.reviews[Review.WAITING] += 1
    session.second += question.second
    if asker:
        question.voters.add(asker)
        session.asked.setdefault(asker, []).append(event.number)
        session.upvoted.setdefault(asker, BitMap()).add(event.number)
        touched.taps.append(Tap(asker, event.number, True, entry.at))
    touched.rows.add(event.number)
    touched.session = True


def _upvoted(session: Session, at: int, event: Upvoted, touched: Touched) -> None:
    taps = session.taps
    taps.forget(at)  # the moment is the same for all taps of an entry
    for tap in event.taps:
        question = session.questions[tap.number]
        if not tap.on or question.merged or question.standing.into:
            _tap_tree(session, at, tap, touched)
        else:
            _tap_alone(session, question, tap, touched)
            taps.put(tap.person, tap.number, tap.intent, at)


def _tap_alone(session: Session, question: Question, tap: Tap, touched: Touched) -> None:
    """Add a person to a question without a tree: nearly all taps are of this kind."""
    person, number = tap.person, tap.number
    if person not in question.voters:
        question.voters.add(person)
        supported = session.upvoted.get(person)
        if supported is None:
            session.upvoted[person] = BitMap((number,))
        else:
            supported.add(number)
        touched.counts.add(number)
    touched.taps.append(tap)


def _tap_tree(session: Session, at: int, tap: Tap, touched: Touched) -> None:
    kept = session.root(tap.number).number
    changed = _support(session, tap, kept) if tap.on else _take_back(session, tap, kept)
    # Whatever it changed keeps its intent, also when the tree is taken apart.
    for number in sorted({tap.number, kept, *changed}):
        session.taps.put(tap.person, number, tap.intent, at)
    touched.counts |= changed
    for number in sorted(changed or {kept}):
        touched.taps.append(Tap(tap.person, number, tap.on, tap.intent))


def _support(session: Session, tap: Tap, kept: int) -> set[int]:
    """Add a person to the kept question, and return it unless they supported its tree already."""
    if tap.person in session.supporters(kept):
        return set()
    session.questions[kept].voters.add(tap.person)
    session.upvoted.setdefault(tap.person, BitMap()).add(kept)
    return {kept}


def _take_back(session: Session, tap: Tap, kept: int) -> set[int]:
    """Take a person out of every set of a merge tree, and return where that was counted."""
    tree = [question.number for question in session.tree(kept)]
    counted = {number for number in tree if tap.person in session.supporters(number)}
    numbers = session.upvoted.get(tap.person, BitMap())
    for number in counted:
        session.questions[number].voters.discard(tap.person)
        numbers.discard(number)
    if not numbers:
        session.upvoted.pop(tap.person, None)
    return counted


def _acted(session: Session, entry: Entry, event: Acted, touched: Touched) -> None:
    for change in event.changes:
        if change.axis in SESSION_AXES:
            _change_session(session, entry, change, touched)
        else:
            _change_question(session, entry, change, touched)
            if event.erased:
                _erased(session, change.subject, touched)
    session.deeds[entry.number] = Deed(entry.at, entry.person, event)


def _change_question(session: Session, entry: Entry, change: Change, touched: Touched) -> None:
    question = session.questions[change.subject]
    match change.axis:
        case Axis.STANDING:
            _stand(session, question, cast("Standing", change.after), touched)
        case Axis.RESULT:
            _count_outcome(session, question, -1)
            question.result = cast("Result", change.after)
            _count_outcome(session, question, 1)
        case Axis.WORDING:
            _reword(question, change)
            session.reword(question.number)
        case _:
            setattr(question, change.axis.value, change.after)
    if change.axis in REVISING:
        question.rev = entry.number
    _amend(session, question, entry.at, _amended(change))
    touched.rows.add(question.number)
    touched.session = True


def _erased(session: Session, number: int, touched: Touched) -> None:
    """Take note that texts of a question and of those merged into it read otherwise now."""
    for question in session.tree(number):
        session.reword(question.number)
        touched.rows.add(question.number)
        touched.blackened.add(question.number)


def _amended(change: Change) -> Amended | None:
    """Return what a change is to the record, None for all that is none."""
    match change.axis, change.before, change.after:
        case Axis.ANSWER, None, Answer():
            return Amended.ANSWERED
        case Axis.ANSWER, Answer() as before, Answer() as after:
            return Amended.KEPT if before.kept != after.kept else Amended.CORRECTED
        case Axis.WORDING, Wording() as before, Wording() as after:
            shown = replace(before, archive=after.archive)  # who agrees changes nothing to read
            return Amended.NAME if shown != after else None
        case Axis.REMOVED, _, _:
            return Amended.REMOVED
        case _:
            return None


def _amend(session: Session, question: Question, at: int, what: Amended | None) -> None:
    if what and session.phase is Phase.PUBLISHED:
        question.amendments = (*question.amendments, Amendment(at, what))


def _reword(question: Question, change: Change) -> None:
    before, after = cast("Any", change.before), cast("Any", change.after)
    if after.edited and question.original is None:
        question.original = before
    elif not after.edited:
        question.original = None
    question.wording = after


def _stand(session: Session, question: Question, after: Standing, touched: Touched) -> None:
    before = question.standing
    _count_outcome(session, question, -1)
    session.reviews[before.review] -= 1
    session.second -= question.second
    question.standing = after
    session.reviews[after.review] += 1
    session.second += question.second
    _count_outcome(session, question, 1)
    question.claim = None
    if question.fresh and after.review in STAGED:
        _vouch(session, question.asker, touched)
    if before.into != after.into:
        _move_in_tree(session, question, before, after, touched)


def _vouch(session: Session, person: int, touched: Touched) -> None:
    """Take a person's questions out of the second list for good: one of them was approved."""
    for number in session.asked[person]:
        question = session.questions[number]
        session.second -= question.second
        question.fresh = False
        touched.rows.add(number)


def _move_in_tree(
    session: Session,
    question: Question,
    before: Standing,
    after: Standing,
    touched: Touched,
) -> None:
    if before.into:
        left = session.questions[before.into]
        left.merged = tuple(n for n in left.merged if n != question.number)
    if after.into:
        entered = session.questions[after.into]
        entered.merged = tuple(sorted((*entered.merged, question.number)))
    question.before_merge = before if after.into else None
    for number in {before.into, after.into} - {0}:
        above = {q.number for q in session.path(number)}
        touched.rows |= above
        touched.counts |= above


def _count_outcome(session: Session, question: Question, by: int) -> None:
    if question.public:
        session.outcomes[question.result.outcome] += by


def _change_session(session: Session, entry: Entry, change: Change, touched: Touched) -> None:
    touched.session = True
    match change.axis:
        case Axis.STAGE:
            touched.rows.update(_numbers(session.stage), _numbers(cast("Stage", change.after)))
            session.order_rev = entry.number
            session.stage = cast("Stage", change.after)
        case Axis.PHASE:
            session.phase, session.phase_at = cast("Phase", change.after), entry.at
            _note_end(session, entry.at)
        case Axis.SWITCHES:
            before, session.switches = session.switches, cast("Switches", change.after)
            if session.asking and before.questions and not session.switches.questions:
                session.asks_ended = _ended(session, entry.at)
        case Axis.MUTED:
            session.muted = session.muted ^ {change.subject}
        case _:
            setattr(session, change.axis.value, change.after)


def _note_end(session: Session, at: int) -> None:
    if session.phase is Phase.CLOSED:
        session.closed_at = min(at, session.schedule.ends)
        if session.switches.questions:
            session.asks_ended = _ended(session, at)
    elif session.phase is Phase.LIVE:
        session.closed_at = 0


def _ended(session: Session, at: int) -> int:
    """Return when questions ended: as scheduled, even where a sleeping server noticed it late."""
    schedule = session.schedule
    return min(at, schedule.ends, schedule.questions_until or at)


def _numbers(stage: Stage) -> set[int]:
    return {*stage.order, stage.now} - {0}


def _sealed(session: Session, event: Sealed, touched: Touched) -> None:
    session.voters_sealed = event.voters
    # The taps before this entry may be gone already: then a count is shown only from here on.
    touched.counts |= {n for n, _own, shown in event.counts if session.upvotes(n) != shown}
    for number, _own, shown in event.counts:
        question = session.questions[number]
        question.sealed = shown
        question.voters = BitMap()
    session.upvoted.clear()
    session.taps.clear()
    touched.session = True


def _purged(session: Session, event: Purged, touched: Touched) -> None:
    persons, linked = frozenset(event.persons), frozenset(event.linked)
    for question in session.questions.values():
        question.asker = question.asker if question.number in linked else 0
        question.original = question.draft = question.claim = None
        question.briefing = question.scribe = 0
        question.fresh = False
        question.alike, question.marks = (), ()
        if not question.wording.archive:
            question.wording = replace(question.wording, name=0, district=0)
    session.asked = {}
    for number in sorted(linked):
        session.asked.setdefault(session.questions[number].asker, []).append(number)
    for number, deed in session.deeds.items():
        if deed.person not in persons:
            session.deeds[number] = replace(deed, person=0)
    session.muted, session.second = frozenset(), 0
    session.message, session.banner = None, 0
    session.purged = True
    touched.rows.update(session.questions)
    touched.session = True


def _recorded(session: Session, entry: Entry, event: Recorded, touched: Touched) -> None:
    session.phase, session.phase_at = event.phase, event.at
    session.voters_sealed = event.voters
    session.purged = True
    for told in event.questions:
        question = Question(
            told.number,
            0,
            told.asked,
            told.wording,
            rev=entry.number,
            standing=told.standing,
            result=told.result,
            topic=told.topic,
            answer=told.answer,
            removed=told.removed,
            sealed=told.upvotes,
            amendments=told.amendments,
        )
        session.questions[told.number] = question
        session.reviews[told.standing.review] += 1
        _count_outcome(session, question, 1)
    for told in event.questions:
        if told.standing.into:
            kept = session.questions[told.standing.into]
            kept.merged = (*kept.merged, told.number)
    touched.rows.update(session.questions)
    touched.session = True
