"""Who takes part in the full evening: each knows its screen, and tells the tally what was done.

Nobody knows the program; all act by what their own screen shows, as people do.
"""

import asyncio
import random
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.evening.plan import Plan
from tests.evening.tally import Tally
from tests.live.client import Live, Message

Plans = Mapping[str, Plan]
BOUNCE = 2


class Person:
    """Somebody with a screen; what was refused is counted by its code."""

    def __init__(self, live: Live, tally: Tally) -> None:
        self.live, self.tally = live, tally

    @property
    def number(self) -> int:
        return int(self.live.me["person"])

    async def do(self, name: str, **fields: Any) -> Message | None:
        """Give a command and see what it did; None where it was refused."""
        answer = await self.live.command(name, **fields)
        if answer["type"] == "refused":
            self.tally.counted[f"refused {answer['code']}"] += 1
            return None
        await self.live.until(lambda: self.live.seq >= answer["seq"], 30)
        return dict(answer["result"])


class Volunteer(Person):
    """Asks what it has to ask, supports what it likes, and is looked after by its own rows."""

    def __init__(self, live: Live, tally: Tally, asks: list[Plan], draw: random.Random) -> None:
        super().__init__(live, tally)
        self.asks, self.draw = asks, draw
        self.mine: dict[int, Plan] = {}

    async def ask(self, plan: Plan) -> None:
        answer = await self.live.command("ask", text=plan.text, show=self.draw.choice(SHOWN))
        assert answer["type"] == "done", answer
        number = int(answer["result"]["number"])
        self.mine[number] = plan
        self.tally.asked(number, plan.text, self.number)
        if plan.then == "withdraw":
            await self.withdraw(number)

    async def withdraw(self, number: int) -> None:
        """Take a question back; whether that was wholly, one's own row says."""
        answer = await self.live.command("withdraw", number=number)
        assert answer["type"] == "done", answer
        await self.live.until(lambda: self.live.seq >= answer["seq"])
        await self.live.until(lambda: self.own(number).get("review", "waiting") != "waiting")
        if self.own(number)["review"] == "withdrawn":
            self.tally.questions[number].review = "withdrawn"

    def own(self, number: int) -> Message:
        return next((row for row in self.live.me["mine"] if row["number"] == number), {})

    async def support(self, likes: Plans, alone: Collection[str]) -> None:
        """Support a question, rather a good one; now and then take a support back.

        Taken back is only what is never merged: in the moment of a merge nobody can tell whether
        it was taken from one question or from both.
        """
        own = set(self.live.me["upvoted"])
        rows = [r for r in self.live.questions.values() if r["number"] not in own]
        back = [r for n, r in self.live.questions.items() if n in own and r["text"] in alone]
        if back and self.draw.random() < 0.06:
            await self.tap(self.draw.choice(back)["number"], on=False)
        elif rows:
            weights = [_appeal(likes, row) for row in rows]
            await self.tap(self.draw.choices(rows, weights)[0]["number"], on=True)

    async def tap(self, number: int, *, on: bool) -> None:
        answer = await self.live.upvote(number, on=on)
        if answer["type"] == "done":
            self.tally.supported(number, self.number, on)
            return
        # Merged, hidden or returned in the same moment: the screen was a tick behind.
        assert answer["code"] in ("unknown", "paused"), answer
        self.tally.counted[f"refused {answer['code']}"] += 1

    async def look_after(self) -> None:
        """Reword, appeal and object where one's own row gives a reason to; each once."""
        for number, plan in list(self.mine.items()):
            row = self.own(number)
            if plan.then == "reword" and row.get("review") == "returned":
                text = f"Anders gesagt: {plan.text}"[:300]
                answer = await self.live.command("reword", number=number, rev=row["rev"], text=text)
                assert answer["type"] == "done", answer
                self.tally.decided("reword", number, text=text)
                self.tally.waits(number)
                self.mine[number] = Plan(text, "approve")
            elif plan.then == "appeal" and row.get("review") == "returned" and not row["appeal"]:
                answer = await self.live.command("appeal", number=number, text="Bitte noch einmal")
                assert answer["type"] == "done", answer
            elif plan.then == "object" and row.get("edited") and not row["appeal"]:
                if row["review"] != "approved":
                    continue
                answer = await self.live.command("object", number=number)
                if answer["type"] == "done":
                    self.tally.waits(number)


SHOWN = ("name", "team", "anonymous")


def _appeal(likes: Plans, row: Message) -> float:
    plan = likes.get(row["text"])
    return 0.05 + (plan.appeal if plan else 0.5)


class Moderator(Person):
    """Works the queue: the oldest that nobody else has open, sometimes one that somebody has."""

    def __init__(
        self, live: Live, tally: Tally, plans: Plans, hall: list[Plan], draw: random.Random
    ) -> None:
        super().__init__(live, tally)
        self.plans, self.hall, self.draw = plans, hall, draw
        self.judged: set[int] = set()

    @property
    def queue(self) -> list[Message]:
        rows = self.live.questions.values()
        waiting = (r for r in rows if r["review"] == "waiting" or (r["appeal"] or {}).get("open"))
        return sorted(waiting, key=lambda row: int(row["number"]))

    def free(self) -> Message | None:
        """The oldest that is free; every tenth time the oldest, whoever has it open."""
        now, rude = datetime.now(UTC), self.draw.random() < 0.1
        for row in self.queue:
            claim, plan = row["claimed"], self.plans.get(row["text"])
            others = claim and claim["person"] != self.number
            taken = others and datetime.fromisoformat(claim["until"]) > now
            late = plan is not None and plan.fate == "late"
            if not self.own(row) and not late and (rude or not taken):
                return row
        return None

    async def review(self) -> bool:
        """Decide one question; False where nothing waits for this moderator."""
        row = self.free()
        if row is None:
            return False
        await self.do("claim", number=row["number"])
        seen = self.live.questions[row["number"]]
        await self.judge(seen)
        return True

    async def judge(self, row: Message) -> None:
        number, appeal = row["number"], row["appeal"]
        plan = self.plans.get(row["text"])
        if appeal and appeal["open"]:
            await self.decide("approve", number, row["rev"])
            return
        if row["review"] != "waiting":
            return
        if plan is None or plan.fate == "approve":
            await self.decide("approve", number, row["rev"])
        elif plan.fate == "return":
            await self.give_back(row, plan)
        elif plan.fate == "stage_only":
            await self.decide("stage_only", number, row["rev"])
        elif plan.fate == "edit":
            await self.edit(row)
        elif plan.fate == "merge":
            await self.merge(row, plan)

    async def give_back(self, row: Message, plan: Plan) -> None:
        """Return a question, and with it all that wait and deserve the same reason."""
        note = "Siehe das Protokoll vom Herbst." if plan.reason in NEED_NOTE else ""
        same = [row for row in self.queue if self.same(row, plan)]
        if len(same) > 1:
            await self.decide_all("return_all", same, reason=plan.reason, note=note)
        else:
            await self.decide("return", row["number"], row["rev"], reason=plan.reason, note=note)

    def same(self, row: Message, plan: Plan) -> bool:
        """Tell whether a waiting question deserves the very same as another one."""
        other = self.plans.get(row["text"])
        if other is None or row["review"] != "waiting" or other.then or plan.then:
            return False
        return (other.fate, other.reason, other.like) == (plan.fate, plan.reason, plan.like)

    async def decide_all(self, name: str, rows: list[Message], **fields: Any) -> None:
        """Decide on a group at once: all of it or nothing."""
        numbers = [row["number"] for row in rows]
        if await self.do(name, numbers=numbers, revs=[row["rev"] for row in rows], **fields):
            self.tally.counted[name] += 1
            for number in numbers:
                self.note(name.removesuffix("_all"), number, fields)

    async def decide(self, name: str, number: int, rev: int, **fields: object) -> Message | None:
        result = await self.do(name, number=number, rev=rev, **fields)
        if result is not None:
            self.note(name, number, fields)
        return result

    def note(self, name: str, number: int, fields: Mapping[str, Any]) -> None:
        self.tally.decided(name, number, **fields)
        self.judged.add(number)

    def own(self, row: Message) -> bool:
        """Tell whether another look is asked for at what this moderator decided."""
        return row["number"] in self.judged and bool(row["appeal"] and row["appeal"]["open"])

    async def look_again_at_own(self) -> int:
        """Try to decide a second time what one returned: somebody else has to."""
        own = [row for row in self.queue if self.own(row) and row["review"] == "returned"]
        for row in own:
            answer = await self.live.command("approve", number=row["number"], rev=row["rev"])
            assert (answer.get("code"), answer.get("field")) == ("forbidden", "appeal")
        return len(own)

    async def edit(self, row: Message) -> None:
        text = f"{row['text'].rstrip('?')} (gekürzt)?"[:300]
        if await self.decide("edit", row["number"], row["rev"], text=text):
            rev = self.live.questions[row["number"]]["rev"]
            await self.decide("approve", row["number"], rev)

    async def merge(self, row: Message, plan: Plan) -> None:
        """Merge into the question it resembles, if that one stands; else it stands for itself."""
        alike = [r for r in self.live.questions.values() if r["text"] == plan.like]
        same = [row for row in self.queue if self.same(row, plan)]
        if not alike or alike[0]["review"] not in ("approved", "waiting"):
            await self.decide("approve", row["number"], row["rev"])
        elif len(same) > 1:
            await self.decide_all("merge_all", same, into=alike[0]["number"])
        else:
            await self.decide("merge", row["number"], row["rev"], into=alike[0]["number"])

    async def enter(self, plan: Plan) -> None:
        """Enter a question from the hall."""
        result = await self.do("ask", text=plan.text, via="hall", asker="Gast im Saal", show="name")
        assert result is not None
        self.tally.asked(int(result["number"]), plan.text, 0)


NEED_NOTE = ("already_answered", "not_ours")


class Minister(Person):
    """Takes one question after the other; the foot switch bounces."""

    def coming(self) -> Message | None:
        """What stands as next: the running order, then the top of the ranking."""
        rows = self.live.questions.values()
        placed = [row for row in rows if isinstance(row["place"], int)]
        if placed:
            return min(placed, key=lambda row: int(row["place"]))
        ranked = [n for n in self.live.ranking if self.live.questions[n]["public"]]
        loose = [n for n in ranked if self.live.questions[n]["place"] is None]
        return self.live.questions[loose[0]] if loose else None

    def present(self) -> int:
        rows = self.live.questions.values()
        return next((int(row["number"]) for row in rows if row["place"] == "now"), 0)

    async def next(self) -> int:
        """Press twice within a moment, and see that one question was taken."""
        for _ in range(20):
            row, before = self.coming(), self.present()
            if row is None:
                return 0
            pressed = {
                "number": row["number"], "order_rev": self.live.session["order_rev"],
                "seen": before or None,
            }  # fmt: skip
            answers = await asyncio.gather(
                *(self.live.command("next", **pressed) for _ in range(BOUNCE))
            )
            kinds = [answer["type"] for answer in answers]
            assert kinds.count("done") <= 1, answers
            if "done" in kinds:
                seq = next(a["seq"] for a in answers if a["type"] == "done")
                await self.live.until(lambda seq=seq: self.live.seq >= seq)
                if before:
                    self.tally.end(before, "aloud")
                return int(row["number"])
            await asyncio.sleep(0.1)  # the running order moved in this moment
        raise AssertionError("nothing could be taken")

    async def finish(self) -> None:
        before = self.present()
        fields = {"order_rev": self.live.session["order_rev"], "seen": before}
        assert await self.do("done", **fields) is not None
        self.tally.end(before, "aloud")


class Scribe(Person):
    """Writes down what is answered, and releases what the other one wrote."""

    def row(self, number: int) -> Message:
        return self.live.questions[number]

    async def write(self, number: int, outcome: str) -> None:
        """Take the answer, write it in three goes, and hand it in."""
        await self.live.until(lambda: number in self.live.questions)
        assert await self.do("take", number=number, rev=self.row(number)["rev"]) is not None
        words = f"Der Staatsminister hat Frage {number} beantwortet. Das Referat prüft es."
        for end in (20, 45, len(words)):
            await self.saved(number, words[:end])
        said: Message = {"text": words, "outcome": outcome, "kind": "summary"}
        said |= {"by": "Referat 4", "until": "2030-03-01"} if outcome == "promised" else {}
        said |= {"to": "Integrationslotsin"} if outcome == "referred" else {}
        said |= {"sources": ["https://www.example.org/erlass"]} if outcome == "written" else {}
        answer = {"number": number, "rev": self.row(number)["rev"]} | said
        while await self.do("answer", **answer) is None:
            answer["rev"] = self.row(number)["rev"]  # the question was ended meanwhile
        self.tally.handed_in(number, said)

    async def saved(self, number: int, text: str) -> None:
        for _ in range(50):
            rev = self.row(number)["rev"]
            if await self.do("draft", number=number, rev=rev, text=text) is not None:
                return
            await asyncio.sleep(0.02)  # the question was ended in this moment
        raise AssertionError("a draft was never taken")

    async def release(self) -> int:
        """Release every answer that the other one handed in."""
        count = 0
        for row in list(self.live.questions.values()):
            pending = row["pending"]
            if pending and pending["author_person"] != self.number:
                count += await self.released(row["number"])
        return count

    async def released(self, number: int) -> int:
        return await self.do("release", number=number, rev=self.row(number)["rev"]) is not None


def asked_by(plans: Iterable[Plan], people: int, draw: random.Random) -> list[list[Plan]]:
    """Deal questions to people; nobody gets more than may wait."""
    hands: list[list[Plan]] = [[] for _ in range(people)]
    for plan in plans:
        if not plan.hall and plan.fate != "late":
            draw.choice([hand for hand in hands if len(hand) < 3]).append(plan)
    return hands
