"""What an attacker tried at the pages, and what they answer."""

import html
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute

from dialog.secret import kept_secret
from dialog.web.page import DEEPEST, in_language
from dialog.web.routes import routes
from tests.live.client import Browser, Live
from tests.live.programme import CODE, declare, evening
from tests.live.server import Server, running

SECRET_TEXT = "Steht diese Frage nur im Saal?"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a session that only its participants may read."""
    folder = tmp_path_factory.mktemp("hall")
    slugs = dict(evening(folder / "sessions"))
    for name in ("hall", "record"):
        slugs[name] = declare(
            folder / "sessions",
            name,
            starts=timedelta(minutes=-10),
            goes_live="by_clock",
            identity="code",
            code=CODE,
            readers=False,
        )
    started = Server(folder, slugs)
    started.migrate()
    started.start()
    yield started
    started.stop()
    started.check_log()


@pytest.fixture(scope="module")
def taken(hall: Server) -> int:
    """A question that is on the stage of the closed session."""
    slug = hall.slugs["hall"]
    asker, moderator = hall.browser(), hall.staff(slug, "moderator")
    assert asker.join(slug, "Anna", code=CODE).status == 303
    fields = {"text": SECRET_TEXT, "show": "name"}
    asked = asker.submit(f"/sessions/{slug}", f"/sessions/{slug}/questions", **fields)
    assert asked.status == 303, asked.text
    number = 1
    desk = f"/sessions/{slug}/moderation"
    rev = int(re.search(r'name="rev" value="(\d+)"', moderator.get(f"{desk}?number=1").text)[1])  # type: ignore[index]
    assert moderator.submit(desk, desk, do="approve", number=number, rev=rev).status == 303
    order = {"do": "now", "number": number, "order_rev": order_rev(moderator, slug)}
    assert moderator.submit(desk, desk, **order).status == 303
    return number


def order_rev(browser: Browser, slug: str) -> int:
    messages = browser.get(f"/sessions/{slug}/updates?stream=desk").json()
    return int(next(m for m in messages if m["type"] == "snapshot")["session"]["order_rev"])


# --- a session that only its participants may read ------------------------------------------------


@pytest.mark.parametrize(
    "place", ["/", "/sessions/{}", "/sessions/{}/join", "/sessions/{}.ics", "/sessions/{}/updates"]
)
def test_no_page_shows_readers_what_is_not_for_them(hall, taken, place) -> None:
    page = hall.browser().get(place.format(hall.slugs["hall"]))
    assert SECRET_TEXT not in html.unescape(page.text)


@pytest.mark.parametrize("place", ["questions", "questions/1/upvote", "mine"])
@pytest.mark.parametrize("good", [True, False])
def test_no_refusal_shows_readers_what_is_not_for_them(hall, taken, place, good) -> None:
    slug, stranger = hall.slugs["hall"], hall.browser()
    token = stranger.get(f"/sessions/{slug}/join").token if good else "x"
    form = {"token": token, "do": "reword", "text": "Was ich schrieb, steht noch da.", "on": 1}
    page = stranger.post(f"/sessions/{slug}/{place}", form)
    assert page.status == 403
    assert SECRET_TEXT not in html.unescape(page.text)
    assert "Was ich schrieb, steht noch da." in page.text


async def test_a_token_of_a_reader_opens_no_floor_that_readers_may_not_watch(hall) -> None:
    from dialog.app import clock
    from dialog.forum.names import Role
    from dialog.web.seals import Sealed, Seals

    slug = hall.slugs["hall"]
    secret = (hall.folder / "data" / "secret").read_text("ascii")
    page = Seals(secret, clock).page(Sealed(0, slug, Role.READER))
    stranger = Live(hall.browser(), slug, page=page)
    await stranger.open()
    await stranger.send({"type": "hello", "stream": "floor", "page": page})
    assert await stranger.closed() == 4501


def test_everyone_may_read_the_record_of_a_closed_session(hall) -> None:
    slug = hall.slugs["record"]
    desk, organiser = f"/sessions/{slug}/organiser", hall.staff(slug, "organiser", "Olga Beispiel")
    for form in ({"do": "phase", "to": "closed"}, {"do": "conclude"}, {"do": "publish"}):
        answer = organiser.submit(desk, desk, **form)
        assert answer.status == 303, answer.text
    deadline = time.monotonic() + 10
    while hall.browser().get(f"/archive/{slug}").status != 200:  # it comes right after the answer
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for place in ("", "/questions/1"):
        moved = hall.browser().get(f"/sessions/{slug}{place}")
        assert (moved.status, moved.headers["location"]) == (303, f"/archive/{slug}")


# --- what was typed is given back ----------------------------------------------------------------


def test_an_answer_typed_under_a_pass_that_has_ended_is_given_back(hall) -> None:
    slug = hall.slugs["live"]
    text = f"Vier Zeilen Antwort <b>{uuid4().hex}</b>"
    page = hall.browser().post(f"/sessions/{slug}/scribe", {"do": "answer", "text": text})
    assert page.status == 403
    assert html.escape(text) in page.text


# --- guessing ------------------------------------------------------------------------------------


def test_codes_cannot_be_guessed_through(hall) -> None:
    slug, guesser = hall.slugs["code"], hall.browser()
    token = guesser.get(f"/sessions/{slug}/join").token

    def guess(code: str) -> int:
        form = {"token": token, "code": code, "name": "Getippter Name"}
        return guesser.post(f"/sessions/{slug}/join", form).status

    assert {guess(f"{n:06}") for n in range(100)} == {403}
    assert guess("999999") == 429
    assert guess(CODE) == 429
    assert hall.browser().join(hall.slugs["hall"], code=CODE).status == 303


def test_a_household_guesses_as_one_whatever_its_addresses(tmp_path) -> None:
    with running(tmp_path, proxies="127.0.0.1") as server:
        slug, guesser = server.slugs["code"], server.browser()
        address = f"/sessions/{slug}/join"
        token = guesser.get(address).token

        def guess(number: int, network: str) -> int:
            form = {"token": token, "code": f"{number:06}", "name": ""}
            return guesser.post(address, form, x_forwarded_for=f"{network}::{number:x}").status

        assert {guess(number, "2001:db8:0:1") for number in range(100)} == {403}
        assert guess(100, "2001:db8:0:1") == 429
        assert guess(100, "2001:db8:0:2") == 403


# --- requests that are no requests ---------------------------------------------------------------


def send(server: Server, request: bytes, *, hang_up: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(request)
        if hang_up:
            time.sleep(0.2)
            return b""
        return line.recv(4_096)


@pytest.mark.parametrize("place", ["questions", "commands"])
def test_hanging_up_within_a_body_is_no_fault_of_ours(hall, place) -> None:
    slug = hall.slugs["live"]
    one = hall.volunteer(slug)
    token = hall.page(one, slug).token
    head = (
        f"POST /sessions/{slug}/{place} HTTP/1.1\r\nHost: x\r\nCookie: {one.cookie}\r\n"
        f"X-Dialog-Token: {token}\r\nContent-Type: {FORM}\r\nContent-Length: 99\r\n\r\ntext=Geheim"
    )
    send(hall, head.encode(), hang_up=True)
    time.sleep(0.2)
    hall.check_log()


@pytest.mark.parametrize("codec", ["punycode", "undefined", "unicode_escape", "utf-16", "zlib"])
def test_a_form_in_another_codec_is_refused(hall, codec) -> None:
    slug = hall.slugs["live"]
    one = hall.volunteer(slug)
    part = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = [part.format("token", hall.page(one, slug).token), part.format("text", r"\ud800 é")]
    body = "--x\r\n" + "--x\r\n".join(parts) + "--x--\r\n"
    kind = f"multipart/form-data; boundary=x; charset={codec}"
    answer = one.ask("POST", f"/sessions/{slug}/questions", body.encode(), content_type=kind)
    assert answer.status == 415
    good = one.ask(
        "POST", f"/sessions/{slug}/questions", body.encode(),
        content_type="multipart/form-data; boundary=x; charset=UTF-8",
    )  # fmt: skip
    assert good.status == 303
    hall.check_log()


@pytest.mark.parametrize(
    "place", ["/sessions/%00", "/archive/%00", "/archive/%00.json", "/sessions/%ED%A0%80"]
)
def test_an_address_that_no_session_can_have_is_not_there(hall, place) -> None:
    assert hall.browser().get(place).status == 404
    hall.check_log()


@pytest.mark.parametrize("place", ["/archive/", "/static", "/healthz/"])
def test_no_answer_leads_to_the_host_that_a_request_names(hall, place) -> None:
    answer = hall.browser().get(place, host="anderswo.example")
    assert answer.status == 404
    assert "anderswo" not in str(answer.headers)


# --- the secret ----------------------------------------------------------------------------------


def test_an_address_of_thousands_of_parts_is_not_looked_for_part_by_part() -> None:
    """Each part was held against all routes: one request of 24 KB stopped the server for 1.2 s."""
    looked: list[str] = []

    class Counted(Route):
        def matches(self, scope):
            looked.append(scope["path"])
            return super().matches(scope)

    paths = [route.path for route in routes() if isinstance(route, (Route, WebSocketRoute))]
    assert max(path.count("/") for path in paths) <= DEEPEST
    app = Starlette(routes=[Counted("/sessions/{slug}", lambda _: None)])
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": [], "app": app}
    for path in ("/a" * 12_000, "/" * 24_000, "/sessions/x" + "/a" * 12_000):
        asked = Request(scope | {"path": path, "server": ("h", 80), "scheme": "http"})
        assert in_language(asked, "en").endswith("?lang=en")
    assert in_language(asked, "en") == "/sessions/x?lang=en"
    assert len(looked) < 5 * DEEPEST
    many = Request(scope | {"method": "GET", "path": "/", "query_string": b"a=b&" * 8_000})
    assert len(in_language(many, "en")) < 1_000


def test_a_secret_is_whole_or_not_there(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path)
    assert len(secret) > 40
    assert kept_secret(tmp_path) == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]
    (tmp_path / "secret").write_text("")
    with pytest.raises(ValueError, match="empty"):
        kept_secret(tmp_path)


def test_where_readers_may_not_watch_the_video_is_for_who_takes_part(hall) -> None:
    slug = hall.slugs["hall"]
    stranger, guest = hall.browser(), hall.browser()
    guest.join(slug, "Samira", code=CODE)
    for place in (f"/sessions/{slug}.ics", f"/sessions/{slug}/join"):
        assert "video.example" not in stranger.get(place).text.replace("\r\n ", "")
    assert "video.example" in guest.get(f"/sessions/{slug}.ics").text.replace("\r\n ", "")


def test_an_error_page_asks_nothing_of_a_database_that_may_be_the_fault(hall: Server) -> None:
    browser = hall.browser()
    assert browser.join(hall.slugs["hall"], "Ada", code=CODE).status == 303
    database = sqlite3.connect(hall.folder / "data" / "dialog.sqlite3", isolation_level=None)
    with closing(database):
        database.execute("ALTER TABLE passes RENAME TO lost")
        try:
            assert browser.get("/nirgends").status == 404
        finally:
            database.execute("ALTER TABLE lost RENAME TO passes")
