"""What comes from elsewhere is looked at in full, and refused with the name of what is wrong."""

import io
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dialog.archive import folder, intake
from dialog.archive.intake import Bundle, Unfit, bundles
from dialog.archive.package import Package
from tests.archive.records import record

RECORD = record(3)
SLUG = RECORD["slug"]
JSON = folder.encoded(RECORD)
OTHERS = {"transcript.md": b"# Text", "transcript.csv": b"x", "transcript.pdf": b"%PDF-"}
WHOLE = {folder.FILE: JSON, **OTHERS}
WHOLE |= {folder.SUMS: folder.sums(WHOLE)}
FIRST = (Path(__file__).parent / "schemas/1.json").read_bytes()


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(tmp_path: Path, raw: bytes) -> list[Bundle]:
    file = tmp_path / "x.zip"
    file.write_bytes(raw)
    return list(bundles(file))


def test_a_package_is_read_as_it_was_written(tmp_path) -> None:
    out = io.BytesIO()
    package = Package(out)
    package.put(SLUG, WHOLE | {"session.toml": b"title = 1"}, RECORD["changed"])
    package.close()
    (one,) = read(tmp_path, out.getvalue())
    assert (one.slug, one.record) == (SLUG, RECORD)
    assert one.files == WHOLE | {"session.toml": b"title = 1"}
    again = io.BytesIO()
    package = Package(again)
    package.put(SLUG, WHOLE | {"session.toml": b"title = 1"}, RECORD["changed"])
    package.close()
    assert again.getvalue() == out.getvalue()


def test_folders_are_read_alone_or_all_together(tmp_path) -> None:
    place = tmp_path / "sessions" / SLUG
    place.mkdir(parents=True)
    for name, content in (WHOLE | {"notes.txt": b"mine"}).items():
        (place / name).write_bytes(content)
    for hidden in (".x", "_template", "leer"):
        (tmp_path / "sessions" / hidden).mkdir()
    for source in (place, tmp_path / "sessions"):
        (one,) = bundles(source)
        assert one.files == WHOLE


def test_a_record_of_the_first_schema_comes_as_json_alone(tmp_path) -> None:
    slug = json.loads(FIRST)["slug"]
    (one,) = read(tmp_path, packed({f"{slug}/transcript.json": FIRST}))
    assert one.record["schema"] == "dialog-transcript/2"
    assert one.files == {"transcript.json": FIRST}


def changed(**files: bytes | None) -> dict[str, bytes]:
    """Return the whole bundle with other files; their names without what is before the dot."""
    named = {f"transcript.{ending}": content for ending, content in files.items()}
    return {
        f"{SLUG}/{name}": content
        for name, content in (WHOLE | named).items()
        if content is not None
    }


@pytest.mark.parametrize(
    "files, why",
    [
        ({}, "no record lies in it"),
        ({f"{SLUG}/": b""}, "no record lies in it"),
        ({"README.md": b"x"}, "belongs to no record"),
        ({f"../{SLUG}/transcript.json": JSON}, "belongs to no record"),
        ({"../transcript.json": JSON}, "belongs to no record"),
        ({f"/{SLUG}/transcript.json": JSON}, "belongs to no record"),
        ({f"a/{SLUG}/transcript.json": JSON}, "belongs to no record"),
        ({f"..\\{SLUG}/transcript.json": JSON}, "belongs to no record"),
        ({f"{SLUG}/../../x": JSON}, "belongs to no record"),
        ({f"{SLUG}/transcript.exe": JSON}, "belongs to no record"),
        ({f"{SLUG}/session.toml": b"x"}, "transcript.json is missing"),
        ({f"{SLUG}/transcript.json": b"{}"}, "is no record"),
        ({f"{SLUG}/transcript.json": b"[" * 100_000}, "is no record"),
        ({"2020-01-01-anders/transcript.json": JSON}, "is no record"),
        (changed(md=b"# Anderes"), "transcript.md is damaged"),
        (changed(json=folder.encoded(RECORD | {"title": "Anders"})), "transcript.json is damaged"),
        (changed(pdf=None), "transcript.pdf is missing"),
        (changed(sha256=None), "has no checksum"),
        (changed(sha256=b"\xff"), "is no list of checksums"),
        (changed(sha256=b"x"), "is no list of checksums"),
        (changed(sha256=folder.sums({folder.FILE: JSON})), "has no checksum in"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tmp_path, files: dict[str, bytes], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read(tmp_path, packed(files))


def linked(archive: zipfile.ZipFile) -> None:
    link = zipfile.ZipInfo(f"{SLUG}/transcript.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, b"/etc/passwd")


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr(f"{SLUG}/transcript.json", JSON)
    with pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(f"{SLUG}/transcript.json", b"{}")


@pytest.mark.parametrize("fill, why", [(linked, "no plain file"), (twice, "in it twice")])
def test_entries_that_are_not_what_they_seem_are_refused(
    tmp_path, fill: Callable[[Any], None], why: str
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        fill(archive)
    with pytest.raises(Unfit, match=why):
        read(tmp_path, out.getvalue())


def test_sizes_are_bounded_before_anything_is_unpacked(tmp_path, monkeypatch) -> None:
    raw = packed({f"{SLUG}/transcript.json": b" " * 2_000})
    for name in ("MOST_BYTES", "MOST_IN_ALL"):
        with monkeypatch.context() as patched:
            patched.setattr(intake, name, 1_999)
            with pytest.raises(Unfit, match="than 1999 bytes"):
                read(tmp_path, raw)
    monkeypatch.setattr(intake, "MOST_FILES", 0)
    with pytest.raises(Unfit, match="more than 0 files"):
        read(tmp_path, raw)


def test_a_bomb_gives_no_more_than_it_announces(tmp_path) -> None:
    raw = bytearray(packed({f"{SLUG}/transcript.json": JSON}))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the size that its list of contents tells
    with pytest.raises(Unfit):
        read(tmp_path, bytes(raw))


@pytest.mark.parametrize("raw", [b"", b"PK", b"x" * 1_000, packed(changed())[:-30]])
def test_what_is_no_zip_is_refused(tmp_path, raw: bytes) -> None:
    with pytest.raises(Unfit, match="no ZIP file"):
        read(tmp_path, raw)


def test_links_in_folders_are_refused(tmp_path) -> None:
    place = tmp_path / SLUG
    place.mkdir()
    (tmp_path / "elsewhere").write_bytes(JSON)
    (place / "transcript.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unfit, match="no plain file"):
        list(bundles(place))


def test_a_folder_is_complete_only_where_everything_fits(tmp_path) -> None:
    place = tmp_path / SLUG
    folder.write(place, RECORD)
    assert folder.files(place, RECORD) is None
    folder.complete(place, RECORD, OTHERS)
    assert folder.files(place, RECORD) == WHOLE
    assert folder.files(place, RECORD | {"title": "Anders"}) is None
    for name in WHOLE:
        kept = (place / name).read_bytes()
        (place / name).write_bytes(kept + b" ")
        assert folder.files(place, RECORD) is None
        (place / name).write_bytes(kept)
    folder.complete(place, RECORD | {"title": "Anders"}, OTHERS | {"transcript.md": b"falsch"})
    assert folder.files(place, RECORD) == WHOLE


def test_what_an_earlier_record_said_goes_before_the_new_one_comes(tmp_path) -> None:
    place = tmp_path / SLUG
    folder.write(place, RECORD)
    folder.complete(place, RECORD, OTHERS)
    folder.write(place, RECORD)
    assert folder.files(place, RECORD) == WHOLE
    folder.write(place, RECORD | {"title": "Geschwärzt"})
    assert [file.name for file in place.iterdir()] == [folder.FILE]


def test_a_damaged_record_is_named(tmp_path) -> None:
    place = tmp_path / SLUG
    folder.write(place, RECORD)
    folder.complete(place, RECORD, OTHERS)
    assert folder.read(place) == RECORD
    (place / folder.FILE).write_bytes(JSON.replace(b"Staats", b"Schatz"))
    with pytest.raises(folder.NoRecord, match=r"transcript\.json: damaged"):
        folder.read(place)
