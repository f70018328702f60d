"""Whether a server is ready: what is checked, and what the checks add up to.

The bounds are meant for people, not for machines. An answer within a second feels like one; a
change should be on everyone's screen a second after the tick that takes it, and the longest tick is
half a second; who comes back to a page waits some seconds. The goals of the server itself are far
narrower and are measured by its benchmarks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialog.rehearsal.figures import Figures
from dialog.rehearsal.words import Words

CAME: Final = 0.99
ANSWERS_S: Final = 1.0
SCREENS_S: Final = 1.5
RETURNS_S: Final = 10.0
REFUSED: Final = 0.01
LEAST_UPVOTES: Final = 20
LATE_S: Final = 0.1
BUSY_CPU: Final = 0.85
NORMAL: Final = frozenset({"duplicate", "conflict", "unknown"})
TIMES: Final = frozenset({"answers", "screens", "returns", "unanswered", "stayed"})


class Ready(StrEnum):
    """What the verdict can be."""

    READY = "ready"
    NOT_READY = "not_ready"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its key, whether it held, what was found and wanted, and the reason if not."""

    key: str
    good: bool
    found: str
    wanted: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, its sentence, why it is unclear, the checks, and what else is worth knowing."""

    ready: Ready
    sentence: str
    why: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def reasons(self) -> tuple[Check, ...]:
        """The checks that make the server not ready; of an unclear one nothing is said."""
        bad = tuple(check for check in self.checks if not check.good)
        return bad if self.ready is Ready.NOT_READY else ()


def judge(found: Figures, words: Words, *, stopped: bool = False) -> Verdict:
    """Return the verdict on what was measured."""
    checks = tuple(_checks(found, words))
    bad = {check.key for check in checks if not check.good}
    unclear = _unclear(found, words, bad)
    if unclear:
        ready, sentence = Ready.UNCLEAR, words("unclear")
    elif bad:
        ready, sentence = Ready.NOT_READY, words("not_ready", people=found.invited)
    else:
        answers, screens = words.time(found.answers.p99), words.time(found.screens.p99)
        ready = Ready.READY
        sentence = words("ready", people=found.arrived, answers=answers, screens=screens)
    why = words("meaning") if ready is Ready.READY else unclear
    return Verdict(ready, sentence, why, checks, tuple(_notes(found, words, stopped=stopped)))


def overworked(found: Figures) -> bool:
    """Tell whether the machine that played was itself too slow to measure."""
    return found.late > LATE_S or found.cpu > BUSY_CPU


def _unclear(found: Figures, words: Words, bad: set[str]) -> str:
    """Return why nothing can be said about the server, empty where something can."""
    if found.faults:
        return words("why_fault", value=_listed(found.faults))
    if overworked(found) and bad and bad <= TIMES:
        cpu, late = words.share(found.cpu), words.time(found.late)
        return words("why_busy", cpu=cpu, late=late)
    if not bad and found.upvotes < LEAST_UPVOTES:
        return words("why_short", value=found.upvotes)
    return ""


def _checks(found: Figures, words: Words) -> list[Check]:
    return [
        _came(found, words),
        _within("answers", found.answers.p99, ANSWERS_S, words),
        _within("screens", found.screens.p99, SCREENS_S, words),
        _within("returns", found.returns.p99, RETURNS_S, words),
        _none("kept", found.missing, words),
        _none("proven", found.unproven, words),
        _none("drifts", sum(found.drifts.values()), words),
        _none("limits", sum(found.limits.values()), words, _listed(found.limits)),
        _refused(found, words),
        _none("unanswered", found.unanswered, words),
        _none("stayed", found.turned_away + found.still_away, words),
    ]


def _came(found: Figures, words: Words) -> Check:
    least = -int(-found.invited * CAME // 1)
    why = words("came_why", value=found.arrived, people=found.invited)
    wanted = words("least", detail=least)
    return Check("came", found.arrived >= least, words.number(found.arrived), wanted, why)


def _within(key: str, seconds: float, bound: float, words: Words) -> Check:
    value, most = words.time(seconds), words.time(bound)
    why = words(f"{key}_why", value=value, bound=most)
    return Check(key, seconds <= bound, value, words("most", detail=most), why)


def _none(key: str, count: int, words: Words, detail: str = "") -> Check:
    why = words(f"{key}_why", value=count, detail=detail)
    return Check(key, not count, words.number(count), words("none"), why)


def _refused(found: Figures, words: Words) -> Check:
    """Refusals that any evening has do not count: two moderators, two people with one question."""
    counted = {code: n for code, n in found.refusals.items() if code not in NORMAL}
    given = found.upvotes + found.asked + found.approved + sum(counted.values())
    share = sum(counted.values()) / given if given else 0.0
    most = max(counted, key=lambda code: counted[code], default="")
    why = words("refused_why", value=words.number(share * 100), detail=most)
    wanted = words("most", detail=words.share(REFUSED))
    return Check("refused", share <= REFUSED, words.share(share), wanted, why)


def _notes(found: Figures, words: Words, *, stopped: bool) -> list[str]:
    notes = [words("stopped")] if stopped else []
    for one in found.outages:
        since, lasted = words.time(one.since), words.time(one.lasted)
        key = "outage" if one.over else "outage_on"
        notes.append(words(key, since=since, lasted=lasted, people=one.people))
    if found.had_to_poll:
        notes.append(words("had_to_poll", value=found.had_to_poll))
    if overworked(found):
        notes.append(words("upper"))
    return notes


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{key} ({count})" for key, count in counts.items())
