"""Records go from one server to another and back, byte for byte, or not at all."""

import filecmp
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dialog.archive import folder
from dialog.cli import main
from tests.archive.records import record
from tests.live.programme import declare
from tests.live.server import Server, running

FIRST = Path(__file__).resolve().parents[1] / "archive/schemas/1.json"
PATHS = ("", ".json", ".csv", ".md", ".atom", ".ics")


def empty(place: Path, base: str = "http://127.0.0.1:9") -> Server:
    """Return a server that is not started, without any session."""
    made = Server(place, {}, base_url=base)
    (place / "sessions").mkdir(parents=True)
    made.migrate()
    return made


def holding(place: Path, *told: Mapping[str, Any]) -> Server:
    made = empty(place)
    for one in told:
        folder.write(place / "sessions" / one["slug"], one)
    return made


def went(server: Server, *arguments: object) -> str:
    done = CliRunner().invoke(main, [*map(str, arguments)], env=server.environment)
    assert done.exit_code == 0, done.output
    return done.output


def refused(server: Server, *arguments: object) -> str:
    done = CliRunner().invoke(main, [*map(str, arguments)], env=server.environment)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert len(done.output.strip().splitlines()) == 1, done.output
    return done.output


def holds(place: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {str(f.relative_to(place)): f.read_bytes() for f in place.rglob("*") if f.is_file()}


@contextmanager
def shown(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()
    server.check_log()


SIZES = [
    pytest.param((12, 50), id="small"),
    pytest.param((50, 200, 2_000), marks=pytest.mark.large, id="large"),
]


@pytest.mark.parametrize("sizes", SIZES)
def test_there_and_back_is_the_same(tmp_path, sizes: tuple[int, ...]) -> None:
    told = [record(size) for size in sizes]
    one = holding(tmp_path / "one", *told)
    two = empty(tmp_path / "two")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert f"{len(told)} records, with checksums." in went(one, "export", "--to", first)
    taken = went(two, "import", first)
    assert taken.count(": taken in.") == len(told)
    went(two, "export", "--to", second)
    assert first.read_bytes() == second.read_bytes()
    unpacked = tmp_path / "unpacked"
    went(two, "export", "--to", unpacked)
    with zipfile.ZipFile(first) as packed:
        assert holds(unpacked) == {name: packed.read(name) for name in packed.namelist()}
    three = empty(tmp_path / "three")
    went(three, "import", unpacked)
    assert holds(tmp_path / "three/sessions") == holds(tmp_path / "two/sessions")


@pytest.mark.parametrize("sizes", SIZES)
def test_two_servers_show_the_same_records(tmp_path, sizes: tuple[int, ...]) -> None:
    told = [record(size) for size in sizes]
    one, two = holding(tmp_path / "one", *told), empty(tmp_path / "two")
    for server in (one, two):
        server.environment["DIALOG_BASE_URL"] = "https://dialog.example"
    package = tmp_path / "records.zip"
    went(one, "export", "--to", package)
    went(two, "import", package)
    with ExitStack() as running_:
        readers = [running_.enter_context(shown(server)).browser() for server in (one, two)]
        paths = [f"/archive/{one['slug']}{ending}" for one in told for ending in PATHS]
        paths += [f"/archive/{t['slug']}/{q['number']}" for t in told for q in t["questions"][::25]]
        paths += ["/archive", "/archive/feed.atom", "/archive/corrections.atom", "/sitemap.xml"]
        paths += ["/archive/promises"]
        for path in paths:
            answers = [reader.get(path) for reader in readers]
            assert answers[0].status == answers[1].status, path
            assert answers[0].body == answers[1].body, path
        packages = [reader.get("/archive/all.zip").body for reader in readers]
        assert packages[0] == packages[1]


def test_what_declared_a_session_goes_with_its_record(tmp_path) -> None:
    one, two = empty(tmp_path / "one"), empty(tmp_path / "two")
    sessions = Path(__file__).resolve().parents[2] / "sessions"
    slug = "2026-10-06-wohnen-und-ankommen"
    shutil.copytree(sessions / slug, tmp_path / "one/sessions" / slug)
    package = tmp_path / "one.zip"
    went(one, "export", slug, "--to", package)
    went(two, "import", package)
    for name in ("session.toml", "intro.de.md"):
        there, here = tmp_path / "two/sessions" / slug / name, sessions / slug / name
        assert filecmp.cmp(there, here, shallow=False)


def test_a_record_of_the_first_schema_is_taken_in_and_brought_forward(tmp_path) -> None:
    slug = json.loads(FIRST.read_bytes())["slug"]
    source = tmp_path / "old" / slug
    source.mkdir(parents=True)
    shutil.copy(FIRST, source / folder.FILE)
    server = empty(tmp_path / "one")
    assert "taken in." in went(server, "import", source)
    assert "nothing to do." in went(server, "import", source)
    with shown(server):
        assert server.browser().get(f"/archive/{slug}.json").json()["schema"].endswith("/2")
        assert server.browser().get(f"/archive/{slug}").status == 200
        place = tmp_path / "one/sessions" / slug
        deadline = time.monotonic() + 30
        while not (place / folder.SUMS).exists():  # what does not fit the record is written anew
            assert time.monotonic() < deadline
            time.sleep(0.05)
    record_ = folder.read(place)
    assert record_ is not None
    assert folder.files(place, record_) is not None
    assert json.loads((place / folder.FILE).read_bytes()) == record_


def test_what_says_something_else_is_put_in_place_only_where_that_is_wanted(tmp_path) -> None:
    told = record(12)
    server = holding(tmp_path / "one", told)
    package, other = tmp_path / "same.zip", tmp_path / "other.zip"
    went(server, "export", "--to", package)
    elsewhere = holding(tmp_path / "two", told | {"title": "Ein anderer Titel"})
    went(elsewhere, "export", "--to", other)
    before = holds(tmp_path / "one/sessions")
    said = refused(server, "import", other)
    assert "says something else" in said
    assert "--replace" in said
    assert holds(tmp_path / "one/sessions") == before
    went(server, "import", "--replace", other)
    assert holds(tmp_path / "one/sessions") == holds_of(other)
    assert "nothing to do." in went(server, "import", "--replace", other)
    with shown(server):
        page = server.browser().get(f"/archive/{told['slug']}.json")
        assert page.json()["title"] == "Ein anderer Titel"


def holds_of(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_of_several_all_are_taken_in_or_none(tmp_path) -> None:
    one, two = record(3), record(12)
    package = tmp_path / "records.zip"
    went(holding(tmp_path / "one", one, two), "export", "--to", package)
    files = holds_of(package)
    files[f"{two['slug']}/transcript.pdf"] += b" "
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    server = empty(tmp_path / "two")
    said = refused(server, "import", broken)
    assert f"{two['slug']}/transcript.pdf is damaged" in said
    assert "Nothing was taken in." in said
    said = refused(server, "import", package, broken)
    assert list((tmp_path / "two/sessions").iterdir()) == []
    went(server, "import", package, package)
    assert len(list((tmp_path / "two/sessions").iterdir())) == 2


def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(tmp_path, monkeypatch) -> None:
    """The second of two cannot be put in its place: the first goes back."""
    import asyncio

    from dialog.app import Application
    from dialog.exchange import take_in
    from dialog.settings import Settings

    package = tmp_path / "records.zip"
    went(holding(tmp_path / "one", record(3), record(12)), "export", "--to", package)
    server = holding(tmp_path / "two", record(3) | {"title": "Vorher"})
    before = holds(tmp_path / "two/sessions")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    put = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if "sprache" in str(target) and ".import" in str(self):
            raise OSError(28, os.strerror(28))
        return put(self, target)

    async def take() -> None:
        application = Application(Settings())
        try:
            await take_in(application, [package], replace=True, store=True)
        finally:
            await application.close()

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="No space"):
        asyncio.run(take())
    assert holds(tmp_path / "two/sessions") == before


def test_a_session_that_was_held_here_keeps_its_own_record(tmp_path) -> None:
    with running(tmp_path / "held") as server:
        slug = server.slugs["closed"]
    elsewhere = record(3) | {"slug": slug}
    package = tmp_path / "records.zip"
    went(holding(tmp_path / "one", elsewhere), "export", "--to", package)
    before = holds(tmp_path / "held/sessions")
    said = refused(server, "import", "--replace", package)
    assert "was declared and held on this server" in said
    assert holds(tmp_path / "held/sessions") == before


def test_a_running_server_has_it_after_its_next_start(tmp_path) -> None:
    told = record(3)
    package = tmp_path / "records.zip"
    went(holding(tmp_path / "one", told), "export", "--to", package)
    server = empty(tmp_path / "two", "http://127.0.0.1:8000")
    path = f"/archive/{told['slug']}"
    with shown(server):
        assert "after its next start" in went(server, "import", package)
        assert server.browser().get(path).status == 404
    with shown(server):
        assert server.browser().get(path).status == 200
        assert server.browser().get(f"{path}.pdf").status == 200


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path) -> None:
    server = empty(tmp_path / "one")
    assert "There is no record." in refused(server, "export", "--to", tmp_path / "x.zip")
    slug = "2020-01-01-nie"
    assert f"no record of {slug}" in refused(server, "export", slug, "--to", tmp_path / "x.zip")
    assert "no record of" in refused(server, "export", "../one", "--to", tmp_path / "x.zip")
    (tmp_path / "x.zip").write_bytes(b"mine")
    assert "is there already" in refused(server, "export", "--to", tmp_path / "x.zip")
    assert (tmp_path / "x.zip").read_bytes() == b"mine"
    assert {path.name for path in tmp_path.iterdir()} == {"one", "x.zip"}


def test_a_declaration_that_cannot_be_used_is_not_taken_in(tmp_path) -> None:
    told = record(3)
    package = tmp_path / "records"
    went(holding(tmp_path / "one", told), "export", "--to", package)
    (package / told["slug"] / "session.toml").write_text("title = 5\n", "utf-8")
    server = empty(tmp_path / "two")
    said = refused(server, "import", package)
    assert told["slug"] in said
    assert "intro.de.md" in said
    copied = declare(tmp_path / "copy", "probe-probe-0123456789ab")
    folder.write(tmp_path / "copy" / copied, told | {"slug": copied})
    assert "no name of a session that was held" in refused(server, "import", tmp_path / "copy")
    assert list((tmp_path / "two/sessions").iterdir()) == []
