"""The moderators' desk: queue, running order, log."""

import re
from typing import Any

from dialog.forum.groups import groups
from dialog.forum.names import Reason, Review, Role, Stream
from dialog.forum.session import Session
from dialog.forum.views import Row, instant
from dialog.web.deeds import log
from dialog.web.forms import picks
from dialog.web.pages.staff import Desk, StaffPage, numbered
from dialog.web.picture import Picture, shown
from dialog.web.search import Search

MOST_TICKED = 200
SHOWN = 50
TABS = frozenset({"queue", "order", "log"})
SHEETS = frozenset({"approve", "return", "merge", "edit", "ask", "group", "search"})

_ANSWER = re.compile("[0-9a-z-]{1,80}/[0-9]{1,9}")


async def _shows(desk: Desk) -> dict[str, Any]:
    view, room = desk.view, desk.entrance.room
    waiting = _waiting(view)
    entries = entries_of(waiting)
    current = await _current(desk, entries, waiting)
    looked = Search.of(desk.query)
    found, total = await _found(desk, looked)
    tab = desk.chosen("tab", TABS, "queue")
    return {
        "looked": looked,
        "found": found,
        "total": total,
        "waiting": waiting,
        "entries": entries,
        "group": await _group(desk, entries, current),
        "current": current,
        "alike": await _alike(desk, current),
        "answers": desk.entrance.site.library.like(current["text"])
        if current and tab == "queue"
        else [],
        "referring": _referring(desk),
        "order": view.order,
        "log": await room.read(lambda session, _board: log(session)),
        "muted": await room.read(lambda session, _board: _muted(session)),
        "tab": tab,
        "sheet": desk.chosen("dialog", SHEETS),
        "into": desk.number("into"),
        "moderators": room.presence.roles().get(Role.MODERATOR.value, 0),
    }


async def _found(desk: Desk, looked: Search) -> tuple[list[Row], int]:
    """Return the first questions that are looked for, and how many there are."""
    if desk.query.get("dialog") != "search":
        return [], 0
    room = desk.entrance.room
    numbers = await room.read(lambda session, _board: looked.found(session, room.now))
    rows = [row for n in numbers[:SHOWN] if (row := await shown(room, Stream.DESK, n))]
    return rows, len(numbers)


def _muted(session: Session) -> list[Row]:
    """Return who is muted, with the name of their latest question and the numbers of all."""
    found: list[Row] = []
    for person in sorted(session.muted):
        numbers = session.asked.get(person, [])
        names = [session.text(session.questions[n].wording.name) for n in numbers]
        name = next(filter(None, reversed(names)), None)
        found.append({"person": person, "name": name, "numbers": numbers})
    return found


def _waiting(view: Picture) -> list[Row]:
    """Return what waits for a decision, the oldest first: questions, and appeals still open.

    Behind them stands the second list.
    """
    waiting = [
        row
        for row in view.rows
        if row["review"] == Review.WAITING or (row["appeal"] and row["appeal"]["open"])
    ]
    return sorted(waiting, key=lambda row: (row["fresh"], row["number"]))


def entries_of(waiting: list[Row]) -> list[Row]:
    """Return the lines of the queue: questions that resemble each other stand as their oldest.

    Those of the second list come last; a group stands there where all of it does.
    """
    undecided = {row["number"]: row for row in waiting if row["review"] == Review.WAITING}
    made = groups({number: row["alike"] for number, row in undecided.items()})
    led = {group[0]: group for group in made}
    lines = [row for row in waiting if row["number"] in led or row["number"] not in undecided]
    entries = [_entry(row, led.get(row["number"], ()), undecided) for row in lines]
    return sorted(entries, key=lambda entry: (entry["fresh"], entry["number"]))


def _entry(row: Row, group: tuple[int, ...], undecided: dict[int, Row]) -> Row:
    """Return a line: who has anything of it open last, and all places with personal data."""
    rows = [undecided[number] for number in group] or [row]
    claims = [one["claimed"] for one in rows if one["claimed"]]
    return row | {
        "group": group or (row["number"],),
        "fresh": all(one["fresh"] for one in rows),
        "claimed": max(claims, key=lambda claim: str(claim["until"]), default=None),
        "personal_data": [mark for one in rows for mark in one["personal_data"]],
    }


async def _current(desk: Desk, entries: list[Row], waiting: list[Row]) -> Row | None:
    """Return the question in hand: the one asked for, else the oldest nobody else has opened."""
    chosen = await shown(desk.entrance.room, Stream.DESK, desk.number())
    now = instant(desk.entrance.room.now) or ""
    line = free(entries, waiting, now, desk.view.me["person"])
    numbers = {row["number"]: row for row in waiting}  # a line tells of its group
    return chosen or (line and numbers[line["number"]])


def free(entries: list[Row], waiting: list[Row], now: str, person: int | None) -> Row | None:
    """Return the first line of the queue of which nobody else has anything open at ``now``."""
    opened = {
        row["number"]
        for row in waiting
        if (claim := row["claimed"]) and claim["until"] > now and claim["person"] != person
    }
    return next((row for row in entries if opened.isdisjoint(row["group"])), None)


async def _group(desk: Desk, entries: list[Row], current: Row | None) -> list[Row]:
    """Return who is decided on together with a question: who waits beside it, and what was ticked.

    Public questions that one of them resembles come last: the group can be merged into one.
    """
    number = current["number"] if current else 0
    members = next((row["group"] for row in entries if number in row["group"]), ())
    ticked = [numbered(pick.partition(".")[0]) for pick in picks(desk.form)]
    numbers = sorted({*members, *ticked[:MOST_TICKED]})
    room = desk.entrance.room
    rows = [row for n in numbers if (row := await shown(room, Stream.DESK, n))]
    near = sorted({n for row in rows for n in row["alike"]} - set(numbers))
    others = [row for n in near if (row := await shown(room, Stream.DESK, n))]
    return rows + [row for row in others if row["review"] == Review.APPROVED]


async def _alike(desk: Desk, current: Row | None) -> list[Row]:
    if current is None:
        return []
    ranks = {row["number"]: row["rank"] for row in desk.view.ranked}
    rows = [await shown(desk.entrance.room, Stream.DESK, number) for number in current["alike"]]
    return [row | {"rank": ranks.get(row["number"])} for row in rows if row is not None]


def _referring(desk: Desk) -> dict[str, str]:
    """Return what stands in the form of a return that refers to a published answer."""
    answer = desk.query.get("answer", "")
    if not _ANSWER.fullmatch(answer):
        return {}
    note = f"{desk.entrance.site.base_url}/archive/{answer}"
    return {"reason": Reason.ALREADY_ANSWERED.value, "note": note}


PAGE = StaffPage("moderation", Role.MODERATOR, Stream.DESK, _shows)
