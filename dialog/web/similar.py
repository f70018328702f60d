"""What resembles a text that somebody types: public questions of the session, published answers.

It changes nothing, and what is typed is neither kept nor logged. Each person may ask at a pace of
their own, so that nobody's typing costs them their question; and all of a room together may ask so
often that acknowledgements hardly wait for it. Beyond that nothing is looked for, and the answer
says when to come back.
"""

import re
from typing import Any, NamedTuple

import msgspec

from dialog.archive.answers import Published
from dialog.forum.names import Who
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.forum.views import Row
from dialog.web.entrance import Entrance
from dialog.web.forms import pace
from dialog.web.page import link

FEWEST_WORDS = 3
LONGEST = 300
PATIENCE_MS = 3_000

_words = re.compile(r"\w+")


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    """What a page sends of what is typed."""

    text: str


class Similar(NamedTuple):
    """What was found; ``wait_ms`` tells that nothing was looked for, and when to come back."""

    questions: list[Row]
    answers: list[Published]
    wait_ms: int = 0

    def told(self, lang: str | None) -> dict[str, Any]:
        """Return it as JSON has it; addresses keep the language that somebody asked for."""
        answers = [
            {"text": one.text, "by": one.by, "starts": one.starts, "href": link(one.path, lang)}
            for one in self.answers
        ]
        return {"questions": self.questions, "answers": answers, "wait_ms": self.wait_ms}


async def resembling(entrance: Entrance, who: Who, text: str) -> Similar | Refusal:
    """Return what resembles a text of three words or more, or why it was not looked for."""
    site, slug, now = entrance.site, entrance.room.slug, entrance.site.clock() / 1000
    refusal = _too_fast(entrance, who, now)
    if refusal:
        return refusal
    text = text[:LONGEST]
    if len(_words.findall(text)) < FEWEST_WORDS:
        return Similar([], [])
    if site.searches_of_rooms.take((slug, who.role in STAFF), now):  # volunteers do not slow staff
        return Similar([], [], PATIENCE_MS)
    return Similar(await entrance.room.similar(text), site.library.like(text))


def _too_fast(entrance: Entrance, who: Who, now: float) -> Refusal | None:
    """Count a search of a person; staff have the pace of all they do."""
    site, slug = entrance.site, entrance.room.slug
    if who.role in STAFF:
        return pace(site, who, slug)
    if not who.person:
        return Refusal(Code.FORBIDDEN, field="role")
    wait = site.searches.take((slug, who.person), now)
    return Refusal(Code.TOO_FAST, retry_ms=int(wait * 1000) + 1) if wait else None
