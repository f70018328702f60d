"""The demonstration's notices and guides: invented, read and checked as any others are."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from dialog.demo.sessions import PUBLISHED
from dialog.forum.names import SECOND
from dialog.programme.declaration import ZONE
from dialog.programme.form import words
from dialog.rolls.guides import check
from dialog.rolls.table import from_csv
from dialog.store.database import Database
from dialog.store.guides import Guide, Guides
from dialog.store.notices import Draft, Link, Notices
from dialog.store.tables import NoticeKind

HERE: Final = Path(__file__).parent
DAY: Final = 24 * 60 * 60 * SECOND


async def fill(database: Database, now: int) -> None:
    """Put notices and guides into a database that has none; ``now`` is in ms UTC."""
    guides = Guides(database, lambda: now)
    if not (await guides.all()).guides:
        entries = check(from_csv((HERE / "guides.csv").read_bytes())).entries
        await guides.replace([Guide(**one.fields) for one in entries], 0)
    if await Notices(database, lambda: now).all():
        return
    told = tomllib.loads((HERE / "notices.toml").read_text("utf-8"))["notice"]
    for one in sorted(told, key=lambda one: -int(one["days"])):
        at = now - int(one["days"]) * DAY
        await _publish(database, _draft(one, now), at)


async def _publish(database: Database, draft: Draft, at: int) -> None:
    """Publish a notice as if that had been done at ``at`` (ms UTC); no two have one title."""
    notices = Notices(database, lambda: at)
    number = await notices.make(draft)
    slug = f"{_day(at, 0)}-{words(draft.title)}"
    await notices.publish(number, 1, lambda _count: slug, mail=False)


def _draft(one: dict[str, Any], now: int) -> Draft:
    ends = datetime.fromtimestamp(now / SECOND, UTC).astimezone(ZONE) + timedelta(
        days=one.get("ends", 0)
    )
    ends = ends.replace(hour=23, minute=59, second=0, microsecond=0)
    return Draft(
        kind=NoticeKind(one.get("kind", "notice")),
        title=one["title"],
        summary=one["summary"],
        body=one["body"].strip(),
        topics=tuple(one["topics"]),
        from_=_day(now, one["from"]) if "from" in one else "",
        until=_day(now, one["until"]) if "until" in one else "",
        deadline=int(ends.timestamp()) * SECOND if "ends" in one else 0,
        links=tuple(Link(PUBLISHED, n) for n in one.get("questions", ())),
    )


def _day(now: int, ahead: int) -> str:
    """Return the day so many days later, in Bavaria."""
    moment = datetime.fromtimestamp(now / SECOND, UTC).astimezone(ZONE)
    return (moment.date() + timedelta(days=ahead)).isoformat()
