"""The report of a rehearsal: one HTML file that needs nothing beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dialog.rehearsal.figures import Figures, Spread
from dialog.rehearsal.pictures import Series, bars, course
from dialog.rehearsal.verdict import Verdict
from dialog.rehearsal.words import Words

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with the table that says the same; without a picture there was nothing."""

    title: str
    picture: Markup | None
    heads: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()


def report(url: str, played: datetime, found: Figures, verdict: Verdict, words: Words) -> str:
    """Return the report; ``url`` is the rehearsal's address, without anything secret."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [
        (words("address"), url),
        (words("played"), format_datetime(played, "long", locale=words.lang)),
        *_rows(found, words),
    ]
    shown = tuple(_shown(found, words))
    page = environment.get_template("report.html")
    return page.render(words=words, verdict=verdict, rows=rows, shown=shown)


def _rows(found: Figures, words: Words) -> Iterator[tuple[str, str]]:
    yield words("lasted"), words.time(found.seconds)
    yield words("people"), words.number(found.arrived)
    yield words("most_present"), words.number(found.most_present)
    yield words("polling"), words.number(found.polling)
    yield words("forced"), words.number(found.had_to_poll)
    yield words("asked"), words.number(found.asked)
    yield words("approved"), words.number(found.approved)
    yield words("upvotes"), words.number(found.upvotes)
    yield words("row_answers"), _spread(found.answers, words)
    yield words("row_screens"), _spread(found.screens, words)
    pairs = words.number(found.screens.count)
    yield words("pairs"), words("sampled", detail=pairs) if found.sampled else pairs
    yield words("row_returns"), _spread(found.returns, words)
    yield words("row_proven"), words.number(found.proven)
    closed = ", ".join(f"{code} ({count})" for code, count in sorted(found.closed.items()))
    yield words("row_closed"), closed or words("none")
    yield words("row_turned_away"), words.number(found.turned_away)
    mean, most = words.share(found.cpu), words.share(found.most_cpu)
    yield words("row_cpu"), words("cpu", mean=mean, most=most)


def _spread(one: Spread, words: Words) -> str:
    if not one.count:
        return words("none")
    p50, p90, p99 = (words.time(value) for value in (one.p50, one.p90, one.p99))
    return words("spread", p50=p50, p90=p90, p99=p99)


def _shown(found: Figures, words: Words) -> Iterator[Shown]:
    bins = found.bins
    ats = [one.at for one in bins]
    second, count = words("seconds"), words("count")
    yield _course(found, words)
    steps = [step for step, _ in found.histogram]
    labels = [words.time(step) if step else words("above") for step in steps]
    values = [value for _, value in found.histogram]
    title = words("fig_histogram")
    yield Shown(
        title,
        bars(title, labels, Series(count, values, "one"), words.number) if sum(values) else None,
        (words("up_to"), count),
        [(label, words.number(value)) for label, value in zip(labels, values, strict=True)],
    )
    for key, row in (
        ("fig_answers", [one.answers for one in bins]),
        ("fig_present", [float(one.present) for one in bins]),
        ("fig_returns", [float(one.returns) for one in bins]),
    ):
        title, named = words(key), [f"{at:.0f}" for at in ats]
        drawn = bars(title, named, Series(count, row, "one"), words.number) if any(row) else None
        lines = [(at, words.number(value)) for at, value in zip(named, row, strict=True)]
        yield Shown(title, drawn, (second, count), lines)
    counts = {**found.refusals, **found.limits}
    title, refused = words("fig_refusals"), Series(count, list(counts.values()), "two")
    drawn = bars(title, list(counts), refused, words.number) if counts else None
    lines = [(code, words.number(value)) for code, value in counts.items()]
    yield Shown(title, drawn, (words("code"), count), lines)


def _course(found: Figures, words: Words) -> Shown:
    bins = [one for one in found.bins if one.screens.count]
    heads = (words("seconds"), words("half"), words("p99"))
    title = words("fig_course")
    if not bins:
        return Shown(title, None)
    rows = (
        Series(words("half"), [one.screens.p50 for one in bins], "one"),
        Series(words("p99"), [one.screens.p99 for one in bins], "two"),
    )
    picture = course(title, [one.at for one in bins], rows, words.time, "s")
    lines = [
        (f"{one.at:.0f}", words.time(one.screens.p50), words.time(one.screens.p99)) for one in bins
    ]
    return Shown(title, picture, heads, lines)
