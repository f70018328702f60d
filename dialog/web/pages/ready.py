"""Bereit?: what is there before a session begins, and what is still missing, the missing first."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from dialog.forum.names import Phase, Role, Stream
from dialog.web.invited import invitations
from dialog.web.news import untold
from dialog.web.pages.staff import Desk, StaffPage
from dialog.web.site import Site

LEAST_FREE = 1_000_000_000
CREW = (Role.MODERATOR, Role.SCRIBE, Role.MINISTER)
BEFORE = (Phase.ANNOUNCED, Phase.OPEN)


async def _shows(desk: Desk) -> dict[str, Any]:
    entrance, site = desk.entrance, desk.entrance.site
    presence, video = entrance.room.presence, entrance.dialog.video
    counts, screens = presence.roles(), presence.screens()
    here = {role.value: presence.since(role) for role in CREW}
    absent = await _absent(site, entrance.room.slug, here)
    free = await asyncio.to_thread(_free, site.data)
    server = {"free": free, "storing": await site.storing()}
    failed = len(await site.outbox.failed())
    invited = await _invited(site, entrance.room.slug)
    items: list[dict[str, Any]] = [
        *({"what": role.value, "ok": bool(counts.get(role.value))} for role in CREW),
        {"what": "beamer", "ok": True if "beamer" in screens else None},
        {"what": "video", "ok": True if video else None},
        {"what": "mail", "ok": False if failed else site.mails or None},
        *([{"what": "invited", "ok": not invited["unsent"]}] if invited else []),
        {"what": "server", "ok": server["storing"] and free >= LEAST_FREE},
    ]
    missing = sum(item["ok"] is False for item in items)
    return {
        "items": sorted(items, key=_urgency),
        "missing": missing,
        "counts": counts,
        "here": here,
        "absent": absent,
        "screens": screens,
        "failed": failed,
        "invited": invited,
        "untold": await untold(site, entrance.room.slug),
        "server": server,
        "people": presence.people,
        "before": desk.view.session["phase"] in BEFORE,
        "by_clock": await entrance.room.read(lambda session, _board: session.by_clock),
    }


def _urgency(item: dict[str, Any]) -> int:
    return {False: 0, True: 1, None: 2}[item["ok"]]


async def _absent(
    site: Site, slug: str, here: dict[str, list[tuple[str, int]]]
) -> dict[str, list[str]]:
    """Return by role who has a seat this evening and is not connected."""
    seated = await site.accounts.seated(slug)
    there = {role: {name for name, _since in people} for role, people in here.items()}
    return {
        role.value: [
            one.account.name
            for one in seated
            if role in one.roles and one.account.name not in there[role.value]
        ]
        for role in CREW
    }


async def _invited(site: Site, slug: str) -> Counter[str]:
    """Return how many invitations stand how; nobody is invited: none."""
    guests, letters = await site.guests.all(slug), await site.outbox.standing(slug)
    return (await asyncio.to_thread(invitations, guests, letters)).counts


def _free(folder: Path) -> int:
    """Return how many bytes are free where the data lie."""
    return shutil.disk_usage(folder).free


PAGE = StaffPage("ready", Role.ORGANISER, Stream.DESK, _shows)
