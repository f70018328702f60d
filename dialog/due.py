"""Promises that fall due, over all sessions of the programme: for whoever reminds people."""

import datetime as dt
from collections.abc import Iterable

from dialog.app import Application, wall
from dialog.forum.names import SECOND
from dialog.forum.promises import Due, promises
from dialog.forum.views import Row
from dialog.programme import Declaration


async def due(application: Application, within: int) -> list[Row]:
    """Return what is not kept and falls due within so many days, or is overdue, the first first.

    A row has ``session``, ``question`` (its number), ``text``, ``by``, ``until``, ``days`` (below
    zero: overdue) and ``address``. Days are those of each session's zone. The text of a question
    for the stage only is left empty, for it names a case and this is made to be mailed.
    """
    base = application.settings.base_url.rstrip("/")
    found = [
        _told(base, declaration, one)
        for declaration in application.programme.declarations
        if not declaration.rehearsal_until
        for one in await _promises(application, declaration)
        if one["due"] != Due.KEPT and one["days"] <= within
    ]
    return sorted(found, key=lambda row: (row["until"], row["session"], row["question"]))


async def _promises(application: Application, declaration: Declaration) -> Iterable[Row]:
    if not await application.journal.known(declaration.slug):
        return []
    state = (await application.journal.open(declaration.slug)).added_up()
    zone = declaration.starts.tzinfo
    today = dt.datetime.fromtimestamp(wall() / SECOND, zone).date()
    return promises(state.session, today)


def _told(base: str, declaration: Declaration, one: Row) -> Row:
    return {
        "session": declaration.slug,
        "question": one["number"],
        "text": one["text"] if one["public"] else "",
        "by": one["answer"]["by"],
        "until": one["answer"]["until"],
        "days": one["days"],
        "address": f"{base}/sessions/{declaration.slug}/scribe?tab=promises",
    }
