"""It works without websockets, and without JavaScript: the same messages, the same answers.

The protocol's tests run over websocket and long poll with one client interface. A real browser
stands behind proxies that refuse, swallow, cut and buffer websockets, and one with JavaScript off
uses forms. What the browser's scripts decide without a page is tested in ``tests/js``.
"""

import asyncio
import functools
import random
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect, sync_playwright

from tests.chaos.proxy import (
    Buffer,
    Cut,
    Fault,
    Proxy,
    RefuseUpgrade,
    Slice,
    SwallowUpgrade,
    behind,
)
from tests.journeys.conftest import ARGUMENTS
from tests.journeys.people import LOST, WIDE, People, ask, connected, ranked
from tests.journeys.test_without_script import (
    test_ask_approve_support_and_take_back as ask_approve_and_support,
)
from tests.live.client import Browser, Live, Poll
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant

FAULTS: dict[str, Callable[[], Fault]] = {
    "stripped": RefuseUpgrade,
    "refused": lambda: RefuseUpgrade(502),
    "swallowed": SwallowUpgrade,
    "cut": lambda: Cut(seconds=1, websockets=True),
    "buffered": Buffer,
    "cut with everything else": lambda: Cut(seconds=4),
}
LARGE = "cut with everything else"
WITHIN_MS = 15_000
SECOND = 1_000


def apart(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an asynchronous test in a thread: this one belongs to the browser's loop."""

    @functools.wraps(test)
    def run(*given: Any, **named: Any) -> None:
        in_thread(asyncio.run, test(*given, **named))

    return run


def in_thread(call: Callable[..., Any], *given: Any) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call, *given).result(240)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Proxy]]:
    """A server that is reached through a proxy only, with one session for each journey."""
    folder, running = tmp_path_factory.mktemp("p12"), timedelta(minutes=-10)
    names = ("live", "ways", "many", *FAULTS)
    slugs = {
        name: declare(
            folder / "sessions",
            name.replace(" ", "-"),
            starts=running,
            goes_live="by_clock",
            waiting=100,
        )
        for name in names
    }
    fast = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000}
    server = Server(folder, slugs, hello_seconds=10, **fast)
    server.migrate()
    with behind(server) as proxy:
        server.start()
        try:
            yield server, proxy
        finally:
            proxy.fault = Fault()
            server.stop()
        server.check_log()


@pytest.fixture
def server(proxied: tuple[Server, Proxy]) -> Server:
    return proxied[0]


@pytest.fixture
def proxy(proxied: tuple[Server, Proxy]) -> Iterator[Proxy]:
    yield proxied[1]
    proxied[1].fault = Fault()


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["ways"]


@pytest.fixture(params=[Live, Poll], ids=["websocket", "poll"])
def way(request: pytest.FixtureRequest) -> type[Live]:
    """The client's way to the server."""
    return request.param


@pytest.fixture(scope="module")
def moderator(proxied: tuple[Server, Proxy]) -> Browser:
    staff: Browser = in_thread(proxied[0].staff, proxied[0].slugs["ways"], "moderator")
    return staff


def floor(way: type[Live], server: Server, slug: str, browser: Browser | None = None) -> Live:
    browser = browser or server.volunteer(slug)
    page = server.page(browser, slug)
    return way(browser, slug, page=page.live, token=page.token)


def desk(way: type[Live], server: Server, slug: str, moderator: Browser) -> Live:
    page = server.page(moderator, slug, "/moderation")
    return way(moderator, slug, page=page.live, stream="desk", token=page.token)


def sentence() -> str:
    """A question that nobody has asked before."""
    return f"Wer hilft beim Ankommen {uuid4().hex}?"


async def approve(team: Live, number: int) -> None:
    await team.until(lambda: number in team.questions)
    answer = await team.command("approve", number=number, rev=team.questions[number]["rev"])
    assert answer["type"] == "done", answer


async def public(
    way: type[Live], server: Server, slug: str, moderator: Browser, text: str = ""
) -> int:
    """Ask a question as someone else, approve it, and return its number."""
    async with (
        floor(way, server, slug) as asker,
        desk(way, server, slug, moderator) as team,
    ):
        number = (await asker.command("ask", text=text or sentence()))["result"]["number"]
        await approve(team, number)
    return int(number)


# --- the protocol, either way ---------------------------------------------------------------------


@apart
async def test_ask_approve_support_and_take_back(way, server, slug, moderator) -> None:
    async with floor(way, server, slug) as asker, floor(way, server, slug) as other:
        text = sentence()
        asked = await asker.command("ask", text=text, show="name")
        number = asked["result"]["number"]
        await asker.until(lambda: [row["number"] for row in asker.me["mine"]] == [number])
        assert (await other.upvote(number))["code"] == "unknown"
        async with desk(way, server, slug, moderator) as team:
            await approve(team, number)
        for client in (asker, other):
            await client.until(lambda client=client: number in client.questions)
            assert client.questions[number]["text"] == text
        for on in (True, False, True):
            done = await other.upvote(number, on=on)
            await other.until(lambda seq=done["seq"]: other.seq >= seq)
            # Whoever has reached the number of an answer reads what it wrote.
            assert other.questions[number]["upvotes"] == 1 + on
            await other.until(lambda on=on: (number in other.me["upvoted"]) is on)
        await asker.until(lambda: asker.questions[number]["upvotes"] == 2)


@apart
async def test_coming_back_brings_what_changed_and_no_more(way, server, slug, moderator) -> None:
    number = await public(way, server, slug, moderator)
    async with floor(way, server, slug) as one:
        await one.until(lambda: number in one.questions)
    async with floor(way, server, slug) as other:
        await other.until(lambda: other.seq)
        await other.upvote(number)
    async with one:
        await one.until(lambda: one.questions[number]["upvotes"] == 2)
        first = next(m for m in one.seen if m["type"] in {"delta", "snapshot"})
        assert first["type"] == "delta"
        assert first["questions"] == [{"number": number, "upvotes": 2}]


@apart
async def test_another_epoch_brings_a_snapshot(way, server, slug) -> None:
    async with floor(way, server, slug) as one:
        await one.until(lambda: one.seq)
    right, one.epoch = one.epoch, "0123456789abcdef"
    async with one:
        await one.until(lambda: any(m["type"] == "snapshot" for m in one.seen))
        assert one.epoch == right


@apart
async def test_one_key_asks_once_from_two_tabs_of_either_way(way, server, slug) -> None:
    browser, text, key = server.volunteer(slug), sentence(), str(uuid4())
    async with (
        floor(way, server, slug, browser) as one,
        floor(Live, server, slug, browser) as two,
        floor(Poll, server, slug, browser) as three,
    ):
        answers = await asyncio.gather(
            *(client.command("ask", key=key, text=text) for client in (one, two, three))
        )
        assert [answer["result"] for answer in answers] == [answers[0]["result"]] * 3
        for client in (one, two, three):
            await client.until(lambda client=client: client.me["mine"])
            assert [row["text"] for row in client.me["mine"]] == [text]
        assert (await one.command("ask", key=key, text=sentence()))["code"] == "key_reused"


@apart
async def test_intents_hold_either_way(way, server, slug, moderator) -> None:
    number, now = await public(way, server, slug, moderator), time.time_ns() // 1_000_000
    async with floor(way, server, slug) as one:
        assert (await one.upvote(number, intent=now))["result"]["on"]
        assert (await one.upvote(number, on=False, intent=now - SECOND))["result"]["on"]
        assert (await one.upvote(number, on=False, intent=now))["result"]["on"]
        assert (await one.upvote(number, intent=now - 660 * SECOND))["code"] == "stale"


@pytest.mark.parametrize(
    "do, fields, code",
    [
        ("upvote", {"number": 10**6, "on": True, "intent": 1}, "unknown"),
        ("approve", {"number": 1, "rev": 1}, "forbidden"),
        ("ask", {"text": "x" * 301}, "too_long"),
        ("ask", {"text": " "}, "empty"),
        ("ask", {"text": "\u202e umgedreht"}, "bad_text"),
        ("ask", {"text": 7}, "malformed"),
        ("dance", {}, "malformed"),
    ],
)
@apart
async def test_refusals_are_the_same_either_way(way, server, slug, do, fields, code) -> None:
    async with floor(way, server, slug) as one:
        answer = await one.command(do, key="0123456789", **fields)
        assert (answer["type"], answer["key"], answer["code"]) == ("refused", "0123456789", code)


@apart
async def test_of_two_moderators_the_first_wins(way, server, slug, moderator) -> None:
    second = await asyncio.to_thread(server.staff, slug, "moderator", "Nora Zweitname")
    async with (
        floor(way, server, slug) as asker,
        desk(way, server, slug, moderator) as one,
        desk(way, server, slug, second) as two,
    ):
        number = (await asker.command("ask", text=sentence()))["result"]["number"]
        for team in (one, two):
            await team.until(lambda team=team: number in team.questions)
        rev = one.questions[number]["rev"]
        answers = await asyncio.gather(
            one.command("approve", number=number, rev=rev),
            two.command("return", number=number, rev=rev, reason="unclear"),
        )
        refused = next(answer for answer in answers if answer["type"] == "refused")
        assert sorted(answer["type"] for answer in answers) == ["done", "refused"]
        assert refused["code"] == "conflict"
        assert refused["by"] in {"Mara Beispielname", "Nora Zweitname"}


@apart
async def test_a_first_poll_does_not_wait_and_resumes_by_number(server, slug) -> None:
    browser = server.volunteer(slug)
    whole, *_ = browser.get(f"/sessions/{slug}/updates?stream=floor").json()
    begun, known = time.monotonic(), f"stream=floor&epoch={whole['epoch']}&seq={whole['seq']}"
    messages = browser.get(f"/sessions/{slug}/updates?{known}&wait=0").json()
    assert [message["type"] for message in messages] == ["me"]
    assert time.monotonic() - begun < 20
    assert browser.get(f"/sessions/{slug}/updates?{known}&wait=bald").status == 422


@apart
async def test_who_polls_is_told_when_to_come_back_from_a_restart(server, slug) -> None:
    browser = server.volunteer(slug)
    for _ in range(5):  # news of the room may answer a poll just before
        bye = await parting(server, browser, slug)
        if bye["type"] == "bye":
            break
    assert (bye["type"], bye["why"]) == ("bye", "restart")
    assert 1_000 <= bye["retry_ms"] <= 5_000


async def parting(server: Server, browser: Browser, slug: str) -> dict[str, Any]:
    """Restart the server while a poll waits there, and return what that was told at last."""
    whole, *_ = browser.get(f"/sessions/{slug}/updates?stream=floor").json()
    known = f"stream=floor&epoch={whole['epoch']}&seq={whole['seq']}"
    poll = asyncio.to_thread(browser.get, f"/sessions/{slug}/updates?{known}")
    waiting = asyncio.create_task(poll)
    await asyncio.sleep(0.3)
    server.terminate()
    *_, told = (await waiting).json()
    await asyncio.to_thread(server.wait)
    await asyncio.to_thread(server.start)
    return dict(told)


# --- many at once, both ways ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "clients, rounds, questions",
    [(6, 6, 4), pytest.param(100, 60, 20, marks=pytest.mark.large)],
)
@apart
async def test_both_ways_show_everyone_the_same(server, proxy, clients, rounds, questions) -> None:
    slug, chance = server.slugs["many"], random.Random(12)
    team = await asyncio.to_thread(server.staff, slug, "moderator")
    numbers = [await public(Live, server, slug, team) for _ in range(questions)]
    ways = [Poll if place % 2 else Live for place in range(clients)]
    ready = await asyncio.gather(*(asyncio.to_thread(floor, way, server, slug) for way in ways))
    proxy.fault = Slice(2_000)
    begun, supports = time.monotonic(), dict.fromkeys(numbers, 1)

    async def tap(client: Live) -> None:
        """Support and take back as it comes; what the last tap of each question said holds."""
        last: dict[int, bool] = {}
        for _ in range(rounds):
            number, on = chance.choice(numbers), chance.random() < 0.7
            assert (await client.upvote(number, on=on))["type"] == "done"
            last[number] = on
        for number, on in last.items():
            supports[number] += on

    async with AsyncExitStack() as stack:
        everyone = [await stack.enter_async_context(client) for client in ready]
        await asyncio.gather(*map(tap, everyone))
        taps = time.monotonic() - begun
        for client in everyone:
            await client.until(
                lambda client=client: (
                    {n: client.questions[n]["upvotes"] for n in supports} == supports
                ),
                60,
            )
        seconds = time.monotonic() - begun
        head = max(client.seq for client in everyone)
        for client in everyone:
            await client.until(lambda client=client: client.seq >= head, 60)
        assert len({client.digest() for client in everyone}) == 1
        assert len({tuple(client.ranking) for client in everyone}) == 1
    print(
        f"\nP12: {clients} clients, every second one polling, {clients * rounds} taps in "
        f"{taps:.1f} s; all on one digest after {seconds:.1f} s"
    )


# --- a real browser behind proxies ----------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Chromium]:
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def people(chromium: Chromium, server: Server) -> Iterator[People]:
    those = People(chromium, server)
    yield those
    those.leave()


@pytest.mark.browser
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.large] * (name == LARGE)) for name in FAULTS],
)
def test_a_browser_behind_a_proxy_is_live_within_seconds(
    people: People, server: Server, proxy: Proxy, name: str
) -> None:
    slug, text = server.slugs[name], sentence()
    team = in_thread(server.staff, slug, "moderator")
    in_thread(asyncio.run, public(Live, server, slug, team, text))
    proxy.fault = FAULTS[name]()
    page = people.page(size=WIDE)
    page.goto(f"/sessions/{slug}/join")
    begun = time.monotonic()
    with people.expecting(LOST):
        with page.expect_request("**/updates*", timeout=WITHIN_MS):
            page.get_by_role("button", name="Am Dialog teilnehmen").click()
        connected(page, WITHIN_MS)
        seconds = time.monotonic() - begun
        own = sentence()
        ask(page, own)
        row = ranked(page, text)
        row.get_by_role("button", name="Unterstützen").click()
        expect(row.locator("[data-field=upvotes]")).to_have_text("2")
        connected(page)
    print(f"\nP12: websockets {name}: live by long poll after {seconds:.1f} s")


@pytest.mark.browser
def test_a_browser_without_javascript_asks_supports_and_reads(
    people: People, server: Server
) -> None:
    ask_approve_and_support(people, server)


CONNECTION, TRANSPORTS, LIVE, DRAFTS = (
    f"tests/js/{name}.test.js" for name in ("connection", "transports", "live", "drafts")
)
TYPED = "tests/journeys/test_typed_text.py::"
MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "a websocket that is cut soon after its welcome counts as good",
        "static/js/connection.js",
        "const failed = !this.steady && ",
        "const failed = !this.welcomed && ",
        CONNECTION,
    ),
    Mutant(
        "the welcome is waited for as long as anything",
        "static/js/connection.js",
        """    this.later("welcome", within, () => this.drop(CLOSE.SILENT));\n""",
        "",
        CONNECTION,
    ),
    Mutant(
        "a page never falls back to the long poll",
        "static/js/connection.js",
        "this.polling = this.failures >= FAILURES;",
        "this.polling = false;",
        "behind_a_proxy and swallowed",
    ),
    Mutant(
        "what the server itself ends counts against websockets",
        "static/js/connection.js",
        " && !TOLD.has(code)",
        "",
        CONNECTION,
    ),
    Mutant(
        "a tab forgets that no websocket gets through",
        "static/js/connection.js",
        "    this.site.memory.setItem(MEMORY, String(this.probes));\n",
        "",
        CONNECTION,
    ),
    Mutant(
        "no websocket is tried again beside the long poll",
        "static/js/connection.js",
        """    this.later("probe", wait, () => this.probe());\n""",
        "",
        CONNECTION,
    ),
    Mutant(
        "reconnects come without a lot",
        "static/js/connection.js",
        "return this.site.clock.random() * most;",
        "return most;",
        CONNECTION,
    ),
    Mutant(
        "silence is never noticed",
        "static/js/connection.js",
        "const SILENCE = 35_000;",
        "const SILENCE = 35_000_000;",
        CONNECTION,
    ),
    Mutant(
        "a page comes back from a restart earlier than told",
        "static/js/connection.js",
        "    if (this.byeWait !== null) return this.byeWait;\n",
        "",
        CONNECTION,
    ),
    Mutant(
        "a device that wakes does not wait as told",
        "static/js/connection.js",
        "if (!this.transport && !this.patient) this.retry();",
        "if (!this.transport) this.retry();",
        "tests/journeys/test_restart.py::test_a_volunteer_writes_through_a_restart",
    ),
    Mutant(
        "what was not answered is not sent again",
        "static/js/connection.js",
        "if (arriving) for (const command of this.outbox.values()) this.transport?.send(command);",
        "",
        CONNECTION,
    ),
    Mutant(
        "a wait that a proxy cuts short is a loss",
        "static/js/poll.js",
        "else if (answer === CLOSE.LOST && wait > 0 && lasted >= CUT_AFTER) this.shorten(lasted);",
        "",
        TRANSPORTS,
    ),
    Mutant(
        "a proxy's 403 ends a page for good",
        "static/js/poll.js",
        "if (said && (status === 401 || status === 403))",
        "if (status === 401 || status === 403)",
        TRANSPORTS,
    ),
    Mutant(
        "a refused request leaves its command unanswered",
        "static/js/poll.js",
        """("key" in one ? { ...one, key } : one)""",
        "one",
        TRANSPORTS,
    ),
    Mutant(
        "a farewell does not end the polls",
        "static/js/poll.js",
        """    if (messages.some(({ type }) => type === "bye")) this.fail(CLOSE.RESTART);\n""",
        "",
        TRANSPORTS,
    ),
    Mutant(
        "a refusal does not take an upvote back",
        "static/js/state.js",
        "return { ...state, pending: without(state.pending, message.key) };",
        "return state;",
        "tests/js/wire.test.js",
    ),
    Mutant(
        "an upvote is dated by the device's clock",
        "static/js/live.js",
        "intent: this.clock.intent()",
        "intent: this.connection.site.clock.now()",
        LIVE,
    ),
    Mutant(
        "an upvote without an answer is lost with a reload",
        "static/js/live.js",
        "    for (const one of this.upvotes.open()) void this.support(one);\n",
        "",
        LIVE,
    ),
    Mutant(
        "a page whose pass has ended goes on as a reader's",
        "static/js/live.js",
        "      this.connection.drop(CLOSE.PASS_ENDED);\n      return;\n",
        "",
        LIVE,
    ),
    Mutant(
        "two tabs share one draft",
        "static/js/drafts.js",
        "this.own = `${this.name}${page}`;",
        "this.own = `${this.name}page`;",
        DRAFTS,
    ),
    Mutant(
        "a doubled tab takes its draft for its own",
        "static/js/storage.js",
        "  kept.removeItem(NAME);\n  window",
        "  window",
        DRAFTS,
    ),
    Mutant(
        "a draft is lost with a page that is closed at once",
        "static/js/asking.js",
        "    whenLeft(this.document, () => this.keep(true));\n",
        "",
        TYPED + "test_a_draft_outlives_a_page_that_is_closed_at_once",
    ),
    Mutant(
        "a question without an answer is not sent again after a reload",
        "static/js/asking.js",
        "void this.deliver(sent, key);\n  }",
        "{}\n  }",
        TYPED + "test_a_question_sent_without_a_line_arrives_after_a_reload",
    ),
    Mutant(
        "the cursor is lost when one's own question moves on",
        "static/js/own.js",
        "    if (old) this.carry(old, item);\n",
        "",
        TYPED + "test_a_new_wording_survives_the_return_of_its_question",
    ),
    Mutant(
        "what was sent without a line counts as arrived",
        "static/js/keeping.js",
        "(refused || stands(form, draft))",
        "refused",
        TYPED + "test_a_form_that_found_no_line_keeps_its_text",
    ),
    Mutant(
        "what staff type is lost by a reload",
        "static/js/keeping.js",
        "    whenLeft(document, () => this.flush());\n",
        "",
        TYPED + "test_texts_of_staff_survive_a_reload_and_others_changes",
    ),
    Mutant(
        "a text kept from before overwrites another's in silence",
        "static/js/keeping.js",
        """(field.type === "hidden" && field.name !== begun)""",
        """field.type === "hidden\"""",
        TYPED + "test_texts_of_staff_survive_a_reload_and_others_changes",
    ),
    Mutant(
        "a malformed command over POST is refused without its key",
        "dialog/web/live.py",
        "return malformed.key, Refusal(Code.MALFORMED)",
        "return None, Refusal(Code.MALFORMED)",
        "refusals and poll and malformed",
    ),
    Mutant(
        "the first poll waits for a change",
        "dialog/web/live.py",
        'min(LONGEST_WAIT, int(query.get("wait", LONGEST_WAIT)))',
        "LONGEST_WAIT",
        "first_poll",
    ),
    Mutant(
        "who polls is told nothing of a restart",
        "dialog/web/live.py",
        "if site.hub.parting:",
        "if False:",
        "told_when_to_come_back",
    ),
    Mutant(
        "without a script a question cannot be asked",
        "templates/parts/ask.html",
        """<form class="gap" method="post" """,
        """<form class="gap" """,
        "without_javascript",
    ),
)
