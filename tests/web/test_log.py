"""The moderation log as a table: opened again, it says what was done, and computes nothing."""

import csv
import io

import pytest

from tests.live.server import Server
from tests.web.test_forms import act, approved, desk_row, rows

FORMULAS = ("=1+1", "+49", "-2", "@SUM(A1)")


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


def table(text: str) -> list[dict[str, str]]:
    """Read a table as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_every_deed_is_a_row_with_who_when_what_and_why(server: Server, slug: str) -> None:
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)

    def rev() -> int:
        return int(next(r["rev"] for r in rows(desk, slug) if r["number"] == number))

    why = {"reason": "not_ours", "note": "=HYPERLINK(1)"}
    for do, fields in (
        ("edit", {"text": "In anderen Worten?", "background": ""}),
        ("return", why),
        ("approve", {}),
    ):
        done = act(desk, slug, "moderation", do=do, number=number, rev=rev(), **fields)
        assert done.status == 303, done.text
    for formula in FORMULAS:
        assert act(desk, slug, "moderation", do="message", text=formula).status == 303
    before = table(desk.get(f"/sessions/{slug}/moderation/log.csv").text)
    event = before[-1]["Nummer"]
    assert act(desk, slug, "moderation", do="undo", event=event).status == 303

    answer = desk.get(f"/sessions/{slug}/moderation/log.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert f"{slug}-log.csv" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff")
    told = table(answer.text)
    own = [row for row in told if row["Frage"] == str(number)]
    assert [row["Schritt"] for row in own] == [
        "freigegeben", "bearbeitet", "zurückgegeben", "freigegeben",
    ]  # fmt: skip
    assert {(row["Person"], row["Rolle"]) for row in own} == {("Mara Beispielname", "Moderation")}
    assert own[1]["Nachher"] == "In anderen Worten?"
    assert own[1]["Vorher"] not in ("", own[1]["Nachher"])
    returned = own[2]
    assert (returned["Grund"], returned["Notiz"]) == (
        "Nicht unsere Zuständigkeit", "'=HYPERLINK(1)",
    )  # fmt: skip
    messages = [row for row in told if row["Schritt"] == "Nachricht ans Podium gesendet"]
    assert [row["Nachher"] for row in messages[:4]] == [f"'{text}" for text in FORMULAS]
    assert messages[4]["Nimmt zurück"] == event
    assert messages[3]["Zurückgenommen durch"] == messages[4]["Nummer"]
    assert [row["Nummer"] for row in told] == sorted((row["Nummer"] for row in told), key=int)
    shown = desk.get(f"/sessions/{slug}/moderation?tab=log").text
    assert shown.count("<time") == len(told)
    assert f"/sessions/{slug}/moderation/log.csv" in shown
    english = desk.get(f"/sessions/{slug}/moderation/log.csv?lang=en").text
    assert '"Person";"Role"' in english


def test_the_log_names_the_question_that_was_called_not_the_one_that_went(
    server: Server, slug: str
) -> None:
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    first, second = (approved(server, slug, desk) for _ in range(2))
    for do, seen, fields in (
        ("now", "", {"number": first}),
        ("now", first, {"number": second}),
        ("back", second, {}),
        ("done", first, {"outcome": "aloud"}),
    ):
        order = desk_row(desk, slug)["order_rev"]
        done = act(desk, slug, "moderation", do=do, order_rev=order, seen=seen, **fields)
        assert done.status == 303, done.text
    told = table(desk.get(f"/sessions/{slug}/moderation/log.csv").text)[-4:]
    assert [(row["Schritt"], row["Frage"]) for row in told] == [
        ("aufgerufen", str(first)),
        ("aufgerufen", str(second)),
        ("zurückgeholt", str(first)),
        ("auf dem Podium beendet", str(first)),
    ]
    shown = desk.get(f"/sessions/{slug}/moderation?tab=log").text.replace("\u00a0", " ")
    assert f"Frage {second} aufgerufen" in shown


def test_only_who_may_see_the_desk_gets_it(server: Server, slug: str) -> None:
    strangers = [server.browser(), server.volunteer(slug)]
    strangers += [server.staff(slug, role) for role in ("minister", "scribe")]
    for browser in strangers:
        assert browser.get(f"/sessions/{slug}/moderation/log.csv").status == 403
    organiser = server.staff(slug, "organiser")
    assert organiser.get(f"/sessions/{slug}/moderation/log.csv").status == 200


def test_who_is_muted_stands_beside_the_log(server: Server, slug: str) -> None:
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)
    person = next(r["person"] for r in rows(desk, slug) if r["number"] == number)
    page = f"/sessions/{slug}/moderation?tab=log"
    assert act(desk, slug, "moderation", do="mute", person=person).status == 303
    shown = desk.get(page).text
    assert f"?number={number}" in shown.partition("Stummgeschaltet")[2]
    back = {"do": "unmute", "person": person, "back": page}
    assert act(desk, slug, "moderation", **back).headers["location"] == page
    assert "Niemand." in desk.get(page).text
