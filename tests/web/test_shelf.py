"""Pages from memory: the same for all, never anyone's own, and gone when they are not true."""

import asyncio
import gc
import gzip
import weakref

import pytest
from starlette.types import Message, Receive, Scope, Send

from dialog.web.shelf import MARK, Fresh, Shelf
from tests.live.client import Browser
from tests.live.server import Server
from tests.web.test_forms import act, approved, desk_row, rows, sentence


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


@pytest.fixture(scope="module")
def moderator(server: Server) -> Browser:
    return server.staff(server.slugs["live"], "moderator")


def test_what_was_hidden_or_reworded_is_on_no_page_any_more(server, slug, moderator) -> None:
    """A kept page may be a second old in its counts, but in nothing else."""
    reader = server.browser()
    for _ in range(5):
        number = approved(server, slug, moderator)
        room, question = f"/sessions/{slug}", f"/sessions/{slug}/questions/{number}"
        text = rows(moderator, slug)[-1]["text"]
        assert all(text in reader.get(page).text for page in (room, question, room, question))
        other = sentence()
        rev = rows(moderator, slug)[-1]["rev"]
        edited = act(moderator, slug, "moderation", do="edit", number=number, rev=rev, text=other)
        assert edited.status == 303, edited.text
        for page in (room, question):
            assert other in reader.get(page).text
            assert text not in reader.get(page).text
        rev = rows(moderator, slug)[-1]["rev"]
        hidden = act(moderator, slug, "moderation", do="hide", number=number, rev=rev)
        assert hidden.status == 303, hidden.text
        assert other not in reader.get(room).text
        assert reader.get(question).status == 404


def test_a_question_on_stage_that_is_hidden_is_not_on_the_home_page(server) -> None:
    slug, reader = server.slugs["direct"], server.browser()
    desk, stage = server.staff(slug, "moderator"), server.staff(slug, "minister")
    number = approved(server, slug, desk)
    row = rows(desk, slug)[-1]
    order = desk_row(desk, slug)["order_rev"]
    assert act(stage, slug, "stage", do="now", number=number, order_rev=order).status == 303
    for page in ("/", "/?lang=en", f"/sessions/{slug}/questions"):
        assert row["text"] in reader.get(page).text
    rev = rows(desk, slug)[-1]["rev"]
    assert act(desk, slug, "moderation", do="hide", number=number, rev=rev).status == 303
    for page in ("/", "/?lang=en", f"/sessions/{slug}/questions"):
        assert row["text"] not in reader.get(page).text


def test_one_body_for_all_and_a_short_word_for_who_has_it(server, slug) -> None:
    one, other = server.browser(), server.browser()
    for page in ("/", "/archive", f"/sessions/{slug}"):
        first = one.get(page)
        assert first.headers["cache-control"] == "no-cache"
        assert other.get(page).status == 200
        english = other.get(page, accept_language="en")
        assert english.headers["etag"] != other.get(page).headers["etag"]
        assert '<html lang="en"' in english.text
    known = other.get("/archive", if_none_match=one.get("/archive").headers["etag"])
    assert (known.status, known.text) == (304, "")
    assert other.get("/archive", if_none_match='"another"').status == 200


def test_nobody_gets_what_was_made_for_another(server, slug, moderator) -> None:
    volunteer, reader = server.volunteer(slug, "Thea Beispielname"), server.browser()
    room = f"/sessions/{slug}"
    reader.get(room)
    own = volunteer.get(room)
    assert own.headers["cache-control"] == "no-store"
    assert f'value="{own.token}"' not in reader.get(room).text
    for page in (f"{room}/join", f"{room}/mine/irgendeiner", f"{room}?page=1", "/healthz"):
        assert "etag" not in reader.get(page).headers
    assert moderator.get(f"{room}/moderation").headers["cache-control"] == "no-store"


# --- the shelf alone -----------------------------------------------------------------------------


class Pages:
    """An application that counts how often it is asked, and says what may be kept."""

    def __init__(self) -> None:
        self.asked, self.version, self.status, self.cookie = 0, 0, 200, False
        self.looks: int | None = None
        self.elsewhere, self.length = 0, 0
        self.codings: list[bytes | None] = []
        self.turn = asyncio.Event()
        self.turn.set()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked += 1
        self.codings.append(dict(scope["headers"]).get(b"accept-encoding"))
        body, was = f"{scope['path']} {self.version}".encode().ljust(self.length), self.version
        await self.turn.wait()
        look = None if self.looks is None else self.look
        scope[MARK] = Fresh(was, lambda: self.version, 1.0, look)
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"text/html")]
        headers += [(b"set-cookie", b"a=b")] * self.cookie
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def look(self) -> None:
        assert self.looks is not None
        self.looks += 1
        self.version = self.elsewhere


class Asking:
    """A shelf before such pages, with a clock that stands."""

    def __init__(self, most: int = 1_000) -> None:
        self.pages, self.now = Pages(), 0.0
        self.shelf = Shelf(self.pages, clock=lambda: self.now, most=most)

    async def get(
        self, path: str = "/", *headers: tuple[bytes, bytes], reads: asyncio.Event | None = None
    ) -> tuple[int, bytes]:
        said: list[Message] = []
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}

        async def send(message: Message) -> None:
            if reads:
                await reads.wait()
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        await self.shelf(scope | {"headers": list(headers)}, receive, send)
        return said[0]["status"], b"".join(m.get("body", b"") for m in said[1:])


async def test_a_page_is_made_again_when_it_changes_or_is_old() -> None:
    asking = Asking()
    assert [await asking.get(), await asking.get()] == [(200, b"/ 0")] * 2
    assert asking.pages.asked == 1
    asking.pages.version = 1
    assert await asking.get() == (200, b"/ 1")
    asking.now = 1.5
    await asking.get()
    assert asking.pages.asked == 3


async def test_many_who_find_it_stale_wait_for_one() -> None:
    asking = Asking()
    await asking.get()
    asking.pages.version = 1
    asking.pages.turn.clear()
    waiting = [asyncio.create_task(asking.get()) for _ in range(20)]
    await asyncio.sleep(0)
    asking.pages.turn.set()
    assert await asyncio.gather(*waiting) == [(200, b"/ 1")] * 20
    assert asking.pages.asked == 2


@pytest.mark.parametrize("status", [200, 404])
async def test_who_reads_nothing_holds_up_nobody_else(status: int) -> None:
    asking, reads = Asking(), asyncio.Event()
    await asking.get()
    asking.pages.version, asking.pages.status = 1, status
    stalled = asyncio.create_task(asking.get(reads=reads))
    await asyncio.sleep(0)
    asking.pages.version = 2
    async with asyncio.timeout(1):
        assert await asking.get() == (status, b"/ 2")
    assert not stalled.done()
    reads.set()
    assert await stalled == (status, b"/ 1")


async def test_what_changed_while_it_was_made_is_not_kept() -> None:
    asking = Asking()
    asking.pages.turn.clear()
    first = asyncio.create_task(asking.get())
    await asyncio.sleep(0)
    asking.pages.version = 1
    asking.pages.turn.set()
    assert await first == (200, b"/ 0")
    assert await asking.get() == (200, b"/ 1")


@pytest.mark.parametrize("status, cookie", [(404, False), (200, True)])
async def test_an_error_or_a_cookie_is_never_kept(status: int, cookie: bool) -> None:
    asking = Asking()
    await asking.get()
    asking.now, asking.pages.status, asking.pages.cookie = 2.0, status, cookie
    for _ in range(3):
        assert await asking.get() == (status, b"/ 0")
    assert asking.pages.asked == 4


async def test_who_has_a_cookie_is_asked_for_by_name_but_in_the_archive() -> None:
    asking = Asking()
    for path, asked in (("/", 2), ("/archive/a", 3)):
        await asking.get(path, (b"cookie", b"dialog=x"))
        await asking.get(path, (b"cookie", b"dialog=y"))
        assert asking.pages.asked == asked


async def test_of_two_headers_the_first_counts_as_in_a_page() -> None:
    asking = Asking()
    for name, mine, others in (
        (b"accept-language", b"en", b"de"), (b"accept-encoding", b"gzip", b"identity"),
    ):  # fmt: skip
        path = f"/{name.decode()}"
        await asking.get(path, (name, mine), (name, others))
        made = asking.pages.asked
        await asking.get(path, (name, others))
        assert asking.pages.asked == made + 1, name
        await asking.get(path, (name, mine))
        assert asking.pages.asked == made + 1, name


async def test_what_nobody_asks_for_is_not_kept_for_ever() -> None:
    asking = Asking()
    forgotten = asking.pages
    await asking.get("/one")
    kept = weakref.ref(forgotten)
    asking.shelf.app = asking.pages = Pages()
    del forgotten
    gc.collect()
    assert kept()
    asking.now = 601.0
    await asking.get("/two")
    gc.collect()
    assert not kept()


async def test_no_more_is_kept_than_there_is_room_for() -> None:
    asking = Asking(most=32)
    for path in ("/one", "/two", "/three", "/four"):
        await asking.get(path)
    await asking.get("/one")
    assert asking.pages.asked == 4
    await asking.get("/five")
    await asking.get("/one")
    assert asking.pages.asked == 5, "who was asked for lately stays"
    await asking.get("/two")
    assert asking.pages.asked == 6, "the oldest unasked one went"


async def test_what_would_push_out_all_else_is_not_kept() -> None:
    asking = Asking(most=32)
    await asking.get("/one")
    for asked in (2, 3):
        assert await asking.get("/much-longer") == (200, b"/much-longer 0")
        assert asking.pages.asked == asked
    await asking.get("/one")
    assert asking.pages.asked == 3


async def test_many_who_ask_first_for_what_is_the_same_for_all_wait_for_one() -> None:
    asking = Asking()
    asking.pages.turn.clear()
    waiting = [asyncio.create_task(asking.get("/archive/a")) for _ in range(20)]
    other = asyncio.create_task(asking.get("/archive/b"))
    await asyncio.sleep(0)
    assert asking.pages.asked == 2, "others are not held up"
    asking.pages.turn.set()
    assert await asyncio.gather(*waiting) == [(200, b"/archive/a 0")] * 20
    await other
    assert asking.pages.asked == 2


async def test_after_a_while_others_are_asked_and_nothing_is_made_anew() -> None:
    asking = Asking()
    asking.pages.looks = 0
    await asking.get("/archive")
    asking.now = 1.5
    assert [await asking.get("/archive") for _ in range(3)] == [(200, b"/archive 0")] * 3
    assert (asking.pages.asked, asking.pages.looks) == (1, 1)
    asking.now, asking.pages.elsewhere = 3.0, 7
    assert await asking.get("/archive") == (200, b"/archive 7")
    assert (asking.pages.asked, asking.pages.looks) == (2, 2)


async def test_what_is_the_same_for_all_is_made_once_for_both_codings() -> None:
    asking = Asking(most=100_000)
    asking.pages.length = 5_000
    _, plain = await asking.get("/archive/a")
    status, packed = await asking.get("/archive/a", (b"accept-encoding", b"gzip, br"))
    assert status == 200
    assert len(packed) < len(plain) == 5_000
    assert gzip.decompress(packed) == plain
    assert asking.pages.asked == 1
    assert asking.pages.codings == [None]
