"""Figures of moderation: sentences, table and picture say the same, and add up."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dialog.web.figures import Figures, figures
from dialog.web.templating import render
from tests.archive.records import record

EXAMPLE = Path(__file__).parents[2] / "sessions/2026-10-06-wohnen-und-ankommen/transcript.json"
TODAY = date(2026, 11, 26)
RECORDS = [json.loads(EXAMPLE.read_text("utf-8")), *(record(n, n) for n in (3, 50, 200, 2_000))]


@pytest.fixture(params=RECORDS, ids=lambda one: one["slug"])
def published(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_question_received_stands_in_exactly_one_line(published, lang: str) -> None:
    made = figures(published, TODAY, lang)
    whole = [line.questions for line in made.reviewed if not line.part]
    assert sum(whole) == made.received == published["figures"]["received"]
    parts = [line.questions for line in made.reviewed if line.part]
    assert sum(parts) == whole[2], "the reasons of a return add up to the returned"
    assert sum(line.questions for line in made.outcomes) == whole[0] == len(published["questions"])
    assert made.public == len(published["questions"]) + sum(
        len(q["merged"]) for q in published["questions"]
    )
    promised = published["figures"]["outcomes"]["promised"]
    assert sum(made.promises) == promised
    assert min(made.promises) >= 0


def test_a_promise_is_overdue_from_the_day_after_it_fell_due() -> None:
    example = RECORDS[0]
    assert figures(example, date(2026, 11, 20), "de").promises == (2, 0, 2)
    assert figures(example, date(2026, 11, 21), "de").promises == (2, 1, 1)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_picture_says_what_the_lines_say(published, lang: str) -> None:
    made = figures(published, TODAY, lang)
    svg = render("figures", lang, record=published, figures=made)
    shown = [int(re.sub(r"\D", "", n)) for n in re.findall(r'font-weight="700">([\d.,]+)<', svg)]
    lines = [*made.reviewed, *made.outcomes]
    assert shown == [made.received, *(line.questions for line in lines)]
    said = re.search(r"<desc[^>]*>([^<]*)", svg)
    assert said
    for line in lines:
        assert line.label in svg
        if not line.part:
            assert re.search(rf"{line.label}: {_number(line.questions)}\b", said[1])
    _bars_are_as_long_as_their_numbers(svg, made)
    assert "style" not in svg.replace("font-style", "")
    assert "href" not in svg


def _bars_are_as_long_as_their_numbers(svg: str, made: Figures) -> None:
    drawn = re.findall(
        r'<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)" height="14" fill="#(\w+)"', svg
    )
    lengths: dict[int, float] = {}
    for x, y, width, colour in drawn:
        if colour != "e6edf5":
            assert float(x) + float(width) <= 760.2
            lengths[int(y)] = max(lengths.get(int(y), 0), float(width))
    counts = [made.received, *(line.questions for line in (*made.reviewed, *made.outcomes))]
    expected = [count * 400 / made.received for count in counts if count]
    assert [lengths[y] for y in sorted(lengths)] == pytest.approx(expected, abs=0.1)


def _number(count: int) -> str:
    return re.escape(f"{count:,}") if count < 1_000 else rf"{count // 1_000}[.,]{count % 1_000:03}"
