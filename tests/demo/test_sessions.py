"""The demonstration's programme is about today, and always a valid one."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialog.demo.sessions import EVENING, PUBLISHED, UPCOMING, Evening, evenings, stage
from dialog.programme import Declaration, programme, read
from dialog.programme.revision import revised

SOURCE = Path(__file__).resolve().parents[2] / "sessions"
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BERLIN)


def staged(root: Path, now: datetime, *, over: bool = False) -> tuple[Evening, Declaration]:
    evening = stage(SOURCE, root, now, over=over)
    assert not programme(root).faults
    return evening, read(root / evening.slug)


def seconds(later: datetime, earlier: datetime) -> float:
    return later.timestamp() - earlier.timestamp()


def test_the_evening_begins_just_now(tmp_path: Path):
    evening, dialog = staged(tmp_path, moment("2026-11-23T18:04:59+01:00"))
    assert evening == Evening("2026-11-23-sprache-und-arbeit")
    assert dialog.starts.isoformat() == "2026-11-23T18:00:00+01:00"
    assert dialog.ends.isoformat() == "2026-11-23T19:30:00+01:00"
    assert dialog.opens.isoformat() == "2026-11-09T18:00:00+01:00"
    assert dialog.questions_until is not None
    assert dialog.questions_until.isoformat() == "2026-11-23T19:15:00+01:00"
    assert dialog.video is not None
    assert dialog.video.from_.isoformat() == "2026-11-23T17:45:00+01:00"
    assert (dialog.goes_live, dialog.identity) == ("by_clock", "open")


def test_what_the_evening_says_is_what_was_declared(tmp_path: Path):
    _, dialog = staged(tmp_path, moment("2026-11-23T18:00:00+01:00"))
    original = read(SOURCE / EVENING)
    for part in ("title", "intro", "topics", "answerer", "release", "readers"):
        assert getattr(dialog, part) == getattr(original, part)
    assert (tmp_path / dialog.slug / "questions.de.toml").is_file()


@pytest.mark.parametrize(
    "now",
    [
        "2026-10-25T00:57:00+00:00",  # 02:57, an hour that comes twice …
        "2026-10-25T01:57:00+00:00",  # … the second time
        "2026-10-24T23:40:00+02:00",
        "2026-11-05T02:30:00+01:00",
        "2027-03-28T00:31:00+00:00",  # from winter to summer during the evening
        "2027-03-28T01:02:00+00:00",
        "2027-04-11T02:30:00+02:00",  # two weeks before, there was no half past two
        "2026-12-31T23:59:59+01:00",
        "2027-01-01T00:00:00+01:00",
        "2026-11-23T22:45:00+01:00",
        "2028-02-29T12:00:00+01:00",
    ],
)
def test_every_day_makes_a_valid_evening(tmp_path: Path, now: str):
    evening, dialog = staged(tmp_path, moment(now))
    assert evening.slug.startswith(f"{dialog.starts:%Y-%m-%d}")
    assert 0 <= seconds(moment(now), dialog.starts) < 300
    assert seconds(dialog.ends, dialog.starts) == 90 * 60
    assert dialog.questions_until is not None
    assert seconds(dialog.ends, dialog.questions_until) == 15 * 60


def test_a_second_start_goes_on_with_the_same_evening(tmp_path: Path):
    now = moment("2026-11-23T23:50:00+01:00")
    first, dialog = staged(tmp_path, now)
    again = staged(tmp_path, now + HOUR / 2)
    assert again == (first, dialog)


def test_an_evening_that_is_over_gets_a_new_end(tmp_path: Path):
    now = moment("2026-11-23T18:00:00+01:00")
    first, dialog = staged(tmp_path, now)
    again, moved = staged(tmp_path, now + 30 * HOUR)
    assert again == Evening(first.slug, revived=True)
    assert moved.starts == dialog.starts
    assert seconds(moved.ends, now + 30 * HOUR) == 90 * 60
    assert moved.questions_until is not None
    assert seconds(moved.ends, moved.questions_until) == 15 * 60


def test_an_evening_that_nearly_is_over_lasts_longer(tmp_path: Path):
    now = moment("2026-11-23T18:00:00+01:00")
    first, _ = staged(tmp_path, now)
    again, moved = staged(tmp_path, now + 1.4 * HOUR)
    assert again == first
    assert seconds(moved.ends, now + 1.4 * HOUR) > 80 * 60


def test_after_a_published_evening_another_one_begins(tmp_path: Path):
    now = moment("2026-11-23T18:00:00+01:00")
    first, _ = staged(tmp_path, now)
    (tmp_path / first.slug / "transcript.json").write_text("{}", "utf-8")
    second, _ = staged(tmp_path, now + HOUR)
    assert second.slug == "2026-11-23-sprache-und-arbeit-2"
    assert staged(tmp_path, now + HOUR)[0] == second
    (tmp_path / second.slug / "transcript.json").write_text("{}", "utf-8")
    assert staged(tmp_path, now + HOUR)[0].slug == "2026-11-23-sprache-und-arbeit-3"


def test_after_a_cancelled_evening_another_one_begins(tmp_path: Path):
    now = moment("2026-11-23T18:00:00+01:00")
    staged(tmp_path, now)
    second, _ = staged(tmp_path, now + HOUR, over=True)
    assert second == Evening("2026-11-23-sprache-und-arbeit-2")


def test_the_newest_evening_is_the_last(tmp_path: Path):
    slugs = [f"2026-11-23-sprache-und-arbeit{end}" for end in ("", "-2", "-10")]
    slugs.append("2026-11-24-sprache-und-arbeit")
    for slug in (*reversed(slugs), "2026-11-25-sprache-und-arbeit-x"):
        (tmp_path / slug).mkdir()
    assert evenings(tmp_path) == slugs


# --- the others ----------------------------------------------------------------------------------


def upcoming(root: Path) -> Declaration:
    (found,) = root.glob(f"*{UPCOMING[10:]}")
    return read(found)


def test_the_upcoming_session_stays_while_it_is_far(tmp_path: Path):
    staged(tmp_path, moment("2026-11-23T18:00:00+01:00"))
    assert upcoming(tmp_path) == read(SOURCE / UPCOMING)


@pytest.mark.parametrize(
    "now", ["2026-12-03T12:00:00+01:00", "2027-03-22T12:00:00+01:00", "2027-10-15T00:30:00+02:00"]
)
def test_one_that_is_near_or_past_moves_to_a_tuesday_ahead(tmp_path: Path, now: str):
    staged(tmp_path, moment(now))
    dialog = upcoming(tmp_path)
    assert (dialog.starts.weekday(), dialog.starts.hour) == (1, 18)
    assert 10 <= (dialog.starts.date() - moment(now).date()).days <= 20
    assert (dialog.ends.hour, dialog.ends.minute) == (19, 30)
    assert dialog.opens < moment(now)


def test_a_moved_one_stays_until_its_day_has_come(tmp_path: Path):
    now = moment("2027-01-05T12:00:00+01:00")
    staged(tmp_path, now)
    dialog = upcoming(tmp_path)
    staged(tmp_path, now + timedelta(days=9))
    assert upcoming(tmp_path) == dialog
    staged(tmp_path, now + timedelta(days=30))
    assert upcoming(tmp_path).starts > dialog.starts


def test_the_published_session_is_copied_and_its_record_kept(tmp_path: Path):
    now = moment("2026-11-23T18:00:00+01:00")
    staged(tmp_path, now)
    record = tmp_path / PUBLISHED / "transcript.json"
    assert record.read_bytes() == (SOURCE / PUBLISHED / "transcript.json").read_bytes()
    record.write_text(json.dumps({"corrected": True}), "utf-8")
    staged(tmp_path, now)
    assert json.loads(record.read_text("utf-8")) == {"corrected": True}


def test_sessions_of_ones_own_come_along_and_patterns_do_not(tmp_path: Path):
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source)
    own = source / "2026-10-06-eigenes-thema"
    shutil.copytree(SOURCE / PUBLISHED, own, ignore=shutil.ignore_patterns("transcript.json"))
    stage(source, tmp_path / "root", moment("2026-11-23T18:00:00+01:00"), over=False)
    assert (tmp_path / "root" / own.name / "session.toml").is_file()
    assert not (tmp_path / "root" / "_template").exists()


def test_keys_of_other_tables_stay_as_they_are():
    text = 'title = "x"\nstarts = 1\n\n[video] # here\nfrom = 2\n[recording]\nstarts = 3\n'
    now = moment("2026-11-23T18:00:00+01:00")
    assert revised(text, {"starts": now, "video.from": now, "goes_live": "by_clock"}) == (
        'goes_live = "by_clock"\ntitle = "x"\nstarts = 2026-11-23T18:00:00+01:00\n\n'
        "[video] # here\nfrom = 2026-11-23T18:00:00+01:00\n[recording]\nstarts = 3\n"
    )
