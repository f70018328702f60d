"""P13: of two moderators who decide on one question at once, the first wins and no text is lost.

Pairs of acts, most of them over two sockets, some by POST, name the same ``rev`` of one question.
Exactly one of each pair is done. The other is refused as ``conflict`` and told how the question
stands, since when, by whom and under which ``rev``, so that the very same words can be sent again:
the test does that, and then the log has both. What was refused is no event and stands in no log.
"""

import asyncio
import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from dialog.forum.events import Acted
from dialog.store.database import Database
from dialog.store.journal import Journal
from tests.live.client import Browser, Live, Message
from tests.live.server import Server, running
from tests.mutants import Mutant

TEXT = "Wie lange dauert die Anerkennung, {} gefragt?"
EDIT: tuple[str, Message] = ("edit", {"text": TEXT})
RETURN: tuple[str, Message] = ("return", {"reason": "unclear", "note": TEXT})
APPROVE: tuple[str, Message] = ("approve", {})
STAGE: tuple[str, Message] = ("stage_only", {})
PAIRS = ((EDIT, EDIT), (EDIT, APPROVE), (APPROVE, RETURN), (RETURN, STAGE), (STAGE, EDIT))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), staff_messages_per_10s=10_000) as started:
        yield started


@pytest.fixture(scope="module")
def moderators(server: Server) -> tuple[Browser, Browser, Browser]:
    slug = server.slugs["live"]
    return (
        server.staff(slug, "moderator", "Mara Beispielname"),
        server.staff(slug, "moderator", "Moritz Beispielname"),
        server.staff(slug, "organiser", "Olga Beispielname"),
    )


def desk(server: Server, browser: Browser) -> Live:
    slug = server.slugs["live"]
    page = server.page(browser, slug, "/moderation").live
    return Live(browser, slug, page=page, stream="desk")


def act(turn: int, pair: int) -> tuple[str, Message]:
    """Return one act of a pair, with words of its own."""
    do, fields = PAIRS[pair % len(PAIRS)][turn]
    words = f"{'erstens' if turn == 0 else 'zweitens'} {pair}"
    return do, {key: str(value).format(words) for key, value in fields.items()}


@pytest.mark.parametrize("pairs", [12, pytest.param(50, marks=pytest.mark.large)])
async def test_one_success_each_and_both_in_the_end(
    server: Server, moderators: tuple[Browser, Browser, Browser], pairs: int
) -> None:
    mara, moritz, olga = moderators
    async with (
        desk(server, mara) as one,
        desk(server, moritz) as other,
        desk(server, olga) as third,
    ):
        await one.until(lambda: one.seq)
        conflicts, acts_of = 0, dict[int, list[str]]()
        for pair in range(pairs):
            number = (
                await third.command("ask", text=f"Was ist mit {uuid4().hex}?", via="hall", asker="")
            )["result"]["number"]
            for tab in (one, other):
                await tab.until(lambda t=tab, n=number: n in t.questions)
            rev = one.questions[number]["rev"]
            acts = [act(turn, pair) for turn in (0, 1)]
            by_post = pair % 4 == 3
            told = await asyncio.gather(
                given(one, acts[0], number, rev),
                posted(server, moritz, acts[1], number, rev)
                if by_post
                else given(other, acts[1], number, rev),
            )
            lost = [turn for turn in (0, 1) if told[turn]["type"] == "refused"]
            assert len(lost) == 1, told
            conflicts += 1
            await again((one, other)[lost[0]], acts[lost[0]], told[lost[0]], number)
            acts_of[number] = [acts[1 - lost[0]][0], acts[lost[0]][0]]
        assert conflicts == pairs
    log = await logged(server)
    assert {number: log[number] for number in acts_of} == acts_of
    print(f"P13: {pairs} pairs, {pairs} successes, {conflicts} conflicts, all sent again")


async def test_of_two_groups_that_share_a_question_one_is_done_whole_and_one_not_at_all(
    server: Server, moderators: tuple[Browser, Browser, Browser]
) -> None:
    mara, moritz, olga = moderators
    async with (
        desk(server, mara) as one,
        desk(server, moritz) as other,
        desk(server, olga) as third,
    ):
        numbers = []
        for _ in range(3):
            told = await third.command("ask", text=f"Was ist mit {uuid4().hex}?", via="hall")
            numbers.append(told["result"]["number"])
        for tab in (one, other):
            await tab.until(lambda t=tab: numbers[-1] in t.questions)
        rev = one.questions[numbers[1]]["rev"]
        edited = {"number": numbers[1], "rev": rev, "text": f"Und mit {uuid4().hex}?"}
        stale = [one.questions[number]["rev"] for number in numbers]
        assert (await third.command("edit", **edited))["type"] == "done"
        told = await one.command("merge_all", numbers=numbers, revs=stale, into=numbers[0])
        assert (told["code"], told["number"], told["by"]) == (
            "conflict", numbers[1], "Olga Beispielname",
        )  # fmt: skip
        for tab in (one, other):
            await tab.until(lambda t=tab: t.questions[numbers[1]]["rev"] > rev)
        groups = (numbers[:2], numbers[1:])
        revs = [[one.questions[number]["rev"] for number in group] for group in groups]
        answers = await asyncio.gather(
            one.command("merge_all", numbers=groups[0], revs=revs[0], into=groups[0][0]),
            other.command("return_all", numbers=groups[1], revs=revs[1], reason="unclear"),
        )
        (lost,) = [turn for turn in (0, 1) if answers[turn]["type"] == "refused"]
        refusal = answers[lost]
        assert (refusal["code"], refusal["number"]) == ("conflict", numbers[1])
        assert refusal["by"] == ("Moritz Beispielname", "Mara Beispielname")[lost]
        alone = numbers[2 if lost else 0]
        await third.until(lambda: third.questions[numbers[1]]["review"] != "waiting")
        assert third.questions[alone]["review"] == "waiting"


async def given(tab: Live, acting: tuple[str, Message], number: int, rev: int) -> Message:
    return await tab.command(acting[0], number=number, rev=rev, **acting[1])


async def posted(
    server: Server, browser: Browser, acting: tuple[str, Message], number: int, rev: int
) -> Message:
    slug = server.slugs["live"]
    token = server.page(browser, slug, "/moderation").token
    message = {"type": "command", "key": str(uuid4()), "do": acting[0]}
    body = json.dumps(message | {"number": number, "rev": rev} | acting[1])
    answer = await asyncio.to_thread(
        browser.ask, "POST", f"/sessions/{slug}/commands", body,
        content_type="application/json", accept="application/json", x_dialog_token=token,
    )  # fmt: skip
    told: Message = answer.json()
    return told


async def again(tab: Live, acting: tuple[str, Message], told: Message, number: int) -> None:
    """Send the same words again with what the refusal says; someone else had been quicker."""
    assert told["code"] == "conflict"
    assert told["number"] == number
    assert told["by"] in ("Mara Beispielname", "Moritz Beispielname")
    assert told["since"]
    await tab.until(lambda: tab.questions[number]["rev"] == told["rev"])
    assert tab.questions[number]["review"] == told["state"]
    answer = await given(tab, acting, number, told["rev"])
    assert answer["type"] == "done", answer


async def logged(server: Server) -> dict[int, list[str]]:
    """Return which acts the stored journal has of each question, in their order."""
    database = Database(f"sqlite:///{server.folder}/data/dialog.sqlite3")
    entries = (await Journal(database).open(server.slugs["live"])).entries
    await database.close()
    found: dict[int, list[str]] = {}
    for entry in entries:
        if isinstance(entry.event, Acted):
            found.setdefault(entry.event.changes[0].subject, []).append(entry.event.act)
    return found


MUTANTS = (
    Mutant(
        "of a group nobody looks at what moved",
        "dialog/forum/moderating.py",
        "question = judged(session, number, rev, who)",
        "question = session.questions[number]",
    ),
    Mutant(
        "the second decides, too",
        "dialog/forum/acting.py",
        "return question if question.rev == rev else conflict(session, question)",
        "return question",
    ),
    Mutant(
        "a decision leaves the revision as it was",
        "dialog/forum/evolve.py",
        "    if change.axis in REVISING:\n",
        "    if change.axis in REVISING - {Axis.WORDING, Axis.STANDING}:\n",
    ),
    Mutant(
        "the second is not told who was quicker",
        "dialog/forum/acting.py",
        'by=(session.name(deed.person) if deed else "") or None,',
        "by=None,",
    ),
)
