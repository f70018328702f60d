"""Several processes beside each other: a client that moves lacks nothing, whoever read when."""

import random
from dataclasses import replace

import pytest

from dialog.forum.board import Delta
from dialog.forum.events import Entry
from dialog.forum.journal import Opened, Tail
from dialog.forum.names import Phase, Stream
from dialog.hub.ledger import Ledger, Waiting
from tests.forum.evening import BORIS, CARLA, DORA, Evening
from tests.forum.laws import Picture, applied
from tests.forum.steps import WAITS, Step
from tests.forum.test_window import OFTEN, SMALL

EPOCH = "e7c0ffee00000001"
SHARED = replace(SMALL, leaving=SMALL.ranked)


class Processes:
    """Ledgers of one journal, as several processes have them."""

    def __init__(self, count: int, evening: Evening) -> None:
        self.evening = evening
        self.entries: list[Entry] = []
        self._store(evening.journal)
        self.ledgers = [self.open() for _ in range(count)]
        self.known: dict[Stream, list[tuple[int, Picture]]] = {stream: [] for stream in Stream}

    def open(self) -> Ledger:
        texts = dict(self.evening.session.texts)
        return Ledger(Opened(EPOCH, tuple(self.entries), texts, (), None, SHARED))

    def _store(self, entries: list[Entry]) -> None:
        self.entries += [Entry(e.number, e.at, e.person, e.event) for e in entries]

    def follow(self, ledger: Ledger) -> None:
        """Add up what others have stored."""
        tail = tuple(self.entries[ledger.session.seq :])
        ledger.follow(Tail(EPOCH, tail, dict(self.evening.session.texts)))

    def decide(self, ledger: Ledger, steps: list[Step]) -> None:
        """Let one process store a batch."""
        self.follow(ledger)
        self.evening.session = ledger.session
        waiting = []
        for step in steps:
            self.evening.wait(step.wait)
            waiting.append(Waiting(step.command(self.evening), step.whom()))
        draft = ledger.draft(waiting, self.evening.now)
        self._store(list(ledger.batch(draft).entries))

    def look(self, ledger: Ledger) -> None:
        """Let a client from anywhere come here, with whatever any process has told it."""
        self.follow(ledger)
        for stream, sheet in ledger.board.sheets.items():
            made = sheet.snapshot()
            fresh = made.session, {row["number"]: row for row in made.questions}
            for seq, before in self.known[stream]:
                if sheet.resumable(seq):
                    delta = sheet.since(seq)
                    assert isinstance(delta, Delta)
                    assert applied(before, delta) == fresh, (stream, seq, sheet.seq)
            self.known[stream].append((sheet.seq, fresh))


def drawn(lots: random.Random) -> Step:
    draws = (lots.randrange(256) for _ in range(4))
    return Step(lots.choice(OFTEN), lots.choice(WAITS[:4]), *draws)


@pytest.mark.parametrize("seed", range(8))
def test_a_client_that_moves_between_processes_lacks_nothing(seed: int) -> None:
    lots = random.Random(seed)
    evening = Evening(Phase.LIVE, extent=SHARED)
    for i in range(24):
        number = evening.public(f"Frage {i}?")
        for who in lots.sample((BORIS, CARLA, DORA), i % 3):
            evening.upvote(number, who)
    processes = Processes(3, evening)
    for turn in range(150):
        if turn % 50 == 49:
            processes.ledgers[lots.randrange(3)] = processes.open()
        ledger = lots.choice(processes.ledgers)
        if lots.random() < 0.6:
            processes.decide(ledger, [drawn(lots) for _ in range(lots.randrange(1, 4))])
        if lots.random() < 0.5:
            processes.look(ledger)
    assert all(one.board.sheets[Stream.FLOOR].window for one in processes.ledgers)
