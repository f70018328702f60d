"""What each role may see: no word in a stream that does not belong there."""

import json

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, SYSTEM, Outcome, Phase, Reason, Role, Show, Stream, Via, Who
from dialog.forum.question import Mark
from dialog.forum.views import all_counts, instant, me, own_row, own_rows, row, session_row, visible
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    MARA,
    MINISTER,
    OLGA,
    READER,
    SELMA,
    SVEN,
    Evening,
)

TEXT = "Wann kommt der Bus?"
FLOOR = {
    "number", "text", "background", "asker", "district", "topic", "asked", "place", "outcome",
    "outcome_at", "answer", "edited", "merged",
}  # fmt: skip
STAGE = FLOOR | {"rev", "public", "briefing", "draft", "scribe", "pending"}
STATUS = {"review", "reason", "note", "into", "original", "appeal"}
OWN = {"rev", "upvotes", "show", "archive", "removed"}
DESK = STAGE | STATUS | {
    "alike", "personal_data", "claimed", "name", "show", "via", "person", "fresh",
}  # fmt: skip


def shown(evening: Evening, stream: Stream, number: int) -> dict[str, object]:
    made = row(evening.session, stream, number)
    assert made is not None
    return made


def test_an_instant_is_utc_with_milliseconds():
    assert instant(1_796_317_205_045) == "2026-12-03T17:00:05.045Z"
    assert instant(1_796_317_200_000) == "2026-12-03T17:00:00.000Z"
    assert instant(0) is None


def test_each_stream_has_its_keys():
    evening = Evening()
    number = evening.public(TEXT)
    assert shown(evening, Stream.FLOOR, number).keys() == FLOOR
    assert shown(evening, Stream.STAGE, number).keys() == STAGE
    assert shown(evening, Stream.DESK, number).keys() == DESK
    assert own_row(evening.session, number).keys() == FLOOR | STATUS | OWN


def test_a_stream_shows_what_is_for_it():
    evening = Evening()
    waiting, case, public = evening.ask("Eins?"), evening.ask("Fall?"), evening.public("Drei?")
    evening.told(c.StageOnly(case, evening.rev(case)), MARA)
    seen = {
        s: [n for n in (waiting, case, public) if visible(evening.session, s, n)] for s in Stream
    }
    assert seen == {
        Stream.FLOOR: [public],
        Stream.STAGE: [case, public],
        Stream.DESK: [waiting, case, public],
    }
    assert row(evening.session, Stream.FLOOR, waiting) is None


def test_a_name_is_shown_only_where_its_bearer_wants_it():
    evening = Evening()
    for show in Show:
        number = evening.public(f"{show}?", ANNA, show=show)
        for stream in Stream:
            assert (shown(evening, stream, number)["asker"] == ANNA.name) == (show is Show.NAME)
        name = shown(evening, Stream.DESK, number)["name"]
        assert (name == ANNA.name) == (show is not Show.ANONYMOUS)
        assert own_row(evening.session, number)["asker"] == (
            ANNA.name if show is Show.NAME else None
        )


def test_a_question_for_the_stage_only_is_announced_and_not_shown():
    evening = Evening(Phase.LIVE)
    case = evening.ask("Ein Fall?")
    evening.told(c.StageOnly(case, evening.rev(case)), MARA)
    evening.take(case)
    for stream in Stream:
        assert session_row(evening.session, stream)["now_hidden"]
    assert session_row(evening.session, Stream.FLOOR)["now_since"] == instant(evening.now)
    evening.done()
    assert not session_row(evening.session, Stream.FLOOR)["now_hidden"]


def test_place_is_now_or_the_position_in_the_running_order():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{i}?") for i in range(3))
    evening.order(one, two)
    evening.take(one)
    places = [shown(evening, Stream.FLOOR, n)["place"] for n in (one, two, three)]
    assert places == ["now", 1, None]


def test_drafts_claims_and_unreleased_answers_stay_backstage():
    evening = Evening(Phase.LIVE, second_person=True)
    number = evening.public(TEXT)
    evening.told(c.Brief(number, evening.rev(number), "Geheim: Akte."), MARA)
    evening.told(c.SaveDraft(number, evening.rev(number), "Geheim: Entwurf."), SVEN)
    stage = shown(evening, Stream.STAGE, number)
    assert stage["briefing"] == "Geheim: Akte."
    assert stage["draft"] == {
        "text": "Geheim: Entwurf.",
        "by": SVEN.name,
        "person": SVEN.person,
        "at": instant(evening.now),
    }
    assert stage["scribe"] == {"by": SVEN.name, "person": SVEN.person}
    evening.answer(number, "Geheim: Antwort.", outcome=Outcome.WRITTEN)
    evening.told(c.Claim(number), MARA)
    evening.told(c.Note(number, (), (Mark("phone", 1, 4),)), SYSTEM)
    pending = shown(evening, Stream.STAGE, number)["pending"]
    assert isinstance(pending, dict)
    assert (pending["outcome"], pending["author"]) == ("written", SVEN.name)
    desk = shown(evening, Stream.DESK, number)
    assert desk["personal_data"] == [{"kind": "phone", "from": 1, "to": 4}]
    assert isinstance(desk["claimed"], dict)
    assert desk["claimed"]["by"] == MARA.name
    assert "Geheim" not in json.dumps(shown(evening, Stream.FLOOR, number))
    evening.told(c.Release(number, evening.rev(number)), SELMA)
    assert shown(evening, Stream.STAGE, number)["pending"] is None
    answer = shown(evening, Stream.FLOOR, number)["answer"]
    assert isinstance(answer, dict)
    assert answer["text"] == "Geheim: Antwort."


def test_a_kept_promise_says_how_and_when():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.answer(number, outcome=Outcome.PROMISED, by="Wir", until="2026-12-18", minute=7)
    evening.told(c.Keep(number, "Getan."), OLGA)
    answer = shown(evening, Stream.FLOOR, number)["answer"]
    assert isinstance(answer, dict)
    assert answer["kept"] == {"at": instant(evening.now), "text": "Getan."}
    assert (answer["by"], answer["until"], answer["minute"]) == ("Wir", "2026-12-18", 7)


def test_an_asker_reads_what_became_of_the_question():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Return(number, evening.rev(number), Reason.NOT_OURS, "Der Landkreis."), MARA)
    evening.told(c.Appeal(number, "Bitte."), ANNA)
    own = own_row(evening.session, number)
    assert (own["review"], own["reason"], own["note"]) == (
        "returned",
        "not_ours",
        "Der Landkreis.",
    )
    assert own["appeal"] == {"kind": "appeal", "text": "Bitte.", "open": True}


def test_an_asker_reads_their_own_words_beside_the_edited_ones():
    evening = Evening()
    number = evening.public(TEXT)
    evening.told(c.Edit(number, evening.rev(number), "Wann?"), MARA)
    own = own_row(evening.session, number)
    assert own["text"] == "Wann?"
    assert own["original"] == {"text": TEXT, "background": None}
    assert shown(evening, Stream.FLOOR, number)["edited"]


def test_me_is_what_a_person_alone_may_see():
    evening = Evening()
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    assert me(evening.session, BORIS) == {
        "role": "volunteer",
        "name": BORIS.name,
        "person": BORIS.person,
        "invited": False,
        "upvoted": [number],
        "mine": [],
    }
    assert [r["number"] for r in me(evening.session, ANNA)["mine"]] == [number]
    assert own_rows(evening.session, CARLA.person) == []
    staff = me(evening.session, Who(ANNA.person, Role.MODERATOR, "M"))
    assert (staff["upvoted"], staff["mine"]) == ([], [])
    assert me(evening.session, READER)["person"] is None


def test_the_merged_numbers_are_those_of_the_whole_tree():
    evening = Evening()
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.merge(three, two)
    evening.merge(two, one)
    assert shown(evening, Stream.FLOOR, one)["merged"] == [two, three]
    assert shown(evening, Stream.DESK, two)["merged"] == [three]
    evening.told(c.Unmerge(three, evening.rev(three)), MARA)
    assert shown(evening, Stream.FLOOR, one)["merged"] == [two]


def test_a_question_taken_out_of_the_record_is_on_no_screen():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.publish()
    seq = evening.board.sheets[Stream.FLOOR].seq
    evening.told(c.Unpublish(number, "Auf Wunsch."), OLGA)
    assert row(evening.session, Stream.FLOOR, number) is None
    assert evening.board.sheets[Stream.FLOOR].delta(seq).gone == [number]


def test_the_session_row_tells_times_switches_and_words():
    evening = Evening(Phase.LIVE)
    evening.told(c.Banner("Gleich!"), OLGA)
    evening.told(c.Pause(True), OLGA)
    evening.told(c.Message("Kürzer."), MARA)
    evening.told(c.Acknowledge(), MINISTER)
    floor, desk = (session_row(evening.session, s) for s in (Stream.FLOOR, Stream.DESK))
    assert (floor["banner"], floor["paused"], floor["phase"]) == ("Gleich!", True, "live")
    assert floor["accepts"] == {"questions": True, "upvotes": True}
    assert "message" not in floor
    assert desk["message"] == {"text": "Kürzer.", "at": instant(evening.now), "read": True}


def test_the_desk_counts_everything_and_the_floor_what_is_public():
    evening = Evening(Phase.LIVE)
    evening.answer(evening.public("Eins?"), outcome=Outcome.WRITTEN)
    evening.public("Zwei?")
    evening.ask("Drei?", MARA, via=Via.MAIL)
    floor = session_row(evening.session, Stream.FLOOR)["counts"]
    assert floor == {"received": 3, "public": 2, "open": 1, "answered": 1}
    desk = session_row(evening.session, Stream.DESK)["counts"]
    assert desk.items() >= (floor | all_counts(evening.session)).items()
    assert desk["waiting"] == 1
    evening.wait(MINUTE)
