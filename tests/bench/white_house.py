"""The White House's "Open for Questions" of March 2009, as an evening that can be drawn again.

Published are three figures: 92,927 people, 104,127 questions and 3,606,825 ratings in 48 hours.
How they were spread is not; drawn is what is known of such lists, with a seed:

- **When**: by a daily rhythm, ``1 + 0.8 · sin``, highest in the afternoon. Questions and upvotes
  are mixed evenly; but a question is public only 8,000 actions (minutes) after it was asked, so
  that the first of all actions are questions.
- **What** is supported: with 0.75 the question of a random earlier upvote, else any public one (the
  rule of Simon and Yule: people see what stands above). Then the share of questions with at least
  k upvotes falls as k^-1.33; the first have four thousand, half of all at most ten.
- **Who** acts: people come in evenly over all actions; else it is with 0.5 the person of a random
  earlier upvote, else anyone who has come. The share of people with at least k falls as k^-2.
- Of all upvotes one in a hundred is taken back a little later, and one in a hundred is sent twice,
  as a phone does that heard no answer. Both come on top; neither counts as an upvote.
"""

import math
import random
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

PEOPLE, QUESTIONS, UPVOTES = 92_927, 104_127, 3_606_825
HOURS = 48
MINUTE_MS = 60_000
LIKE_OTHERS, LIKE_BEFORE = 0.75, 0.5
UNTIL_PUBLIC = 8_000
LATER = 50
ONE_IN = 100
ASK, UPVOTE, TAKE_BACK, AGAIN = range(4)


class Action(NamedTuple):
    """What happens: its moment and that of the tap in ms since the beginning, who, on which."""

    at: int
    intent: int
    kind: int
    person: int
    number: int


class Crowd:
    """Draws an evening of ``scale`` times the size; ``sets`` is the model of what it comes to.

    The model is as simple as can be: for each question the set of the people who support it.
    """

    def __init__(self, scale: float = 1, seed: int = 2009) -> None:
        """Begin before the first action; questions are numbered from 1."""
        self.people = round(PEOPLE * scale)
        self.questions = round(QUESTIONS * scale)
        self.upvotes = round(UPVOTES * scale)
        self.until_public = max(300, round(UNTIL_PUBLIC * scale))
        self.sets: list[set[int]] = [set()]
        self._dice = random.Random(seed)
        self._come = 0
        self._earlier: tuple[array[int], array[int]] = array("I"), array("I")
        self._asked: deque[int] = deque()
        self._public = 0

    def actions(self) -> Iterator[Action]:
        """Return everything that happens, in order."""
        total, asks = self.questions + self.upvotes, self.questions
        due: deque[Action] = deque()
        for place, at in enumerate(self._moments(total)):
            while due and due[0].at <= at:
                yield self._repeat(due.popleft())
            if self._asked and self._asked[0] <= place:
                self._asked.popleft()
                self._public += 1
            left = total - place
            if not self._public or self._dice.random() * left < asks:
                asks -= 1
                yield self._ask(at, place, left)
                continue
            action = self._upvote(at, left)
            yield action
            kind = {0: TAKE_BACK, 1: AGAIN}.get(self._dice.randrange(ONE_IN))
            if kind is not None:
                due.append(action._replace(at=at + MINUTE_MS, kind=kind))
        yield from map(self._repeat, due)

    def _moments(self, count: int) -> list[int]:
        """Return as many moments in order, denser by day."""
        hours = (minute / 60 for minute in range(HOURS * 60))
        sums = list(accumulate(1 + 0.8 * math.sin(2 * math.pi * (h - 9) / 24) for h in hours))
        dice = self._dice
        places = (bisect_left(sums, dice.random() * sums[-1]) for _ in range(count))
        return sorted(place * MINUTE_MS + dice.randrange(MINUTE_MS) for place in places)

    def _ask(self, at: int, place: int, left: int) -> Action:
        person = self._person(left)
        self.sets.append({person})
        self._asked.append(place + self.until_public)
        return Action(at, at, ASK, person, len(self.sets) - 1)

    def _upvote(self, at: int, left: int) -> Action:
        person, number = self._person(left), self._question()
        while person in self.sets[number]:
            if self._dice.randrange(ONE_IN) == 0:  # there are some who support nearly everything
                person = self._known()
            number = self._question()
        self.sets[number].add(person)
        for earlier, one in zip(self._earlier, (person, number), strict=True):
            earlier.append(one)
        return Action(at, at, UPVOTE, person, number)

    def _repeat(self, action: Action) -> Action:
        if action.kind == AGAIN:
            return action
        self.sets[action.number].discard(action.person)
        return action._replace(intent=action.at)

    def _person(self, left: int) -> int:
        if self._dice.random() * left < self.people - self._come:
            self._come += 1
            return self._come
        return self._known()

    def _known(self) -> int:
        return self._drawn(0, LIKE_BEFORE, self._come)

    def _question(self) -> int:
        return self._drawn(1, LIKE_OTHERS, self._public)

    def _drawn(self, which: int, likely: float, most: int) -> int:
        """Return what a random earlier upvote had, or with equal chance any up to ``most``."""
        earlier = self._earlier[which]
        if earlier and self._dice.random() < likely:
            return earlier[int(self._dice.random() * len(earlier))]
        return 1 + int(self._dice.random() * most)
