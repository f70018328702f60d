"""The session that a record tells of: for a record without a journal that somebody has to care for.

Who asked and who supported is not in a record, nor are the texts of what was not public: of those
only how many there were, so the numbers under which they stand here are any that are free.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dialog.forum.events import Fact, Recorded
from dialog.forum.names import Amended, Kind, Outcome, Phase, Reason, Review, Show
from dialog.forum.question import (
    Amendment,
    Answer,
    Correction,
    Kept,
    Recalled,
    Result,
    Standing,
    Wording,
)

Record = Mapping[str, Any]


class Texts:
    """The texts of a session in the making, each under its number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.bodies: list[tuple[int, str]] = []

    def write(self, body: str | None) -> int:
        """Give a text its number; nothing has none (0)."""
        if not body:
            return 0
        self.bodies.append((len(self.bodies) + 1, body))
        return len(self.bodies)


def founding(record: Record, *, named: bool) -> Fact:
    """Return the fact with which a session begins that adds up to this record.

    ``named`` says that the names in it may stay for good: those that might not are gone already.
    """
    texts = Texts()
    told = [_question(record, question, texts, named=named) for question in record["questions"]]
    public = [one for group in told for one in group]
    questions = sorted((*public, *_others(record, public)), key=lambda one: one.number)
    figures = record["figures"]
    at = _ms(record["published"])
    event = Recorded(Phase.PUBLISHED, at, tuple(questions), figures["voters"])
    return Fact(event, tuple(texts.bodies))


def _question(record: Record, question: Record, texts: Texts, *, named: bool) -> list[Recalled]:
    """Return a public question, and those that were merged into it."""
    number, answer, removed = question["number"], question["answer"], question["removed"]
    kept = Recalled(
        number,
        _ms(question["asked"]),
        _wording(question, texts, named=named),
        Standing(Review.APPROVED),
        Result(Outcome(question["outcome"]), _ms(question["outcome_at"])),
        question["topic"] or "",
        _answer(record, question, texts) if answer else None,
        texts.write(removed["why"]) if removed else 0,
        question["upvotes"],
        tuple(Amendment(_ms(one["at"]), Amended(one["what"])) for one in question["changes"]),
    )
    standing = Standing(Review.MERGED, into=number)
    merged = [
        Recalled(one["number"], kept.asked, Wording(texts.write(one["text"])), standing)
        for one in question["merged"]
    ]
    return [kept, *merged]


def _wording(question: Record, texts: Texts, *, named: bool) -> Wording:
    return Wording(
        texts.write(question["text"]),
        background=texts.write(question["background"]),
        name=texts.write(question["asker"]),
        district=texts.write(question["district"]),
        show=Show.NAME if question["asker"] else Show.ANONYMOUS,
        edited=question["edited"],
        archive=named,
    )


def _answer(record: Record, question: Record, texts: Texts) -> Answer:
    answer, kept = question["answer"], question["answer"]["kept"]
    at = answer["at"] or question["outcome_at"] or record["published"]
    return Answer(
        texts.write(answer["text"]),
        Kind(answer["kind"]),
        Outcome(question["outcome"]),
        0,
        _ms(at),
        by=texts.write(answer["by"]),
        until=answer["until"] or "",
        to=texts.write(answer["to"]),
        sources=tuple(map(texts.write, answer["sources"])),
        minute=answer["minute"],
        released=True,
        kept=Kept(_ms(kept["at"]), texts.write(kept["text"]), _corrections(kept, texts))
        if kept
        else None,
        corrections=_corrections(answer, texts),
    )


def _corrections(corrected: Record, texts: Texts) -> tuple[Correction, ...]:
    return tuple(
        Correction(_ms(one["at"]), texts.write(one["before"])) for one in corrected["corrections"]
    )


def _others(record: Record, public: list[Recalled]) -> Iterator[Recalled]:
    """Yield what was not public, so that the figures say again what they said."""
    taken = {one.number for one in public}
    most = max((record["figures"]["received"], *taken))
    free = iter([number for number in range(1, most + 1) if number not in taken])
    merged = sum(one.standing.review is Review.MERGED for one in public)
    for standing, count in _counts(record["figures"], merged):
        for _ in range(count):
            yield Recalled(next(free), 0, Wording(0), standing)


def _counts(figures: Record, merged: int) -> Iterator[tuple[Standing, int]]:
    for reason, count in figures["returned"].items():
        yield Standing(Review.RETURNED, Reason(reason)), count
    yield Standing(Review.STAGE_ONLY), figures["stage_only"]
    yield Standing(Review.WITHDRAWN), figures["withdrawn"]
    yield Standing(Review.UNREVIEWED), figures["unreviewed"]
    yield Standing(Review.MERGED), figures["merged"] - merged


def _ms(moment: str | None) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else 0
