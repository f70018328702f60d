"""A session with more questions than any screen is sent, asked and approved over the protocol."""

import asyncio

from tests.live.client import Live
from tests.live.server import Server

QUICK = {"staff_messages_per_10s": 1_000_000, "messages_per_10s": 1_000_000}
WORDS = ("Sprachkurs", "Wohnung", "Abschluss", "Arbeit", "Kita", "Bescheid", "Termin", "Praktikum")
AT_ONCE = 150


def text(number: int) -> str:
    """Return a question that resembles the others no more than questions do."""
    first, second = WORDS[number % 8], WORDS[number // 8 % 8]
    return f"Wie lange dauert es in Fall {number * 7919}, bis {first} und {second} zusammenpassen?"


async def crowd(server: Server, slug: str, count: int) -> None:
    """Let a moderator enter so many questions from the hall, and approve them."""
    staff = await asyncio.to_thread(server.staff, slug, "moderator")
    page = server.page(staff, slug, "/moderation").live
    async with Live(staff, slug, page=page, stream="desk") as desk:
        for first in range(1, count + 1, AT_ONCE):
            some = range(first, min(first + AT_ONCE, count + 1))
            asked = [desk.command("ask", text=text(number), via="hall") for number in some]
            numbers = {done["result"]["number"] for done in await asyncio.gather(*asked)}
            await desk.until(lambda numbers=numbers: numbers <= desk.questions.keys())
            told = await asyncio.gather(
                *(
                    desk.command("approve", number=n, rev=desk.questions[n]["rev"])
                    for n in sorted(numbers)
                )
            )
            assert {answer["type"] for answer in told} == {"done"}
