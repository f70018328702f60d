"""Every refusal the rules can give is given here once, and no other exists."""

import pytest

from dialog.forum import commands as c
from dialog.forum.names import INTENT_TIME, Limits, Outcome, Phase, Who
from dialog.forum.refusals import Code
from tests.forum.evening import ANNA, BORIS, MARA, OLGA, SVEN, Evening

# Given where a command is read, remembered or stored, before or after the rules.
ELSEWHERE = {Code.KEY_REUSED, Code.TOO_BIG, Code.BUSY, Code.GONE, Code.CONFIRM}


def refused(code: Code) -> tuple[Evening, c.Command, Who]:
    """Return an evening and what is refused there with this code."""
    limits = Limits(waiting=1, ask_ms=5 if code is Code.TOO_FAST else 0)
    evening = Evening(Phase.LIVE, limits=limits)
    number = evening.ask("Wann?")
    rev = evening.rev(number)
    prepare: dict[Code, tuple[c.Command, Who]] = {
        Code.PAUSED: (c.Pause(True), OLGA),
        Code.MUTED: (c.Mute(ANNA.person), MARA),
        Code.CLOSED: (c.ChangePhase(Phase.CANCELLED), OLGA),
        Code.STALE: (c.Approve(number, rev), MARA),
        Code.MALFORMED: (c.Approve(number, rev), MARA),
        Code.DUPLICATE: (c.Approve(number, rev), MARA),
    }
    if code in prepare:
        evening.told(*prepare[code])
    rev = evening.rev(number)
    asked: dict[Code, tuple[c.Command, Who]] = {
        Code.EMPTY: (c.Ask(" "), BORIS),
        Code.TOO_LONG: (c.Ask("a" * 301), BORIS),
        Code.BAD_TEXT: (c.Ask("\x00"), BORIS),
        Code.DUPLICATE: (c.Ask("wann"), BORIS),
        Code.TOO_FAST: (c.Ask("Und?"), ANNA),
        Code.TOO_MANY: (c.Ask("Und?"), ANNA),
        Code.CLOSED: (c.Ask("Und?"), BORIS),
        Code.PAUSED: (c.Ask("Und?"), BORIS),
        Code.FORBIDDEN: (c.Ask("Und?"), SVEN),
        Code.UNKNOWN: (c.Withdraw(number), BORIS),
        Code.CONFLICT: (c.Approve(number, rev - 1), MARA),
        Code.STALE: (c.Upvote(number, True, evening.now - INTENT_TIME - 1), BORIS),
        Code.MALFORMED: (c.HandIn(number, rev, "Ja.", outcome=Outcome.OPEN), SVEN),
        Code.MUTED: (c.Ask("Und?"), ANNA),
        Code.INCOMPLETE: (c.Publish(), OLGA),
    }
    if code is Code.INCOMPLETE:
        evening.phase(Phase.CLOSED)
    command, who = asked[code]
    return evening, command, who


@pytest.mark.parametrize("code", sorted(set(Code) - ELSEWHERE))
def test_every_code_of_the_rules_is_given(code: Code):
    evening, command, who = refused(code)
    assert evening.refused(command, who).code is code
