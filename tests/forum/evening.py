"""An evening to test with: a session, its journal and its board, driven by commands.

No mocks: what is decided here is stored in a list and applied as the room does it.
"""

from collections.abc import Iterable
from typing import Any

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.decide import decide, result, seal
from dialog.forum.events import Acted, Entry, Fact, Tap, Upvoted
from dialog.forum.evolve import Touched, evolve
from dialog.forum.names import (
    MINUTE,
    SYSTEM,
    Admission,
    Kind,
    Limits,
    Outcome,
    Phase,
    Reason,
    Role,
    Show,
    Who,
)
from dialog.forum.phase import Schedule
from dialog.forum.question import Question
from dialog.forum.refusals import Refusal
from dialog.forum.session import Session
from dialog.forum.window import FULL, Extent

ANNA = Who(1, Role.VOLUNTEER, "Anna Berg")
BORIS = Who(2, Role.VOLUNTEER, "Boris Thal")
CARLA = Who(3, Role.VOLUNTEER, "Carla Wald")
DORA = Who(4, Role.VOLUNTEER, "Dora See")
NORA = Who(5, Role.VOLUNTEER, "Nora Neu", Admission.NEW)
INGE = Who(6, Role.VOLUNTEER, "Inge Lade", Admission.INVITED)
MARA = Who(11, Role.MODERATOR, "Mara Moos")
MORITZ = Who(12, Role.MODERATOR, "Moritz Feld")
SVEN = Who(21, Role.SCRIBE, "Sven Stein")
SELMA = Who(22, Role.SCRIBE, "Selma Sand")
MINISTER = Who(31, Role.MINISTER, "Max Muster")
OLGA = Who(41, Role.ORGANISER, "Olga Ott")
READER = Who(0, Role.READER)
# One person with two links: a volunteer who asks, and a moderator who must not judge that.
MARA_ASKING = Who(MARA.person, Role.VOLUNTEER, MARA.name)

STAFF = (MARA, MORITZ, SVEN, SELMA, MINISTER, OLGA)
CLERK = {
    Role.VOLUNTEER: ANNA,
    Role.MODERATOR: MARA,
    Role.SCRIBE: SVEN,
    Role.MINISTER: MINISTER,
    Role.ORGANISER: OLGA,
}

START = 1_796_317_200_000
SCHEDULE = Schedule(START - 7 * 24 * 60 * MINUTE, START, START + 60 * MINUTE, START + 45 * MINUTE)
TOPICS = ("Sprache", "Wohnen")

Told = dict[str, Any]


class Evening:
    """One session as a room holds it; ``do`` commands at the hour the evening shows."""

    def __init__(
        self,
        phase: Phase = Phase.OPEN,
        *,
        second_person: bool = False,
        by_clock: bool = False,
        limits: Limits | None = None,
        schedule: Schedule = SCHEDULE,
        extent: Extent = FULL,
        shows: tuple[Show, ...] = tuple(Show),
    ) -> None:
        """Begin a declared session with its staff, and move it to a phase by hand."""
        self.session = Session()
        self.journal: list[Entry] = []
        self.board = Board(extent)
        self.touched: list[Touched] = []
        self.now = START - 24 * 60 * MINUTE
        limits = limits or Limits(ask_ms=0, waiting=1_000)
        declared = c.Declare(schedule, TOPICS, by_clock, True, second_person, limits, shows=shows)
        self.told(declared, SYSTEM)
        for who in STAFF:
            self.told(c.Enter(who.person, who.role, who.name), SYSTEM)
        for step in (Phase.OPEN, Phase.LIVE, Phase.CLOSED):
            if phase is not self.session.phase and phase is not Phase.ANNOUNCED:
                self.told(c.ChangePhase(step), OLGA)

    # --- what a room does ----------------------------------------------------------------------

    def decide(self, command: c.Command, who: Who) -> Fact | Refusal | None:
        """Return what a command comes to, and change nothing."""
        return decide(self.session, command, who, self.now)

    def do(self, command: c.Command, who: Who) -> Told | Refusal:
        """Decide a command, apply what it comes to, and return what ``done`` would tell."""
        decision = self.decide(command, who)
        if isinstance(decision, Refusal):
            return decision
        entry = self.append(decision, who.person) if decision else None
        told = result(self.session, command, who, entry)
        sealed = seal(self.session)
        if sealed:
            self.append(sealed, SYSTEM.person)
        return told

    def append(self, fact: Fact, person: int) -> Entry:
        """Store a fact as the next entry and apply it."""
        entry = Entry(self.session.seq + 1, self.now, person, fact.event, fact.texts)
        self.journal.append(entry)
        self.evolve(entry)
        return entry

    def evolve(self, entry: Entry) -> None:
        """Apply an entry to session and board."""
        touched = evolve(self.session, entry)
        self.touched.append(touched)
        self.board.follow(self.session, touched)

    def tap_batch(self, upvotes: Iterable[tuple[c.Upvote, Who]]) -> None:
        """Take upvotes as one batch does: each applied at once, all stored as one entry."""
        taps: list[Tap] = []
        number = self.session.seq + 1
        for upvote, who in upvotes:
            decision = self.decide(upvote, who)
            if isinstance(decision, Fact):
                assert isinstance(decision.event, Upvoted)
                taps.extend(decision.event.taps)
                self.evolve(Entry(number, self.now, 0, decision.event))
        if taps:
            self.journal.append(Entry(number, self.now, 0, Upvoted(tuple(taps))))

    # --- shorthand -----------------------------------------------------------------------------

    def told(self, command: c.Command, who: Who) -> Told:
        """Do a command that must not be refused."""
        told = self.do(command, who)
        assert not isinstance(told, Refusal), told
        return told

    def refused(self, command: c.Command, who: Who) -> Refusal:
        """Do a command that must be refused."""
        refusal = self.do(command, who)
        assert isinstance(refusal, Refusal), refusal
        return refusal

    def idle(self, command: c.Command, who: Who) -> bool:
        """Tell whether a command is done without any effect."""
        return self.decide(command, who) is None

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms

    def q(self, number: int) -> Question:
        """Return a question."""
        return self.session.questions[number]

    def rev(self, number: int) -> int:
        """Return a question's revision."""
        return self.q(number).rev

    def ask(self, text: str, who: Who = ANNA, **fields: Any) -> int:
        """Ask, and return the question's number."""
        return int(self.told(c.Ask(text, **fields), who)["number"])

    def approve(self, number: int, who: Who = MARA) -> int:
        """Approve a question, and return the event's number."""
        return int(self.told(c.Approve(number, self.rev(number)), who)["event"])

    def public(self, text: str, who: Who = ANNA, **fields: Any) -> int:
        """Ask and approve, and return the question's number."""
        number = self.ask(text, who, **fields)
        self.approve(number)
        return number

    def upvote(self, number: int, who: Who, *, on: bool = True) -> Told:
        """Tap, a millisecond after the last thing that happened."""
        self.wait(1)
        return self.told(c.Upvote(number, on, self.now), who)

    def give_back(self, number: int, who: Who = MARA, reason: Reason = Reason.UNCLEAR) -> int:
        """Return a question, and return the event's number."""
        told = self.told(c.Return(number, self.rev(number), reason, "Warum."), who)
        return int(told["event"])

    def merge(self, number: int, into: int, who: Who = MARA) -> int:
        """Merge, and return the event's number."""
        return int(self.told(c.Merge(number, self.rev(number), into), who)["event"])

    def take(self, number: int, who: Who = MINISTER) -> int:
        """Take a question on the stage, and return the event's number."""
        session = self.session
        command = c.Now(number, session.order_rev, session.stage.now or None)
        return int(self.told(command, who)["event"])

    def done(self, who: Who = MINISTER, outcome: Outcome = Outcome.ALOUD) -> int:
        """End the present question, and return the event's number."""
        session = self.session
        command = c.Done(session.order_rev, session.stage.now or None, outcome)
        return int(self.told(command, who)["event"])

    def order(self, *numbers: int, who: Who = MARA) -> int:
        """Set the running order, and return the event's number."""
        return int(self.told(c.Order(numbers, self.session.order_rev), who)["event"])

    def answer(self, number: int, text: str = "Ja.", who: Who = SVEN, **fields: Any) -> int:
        """Hand an answer in, and return the event's number."""
        command = c.HandIn(number, self.rev(number), text, Kind.SUMMARY, **fields)
        return int(self.told(command, who)["event"])

    def phase(self, to: Phase) -> None:
        """Move the session on by hand."""
        self.told(c.ChangePhase(to), OLGA)

    def publish(self) -> None:
        """Close, release what was handed in, conclude and publish."""
        if self.session.phase is Phase.LIVE:
            self.phase(Phase.CLOSED)
        for question in self.session.questions.values():
            if question.answer and not question.answer.released:
                self.told(c.Release(question.number, question.rev), OLGA)
        self.told(c.Conclude(), OLGA)
        self.told(c.Publish(), OLGA)

    def acted(self, event: int) -> Acted:
        """Return what an entry of the journal did."""
        found = self.journal[event - 1].event
        assert isinstance(found, Acted)
        return found
