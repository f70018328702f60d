"""The published protocol, spoken to the real server by a client that knows nothing else."""

import asyncio
import time
from uuid import uuid4

import pytest

from tests.live.client import Browser, Live
from tests.live.server import Server

SECOND = 1_000
ME = {"role", "name", "person", "invited", "upvoted", "mine"}


def sentence() -> str:
    """A question that nobody has asked before."""
    return f"Wie lange dauert die Anerkennung {uuid4().hex}?"


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


@pytest.fixture(scope="module")
def moderator(server: Server) -> Browser:
    return server.staff(server.slugs["live"], "moderator")


def floor(server: Server, slug: str, browser: Browser | None = None) -> Live:
    browser = browser or server.volunteer(slug)
    return Live(browser, slug, page=server.page(browser, slug).live)


def desk(server: Server, slug: str, moderator: Browser) -> Live:
    page = server.page(moderator, slug, "/moderation").live
    return Live(moderator, slug, page=page, stream="desk")


async def public(server: Server, slug: str, moderator: Browser, text: str = "") -> int:
    """Ask a question as someone else, approve it, and return its number."""
    async with floor(server, slug) as asker, desk(server, slug, moderator) as team:
        number = (await asker.command("ask", text=text or sentence()))["result"]["number"]
        await approve(team, number)
    return int(number)


async def approve(team: Live, number: int) -> None:
    await team.until(lambda: number in team.questions)
    rev = team.questions[number]["rev"]
    answer = await team.command("approve", number=number, rev=rev)
    assert answer["type"] == "done", answer


# --- what the issue asks of a client of eighty lines --------------------------------------------


async def test_join_ask_upvote_leave_and_come_back(server, slug, moderator) -> None:
    other, later = [await public(server, slug, moderator) for _ in range(2)]
    text = sentence()
    browser = server.volunteer(slug)
    async with floor(server, slug, browser) as one, desk(server, slug, moderator) as team:
        asked = await one.command("ask", text=text, show="name")
        assert asked["type"] == "done"
        number = asked["result"]["number"]
        await one.until(lambda: one.seq >= asked["seq"])
        assert number not in one.questions
        await one.until(lambda: one.me["mine"])
        assert [row["number"] for row in one.me["mine"]] == [number]
        await approve(team, number)
        await one.until(lambda: number in one.questions)
        assert one.questions[number]["asker"] == "Samira Kanarienvogel"
        supported = await one.upvote(other)
        assert supported["result"] == {"number": other, "on": True, "upvotes": 2}
        await one.until(lambda: one.seq >= supported["seq"])
        assert one.questions[other]["upvotes"] == 2  # whoever asks supports
        refused = await one.command("ask", text=" ")
        assert (refused["code"], refused["field"]) == ("empty", "text")
    # meanwhile, without a socket
    form = server.page(browser, slug).token
    sent = browser.post(
        f"/sessions/{slug}/questions/{later}/upvote",
        {"token": form, "key": str(uuid4()), "on": "1"},
    )
    assert sent.status == 303
    async with one:
        await one.until(lambda: one.questions[later]["upvotes"] == 2)
        kinds = [message["type"] for message in one.seen]
        assert "snapshot" not in kinds
        changed = [m for m in one.seen if m["type"] == "delta"]
        assert changed[0]["questions"] == [{"number": later, "upvotes": 2}]
        assert set(one.me["upvoted"]) == {number, other, later}


async def test_the_first_messages(server, slug) -> None:
    async with floor(server, slug) as one:
        await one.until(lambda: one.seq)
        welcome, snapshot = one.seen[:2]
        assert set(welcome) == {"type", "epoch", "seq", "now", "heartbeat", "me", "limits"}
        assert welcome["heartbeat"] == 15
        assert welcome["limits"] == {"text": 300, "background": 1000, "ask_ms": 0, "waiting": 50}
        assert len(welcome["epoch"]) == 16
        int(welcome["epoch"], 16)
        assert set(welcome["me"]) == ME
        assert welcome["me"]["role"] == "volunteer"
        assert welcome["me"]["name"] == "Samira Kanarienvogel"
        assert snapshot["type"] == "snapshot"
        assert (snapshot["epoch"], snapshot["seq"]) == (welcome["epoch"], welcome["seq"])
        assert snapshot["session"]["phase"] == "live"


# --- resuming -----------------------------------------------------------------------------------


async def test_coming_back_to_the_same_number_brings_nothing(server, slug) -> None:
    async with floor(server, slug) as one:
        await one.until(lambda: one.seq)
    async with one:
        await one.command("withdraw", number=10**6)  # an answer, so whatever came before is here
        assert [m["type"] for m in one.seen if m["type"] != "heartbeat"] == ["welcome", "refused"]


@pytest.mark.parametrize("epoch, ahead", [("0123456789abcdef", 0), ("", 1_000_000)])
async def test_another_epoch_or_a_number_ahead_brings_a_snapshot(
    server, slug, epoch, ahead
) -> None:
    async with floor(server, slug) as one:
        await one.until(lambda: one.seq)
    one.epoch, one.seq = epoch or one.epoch, one.seq + ahead
    async with one:
        await one.until(lambda: len(one.seen) >= 2)
        assert one.seen[1]["type"] == "snapshot"


async def test_resuming_brings_whole_rows_of_what_became_public(server, slug, moderator) -> None:
    async with floor(server, slug) as one:
        await one.until(lambda: one.seq)
    before, number = one.seq, await public(server, slug, moderator)
    async with one:
        await one.until(lambda: number in one.questions)
        delta = one.seen[1]
        assert (delta["type"], delta["from"], delta["to"]) == ("delta", before, one.seen[0]["seq"])
        assert [row["number"] for row in delta["questions"]] == [number]
        assert one.questions[number]["outcome"] == "open"


async def test_a_hidden_question_is_gone(server, slug, moderator) -> None:
    number = await public(server, slug, moderator)
    async with floor(server, slug) as one, desk(server, slug, moderator) as team:
        await one.until(lambda: number in one.questions)
        await team.until(lambda: number in team.questions)
        await team.command("hide", number=number, rev=team.questions[number]["rev"])
        await one.until(lambda: number not in one.questions)
        assert [m["gone"] for m in one.seen if "gone" in m] == [[number]]


async def test_resync_brings_a_snapshot_once_in_ten_seconds(server, slug) -> None:
    async with floor(server, slug) as one:
        await one.until(lambda: one.seq)
        await one.send({"type": "resync", "why": "gap"})
        await one.send({"type": "resync", "why": "digest"})
        await one.command("withdraw", number=10**6)
        await one.command("withdraw", number=10**6)
        assert [m["type"] for m in one.seen].count("snapshot") == 2


# --- commands -----------------------------------------------------------------------------------


async def test_done_comes_with_a_number_that_the_client_reaches(server, slug, moderator) -> None:
    number = await public(server, slug, moderator)
    async with floor(server, slug) as one:
        for on in (True, False, True):
            done = await one.upvote(number, on=on)
            await one.until(lambda seq=done["seq"]: one.seq >= seq)
            assert one.questions[number]["upvotes"] == 1 + on
        await one.until(lambda: one.me["upvoted"] == [number])
        await one.until(lambda: any(m["type"] == "mine" for m in one.seen))


async def test_one_key_asks_once_whatever_the_transport(server, slug) -> None:
    browser, text, key = server.volunteer(slug), sentence(), str(uuid4())
    page = server.page(browser, slug)
    async with floor(server, slug, browser) as one, floor(server, slug, browser) as two:
        answers = await asyncio.gather(
            one.command("ask", key=key, text=text),
            two.command("ask", key=key, text=text),
            *(asyncio.to_thread(post, browser, slug, page.token, key, text) for _ in range(5)),
        )
        form = await asyncio.to_thread(
            browser.post,
            f"/sessions/{slug}/questions",
            {"token": page.token, "key": key, "text": text},
            accept="application/json",
        )
        results = [answer["result"] for answer in answers]
        assert results == [results[0]] * 7
        assert form.json()["result"] == results[0]
        assert form.json()["key"] == key
        await one.until(lambda: one.me["mine"])
        assert [row["text"] for row in one.me["mine"]] == [text]
        other = await one.command("ask", key=key, text=sentence())
        assert (other["type"], other["code"]) == ("refused", "key_reused")
    assert "key_reused" in post_raw(browser, slug, page.token, key, sentence()).text


def post(browser: Browser, slug: str, token: str, key: str, text: str) -> dict[str, object]:
    return dict(post_raw(browser, slug, token, key, text).json())


def post_raw(browser: Browser, slug: str, token: str, key: str, text: str):
    import json

    message = {"type": "command", "key": key, "do": "ask", "text": text}
    headers = {"content_type": "application/json", "x_dialog_token": token}
    return browser.ask("POST", f"/sessions/{slug}/commands", json.dumps(message), **headers)


async def test_intents_of_upvotes(server, slug, moderator) -> None:
    number = await public(server, slug, moderator)
    now = time.time_ns() // 1_000_000
    async with floor(server, slug) as one:
        assert (await one.upvote(number, intent=now))["result"]["on"]
        older = await one.upvote(number, on=False, intent=now - SECOND)
        equal = await one.upvote(number, on=False, intent=now)
        assert older["result"]["on"]
        assert equal["result"]["on"]
        ahead = await one.upvote(number, on=False, intent=now + 3_600 * SECOND)
        assert not ahead["result"]["on"]
        stale = await one.upvote(number, intent=now - 11 * 60 * SECOND)
        assert stale["code"] == "stale"


@pytest.mark.parametrize(
    "do, fields, code",
    [
        ("upvote", {"number": 10**6, "on": True, "intent": 1}, "unknown"),
        ("approve", {"number": 1, "rev": 1}, "forbidden"),
        ("ask", {"text": "x" * 5_000}, "too_long"),
        ("ask", {"text": "x" * 301}, "too_long"),
        ("ask", {"text": "\u202e umgedreht"}, "bad_text"),
        ("ask", {"text": "Für jemanden?", "via": "phone"}, "forbidden"),
        ("publish", {}, "forbidden"),
    ],
)
async def test_refusals_carry_codes(server, slug, do, fields, code) -> None:
    async with floor(server, slug) as one:
        answer = await one.command(do, **fields)
        assert (answer["type"], answer["code"]) == ("refused", code)
        assert (await one.command("ask", text=sentence()))["type"] == "done"


async def test_a_waiting_question_is_no_question_to_others(server, slug) -> None:
    async with floor(server, slug) as one, floor(server, slug) as two:
        number = (await one.command("ask", text=sentence()))["result"]["number"]
        assert (await two.upvote(number))["code"] == "unknown"
        assert (await two.command("withdraw", number=number))["code"] == "unknown"


async def test_two_moderators_one_question(server, slug, moderator) -> None:
    second = await asyncio.to_thread(server.staff, slug, "moderator", "Nora Zweitname")
    async with (
        floor(server, slug) as asker,
        desk(server, slug, moderator) as one,
        desk(server, slug, second) as two,
    ):
        number = (await asker.command("ask", text=sentence()))["result"]["number"]
        await one.until(lambda: number in one.questions)
        await two.until(lambda: number in two.questions)
        rev = one.questions[number]["rev"]
        answers = await asyncio.gather(
            one.command("approve", number=number, rev=rev),
            two.command("return", number=number, rev=rev, reason="unclear", note="Bitte kürzer"),
        )
        assert sorted(answer["type"] for answer in answers) == ["done", "refused"]
        refused = next(answer for answer in answers if answer["type"] == "refused")
        assert refused["code"] == "conflict"
        assert refused["state"] in ("approved", "returned")
        assert refused["by"] in ("Mara Beispielname", "Nora Zweitname")
        assert refused["since"].endswith("Z")
        assert refused["rev"] > rev


async def test_bad_fields_are_refused_with_their_key(server, slug) -> None:
    async with floor(server, slug) as one:
        for fields in ({}, {"text": 7}, {"text": "Ja?", "colour": "red"}, {"text": None}):
            answer = await one.command("ask", **fields)
            assert (answer["type"], answer["code"]) == ("refused", "malformed")
        assert (await one.command("dance"))["code"] == "malformed"
        assert (await one.upvote(2**60))["code"] == "malformed"
        assert (await one.command("ask", text=sentence()))["type"] == "done"


async def test_answers_come_in_the_order_of_asking(server, slug) -> None:
    async with floor(server, slug) as one:
        keys = [f"key-{n:08}" for n in range(10)]
        await asyncio.gather(*(one.command("ask", key=key, text=sentence()) for key in keys))
        answered = [m["key"] for m in one.seen if m["type"] == "done"]
        assert answered == keys
        numbers = [m["result"]["number"] for m in one.seen if m["type"] == "done"]
        assert numbers == sorted(numbers)


# --- what each may follow ------------------------------------------------------------------------


async def test_a_reader_without_a_pass_follows_the_floor(server, slug) -> None:
    async with Live(server.browser(), slug) as one:
        await one.until(lambda: one.seq)
        nobody: object = {
            "role": "reader",
            "name": "",
            "person": None,
            "invited": False,
            "upvoted": [],
            "mine": [],
        }
        assert one.me == nobody
        assert (await one.command("ask", text=sentence()))["code"] == "forbidden"


async def test_a_reader_is_refused_where_readers_may_not_watch(server) -> None:
    assert await refused(Live(server.browser(), server.slugs["link"])) == 4501


async def refused(client: Live) -> int:
    """Say hello and return with which code the server hangs up."""
    await client.open(client._browser.cookie)
    await client.send({"type": "hello", "stream": client.stream, "page": client._page})
    return await client.closed()


async def test_streams_of_staff_are_closed_to_volunteers(server, slug, moderator) -> None:
    browser = server.volunteer(slug)
    page = server.page(browser, slug).live
    for stream in ("desk", "stage"):
        assert await refused(Live(browser, slug, page=page, stream=stream)) == 4501
        assert await refused(Live(server.browser(), slug, stream=stream)) == 4501
    team = server.page(moderator, slug, "/moderation").live
    assert await refused(Live(moderator, slug, page=team, stream="stage")) == 4501


async def test_page_tokens_of_others_are_no_good(server, slug, moderator) -> None:
    one, two = server.volunteer(slug), server.volunteer(slug)
    theirs = server.page(two, slug).live
    elsewhere = server.page(one, server.slugs["open"]).live
    team = server.page(moderator, slug, "/moderation").live
    form = server.page(one, slug).token
    for page in (theirs, elsewhere, team, form, "x", "ä" * 80):
        assert await refused(Live(one, slug, page=page)) == 4501
    assert await refused(Live(server.browser(), slug, page=theirs)) == 4501


# --- how connections end --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message, code",
    [
        ("nicht einmal JSON", 4511),
        ("[]", 4511),
        ("{}", 4511),
        ('{"type":"dance"}', 4511),
        ('{"type":NaN}', 4511),
        ('{"type":"hello","stream":"floor"}', 4511),
        (b"binary", 4511),
        ("[" * 8_000, 4511),
        ('{"type":"command","x":"' + "x" * 9_000 + '"}', 1009),
    ],
)
async def test_what_is_not_understood_ends_the_connection(server, slug, message, code) -> None:
    async with Live(server.browser(), slug) as one:
        await one.send(message)
        assert await one.closed() == code


@pytest.mark.parametrize(
    "message",
    [
        '{"type":"command","key":"12345678","do":"ask","text":"Ja?"}',
        '{"type":"resync","why":"gap"}',
        '{"type":"hello","stream":"ceiling"}',
        '{"type":"hello"}',
    ],
)
async def test_only_a_hello_is_a_beginning(server, slug, message) -> None:
    one = Live(server.browser(), slug)
    await one.open()
    await one.send(message)
    assert await one.closed() == 4511


async def test_staff_may_send_more(server, slug, moderator) -> None:
    async with desk(server, slug, moderator) as team:
        assert (await team.command("message", text="x" * 20_000))["code"] == "too_long"
        await team.send('{"type":"command","x":"' + "x" * 70_000 + '"}')
        assert await team.closed() == 1009


async def test_whoever_says_no_hello_is_hung_up(server, slug) -> None:
    one = Live(server.browser(), slug)
    await one.open()
    before = time.monotonic()
    assert await one.closed() == 4400
    assert time.monotonic() - before < 3


async def test_another_version_of_the_protocol_is_not_spoken(server, slug) -> None:
    one = Live(server.browser(), slug)
    await one.open(protocol="dialog.v9")
    assert await one.closed() == 4510
    assert one.socket.subprotocol == "dialog.v9"


async def test_too_fast_for_the_third_time(server, slug) -> None:
    async with floor(server, slug) as one:
        for _ in range(60):
            await one.send({"type": "command", "key": "12345678", "do": "withdraw", "number": 9**7})
        assert await one.closed() == 4429
        fast = [m for m in one.seen if m.get("code") == "too_fast"]
        assert len(fast) == 3
        assert all(0 < m["retry_ms"] <= 501 for m in fast)


async def test_malformed_messages_count_too(server, slug) -> None:
    async with floor(server, slug) as one:
        for _ in range(60):
            await one.send({"type": "command", "key": "12345678", "do": "withdraw"})
        assert await one.closed() == 4429


@pytest.mark.parametrize(
    "case, status",
    [
        ("origin", 403),
        ("null", 403),
        ("cookie", 403),
        ("protocol", 400),
        ("slug", 404),
        ("chat", 400),
    ],
)
async def test_handshakes_that_are_refused_before_they_are_accepted(
    server, slug, case, status
) -> None:
    from websockets.exceptions import InvalidStatus

    place = "gibt-es-nicht" if case == "slug" else slug
    one = Live(server.browser(), place)
    asked = {
        "origin": {"origin": "https://anderswo.example"},
        "null": {"origin": "null"},
        "protocol": {"protocol": ""},
        "chat": {"protocol": "chat"},
    }.get(case, {})
    opening = without_origin(server, slug) if case == "cookie" else one.open(**asked)
    with pytest.raises(InvalidStatus) as refusal:
        await opening
    assert refusal.value.response.status_code == status


async def without_origin(server: Server, slug: str) -> None:
    from websockets.asyncio.client import connect

    address = f"ws{server.base[4:]}/sessions/{slug}/live"
    headers = {"Cookie": server.volunteer(slug).cookie}
    await connect(address, additional_headers=headers, subprotocols=["dialog.v1"], proxy=None)  # type: ignore[list-item]


# --- heartbeats ----------------------------------------------------------------------------------


async def test_a_heartbeat_comes_with_the_digest_of_what_the_client_holds(
    server, slug, moderator
) -> None:
    number = await public(
        server, slug, moderator, f"„Umlaute“ – ß, 日本, \U0001f600? {uuid4().hex}"
    )
    async with floor(server, slug) as one, desk(server, slug, moderator) as team:
        await one.until(lambda: number in one.questions)
        for client in (one, team):
            await client.until(
                lambda client=client: any(
                    m["type"] == "heartbeat" and m["seq"] == client.seq for m in client.seen
                ),
                seconds=17,
            )
            beat = next(m for m in reversed(client.seen) if m["type"] == "heartbeat")
            little = {"little"} if client is one else set()  # offered on the floor alone
            assert set(beat) == {"type", "seq", "now", "present", "digest"} | little
            assert beat["digest"] == client.digest()
            assert beat["present"] == 2


# --- without a websocket --------------------------------------------------------------------------


def updates(browser: Browser, slug: str, **query: object):
    from urllib.parse import urlencode

    return browser.get(f"/sessions/{slug}/updates?{urlencode(query)}")


async def test_a_poll_begins_with_me_and_then_brings_the_stream(server, slug) -> None:
    browser = server.volunteer(slug)
    one, snapshot = updates(browser, slug, stream="floor").json()
    assert one["type"] == "me"
    assert set(one["me"]) == ME
    assert one["epoch"] == snapshot["epoch"]
    assert snapshot["type"] == "snapshot"
    again = updates(browser, slug, stream="floor", epoch="0" * 16, seq=snapshot["seq"]).json()
    assert again[1]["type"] == "snapshot"
    ahead = updates(browser, slug, epoch=snapshot["epoch"], seq=snapshot["seq"] + 10**6).json()
    assert ahead[1]["type"] == "snapshot"


async def test_a_poll_waits_until_something_changes(server, slug, moderator) -> None:
    browser = server.volunteer(slug)
    _, snapshot = updates(browser, slug, stream="floor").json()
    known = {"stream": "floor", "epoch": snapshot["epoch"], "seq": snapshot["seq"]}
    before = time.monotonic()
    waiting = asyncio.create_task(asyncio.to_thread(updates, browser, slug, **known))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    number = await public(server, slug, moderator)
    one, *rest = (await waiting).json()
    assert time.monotonic() - before < 10
    assert one["type"] == "me"
    assert [m["type"] for m in rest] == ["delta"]
    assert rest[0]["from"] == snapshot["seq"]
    while number not in [row["number"] for row in rest[0].get("questions", ())]:
        known["seq"] = rest[0]["to"]
        one, *rest = (await asyncio.to_thread(updates, browser, slug, **known)).json()


@pytest.mark.parametrize(
    "query, status",
    [
        ({"stream": "ceiling"}, 422),
        ({"seq": "viele"}, 422),
        ({"seq": "9" * 5_000}, 422),
        ({"stream": "desk"}, 403),
    ],
)
async def test_polls_that_are_refused(server, slug, query, status) -> None:
    assert updates(server.volunteer(slug), slug, **query).status == status


async def test_polls_follow_the_rules_for_readers(server, slug) -> None:
    assert updates(server.browser(), slug).status == 200
    assert updates(server.browser(), server.slugs["link"]).status == 403
    assert updates(server.browser(), "gibt-es-nicht").status == 404


async def test_commands_without_a_websocket(server, slug, moderator) -> None:
    import json

    page = server.page(moderator, slug, "/moderation")
    address = f"/sessions/{slug}/commands"

    def send(browser: Browser, token: str, body: str):
        return browser.ask(
            "POST", address, body, x_dialog_token=token, content_type="application/json"
        )

    command = json.dumps(
        {"type": "command", "key": str(uuid4()), "do": "message", "text": "Gleich"}
    )
    done = send(moderator, page.token, command)
    assert (done.status, done.json()["type"]) == (200, "done")
    assert send(moderator, page.token, "[").status == 422
    assert send(moderator, page.token, '{"type":"resync","why":"gap"}').status == 422
    assert send(moderator, page.live, command).status == 403
    assert send(server.browser(), page.token, command).status == 403
    stranger = server.volunteer(slug)
    assert send(stranger, server.page(stranger, slug).token, command).json()["code"] == "forbidden"
    assert send(moderator, page.token, "x" * 70_000).status == 413
