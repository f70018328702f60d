"""Every sentence that stands for a code, in the language a caller names."""

from collections.abc import Iterator, Mapping
from typing import Any

from dialog.web.sentences.bulletin import COLUMNS, WRONG
from dialog.web.sentences.declaring import fault, label
from dialog.web.sentences.invitations import FLAWS, INVITATIONS
from dialog.web.sentences.record import RECORD
from dialog.web.sentences.refusals import BY_PAGE, REASONS, REFUSALS, TO_STAFF
from dialog.web.sentences.said import Said, State, say
from dialog.web.sentences.states import STATES, own_state
from dialog.web.sentences.words import (
    AMENDED,
    BLACKENED,
    DEEDS,
    FACETS,
    KINDS,
    LIVE,
    MARKS,
    OUTCOMES,
    PERSONAL_DATA,
    PHASES,
    REVIEWS,
    ROLES,
    SHOWN,
    VIAS,
)

__all__ = [
    "AMENDED", "BLACKENED", "COLUMNS", "DEEDS", "FACETS", "FLAWS", "INVITATIONS", "KINDS", "LIVE",
    "MARKS", "OUTCOMES", "PERSONAL_DATA", "PHASES", "REASONS", "RECORD", "REFUSALS", "REVIEWS",
    "ROLES", "SHOWN", "STATES", "VIAS", "WRONG", "Said", "State", "fault", "invitation", "label",
    "own_state", "reason", "recorded", "refusal", "refusals", "say", "state",
]  # fmt: skip


def refusal(code: str, lang: str, fields: Mapping[str, Any] | None = None) -> Said:
    """Says a refusal; `retry_ms` becomes whole seconds, an unknown code is said as `malformed`."""
    given = dict(fields or {})
    if "retry_ms" in given:
        # Two at least: the sentence knows no singular.
        given["seconds"] = max(2, -(-int(given["retry_ms"]) // 1000))
        given["minutes"] = max(2, -(-int(given["retry_ms"]) // 60_000))
    own = f"{code}.{given.get('field', '')}"
    said = REFUSALS.get(own) or REFUSALS.get(code, REFUSALS["malformed"])
    return said.translated(lang).filled(given)


def refusals(lang: str, *, staff: bool) -> Iterator[tuple[str, Said]]:
    """Yields the refusals that a page's script may have to say, with their braces still open."""
    for code, said in REFUSALS.items():
        if code not in BY_PAGE and (staff or code not in TO_STAFF):
            yield code, said.translated(lang)


def reason(code: str, lang: str) -> Said:
    """Says why a question went back to its asker."""
    return REASONS[code].translated(lang)


def recorded(lang: str, code: str) -> str:
    """Says a code of a record's exports: `outcome.aloud`, `reason.unclear`, or one of their own."""
    table, _, rest = code.partition(".")
    if table == "reason":
        return reason(rest, lang).title
    known = {"outcome": OUTCOMES, "kind": KINDS}.get(table, {}).get(rest)
    return say(known or RECORD.get(code) or LIVE[code], lang)


def invitation(name: str, lang: str) -> State:
    """Says how far an invitation is."""
    found = INVITATIONS[name]
    return State(found.icon, found.tone, say(found.label, lang))


def state(name: str, lang: str) -> State:
    """Says the state of an own question."""
    found = STATES[name]
    return State(found.icon, found.tone, say(found.label, lang), say(found.sentence, lang))
