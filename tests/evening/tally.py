"""What an evening's acknowledged commands add up to, told by those who gave them.

It knows nothing of the program: the record is compared with it in the end.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.live.client import Message

REACHED = ("aloud", "promised", "written", "referred")


@dataclass
class Told:
    """A question, as those know it who were answered."""

    number: int
    text: str
    review: str = "waiting"
    reason: str = ""
    into: int = 0
    outcome: str = "open"
    answer: Message | None = None
    voters: set[int] = field(default_factory=set)


class Tally:
    """Every acknowledged command, added up in the order of the answers."""

    def __init__(self) -> None:
        self.questions: dict[int, Told] = {}
        self.ended: list[int] = []
        self.before: dict[int, str] = {}
        self.counted: Counter[str] = Counter()

    def asked(self, number: int, text: str, person: int) -> None:
        """Take a question in; ``person`` is 0 for one that staff entered for somebody."""
        self.questions[number] = Told(number, text, voters={person} - {0})

    def supported(self, number: int, person: int, on: bool) -> None:
        """Add a person to the kept question, or take them out of all that was merged into it."""
        self.counted["taps"] += 1
        kept = self.root(number).number
        if not on:
            for each in {kept, *self.merged(kept)}:
                self.questions[each].voters.discard(person)
        elif person not in self.voters(kept):
            self.questions[kept].voters.add(person)

    def decided(self, do: str, number: int, **fields: str | int) -> None:
        """Take a moderator's decision in; ``text`` names the words after an edit."""
        self.counted[do] += 1
        told = self.questions[number]
        match do:
            case "approve" | "stage_only" | "hide":
                after = {"approve": "approved", "hide": "waiting"}.get(do, do)
                told.review, told.reason = after, ""
            case "return":
                told.review, told.reason = "returned", str(fields["reason"])
            case "merge":
                self.before[number] = told.review
                told.review, told.into = "merged", self.root(int(fields["into"])).number
            case "unmerge":
                told.review, told.into = self.before[number], 0
            case "edit" | "reword":
                told.text = str(fields["text"])
            case _:
                raise ValueError(do)

    def waits(self, number: int) -> None:
        self.questions[number].review = "waiting"

    def end(self, number: int, outcome: str) -> None:
        """A question left the stage, or got its answer without ever having been there."""
        told = self.questions[number]
        told.outcome = told.answer["outcome"] if told.answer else outcome
        if number not in self.ended:
            self.ended.append(number)

    def handed_in(self, number: int, answer: Message) -> None:
        told = self.questions[number]
        told.answer = answer
        if told.outcome in REACHED:
            told.outcome = answer["outcome"]

    def close(self) -> None:
        """Nobody decides any more, and nothing more is reached."""
        for told in self.questions.values():
            if told.review == "waiting":
                told.review = "unreviewed"
            elif told.review in ("approved", "stage_only") and told.outcome == "open":
                told.outcome = "not_reached"

    # --- what it adds up to --------------------------------------------------------------------

    def root(self, number: int) -> Told:
        told = self.questions[number]
        return self.root(told.into) if told.into else told

    def merged(self, number: int) -> set[int]:
        return {n for n in self.questions if n != number and self.root(n).number == number}

    def voters(self, number: int) -> set[int]:
        """The union over a question and all that was merged into it."""
        own = self.questions[number].voters
        return own.union(*(self.questions[n].voters for n in self.merged(number)))

    @property
    def public(self) -> list[Told]:
        """The public questions, more upvotes first, at a tie the earlier one."""
        public = [told for told in self.questions.values() if told.review == "approved"]
        return sorted(public, key=lambda told: (-len(self.voters(told.number)), told.number))

    @property
    def evening(self) -> list[Told]:
        """The public questions as the record has them: as they ended, then the others by rank."""
        reached = [self.questions[number] for number in self.ended]
        reached = [told for told in reached if told.review == "approved"]
        return reached + [told for told in self.public if told.number not in self.ended]

    def figures(self, kept: int) -> Message:
        """What the record has to say of how the evening was moderated."""
        reviews = Counter(told.review for told in self.questions.values())
        outcomes = Counter(told.outcome for told in self.public)
        reasons = Counter(told.reason for told in self.questions.values() if told.reason)
        voters = set().union(*(told.voters for told in self.questions.values()))
        return {
            "received": len(self.questions),
            "approved": reviews["approved"],
            "stage_only": reviews["stage_only"],
            "returned": dict(reasons),
            "merged": reviews["merged"],
            "withdrawn": reviews["withdrawn"],
            "unreviewed": reviews["unreviewed"],
            "outcomes": {name: outcomes[name] for name in (*REACHED, "not_reached")},
            "kept": kept,
            "upvotes": sum(len(self.voters(told.number)) for told in self.public),
            "voters": len(voters),
        }
