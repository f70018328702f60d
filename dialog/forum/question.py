"""A question: four axes as immutable values, its voters, and what surrounds it.

Texts stand here by number (0 is none); their bodies are in the session's ``texts``.
"""

from dataclasses import dataclass, field

from pyroaring import BitMap

from dialog.forum.names import Amended, Appealed, Kind, Outcome, Reason, Review, Show, Via

STAGED = frozenset({Review.APPROVED, Review.STAGE_ONLY})


@dataclass(frozen=True, slots=True)
class Appeal:
    """An asker's wish for another look; closed for good once decided."""

    kind: Appealed
    text: int = 0
    open: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """The review axis: ``by`` is the person who decided, ``into`` the kept question."""

    review: Review = Review.WAITING
    reason: Reason | None = None
    note: int = 0
    into: int = 0
    by: int = 0
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The text axis: text numbers, and how the asker is shown.

    ``archive``: name and district may stay in the record for good.
    """

    text: int
    background: int = 0
    name: int = 0
    district: int = 0
    show: Show = Show.ANONYMOUS
    edited: bool = False
    archive: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome axis, with the time it was reached in ms UTC."""

    outcome: Outcome = Outcome.OPEN
    at: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """An earlier text, and when (ms UTC) it was replaced."""

    at: int
    before: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise kept: when (ms UTC), and the number of the text that says how."""

    at: int
    text: int
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as handed in; public once ``released``. ``until`` is an ISO day, or empty."""

    text: int
    kind: Kind
    outcome: Outcome
    author: int
    at: int
    by: int = 0
    until: str = ""
    to: int = 0
    sources: tuple[int, ...] = ()
    minute: int | None = None
    released: bool = False
    kept: Kept | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a scribe is writing."""

    text: int
    by: int
    at: int


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of the published record, and when (ms UTC) it was made."""

    at: int
    what: Amended


@dataclass(frozen=True, slots=True)
class Claim:
    """A question opened by a moderator until a moment in ms UTC; it never blocks another."""

    by: int
    until: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a question's text, in code points, where personal data seems to stand."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Recalled:
    """A question as a record has it: nobody knows any more who asked, and who supported it."""

    number: int
    asked: int
    wording: Wording
    standing: Standing
    result: Result = Result()
    topic: str = ""
    answer: Answer | None = None
    removed: int = 0
    upvotes: int = 0
    amendments: tuple[Amendment, ...] = ()


@dataclass(slots=True)
class Question:
    """One question with all that the journal says of it; only ``evolve`` changes it."""

    number: int
    asker: int
    asked: int
    wording: Wording
    rev: int
    via: Via | None = None
    standing: Standing = Standing()
    result: Result = Result()
    original: Wording | None = None
    topic: str = ""
    answer: Answer | None = None
    draft: Draft | None = None
    scribe: int = 0
    briefing: int = 0
    removed: int = 0
    claim: Claim | None = None
    alike: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()
    merged: tuple[int, ...] = ()
    before_merge: Standing | None = None
    voters: BitMap = field(default_factory=BitMap)
    sealed: int | None = None
    amendments: tuple[Amendment, ...] = ()
    fresh: bool = False

    @property
    def second(self) -> bool:
        """Tell whether the question waits in the second list, of many new participants."""
        return self.fresh and self.standing.review is Review.WAITING

    @property
    def public(self) -> bool:
        """Tell whether everyone may read the question."""
        return self.standing.review is Review.APPROVED

    @property
    def stageable(self) -> bool:
        """Tell whether the question may be taken on the stage: shown there, and still open."""
        return self.standing.review in STAGED and self.result.outcome is Outcome.OPEN
