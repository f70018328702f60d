"""A full evening before the real server: 300 volunteers, 200 questions, a team of six.

Three moderators, a minister and two scribes work at once, an organiser looks after them. What
was acknowledged to each is added up by them alone, and the public record is compared with it.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from html import unescape
from pathlib import Path

import pytest

from tests.evening.cast import Minister, Moderator, Person, Scribe, Volunteer, asked_by
from tests.evening.plan import Plan, plans
from tests.evening.tally import Tally
from tests.live.client import Live, Message, Poll
from tests.live.server import Server, running

SEED = 20_261_126
PEOPLE, QUESTIONS, TAPS, ROUNDS = 300, 200, 8, 24
POLLING = 5
AT_ONCE = 25
OUTCOMES = ("aloud", "promised", "written", "referred")
QUICK = {"staff_messages_per_10s": 100_000, "tick_ms": 100}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("evening"), **QUICK) as started:
        yield started


async def test_a_full_evening_ends_in_a_complete_record(server: Server) -> None:
    evening = Evening(server)
    async with AsyncExitStack() as stack:
        await evening.gather(stack)
        await asyncio.gather(evening.ask(), evening.support(), evening.moderate())
        await evening.revise()
        await evening.on_stage()
        await evening.agree()
        await evening.close()
    await asyncio.to_thread(evening.read)


class Evening:
    """One evening, step by step."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.slug = server.slugs["live"]
        self.draw = random.Random(SEED)
        self.plans = plans(QUESTIONS, self.draw)
        self.known = {plan.text: plan for plan in self.plans}
        merged = {plan.like for plan in self.plans} | {p.text for p in self.plans if p.like}
        self.alone = self.known.keys() - merged
        self.tally = Tally()
        self.asking = True
        self.volunteers: list[Volunteer] = []

    # --- arriving ------------------------------------------------------------------------------

    async def gather(self, stack: AsyncExitStack) -> None:
        """Everybody comes in: volunteers through the open link, the team by invitation."""
        hands = asked_by(self.plans, PEOPLE, self.draw)
        places = asyncio.Semaphore(AT_ONCE)
        self.volunteers = await asyncio.gather(
            *(self.volunteer(stack, places, number, hand) for number, hand in enumerate(hands))
        )
        hall = [plan for plan in self.plans if plan.hall]
        self.moderators = [
            Moderator(live, self.tally, self.known, hall[number::3], random.Random(number))
            for number, live in enumerate(
                [await self.staff(stack, "moderator", "/moderation", "desk") for _ in range(3)]
            )
        ]
        self.minister = Minister(await self.staff(stack, "minister", "/stage", "stage"), self.tally)
        self.scribes = [
            Scribe(await self.staff(stack, "scribe", "/scribe", "stage"), self.tally)
            for _ in range(2)
        ]
        organiser = await self.staff(stack, "organiser", "/organiser", "desk")
        self.organiser = Person(organiser, self.tally)

    async def volunteer(
        self, stack: AsyncExitStack, places: asyncio.Semaphore, number: int, hand: list[Plan]
    ) -> Volunteer:
        name, draw = f"Samira {number} Beispiel", random.Random(SEED + number)
        async with places:
            browser = await asyncio.to_thread(self.server.volunteer, self.slug, name)
            page = await asyncio.to_thread(self.server.page, browser, self.slug)
        kind = Poll if number < POLLING else Live
        live = kind(browser, self.slug, page=page.live, token=page.token)
        return Volunteer(await stack.enter_async_context(live), self.tally, hand, draw)

    async def staff(self, stack: AsyncExitStack, role: str, place: str, stream: str) -> Live:
        name = f"{role.title()} {self.draw.randrange(1000)}"
        browser = await asyncio.to_thread(self.server.staff, self.slug, role, name)
        page = await asyncio.to_thread(self.server.page, browser, self.slug, place)
        live = Live(browser, self.slug, page=page.live, stream=stream)
        return await stack.enter_async_context(live)

    # --- before and during ---------------------------------------------------------------------

    async def ask(self) -> None:
        """Everyone asks what they have to ask, spread over some seconds."""
        asks = [(one, plan) for one in self.volunteers for plan in one.asks]
        order = {id(plan): at for at, plan in enumerate(self.plans)}
        for one, plan in sorted(asks, key=lambda pair: order[id(pair[1])]):
            await one.ask(plan)
        await asyncio.gather(*(self.in_the_hall(one) for one in self.moderators))
        self.asking = False

    async def in_the_hall(self, one: Moderator) -> None:
        for plan in one.hall:
            await one.enter(plan)

    async def support(self) -> None:
        """Everyone supports a few; every tenth loses the connection in the middle."""
        await self.organiser.live.until(lambda: self.tally.counted["approve"] >= 20, 60)
        await asyncio.gather(*map(self.supports, self.volunteers))

    async def supports(self, one: Volunteer) -> None:
        for tap in range(TAPS):
            await asyncio.sleep(one.draw.random())
            await one.support(self.known, self.alone)
            if tap == TAPS // 2 and one.draw.random() < 0.1 and not isinstance(one.live, Poll):
                await one.live.__aexit__(None, None, None)
                await one.live.__aenter__()
            await one.look_after()

    async def moderate(self) -> None:
        await asyncio.gather(*map(self.moderates, self.moderators))

    async def moderates(self, one: Moderator) -> None:
        """Work until nothing waits any more."""
        while True:
            if not await one.review():
                if not self.asking and self.settled(one):
                    return
                await asyncio.sleep(0.05)

    def settled(self, one: Moderator) -> bool:
        late = {plan.text for plan in self.plans if plan.fate == "late"}
        return all(row["text"] in late for row in one.queue)

    async def revise(self) -> None:
        """Whoever was given a reason rewords, appeals or objects, until all of that is decided."""
        for _ in range(3):
            await asyncio.gather(*(one.look_after() for one in self.volunteers))
            await self.moderators[0].live.until(self.caught_up, 30)
            for one in self.moderators:
                self.tally.counted["appeal"] += await one.look_again_at_own()
            await asyncio.gather(*map(self.moderates, self.moderators))
        await self.second_thoughts(self.moderators[0])
        await self.together(self.moderators[1])

    def caught_up(self) -> bool:
        waiting = [told for told in self.tally.questions.values() if told.review == "waiting"]
        numbers = {row["number"] for row in self.moderators[0].queue}
        return {told.number for told in waiting} <= numbers

    async def second_thoughts(self, one: Moderator) -> None:
        """Hide and approve again, take apart and merge again, undo and do again, mute and not."""
        rows = one.live.questions
        shown = next(r for r in rows.values() if r["review"] == "approved" and not r["merged"])
        for do in ("hide", "approve"):
            number = shown["number"]
            assert await one.decide(do, number, rows[number]["rev"])
        child = next(row for row in rows.values() if row["review"] == "merged")
        number, into = child["number"], child["into"]
        assert await one.decide("unmerge", number, rows[number]["rev"])
        merged = await one.decide("merge", number, rows[number]["rev"], into=into)
        assert merged
        undone = await one.do("undo", event=merged["event"])
        assert undone
        assert await one.do("undo", event=undone["event"])
        asker = next(row["person"] for row in rows.values() if row["person"])
        for do in ("mute", "unmute"):
            assert await one.do(do, person=asker)

    async def together(self, one: Moderator) -> None:
        """Take two apart and merge them as a group; show two that were returned, and regret it."""
        rows = one.live.questions
        first, second = [row for row in rows.values() if row["review"] == "merged"][:2]
        for row in (first, second):
            assert await one.decide("unmerge", row["number"], row["rev"])
        pair = [rows[row["number"]] for row in (first, second)]
        await one.decide_all("merge_all", pair, into=first["into"])
        mailed = [row for row in rows.values() if row["reason"] == "advertising"][:2]
        for row in mailed:
            assert await one.decide("approve", row["number"], row["rev"])
        pair = [rows[row["number"]] for row in mailed]
        await one.decide_all("return_all", pair, reason="advertising", note="")

    # --- on stage ------------------------------------------------------------------------------

    async def on_stage(self) -> None:
        """The minister takes one after the other; two scribes write in turn and release."""
        one = self.moderators[1]
        private = next(r for r in one.live.questions.values() if r["review"] == "stage_only")
        ahead = self.minister.live.ranking[5:7]
        order = (ahead[0], private["number"], ahead[1])
        assert await one.do("order", numbers=order, order_rev=one.live.session["order_rev"])
        assert await self.organiser.do("extend", minutes=15)
        assert await self.organiser.do("banner", text="Wir beginnen jetzt mit den Fragen.")
        for taken in range(ROUNDS):
            number = await self.minister.next()
            assert number
            if taken == 3:
                await self.word_to_the_stage(one)
            if taken == 7:
                await self.something_went_wrong()
            scribe = self.scribes[taken % 2]
            if taken % 6 != 5:  # every sixth answer stays open: it is written after the evening
                await scribe.write(number, OUTCOMES[taken % 4])
            await self.release()
        await self.minister.finish()
        await self.release()

    async def release(self) -> None:
        await asyncio.gather(*(scribe.release() for scribe in self.scribes))

    async def word_to_the_stage(self, one: Moderator) -> None:
        assert await one.do("message", text="Noch zehn Minuten, bitte kürzer.")
        stage = self.minister.live
        await stage.until(lambda: bool(stage.session["message"]))
        assert await self.minister.do("acknowledge") is not None

    async def something_went_wrong(self) -> None:
        """The minister empties beamer and overlay, and a moderator shows them again."""
        floor = self.volunteers[30].live
        assert await self.minister.do("blank", on=True) is not None
        await floor.until(lambda: floor.session["blank"])
        assert await self.moderators[2].do("blank", on=False) is not None
        await floor.until(lambda: not floor.session["blank"])

    async def agree(self) -> None:
        """Every screen shows the same: all clients of the floor have one digest and one ranking."""
        floor = [one.live for one in self.volunteers]
        head = max(live.seq for live in floor)
        for live in floor:
            await live.until(lambda live=live: live.seq >= head, 30)
        assert len({live.digest() for live in floor}) == 1
        assert len({tuple(live.ranking) for live in floor}) == 1
        public = {row["number"]: row for row in floor[0].questions.values()}
        assert public.keys() == {told.number for told in self.tally.public}
        for told in self.tally.public:
            assert public[told.number]["upvotes"] == len(self.tally.voters(told.number)), told
            assert public[told.number]["text"] == told.text

    # --- the end -------------------------------------------------------------------------------

    async def close(self) -> None:
        """Late questions come in, nobody reviews them any more; one answer is still written."""
        late = [plan for plan in self.plans if plan.fate == "late"]
        for plan, one in zip(late, self.volunteers[20:], strict=False):
            await one.ask(plan)
        assert await self.organiser.do("phase", to="closed")
        scribe = self.scribes[0]
        left = self.minister.live.ranking[-1]
        await scribe.write(left, "written")
        second = self.scribes[1]
        await second.live.until(lambda: bool(second.row(left)["pending"]))
        await self.release()
        self.tally.end(left, "written")
        assert (await self.organiser.live.command("publish"))["code"] == "incomplete"
        assert await self.organiser.do("conclude")
        self.tally.close()
        published = await self.organiser.live.command("publish")
        assert published["type"] == "done", published
        promise = next(
            told for told in self.tally.evening if (told.answer or {}).get("outcome") == "promised"
        )
        self.promise = promise.number
        kept = await self.organiser.live.command("keep", number=promise.number, text="Erledigt.")
        assert kept["type"] == "done", kept

    def read(self) -> None:
        """The record, as JSON and as a page, is what was acknowledged, and its figures add up."""
        reader = self.server.browser()
        record = reader.get(f"/archive/{self.slug}.json").json()
        file = Path(self.server.environment["DIALOG_SESSIONS"]) / self.slug / "transcript.json"
        assert json.loads(file.read_text("utf-8")) == record
        figures = record["figures"]
        assert figures == self.tally.figures(kept=1)
        assert figures["received"] == QUESTIONS
        assert sum(self.lines(figures)) == QUESTIONS
        assert sum(figures["outcomes"].values()) == figures["approved"]
        assert len(figures["returned"]) == 9
        assert [q["number"] for q in record["questions"]] == [t.number for t in self.tally.evening]
        ranks = {told.number: rank for rank, told in enumerate(self.tally.public, 1)}
        for question in record["questions"]:
            self.compare(question, ranks)
        page = unescape(reader.get(f"/archive/{self.slug}").text)
        assert all(question["text"] in page for question in record["questions"])
        met = self.tally.counted
        assert met["refused conflict"] >= ROUNDS, "nobody met anybody"
        assert min(met[do] for do in EVERY)

    @staticmethod
    def lines(figures: Message) -> Iterator[int]:
        yield from (figures[name] for name in LINES)
        yield from figures["returned"].values()

    def compare(self, question: Message, ranks: dict[int, int]) -> None:
        told = self.tally.questions[question["number"]]
        assert question["text"] == told.text
        assert question["outcome"] == told.outcome
        assert question["rank"] == ranks[told.number]
        assert question["upvotes"] == len(self.tally.voters(told.number))
        assert {one["number"] for one in question["merged"]} == self.tally.merged(told.number)
        answer = question["answer"]
        if told.answer is None:
            assert answer is None
            return
        for name in ("text", "kind", "by", "until", "to"):
            assert answer[name] == told.answer.get(name), name
        assert answer["sources"] == told.answer.get("sources", [])
        assert bool(answer["kept"]) is (told.number == self.promise)


EVERY = ("reword", "hide", "unmerge", "stage_only", "edit", "appeal", "return_all", "merge_all")
LINES = ("approved", "stage_only", "merged", "withdrawn", "unreviewed")
