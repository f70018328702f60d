"""The record: names leave, figures add up, corrections stay visible."""

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, Outcome, Phase, Reason, Show
from dialog.forum.transcript import transcript
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, MARA, OLGA, Evening


def told() -> Evening:
    """Return a published evening with a question of every kind."""
    evening = Evening(Phase.LIVE)
    first = evening.public("Zuerst gestellt?", ANNA, show=Show.NAME)
    late = evening.public("Zuletzt beantwortet?", BORIS)
    early = evening.public("Zuerst beantwortet?", CARLA)
    popular = evening.public("Nicht erreicht, beliebt?", DORA)
    for who in (ANNA, BORIS, CARLA):
        evening.upvote(popular, who)
    merged = evening.public("Fast dasselbe?", DORA)
    evening.merge(merged, late)
    for reason in (Reason.INSULTING, Reason.UNCLEAR, Reason.UNCLEAR):
        evening.give_back(evening.ask(f"{evening.session.seq}?"), reason=reason)
    case, withdrawn = evening.ask("Fall?"), evening.ask("Zurück?")
    evening.told(c.StageOnly(case, evening.rev(case)), MARA)
    evening.told(c.Withdraw(withdrawn), ANNA)
    evening.ask("Wartet?")
    for number in (early, late):
        evening.wait(MINUTE)
        evening.take(number)
        evening.done()
    evening.answer(late, "Bald.", outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    evening.publish()
    evening.told(c.Keep(late, "Getan."), OLGA)
    assert first
    return evening


def test_the_figures_add_up():
    figures = transcript(told().session).figures
    assert figures.approved == 4
    assert figures.returned == {"insulting": 1, "unclear": 2}
    assert (figures.stage_only, figures.merged, figures.withdrawn) == (1, 1, 1)
    assert (figures.unreviewed, figures.waiting) == (1, 0)
    assert figures.received == 11
    assert figures.outcomes == {
        "aloud": 1,
        "promised": 1,
        "written": 0,
        "referred": 0,
        "not_reached": 2,
    }
    assert sum(figures.outcomes.values()) == figures.approved
    assert (figures.kept, figures.voters) == (1, 4)
    assert figures.upvotes == 1 + 2 + 1 + 4


def test_answered_questions_come_as_they_were_taken_then_the_others_by_rank():
    questions = transcript(told().session).questions
    assert [(q["number"], q["rank"]) for q in questions] == [(3, 4), (2, 2), (4, 1), (1, 3)]


def test_a_question_in_the_record_has_its_answer_and_what_was_merged():
    late = transcript(told().session).questions[1]
    assert late["answer"]["text"] == "Bald."
    assert late["answer"]["kept"]["text"] == "Getan."
    assert late["answer"]["corrections"] == []
    assert late["merged"] == [{"number": 5, "text": "Fast dasselbe?"}]
    assert late["upvotes"] == 2
    assert late["removed"] is None


def test_a_question_without_an_answer_has_none():
    assert transcript(told().session).questions[0]["answer"] is None


def test_a_correction_shows_what_stood_before():
    evening = told()
    evening.told(c.Correct(2, "Schon."), OLGA)
    answer = transcript(evening.session).questions[1]["answer"]
    assert answer["text"] == "Schon."
    assert [old["before"] for old in answer["corrections"]] == ["Bald."]


def test_a_question_taken_out_keeps_its_place_and_the_reason_and_nothing_else():
    evening = told()
    evening.told(c.Unpublish(2, "Auf Wunsch."), OLGA)
    record = transcript(evening.session)
    removed = record.questions[1]
    assert (removed["number"], removed["rank"], removed["removed"]) == (2, 2, "Auf Wunsch.")
    assert removed["text"] is removed["answer"] is removed["asker"] is None
    assert removed["merged"] == []
    assert removed.keys() == record.questions[0].keys()
    assert sum(record.figures.outcomes.values()) == record.figures.approved


def test_what_became_of_a_question_after_publication_is_told_with_its_moment():
    evening = told()
    published = evening.session.published_at
    assert published
    evening.wait(MINUTE)
    evening.told(c.Correct(2, "Schon."), OLGA)
    evening.told(c.Correct(4, "Nachträglich."), OLGA)
    evening.told(c.Redact(3, 0, 5), OLGA)
    evening.told(c.Unpublish(1, "Auf Wunsch."), OLGA)
    record = transcript(evening.session)
    changes = {q["number"]: [one["what"] for one in q["changes"]] for q in record.questions}
    assert changes == {
        1: ["removed"],
        2: ["kept", "corrected"],
        3: ["blackened"],
        4: ["answered"],
    }
    assert record.published == published
    assert record.changed == published + MINUTE


def test_what_is_blackened_before_publication_is_no_change_of_the_record():
    evening = Evening(Phase.LIVE)
    number = evening.public("Herr Maier wartet?", ANNA)
    evening.told(c.ChangePhase(Phase.CLOSED), OLGA)
    evening.told(c.Redact(number, 0, 10), OLGA)
    evening.publish()
    assert transcript(evening.session).questions[0]["changes"] == []
