"""A rehearsal is a copy: marked, unlisted, never published, and gone in the end without a trace."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialog.programme import DeclarationError, programme, read
from dialog.programme.copying import copy, end, rehearsals, remove
from dialog.store.database import Database
from dialog.store.rehearsals import RealSession, erase
from tests.live.client import Live
from tests.live.programme import CODE, declare
from tests.live.server import Server, running
from tests.rehearsal.copies import made, opened, soon, stored

DAY = timedelta(days=1)


def test_a_running_server_takes_it_in_marked_and_live(server: Server) -> None:
    copy = opened(server, server.slugs["closed"])
    staff = server.staff(copy.slug, "organiser")
    for browser, place in (
        (server.browser(), ""), (server.volunteer(copy.slug), "/mine"), (server.browser(), "/join"),
        (staff, "/moderation"), (staff, "/stage"), (staff, "/scribe"), (staff, "/organiser"),
        (server.browser(), "/questions/77"),
    ):  # fmt: skip
        page = browser.get(f"/sessions/{copy.slug}{place}")
        assert "Probe – keine echte Sitzung" in page.text, place
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in page.text
        english = browser.get(f"/sessions/{copy.slug}{place}?lang=en")
        assert "Rehearsal – not a real session" in english.text, place
    state = server.browser().get(f"/sessions/{copy.slug}/updates?wait=0").json()
    assert state[1]["session"]["phase"] == "live"
    real = server.browser().get(f"/sessions/{server.slugs['live']}")
    assert "x-robots-tag" not in real.headers
    assert "keine echte Sitzung" not in real.text


def test_it_is_listed_nowhere(server: Server) -> None:
    copy = opened(server, server.slugs["live"])
    for page in ("/", "/archive", f"/sessions/{server.slugs['live']}"):
        assert copy.slug not in server.browser().get(page).text
        assert "-probe-" not in server.browser().get(page).text
    assert server.browser().get(f"/sessions/{copy.slug}.ics").status == 404
    assert server.browser().get(f"/archive/{copy.slug}").status == 404


def test_it_is_never_published(server: Server) -> None:
    copy = opened(server, server.slugs["live"])
    organiser = server.staff(copy.slug, "organiser")
    page = f"/sessions/{copy.slug}/organiser"
    assert organiser.submit(page, page, do="phase", to="closed").status == 303
    refused = organiser.submit(page, page, do="publish")
    assert refused.status == 403
    assert "Eine Probe wird nicht veröffentlicht" in refused.text
    assert not (server.folder / "sessions" / copy.slug / "transcript.json").exists()


@pytest.mark.parametrize("serving", [True, False])
def test_removing_it_removes_all_of_it_and_nothing_else(tmp_path, serving) -> None:
    with running(tmp_path) as server:
        real = server.slugs["live"]
        other = server.volunteer(real)
        assert (
            other.submit(f"/sessions/{real}", f"/sessions/{real}/questions", text="Echt?").status
            == 303
        )
        server.stop()
        before = stored(server)
        server.start()
        copy = opened(server, real)
        link = server.invite(copy.slug, "moderator")
        guest = server.volunteer(copy.slug)
        page = f"/sessions/{copy.slug}"
        assert guest.submit(page, f"{page}/questions", text="Nur geprobt?").status == 303
        assert server.staff(copy.slug, "organiser").get(f"{page}/organiser").status == 200
        if not serving:
            server.stop()
        done = server.run("rehearsal", "--remove", copy.slug)
        assert done.returncode == 0, done.stderr
        assert ("The running server deletes it" if serving else "was removed") in done.stdout
        soon(lambda: not (tmp_path / "sessions" / copy.slug).exists())
        if serving:
            assert server.browser().get(page).status == 404
            assert server.browser().get(link.removeprefix(server.base)).status == 410
            server.stop()
        assert stored(server) == before
        again = server.run("rehearsal", "--remove", copy.slug)
        assert (again.returncode, "is no rehearsal" in again.stderr) == (1, True)
        server.start()


def test_one_whose_time_is_over_goes_by_itself(tmp_path) -> None:
    with running(tmp_path) as server:
        copies = [opened(server, server.slugs["live"]) for _ in range(2)]
        folder = tmp_path / "sessions"
        end(folder, copies[0].slug, datetime.now(UTC))
        soon(lambda: not (folder / copies[0].slug).exists())
        assert server.browser().get(f"/sessions/{copies[1].slug}").status == 200
        server.stop()
        end(folder, copies[1].slug, datetime.now(UTC))
        server.start()
        assert not (folder / copies[1].slug).exists()
        left = {slug for _, slug, *_ in stored(server)["sessions"]}
        assert left == set(server.slugs.values())


def test_one_that_cannot_be_read_is_said_to_stay(server: Server) -> None:
    copy = opened(server, server.slugs["live"])
    file = server.folder / "sessions" / copy.slug / "session.toml"
    whole = file.read_text("utf-8")
    file.write_text(f"{whole}[[", "utf-8")
    done = server.run("rehearsal", "--remove", copy.slug)
    assert (done.returncode, "cannot be read" in done.stderr) == (1, True)
    file.write_text(whole, "utf-8")
    assert server.run("rehearsal", "--remove", copy.slug).returncode == 0
    soon(lambda: not file.exists())


def test_nobody_gets_into_one_that_was_removed(server: Server) -> None:
    copy = opened(server, server.slugs["live"])
    assert server.run("rehearsal", "--remove", copy.slug).returncode == 0
    soon(lambda: not (server.folder / "sessions" / copy.slug).exists())
    soon(lambda: asked(server, copy.slug, copy.token).status == 404)
    assert copy.slug not in {slug for _, slug, *_ in stored(server)["sessions"]}


def test_without_a_folder_of_sessions_a_server_starts(tmp_path) -> None:
    with running(tmp_path) as server:
        server.stop()
        server.environment["DIALOG_SESSIONS"] = str(tmp_path / "nirgends")
        server.start()
        assert server.browser().get("/").status == 200


async def test_who_is_in_it_is_sent_away_when_it_goes(server: Server) -> None:
    copy = await asyncio.to_thread(opened, server, server.slugs["live"])
    reader = Live(server.browser(), copy.slug)
    async with reader:
        done = await asyncio.to_thread(server.run, "rehearsal", "--remove", copy.slug)
        assert done.returncode == 0
        assert await reader.closed() == 4504
    assert server.browser().get(f"/sessions/{copy.slug}").status == 404


def test_a_real_session_is_neither_removed_nor_ended(server: Server) -> None:
    real = server.slugs["live"]
    done = server.run("rehearsal", "--remove", real)
    assert (done.returncode, "is no rehearsal" in done.stderr) == (1, True)
    done = server.run("rehearsal", "2026-01-01-gibt-es-nicht")
    assert (done.returncode, "There is no session" in done.stderr) == (1, True)
    assert server.browser().get(f"/sessions/{real}").status == 200


async def test_what_a_journal_knows_as_real_is_not_erased(server: Server) -> None:
    database = Database(f"sqlite:///{server.folder}/data/dialog.sqlite3")
    try:
        with pytest.raises(RealSession, match="is a real session"):
            await erase(database, server.slugs["announced"])
        await erase(database, "2026-01-01-nie-gesehen")
    finally:
        await database.close()
    assert server.browser().get(f"/sessions/{server.slugs['announced']}").status == 200


# --- the folder ----------------------------------------------------------------------------------


def test_a_copy_is_live_now_and_kept_for_seven_days(tmp_path: Path) -> None:
    slug = declare(tmp_path, "ein-thema", starts=40 * DAY)
    now = datetime.now(UTC)
    made = copy(tmp_path, slug, now, timedelta(hours=3))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-ein-thema-probe-[0-9a-f]{12}", made.slug)
    assert made.opens < made.starts < now < made.ends
    assert (made.ends - now).total_seconds() == pytest.approx(3 * 3600, abs=2)
    assert made.rehearsal_until
    assert (made.rehearsal_until - now).total_seconds() == pytest.approx(7 * 86_400, abs=2)
    assert (made.title, made.goes_live) == (read(tmp_path / slug).title, "by_clock")
    assert rehearsals(tmp_path) == {made.slug: made}
    assert copy(tmp_path, slug, now, DAY).slug != made.slug
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_session_by_personal_links_is_rehearsed_by_code(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    by_link = copy(tmp_path, declare(tmp_path, "link", identity="link"), now, DAY)
    assert by_link.identity == "code"
    assert by_link.code


def test_a_code_of_the_evening_is_not_told_to_who_rehearses(tmp_path: Path) -> None:
    slug = declare(tmp_path, "mit", identity="code", code=CODE)
    by_code = copy(tmp_path, slug, datetime.now(UTC), DAY)
    assert by_code.identity == "code"
    assert by_code.code not in (None, CODE)


def test_every_form_of_toml_can_be_copied(tmp_path: Path) -> None:
    slug = declare(tmp_path, "anders")
    file = tmp_path / slug / "session.toml"
    file.write_text(file.read_text("utf-8").replace("\nopens =", '\n"opens" ='), "utf-8")
    made = copy(tmp_path, slug, datetime.now(UTC), timedelta(hours=1))
    assert read(tmp_path / made.slug) == made


def test_a_session_with_faults_is_not_copied(tmp_path: Path) -> None:
    slug = declare(tmp_path, "kaputt", colour="rot")
    with pytest.raises(DeclarationError):
        copy(tmp_path, slug, datetime.now(UTC), DAY)
    assert [path.name for path in tmp_path.iterdir()] == [slug]


def test_a_session_with_an_own_name_never_ends_so(tmp_path: Path) -> None:
    slug = declare(tmp_path, "echt", rehearsal_until="x")
    file = tmp_path / slug / "session.toml"
    file.write_text(file.read_text("utf-8").replace('"x"', "2026-01-01T12:00:00+01:00"), "utf-8")
    with pytest.raises(DeclarationError) as told:
        read(tmp_path / slug)
    assert [fault.code for fault in told.value.faults] == ["no_rehearsal"]
    with pytest.raises(ValueError, match="is no rehearsal"):
        remove(tmp_path, slug)
    assert file.exists()


def test_a_folder_with_a_record_is_not_removed(tmp_path: Path) -> None:
    made = copy(tmp_path, declare(tmp_path, "thema"), datetime.now(UTC), DAY)
    (tmp_path / made.slug / "transcript.json").write_text("{}", "utf-8")
    with pytest.raises(ValueError, match="is no rehearsal"):
        remove(tmp_path, made.slug)


def test_a_link_is_not_removed(tmp_path: Path) -> None:
    made = copy(tmp_path, declare(tmp_path, "thema"), datetime.now(UTC), DAY)
    folder, elsewhere = tmp_path / made.slug, tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    with pytest.raises(ValueError, match="is no rehearsal"):
        remove(tmp_path, made.slug)
    assert (elsewhere / "session.toml").exists()


def test_removing_that_is_interrupted_leaves_no_half_of_a_session(tmp_path, monkeypatch) -> None:
    real = declare(tmp_path, "thema")
    made = copy(tmp_path, real, datetime.now(UTC), DAY)

    def interrupt(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("dialog.programme.copying.shutil.rmtree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            remove(tmp_path, made.slug)
    assert [one.slug for one in programme(tmp_path).declarations] == [real]
    assert not programme(tmp_path).faults
    remove(tmp_path, made.slug)  # for another process it is gone


def test_one_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    made = copy(tmp_path, declare(tmp_path, "thema"), datetime.now(UTC), DAY)
    (tmp_path / made.slug / "session.toml").write_text("{{{", "utf-8")
    assert rehearsals(tmp_path) == {made.slug: None}


# --- who plays ------------------------------------------------------------------------------------


def asked(server: Server, slug: str, token: str):
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    return server.browser().ask("POST", f"/sessions/{slug}/rehearsal", **headers)


def test_only_the_bearer_of_its_own_token_gets_in(server: Server) -> None:
    copy, other = opened(server, server.slugs["code"]), made(server, server.slugs["live"])
    good = asked(server, copy.slug, copy.token)
    assert good.status == 200
    assert good.json()["code"] == read(server.folder / "sessions" / copy.slug).code != CODE
    assert server.browser().enter(good.json()["enter"]).status == 303
    before = stored(server)["invitations"]
    foreign = made(Server(server.folder, server.slugs, secret="ein anderes"), server.slugs["live"])
    for told, token in (
        ("none", ""), ("of another rehearsal", other.token), ("cut", copy.token[:-2]),
        ("of another secret", foreign.token),
        ("a page's", server.page(server.browser(), copy.slug).live),
    ):  # fmt: skip
        answer = asked(server, copy.slug, token)
        assert (answer.status, answer.json()["field"]) == (403, "bearer"), told
    real = asked(server, server.slugs["live"], copy.token)
    assert (real.status, real.json()["field"]) == (403, "real")
    assert asked(server, "2026-01-01-nichts", copy.token).status == 404
    assert stored(server)["invitations"] == before
    statuses = {asked(server, copy.slug, copy.token).status for _ in range(130)}
    assert statuses == {200, 429}
