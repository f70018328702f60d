"""The state of one session: what the journal adds up to. Only ``evolve`` changes it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyroaring import BitMap

from dialog.forum.events import Acted, Declared, Message, Stage
from dialog.forum.names import BLACKENED, Limits, Outcome, Phase, Review, Role, Show
from dialog.forum.phase import ASKING, Schedule, Switches
from dialog.forum.question import Question
from dialog.forum.taps import Taps
from dialog.forum.texts import plain

UNDECLARED = Schedule(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff who came in: name as text number, and the role."""

    name: int
    role: Role


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the moderation log that may still be undone."""

    at: int
    person: int
    acted: Acted


@dataclass(slots=True)
class Session:
    """Everything the rules know of a session; times in ms UTC, texts by number.

    ``second`` counts what waits in the second list. Once it is ``purged``, names of staff are not
    kept any more.
    """

    seq: int = 0
    at: int = 0
    phase: Phase = Phase.ANNOUNCED
    schedule: Schedule = UNDECLARED
    switches: Switches = field(default_factory=Switches)
    topics: tuple[str, ...] = ()
    by_clock: bool = False
    readers: bool = True
    second_person: bool = False
    limits: Limits = field(default_factory=Limits)
    shows: tuple[Show, ...] = tuple(Show)
    declaration: Declared | None = None
    banner: int = 0
    message: Message | None = None
    stage: Stage = field(default_factory=Stage)
    order_rev: int = 0
    asks_ended: int = 0
    closed_at: int = 0
    phase_at: int = 0
    purged: bool = False
    voters_sealed: int | None = None
    texts: dict[int, str] = field(default_factory=dict)
    last_text: int = 0
    questions: dict[int, Question] = field(default_factory=dict)
    staff: dict[int, Staff] = field(default_factory=dict)
    muted: frozenset[int] = frozenset()
    asked: dict[int, list[int]] = field(default_factory=dict)
    upvoted: dict[int, BitMap] = field(default_factory=dict)
    taps: Taps = field(default_factory=Taps)
    deeds: dict[int, Deed] = field(default_factory=dict)
    reviews: Counter[Review] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    second: int = 0
    # Which questions may say the same; made when somebody asks, for opening must not wait for it.
    _said: dict[int, int | tuple[int, ...]] = field(default_factory=dict, compare=False)
    _heard: int = field(default=0, compare=False)

    @property
    def rehearsal(self) -> bool:
        """Tell whether this is a copy to practise on, which is never published."""
        return self.declaration is not None and self.declaration.rehearsal

    @property
    def published_at(self) -> int:
        """Return when the record was published, 0 where it is not."""
        return self.phase_at if self.phase is Phase.PUBLISHED else 0

    @property
    def asking(self) -> bool:
        """Tell whether the phase itself lets people ask and upvote."""
        return self.phase in ASKING

    def text(self, number: int) -> str:
        """Return a text's body; none (0) is empty, one that is gone is blackened."""
        return self.texts.get(number, BLACKENED) if number else ""

    def name(self, person: int) -> str:
        """Return the name of a member of staff, empty for anyone else."""
        staff = self.staff.get(person)
        return self.text(staff.name) if staff else ""

    def twins(self, text: str) -> Iterator[Question]:
        """Return the questions in the same words, in the order they were asked."""
        for number in range(self._heard + 1, len(self.questions) + 1):
            self._hear(number)
        self._heard = len(self.questions)
        words = plain(text)
        found = self._said.get(hash(words), ())
        for number in (found,) if isinstance(found, int) else sorted(set(found)):
            question = self.questions[number]
            if plain(self.text(question.wording.text)) == words:
                yield question

    def reword(self, number: int) -> None:
        """Take note that a question says something else now."""
        if number <= self._heard:
            self._hear(number)

    def _hear(self, number: int) -> None:
        question = self.questions[number]
        words = hash(plain(self.text(question.wording.text)))
        found = self._said.get(words)
        # Nearly all say something of their own, and then no tuple is needed.
        others = found if isinstance(found, tuple) else () if found is None else (found,)
        self._said[words] = (*others, number) if others else question.number

    def root(self, number: int) -> Question:
        """Return the kept question of a merge tree."""
        question = self.questions[number]
        while question.standing.into:
            question = self.questions[question.standing.into]
        return question

    def path(self, number: int) -> list[Question]:
        """Return a question and those above it in its merge tree, the kept one last."""
        path = [self.questions[number]]
        while path[-1].standing.into:
            path.append(self.questions[path[-1].standing.into])
        return path

    def tree(self, number: int) -> list[Question]:
        """Return a question and all that is merged into it, the nearest first."""
        tree = [self.questions[number]]
        for question in tree:
            tree.extend(self.questions[child] for child in question.merged)
        return tree

    def supporters(self, number: int) -> BitMap:
        """Return the union of the voters of a question and of all merged into it."""
        own = self.questions[number]
        if not own.merged:
            return own.voters
        return BitMap.union(*(q.voters for q in self.tree(number)))

    def upvotes(self, number: int) -> int:
        """Return the number shown: distinct people over the merge tree."""
        sealed = self.questions[number].sealed
        return len(self.supporters(number)) if sealed is None else sealed

    @property
    def voters(self) -> int:
        """Return how many people support anything."""
        return len(self.upvoted) if self.voters_sealed is None else self.voters_sealed
