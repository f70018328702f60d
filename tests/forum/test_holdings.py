"""What a session holds of one person is told whole, and nothing of anybody else."""

import json

from dialog.forum import commands as c
from dialog.forum.holdings import holdings
from dialog.forum.names import Phase, Reason, Show
from tests.forum.evening import ANNA, BORIS, MARA, Evening


def test_all_that_is_held_about_a_person_is_told():
    evening = Evening(Phase.LIVE)
    number = evening.ask("Wann?", background="Hof 7.", show=Show.NAME, district="Hof", archive=True)
    evening.told(c.Reword(number, evening.rev(number), "Wann denn?"), ANNA)
    evening.give_back(number, reason=Reason.UNCLEAR)
    evening.told(c.Appeal(number, "Doch klar."), ANNA)
    other = evening.public("Wie lange?", BORIS, show=Show.NAME)
    evening.upvote(other, ANNA)
    held = holdings(evening.session, ANNA)
    assert (held["person"], held["supported"], held["published"]) == (1, [number, other], None)
    (question,) = held["questions"]
    assert [(w["text"], w["background"]) for w in question["wordings"]] == [
        ("Wann?", "Hof 7."), ("Wann denn?", None),
    ]  # fmt: skip
    assert question["appeals"] == ["Doch klar."]
    told = {key: question[key] for key in ("name", "district", "show", "archive", "review")}
    assert told == {
        "name": "Anna Berg", "district": "Hof", "show": "name", "archive": True,
        "review": "returned",
    }  # fmt: skip
    assert MARA.name not in json.dumps(held)
    assert BORIS.name not in json.dumps(held)


def test_what_was_withdrawn_is_held_no_more():
    evening = Evening()
    number = evening.ask("Wann?", background="Hof 7.", show=Show.NAME, district="Hof")
    evening.told(c.Withdraw(number, whole=False), ANNA)
    (question,) = holdings(evening.session, ANNA)["questions"]
    assert [w["background"] for w in question["wordings"]] == [None, None]
    assert [question[key] for key in ("name", "district", "archive")] == [None, None, False]


def test_who_has_asked_nothing_has_nothing_held():
    told = holdings(Evening().session, ANNA)
    assert (told["questions"], told["supported"]) == ([], [])
