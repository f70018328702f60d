"""P15: a role sees its stream only, whatever page, poll, socket or refusal the bytes come in.

Every private field holds a canary that names who may receive it; ``tests/live/canaries.py`` looks
at all that arrives at anyone, here and in every other test over HTTP or a socket.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import pytest

from tests.live.canaries import DESK, HEARD, LOOKED, STAGE, TEAM, canary, look
from tests.live.client import Browser, Live, Message
from tests.live.programme import CODE
from tests.live.server import Server, running
from tests.mutants import Mutant

VIEWS, LIVE = "dialog/forum/views.py", "dialog/web/live.py"
MUTANTS = (
    Mutant(
        "what is not public weighs in what is found", "dialog/hub/suggestions.py",
        "if not visible(self._session, Stream.FLOOR, number):", "if not number:",
        "tests/live/test_similar.py::test_what_is_not_public_is_neither_found_nor_felt",
    ),
    Mutant(
        "the floor shows every question", VIEWS,
        "    return question.public and not question.removed", "    return True", "evening",
    ),
    Mutant(
        "the floor hears what is said backstage", VIEWS,
        'if stream in (Stream.STAGE, Stream.DESK):\n        made["message"]',
        'if stream:\n        made["message"]', "evening",
    ),
    Mutant(
        "the floor gets the rows of the stage", VIEWS,
        "if stream in (Stream.STAGE, Stream.DESK):\n        made |= _stage",
        "if stream:\n        made |= _stage", "evening",
    ),
    Mutant(
        "the stage gets the rows of the desk", VIEWS,
        "if stream is Stream.DESK:\n        made |= _desk",
        "if stream is not Stream.FLOOR:\n        made |= _desk", "evening",
    ),
    Mutant(
        "a name for the team is shown to all", VIEWS,
        'session.text(wording.name) if wording.show is Show.NAME else ""',
        "session.text(wording.name)", "evening",
    ),
    Mutant(
        "an answer is shown before its release", VIEWS,
        "if answer and answer.released else None", "if answer else None", "evening",
    ),
    Mutant(
        "everyone's questions are one's own", VIEWS,
        "for number in session.asked.get(person, ())", "for number in session.questions", "evening",
    ),
    Mutant(
        "one's own is told to everyone", "dialog/hub/sweep.py",
        "told.own.get(connection.own)", "next(iter(told.own.values()), None)", "evening",
    ),
    Mutant(
        "a refusal names the moderator", "dialog/forum/decide.py",
        "and who.role not in STAFF:", "and not who:", "evening",
    ),
    Mutant(
        "any member of staff polls any stream", "dialog/web/passes.py",
        "if who and stream in SEES[who.role]:", "if who:", "evening",
    ),
    Mutant(
        "a hello gets any stream", LIVE,
        "who is None or not sees(who.role, hello.stream)", "who is None", "evening",
    ),
    Mutant(
        "what nobody sees moves the numbers", "dialog/forum/board.py",
        "elif old is None or old.row != new or blackened:", "else:", "number",
    ),
    Mutant(
        "others' questions can be told from none", "dialog/forum/asking.py",
        "question is None or question.asker != who.person", "question is None", "none",
    ),
    Mutant(
        "what is not public can be told from none", "dialog/forum/asking.py",
        "    if not kept.public:\n        return Refusal(Code.UNKNOWN, number=command.number)",
        "    if not kept.public:\n        return Refusal(Code.FORBIDDEN)", "none",
    ),
    Mutant(
        "strangers read the calendar of a closed round", "dialog/web/pages/calendar.py",
        "dialog.readers or entrance.who.person", "dialog.slug", "closed_round",
    ),
    Mutant(
        "strangers poll a closed round", LIVE,
        "return dialog.readers or guest.belongs(dialog.slug)", "return True", "closed_round",
    ),
    Mutant(
        "strangers see the screens of a closed round", "dialog/web/entrance.py",
        "if not (entrance.dialog.readers or entrance.visitor.belongs(slug)):", "if not slug:",
        "closed_round",
    ),
    Mutant(
        "whoever finds the beamer's page has the code", "dialog/web/pages/screen.py",
        'code=dialog.code if guest.works(dialog.slug) else ""', "code=dialog.code",
        "closed_round",
    ),
)  # fmt: skip

PAGES = (
    "", "/mine", "/mine/data", "/mine/data.json", "/moderation", "/stage", "/scribe", "/organiser",
    "/join", ".ics", "/beamer", "/overlay",
)  # fmt: skip
VIEWED = (
    "/moderation?tab=order", "/moderation?tab=log", "/moderation?number=1&dialog=edit",
    "/moderation?number=3", "/stage?view=list", "/stage?view=note", "/scribe?tab=open",
    "/scribe?tab=release", "/scribe?tab=promises", "/scribe/promises.ics",
    "/scribe?tab=versions&number=2", "/organiser?tab=publish", "/questions/2",
    "/organiser?tab=publish&number=2", "/organiser/preview",
    "/moderation/log.csv", "/moderation?number=1&dialog=group", "/moderation?dialog=search&q=e",
)  # fmt: skip
ARCHIVE = (
    "/archive", "/archive/feed.atom", "/archive/corrections.atom", "/archive/all.zip",
    "/sitemap.xml", "/information", "/information/feed.atom", "/guides", "/organiser/information",
    "/organiser/guides", "/organiser/guides.csv",
)  # fmt: skip
RECORDS = ("", ".json", ".csv", ".md", ".pdf", ".ics", ".atom", "/2", "/2.atom")
STREAMS = ("floor", "stage", "desk")
PLACES = {"moderator": "/moderation", "minister": "/stage", "scribe": "/scribe"}
PLACES |= {"organiser": "/organiser"}
SEES = {"moderator": {"floor", "desk"}, "minister": {"floor", "stage"}}
SEES |= {"scribe": {"floor", "stage"}, "organiser": set(STREAMS)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pace = {"messages_per_10s": 10_000, "staff_messages_per_10s": 10_000}
    with running(tmp_path_factory.mktemp("roles"), **pace) as started:
        yield started


class Cast(NamedTuple):
    """Everyone of an evening: staff by role, volunteers by name, and a stranger."""

    server: Server
    slug: str
    people: dict[str, Browser]

    def line(self, name: str, stream: str = "floor", place: str = "") -> Live:
        browser = self.people[name]
        page = self.server.page(browser, self.slug, place or PLACES.get(name, "")).live
        return Live(browser, self.slug, page=page, stream=stream)

    def look_everywhere(self, numbers: range) -> None:
        """Let everyone open every page and every poll, whether or not it is for them."""
        for browser in self.people.values():
            for place in (*PAGES, *VIEWED, *(f"/questions/{n}" for n in numbers)):
                browser.get(f"/sessions/{self.slug}{place}")
                browser.get(f"/sessions/{self.slug}{place}", accept="application/json")
            for stream in STREAMS:
                browser.get(f"/sessions/{self.slug}/updates?stream={stream}")
            for path in ("/", *ARCHIVE, *(f"/archive/{self.slug}{it}" for it in RECORDS)):
                browser.get(path)
            for path in ("/archive/promises", f"/archive/search?year={self.slug[:4]}"):
                browser.get(path)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[dict[str, Live]]:
        """Let everyone follow every stream they may, and try those they may not."""
        async with AsyncExitStack() as stack:
            lines: dict[str, Live] = {}
            for name in self.people:
                for stream in STREAMS:
                    line = self.line(name, stream)
                    if stream in SEES.get(name, {"floor"}):
                        lines[f"{name} {stream}"] = await stack.enter_async_context(line)
                    else:
                        await line.open(self.people[name].cookie)
                        hello = {"type": "hello", "stream": stream, "page": line._page}
                        await line.send(hello)
                        assert await line.closed() == 4501
            yield lines


def cast(server: Server, slug: str, *more: str) -> Cast:
    people = {role: server.staff(slug, role, canary(*TEAM)) for role in PLACES}
    for name in ("anna", "boris", *more):
        browser = server.browser()
        browser.may = frozenset({name})
        assert browser.join(slug, canary(*DESK, name)).status == 303
        people[name] = browser
    people["stranger"] = server.browser()
    return Cast(server, slug, people)


async def done(line: Live, do: str, **fields: Any) -> Message:
    answer = await line.command(do, **fields)
    assert answer["type"] == "done", answer
    result: Message = answer["result"]
    return result


async def fill(one: Live, team: Live, stage: Live, asked: str = "anna") -> list[str]:
    """Put a canary into every private field there is, on the questions 1 to 8."""
    own, staged = (*DESK, asked), (*TEAM, asked)
    kept = {name: canary(*own) for name in ("waiting", "behind", "back", "first", "note", "appeal")}
    kept |= {name: canary(*staged) for name in ("stage", "stage behind")}
    kept |= {name: canary(*TEAM) for name in ("brief", "draft", "pending", "message", "answer")}
    kept |= {"gone": canary(*own)}
    texts = (
        (kept["waiting"], kept["behind"]), ("Zwei ist öffentlich?", ""), (kept["back"], ""),
        (kept["first"], ""), (kept["stage"], kept["stage behind"]), (kept["gone"], ""),
        ("Sieben wartet auf Freigabe?", ""), ("Acht wird versteckt?", ""),
    )  # fmt: skip
    for text, background in texts:
        await done(one, "ask", text=text, background=background, show="team")
    await team.until(lambda: len(team.questions) == len(texts))

    async def judge(do: str, number: int, **fields: Any) -> None:
        rev = (await done(team, "claim", number=number)) and await newest(team, number)
        await done(team, do, number=number, rev=rev, **fields)

    await judge("edit", 4, text="Vier in anderen Worten?", background="")
    for number in (2, 4, 7, 8):
        await judge("approve", number)
    await judge("return", 3, reason="not_ours", note=kept["note"])
    await judge("stage_only", 5)
    await judge("hide", 8)
    await done(one, "withdraw", number=6)
    await done(one, "appeal", number=3, text=kept["appeal"])
    await judge("brief", 2, text=kept["brief"])
    await done(team, "message", text=kept["message"])
    for number, do, text in (
        (2, "draft", "draft"),
        (7, "answer", "pending"),
        (5, "answer", "answer"),
    ):
        rev = await newest(stage, number)
        await done(stage, do, number=number, rev=rev, text=kept[text])
    return list(kept.values())


async def newest(line: Live, number: int) -> int:
    """Return a question's revision as the server has it."""
    messages = await asyncio.to_thread(
        line._browser.get, f"/sessions/{line._slug}/updates?stream={line.stream}"
    )
    rows = next(m for m in messages.json() if m["type"] == "snapshot")["questions"]
    return int(next(row["rev"] for row in rows if row["number"] == number))


def meddling(numbers: range) -> Iterator[Message]:
    """Return what someone may try on questions of others, and on the whole session."""
    for number in numbers:
        for do in ("withdraw", "object", "claim"):
            yield {"do": do, "number": number}
        yield {"do": "consent", "number": number, "on": True}
        yield {"do": "name", "number": number, "show": "name"}
        for do in ("approve", "hide", "take", "release", "unmerge"):
            yield {"do": do, "number": number, "rev": 1}
        yield {"do": "reword", "number": number, "rev": 1, "text": "Anders?"}
        yield {"do": "appeal", "number": number, "text": "Bitte?"}
        yield {"do": "upvote", "number": number, "on": True, "intent": 1}
        yield {"do": "merge", "number": number, "rev": 1, "into": 1}
        yield {"do": "merge_all", "numbers": [number], "revs": [1], "into": 1}
        yield {"do": "return_all", "numbers": [number], "revs": [1], "reason": "unclear"}
        yield {"do": "undo", "event": number}
        yield {"do": "now", "number": number, "order_rev": 0}
        yield {"do": "redact", "number": number, "field": "text", "from": 0, "to": 1}
    yield from ({"do": do} for do in ("acknowledge", "conclude", "publish"))


async def meddle(line: Live, numbers: range) -> None:
    for fields in meddling(numbers):
        await line.command(**fields)


@pytest.mark.parametrize(
    "more", [pytest.param(2, id="small"), pytest.param(40, marks=pytest.mark.large, id="large")]
)
async def test_no_canary_of_an_evening_reaches_who_may_not_see_it(server, more) -> None:
    slug = server.slugs["open" if more > 2 else "live"]
    names = [f"gast{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(more)]
    scene = await asyncio.to_thread(cast, server, slug, *names)
    before = LOOKED.copy()
    async with scene.listening() as lines:
        team, stage = lines["organiser desk"], lines["organiser stage"]
        private = await fill(lines["anna floor"], team, stage)
        for name in names:
            private.append(canary(*DESK, name))
            await done(lines[f"{name} floor"], "ask", text=private[-1], show="team")
        numbers = range(1, 9 + more)
        await meddle(lines["boris floor"], numbers)
        conflict: Message = {"number": 2, "rev": 1, "text": "Anders?"}
        told = await lines["anna floor"].command("reword", **conflict)
        assert told["code"] == "conflict"
        assert "by" not in told
        await asyncio.to_thread(scene.look_everywhere, numbers)
        for line in lines.values():
            await line.command("withdraw", number=10**6)
        await publish(scene, team, stage)
        await asyncio.to_thread(scene.look_everywhere, numbers)
    file = server.folder / "sessions" / slug / "transcript.json"
    look((), file.read_text("utf-8"))
    heard = [text for text in private if text in HEARD]
    assert heard == private, "a canary that nobody received proves nothing"
    looked = LOOKED - before
    print(
        f"{len(private)} canaries, {looked['pieces']} answers and frames, {looked['signs']} signs"
    )


async def publish(scene: Cast, team: Live, stage: Live) -> None:
    """End the evening; what must not become public is returned before."""
    rev = await newest(team, 7)
    await done(team, "return", number=7, rev=rev, reason="unclear")
    if (await asyncio.to_thread(phase, scene)) == "open":
        await done(team, "phase", to="live")
    await done(team, "phase", to="closed")
    await done(team, "conclude")
    await done(team, "publish")
    reader = scene.server.browser()
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(reader.get, f"/archive/{scene.slug}")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # it comes right after the answer, and tells nobody


def phase(scene: Cast) -> str:
    polled = scene.people["stranger"].get(f"/sessions/{scene.slug}/updates").json()
    return str(next(m["session"]["phase"] for m in polled if m["type"] == "snapshot"))


async def test_a_number_moves_only_for_what_its_stream_shows(server) -> None:
    """Who counts the numbers of the floor learns nothing of what happens behind it."""
    slug = server.slugs["direct"]
    scene = await asyncio.to_thread(cast, server, slug)
    anna, stage = scene.line("anna"), scene.line("minister", "stage")
    team, writer = scene.line("organiser", "desk"), scene.line("organiser", "stage")
    async with anna, stage, team, writer:
        for text in ("Wird sie öffentlich?", "Bleibt sie beim Team?"):
            await done(anna, "ask", text=text)
        await done(team, "approve", number=1, rev=await newest(team, 1))
        await stage.until(lambda: 1 in stage.questions)
        await settled(scene, anna)

        floor, podium = await seq(scene, "floor"), await seq(scene, "stage")
        await done(team, "claim", number=2)
        await done(team, "edit", number=2, rev=await newest(team, 2), text="Anders?", background="")
        await done(team, "topic", number=2, rev=await newest(team, 2), topic="Wohnen")
        await done(team, "mute", person=anna.me["person"])
        await done(team, "unmute", person=anna.me["person"])
        assert (await seq(scene, "floor"), await seq(scene, "stage")) == (floor, podium)

        await done(team, "message", text="Noch fünf Minuten")
        await done(team, "brief", number=1, rev=await newest(team, 1), text="Eine Notiz")
        await done(writer, "draft", number=1, rev=await newest(team, 1), text="Ein Entwurf")
        assert await seq(scene, "floor") == floor
        assert await seq(scene, "stage") > podium
        await settled(scene, anna)
        assert anna.seq == floor


async def settled(scene: Cast, line: Live) -> None:
    """Wait until a line has come as far as its stream."""
    await asyncio.sleep(0)
    head = await seq(scene, line.stream)
    await line.until(lambda: line.seq == head)


async def seq(scene: Cast, stream: str) -> int:
    """Return how far a stream has come, by a poll."""
    path = f"/sessions/{scene.slug}/updates?stream={stream}"
    return int((await asyncio.to_thread(scene.people["organiser"].get, path)).json()[0]["seq"])


async def test_what_one_may_not_see_is_refused_as_if_it_were_none(server) -> None:
    slug = server.slugs["slow"]
    scene = await asyncio.to_thread(cast, server, slug)
    async with scene.line("anna") as anna, scene.line("boris") as boris:
        await done(anna, "ask", text=canary(*DESK, "anna"))
        for fields in meddling(range(1, 2)):
            if "number" not in fields:
                continue
            there = await boris.command(**fields)
            none = await boris.command(**(fields | {"number": 999_999}))
            assert plain(there) == plain(none), fields
        for number in (1, 999_999):
            page = await asyncio.to_thread(
                scene.people["boris"].get, f"/sessions/{slug}/questions/{number}"
            )
            assert page.status == 404


def plain(message: Message) -> Message:
    return {name: value for name, value in message.items() if name not in ("key", "number")}


def test_a_closed_round_keeps_its_secrets_from_strangers(server) -> None:
    """Neither the code nor where it is seen and heard, in no page, poll, screen or calendar."""
    for name in ("code", "link"):
        slug = server.slugs[name]
        stranger = server.browser()
        arrived = ""
        for place in (*PAGES, *VIEWED, "/updates", "/updates?stream=desk"):
            for accept in ("text/html", "application/json"):
                page = stranger.get(f"/sessions/{slug}{place}", accept=accept)
                arrived += f"{page.headers}{page.text}".replace("\r\n ", "")
        assert CODE not in arrived.replace(" ", "")
        if name == "link":
            assert "video.example" not in arrived
            polled = stranger.get(f"/sessions/{slug}/updates", accept="application/json")
            assert (polled.status, polled.json()["code"]) == (403, "forbidden")
            for screen in ("/beamer", "/overlay"):
                assert stranger.get(f"/sessions/{slug}{screen}").status == 403


def test_the_look_at_what_arrives_finds_what_it_should() -> None:
    """Folded, escaped, in a header: a canary is found, and who may see it is let be."""
    text = canary("anna")
    look({"anna"}, text)
    for raw in (text, f"X: {text[:9]}\r\n {text[9:]}", json.dumps({"text": text}), f"?a={text}"):
        with pytest.raises(AssertionError):
            look({"boris"}, raw)
    assert STAGE
