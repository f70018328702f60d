"""P19: the same past one machine: several processes on one PostgreSQL, and what may happen to them.

Three real servers behind nginx share one evening: one is killed, frozen or told to go, what listens
is cut off, the database begins anew. Nothing acknowledged is lost, what cannot be stored is refused
with a time, and all come back by themselves. Beneath it the same rooms, two on one journal, in one
process: there chance decides what happens between two turns of the loop.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from websockets.exceptions import InvalidStatus, WebSocketException

from dialog.forum import commands as c
from dialog.forum.journal import Batch, Unavailable
from dialog.forum.names import Stream
from dialog.forum.refusals import Code, Refusal
from dialog.hub.hub import Hub
from dialog.hub.ledger import Done, Reply
from dialog.hub.relay import Relay
from dialog.store import database as databases
from dialog.store import handover, processes
from dialog.store.database import Database
from dialog.store.listening import listen
from dialog.store.migrate import migrate
from dialog.store.people import People
from dialog.store.processes import Processes
from tests.chaos.cluster import Cluster
from tests.chaos.several import Several, several
from tests.chaos.storm import Storm, compare
from tests.hub.doubles import ANNA, BORIS, MARA, OLGA
from tests.live.client import Browser, Live
from tests.live.programme import declare
from tests.mutants import Mutant
from tests.promises.audience import Venue
from tests.promises.processes import Side, Two
from tests.promises.test_p03_miss_nothing_see_nothing_twice import Evening

pytestmark = pytest.mark.postgres
SEED = 19
RUNNING = timedelta(minutes=-10)


async def until(holds: Callable[[], object], seconds: float = 5) -> None:
    """Wait until something holds that tells nobody."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# --- two rooms on one journal --------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared_url(postgres_cluster: Cluster) -> str:
    """The address of a database for all tests with rooms of their own."""
    with postgres_cluster.connect() as connection:
        connection.execute("CREATE DATABASE halls")
    url = postgres_cluster.url("halls")
    migrate(url)
    return url


@pytest.fixture
async def two(shared_url: str) -> AsyncIterator[Two]:
    """A session in two rooms, each with a connection of its own to the database."""
    made = Two(shared_url)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize(
    "examples, steps", [(5, 30), pytest.param(60, 60, marks=pytest.mark.large)]
)
def test_any_evening_of_two_processes(shared_url: str, examples: int, steps: int) -> None:
    class Shared(Evening):
        def _venue(self) -> Venue:
            return Two(shared_url)

        async def _calm(self) -> None:
            await super()._calm()
            sides = self.venue.sides  # type: ignore[attr-defined]
            assert not any(side.room.resyncs["digest"] for side in sides)

    run_state_machine_as_test(
        Shared,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"P19: {examples} evenings of up to {steps} steps, 6 clients before two rooms")


def result(reply: Reply) -> bytes:
    assert isinstance(reply, Done), reply
    return reply.result


async def test_no_race_is_ever_lost(two: Two) -> None:
    rooms = [side.room for side in two.sides]
    for turn in range(15):
        asks = [
            room.ask(c.Ask(f"Frage {turn}?"), who)
            for room, who in zip(rooms, (ANNA, BORIS), strict=True)
        ]
        replies = await asyncio.gather(*asks)
        numbers = {json.loads(result(reply))["number"] for reply in replies}
        assert numbers == {2 * turn + 1, 2 * turn + 2}
    await two.settle()
    await two.check()


async def test_an_answer_is_remembered_by_both(two: Two) -> None:
    one, other = (side.room for side in two.sides)
    told = [await room.ask(c.Ask("Nur einmal?"), ANNA, key="key-of-anna") for room in (one, other)]
    assert result(told[0]) == result(told[1])
    reused = await other.ask(c.Ask("Etwas anderes?"), ANNA, key="key-of-anna")
    assert reused == Refusal(Code.KEY_REUSED)
    assert len((await two.check()).questions) == 1


async def test_a_text_blackened_at_one_is_black_at_the_other(two: Two) -> None:
    one, other = (side.room for side in two.sides)
    await one.ask(c.Ask("Ich heiße Alma Beispiel?"), ANNA)
    await two.settle()
    told = await other.ask(c.Redact(1, 10, 14), OLGA)
    assert isinstance(told, Done), told
    await two.sides[0].look()
    texts = [
        await room.read(lambda s, _b: s.text(s.questions[1].wording.text)) for room in (one, other)
    ]
    assert texts[0] == texts[1] != "Ich heiße Alma Beispiel?"


async def test_a_poll_that_comes_ahead_of_a_process_waits_for_it(two: Two) -> None:
    one, other = (side.room for side in two.sides)
    await one.ask(c.Ask("Wer ist weiter?"), ANNA)
    seq = await one.read(lambda _s, board: board.sheets[Stream.DESK].seq)
    assert seq > await other.read(lambda _s, board: board.sheets[Stream.DESK].seq)
    await other.moved(Stream.DESK, one.epoch, seq, 25)
    told = await other.updates(Stream.DESK, MARA, one.epoch, seq)
    assert [json.loads(message)["type"] for message in told] == ["me"]


async def test_what_was_sent_elsewhere_counts_here(two: Two) -> None:
    one, other = two.sides
    await one.room.ask(c.Ask("Zählt das dort auch?"), ANNA)
    await one.room.ask(c.Approve(1, await rev(one, 1)), MARA)
    for on in (True, False, True):
        await one.room.ask(c.Upvote(1, on, two.clock.now + int(on)), BORIS)
        two.clock.now += 10
    await other.look()
    spent = Counter[tuple[int, bool]]()
    for told in other.spent:
        spent[told.person, told.staff] += told.messages
    assert (spent[ANNA.person, False], spent[MARA.person, True]) == (1, 1)
    assert spent[BORIS.person, False] >= 2
    assert not one.spent


async def rev(side: Side, number: int) -> int:
    return await side.room.read(lambda session, _board: session.questions[number].rev)


async def test_a_new_epoch_given_elsewhere_is_noticed(two: Two) -> None:
    tabs = [await two.follow(ANNA), await two.follow(BORIS)]
    await two.quiet()
    drawn = await two.journal.new_epoch(two.slug)
    for side in two.sides:
        await side.look()
        assert side.room.epoch == drawn
    for tab in tabs:
        tab.deliver()
        assert [m["type"] for m in tab.seen].count("snapshot") == 2
    # A command that comes before any look finds it, too, and is not lost.
    drawn = await two.journal.new_epoch(two.slug)
    assert isinstance(await two.sides[0].room.ask(c.Ask("Auch dann?"), ANNA), Done)
    assert two.sides[0].room.epoch == drawn


async def test_a_lock_is_taken_from_who_stands_still(shared_url: str, monkeypatch) -> None:
    monkeypatch.setattr(databases, "BUSY_MS", 1_000)
    two = Two(shared_url)
    await two.open()
    still, other = two.sides
    stood = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stand(_tail: object) -> Batch | None:
        loop.call_soon_threadsafe(stood.set)
        time.sleep(1.5)  # in the thread that holds the lock
        return None

    def work(connection) -> None:
        from dialog.store.journal import _append

        _append(connection, two.slug, still.room._ledger.place, stand)
        connection.exec_driver_sql("SELECT 1")

    standing = asyncio.create_task(still.database.write(work))
    await stood.wait()
    assert isinstance(await other.room.ask(c.Ask("Geht es weiter?"), ANNA), Done)
    with pytest.raises(Unavailable):
        await standing
    assert isinstance(await still.room.ask(c.Ask("Auch dort?"), BORIS), Done)
    await two.settle()
    assert len((await two.check()).questions) == 2
    await two.close()


async def test_a_loop_that_is_too_busy_holds_no_lock(monkeypatch) -> None:
    monkeypatch.setattr(handover, "BEGUN_S", 0.05)
    decided: list[int] = []
    with handover.Handover(decided.append) as decide:
        asking = asyncio.get_running_loop().run_in_executor(None, decide, 1)
        time.sleep(1)  # noqa: ASYNC251 - the loop is busy
        with pytest.raises(Unavailable):
            await asking
    assert not decided, "nobody would hear of it"


async def test_a_fault_while_deciding_stores_nothing(two: Two, monkeypatch) -> None:
    side = two.sides[0]
    before = (await two.journal.open(two.slug)).entries

    def fail(*_given: object) -> None:
        raise LookupError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(side.room._ledger, "draft", fail)
        told = await side.room.ask(c.Ask("Geht das gut?"), ANNA)
    assert isinstance(told, Refusal)
    assert (told.code, told.field) == (Code.BUSY, "storage")
    assert (await two.journal.open(two.slug)).entries == before
    async with asyncio.timeout(5):
        while not isinstance(await side.room.ask(c.Ask("Und jetzt?"), ANNA), Done):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_phases_and_declarations_are_made_once(two: Two) -> None:
    two.clock.now += 700 * 60_000
    await asyncio.gather(*(side.room.ask(c.Ask("Zu spät?"), ANNA) for side in two.sides))
    await two.settle()
    events = [entry.event for entry in (await two.journal.open(two.slug)).entries]
    assert [type(event).__name__ for event in events].count("Declared") == 1
    changed = [c.after for e in events for c in getattr(e, "changes", ()) if c.axis == "phase"]
    assert len(changed) == len(set(changed))
    assert changed[-1] == "closed"


async def test_of_a_question_is_noted_once(two: Two) -> None:
    await two.sides[0].room.ask(c.Ask("Ruft mich an unter 089 1234567?"), ANNA)
    await two.settle()
    events = [entry.event for entry in (await two.journal.open(two.slug)).entries]
    assert [type(event).__name__ for event in events].count("Noted") == 1


# --- news, without and with wake-ups -------------------------------------------------------------


async def never(_heard: object) -> None:
    """A wake-up that does not come."""
    await asyncio.Event().wait()


def relayed(side: Side, listening=never) -> Relay:
    hub = Hub(bytes)
    hub.add(side.room)
    return Relay(hub, side.processes, listening)


async def test_what_no_wake_up_tells_is_found_by_looking(two: Two) -> None:
    one, other = two.sides
    relay = relayed(other)
    relay.start(tuple)
    await one.room.ask(c.Ask("Kommt das an?"), ANNA)
    await until(lambda: other.room._ledger.session.questions)
    await relay.stop()


async def test_who_listens_is_woken_and_listens_again(shared_url: str, two: Two) -> None:
    heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
    listening = asyncio.create_task(listen(shared_url, lambda *told: heard.put_nowait(told)))
    mine = "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN dialog'"
    try:
        async with await psycopg.AsyncConnection.connect(shared_url, autocommit=True) as one:
            for turn in range(2):
                pid = await _appears(one, mine)
                told = await two.sides[0].room.ask(c.Ask(f"Weckt das, {turn}?"), ANNA)
                assert isinstance(told, Done)
                place = two.sides[0].room._ledger.place
                async with asyncio.timeout(5):
                    while (await heard.get())[1] < place.head - 1:
                        pass
                await one.execute("SELECT pg_terminate_backend(%s)", (pid,))
                gone = f"{mine} AND pid = {pid}"
                while await (await one.execute(gone)).fetchone():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _appears(connection: psycopg.AsyncConnection, query: str) -> int:
    async with asyncio.timeout(5):
        while not (row := await (await connection.execute(query)).fetchone()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return int(row[0])


async def test_who_does_not_reach_the_database_says_so(two: Two) -> None:
    relay = relayed(two.sides[0])
    nowhere = Database("postgresql://nobody@/nothing?host=/nowhere")
    relay._store = Processes(nowhere)
    relay.start(tuple)
    await until(lambda: not relay.reaching)
    relay._store = two.sides[0].processes
    await until(lambda: relay.reaching)
    await relay.stop()
    await nowhere.close()


async def test_people_are_counted_once_wherever_their_tabs_are(two: Two, monkeypatch) -> None:
    await two.settle()
    relays = [relayed(side) for side in two.sides]
    for who in (ANNA, ANNA, BORIS):
        await two.follow(who)
    places: list[Callable[[], Any]] = [lambda: [(("a", 1), 3), (("a", 2), 1)], tuple]
    for _ in range(2):
        for relay, here in zip(relays, places, strict=True):
            relay._here = here
            await relay._exchange()
    rooms = [side.room for side in two.sides]
    assert [room.presence.people for room in rooms] == [2, 2]
    assert [room.presence.roles() for room in rooms] == [{"volunteer": 2}] * 2
    assert [relay.elsewhere(("a", 1)) for relay in relays] == [0, 3]
    monkeypatch.setattr(processes, "FRESH_MS", -60_000)  # who has told nothing of late is gone
    await relays[1]._exchange()
    assert not rooms[1].presence._elsewhere
    await relays[0].stop()


async def test_a_pass_that_ended_elsewhere_is_found(shared_url: str) -> None:
    database = Database(shared_url)
    people, found = People(database, "a secret", lambda: 10**12), Processes(database)
    tokens = [await people.new_pass() for _ in range(3)]
    passes = [await people.pass_of(token) for token in tokens]
    held = [found.id for found in passes if found]
    assert await found.ended(held) == []
    await people.leave(tokens[1])
    assert await found.ended(held) == [held[1]]
    assert await found.ended(()) == ()
    await database.close()


# --- three real processes behind a proxy ---------------------------------------------------------


@pytest.fixture(scope="module")
def evening(tmp_path_factory, own_cluster: Cluster, nginx_path: str) -> Iterator[Several]:
    """Three processes with some sessions; whoever ends one begins it again."""
    folder = tmp_path_factory.mktemp("several")
    slugs = {
        name: declare(folder / "sessions", name, starts=RUNNING, goes_live="by_clock", waiting=100)
        for name in ("sturm", "wege", "zahl", "ende", "fort", "neustart", "still")
    }
    with several(folder, slugs, own_cluster, nginx_path, connections_per_person=4) as made:
        yield made
    made.check_logs()


@pytest.fixture(autouse=True)
def _whole(request) -> Iterator[None]:
    """Every test leaves three processes that are ready."""
    yield
    if "evening" in request.fixturenames:
        made = request.getfixturevalue("evening")
        for process in made.processes:
            if not process.running:
                process.begin()
            process.await_ready()


async def storm_over(evening: Several, slug: str, clients: int) -> Storm:
    chance = random.Random(SEED)
    return await asyncio.to_thread(Storm, evening.front, slug, clients, chance)


async def raged(storm: Storm, seconds: float, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Let everyone act for a while, whatever happens to their lines."""
    raging = asyncio.create_task(storm.rage())
    await asyncio.sleep(seconds / 2)
    await meanwhile()
    await asyncio.sleep(seconds / 2)
    while not raging.done():  # an answer that comes in the same moment swallows it
        raging.cancel()
        await asyncio.wait({raging}, timeout=0.5)


@pytest.mark.chaos
@pytest.mark.parametrize(
    "kills, clients",
    [pytest.param(2, 9, id="small"), pytest.param(20, 30, id="large", marks=pytest.mark.large)],
)
async def test_a_storm_over_three_processes_loses_nothing(evening, kills, clients) -> None:
    slug = evening.slugs["sturm"]
    storm = await storm_over(evening, slug, clients)
    slowest = 0.0
    for kill in range(kills):
        victim = evening.processes[kill % 3]
        async with storm.connected():
            slowest = max(slowest, await storm.converged())
            await asyncio.gather(*(one.again() for one in storm.everyone))
            await raged(storm, 1.0, partial(asyncio.to_thread, victim.kill))
        compare(storm, evening.stored(slug))
        await asyncio.to_thread(victim.start)
    async with storm.connected():
        await asyncio.gather(*(one.again() for one in storm.everyone))
        slowest = max(slowest, await storm.converged())
        compare(storm, evening.stored(slug))
    asked, taps, approved = (len(storm.done(do)) for do in ("ask", "upvote", "approve"))
    assert min(asked, taps, approved) > kills
    print(
        f"P19: {kills} of three processes killed, {clients} clients: {asked} questions, "
        f"{taps} taps, {approved} approvals acknowledged, none lost; "
        f"on one ranking within {slowest:.2f} s"
    )


@pytest.mark.chaos
@pytest.mark.parametrize("mode", ["immediate", pytest.param("fast", marks=pytest.mark.large)])
async def test_the_database_begins_anew(evening, mode) -> None:
    slug = evening.slugs["neustart"]
    storm = await storm_over(evening, slug, 6)
    statuses: list[list[int]] = []

    async def restart() -> None:
        await asyncio.to_thread(evening.cluster.stop, mode)
        await asyncio.sleep(0.6)
        asked = [asyncio.to_thread(p.browser().get, "/readyz") for p in evening.processes]
        statuses.append([page.status for page in await asyncio.gather(*asked)])
        evening.cluster.start()  # in this thread: the system ends it with the one that began it

    async with storm.connected():
        await raged(storm, 1.0, restart)
        refused = [m for one in storm.everyone for m in one.client.seen if m["type"] == "refused"]
        assert {m["code"] for m in refused} <= {"busy", "conflict"}
        busy = [m for m in refused if m["code"] == "busy"]
        assert {m["field"] for m in busy} == {"storage"}
        assert all(0 < m["retry_ms"] <= 5_100 for m in busy)
        assert statuses == [[503, 503, 503]]
        await asyncio.to_thread(lambda: [p.await_ready() for p in evening.processes])
        for one in storm.everyone:  # nobody lost their line over it
            assert not one.client._reading.done()
            async with asyncio.timeout(15):
                while one.open and _busy(await one.send(one.open)):  # noqa: ASYNC110
                    await asyncio.sleep(0.3)
        await storm.converged(10)
        compare(storm, evening.stored(slug))
    for process in evening.processes:  # nobody began anew for it
        assert process.running
    await until(lambda: evening.listeners() == 3, 10)


def _busy(told: dict | None) -> bool:
    return told is not None and told.get("code") == "busy"


@pytest.mark.chaos
async def test_what_listens_is_cut_off(evening) -> None:
    slug = evening.slugs["wege"]
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
    async with AsyncExitStack() as stack:
        floors = [await stack.enter_async_context(floor(p, slug)) for p in evening.processes]
        for turn in range(3):
            evening.ask(cut)
            told = await floors[turn].command("ask", text=f"Kommt das an, {uuid4().hex}?")
            assert told["type"] == "done"
            await asyncio.gather(*(reaches(one, told) for one in floors))
    await until(lambda: evening.listeners() == 3)


async def reaches(one: Live, told: dict) -> None:
    """Wait until a client has what an answer tells of."""
    await one.until(lambda: one.seq >= told["seq"], 5)


def floor(process, slug: str, browser: Browser | None = None) -> Live:
    """Return somebody on the floor of one process."""
    browser = at(process, browser) if browser else process.volunteer(slug)
    return Live(browser, slug, page=process.page(browser, slug).live)


def at(process, browser: Browser) -> Browser:
    """Return the same browser at another process."""
    same = process.browser()
    same.cookie, same.may = browser.cookie, browser.may
    return same


async def test_one_person_one_upvote_over_three_processes(evening) -> None:
    """A websocket at one, a form at another, a repetition at the third, the last meant holds."""
    slug = evening.slugs["wege"]
    one, two, three = evening.processes
    asker, team = one.volunteer(slug), await asyncio.to_thread(two.staff, slug, "moderator")
    desk = Live(team, slug, page=two.page(team, slug, "/moderation").live, stream="desk")
    async with floor(one, slug, asker) as asking, desk as judging:
        key, text = str(uuid4()), f"Wer hilft {uuid4().hex}?"
        asked = await asking.command("ask", key=key, text=text)
        number = asked["result"]["number"]
        posted = post(three, asker, slug, {"do": "ask", "key": key, "text": text})
        assert (posted["type"], posted["result"]) == ("done", asked["result"])
        other = post(two, asker, slug, {"do": "ask", "key": key, "text": "Etwas anderes?"})
        assert other["code"] == "key_reused"
        await judging.until(lambda: number in judging.questions)
        rev = judging.questions[number]["rev"]
        assert (await judging.command("approve", number=number, rev=rev))["type"] == "done"
        fan = one.volunteer(slug)
        async with floor(one, slug, fan) as tab:
            now = time.time_ns() // 1_000_000
            tapped = {"do": "upvote", "key": str(uuid4()), "number": number}
            taps = [
                tab.upvote(number, intent=now),
                asyncio.to_thread(by_form, two, fan, slug, number),
                asyncio.to_thread(
                    post, three, fan, slug, tapped | {"on": True, "intent": now}
                ),
            ]  # fmt: skip
            await asyncio.gather(*taps)
            await asking.until(lambda: asking.questions[number]["upvotes"] == 2)
            late = tapped | {"on": False}
            told = post(two, fan, slug, late | {"intent": now - 60_000})
            assert told["result"]["on"] is True
            await tab.until(lambda: number in tab.me["upvoted"])
            back = time.time_ns() // 1_000_000
            told = post(three, fan, slug, late | {"key": str(uuid4()), "intent": back})
            assert told["result"]["on"] is False
            for one_of in (tab, asking):
                await one_of.until(lambda o=one_of: o.questions[number]["upvotes"] == 1)
            await tab.until(lambda: number not in tab.me["upvoted"])


def post(process, browser: Browser, slug: str, command: dict) -> dict:
    same = at(process, browser)
    token = process.page(same, slug).token
    answer = same.ask(
        "POST", f"/sessions/{slug}/commands", json.dumps({"type": "command"} | command),
        content_type="application/json", accept="application/json", x_dialog_token=token,
    )  # fmt: skip
    return dict(answer.json())


def by_form(process, browser: Browser, slug: str, number: int) -> None:
    same = at(process, browser)
    form = {"token": process.page(same, slug).token, "key": str(uuid4()), "on": "1"}
    assert same.post(f"/sessions/{slug}/questions/{number}/upvote", form).status == 303


async def test_who_leaves_at_one_is_out_at_all(evening) -> None:
    slug = evening.slugs["fort"]
    browser = evening.processes[0].volunteer(slug)
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(floor(p, slug, browser)) for p in evening.processes]
        action = f"/sessions/{slug}/leave"
        assert browser.submit(f"/sessions/{slug}/mine", action).status == 303
        begun = time.monotonic()
        assert [await tab.closed() for tab in tabs] == [4501] * 3
        assert time.monotonic() - begun < 15  # a process looks again by itself much later


async def test_a_person_has_so_many_places_in_all(evening) -> None:
    slug = evening.slugs["zahl"]
    one, two, _three = evening.processes
    browser = one.volunteer(slug)
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(floor(one, slug, browser))
        async with asyncio.timeout(10):
            while True:
                fifth = floor(two, slug, browser)
                try:
                    await fifth.__aenter__()
                except InvalidStatus as refused:
                    status = refused.response.status_code
                    break
                await fifth.__aexit__(None, None, None)
                await asyncio.sleep(0.2)
    assert status == 503


async def test_publishing_at_one_ends_it_at_all(evening) -> None:
    slug = evening.slugs["ende"]
    one, two, three = evening.processes
    chief = await asyncio.to_thread(one.staff, slug, "organiser")
    lead = Live(chief, slug, page=one.page(chief, slug, "/organiser").live, stream="desk")
    async with lead as leading, floor(two, slug) as on_two, floor(three, slug) as on_three:
        asked = await on_two.command("ask", text="Steht sie im Protokoll?")
        await leading.until(lambda: asked["result"]["number"] in leading.questions)
        for do, fields in (("phase", {"to": "closed"}), ("conclude", {}), ("publish", {})):
            told = await leading.command(do, **fields)
            assert told["type"] == "done", told
        # Which of the two a process hears first: that all is over, or that the passes are.
        assert {await tab.closed() for tab in (on_two, on_three)} <= {1000, 4501}
    records = evening.ask("SELECT count(*) FROM transcripts WHERE slug = ?", slug)
    assert records == [(1,)]
    assert evening.kinds(slug).count("sealed") == 1
    assert [p.browser().get(f"/sessions/{slug}").status for p in evening.processes] == [200] * 3


async def test_a_new_epoch_reaches_all_processes_while_they_serve(evening) -> None:
    slug = evening.slugs["wege"]
    async with AsyncExitStack() as stack:
        floors = [await stack.enter_async_context(floor(p, slug)) for p in evening.processes]
        for one in floors:
            await one.until(lambda one=one: one.epoch)
        before = {one.epoch for one in floors}
        renewed = await asyncio.to_thread(evening.front.run, "restore")
        assert renewed.returncode == 0, renewed.stderr
        for one in floors:
            await one.until(lambda one=one: one.epoch not in before, 5)
        assert len({one.epoch for one in floors}) == 1
        told = await floors[0].command("ask", text=f"Und weiter, {uuid4().hex}?")
        assert told["type"] == "done"
        for one in floors:
            await one.until(lambda one=one: one.seq >= told["seq"], 5)


@pytest.mark.chaos
@pytest.mark.parametrize("seconds", [2, pytest.param(10, marks=pytest.mark.large)])
async def test_one_stands_still_and_goes_on(evening, seconds) -> None:
    """Whoever is elsewhere goes on; who was behind has everything as soon as it goes on."""
    slug = evening.slugs["still"]
    one, two, three = evening.processes
    async with (
        floor(one, slug) as still,
        floor(two, slug) as on_two,
        floor(three, slug) as on_three,
    ):
        acting = asyncio.create_task(acts(on_two, seconds + 1))
        await asyncio.sleep(0.5)
        asked = {"type": "command", "key": str(uuid4()), "do": "ask", "text": "Steht sie im Stau?"}
        await still.send(asked)
        await asyncio.sleep(0.01)
        with one.frozen():
            await asyncio.sleep(seconds)
            longest, count = await acting
        await still.until(lambda: any(m.get("key") == asked["key"] for m in still.seen))
        told = next(m for m in still.seen if m.get("key") == asked["key"])
        assert told["type"] == "done" or told["code"] == "busy", told
        for tab in (still, on_two, on_three):
            await tab.until(lambda t=tab: t.seq == max(x.seq for x in (still, on_two, on_three)))
        assert still.digest() == on_two.digest() == on_three.digest()
    assert longest < 6
    assert count > 3
    print(
        f"P19: one of three stood still for {seconds} s: {count} answers, at most {longest:.2f} s"
    )


async def acts(one: Live, seconds: float) -> tuple[float, int]:
    """Ask for a while, and return the longest wait for an answer and how many were ``done``."""
    end, longest, count = time.monotonic() + seconds, 0.0, 0
    while time.monotonic() < end:
        begun = time.monotonic()
        told = await one.command("ask", text=f"Geht es weiter, {uuid4().hex}?")
        longest = max(longest, time.monotonic() - begun)
        count += told["type"] == "done"
        await asyncio.sleep(0.05)
    return longest, count


@pytest.mark.chaos
@pytest.mark.parametrize("people", [30, pytest.param(300, marks=pytest.mark.large)])
async def test_who_is_told_to_go_comes_back_to_the_others(evening, people) -> None:
    slug = evening.slugs["wege"]
    crowd = [Live(evening.front.browser(), slug) for _ in range(people)]
    for guest in crowd:
        await guest.__aenter__()
    leaving = evening.processes[0]
    begun = time.monotonic()
    leaving.terminate()
    returns = await asyncio.gather(*(comes_back(guest) for guest in crowd))
    assert await asyncio.to_thread(leaving.wait) == 0
    moved = [back for back in returns if back]
    assert 0 < len(moved) < people, "some were elsewhere and heard nothing of it"
    async with floor(evening.processes[1], slug) as one:
        told = await one.command("ask", text=f"Sind alle da, {uuid4().hex}?")
        for guest in crowd:
            await guest.until(lambda guest=guest: guest.seq >= told["seq"] - 3, 5)
    for guest in crowd:
        await guest.__aexit__(None, None, None)
    print(f"P19: {len(moved)} of {people} led to the others within {max(moved) - begun:.1f} s")


async def comes_back(guest: Live) -> float:
    """Wait for a good-bye for a while; come back when one was told to, and return when that was."""
    with suppress(TimeoutError):
        assert await guest.closed(4) == 1012
        bye = guest.seen[-1]
        await asyncio.sleep(bye["retry_ms"] / 1000)
        while True:
            with suppress(OSError, WebSocketException):
                await guest.__aenter__()
                return time.monotonic()
            await asyncio.sleep(0.2)
    return 0.0


async def test_all_three_migrate_and_begin_at_once(evening) -> None:
    """They did, when this module began: nothing stands twice in any journal."""
    for slug in evening.slugs.values():
        kinds = evening.kinds(slug)
        assert kinds.count("declared") == 1
    commands = [asyncio.to_thread(evening.front.run, "migrate") for _ in range(3)]
    for done in await asyncio.gather(*commands):
        assert done.returncode == 0, done.stderr


MUTANTS = (
    Mutant(
        "nobody locks the session's row",
        "dialog/store/journal.py",
        "    session = _known(connection, slug, lock=True)\n    batch = decide(",
        "    session = _known(connection, slug)\n    batch = decide(",
        "race",
    ),
    Mutant(
        "a batch is decided without what others have stored",
        "dialog/hub/room.py",
        "turn.tail, turn.followed = tail, self._follow(tail)",
        "turn.tail, turn.followed = tail, []",
        "race",
    ),
    Mutant(
        "answers of other processes are not remembered",
        "dialog/hub/ledger.py",
        "        self._remember(tail.remembered)\n",
        "",
        "remembered",
    ),
    Mutant(
        "a text that was blackened elsewhere stays readable here",
        "dialog/store/journal.py",
        "    if not overwritten:",
        "    if not overwritten or entries:",
        "blackened",
    ),
    Mutant(
        "nothing beneath the wake-ups",
        "dialog/hub/relay.py",
        "            self._hub.heard(slug, head, epoch)\n",
        "            del epoch, head, slug\n",
        "looking",
    ),
    Mutant(
        "who is cut off listens no more",
        "dialog/store/listening.py",
        "            await asyncio.sleep(AGAIN_S)\n",
        "            return\n",
        "woken",
    ),
    Mutant(
        "nobody is woken",
        "dialog/store/journal.py",
        "    tell(connection, slug, head)\n",
        "",
        "woken",
    ),
    Mutant(
        "another epoch is taken for one's own",
        "dialog/hub/room.py",
        "        if tail.epoch != self.epoch:\n            raise Overtaken\n",
        "",
        "epoch_given",
    ),
    Mutant(
        "a lock stays with who stands still",
        "dialog/store/database.py",
        '        "idle_in_transaction_session_timeout": still,\n',
        "",
        "lock_is_taken",
    ),
    Mutant(
        "a lock is held for as long as the loop is busy",
        "dialog/store/handover.py",
        "self._made.result(BEGUN_S)",
        "self._made.result(60)",
        "too_busy",
    ),
    Mutant(
        "what people send to others costs nothing here",
        "dialog/hub/room.py",
        "            self._charge(Spent(self.slug, person, staff, messages))\n",
        "            del person, staff, messages\n",
        "counts_here",
    ),
    Mutant(
        "people are summed up over processes",
        "dialog/hub/presence.py",
        "        return len(people) + self._without_name() + self._nameless\n",
        "        return len(people) + len(self._people) + self._nameless\n",
        "counted",
    ),
    Mutant(
        "who is gone is counted for ever",
        "dialog/store/processes.py",
        "            connection.execute(delete(PROCESSES).where(silent))\n",
        "",
        "counted",
    ),
    Mutant(
        "a server that does not reach its database is ready",
        "dialog/hub/relay.py",
        "                self.reaching = False\n",
        "                pass\n",
        "says_so",
    ),
    Mutant(
        "nobody looks for passes that ended elsewhere",
        "dialog/hub/relay.py",
        "                self._hub.revoke(ended)\n",
        "                del ended\n",
        "leaves_at",
    ),
    Mutant(
        "volunteers stay where a session was published elsewhere",
        "dialog/hub/room.py",
        "            if self.epoch != before:\n                self._dismiss()\n",
        "",
        "publishing",
    ),
    Mutant(
        "each process carries a window of its own",
        "dialog/hub/ledger.py",
        "        if self._board.extent.same:\n",
        "        if not self._board.extent:\n",
        "tests/hub/test_processes.py::test_a_client_that_moves_between_processes_lacks_nothing",
    ),
    Mutant(
        "a poll that comes ahead of a process gets everything anew",
        "dialog/hub/room.py",
        "                self.heard(seq)\n",
        "",
        "ahead",
    ),
    Mutant(
        "a person has so many places at each process",
        "dialog/edge/crowd.py",
        "        if here + self._elsewhere(key) >= self._most:",
        "        if here >= self._most:",
        "places",
    ),
)
