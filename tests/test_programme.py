"""What `sessions/*/session.toml` may say, and what is said back when it is wrong."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialog.programme import (
    Answerer,
    DeclarationError,
    Fault,
    Limits,
    Recording,
    Video,
    form,
    programme,
    read,
)
from dialog.programme.faults import WORDS

BERLIN = ZoneInfo("Europe/Berlin")
SESSIONS = Path(__file__).parent.parent / "sessions"
SLUG = "2026-11-24-sprache-und-arbeit"
TIMES = """\
opens = 2026-11-10T09:00:00+01:00
starts = 2026-11-24T18:00:00+01:00
ends = 2026-11-24T19:30:00+01:00
"""
HEAD = f"""\
title = "Sprache und Arbeit"
topics = ["Sprachkurse", "Arbeit"]
{TIMES}identity = "open"
"""
ANSWERER = """
[answerer]
name = "Staatsminister"
office = "Ministerium (Demonstration)"
"""
LEAST = HEAD + ANSWERER


def folder_of(root: Path, toml: str | bytes = LEAST, *, name: str = SLUG) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "session.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    (folder / "intro.de.md").write_text("Worum es geht.\n", encoding="utf-8")
    return folder


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(DeclarationError) as caught:
        read(folder)
    return caught.value.faults


def found(root: Path, toml: str | bytes, *, name: str = SLUG) -> list[tuple[str, str]]:
    """Return key and code of every fault of a file."""
    return [(fault.key, fault.code) for fault in faults_of(folder_of(root, toml, name=name))]


def test_what_a_declaration_leaves_out_has_a_default(tmp_path: Path) -> None:
    declaration = read(folder_of(tmp_path))
    assert declaration.slug == SLUG
    assert declaration.intro == "Worum es geht."
    assert declaration.answerer == Answerer("Staatsminister", "Ministerium (Demonstration)")
    assert declaration.limits == Limits(300, 1000, 5, 20)
    assert (declaration.video, declaration.recording, declaration.code) == (None, None, None)
    assert (declaration.readers, declaration.languages) == (True, ("de",))
    assert (declaration.release, declaration.goes_live) == ("second_person", "by_hand")
    assert declaration.questions_until is None


def test_everything_that_can_be_declared_is_read(tmp_path: Path) -> None:
    toml = f"""
slug = "{SLUG}"
title = "  Sprache und Arbeit "
topics = ["Sprachkurse", "Arbeit"]
{TIMES}
questions_until = 2026-11-24T19:30:00+01:00
identity = "code"
code = "482913"
goes_live = "by_clock"
readers = false
release = "direct"
languages = ["de", "en"]
{ANSWERER}
[video]
url = "https://video.example/dialog"
phone = "089 99998-421"
pin = "4711 22#"
from = 2026-11-24T17:30:00+01:00
[recording]
url = "https://video.example/aufzeichnung"
starts = 2026-11-24T17:58:00+01:00
[limits]
text = 200
background = 0
waiting = 3
ask_seconds = 0
"""
    declaration = read(folder_of(tmp_path, toml))
    evening = datetime(2026, 11, 24, 18, tzinfo=BERLIN)
    assert declaration.title == "Sprache und Arbeit"
    assert declaration.topics == ("Sprachkurse", "Arbeit")
    assert declaration.starts == evening
    assert declaration.questions_until == declaration.ends == evening + timedelta(minutes=90)
    assert (declaration.identity, declaration.code) == ("code", "482913")
    assert (declaration.goes_live, declaration.release) == ("by_clock", "direct")
    assert (declaration.readers, declaration.languages) == (False, ("de", "en"))
    assert declaration.video == Video(
        "https://video.example/dialog",
        "089 99998-421",
        "4711 22#",
        evening - timedelta(minutes=30),
    )
    assert declaration.recording == Recording(
        "https://video.example/aufzeichnung", evening - timedelta(minutes=2)
    )
    assert declaration.limits == Limits(200, 0, 3, 0)


def test_the_video_is_shown_a_quarter_of_an_hour_ahead(tmp_path: Path) -> None:
    toml = LEAST + '[video]\nurl = "https://video.example/dialog"\n'
    declaration = read(folder_of(tmp_path, toml))
    assert declaration.video is not None
    assert declaration.video.from_ == declaration.starts - timedelta(minutes=15)
    assert (declaration.video.phone, declaration.video.pin) == (None, None)


def test_a_time_in_utc_is_shown_in_bavaria(tmp_path: Path) -> None:
    toml = LEAST.replace("2026-11-24T18:00:00+01:00", "2026-11-24T17:00:00Z")
    starts = read(folder_of(tmp_path, toml)).starts
    assert starts.isoformat() == "2026-11-24T18:00:00+01:00"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, b"\xef\xbb\xbf" + LEAST.encode())
    (folder / "intro.de.md").write_bytes(b"\xef\xbb\xbfWorum es geht.")
    assert read(folder).intro == "Worum es geht."


def test_texts_are_composed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, LEAST.replace("Sprache", "U\u0308bung"))
    (folder / "intro.de.md").write_text("fu\u0308r", encoding="utf-8")
    assert read(folder).title.startswith("Übung")
    assert read(folder).intro == "für"


def test_what_is_far_too_long_is_not_composed(tmp_path: Path) -> None:
    toml = LEAST.replace("Sprache und", "e\u0301" * 500)
    (fault,) = faults_of(folder_of(tmp_path, toml))
    assert (fault.code, fault.fields["length"]) == ("too_long", 1_000 + len(" Arbeit"))
    assert form.words(f"{'-' * 500}wohnen") == ""


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    toml = """
titel = "Sprache und Arbeit"
topics = []
opens = 2026-11-10T09:00:00
starts = "24. November"
identity = "all"
[video]
url = "http://video.example"
phone = 8999998421
"""
    assert sorted(found(tmp_path, toml)) == [
        ("answerer", "missing"),
        ("ends", "missing"),
        ("identity", "bad_choice"),
        ("opens", "no_zone"),
        ("starts", "wrong_type"),
        ("titel", "misspelt"),
        ("title", "missing"),
        ("topics", "empty"),
        ("video.phone", "wrong_type"),
        ("video.url", "not_https"),
    ]


def test_an_empty_file_lacks_every_required_key(tmp_path: Path) -> None:
    keys = {"identity", "starts", "title", "topics", "opens", "ends", "answerer"}
    assert set(found(tmp_path, "")) == {(key, "missing") for key in keys}


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ('title = "Sprache und Arbeit"', 'title = " "', ("title", "empty")),
        ('title = "Sprache und Arbeit"', f'title = "{"x" * 101}"', ("title", "too_long")),
        ('title = "Sprache und Arbeit"', 'title = "zwei\\nZeilen"', ("title", "many_lines")),
        ('title = "Sprache und Arbeit"', "title = 1.5", ("title", "wrong_type")),
        ('title = "Sprache und Arbeit"', "title = 2026-11-24", ("title", "wrong_type")),
        ('title = "Sprache und Arbeit"', "title = 18:00:00", ("title", "wrong_type")),
        ('"Sprachkurse", "Arbeit"', '"Arbeit", "arbeit"', ("topics", "twice")),
        ('"Sprachkurse", "Arbeit"', '"Arbeit", 2', ("topics[2]", "wrong_type")),
        ('"Sprachkurse", "Arbeit"', '"Arbeit", ""', ("topics[2]", "empty")),
        ('"Sprachkurse", "Arbeit"', f'"{"x" * 41}"', ("topics[1]", "too_long")),
        (
            '"Sprachkurse", "Arbeit"',
            ", ".join(f'"{n}"' for n in range(13)),
            ("topics", "too_many"),
        ),
        ('"open"', '"open"\ncode = "482913"', ("code", "needless_code")),
        ('"open"', '"code"', ("code", "missing")),
        ('"open"', '"code"\ncode = "4829"', ("code", "bad_code")),
        ('"open"', '"code"\ncode = "\uff14\uff182913"', ("code", "bad_code")),
        ('"open"', '"code"\ncode = 482913', ("code", "wrong_type")),
        ('"open"', '"open"\nlanguages = ["de", "fr"]', ("languages", "bad_choice")),
        ('"open"', '"open"\nreaders = "ja"', ("readers", "wrong_type")),
        ('"open"', '"open"\nrelease = "later"', ("release", "bad_choice")),
        ('"open"', '"open"\nslug = "2026-11-24-anders"', ("slug", "other_slug")),
        ('"open"', '"open"\nsponsor = "x"', ("sponsor", "unknown")),
        ('"open"', '"open"\nlimits = 3', ("limits", "wrong_type")),
        ("ends = 2026-11-24T19:30:00+01:00", "ends = 2026-11-24T17:30:00Z", None),
        ("18:00:00+01:00", "18:00:00+02:00", ("starts", "wrong_offset")),
        ("opens = 2026", "opens = 0001", ("opens", "bad_year")),
        ("19:30:00+01:00", "18:00:00+01:00", ("ends", "bad_order")),
        ("opens = 2026-11-10", "opens = 2026-11-24T18:00:00+01:00 #", ("starts", "bad_order")),
        ("2026-11-24T18:00", "2026-11-23T18:00", ("starts", "other_day")),
    ],
)
def test_each_fault_is_named_by_its_key(
    tmp_path: Path, before: str, after: str, expected: tuple[str, str] | None
) -> None:
    assert before in LEAST
    toml = LEAST.replace(before, after)
    if expected is None:
        assert read(folder_of(tmp_path, toml)).slug == SLUG
    else:
        assert found(tmp_path, toml) == [expected]


@pytest.mark.parametrize(
    "table, expected",
    [
        ("[video]", ("video.url", "missing")),
        ('[video]\nurl = ""', ("video.url", "empty")),
        ('[video]\nurl = "https://"', ("video.url", "not_https")),
        ('[video]\nurl = "https://a b"', ("video.url", "not_https")),
        ('[video]\nurl = "https://a.example"\nnumber = "1"', ("video.number", "unknown")),
        (
            '[video]\nurl = "https://a.example"\nfrom = 2026-11-24T19:30:00+01:00',
            ("video.from", "bad_order"),
        ),
        ("[recording]", ("recording.url", "missing")),
        (
            '[recording]\nurl = "https://a.example"\nstarts = 2026-11-25T18:00:00+01:00',
            ("recording.starts", "bad_order"),
        ),
        ("[limits]\ntext = 301", ("limits.text", "out_of_range")),
        (f"[limits]\nwaiting = 0x{'f' * 5_000}", ("limits.waiting", "out_of_range")),
        ("[limits]\nwaiting = true", ("limits.waiting", "wrong_type")),
        ("[limits]\nbackgroud = 10", ("limits.backgroud", "misspelt")),
    ],
)
def test_a_fault_in_a_section_names_the_section(
    tmp_path: Path, table: str, expected: tuple[str, str]
) -> None:
    assert expected in found(tmp_path, LEAST + table)


@pytest.mark.parametrize(
    "time, key",
    [
        ("2026-11-10T08:00:00+01:00", "questions_until"),
        ("2026-11-24T19:31:00+01:00", "ends"),
    ],
)
def test_questions_end_between_opening_and_end(tmp_path: Path, time: str, key: str) -> None:
    toml = f"{HEAD}questions_until = {time}\n{ANSWERER}"
    assert found(tmp_path, toml) == [(key, "bad_order")]


def test_the_hour_that_comes_twice_in_october_is_told_apart(tmp_path: Path) -> None:
    toml = LEAST.replace("2026-11-24T18:00:00+01:00", "2026-10-25T02:50:00+02:00")
    toml = toml.replace("2026-11-24T19:30:00+01:00", "2026-10-25T02:20:00+01:00")
    toml = toml.replace("2026-11-10T09:00:00+01:00", "2026-10-01T09:00:00+02:00")
    declaration = read(folder_of(tmp_path, toml, name="2026-10-25-nachts"))
    assert declaration.ends.timestamp() - declaration.starts.timestamp() == 30 * 60


@pytest.mark.parametrize(
    "name", ["sprache", "2026-11-24", "2026-11-24-Übung", "2026-11-24-" + "x" * 70]
)
def test_a_folder_is_named_by_day_and_words(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, LEAST, name=name) == [("slug", "bad_slug")]


@pytest.mark.parametrize(
    "toml, code, told",
    [
        ("title = \n", "bad_toml", "Zeile 1 "),
        ("\n\nslug = 1\nslug = 2", "bad_toml", "Zeile 4 "),
        ('a = 1\nb = "', "bad_toml", "Zeile 2 "),
        ("a = " + "9" * 5000, "bad_toml", "Zeile 1 "),
        (b'title = "\xfcber"', "not_utf8", "Byte 10"),
    ],
)
def test_an_unreadable_file_says_where(
    tmp_path: Path, toml: str | bytes, code: str, told: str
) -> None:
    (fault,) = faults_of(folder_of(tmp_path, toml))
    assert (fault.key, fault.code) == ("", code)
    assert told in fault.sentence


@pytest.mark.parametrize(
    "intro, code",
    [(None, "no_file"), (b" \n", "empty"), (b"x" * 5001, "too_long"), (b"\xff", "not_utf8")],
)
def test_an_introduction_is_needed(tmp_path: Path, intro: bytes | None, code: str) -> None:
    folder = folder_of(tmp_path)
    (folder / "intro.de.md").unlink()
    if intro is not None:
        (folder / "intro.de.md").write_bytes(intro)
    (fault,) = faults_of(folder)
    assert (fault.file.name, fault.code) == ("intro.de.md", code)


def test_a_fault_is_told_in_both_languages(tmp_path: Path) -> None:
    toml = LEAST.replace('title = "', 'titl = "')
    missing, misspelt = faults_of(folder_of(tmp_path, toml))
    path = tmp_path / SLUG / "session.toml"
    assert missing.told() == (
        f'{path}: title: Die Angabe fehlt. Ergänzen Sie zum Beispiel: title = "Sprache und Arbeit"'
    )
    assert misspelt.told("en") == f"{path}: titl: There is no such key here. Did you mean “title”?"


def test_a_fault_of_the_whole_file_names_no_key(tmp_path: Path) -> None:
    (fault,) = programme(tmp_path / "nowhere").faults
    assert fault.told("en").startswith(f"{tmp_path / 'nowhere'}: There is no such folder.")


def test_a_missing_zone_is_answered_with_the_right_one(tmp_path: Path) -> None:
    toml = LEAST.replace("2026-11-10T09:00:00+01:00", "2026-07-10T09:00:00")
    (fault,) = faults_of(folder_of(tmp_path, toml))
    assert fault.next_step == "Schreiben Sie 2026-07-10T09:00:00+02:00."


def test_a_folder_whose_name_is_no_text_is_told_as_one(tmp_path: Path) -> None:
    folder_of(tmp_path, name="2026-11-24-\udcfcbung")
    (fault,) = programme(tmp_path).faults
    assert (fault.code, "-?bung" in fault.told().encode().decode()) == ("bad_slug", True)


def test_every_sentence_ends_and_has_a_next_step() -> None:
    for words in WORDS.values():
        assert all(text.endswith((".", "?", "}")) for text in words)


def test_the_programme_is_sorted_by_time(tmp_path: Path) -> None:
    folder_of(tmp_path)
    later = LEAST.replace("2026-11-24", "2026-12-08")
    folder_of(tmp_path, later, name="2026-12-08-a")
    folder_of(tmp_path, later, name="2026-12-08-b")
    slugs = [declaration.slug for declaration in programme(tmp_path).declarations]
    assert slugs == [SLUG, "2026-12-08-a", "2026-12-08-b"]


def test_a_faulty_session_does_not_hide_the_others(tmp_path: Path) -> None:
    folder_of(tmp_path)
    folder_of(tmp_path, "title = 1", name="2026-11-25-anders")
    known = programme(tmp_path)
    assert [declaration.slug for declaration in known.declarations] == [SLUG]
    assert {fault.file.parent.name for fault in known.faults} == {"2026-11-25-anders"}


def test_a_folder_without_a_declaration_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / SLUG).mkdir()
    assert {fault.code for fault in programme(tmp_path).faults} == {"no_file"}


def test_templates_files_and_bare_records_are_no_sessions(tmp_path: Path) -> None:
    for name in ("_template", ".git", "2020-11-17-altes-protokoll"):
        (tmp_path / name).mkdir()
    (tmp_path / "2020-11-17-altes-protokoll" / "transcript.json").write_text("{}")
    (tmp_path / "README.md").write_text("Wie man einen Dialog anlegt")
    assert programme(tmp_path) == programme(tmp_path / "_template")
    assert programme(tmp_path).faults == ()


def test_the_template_becomes_a_session_by_a_new_name(tmp_path: Path) -> None:
    folder = tmp_path / "2027-01-19-stichwort"
    folder.mkdir()
    for name in ("session.toml", "intro.de.md"):
        (folder / name).write_bytes((SESSIONS / "_template" / name).read_bytes())
    assert read(folder).title == "Thema des Dialogs"


def test_every_key_is_explained_in_the_readme() -> None:
    readme = (SESSIONS / "README.md").read_text(encoding="utf-8")
    keys = (
        "slug title topics opens starts ends questions_until identity code goes_live readers "
        "release names languages answerer.name answerer.office video.url video.phone video.pin "
        "hold video.from recording.url recording.starts limits.text limits.background "
        "limits.waiting limits.ask_seconds"
    )
    assert [key for key in keys.split() if f"`{key}`" not in readme] == []


def test_the_shipped_sessions_are_without_fault() -> None:
    known = programme(SESSIONS)
    assert known.faults == ()
    assert [declaration.slug for declaration in known.declarations] == [
        "2026-10-06-wohnen-und-ankommen",
        "2026-11-24-sprache-und-arbeit",
        "2026-12-08-internet-und-lernorte",
    ]
