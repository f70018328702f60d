"""Notices and guides as everybody sees them: read once for each change, shown until the next.

A change made here is seen at once; one of another process within a minute, by asking for marks.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import NamedTuple

from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE, SECOND
from dialog.rolls.district import find
from dialog.store.database import Database
from dialog.store.guides import Directory, Guide, Guides
from dialog.store.notices import Notice, Notices
from dialog.store.subscriptions import Subscriptions
from dialog.store.tables import NoticeKind, NoticeState
from dialog.web.records import LOOK_S, day_of_minute
from dialog.web.templating import BERLIN


class Known(NamedTuple):
    """What was read last: all notices that are or were public, the latest first, and the guides."""

    notices: tuple[Notice, ...] = ()
    directory: Directory = Directory()


class Near(NamedTuple):
    """The guides of the district that somebody names, and those of others that look like it."""

    meant: tuple[Guide, ...] = ()
    alike: tuple[Guide, ...] = ()


class Bulletin:
    """Notices, who gets them, and guides; ``version`` is another one after every change."""

    def __init__(self, database: Database, secret: str, clock: Callable[[], int]) -> None:
        """Begin with nothing read; ``clock`` gives ms UTC."""
        self.notices = Notices(database, clock)
        self.subscriptions = Subscriptions(database, secret, clock)
        self.guides = Guides(database, clock)
        self.version = 0
        self._clock = clock
        self._known = Known()
        self._mark: object = None
        self._looked = 0
        self._renewals = 0
        self._news = asyncio.Event()

    async def look(self) -> None:
        """See whether anything has changed, but not for every page. Raise ``Unavailable``."""
        if self._looked and abs(self._clock() - self._looked) < LOOK_S * SECOND:
            return
        looked, renewals = self._clock(), self._renewals
        mark, known = (await self.notices.mark(), await self.guides.mark()), self._known
        if mark != self._mark:
            shown = [one for one in await self.notices.all() if one.published]
            known = Known(tuple(shown), await self.guides.all())
        if renewals != self._renewals:
            return  # what was read is of before a change, which has been looked at since
        self.version += mark != self._mark
        self._known, self._mark, self._looked = known, mark, looked

    async def renew(self) -> None:
        """Show what was changed here just now."""
        self._looked = 0
        self._renewals += 1
        self._news.set()
        await self.look()

    async def wait(self, seconds: float) -> None:
        """Return when something was changed here, or after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def public(self) -> tuple[Notice, ...]:
        """Return the notices that everybody may read, the latest first."""
        await self.look()
        return tuple(one for one in self._known.notices if one.state is NoticeState.PUBLISHED)

    async def get(self, slug: str) -> Notice | None:
        """Return a notice by its address, also one that was withdrawn."""
        await self.look()
        return next((one for one in self._known.notices if one.slug == slug), None)

    async def about(self, slug: str, question: int) -> tuple[Notice, ...]:
        """Return the public notices about an answer."""
        return tuple(one for one in await self.public() if (slug, question) in one.draft.links)

    async def directory(self) -> Directory:
        """Return all guides."""
        await self.look()
        return self._known.directory

    async def finder(self) -> Callable[[str], Near]:
        """Return what finds guides; where they cannot be read now, by what was known before."""
        with suppress(Unavailable):
            await self.look()
        return self.near

    def near(self, district: str) -> Near:
        """Return the guides of a district, as somebody writes it, among those read last."""
        guides = self._known.directory.guides
        found = find(district, (one.district for one in guides))
        meant, alike = (tuple(one for one in guides if one.district in names) for names in found)
        return Near(meant, alike)

    def state(self) -> tuple[object, ...]:
        """Return what pages depend on: notices end with a day, calls at a moment."""
        now = self._clock()
        over = sum(one.draft.deadline <= now for one in self._known.notices)
        return self.version, day_of_minute(now // MINUTE), over


def over(notice: Notice, now: datetime) -> bool:
    """Tell whether a notice holds no more: its last day, or its deadline; ``now`` is local."""
    draft = notice.draft
    if draft.kind is NoticeKind.CALL:
        return draft.deadline <= now.timestamp() * SECOND
    return bool(draft.until) and date.fromisoformat(draft.until) < now.date()


def local(moment: int) -> datetime:
    """Return a moment (ms UTC) as clocks in Bavaria show it."""
    return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(BERLIN)


def instant(moment: int) -> str:
    """Return a moment (ms UTC) as feeds and maps of a site write it."""
    return datetime.fromtimestamp(moment / SECOND, UTC).isoformat(timespec="seconds")
