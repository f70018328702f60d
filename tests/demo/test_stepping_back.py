"""Simulated staff leave the work to whoever does it."""

from typing import Any, TypeVar

import pytest

from dialog.demo.browser import Browser
from dialog.demo.moderator import Moderator
from dialog.demo.podium import Podium
from dialog.demo.scribes import Releaser, Scribe
from dialog.demo.script import Prepared, Script
from dialog.demo.staff import Staff

S = TypeVar("S", bound=Staff)
OURS, PERSON = 7, 8
ROW: dict[str, Any] = {
    "number": 3,
    "text": "Wer hilft?",
    "review": "waiting",
    "topic": None,
    "edited": False,
    "briefing": None,
    "appeal": None,
    "claimed": None,
    "place": None,
    "answer": None,
    "draft": None,
    "scribe": None,
    "pending": None,
}


def made(kind: type[S]) -> S:
    names = [f"Name {n}" for n in range(60)]
    questions = [Prepared(n, f"Frage {n}?", "Thema", 50, "name") for n in range(12)]
    player = kind(Browser("http://127.0.0.1:1"), "slug", Script(names, questions, 1), "seed")
    player.client.person = OURS
    return player


async def test_the_moderator_steps_back_for_a_claim():
    moderator = made(Moderator)
    moderator.watch(ROW, ROW | {"claimed": {"person": OURS, "by": "J."}})
    assert not moderator.resting
    moderator.watch(ROW, ROW | {"claimed": {"person": PERSON, "by": "K."}})
    assert moderator.resting


@pytest.mark.parametrize(
    "change",
    [
        {"review": "approved"},
        {"review": "returned"},
        {"topic": "Kosten"},
        {"edited": True},
        {"briefing": "Vorsicht"},
    ],
)
async def test_the_moderator_steps_back_for_a_decision(change: dict[str, object]):
    moderator = made(Moderator)
    moderator.watch(ROW, ROW | change)
    assert moderator.resting


@pytest.mark.parametrize(
    "before, after",
    [
        ({}, {"review": "withdrawn"}),
        ({"review": "returned"}, {"review": "waiting"}),
        ({"review": "approved"}, {"review": "waiting", "appeal": {"kind": "object"}}),
        ({}, {"upvotes": 3}),
    ],
)
async def test_what_askers_do_is_no_moderation(before: dict[str, object], after: dict[str, object]):
    moderator = made(Moderator)
    moderator.watch(ROW | before, ROW | before | after)
    assert not moderator.resting


async def test_what_the_moderator_did_is_its_own():
    moderator = made(Moderator)
    moderator._ours |= {(3, "approved"), (3, "Kosten")}
    moderator.watch(ROW, ROW | {"review": "approved", "topic": "Kosten"})
    assert not moderator.resting


async def test_a_question_taken_off_by_a_person_stays_with_people():
    moderator = made(Moderator)
    moderator.watch(ROW | {"review": "approved"}, ROW)
    assert moderator.resting
    assert moderator._hands_off == {3}


async def test_the_stage_steps_back_for_another_question():
    podium = made(Podium)
    podium._taking = 3
    podium.watch(ROW, ROW | {"place": "now"})
    assert not podium.resting
    podium.watch(ROW | {"number": 4}, ROW | {"number": 4, "place": "now"})
    assert podium.resting


async def test_the_stage_steps_back_for_an_end_and_an_order():
    podium = made(Podium)
    podium._leaving = 3
    podium.watch(ROW | {"place": "now"}, ROW)
    assert not podium.resting
    podium.watch(ROW | {"number": 4, "place": "now"}, ROW | {"number": 4})
    assert podium.resting
    other = made(Podium)
    other.watch(ROW | {"place": 2}, ROW | {"place": 1})
    assert not other.resting
    other.watch(ROW, ROW | {"place": 1})
    assert other.resting


@pytest.mark.parametrize(
    "part, key", [("draft", "person"), ("scribe", "person"), ("pending", "author_person")]
)
async def test_the_scribe_steps_back_for_another_hand(part: str, key: str):
    scribe = made(Scribe)
    scribe.watch(ROW, ROW | {part: {key: OURS}})
    assert not scribe.resting
    scribe.watch(ROW, ROW | {part: {key: PERSON}})
    assert scribe.resting


async def test_the_second_scribe_steps_back_for_a_release():
    releaser = made(Releaser)
    releaser._released.add(3)
    releaser.watch(ROW, ROW | {"answer": {"text": "Ja."}})
    assert not releaser.resting
    releaser.watch(ROW | {"number": 4}, ROW | {"number": 4, "answer": {"text": "Ja."}})
    assert releaser.resting
