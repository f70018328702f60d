"""All players of an evening: started together, kept from harm, stopped together."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from dialog.demo import diary
from dialog.demo.browser import Browser
from dialog.demo.client import Client
from dialog.demo.moderator import Moderator
from dialog.demo.podium import Podium
from dialog.demo.scribes import Releaser, Scribe
from dialog.demo.script import Cue, Prepared, Script
from dialog.demo.volunteers import Volunteer

log = structlog.get_logger()

ARRIVING_FIRST: Final = 24
FIRST_WITHIN_S: Final = 5.0
ALL_WITHIN_S: Final = 80.0
ASKS_AFTER_S: Final = 0.3
SAVE_S: Final = 3.0
RECOVER_S: Final = 10.0
RECOVERIES: Final = 5


class Play:
    """60 volunteers and four members of staff, each a client of the public protocol."""

    def __init__(self, data: Path, base: str, slug: str, script: Script, seed: int) -> None:
        """Prepare the evening; ``data`` is where the players' diary lies."""
        self._data = data
        self._base = base
        self._slug = slug
        self._script = script
        self._seed = seed
        self._diary = diary.read(data, slug)
        self._browsers: dict[str, Browser] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, invitations: Mapping[str, str]) -> None:
        """Let everyone come; ``invitations`` are the paths by which staff enter, by player."""
        self._tasks.append(asyncio.create_task(self._keep_diary()))
        self._start_staff(invitations)
        self._start_volunteers()

    async def stop(self) -> None:
        """Send everyone home."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._save()

    # --- who comes -----------------------------------------------------------------------------

    def _start_staff(self, invitations: Mapping[str, str]) -> None:
        scribe = Scribe(*self._equipment("scribe"))
        releaser = Releaser(*self._equipment("releaser"))
        releaser.colleague = lambda: scribe.client.person
        players = {
            "moderator": Moderator(*self._equipment("moderator")),
            "podium": Podium(*self._equipment("podium")),
            "scribe": scribe,
            "releaser": releaser,
        }
        for who, player in players.items():
            self._begin(who, player.client, _bound(player.play, invitations[who]))

    def _start_volunteers(self) -> None:
        draw = random.Random(self._seed)
        cues: dict[int, list[Cue]] = {}
        for cue in self._script.cues({int(n) for n in self._diary.asked}):
            cues.setdefault(cue.volunteer, []).append(cue)
        for index, name in enumerate(self._script.names):
            own = cues.get(index, [])
            within = FIRST_WITHIN_S if index < ARRIVING_FIRST else ALL_WITHIN_S
            soonest = min((cue.after for cue in own), default=within)
            arrives = min(draw.uniform(0, within), max(0.0, soonest - ASKS_AFTER_S))
            volunteer = Volunteer(name, *self._equipment(name))
            play = _bound(volunteer.play, arrives, _left(own, self._diary), self._asked)
            self._begin(f"volunteer {index + 1}", volunteer.client, play)

    def _equipment(self, who: str) -> tuple[Browser, str, Script, str]:
        """Return what a player needs: browser, session, script and an own seed."""
        browser = Browser(self._base, self._diary.passes.get(who, ""))
        self._browsers[who] = browser
        return browser, self._slug, self._script, f"{self._seed} {who}"

    def _begin(self, who: str, client: Client, play: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(_guarded(who, client, play)))

    # --- the diary -----------------------------------------------------------------------------

    def _asked(self, question: Prepared, number: int) -> None:
        self._diary.asked[str(question.n)] = number

    async def _keep_diary(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            self._save()

    def _save(self) -> None:
        passes = {who: browser.cookie for who, browser in self._browsers.items()}
        self._diary.passes.update({who: cookie for who, cookie in passes.items() if cookie})
        diary.write(self._data, self._diary)


async def _guarded(who: str, client: Client, play: Callable[[], Awaitable[None]]) -> None:
    """Let one play; what goes wrong is told in a line, and after a while there is another try."""
    for _ in range(RECOVERIES):
        try:
            await play()
        except Exception as error:  # noqa: BLE001 - no player may end the evening
            if not client.over:
                log.warning("a player had to stop", player=who, why=_why(error))
        else:
            return
        if client.over:
            return
        await asyncio.sleep(RECOVER_S)


def _why(error: BaseException) -> str:
    """Return what went wrong in one line, of a group what came first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())


def _left(cues: list[Cue], kept: diary.Diary) -> Callable[[], list[Cue]]:
    """Return what gives those of the cues whose question was not asked yet."""
    return lambda: [cue for cue in cues if str(cue.question.n) not in kept.asked]


def _bound(
    play: Callable[..., Awaitable[None]], *arguments: object
) -> Callable[[], Awaitable[None]]:
    return lambda: play(*arguments)
