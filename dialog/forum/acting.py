"""How a command becomes a fact: the changes it makes and the texts it brings, collected."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import cast

from dialog.forum.events import Acted, Axis, Change, Fact, Stage, Value
from dialog.forum.names import Outcome, Review, Role, Who
from dialog.forum.question import STAGED, Answer, Question, Result, Standing
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Deed, Session


class Act:
    """The changes of one command in the making; nothing is changed before ``evolve``."""

    def __init__(self, session: Session, name: str) -> None:
        """Begin an act with the name under which the log will show it."""
        self.session = session
        self.name = name
        self._changes: dict[tuple[Axis, int], Change] = {}  # a group has thousands of questions
        self.texts: list[tuple[int, str]] = []
        self._erased: dict[int, str] = {}

    def write(self, body: str) -> int:
        """Give a text its number; an empty one has none (0)."""
        if not body:
            return 0
        number = self.session.last_text + len(self.texts) + 1
        self.texts.append((number, body))
        return number

    def set(self, axis: Axis, subject: int, after: Value) -> None:
        """Change an axis, unless it stands so already; of two changes of one the later holds."""
        before = current(self.session, axis, subject)
        self._changes.pop((axis, subject), None)
        if before != after:
            self._changes[axis, subject] = Change(axis, subject, before, after)

    def stand(self, question: Question, standing: Standing) -> None:
        """Change the review of a question; one that can no longer be staged leaves the stage."""
        self.set(Axis.STANDING, question.number, standing)
        if standing.review not in STAGED:
            self.set(Axis.STAGE, 0, without(self._stage, question.number))

    @property
    def _stage(self) -> Stage:
        """The stage as the changes so far leave it."""
        changed = self._changes.get((Axis.STAGE, 0))
        return cast("Stage", changed.after) if changed else self.session.stage

    def settle(self, question: Question, answer: Answer, now: int) -> None:
        """Let a released answer decide the outcome, except of a question still on the stage."""
        stage, result = self.session.stage, question.result
        if stage.now == question.number or result.outcome is answer.outcome:
            return
        reached = result.outcome not in (Outcome.OPEN, Outcome.NOT_REACHED)
        at = result.at if reached else now
        self.set(Axis.RESULT, question.number, Result(answer.outcome, at))
        self.set(Axis.STAGE, 0, without(stage, question.number))

    def erase(self, question: Question, numbers: Iterable[int], body: str = "") -> None:
        """Give texts about a question another body; what else is done to it was said before."""
        erased = {number: body for number in numbers if self.session.text(number) != body}
        self._erased |= erased
        if erased and all(subject != question.number for _axis, subject in self._changes):
            same = question.wording  # an act without a change would say of nobody that it was done
            key = Axis.WORDING, question.number
            self._changes[key] = Change(*key, same, same)

    def fact(self, undoes: int = 0) -> Fact | None:
        """Return what happened, or None when everything stood so already."""
        if not self._changes:
            return None
        erased = sorted(self._erased.items())
        acted = Acted(self.name, tuple(self._changes.values()), undoes, tuple(sorted(self._erased)))
        return Fact(acted, (*erased, *self.texts))


Decision = Fact | Refusal | None


def current(session: Session, axis: Axis, subject: int) -> Value:
    """Return how an axis stands; ``subject`` is a question, a muted person, or 0."""
    if axis is Axis.MUTED:
        return subject in session.muted
    owner = session.questions[subject] if subject else session
    return cast("Value", getattr(owner, axis.value))


def without(stage: Stage, number: int) -> Stage:
    """Return the stage without a question: not in the order, not now."""
    order = tuple(n for n in stage.order if n != number)
    if stage.now == number:
        return replace(stage, order=order, now=0, since=0, frozen=())
    return replace(stage, order=order)


def revised(session: Session, number: int, rev: int) -> Question | Refusal:
    """Return a question if it still is as the command saw it."""
    question = session.questions.get(number)
    if question is None:
        return Refusal(Code.UNKNOWN, number=number)
    return question if question.rev == rev else conflict(session, question)


def judged(session: Session, number: int, rev: int, who: Who) -> Question | Refusal:
    """Return a question that this person may decide on: not one's own, not one's own return."""
    question = revised(session, number, rev)
    if isinstance(question, Refusal):
        return question
    return partial(question, who) or question


def partial(question: Question, who: Who) -> Refusal | None:
    """Say why a person may not judge a question: asked by them, or appealed against them."""
    if who.person == question.asker:
        return Refusal(Code.FORBIDDEN, field="own", number=question.number)
    appeal = question.standing.appeal
    own_return = question.standing.by == who.person and who.role is not Role.ORGANISER
    if appeal and appeal.open and own_return:
        return Refusal(Code.FORBIDDEN, field="appeal", number=question.number)
    return None


def mergeable(session: Session, question: Question, kept: Question) -> bool:
    """Tell whether a question may be merged into another: no cycle, public only into public."""
    if session.root(kept.number) is question:
        return False
    if question.public:
        return kept.public
    return kept.standing.review in (Review.WAITING, Review.APPROVED)


def conflict(session: Session, question: Question) -> Refusal:
    """Return the refusal that tells the second of two what the first one did."""
    deed = session.deeds.get(question.rev)
    return Refusal(
        Code.CONFLICT,
        number=question.number,
        rev=question.rev,
        state=question.standing.review.value,
        by=(session.name(deed.person) if deed else "") or None,
        since=deed.at if deed else question.asked,
    )


def _last_deed(session: Session, axes: Collection[tuple[Axis, int]]) -> Deed | None:
    """Return the last deed that changed one of some axes of some subjects, if any did."""
    found = (
        deed
        for deed in reversed(session.deeds.values())
        if any((change.axis, change.subject) in axes for change in deed.acted.changes)
    )
    return next(found, None)


def overtaken(session: Session, refusal: Refusal, axes: Collection[tuple[Axis, int]]) -> Refusal:
    """Return a refusal that also tells who changed one of some axes last, and when."""
    deed = _last_deed(session, axes)
    if deed is None:
        return refusal
    return replace(refusal, by=session.name(deed.person) or None, since=deed.at)
