"""A seeded evening of people who read and support, under the real rules of ranking and offer.

What is assumed, and nothing of it was measured on people:

- 60 questions come evenly over 90 minutes. Each has a true quality, the probability that somebody
  who reads it supports it: most are of interest to few (a beta distribution with mean 0.19).
- 300 people come at any moment of the first hour, stay 15 to 60 minutes, and look at the page every
  four minutes on the average. Whoever looks reads the ranking from the top, and goes on from each
  place to the next one with a probability of 0.85: every sixth gets beyond the tenth place.
- With the offer, whoever looks reads each of the three offered questions with a probability of 0.6,
  drawn for each person from those that the rule offers, fresh at each look.
- A question is read once by a person and then supported or not; its asker supports it. A client
  counts what its person has read, as the real one does what stood on the screen.
- Nothing is answered meanwhile, nobody follows others, and texts are not compared.

A question is late when it comes in the second half, and good when its quality is among the ten
best of the evening: with perfect knowledge all of those would be the top ten.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

from pyroaring import BitMap

from dialog.forum.exposure import least_seen
from dialog.forum.names import Review
from dialog.forum.question import Question, Standing, Wording
from dialog.forum.ranking import ranked
from dialog.forum.session import Session
from dialog.forum.views import Row

MINUTES, QUESTIONS, PEOPLE, TOP, SHOWN = 90, 60, 300, 10, 3
ON, READS_OFFERED, LOOKS_EVERY = 0.85, 0.6, 4
LAST_TO_COME, SHORTEST, LONGEST = 60, 15, 60


@dataclass
class Evening:
    """One evening; ``offered`` tells whether little-seen questions are offered."""

    seed: int
    offered: bool
    session: Session = field(default_factory=Session)
    seen: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Draw the evening: the same one with the offer and without."""
        dice = random.Random(self.seed)
        self.quality = {n: dice.betavariate(1.2, 5) for n in range(1, QUESTIONS + 1)}
        self.asked = {n: (n - 1) * MINUTES // QUESTIONS for n in self.quality}
        self.looks: dict[int, list[int]] = {minute: [] for minute in range(MINUTES)}
        for person in range(1, PEOPLE + 1):
            comes = dice.randrange(LAST_TO_COME)
            leaves = min(MINUTES, comes + dice.randrange(SHORTEST, LONGEST))
            for minute in range(comes, leaves):
                if minute == comes or dice.random() < 1 / LOOKS_EVERY:
                    self.looks[minute].append(person)
        # What somebody thinks of a question does not hang on when they read it.
        self.likes = {
            n: BitMap(p for p in range(1, PEOPLE + 1) if dice.random() < quality)
            for n, quality in self.quality.items()
        }
        self.read = {n: BitMap() for n in self.quality}

    def play(self) -> list[int]:
        """Return the numbers of the ranking at the end."""
        dice = random.Random(self.seed + 1_000_000)
        for minute in range(MINUTES):
            for number in (n for n, at in self.asked.items() if at == minute):
                self._ask(number)
            order = self._ranking()
            offer = least_seen(self._rows(), self.seen) if self.offered else []
            for person in self.looks[minute]:
                self._look(dice, person, order, offer)
        return self._ranking()

    def late_and_good(self) -> set[int]:
        """Return the late questions that are among the best of the evening."""
        best = sorted(self.quality, key=lambda n: -self.quality[n])[:TOP]
        return {n for n in best if self.asked[n] >= MINUTES // 2}

    def _ask(self, number: int) -> None:
        asker = PEOPLE + number
        standing = Standing(Review.APPROVED)
        question = Question(number, asker, number, Wording(number), 1, standing=standing)
        question.voters.add(asker)
        self.session.questions[number] = question

    def _ranking(self) -> list[int]:
        return [q.number for q in ranked(self.session, self.session.questions.values())]

    def _rows(self) -> list[Row]:
        return [
            {"number": n, "upvotes": self.session.upvotes(n), "outcome": "open", "place": None}
            for n in self.session.questions
        ]

    def _look(self, dice: random.Random, person: int, order: list[int], offer: list[int]) -> None:
        for number in order:
            self._read(person, number)
            if dice.random() > ON:
                break
        for number in dice.sample(offer, min(SHOWN, len(offer))):
            if dice.random() < READS_OFFERED:
                self._read(person, number)

    def _read(self, person: int, number: int) -> None:
        if person in self.read[number]:
            return
        self.read[number].add(person)
        self.seen[number] += 1
        if person in self.likes[number]:
            self.session.questions[number].voters.add(person)
