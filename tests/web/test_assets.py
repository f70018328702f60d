"""Scripts travel bare: nothing but comments is left out of them."""

import re
from pathlib import Path

import pytest

from dialog.web.assets import Assets, bare

SCRIPTS = sorted((Path(__file__).parents[2] / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_only_lines_of_comments_are_left_out(script: Path) -> None:
    whole = script.read_text("utf-8")
    left = bare(whole)
    lines = left.splitlines()
    out, at = [], 0
    for line in whole.splitlines():
        if at < len(lines) and line == lines[at]:
            at += 1
        else:
            out.append(line.strip())
    assert at == len(lines), "nothing is another or in another place"
    assert all(re.match(r"/\*\*|\*|//", line) or line.endswith("*/") for line in out), out
    assert not re.search(r"^\s*(/\*\*|//)", left, re.MULTILINE)
    assert len(left) < len(whole)


def test_a_text_in_several_lines_does_not_look_like_a_comment() -> None:
    for script in SCRIPTS:
        for text in re.findall(r"`[^`]*`", bare(script.read_text("utf-8"))):
            assert not re.search(r"^\s*(//|/\*\*)", text, re.MULTILINE), script.name


def test_a_script_comes_bare_and_once(server) -> None:
    browser = server.browser()
    first = browser.get("/static/js/room.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.text == bare(next(s for s in SCRIPTS if s.name == "room.js").read_text("utf-8"))
    assert first.headers["content-security-policy"].startswith("default-src 'none'")
    again = browser.get("/static/js/room.js", if_none_match=first.headers["etag"])
    assert (again.status, again.text) == (304, "")
    assert browser.get("/static/js/nothing.js").status == 404
    assert "/*" in browser.get("/static/css/base.css").text


def test_pages_name_files_by_their_content_and_browsers_keep_them_for_a_year(server) -> None:
    browser = server.browser()
    named = re.findall(r'"(/static/[^"]+)"', browser.get("/").text)
    assert len(named) > 4
    marks = {mark for address in named for mark in re.findall("^/static/([0-9a-f]{12})/", address)}
    assert len(marks) == 1, "all of one state"
    for address in named:
        kept = browser.get(address).headers["cache-control"]
        assert kept == "public, max-age=31536000, immutable", address
    other = named[0].replace(*marks, "0" * 12)
    for address in (other, re.sub("/[0-9a-f]{12}/", "/", named[0])):
        found = browser.get(address)
        assert (found.status, found.headers["cache-control"]) == (200, "no-cache"), address


def test_the_mark_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    for name in ("js/a.js", "b.css"):
        (tmp_path / name).write_text("first")
    first = Assets(tmp_path)
    assert Assets(tmp_path).mark == first.mark
    (tmp_path / "js/a.js").write_text("second")
    second = Assets(tmp_path)
    assert second.address("b.css") != first.address("b.css")
    (tmp_path / "js/a.js").rename(tmp_path / "js/c.js")
    assert Assets(tmp_path).mark != second.mark
    with pytest.raises(KeyError):
        second.address("nothing.css")


@pytest.mark.parametrize(
    "accepted, coding",
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0", None), ("identity", None)],
)
def test_a_style_sheet_is_compressed_as_the_client_takes_it(server, accepted, coding) -> None:
    browser = server.browser()
    plain = browser.get("/static/css/room.css", accept_encoding="identity")
    packed = browser.get("/static/css/room.css", accept_encoding=accepted)
    assert packed.headers.get("content-encoding") == coding
    assert packed.headers["etag"] == plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.text == plain.text
    assert not coding or len(packed.body) < len(plain.body) / 3
    address = "/static/fonts/source-sans-3-latin-wght-normal.woff2"
    font = browser.get(address, accept_encoding=accepted)
    assert "content-encoding" not in font.headers


def test_static_files_are_only_read(server) -> None:
    assert server.browser().post("/static/js/room.js", {}).status in (403, 405)
