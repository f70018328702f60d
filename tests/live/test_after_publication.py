"""After the end, by forms alone: names go or stay, questions go, and no file knows them after."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live.client import Browser
from tests.live.server import Server, running

NAME, DISTRICT = "Nadja Namenlos", "Landkreis Nirgendwo"
BACKGROUND = "Seit dem Frühjahr warte ich im Flur auf Bescheid."
TEXT, OTHER = "Wie lange dauert die Anerkennung?", "Wer bezahlt die Übersetzung der Zeugnisse?"
ANSWER = "Drei Monate, sobald alle Unterlagen vorliegen."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as started:
        yield started


class Evening:
    """A session from its questions to its record, by forms."""

    def __init__(self, server: Server) -> None:
        self.server, self.slug = server, server.slugs["direct"]
        self.base = f"/sessions/{self.slug}"
        self.team = server.staff(self.slug, "organiser", "Olga Beispielname")
        self.anna = server.volunteer(self.slug, NAME)
        self.boris = server.volunteer(self.slug, "Boris Beispielname")

    def asked(self, text: str, **fields: object) -> int:
        """Ask as Anna, approve as the team, support as Boris."""
        told = {"text": text, "show": "name", "district": DISTRICT, "background": BACKGROUND}
        answer = self.anna.submit(self.base, f"{self.base}/questions", **told, **fields)
        assert answer.status == 303, answer.text
        number = int(max(row["number"] for row in self.rows()))
        self.give("moderation", "approve", number, rev=self.rev(number))
        vote = f"{self.base}/questions/{number}/upvote"
        assert self.boris.submit(self.base, vote, on=1).status == 303
        return number

    def rows(self) -> list[dict[str, Any]]:
        told = self.team.get(f"{self.base}/updates?stream=desk").json()
        return list(next(m for m in told if m["type"] == "snapshot")["questions"])

    def rev(self, number: int) -> int:
        return int(next(row["rev"] for row in self.rows() if row["number"] == number))

    def give(self, place: str, do: str, number: int = 0, **fields: object) -> None:
        page = f"{self.base}/{place}"
        told = {"number": number} if number else {}
        answer = self.team.submit(page, page, do=do, **told, **fields)
        assert answer.status == 303, answer.text

    def publish(self) -> None:
        self.give("organiser", "phase", to="closed")
        self.give("organiser", "conclude")
        self.give("organiser", "publish")
        address = f"/archive/{self.slug}"
        settled(lambda: self.server.browser().get(address).status == 200)

    def record(self) -> dict[int, dict[str, Any]]:
        record = self.server.browser().get(f"/archive/{self.slug}.json").json()
        return {question["number"]: question for question in record["questions"]}

    def again(self, link: str) -> Browser:
        """Return another browser that has followed a private link."""
        fresh = self.server.browser()
        path = urlsplit(link).path
        assert fresh.submit(path, path).status == 303
        return fresh


def link_of(evening: Evening) -> str:
    page = evening.anna.get(f"{evening.base}/mine/data.json").json()
    return str(page["private_link"])


def settled(holds: Callable[[], bool]) -> None:
    """Wait until the record, which is written just after the answer, is there."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def found(server: Server, *texts: str) -> list[tuple[str, str]]:
    """Return what of some texts stands in which file of the server, its log apart."""
    files = {}
    for file in server.folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # a draft that has its name by now
            files[file] = file.read_bytes() if file != server.log else b""
    sought = [(text, form) for text in texts for form in (text, json.dumps(text)[1:-1])]
    return [
        (text, file.name) for file, held in files.items() for text, form in sought
        if form.encode() in held
    ]  # fmt: skip


def test_a_name_is_withdrawn_after_publication_by_the_private_link(server) -> None:
    evening = Evening(server)
    stays, goes = evening.asked(TEXT, archive=1), evening.asked(OTHER)
    link = link_of(evening)
    evening.publish()
    before = evening.record()
    assert (before[goes]["asker"], before[goes]["district"]) == (NAME, DISTRICT)
    assert evening.anna.get(f"{evening.base}/mine").status == 303, "publication ends the pass"
    fresh = evening.again(link)
    page = fresh.get(f"{evening.base}/mine").text
    assert "Name, Ort und Hintergrund entfernen" in page
    fields = {"do": "withdraw", "number": goes, "whole": 0}
    place = f"{evening.base}/mine"
    assert fresh.submit(place, place, **fields).status == 303
    settled(lambda: evening.record()[goes]["asker"] is None)
    after = evening.record()
    assert [after[goes][key] for key in ("asker", "district", "background")] == [None] * 3
    assert after[goes]["text"] == OTHER
    assert [one["what"] for one in after[goes]["changes"]] == ["name"]
    assert after[stays]["asker"] == NAME
    reader = server.browser()
    for path in (f"/archive/{evening.slug}/{goes}", f"/archive/{evening.slug}"):
        assert reader.get(path).text.count(NAME) == ("/" not in path[9:]), path
    assert fresh.get(place).status == 200, "whoever came back by the link may go on"


def test_who_has_everything_deleted_stands_in_no_file(server) -> None:
    evening = Evening(server)
    number = evening.asked(TEXT, archive=1)
    lonely = evening.anna.submit(
        evening.base, f"{evening.base}/questions", text=OTHER, show="team", background=BACKGROUND
    )
    assert lonely.status == 303
    link = link_of(evening)
    evening.publish()
    assert found(server, NAME, DISTRICT, BACKGROUND)
    fresh = evening.again(link)
    stranger, path = server.browser(), urlsplit(link).path
    token = stranger.get(path).token
    place = f"{evening.base}/mine/data"
    assert "Meine Daten löschen?" in fresh.get(f"{place}?confirm=forget").text
    gone = fresh.submit(place, place, do="forget")
    assert (gone.status, gone.headers["location"]) == (303, f"{place}?gone=1")
    assert "Ihre Daten sind gelöscht" in fresh.get(f"{place}?gone=1").text
    settled(lambda: found(server, NAME, DISTRICT, BACKGROUND) == [])
    assert evening.record()[number]["text"] == TEXT
    assert stranger.post(path, {"token": token, "key": "a-key-of-nobody"}).status == 410
    assert fresh.get(place).status == 303


def test_consent_and_names_for_all_questions_at_once(server) -> None:
    evening = Evening(server)
    numbers = [evening.asked(TEXT), evening.asked(OTHER)]
    place = f"{evening.base}/mine/data"

    def held() -> list[dict[str, Any]]:
        return list(evening.anna.get(f"{place}.json").json()["questions"])

    assert evening.anna.submit(place, place, do="consent", on=1).status == 303
    assert [row["archive"] for row in held()] == [True, True]
    assert evening.anna.submit(place, place, do="nothing").status == 422
    assert evening.anna.submit(place, place, do="consent", on=0).status == 303
    assert [row["archive"] for row in held()] == [False, False]
    assert evening.anna.submit(place, place, do="names").status == 303
    assert [(row["name"], row["district"], row["review"]) for row in held()] == [
        (None, None, "approved")
    ] * len(numbers)
    file = evening.anna.get(f"{place}.json")
    assert file.headers["cache-control"] == "no-store"
    assert "attachment" in file.headers["content-disposition"]
    assert server.browser().get(f"{place}.json").status == 403


def test_a_question_that_is_taken_out_stands_in_no_file(server) -> None:
    evening = Evening(server)
    number = evening.asked(TEXT)
    rev = evening.rev(number)
    promise = {"outcome": "promised", "by": "Referat Nirgends", "until": "2030-01-31"}
    evening.give("scribe", "answer", number, rev=rev, text=ANSWER, **promise)
    evening.publish()
    evening.give("organiser", "keep", number, text="Das Portal zeigt es an.")
    texts = (TEXT, BACKGROUND, DISTRICT, ANSWER, "Referat Nirgends", "Das Portal zeigt es an.")
    settled(lambda: {text for text, _file in found(server, *texts)} == set(texts))
    evening.give("organiser", "unpublish", number, why="Auf Wunsch der fragenden Person.")
    settled(lambda: found(server, *texts) == [])
    question = evening.record()[number]
    assert question["removed"]["why"] == "Auf Wunsch der fragenden Person."
    assert (question["text"], question["answer"], question["rank"]) == (None, None, 1)


def test_what_is_blackened_is_shown_before_it_is_done(server) -> None:
    evening = Evening(server)
    number = evening.asked("Was sagt Frau Muster, und was sagt Frau Muster morgen?")
    evening.give("organiser", "phase", to="closed")
    page = f"{evening.base}/organiser"

    def marked(**fields: object) -> str:
        told = {"do": "mark", "number": number, "field": "text"} | fields
        answer = evening.team.submit(page, page, **told)
        assert answer.status == (200 if fields.get("passage") == "Frau Muster" else 422)
        return answer.text

    assert "Diese Stelle steht so nicht im Text" in marked(passage="Herr Muster")
    assert "Es fehlt die Stelle" in marked(passage="")
    choose = marked(passage="Frau Muster")
    assert "Welche Stelle ist gemeint?" in choose
    assert 'name="from" value="35"' in choose
    shown = marked(passage="Frau Muster", **{"from": 35})
    assert "So steht es danach da" in shown
    assert "Was sagt Frau Muster, und was sagt █████<span" in shown
    assert found(server, "sagt Frau Muster morgen")
    place = {"field": "text", "from": 35, "to": 46, "rev": evening.rev(number)}
    evening.give("organiser", "redact", number, **place)
    assert found(server, "sagt Frau Muster morgen") == []
    text = next(row["text"] for row in evening.rows() if row["number"] == number)
    assert text == "Was sagt Frau Muster, und was sagt █████ morgen?"


def test_the_preview_is_the_record_for_those_who_prepare_it(server) -> None:
    evening = Evening(server)
    number, plain = evening.asked(TEXT, archive=1), evening.asked(OTHER)
    place = f"{evening.base}/organiser/preview"
    assert evening.team.get(place).status == 409, "before the end there is no record"
    evening.give("organiser", "phase", to="closed")
    evening.give("organiser", "conclude")
    answer = evening.team.get(place)
    assert answer.status == 200
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == (
        "no-store", "noindex",
    )  # fmt: skip
    for said in (
        TEXT,
        OTHER,
        "Vorschau",
        "2 Fragen, 2 Namen, davon 1 dauerhaft",
    ):
        assert said in answer.text.replace("\u00a0", " "), said
    assert f"organiser?tab=publish&amp;number={plain}#rc" in answer.text
    assert answer.text.count("Name bleibt dauerhaft") == 1
    scribe = server.staff(evening.slug, "scribe", "Sven Beispielname")
    assert f"scribe?number={number}" in scribe.get(place).text
    for role in ("moderator", "minister"):
        assert server.staff(evening.slug, role, f"{role} Beispielname").get(place).status == 403
    assert evening.anna.get(place).status == 403
    assert server.browser().get(place).status == 403
    sheet = evening.team.get(f"{evening.base}/organiser?tab=publish&confirm=publish").text
    assert "davon 1 dauerhaft" in sheet


def test_what_waits_can_go_on_waiting(server) -> None:
    evening = Evening(server)
    number = evening.asked(TEXT)
    waits = evening.anna.submit(evening.base, f"{evening.base}/questions", text=OTHER)
    assert waits.status == 303
    evening.give("organiser", "phase", to="closed")
    page = evening.team.get(f"{evening.base}/organiser?tab=publish").text
    assert "Was mit jeder Frage geschieht" in page
    evening.give("organiser", "conclude", waiting=0)
    found_ = {row["number"]: (row["review"], row["outcome"]) for row in evening.rows()}
    assert found_ == {number: ("approved", "not_reached"), 2: ("waiting", "open")}
