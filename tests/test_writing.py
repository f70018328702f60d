"""A declaration that is written is read as the same, by a file and by a form."""

import errno
import subprocess
import sys
import tomllib
import unicodedata
import zipfile
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.forum.names import Show
from dialog.forum.texts import harmless
from dialog.programme import (
    Answerer,
    Declaration,
    DeclarationError,
    Limits,
    Recording,
    Video,
    folders,
    read,
)
from dialog.programme.declaration import IDENTITIES, NAMES, OPENINGS, RELEASES, ZONE
from dialog.programme.folders import Moved
from dialog.programme.form import entered, filled, words
from dialog.programme.reading import checked
from dialog.programme.writing import introduced, written
from tests.live.programme import declare

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def lines(limit: int) -> st.SearchStrategy[str]:
    """Return one line of text as a declaration holds it."""
    texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)
    tidy = texts.map(lambda text: text.strip()[:limit].strip())
    return (
        st.one_of(
            tidy.filter(lambda text: text and harmless(text)),
            st.sampled_from(['"', "\\", 'a"b\\c', "#", "Ä – „ja“", "'''", "= [x]", "\\u0041"]),
        )
        .map(lambda text: unicodedata.normalize("NFC", text))
        .filter(lambda text: 0 < len(text) <= limit and text == text.strip())
    )


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    """Return a declaration as reading would give it."""
    seconds = draw(st.integers(0, 3 * 365 * 86_400))
    starts = FIRST + timedelta(seconds=seconds, microseconds=draw(st.sampled_from([0, 0, 250_000])))
    ahead = timedelta(minutes=draw(st.integers(1, 40_000)))
    lasts = timedelta(minutes=draw(st.integers(2, 3_000)))
    local = starts.astimezone(ZONE)
    until = draw(st.none() | st.just(starts + lasts) | st.just(starts + lasts / 2))
    identity = draw(st.sampled_from(IDENTITIES))
    video = st.builds(
        Video,
        st.just("https://video.example/dialog?a=1"),
        st.none() | lines(40),
        st.none() | lines(40),
        st.just((starts - timedelta(minutes=15)).astimezone(ZONE)),
    )
    early = st.none() | st.just(starts.astimezone(ZONE))
    recording = st.builds(Recording, st.just("https://video.example/später"), early)
    limits = st.builds(
        Limits, st.integers(50, 300), st.integers(0, 1000), st.integers(1, 100), st.integers(0, 600)
    )
    topics = draw(st.lists(lines(40), min_size=1, max_size=12, unique_by=str.casefold))
    moved = draw(st.booleans())
    day = local.date() - timedelta(days=1) if moved else local.date()
    return Declaration(
        slug=f"{day.isoformat()}-ein-dialog",
        title=draw(lines(100)),
        intro=draw(lines(500)) + "\n\n" + draw(lines(500)),
        topics=tuple(topics),
        opens=(starts - ahead).astimezone(ZONE),
        starts=local,
        ends=(starts + lasts).astimezone(ZONE),
        questions_until=until and until.astimezone(ZONE),
        answerer=Answerer(draw(lines(80)), draw(lines(120))),
        video=draw(st.none() | video),
        recording=draw(st.none() | recording),
        limits=draw(st.just(Limits()) | limits),
        identity=identity,
        code="048291" if identity == "code" else None,
        readers=draw(st.booleans()),
        release=draw(st.sampled_from(RELEASES)),
        languages=draw(st.sampled_from([("de",), ("en",), ("de", "en"), ("en", "de")])),
        goes_live=draw(st.sampled_from(OPENINGS)),
        hold=draw(st.booleans()),
        draft=draw(st.booleans()),
        names=draw(st.sampled_from([NAMES, NAMES[:2], NAMES[1:], (NAMES[0],), (NAMES[2],)])),
        postponed=moved,
    )


def same(one: Declaration, other: Declaration) -> None:
    """See that two declarations are the same, their moments by the second and by the clock."""
    assert one == other
    assert written(one) == written(other)


def test_every_part_of_a_declaration_is_written() -> None:
    one = read(Path("sessions/2026-12-08-internet-und-lernorte"))
    other: dict[str, Any] = {
        "draft": True, "postponed": True, "hold": True, "names": (Show.TEAM,), "readers": False,
        "languages": ("en",), "goes_live": "by_clock", "release": "direct", "code": "1",
        "questions_until": one.ends, "recording": Recording("https://a.example", None),
        "limits": Limits(60), "rehearsal_until": one.ends, "rehearsal_of": "x",
        "video": None, "identity": "link",
        "topics": ("x",), "title": "x", "opens": one.ends, "starts": one.ends, "ends": one.opens,
        "answerer": Answerer("x", "y"),
    }  # fmt: skip
    assert {field.name for field in fields(one)} == {*other, "slug", "intro"}
    for name, value in other.items():
        assert written(replace(one, **{name: value})) != written(one), name


@given(declarations())
def test_what_is_written_is_read_as_the_same(one: Declaration) -> None:
    values = tomllib.loads(written(one))
    same(checked(Path(one.slug), values, introduced(one)), one)


@given(declarations())
def test_what_a_form_shows_is_entered_as_the_same(one: Declaration) -> None:
    standing = {"draft": one.draft, "postponed": one.postponed}
    same(entered(filled(one), Path(one.slug), standing), one)


def test_the_declarations_of_this_folder_are_written_as_they_are_read(tmp_path: Path) -> None:
    for folder in sorted(Path("sessions").glob("2*/")):
        one = read(folder)
        folders.create(tmp_path, one)
        same(read(tmp_path / one.slug), one)


FORM = {
    "title": "Wohnen nach der Unterkunft",
    "intro": "Viele Familien dürfen ausziehen.",
    "topics": "Suche\r\n\r\nBürgschaft\r\n",
    "answerer.name": "Georg Muster",
    "answerer.office": "Staatsminister",
    "opens.day": "02.02.2027",
    "opens.time": "9",
    "starts.day": "2027-02-23",
    "starts.time": "18:00",
    "ends.time": "19.30 Uhr",
    "identity": "open",
    "code": "123",
    "readers": "1",
}
SLUG = Path("2027-02-23-wohnen")


def test_a_form_is_typed_as_people_type() -> None:
    one = entered(FORM, SLUG, {"draft": True})
    assert one.opens == datetime(2027, 2, 2, 9, tzinfo=ZONE)
    assert one.ends == datetime(2027, 2, 23, 19, 30, tzinfo=ZONE)
    assert (one.topics, one.code, one.draft) == (("Suche", "Bürgschaft"), None, True)
    assert one.questions_until is None
    until = entered(FORM | {"questions_until.time": "19:15"}, SLUG, {})
    assert until.questions_until == datetime(2027, 2, 23, 19, 15, tzinfo=ZONE)


@pytest.mark.parametrize(
    "typed, faults",
    [
        ({"title": " "}, [("title", "empty")]),
        ({"title": "x" * 101, "topics": ""}, [("title", "too_long"), ("topics", "empty")]),
        ({"topics": "Eins\neins"}, [("topics", "twice")]),
        ({"topics": "Eins\n" + "x" * 41}, [("topics[2]", "too_long")]),
        ({"intro": ""}, [("", "empty")]),
        ({"starts.day": "31.02.2027"}, [("starts", "no_moment")]),
        ({"starts.day": "", "starts.time": ""}, [("starts", "missing")]),
        ({"ends.time": "25:00"}, [("ends", "no_moment")]),
        ({"ends.time": "17:00"}, [("ends", "bad_order")]),
        ({"ends.day": "24.02.2027", "ends.time": ""}, [("ends", "no_moment")]),
        ({"opens.time": ""}, [("opens", "no_moment")]),
        ({"starts.day": "24.02.2027"}, [("starts", "other_day")]),
        ({"identity": "code"}, [("code", "bad_code")]),
        ({"identity": "code", "code": ""}, [("code", "missing")]),
        ({"identity": "alle"}, [("identity", "bad_choice")]),
        ({"video.phone": "089 1"}, [("video.url", "empty")]),
        ({"video.url": "http://video.example"}, [("video.url", "not_https")]),
        ({"limits.text": "viele", "limits.waiting": "0"},
         [("limits.text", "no_number"), ("limits.waiting", "out_of_range")]),
        ({"names": "name,alle"}, [("names", "bad_choice")]),
        ({"languages": "de,fr"}, [("languages", "bad_choice")]),
        ({"answerer.name": "", "answerer.office": "a\x00b"},
         [("answerer.name", "empty"), ("answerer.office", "many_lines")]),
    ],
)  # fmt: skip
def test_every_fault_of_a_form_is_told_at_once_and_tied_to_its_field(typed, faults) -> None:
    with pytest.raises(DeclarationError) as told:
        entered(FORM | typed, SLUG, {})
    assert [(fault.key, fault.code) for fault in told.value.faults] == faults


def test_the_hour_that_comes_twice_is_asked_for_and_the_one_that_never_comes_is_told() -> None:
    night = FORM | {"starts.day": "31.10.2027", "starts.time": "02:30", "ends.time": "05:00"}
    folder = Path("2027-10-31-nacht")
    with pytest.raises(DeclarationError, match="comes twice"):
        entered(night, folder, {})
    first, second = (entered(night | {"starts.fold": fold}, folder, {}) for fold in "12")
    assert second.starts.timestamp() - first.starts.timestamp() == 3600
    assert filled(second)["starts.fold"] == "2"
    spring = FORM | {"starts.day": "28.03.2027", "starts.time": "02:30", "ends.time": "05:00"}
    with pytest.raises(DeclarationError, match="no 02:30"):
        entered(spring, Path("2027-03-28-nacht"), {})


def test_a_title_gives_the_words_of_an_address() -> None:
    assert words("Übergänge – Schule & Beruf, größer!") == "uebergaenge-schule-beruf-groesser"
    assert words("Café Olé") == "cafe-ole"
    assert words("?!") == ""
    assert len(words("x" * 100)) == 60
    assert words(" ".join(["wort"] * 40)).count("wort") == 12


def test_a_folder_is_only_written_over_what_was_seen(tmp_path: Path) -> None:
    slug = declare(tmp_path, "zu-zweit")
    one = read(tmp_path / slug)
    seen = folders.mark(tmp_path / slug)
    folders.replace(tmp_path, slug, replace(one, title="Zuerst"), seen)
    with pytest.raises(Moved):
        folders.replace(tmp_path, slug, replace(one, title="Zuletzt"), seen)
    assert read(tmp_path / slug).title == "Zuerst"
    with pytest.raises(Moved):
        folders.create(tmp_path, one)
    with pytest.raises(Moved):
        folders.replace(tmp_path, slug, one, "")


def test_only_a_draft_is_deleted_or_renamed_and_a_link_is_followed_nowhere(tmp_path: Path) -> None:
    slug = declare(tmp_path / "a", "angekuendigt")
    root = tmp_path / "a"
    with pytest.raises(Moved):
        folders.discard(root, slug, folders.mark(root / slug))
    draft = replace(read(root / slug), draft=True)
    folders.replace(root, slug, draft, folders.mark(root / slug))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / slug).symlink_to(root / slug, target_is_directory=True)
    for work in (
        lambda: folders.discard(tmp_path / "b", slug, folders.mark(root / slug)),
        lambda: folders.replace(tmp_path / "b", slug, draft, folders.mark(root / slug)),
        lambda: folders.replace(tmp_path / "b", f"../a/{slug}", draft, folders.mark(root / slug)),
    ):
        with pytest.raises(OSError, match="symbolic"):
            work()
    with pytest.raises(ValueError, match="no name"):
        folders.create(root, replace(draft, slug="../../tmp/boese"))
    (root / slug / "transcript.json").write_text("{}")
    with pytest.raises(Moved):
        folders.replace(root, slug, replace(draft, slug=f"{slug}-2"), folders.mark(root / slug))
    assert [one.name for one in root.iterdir()] == [slug]
    (root / slug / "transcript.json").unlink()
    folders.discard(root, slug, folders.mark(root / slug))
    assert not list(root.iterdir())


SHORT_OF_ROOM = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from dialog.programme import folders, read
root, slug = Path(sys.argv[1]), sys.argv[2]
one = read(root / slug)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    if sys.argv[4] == "replace":
        other = replace(one, title="Neu", intro="Kurz.")
        folders.replace(root, slug, other, folders.mark(root / slug))
    else:
        folders.create(root, replace(one, slug=slug + "-2"))
except OSError as fault:
    print(fault.errno)
"""


@pytest.mark.parametrize("room", [0, 3, 100])
@pytest.mark.parametrize("do", ["replace", "create"])
def test_where_a_disk_is_full_nothing_is_half_written(tmp_path: Path, room: int, do: str) -> None:
    slug = declare(tmp_path, "voll")
    before = {path: path.read_bytes() for path in (tmp_path / slug).iterdir()}
    arguments = [sys.executable, "-c", SHORT_OF_ROOM, str(tmp_path), slug, str(room), do]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(errno.EFBIG)
    assert {path: path.read_bytes() for path in (tmp_path / slug).iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == [slug]


def test_an_export_is_the_folder(tmp_path: Path) -> None:
    one = read(Path("sessions/2026-12-08-internet-und-lernorte"))
    with zipfile.ZipFile(BytesIO(folders.packed(one))) as archive:
        archive.extractall(tmp_path)
    same(read(tmp_path / one.slug), one)
