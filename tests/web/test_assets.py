"""Scripts travel bare: nothing but comments is left out of them."""

import re
from pathlib import Path

import pytest

from dialog.web.assets import bare

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
