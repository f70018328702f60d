"""The pictures of a report: inline SVG, drawn from numbers alone, coloured by its style sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDE, HIGH = 720, 240
LEFT, RIGHT, TOP, LOW = 88, 16, 28, 40
STEPS: Final = (1, 2, 4, 8, 10)
LINES: Final = 4

Said = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers, as a line or as bars; ``style`` names its colour in the style sheet."""

    name: str
    values: Sequence[float]
    style: str


def course(title: str, ats: Sequence[float], rows: Sequence[Series], said: Said, x: str) -> Markup:
    """Return lines over time: ``ats`` in seconds, ``said`` says a value of the upright axis."""
    top = nice(max((value for row in rows for value in row.values), default=0))
    last = max(ats[-1], 1)

    def point(at: float, value: float) -> str:
        return f"{_x(at / last):.1f},{_y(value / top):.1f}"

    lines = "".join(
        f'<polyline class="line {row.style}" points="'
        f'{" ".join(point(at, v) for at, v in zip(ats, row.values, strict=True))}"/>'
        for row in rows
    )
    marks = _clock(last, x)
    return _svg(title, _grid(top, said) + marks + lines + _legend(rows))


def bars(title: str, labels: Sequence[str], row: Series, said: Said) -> Markup:
    """Return upright bars, one for each label; where there are many, not every one is named."""
    top = nice(max(row.values, default=0))
    room = (WIDE - LEFT - RIGHT) / max(1, len(labels))
    every = max(1, -(-len(labels) // 10))
    drawn = []
    for place, (label, value) in enumerate(zip(labels, row.values, strict=True)):
        x, y = LEFT + place * room, _y(value / top)
        bar = f'<rect class="bar {row.style}" x="{x + room * 0.12:.1f}" y="{y:.1f}"'
        drawn.append(f'{bar} width="{room * 0.76:.1f}" height="{HIGH - LOW - y:.1f}"/>')
        if place % every == 0:
            drawn.append(_text(x + room / 2, HIGH - LOW + 20, label, "middle"))
    return _svg(title, _grid(top, said) + "".join(drawn))


def nice(most: float) -> float:
    """Return a round number at or above the highest value, for the top of an axis."""
    if most <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(most))) - 1) if most >= 1 else 1.0
    while most < power:
        power /= 10
    return next(step * power for step in STEPS if most <= step * power)


def _x(share: float) -> float:
    return LEFT + share * (WIDE - LEFT - RIGHT)


def _y(share: float) -> float:
    return HIGH - LOW - share * (HIGH - LOW - TOP)


def _grid(top: float, said: Said) -> str:
    drawn = []
    for line in range(LINES + 1):
        y = _y(line / LINES)
        drawn.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDE - RIGHT}"/>')
        drawn.append(_text(LEFT - 8, y + 5, said(top * line / LINES), "end"))
    return "".join(drawn)


def _clock(last: float, x: str) -> str:
    drawn = [
        _text(_x(part / LINES), HIGH - LOW + 20, f"{last * part / LINES:.0f}", "middle")
        for part in range(LINES)
    ]
    return "".join([*drawn, _text(_x(1), HIGH - LOW + 20, f"{last:.0f} {x}", "end")])


def _legend(rows: Sequence[Series]) -> str:
    drawn, x = [], LEFT
    for row in rows:
        drawn.append(f'<path class="line {row.style}" d="M{x} 12h24"/>')
        drawn.append(_text(x + 30, 17, row.name, "start"))
        x += 46 + 9 * len(row.name)
    return "".join(drawn)


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _svg(title: str, drawn: str) -> Markup:
    said = f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(title)}">{drawn}</svg>'
    return Markup(said)  # noqa: S704 - numbers, and texts that were escaped
