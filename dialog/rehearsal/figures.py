"""What a record adds up to: spreads in seconds, counts, and how all of it went over time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialog.rehearsal.record import Away, Record, Screen, Tap

PAIRS: Final = 2_000_000
LATELY_S: Final = 3.0
LATELY_PAIRS: Final = 4_000
BINS: Final = 60
STEPS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How some durations spread, in seconds; of none all is 0."""

    count: int = 0
    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    most: float = 0.0


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which half of all or more were away against their will, in s from the start."""

    since: float
    lasted: float
    people: int
    over: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """A piece of the rehearsal: from when (s from the start), and what went on per second."""

    at: float
    answers: float
    refusals: float
    present: int
    returns: int
    screens: Spread


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is reported."""

    seconds: float
    invited: int
    joined: int
    arrived: int
    most_present: int
    polling: int
    had_to_poll: int
    asked: int
    approved: int
    upvotes: int
    answers: Spread
    screens: Spread
    sampled: bool
    returns: Spread
    outages: tuple[Outage, ...]
    refusals: Mapping[str, int]
    limits: Mapping[str, int]
    closed: Mapping[int, int]
    drifts: Mapping[str, int]
    unanswered: int
    turned_away: int
    still_away: int
    proven: int
    missing: int
    unproven: int
    faults: Mapping[str, int]
    cpu: float
    most_cpu: float
    late: float
    histogram: tuple[tuple[float, int], ...]
    bins: tuple[Bin, ...]


def spread(values: Sequence[float]) -> Spread:
    """Return how durations spread: the nearest rank, nothing between two values."""
    if not values:
        return Spread()
    ordered = sorted(values)
    p50, p90, p99 = (ordered[rank(len(ordered), share)] for share in (0.5, 0.9, 0.99))
    return Spread(len(ordered), p50, p90, p99, ordered[-1])


def rank(count: int, share: float) -> int:
    """Return which of ``count`` ordered values has ``share`` of them at or below it."""
    return max(0, -int(-count * share // 1) - 1)


def figures(record: Record) -> Figures:
    """Return the figures of a record."""
    taps = _sampled(record.taps, PAIRS // max(1, len(record.screens)))
    pairs = [(tap.at, late) for tap in taps for late in _seen(tap, record.screens)]
    outages = tuple(_outages(record))
    calm = [one for one in record.aways if one.came_back and not _within(one, record, outages)]
    seconds = [sample.cpu for sample in record.samples]
    return Figures(
        seconds=record.lasted,
        invited=record.invited,
        joined=record.joined,
        arrived=record.arrived,
        most_present=max((sample.present for sample in record.samples), default=0),
        polling=record.polling,
        had_to_poll=record.had_to_poll,
        asked=record.asked,
        approved=record.approved,
        upvotes=len(record.taps),
        answers=spread([tap.answered - tap.at for tap in record.taps if tap.steady]),
        screens=spread([late for _, late in pairs]),
        sampled=len(taps) < len(record.taps),
        returns=spread([one.back - (one.wanted if one.own else one.since) for one in calm]),
        outages=outages,
        refusals=Counter(code for _, code in record.refusals),
        limits=dict(record.limits),
        closed=dict(record.closed),
        drifts=dict(record.drifts),
        unanswered=record.unanswered,
        turned_away=record.turned_away,
        still_away=sum(not one.own and not one.came_back for one in record.aways),
        proven=record.proven,
        missing=record.missing,
        unproven=record.unproven,
        faults=dict(record.faults),
        cpu=sum(seconds) / len(seconds) if seconds else 0.0,
        most_cpu=max(seconds, default=0.0),
        late=spread([sample.late for sample in record.samples]).p90,
        histogram=_histogram([late for _, late in pairs]),
        bins=tuple(_bins(record, pairs)),
    )


def lately(record: Record, at: float) -> tuple[Spread, Spread, float]:
    """Return answers and screens of the last seconds before ``at``, and answers per second."""
    recent = []
    for tap in reversed(record.taps):
        if tap.answered < at - LATELY_S:
            break
        recent.append(tap)
    few = _sampled(recent, LATELY_PAIRS // max(1, len(record.screens)) + 1)
    screens = [late for tap in few for late in _seen(tap, record.screens)]
    answers = [tap.answered - tap.at for tap in recent if tap.steady]
    return spread(answers), spread(screens), len(recent) / LATELY_S


def _sampled(taps: Sequence[Tap], most: int) -> Sequence[Tap]:
    """Return at most that many taps, evenly chosen."""
    return taps[:: -(-len(taps) // most)] if most and len(taps) > most else taps


def _seen(tap: Tap, screens: Sequence[Screen]) -> Iterator[float]:
    """Return after how long a tap was on each other screen that followed live then."""
    for number, screen in enumerate(screens):
        place = bisect_left(screen.seqs, tap.seq)
        if number == tap.guest or place == len(screen.seqs) or not screen.live[place]:
            continue
        late = screen.times[place] - tap.at
        if late > 0:  # what changes nothing was there before
            yield late


def _histogram(values: Sequence[float]) -> tuple[tuple[float, int], ...]:
    """Return how many values lie at or below each step and above the one before; 0: above all."""
    counts = Counter(next((step for step in STEPS if value <= step), 0.0) for value in values)
    return tuple((step, counts[step]) for step in (*STEPS, 0.0))


def _outages(record: Record) -> Iterator[Outage]:
    """Return the times in which half of those who had arrived were away against their will."""
    half = max(2, record.arrived / 2)
    unwilling = [one for one in record.aways if not one.own]
    steps = sorted(
        [(one.since, 1, one.came_back) for one in unwilling]
        + [(one.back, -1, one.came_back) for one in unwilling if one.came_back]
    )
    away, most, since = 0, 0, 0.0
    for at, step, _ in steps:
        away += step
        most = max(most, away) if since else away
        if away >= half and not since:
            since = at
        elif away < half and since:
            yield Outage(since - record.began, at - since, most, over=True)
            since = 0.0
    if since:
        yield Outage(since - record.began, record.began + record.lasted - since, most, over=False)


def _within(one: Away, record: Record, outages: Sequence[Outage]) -> bool:
    """Tell whether somebody was away in an outage: that is no figure of reconnecting."""
    since, back = one.since - record.began, one.back - record.began
    return any(since <= o.since + o.lasted and back >= o.since for o in outages)


def _bins(record: Record, pairs: Sequence[tuple[float, float]]) -> Iterator[Bin]:
    """Return the course of it in at most sixty pieces of whole seconds."""
    width = max(1, -int(-record.lasted // BINS))
    count = max(1, -int(-record.lasted // width))

    def of(at: float) -> int:
        return min(count - 1, max(0, int((at - record.began) // width)))

    answers = Counter(of(tap.answered) for tap in record.taps)
    refusals = Counter(of(at) for at, _ in record.refusals)
    returns = Counter(of(one.back) for one in record.aways if one.came_back)
    screens: dict[int, list[float]] = {}
    for at, late in pairs:
        screens.setdefault(of(at), []).append(late)
    present = {of(sample.at): sample.present for sample in record.samples}
    here = 0
    for number in range(count):
        here = present.get(number, here)
        yield Bin(
            number * width,
            answers[number] / width,
            refusals[number] / width,
            here,
            returns[number],
            spread(screens.get(number, [])),
        )
