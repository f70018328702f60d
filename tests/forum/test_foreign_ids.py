"""Every command with a number or a person that is not one's own: one table says what comes of it.

The rows are commands, the columns the questions of an evening, each in another state and none of
them asked by who acts, except ``own``. Whoever may not give a command at all is refused whatever
number they name: so nobody learns from a refusal which questions there are.
"""

from collections.abc import Callable, Iterable
from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum.names import Kind, Outcome, Phase, Reason, Role, Show, Via, Who
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import MAY
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    INGE,
    MARA,
    MARA_ASKING,
    MINISTER,
    MORITZ,
    NORA,
    OLGA,
    READER,
    SELMA,
    SVEN,
    Evening,
)

NOBODY = 99

# Who gives a command, of those who may; volunteers act on questions of Anna.
ACTORS = {"volunteer": MARA_ASKING, "moderator": MARA, "scribe": SVEN, "minister": MINISTER}

LIVE = """
do         by        own       unknown waiting  approved stage_only returned merged   withdrawn
reword     volunteer ok        unknown unknown  unknown  unknown    unknown  unknown  unknown
name       volunteer ok        unknown unknown  unknown  unknown    unknown  unknown  unknown
withdraw   volunteer ok        unknown unknown  unknown  unknown    unknown  unknown  unknown
consent    volunteer idle      unknown unknown  unknown  unknown    unknown  unknown  unknown
appeal     volunteer conflict  unknown unknown  unknown  unknown    unknown  unknown  unknown
object     volunteer conflict  unknown unknown  unknown  unknown    unknown  unknown  unknown
upvote     volunteer unknown   unknown unknown  ok       unknown    unknown  ok       unknown
claim      moderator ok        unknown ok       ok       ok         ok       ok       ok
approve    moderator forbidden unknown ok       conflict ok         ok       conflict conflict
stage_only moderator forbidden unknown ok       ok       conflict   ok       conflict conflict
return     moderator forbidden unknown ok       ok       ok         conflict conflict conflict
edit       moderator forbidden unknown ok       ok       ok         conflict conflict conflict
merge      moderator forbidden unknown ok       ok       conflict   ok       conflict conflict
unmerge    moderator forbidden unknown conflict conflict conflict   conflict ok       conflict
hide       moderator forbidden unknown conflict ok       ok         conflict conflict conflict
topic      moderator forbidden unknown ok       ok       ok         ok       ok       ok
brief      moderator forbidden unknown ok       ok       ok         conflict conflict conflict
merge_all  moderator forbidden unknown ok       ok       conflict   ok       conflict conflict
return_all moderator forbidden unknown ok       ok       ok         conflict conflict conflict
order      minister  conflict  unknown conflict ok       ok         conflict conflict conflict
now        minister  conflict  unknown conflict ok       ok         conflict conflict conflict
next       minister  conflict  unknown conflict ok       ok         conflict conflict conflict
take       scribe    conflict  unknown conflict ok       ok         conflict conflict conflict
draft      scribe    conflict  unknown conflict ok       ok         conflict conflict conflict
answer     scribe    conflict  unknown conflict ok       ok         conflict conflict conflict
release    scribe    conflict  unknown conflict unknown  unknown    conflict conflict conflict
"""

PUBLISHED = """
do        by        own      unknown approved returned merged   withdrawn removed
name      volunteer ok       unknown unknown  unknown  unknown  unknown   unknown
withdraw  volunteer ok       unknown unknown  unknown  unknown  unknown   unknown
consent   volunteer ok       unknown unknown  unknown  unknown  unknown   unknown
reword    volunteer closed   closed  closed   closed   closed   closed    closed
appeal    volunteer closed   closed  closed   closed   closed   closed    closed
object    volunteer closed   closed  closed   closed   closed   closed    closed
upvote    volunteer closed   closed  closed   closed   closed   closed    closed
correct   scribe    ok       unknown ok       conflict conflict conflict  conflict
keep      scribe    conflict unknown ok       conflict conflict conflict  conflict
redact    organiser ok       unknown ok       ok       ok       ok        ok
unpublish organiser ok       unknown ok       conflict conflict conflict  conflict
"""

# Whom a moderator may mute: whoever asked a question here, staff among them.
PERSONS = """
do     by        asked unknown nobody  staff   upvoted
mute   moderator ok    unknown unknown unknown unknown
unmute moderator idle  unknown unknown unknown unknown
"""

# Which entry of the log somebody may undo.
EVENTS = """
do   by        theirs unknown own volunteer organiser claim   own_asked
undo moderator ok     unknown ok  unknown   forbidden unknown forbidden
"""

COMMANDS: dict[str, Callable[[Evening, int, int], c.Command]] = {
    "reword": lambda _, n, rev: c.Reword(n, rev, "Anders?"),
    "name": lambda _, n, rev: c.Name(n, Show.ANONYMOUS),
    "withdraw": lambda _, n, rev: c.Withdraw(n),
    "consent": lambda e, n, rev: c.Consent(n, on=e.session.phase is Phase.PUBLISHED),
    "appeal": lambda _, n, rev: c.Appeal(n, "Bitte."),
    "object": lambda _, n, rev: c.Object(n),
    "upvote": lambda e, n, rev: c.Upvote(n, True, e.now),
    "claim": lambda _, n, rev: c.Claim(n),
    "approve": lambda _, n, rev: c.Approve(n, rev),
    "stage_only": lambda _, n, rev: c.StageOnly(n, rev),
    "return": lambda _, n, rev: c.Return(n, rev, Reason.UNCLEAR),
    "edit": lambda _, n, rev: c.Edit(n, rev, "Bearbeitet?"),
    "merge": lambda _, n, rev: c.Merge(n, rev, KEPT),
    "merge_all": lambda _, n, rev: c.MergeAll((n,), (rev,), KEPT),
    "return_all": lambda _, n, rev: c.ReturnAll((n,), (rev,), Reason.UNCLEAR),
    "unmerge": lambda _, n, rev: c.Unmerge(n, rev),
    "hide": lambda _, n, rev: c.Hide(n, rev),
    "topic": lambda _, n, rev: c.Topic(n, rev, "Sprache"),
    "brief": lambda _, n, rev: c.Brief(n, rev, "Kurz."),
    "order": lambda e, n, rev: c.Order((n,), e.session.order_rev),
    "now": lambda e, n, rev: c.Now(n, e.session.order_rev),
    "next": lambda e, n, rev: c.Next(n, e.session.order_rev),
    "take": lambda _, n, rev: c.Take(n, rev),
    "draft": lambda _, n, rev: c.SaveDraft(n, rev, "Im …"),
    "answer": lambda _, n, rev: c.HandIn(n, rev, "Ja.", Kind.SUMMARY),
    "release": lambda _, n, rev: c.Release(n, rev),
    "correct": lambda _, n, rev: c.Correct(n, "Doch."),
    "keep": lambda _, n, rev: c.Keep(n, "Getan."),
    "redact": lambda _, n, rev: c.Redact(n, 0, 1),
    "unpublish": lambda _, n, rev: c.Unpublish(n, "Auf Wunsch."),
    "mute": lambda _, n, rev: c.Mute(n),
    "unmute": lambda _, n, rev: c.Unmute(n),
    "undo": lambda _, n, rev: c.Undo(n),
}
KEPT = 1


def evening(published: bool = False) -> tuple[Evening, dict[str, int]]:
    """Return an evening and its questions by name: Anna's in every state, and a person's own."""
    e = Evening(Phase.LIVE)
    assert e.public("Die bleibt stehen?", CARLA) == KEPT
    found = {"own": e.ask("Eigene?", MARA_ASKING, show=Show.NAME), "unknown": NOBODY}
    for name in ("waiting", "approved", "stage_only", "returned", "merged", "withdrawn", "removed"):
        found[name] = e.ask(f"Von Anna, {name}?")
    for name in ("approved", "removed", *(["own"] if published else [])):
        e.approve(found[name], MORITZ)
    e.told(c.StageOnly(found["stage_only"], e.rev(found["stage_only"])), MORITZ)
    e.give_back(found["returned"], MORITZ)
    e.merge(found["merged"], KEPT, MORITZ)
    e.told(c.Withdraw(found["withdrawn"]), ANNA)
    if published:
        promise = {"outcome": Outcome.PROMISED, "by": "Amt", "until": "2026-12-18"}
        e.answer(found["approved"], "Ja.", SELMA, **promise)
        e.publish()
        e.told(c.Unpublish(found["removed"], "Auf Wunsch."), OLGA)
    return e, found


def cells(table: str) -> Iterable[tuple[str, str, dict[str, str]]]:
    """Return command, who gives it, and what comes of each column."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    for do, who, *results in rows:
        yield do, who, dict(zip(head[2:], results, strict=True))


def outcome(e: Evening, do: str, number: int, who: Who) -> str:
    """Return what comes of a command, as the tables call it."""
    question = e.session.questions.get(number)
    made = e.decide(COMMANDS[do](e, number, question.rev if question else 1), who)
    if isinstance(made, Refusal):
        return made.code.value
    return "ok" if made else "idle"


def actor(role: str) -> Who:
    return {"organiser": OLGA, **ACTORS}[role]


@pytest.mark.parametrize("published", [False, True])
def test_every_command_on_every_question_comes_to_what_the_table_says(published: bool):
    e, found = evening(published)
    for do, role, wanted in cells(PUBLISHED if published else LIVE):
        told = {name: outcome(e, do, found[name], actor(role)) for name in wanted}
        assert told == wanted, do


def test_persons_are_muted_as_the_table_says():
    e, _ = evening()
    e.upvote(KEPT, BORIS)
    persons = {
        "asked": ANNA.person, "unknown": NOBODY, "nobody": 0, "staff": OLGA.person,
        "upvoted": BORIS.person,
    }  # fmt: skip
    for do, role, wanted in cells(PERSONS):
        told = {name: outcome(e, do, persons[name], actor(role)) for name in wanted}
        assert told == wanted, do


def test_entries_of_the_log_are_undone_as_the_table_says():
    e, found = evening()
    own, other = found["own"], e.ask("Noch eine?", INGE)
    events = {
        "unknown": NOBODY,
        "theirs": e.approve(other, MORITZ),
        "own_asked": e.approve(own, MORITZ),
        "own": e.give_back(other, MARA),
        "organiser": int(e.told(c.Pause(on=True), OLGA)["event"]),
        "claim": int(e.told(c.Claim(found["waiting"]), MORITZ)["event"]),
        "volunteer": int(e.told(c.Withdraw(found["waiting"]), ANNA)["event"]),
    }
    events["theirs"] = int(e.told(c.Undo(events["own"]), MARA)["event"])
    events["own"] = events["theirs"]
    for do, role, wanted in cells(EVENTS):
        told = {name: outcome(e, do, events[name], actor(role)) for name in wanted}
        assert told == wanted, do


EVERYONE = (MARA_ASKING, NORA, INGE, MARA, SVEN, MINISTER, OLGA, READER)


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("who", EVERYONE, ids=lambda who: f"{who.role}-{who.admission}")
def test_whoever_may_not_give_a_command_learns_nothing_of_any_question(who: Who, published: bool):
    e, found = evening(published)
    barred = [do for do in COMMANDS if do not in MAY[who.role]]
    for do in barred:
        for number in (*found.values(), 0, -1):
            question = e.session.questions.get(number)
            made = e.decide(COMMANDS[do](e, number, question.rev if question else 1), who)
            assert made == Refusal(Code.FORBIDDEN, field="role"), do
    assert barred or who.role is Role.ORGANISER


def test_staff_enter_no_question_as_their_own_and_volunteers_none_for_others():
    e, _ = evening()
    for who, via in ((MARA, None), (OLGA, None), (ANNA, Via.HALL), (NORA, Via.PHONE)):
        made = e.decide(c.Ask("Und nun?", via=via), who)
        assert made == Refusal(Code.FORBIDDEN, field="via")


def test_every_command_that_names_something_stands_in_a_table():
    named = {"number", "numbers", "person", "event"}
    wanted = {
        command.do
        for command in get_args(c.Command)
        if named & set(command.__dataclass_fields__) and not issubclass(command, c.Serving)
    }
    tables = (LIVE, PUBLISHED, PERSONS, EVENTS)
    assert wanted == {do for table in tables for do, _, _ in cells(table)} == set(COMMANDS)
