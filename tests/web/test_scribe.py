"""Scribes by forms alone: two at once in every action, versions, promises, their calendar."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.live.client import Browser, Page
from tests.live.programme import declare
from tests.live.server import Server

TODAY = dt.datetime.now(ZoneInfo("Europe/Berlin")).date()
DUE = TODAY + dt.timedelta(days=2)
QUESTION = "Wann kommt der Bus in unser Dorf {}?"


class Team:
    """Two scribes and an organiser in a session of their own, and one public question."""

    def __init__(self, server: Server, slug: str) -> None:
        self.server, self.slug = server, slug
        self.organiser = server.staff(slug, "organiser", "Olga Beispielname")
        self.sven = server.staff(slug, "scribe", "Sven Beispielname")
        self.selma = server.staff(slug, "scribe", "Selma Beispielname")

    def ask(self) -> int:
        """Enter a question and approve it, and return its number."""
        text = QUESTION.format(uuid4().hex)
        told = self.give(self.organiser, "moderation", "ask", text=text, via="hall", asker="")
        assert told.status == 303, told.text
        page = self.organiser.get(f"/sessions/{self.slug}/moderation").text
        number = max(map(int, re.findall(r'data-number="(\d+)"', page)), default=1)
        rev = rev_of(self.organiser.get(f"/sessions/{self.slug}/moderation?number={number}").text)
        told = self.give(self.organiser, "moderation", "approve", number=number, rev=rev)
        assert told.status == 303, told.text
        return number

    def give(self, who: Browser, place: str, do: str, **fields: object) -> Page:
        """Send a command as the form of a page does."""
        address = f"/sessions/{self.slug}/{place}"
        return who.submit(address, address, do=do, **fields)

    def page(self, who: Browser, query: str = "") -> str:
        return who.get(f"/sessions/{self.slug}/scribe{query}").text

    def rev(self, number: int) -> str:
        return rev_of(self.page(self.sven, f"?number={number}"))

    def both(self, do: str, number: int, **fields: object) -> list[Page]:
        """Both scribes do the same at once, each with words of their own, on one ``rev``."""
        rev = self.rev(number)

        def act(who: Browser, words: str) -> Page:
            said = {name: f"{value} {words}" for name, value in fields.items() if name == "text"}
            return self.give(who, "scribe", do, number=number, rev=rev, **(fields | said))

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(act, (self.sven, self.selma), ("erstens", "zweitens")))


def rev_of(page: str) -> str:
    found = re.search(r'name="rev" value="(\d+)"', page)
    assert found, page
    return found[1]


@pytest.fixture(scope="module")
def direct(server: Server) -> Team:
    """Where one scribe alone publishes."""
    return Team(server, server.slugs["direct"])


@pytest.fixture(scope="module")
def paired(server: Server) -> Team:
    """Where a second person releases."""
    return Team(server, server.slugs["live"])


PROMISE = {"outcome": "promised", "by": "Referat G2", "until": DUE.isoformat()}


@pytest.mark.parametrize("do", ["draft", "answer", "correct", "keep"])
def test_of_two_scribes_the_first_wins_and_the_second_keeps_the_text(direct: Team, do: str) -> None:
    number = direct.ask()
    if do in ("correct", "keep"):
        fields = {"number": number, "rev": direct.rev(number), "text": "Im Mai."} | PROMISE
        assert direct.give(direct.sven, "scribe", "answer", **fields).status == 303
    if do == "correct":
        end(direct)
    try:
        told = direct.both(do, number, text="Der Bus kommt,", back=f"{back(direct)}?tab=promises")
    finally:
        if do == "correct":
            begin(direct)
    done = 200 if do == "draft" else 303
    assert sorted(page.status for page in told) == [done, 409], [page.text for page in told]
    lost = next(turn for turn in (0, 1) if told[turn].status == 409)
    if do in ("draft", "answer"):
        told[lost] = direct.give(  # the promises' tab has no field for it
            (direct.sven, direct.selma)[lost], "scribe", do,
            number=number, rev=1, text="Der Bus kommt, noch einmal",
        )  # fmt: skip
        assert "Der Bus kommt, noch einmal</textarea>" in told[lost].text
    else:
        assert f"Der Bus kommt, {('erstens', 'zweitens')[lost]}</textarea>" in told[lost].text
    assert ("Sven", "Selma")[1 - lost] in told[lost].text


def test_what_was_written_to_a_question_that_was_hidden_meanwhile_stands_there(
    direct: Team,
) -> None:
    number = direct.ask()
    rev = direct.rev(number)
    promise = {"number": number, "rev": rev, "text": "Im Mai."} | PROMISE
    assert direct.give(direct.sven, "scribe", "answer", **promise).status == 303
    rev = direct.rev(number)
    told = direct.give(direct.organiser, "moderation", "hide", number=number, rev=rev)
    assert told.status == 303
    for do in ("draft", "answer", "keep", "correct"):
        fields = {"number": number, "rev": rev, "back": f"{back(direct)}?tab=promises"}
        told = direct.give(direct.sven, "scribe", do, text="Der <Bus>\nkommt.", **fields)
        assert told.status == 409
        assert told.text.count("Der &lt;Bus&gt;\nkommt.</textarea>") == 1
        assert told.text.count("nicht gesichert</label>") == 1
        assert "Uhr geändert. Ihre Eingabe steht noch hier." in told.text


def end(team: Team) -> None:
    assert team.give(team.organiser, "organiser", "phase", to="closed").status == 303


def begin(team: Team) -> None:
    assert team.give(team.organiser, "organiser", "phase", to="live").status == 303


def back(team: Team) -> str:
    return f"/sessions/{team.slug}/scribe"


def test_of_two_who_take_an_answer_at_once_one_has_it(direct: Team) -> None:
    number = direct.ask()
    told = direct.both("take", number)
    assert [page.status for page in told] == [200, 200]
    seen = [direct.page(who, f"?number={number}") for who in (direct.sven, direct.selma)]
    held = [re.search(r'data-show="held" hidden', page) is None for page in seen]
    assert sorted(held) == [False, True]


def test_one_answer_is_released_once(paired: Team) -> None:
    number = paired.ask()
    fields = {"number": number, "rev": paired.rev(number), "text": "Im Mai."}
    assert paired.give(paired.organiser, "scribe", "answer", **fields).status == 303
    told = paired.both("release", number)
    assert sorted(page.status for page in told) == [303, 409]


def test_versions_are_read_compared_and_taken_over(direct: Team) -> None:
    number = direct.ask()
    for text in ("Im Mai.", "Im Juni."):
        fields = {"number": number, "rev": direct.rev(number), "text": text}
        assert direct.give(direct.sven, "scribe", "draft", **fields).status == 200
    page = direct.page(direct.sven, f"?tab=versions&number={number}")
    events = re.findall(rf"number={number}&amp;version=(\d+)", page)
    assert len(events) == 2
    shown = direct.page(direct.sven, f"?tab=versions&number={number}&version={events[1]}")
    changed = (
        r"Im <del><span [^>]*>gestrichen: </span>Mai\.</del><ins><span [^>]*>eingefügt: </span>"
    )
    assert re.search(changed + "Juni", shown)
    taken = direct.page(direct.sven, f"?number={number}&version={events[1]}")
    assert 'data-stored="Im Juni.">Im Mai.</textarea>' in taken
    assert "noch nicht gesichert" in taken
    assert direct.page(direct.sven, f"?number={number}").count("Im Juni.</textarea>") == 1
    elsewhere = direct.page(direct.sven, "?tab=versions&number=999&version=3")
    assert "nicht mehr auf dem Podium" in elsewhere


def test_promises_have_their_day_their_alarm_and_their_end(direct: Team) -> None:
    number = direct.ask()
    fields = {"number": number, "rev": direct.rev(number), "text": "Im Mai."} | PROMISE
    assert direct.give(direct.sven, "scribe", "answer", **fields).status == 303
    for who, place in ((direct.selma, "scribe"), (direct.organiser, "organiser?tab=publish")):
        page = who.get(f"/sessions/{direct.slug}/{place}").text
        assert re.search(r"in höchstens 3\sTagen fällig", page)
    assert re.search(r"in 2\sTagen fällig", direct.page(direct.selma, "?tab=promises"))
    event = events(direct)[number]
    assert event.decoded("dtstart") == DUE
    assert event["status"] == "CONFIRMED"
    alarms = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
    assert alarms == [dt.timedelta(days=-days, hours=9) for days in (14, 3)]
    told = direct.give(direct.selma, "scribe", "keep", number=number, text="Er fährt.")
    assert told.status == 303
    kept = events(direct)[number]
    assert (kept["uid"], kept["status"]) == (event["uid"], "CANCELLED")
    assert kept["sequence"] > event["sequence"]
    assert not kept.walk("VALARM")
    assert "Er fährt." in direct.page(direct.sven, "?tab=promises")


def test_what_names_a_case_goes_into_no_calendar(direct: Team) -> None:
    number = direct.ask()
    fields = {"number": number, "rev": direct.rev(number), "text": "Im Mai."} | PROMISE
    assert direct.give(direct.sven, "scribe", "answer", **fields).status == 303
    assert "Im Mai." in events(direct)[number]["description"]
    rev = direct.rev(number)
    told = direct.give(direct.organiser, "moderation", "stage_only", number=number, rev=rev)
    assert told.status == 303
    address = f"/sessions/{direct.slug}/scribe?tab=promises"
    assert events(direct)[number]["description"] == direct.server.base + address


def events(team: Team) -> dict[int, Any]:
    """Return the events of the promises' calendar by the number of their question."""
    answer = team.sven.get(f"/sessions/{team.slug}/scribe/promises.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar: Any = Calendar.from_ical(answer.text)
    found = calendar.walk("VEVENT")
    return {int(event["uid"].split("-promise@")[0].rpartition("-")[2]): event for event in found}


def test_the_calendar_of_promises_is_for_staff(direct: Team) -> None:
    address = f"/sessions/{direct.slug}/scribe/promises.ics"
    for who in (direct.server.browser(), direct.server.volunteer(direct.slug)):
        assert who.get(address).status == 403


def test_where_a_second_person_releases_scribes_find_no_form_to_correct(paired: Team) -> None:
    number = paired.ask()
    fields = {"number": number, "rev": paired.rev(number), "text": "Im Mai."} | PROMISE
    assert paired.give(paired.sven, "scribe", "answer", **fields).status == 303
    rev = paired.rev(number)
    assert paired.give(paired.selma, "scribe", "release", number=number, rev=rev).status == 303
    assert 'data-command="correct"' not in paired.page(paired.sven, "?tab=promises")
    told = paired.give(paired.sven, "scribe", "correct", number=number, text="Im Juni.")
    assert told.status == 403
    assert "Hier gibt eine zweite Person frei" in told.text


def test_the_minute_comes_from_the_stage_also_after_the_question_has_left_it(tmp_path) -> None:
    ago = dt.timedelta(minutes=10)
    slug = declare(
        tmp_path / "sessions", "aufgezeichnet", starts=-ago, goes_live="by_clock", release="direct"
    )
    file = tmp_path / "sessions" / slug / "session.toml"
    starts = dt.datetime.now(dt.UTC).replace(microsecond=0) - ago
    recording = f'[recording]\nurl = "https://video.example/a"\nstarts = {starts.isoformat()}\n'
    file.write_text(file.read_text("utf-8") + recording, "utf-8")
    server = Server(tmp_path, {"live": slug})
    server.migrate()
    server.start()
    try:
        team = Team(server, slug)
        number = team.ask()
        assert re.search('name="minute" [^>]* value=""', team.page(team.sven, f"?number={number}"))
        for do, fields in (("now", {"number": number}), ("done", {"seen": number})):
            page = team.organiser.get(f"/sessions/{slug}/stage").text
            found = re.search(r'name="order_rev" value="(\d+)"', page)
            assert found, page
            told = team.give(team.organiser, "stage", do, order_rev=found[1], **fields)
            assert told.status == 303, told.text
        page = team.page(team.sven, f"?number={number}")
    finally:
        server.stop()
    found = re.search(r'name="minute" [^>]* value="0:(\d+):(\d+)"', page)
    assert found, page
    assert 0 <= int(found[1]) * 60 + int(found[2]) - ago.total_seconds() < 60
    assert re.search('data-show="minute_known">aus dem Ablauf', page)


def test_a_draft_saved_without_a_script_loses_no_other_field(direct: Team) -> None:
    number = direct.ask()
    fields = {
        "number": number,
        "rev": direct.rev(number),
        "text": "Noch nicht fertig",
        "minute": "",
    }
    told = direct.give(direct.sven, "scribe", "draft", **(PROMISE | fields))
    assert told.status == 200
    assert "Noch nicht fertig</textarea>" in told.text
    assert re.search(f'name="until" value="{PROMISE["until"]}"', told.text)
    assert re.search(f'name="by" value="{PROMISE["by"]}"', told.text)
    assert re.search('name="outcome" value="promised" checked', told.text)


def test_who_takes_an_answer_over_without_a_script_reads_both_texts(direct: Team) -> None:
    number = direct.ask()
    first = {"number": number, "rev": direct.rev(number), "text": "Von Sven."}
    assert direct.give(direct.sven, "scribe", "draft", **first).status == 200
    other = {"number": number, "rev": direct.rev(number), "text": "Von Selma."}
    told = direct.give(direct.selma, "scribe", "take", **other)
    assert "Von Sven.</textarea>" in told.text
    assert "Von Selma.</textarea>" in told.text.partition("Ihr Text, nicht gespeichert")[2]
