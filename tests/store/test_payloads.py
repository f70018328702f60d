"""Payloads: events come back as they went, say nothing twice, and carry no free text."""

import re
from dataclasses import MISSING
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import example, given

from dialog import forum
from dialog.forum.events import (
    Acted,
    Asked,
    Axis,
    Change,
    Declared,
    Event,
    Message,
    Purged,
    Stage,
    Tap,
    Upvoted,
)
from dialog.forum.names import Limits, Outcome, Phase, Show
from dialog.forum.phase import Schedule, Switches
from dialog.forum.question import Answer, Appeal, Kept, Recalled, Result, Standing, Wording
from dialog.store import payloads
from tests.store.values import events

WITH_DEFAULTS = (
    Acted, Answer, Appeal, Asked, Kept, Message, Purged, Recalled, Result, Schedule, Stage,
    Standing, Switches, Wording,
)  # fmt: skip


@given(events())
@example(Acted("pause", (Change(Axis.SWITCHES, 0, Switches(), Switches(paused=True)),), 7))
@example(Acted("mute", (Change(Axis.MUTED, 0, False, True),)))
def test_every_event_comes_back_as_it_went(event):
    assert payloads.decode(*payloads.encode(event)) == event


@given(events())
def test_a_payload_is_one_line_of_json_without_nul(event):
    _, payload = payloads.encode(event)
    assert "\n" not in payload
    assert "\0" not in payload
    assert msgspec.json.decode(payload) is not None


def test_every_kind_of_event_and_every_axis_has_its_place():
    assert set(payloads.KINDS.values()) == set(get_args(Event))
    assert set(payloads.AXES) == set(Axis)


def test_the_form_of_a_payload_is_small_and_does_not_change():
    asked = Asked(3, Wording(9, show=Show.NAME))
    assert payloads.encode(asked) == ("asked", '{"number":3,"wording":{"text":9,"show":"name"}}')
    taps = Upvoted((Tap(5, 1, True, 1_796_317_205_345), Tap(6, 1, False, 2)))
    assert payloads.encode(taps) == (
        "upvoted",
        '{"taps":[[5,1,true,1796317205345],[6,1,false,2]]}',
    )
    done = Acted("done", (Change(Axis.RESULT, 1, Result(), Result(Outcome.ALOUD, 7)),))
    changed = '{"axis":"result","subject":1,"before":{},"after":{"outcome":"aloud","at":7}}'
    assert payloads.encode(done) == ("acted", f'{{"act":"done","changes":[{changed}]}}')


def test_limits_stand_in_full_for_their_defaults_are_settings_of_today():
    declared = Declared(Schedule(1, 2, 3), (), False, True, False, Limits())
    kind, payload = payloads.encode(declared)
    assert payload.endswith(
        '"limits":{"text":300,"background":1000,"waiting":5,"ask_ms":20000,'
        '"answer":8000,"short":300,"name":80}}'
    )
    assert payloads.decode(kind, payload) == declared


def test_no_default_ever_changes_for_journals_leave_them_out():
    """A new field may be added at the end of its line; nothing else may change here."""
    assert {kind.__name__: defaults(kind) for kind in WITH_DEFAULTS} == {
        "Acted": "undoes=0 erased=()",
        "Answer": "by=0 until='' to=0 sources=() minute=None released=False kept=None "
        "corrections=()",
        "Appeal": "text=0 open=True",
        "Asked": "via=None fresh=False",
        "Kept": "corrections=()",
        "Message": "read=False",
        "Purged": "persons=() linked=()",
        "Recalled": "result=Result(outcome=<Outcome.OPEN: 'open'>, at=0) topic='' answer=None "
        "removed=0 upvotes=0 amendments=()",
        "Result": "outcome='open' at=0",
        "Schedule": "questions_until=0",
        "Stage": "order=() now=0 since=0 past=() frozen=()",
        "Standing": "review='waiting' reason=None note=0 into=0 by=0 appeal=None",
        "Switches": "questions=True upvotes=True paused=False blank=False invited=False",
        "Wording": "background=0 name=0 district=0 show='anonymous' edited=False archive=False",
    }


def defaults(kind: type) -> str:
    shape = payloads._shape(kind)
    told = [(name, value) for name, value in shape if value is not MISSING]
    return " ".join(f"{name}={getattr(value, 'value', value)!r}" for name, value in told)


def test_what_a_later_program_left_out_stands_at_its_default():
    event = payloads.decode("acted", '{"act":"hide","changes":[]}')
    assert event == Acted("hide", ())
    payload = '{"act":"hide","changes":[{"axis":"standing","subject":1,"before":{},"after":{}}]}'
    assert payloads.decode("acted", payload) == Acted(
        "hide", (Change(Axis.STANDING, 1, Standing(), Standing()),)
    )


def test_an_unknown_kind_is_said_to_be_one():
    with pytest.raises(payloads.UnknownKindError, match="danced"):
        payloads.decode("danced", "{}")


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{}",
        '{"act":"now","changes":[{"axis":"mood","subject":1,"before":1,"after":2}]}',
        '{"act":"now","changes":[{"axis":"phase","subject":0,"before":"open","after":"shut"}]}',
    ],
)
def test_a_payload_that_does_not_fit_its_kind_is_refused(payload):
    with pytest.raises(msgspec.MsgspecError):
        payloads.decode("acted", payload)


def test_a_kind_no_longer_written_is_read_as_its_successor(monkeypatch):
    def moved(payload: bytes) -> tuple[str, bytes]:
        return "acted", b'{"act":"phase","changes":[%s]}' % payload

    change = '{"axis":"phase","subject":0,"before":"open","after":"live"}'
    monkeypatch.setattr(payloads, "UPCASTS", {"moved": moved})
    expected = Acted("phase", (Change(Axis.PHASE, 0, Phase.OPEN, Phase.LIVE),))
    assert payloads.decode("moved", change) == expected


def test_strings_in_payloads_are_words_of_closed_sets():
    """A new string field must be looked at: is it free text? Then it is a text number."""
    source = re.compile(r"^\s+(\w+): str\b", re.MULTILINE)
    found = set()
    for module in ("events", "question", "phase"):
        file = Path(forum.__file__).parent / f"{module}.py"
        found |= set(source.findall(file.read_text("utf-8")))
    # A command's name · an ISO day · a kind of mark · a topic of the session's declaration.
    assert found == {"act", "until", "kind", "topic"}
