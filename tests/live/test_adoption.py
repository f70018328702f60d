"""A record that came as a folder is shown as it is; once it is adopted it can be cared for."""

import shutil
import time
from pathlib import Path

from tests.live.server import ROOT, Server

SLUG = "2026-10-06-wohnen-und-ankommen"


def test_a_record_that_was_adopted_is_the_same_and_can_be_cared_for(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sessions" / SLUG, tmp_path / "sessions" / SLUG)
    server = Server(tmp_path, {})
    server.migrate()
    server.start()
    before = server.browser().get(f"/archive/{SLUG}.csv").text
    pages = {q: server.browser().get(f"/archive/{SLUG}/{q}").text for q in (7, 1)}
    refused = server.run("adopt", SLUG)
    assert refused.returncode == 1
    assert "Stop the server first" in refused.stderr
    server.stop()
    adopted = server.run("adopt", SLUG)
    assert adopted.returncode == 0, adopted.stderr
    assert "already" in server.run("adopt", SLUG).stderr
    server.start()
    try:
        assert server.browser().get(f"/archive/{SLUG}.csv").text == before
        assert {q: server.browser().get(f"/archive/{SLUG}/{q}").text for q in pages} == pages
        team = server.staff(SLUG, "organiser", "Olga Ott")
        desk = f"/sessions/{SLUG}/organiser"
        told = team.submit(desk, desk, do="unpublish", number=7, why="Auf Wunsch der Fragenden.")
        assert told.status == 303, told.text
        deadline = time.monotonic() + 10
        while server.browser().get(f"/archive/{SLUG}/7").status != 410:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "keine bezahlbare Wohnung" not in server.browser().get(f"/archive/{SLUG}.csv").text
    finally:
        server.stop()
    server.check_log()
