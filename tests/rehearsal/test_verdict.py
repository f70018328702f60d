"""What a record adds up to, and what is said of it in both languages."""

import re
import string
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import dialog.rehearsal
from dialog.demo import script
from dialog.demo.sessions import EVENING
from dialog.rehearsal.figures import Figures, Spread, figures, lately, rank, spread
from dialog.rehearsal.pictures import Series, bars, nice
from dialog.rehearsal.record import Away, Record, Sample, Tap, now
from dialog.rehearsal.report import report
from dialog.rehearsal.show import live, said
from dialog.rehearsal.verdict import Ready, judge
from dialog.rehearsal.volunteers import Questions
from dialog.rehearsal.words import LANGUAGES, Words, sentences

FOLDER = Path(dialog.rehearsal.__file__).parent
SESSIONS = Path(__file__).resolve().parents[2] / "sessions"


def a_record(people: int = 3, taps: int = 30) -> Record:
    """An evening of ten seconds: every tap is answered after 10 ms and seen after 100."""
    record = Record(began=100.0, ended=110.0, invited=people, joined=people, arrived=people)
    for _ in range(people):
        record.screen()
    for number in range(1, taps + 1):
        at = 100.0 + number / 4
        record.taps.append(Tap(number % people, at, at + 0.01, number, steady=True))
        for screen in record.screens:
            screen.seqs.append(number)
            screen.times.append(at + 0.1)
            screen.live.append(True)
    record.proven = taps
    record.samples = [Sample(100.0 + n, 0.2, 0.001, people) for n in range(1, 11)]
    return record


def of(record: Record, **changed: Any) -> Figures:
    return replace(figures(record), **changed)


# --- figures --------------------------------------------------------------------------------------


def test_ranks_are_of_values_that_were_measured() -> None:
    assert [rank(100, share) for share in (0.5, 0.9, 0.99)] == [49, 89, 98]
    assert [rank(1, share) for share in (0.5, 0.99)] == [0, 0]
    assert spread([]) == Spread()
    assert spread([3.0, 1.0, 2.0]) == Spread(3, 2.0, 3.0, 3.0, 3.0)


def test_every_tap_counts_once_on_each_other_screen() -> None:
    found = figures(a_record())
    assert found.screens.count == 30 * 2
    assert found.screens.p50 == pytest.approx(0.1)
    assert found.answers.p99 == pytest.approx(0.01)
    assert (found.upvotes, found.sampled, found.outages) == (30, False, ())
    assert dict(found.histogram)[0.2] + dict(found.histogram)[0.1] == 60
    assert sum(one.answers for one in found.bins) == 30


def test_screens_that_caught_up_and_taps_that_changed_nothing_do_not_count() -> None:
    record = a_record()
    record.screens[0].live = bytearray(30)
    assert figures(record).screens.count == 60 - sum(tap.guest != 0 for tap in record.taps)
    late = a_record(taps=1)
    late.taps[0] = replace(late.taps[0], at=109.0, answered=109.1)
    assert figures(late).screens.count == 0


def test_a_long_rehearsal_is_sampled() -> None:
    record = a_record(people=2, taps=40)
    record.taps *= 50_001
    assert figures(record).sampled


def test_an_outage_is_when_half_are_away_against_their_will() -> None:
    record = a_record(people=4)
    record.aways = [Away(n, 102.0 + n / 10, 102.0, 104.0, own=False) for n in range(4)]
    record.aways.append(Away(0, 106.0, 107.0, 107.5, own=True))
    found = figures(record)
    (outage,) = found.outages
    assert outage.since == pytest.approx(2.1)
    assert outage.lasted == pytest.approx(1.9)
    assert (outage.people, outage.over) == (4, True)
    assert found.returns == Spread(1, 0.5, 0.5, 0.5, 0.5)
    record.aways = [Away(n, 108.0, 108.0, 110.0, own=False, came_back=False) for n in range(4)]
    (on,) = figures(record).outages
    assert (on.over, figures(record).still_away) == (False, 4)
    assert on.lasted == pytest.approx(2.0)


def test_the_last_seconds_are_shown_while_it_plays() -> None:
    record = a_record()
    answers, screens, rate = lately(record, 107.6)
    assert answers.count == 12
    assert screens.count == 24
    assert rate == 4
    assert lately(record, 200.0) == (Spread(), Spread(), 0.0)
    record.began = now()
    assert "abgewiesen" in live(record, Words("de"))


# --- the verdict ---


def test_a_good_evening_is_ready() -> None:
    verdict = judge(of(a_record()), Words("de"))
    assert verdict.ready is Ready.READY
    assert verdict.sentence == (
        "Bereit für 3 Menschen: Antworten nach 10 ms, auf allen Bildschirmen nach 0,1 s."
    ).replace("10 ms", "10\N{NO-BREAK SPACE}ms").replace("0,1 s", "0,1\N{NO-BREAK SPACE}s")
    assert said(verdict, Words("de"))[1].startswith("Gemeint sind 99 von 100")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "key, changed",
    [
        ("came", {"arrived": 2}),
        ("answers", {"answers": Spread(9, 0.1, 1.0, 1.1, 3.0)}),
        ("screens", {"screens": Spread(9, 0.1, 1.0, 1.6, 3.0)}),
        ("returns", {"returns": Spread(9, 0.1, 1.0, 11.0, 12.0)}),
        ("kept", {"missing": 1}),
        ("proven", {"unproven": 1}),
        ("drifts", {"drifts": {"digest": 1}}),
        ("limits", {"limits": {"websocket 503": 4}}),
        ("refused", {"refusals": {"busy": 9, "duplicate": 90}}),
        ("unanswered", {"unanswered": 1}),
        ("stayed", {"still_away": 1}),
    ],
)
def test_each_fault_alone_makes_a_server_not_ready(key, changed, lang) -> None:
    words = Words(lang)
    verdict = judge(of(a_record(), **changed), words)
    assert verdict.ready is Ready.NOT_READY
    assert [check.key for check in verdict.reasons] == [key]
    told = "\n".join(said(verdict, words))
    assert "{" not in told
    assert verdict.reasons[0].why in told
    assert words(f"{key}_help") in told


def test_refusals_that_any_evening_has_are_no_fault() -> None:
    found = of(a_record(), refusals={"duplicate": 30, "conflict": 30})
    assert judge(found, Words("de")).ready is Ready.READY


def test_a_tool_that_was_too_slow_says_nothing_about_the_server() -> None:
    slow = {"answers": Spread(9, 1.0, 2.0, 3.0, 4.0), "late": 0.5}
    verdict = judge(of(a_record(), **slow), Words("en"))
    assert verdict.ready is Ready.UNCLEAR
    assert "could not keep up itself" in verdict.why
    assert verdict.reasons == ()
    lost = judge(of(a_record(), **slow, missing=2), Words("en"))
    assert lost.ready is Ready.NOT_READY
    good = judge(of(a_record(), late=0.5), Words("en"))
    assert (good.ready, len(good.notes)) == (Ready.READY, 1)
    faulty = judge(of(a_record(), faults={"KeyError": 1}), Words("en"))
    assert (faulty.ready, "KeyError (1)" in faulty.why) == (Ready.UNCLEAR, True)
    short = judge(of(a_record(taps=5)), Words("en"))
    assert (short.ready, "too few upvotes" in short.why) == (Ready.UNCLEAR, True)


def test_what_else_is_worth_knowing_is_noted() -> None:
    record = a_record(people=4)
    record.aways = [Away(n, 108.0, 108.0, 110.0, own=False, came_back=False) for n in range(4)]
    found = replace(figures(record), had_to_poll=3)
    notes = judge(found, Words("en"), stopped=True).notes
    assert [note.split()[0] for note in notes] == ["Ended", "Outage", "3"]


# --- words and pictures ---


def test_every_sentence_is_there_in_both_languages_with_the_same_places() -> None:
    for key, (german, english) in sentences().items():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (german, english)
        ]
        assert places[0] == places[1], key
        assert german.strip()
        assert english.strip()


def test_every_sentence_that_is_asked_for_is_there_and_every_one_is_used() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix in (".py", ".html")]
    sources = "".join(path.read_text("utf-8") for path in files)
    asked = set(re.findall(r'words\("(\w+)"[,)]', sources))
    assert asked <= sentences().keys()
    for key in sentences():
        stem = key.removesuffix("_why").removesuffix("_help")
        assert f'"{key}"' in sources or f'"{stem}"' in sources, key


def test_numbers_and_times_are_as_the_language_writes_them() -> None:
    german, english = Words("de"), Words("en")
    assert [german.number(n) for n in (0.25, 1.26, 1234567)] == ["0,25", "1,3", "1.234.567"]
    assert [w.time(0.0142).replace("\N{NO-BREAK SPACE}", " ") for w in (german, english)] == [
        "14 ms", "14 ms",
    ]  # fmt: skip
    assert [german.time(t).split("\N{NO-BREAK SPACE}")[1] for t in (0.2, 119, 130)] == [
        "s", "s", "min",
    ]  # fmt: skip
    assert (german.time(0), english.share(0.5)) == ("0\N{NO-BREAK SPACE}ms", "50%")


def test_axes_end_at_round_numbers() -> None:
    assert [nice(most) for most in (0, 0.03, 0.9, 1, 3, 9, 41, 100, 101)] == [
        1.0, 0.04, 1.0, 1, 4, 10, 80, 100, 200,
    ]  # fmt: skip


def test_a_picture_escapes_what_it_names() -> None:
    drawn = bars("<b>", ["<i>"], Series("x", [1.0], "one"), Words("de").number)
    assert "<b>" not in drawn
    assert "<i>" not in drawn


def test_an_evening_without_anything_has_a_report_as_well() -> None:
    found, words = figures(Record(began=0.0, ended=1.0, invited=3)), Words("de")
    url, verdict = "http://a.example/sessions/x", judge(found, words)
    page = report(url, datetime.now(UTC), found, verdict, words)
    assert page.count("Es gab keine.") == 6
    assert "Nicht bereit" in page


def test_questions_are_never_twice_the_same_and_never_too_long() -> None:
    import random

    read = script.read(SESSIONS / EVENING, 1)
    questions = Questions(read, random.Random(1))
    told = [questions.next(300) for _ in range(400)]
    assert len(set(told)) == 400
    assert max(map(len, told)) <= 300
    assert all(len(questions.next(50)) <= 50 for _ in range(100))
