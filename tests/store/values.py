"""Events of every kind as hypothesis draws them, and batches made of them."""

import types
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from dialog.forum.events import Acted, Axis, Change, Entry, Event, Tap, Upvoted
from dialog.forum.journal import Batch, Line, Place
from dialog.forum.names import Outcome, Phase, Review
from dialog.store.journal import Journal
from dialog.store.payloads import AXES, KINDS

NOW = 1_796_317_205_345
WHOLE = st.integers(0, 2**53)
NUMBER = st.integers(0, 2**31 - 1)  # of a question or a person, as the columns hold it


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Draw any value of a type that events are made of."""
    if kind is Change:
        return changes()
    if kind is int:
        return WHOLE
    if kind is str:
        return st.text(max_size=9)
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*map(values, get_args(kind)))
    if get_origin(kind) is tuple:
        return tuples(get_args(kind))
    if kind is Tap or is_dataclass(kind):
        return parts(kind)
    return st.sampled_from(kind) if issubclass(kind, Enum) else st.from_type(kind)


def tuples(inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if inner[-1] is Ellipsis:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    return st.tuples(*map(values, inner))


def parts(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return st.builds(kind, **{name: values(hints[name]) for name in names})


def changes() -> st.SearchStrategy[Change]:
    def change(axis: Axis) -> st.SearchStrategy[Change]:
        value = values(AXES[axis])
        return st.builds(Change, st.just(axis), NUMBER, value, value)

    return st.sampled_from(Axis).flatmap(change)


def events() -> st.SearchStrategy[Event]:
    """Draw an event of any kind."""
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: values(KINDS[kind]))


def entries(drawn: Iterable[Event], *, after: int = 0) -> tuple[Entry, ...]:
    """Give events their numbers."""
    return tuple(
        Entry(number, NOW + number, number % 7, event)
        for number, event in enumerate(drawn, after + 1)
    )


def batch(*drawn: Event, after: int = 0, texts: tuple[tuple[int, str], ...] = ()) -> Batch:
    """Make a batch; its texts come with the last entry."""
    made = entries(drawn, after=after)
    last = made[-1]
    told = Entry(last.number, last.at, last.person, last.event, texts)
    return Batch((*made[:-1], told), phase=Phase.LIVE)


def upvoted(*people: int) -> Upvoted:
    """Taps of some people on question 1."""
    return Upvoted(tuple(Tap(person, 1, True, NOW) for person in people))


def acted(axis: Axis, before: Any, after: Any) -> Acted:
    """An act that changes one axis of question 1."""
    return Acted("edit", (Change(axis, 1, before, after),))


def line(number: int, upvotes: int, rev: int = 1) -> Line:
    """A public question's line."""
    review, outcome = Review.APPROVED, Outcome.OPEN
    return Line(number, NOW, review, None, 0, outcome, "Verkehr", upvotes, number, rev)


async def store(journal: Journal, slug: str, told: Batch) -> None:
    """Append a batch, whatever others have stored."""
    await journal.append(slug, Place("", 0, 0), lambda _tail: told)
