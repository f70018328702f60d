"""Windows: what is carried of too many questions, and that clients with deltas lack nothing."""

import random

import msgspec
import pytest

from dialog.forum import commands as c
from dialog.forum.board import Board, Delta, Kept, Sheet, Snapshot
from dialog.forum.evolve import evolve
from dialog.forum.names import Phase, Review, Stream
from dialog.forum.session import Session
from dialog.forum.state import State
from dialog.forum.views import session_row, visible
from dialog.forum.window import PARTS, RANKS, Extent
from tests.forum.evening import BORIS, CARLA, DORA, MARA, Evening
from tests.forum.laws import Picture, applied, picture
from tests.forum.steps import WAITS, WEIGHTED, Step

SMALL = Extent(
    whole=7, ranked=4, leaving=5, newest=2, answered=2, waiting=3, second=2, claimed=1, worked=2,
    decided=2, reserve=6, gone=6,
)  # fmt: skip
TURNS = {"phase", "conclude", "publish", "pause", "declare", "mute", "accept", "order"}
CROWDED = ("ask", "approve", "approve", "upvote", "upvote", "unmerge", "hide") * 12
OFTEN = tuple(do for do in (*WEIGHTED, *CROWDED) if do not in TURNS)


class Screens:
    """Clients of one board that know only what they were sent, and one that comes back late."""

    def __init__(self, board: Board) -> None:
        """Begin with an empty screen for each stream."""
        self.board = board
        self.known: dict[Stream, dict[int, Picture]] = {stream: {} for stream in Stream}

    def look(self, lots: random.Random) -> None:
        """Bring every screen up to date; all must show what a fresh one shows."""
        for stream, sheet in self.board.sheets.items():
            known = self.known[stream]
            fresh = _whole(sheet)
            for seq in {max(known, default=-1), *lots.sample(sorted(known), min(4, len(known)))}:
                assert self._brought(sheet, known.get(seq, ({}, {})), seq) == fresh, (stream, seq)
            known[sheet.seq] = fresh

    def _brought(self, sheet: Sheet, before: Picture, seq: int) -> Picture:
        made = sheet.since(seq)
        if isinstance(made, Delta):
            assert (made.start, made.end) == (seq, sheet.seq)
            return applied(before, made)
        assert seq <= sheet.horizon
        return _whole(sheet)


def _whole(sheet: Sheet) -> Picture:
    made = sheet.snapshot()
    return made.session, {row["number"]: row for row in made.questions}


def _firsts(session: Session, stream: Stream, part: str, size: int) -> set[int]:
    """Return the first of a part, found by looking at every question."""
    shown = (q for n, q in session.questions.items() if visible(session, stream, n))
    ranks = ((RANKS[part](session, q), q.number) for q in shown)
    return {number for _, number in sorted(r for r in ranks if r[0] is not None)[:size]}


def check(session: Session, sheet: Sheet) -> None:
    """Check that a stream carries what it should, and every row as it is."""
    stream, extent = sheet.stream, sheet.extent
    row, rows = picture(session, stream)
    made = _whole(sheet)
    assert made[0] == row
    if len(rows) <= extent.whole:
        assert made == (row, rows)
        return
    placed = {n for n in (*session.stage.order, session.stage.now) if n in rows}
    least, most = set(placed), set(placed)
    for part in PARTS[stream]:
        size = getattr(extent, part)
        least |= _firsts(session, stream, part, size)
        most |= _firsts(session, stream, part, extent.leaving if part == "ranked" else size)
    assert least <= made[1].keys() <= most
    assert made[1] == {n: rows[n] for n in made[1]}


@pytest.mark.parametrize("seed", range(12))
def test_screens_with_deltas_show_what_a_fresh_one_shows(seed: int):
    lots = random.Random(seed)
    evening = Evening(Phase.LIVE, second_person=seed % 2 == 1, extent=SMALL)
    evening.board.settle(evening.session)
    screens = Screens(evening.board)
    for turn in range(250):
        dos = OFTEN if turn < 200 else WEIGHTED
        for _ in range(lots.randrange(4)):
            draws = (lots.randrange(256) for _ in range(4))
            step = Step(lots.choice(dos), lots.choice(WAITS[:4]), *draws)
            evening.wait(step.wait)
            evening.do(step.command(evening), step.whom())
        evening.board.settle(evening.session)
        for sheet in evening.board.sheets.values():
            check(evening.session, sheet)
        screens.look(lots)
    assert evening.board.sheets[Stream.DESK].window is not None


@pytest.mark.parametrize("seed", range(4))
def test_a_board_kept_with_a_window_goes_on_the_same(seed: int):
    lots = random.Random(100 + seed)
    evening = Evening(Phase.LIVE, extent=SMALL)
    crowd(evening, 20, lots)
    stored = msgspec.json.encode(evening.board.kept())
    session, board = Session(), Board(SMALL)
    for entry in evening.journal:
        board.follow(session, evolve(session, entry))
    begun = Board.begin(session, msgspec.json.decode(stored, type=Kept), SMALL)
    assert begun.sheets == evening.board.sheets
    assert begun.kept() == evening.board.kept()
    crowd(evening, 5, lots)
    for entry in evening.journal[session.seq :]:
        begun.follow(session, evolve(session, entry))
    begun.settle(session)
    for stream, sheet in begun.sheets.items():
        check(session, sheet)
        assert sheet.horizon == sheet.seq == session.seq
        assert not sheet.resumable(sheet.seq), "another process had another window"
        assert sheet.session == session_row(session, stream)


@pytest.mark.parametrize("seed", range(8))
def test_a_journal_caught_up_with_shows_what_one_followed_entry_by_entry_shows(seed: int):
    lots = random.Random(200 + seed)
    evening = Evening(Phase.LIVE, extent=SMALL)
    crowd(evening, 12 + seed, lots)
    cut = len(evening.journal) - lots.randrange(6)
    followed, caught = (State.begin(evening.session.texts, SMALL) for _ in range(2))
    for entry in evening.journal[:cut]:
        followed.follow(entry)
    for some in (evening.journal[:3], evening.journal[3 : cut - 9], evening.journal[cut - 9 : cut]):
        caught.catch_up(some)
    assert caught.board.windowed
    crowd(evening, 3, lots)
    for state in (followed, caught):
        state.session.texts.update(evening.session.texts)
        state.board.settle(state.session)
    known = {stream: sheet.seq for stream, sheet in caught.board.sheets.items()}
    assert set(known.values()) == {cut}
    for one in [None, *evening.journal[cut:]]:
        for state in (followed, caught):
            if one is not None:
                state.follow(one)
            state.board.settle(state.session)
        for stream, sheet in caught.board.sheets.items():
            check(caught.session, sheet)
            expected = followed.board.sheets[stream]
            assert (sheet.seq, sheet.horizon) == (expected.seq, expected.horizon)
            assert sheet.snapshot() == expected.snapshot()
            assert isinstance(sheet.since(known[stream] - 1), Snapshot)
            assert sheet.since(known[stream]) == expected.since(known[stream])


def test_what_was_caught_up_with_before_there_is_a_window_keeps_every_version():
    evening = Evening(Phase.LIVE, extent=SMALL)
    for number in range(3):
        evening.public(f"Frage {number}?")
    state = State.begin(evening.session.texts, SMALL)
    state.catch_up(evening.journal)
    assert state.board.sheets == evening.board.sheets


def crowd(evening: Evening, count: int, lots: random.Random) -> None:
    """Let many ask, all be approved, and some be supported."""
    numbers = [evening.public(f"Frage {lots.random()}?") for _ in range(count)]
    for number in lots.sample(numbers, count // 2):
        evening.upvote(number, lots.choice((BORIS, CARLA, DORA)))
    evening.board.settle(evening.session)


def test_a_window_opens_above_its_size_and_closes_again():
    evening = Evening(Phase.LIVE, extent=SMALL)
    evening.board.settle(evening.session)
    floor = evening.board.sheets[Stream.FLOOR]
    numbers = [evening.public(f"Frage {i}?") for i in range(7)]
    evening.board.settle(evening.session)
    assert (floor.window, set(floor.shown)) == (None, set(numbers))
    seq = floor.seq
    numbers.append(evening.public("Noch eine?"))
    evening.board.settle(evening.session)
    assert set(floor.shown) == {*numbers[:4], *numbers[-2:]}
    assert floor.delta(seq).gone == numbers[4:6]
    assert floor.resumable(seq), "this process knows what was shown before"
    seq = floor.seq
    evening.told(c.Hide(numbers[0], evening.rev(numbers[0])), MARA)
    evening.board.settle(evening.session)
    assert floor.window is None
    assert set(floor.shown) == set(numbers[1:])
    assert [row["number"] for row in floor.delta(seq).questions] == numbers[4:6]


def test_ties_do_not_flap_and_a_better_one_enters_whole():
    evening = Evening(Phase.LIVE, extent=SMALL)
    crowd(evening, 0, random.Random(1))
    numbers = [evening.public(f"Frage {i}?") for i in range(12)]
    evening.board.settle(evening.session)
    floor = evening.board.sheets[Stream.FLOOR]
    last, better = numbers[3], numbers[7]
    seq = floor.seq
    evening.upvote(better, BORIS)
    evening.board.settle(evening.session)
    delta = floor.delta(seq)
    assert [row["number"] for row in delta.questions] == [better]
    assert "text" in delta.questions[0]
    assert delta.gone == [], "the last one is at the fifth place, and stays until it is behind"
    seq = floor.seq
    evening.upvote(numbers[8], BORIS)
    evening.board.settle(evening.session)
    assert floor.delta(seq).gone == [last]


def test_a_count_outside_the_window_moves_the_number_and_no_row():
    evening = Evening(Phase.LIVE, extent=SMALL)
    numbers = [evening.public(f"Frage {i}?") for i in range(12)]
    for number in numbers[:6]:
        evening.upvote(number, CARLA)
        evening.upvote(number, DORA)
    evening.board.settle(evening.session)
    floor = evening.board.sheets[Stream.FLOOR]
    seq = floor.seq
    assert numbers[8] not in floor.shown
    evening.upvote(numbers[8], BORIS)
    evening.board.settle(evening.session)
    assert floor.seq == evening.session.seq > seq
    assert floor.delta(seq) == Delta(seq, floor.seq, None, [], [])
    before = dict(floor.shown)
    evening.board.settle(evening.session)
    assert floor.shown == before


def test_all_are_looked_at_only_when_too_few_candidates_are_left():
    evening = Evening(Phase.LIVE, extent=SMALL)
    numbers = [evening.public(f"Frage {i}?") for i in range(20)]
    for number in numbers[:6]:
        evening.upvote(number, BORIS)
    evening.board.settle(evening.session)
    floor = evening.board.sheets[Stream.FLOOR]
    assert floor.window is not None
    ranked = floor.window.parts["ranked"]
    assert (len(ranked.near), ranked.bar is None) == (6, False)
    for number in numbers[:2]:
        evening.told(c.Hide(number, evening.rev(number)), MARA)
    evening.board.settle(evening.session)
    assert set(ranked.near) == set(numbers[2:8])
    check(evening.session, floor)


def test_what_is_long_gone_is_forgotten_and_who_had_it_begins_anew():
    evening = Evening(Phase.LIVE, extent=SMALL)
    evening.board.settle(evening.session)
    floor = evening.board.sheets[Stream.FLOOR]
    for i in range(30):
        evening.public(f"Frage {i}?")
        evening.board.settle(evening.session)
    assert 0 < floor.horizon < floor.seq
    assert len(floor.recent) - len(floor.shown) <= SMALL.gone
    assert not floor.resumable(floor.horizon)
    assert not isinstance(floor.since(floor.horizon - 1), Delta)
    assert isinstance(floor.since(floor.horizon), Delta)
    assert not isinstance(floor.since(-1), Delta)


def test_the_desk_has_the_oldest_that_wait_and_what_is_being_worked_on():
    evening = Evening(Phase.LIVE, extent=SMALL)
    numbers = [evening.ask(f"Frage {i}?", who) for i, who in enumerate((BORIS, CARLA) * 8)]
    evening.told(c.Claim(numbers[9]), MARA)
    evening.approve(numbers[11])
    evening.give_back(numbers[12])
    evening.told(c.Appeal(numbers[12], "Bitte."), BORIS)
    evening.board.settle(evening.session)
    desk = evening.board.sheets[Stream.DESK]
    assert set(desk.shown) == {*numbers[:3], numbers[9], numbers[11], numbers[12]}
    assert evening.q(numbers[9]).standing.review is Review.WAITING
