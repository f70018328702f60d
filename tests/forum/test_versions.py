"""The versions of an answer: what stays to be read of an evening of autosaves."""

from dialog.forum import commands as c
from dialog.forum.names import BLACKENED, MINUTE, SECOND, Field, Phase
from dialog.forum.versions import LAST, MOST, version_rows, versions
from tests.forum.evening import OLGA, SELMA, SVEN, Evening


def asked() -> tuple[Evening, int]:
    evening = Evening(Phase.LIVE)
    return evening, evening.public("Wann kommt der Bus?")


def save(evening: Evening, number: int, text: str, who=SVEN) -> None:
    evening.told(c.SaveDraft(number, evening.rev(number), text), who)


def texts(evening: Evening, number: int) -> list[str]:
    return [one["text"] for one in version_rows(evening.session, number)]


def test_every_text_of_an_answer_is_told_with_who_and_when():
    evening, number = asked()
    save(evening, number, "Im Mai")
    evening.told(c.Take(number, evening.rev(number)), SELMA)
    evening.answer(number, "Im Mai.", who=SELMA)
    evening.phase(Phase.CLOSED)
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    told = version_rows(evening.session, number)
    assert [(one["text"], one["by"], one["act"]) for one in told] == [
        ("Im Juni.", OLGA.name, "correct"),
        ("Im Mai.", SELMA.name, "answer"),
        ("Im Mai", SVEN.name, "draft"),
    ]
    assert all(str(one["at"]).endswith("Z") for one in told)


def test_of_a_minute_of_autosaves_the_last_stays_and_of_the_end_some_more():
    evening, number = asked()
    evening.wait(MINUTE - evening.now % MINUTE)
    for step in range(40):
        save(evening, number, f"Satz {step}")
        evening.wait(10 * SECOND)
    assert texts(evening, number) == [
        "Satz 39", "Satz 38", "Satz 37",
        *(f"Satz {step}" for step in (35, 29, 23, 17, 11, 5)),
    ]  # fmt: skip
    assert LAST == 3


def test_an_evening_of_autosaves_comes_to_a_list_one_can_read():
    evening, number = asked()
    for step in range(3 * MOST):
        save(evening, number, f"Satz {step}")
        evening.wait(MINUTE)
    assert len(versions(evening.session, number)) == MOST
    assert texts(evening, number)[0] == f"Satz {3 * MOST - 1}"


def test_another_question_and_one_that_nobody_sees_have_none():
    evening, number = asked()
    other = evening.public("Und die Bahn?")
    save(evening, number, "Im Mai")
    save(evening, number, "")
    assert texts(evening, number) == ["Im Mai"]
    assert texts(evening, other) == []
    assert version_rows(evening.session, 99) == []
    evening.told(c.Hide(number, evening.rev(number)), OLGA)
    assert version_rows(evening.session, number) == []


def test_what_is_blackened_in_an_answer_is_gone_in_every_version():
    evening, number = asked()
    save(evening, number, "Frau Huber sagt: im")
    evening.answer(number, "Frau Huber sagt: im Mai.")
    evening.told(c.Redact(number, 5, 10, Field.ANSWER), OLGA)
    assert texts(evening, number) == [f"Frau {BLACKENED} sagt: im Mai.", BLACKENED]
