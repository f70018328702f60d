"""P17: no clock harms an evening, whether it is stepped, set back, changed in October or a day off.

Between two restarts the server believes its own steady clock; a step of the machine's counts once
it has lasted ten minutes. A room's time is one for all: deadlines, countdowns, order and what
clients are told. It never goes back, and where it is ahead it goes on at half speed.
"""

import asyncio
import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from dialog.hub.clock import DRIFT, PATIENCE, Onward, Patient
from dialog.hub.clock import steady as steady_clock
from dialog.programme import programme
from dialog.web.templating import environment
from tests.journeys.people import People, connected, ranked
from tests.journeys.tour import tour
from tests.live.client import Browser, Live, Message
from tests.live.programme import declare
from tests.live.stepped import HOUR, Stepped
from tests.mutants import Mutant

CLOCK, SEALS, TEMPLATING = "dialog/hub/clock.py", "dialog/web/seals.py", "dialog/web/templating.py"
MUTANTS = (
    Mutant(
        "a step counts at once", "dialog/app.py", "clock = Patient(wall)", "clock = wall",
        "middle_of_an_evening",
    ),
    Mutant(
        "a step never counts", CLOCK,
        "            self._lead = lead\n        return", "            now += 0\n        return",
        "patient",
    ),
    Mutant(
        "a step that is taken back counts", CLOCK,
        "elif abs(lead - self._doubted) > DRIFT:", "elif not self._since:", "patient",
    ),
    Mutant(
        "a room that is ahead stands still", CLOCK,
        "crept = self._shown + (now - self._looked) / 2", "crept = self._shown", "restart",
    ),
    Mutant(
        "a room goes back", CLOCK,
        "found if found >= self._shown else crept", "found", "onward",
    ),
    Mutant(
        "a room does not know what is stored", "dialog/hub/room.py",
        "        self._clock.not_before(self._ledger.session.at)\n        self._whole",
        "        self._whole", "restart",
    ),
    Mutant(
        "a form's tap is of another clock", "dialog/web/forms.py",
        "typed(form, room.now)", "typed(form, entrance.site.clock())", "restart",
    ),
    Mutant(
        "a token of the future is none of ours", SEALS,
        "made > self._clock() - DAY", "0 <= self._clock() - made < DAY", "restart",
    ),
    Mutant(
        "a journal goes back", "dialog/hub/ledger.py",
        "Draft(max(now, self.session.at))", "Draft(now)", "journal",
    ),
    Mutant(
        "a tap of tomorrow holds until tomorrow", "dialog/forum/asking.py",
        "intent = min(command.intent, now)", "intent = command.intent", "middle_of_an_evening",
    ),
    Mutant(
        "ages are those of clocks on walls", TEMPLATING,
        'moment(context, context["now"]).timestamp() - moment(context, value).timestamp()',
        '(moment(context, context["now"]) - moment(context, value)).total_seconds()', "night",
    ),
    Mutant(
        "minutes are added to clocks on walls", TEMPLATING,
        "moment(context, value).astimezone(UTC) + timedelta", "moment(context, value) + timedelta",
        "night",
    ),
    Mutant(
        "a calendar means the first of two hours", "dialog/web/appointment.py",
        "return moment if local.fold else local", "return local", "daylight",
    ),
    Mutant(
        "an hour that does not exist is taken", "dialog/programme/table.py",
        "if found.utcoffset() in (timedelta(0), here.utcoffset()):", "if here.utcoffset():",
        "declared",
    ),
    Mutant(
        "a page believes its device", "static/js/wire.js",
        "Math.round(this.deviceNow() + (this.offset ?? 0))", "Math.round(this.deviceNow())",
        "browser",
    ),
)  # fmt: skip

SLACK = 20_000  # of a busy machine, in ms; steps are an hour
MINUTE = 60_000


def true_ms() -> int:
    return time.time_ns() // 1_000_000


def ms(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1_000)


# --- the clocks ----------------------------------------------------------------------------------


class Hands:
    """A machine's clock and a steady one, moved by hand."""

    def __init__(self) -> None:
        self.true = self.step = 0

    def wall(self) -> int:
        return self.true + self.step

    def steady(self) -> int:
        return self.true

    def patient(self) -> Patient:
        return Patient(self.wall, self.steady)


@given(
    st.lists(
        st.tuples(st.sampled_from([HOUR, -HOUR, 24 * HOUR, 30 * MINUTE]), st.integers(1, 500)),
        max_size=8,
    )
)
def test_a_patient_clock_is_not_led_astray(steps: list[tuple[int, int]]) -> None:
    hands = Hands()
    clock = hands.patient()
    for step, seconds in steps:
        hands.step = step
        for _ in range(seconds // 5):
            hands.true += 5_000
            assert clock() == hands.true
        hands.step = 0
        clock()


@pytest.mark.parametrize("step", [HOUR, -HOUR, 20 * 365 * 24 * HOUR])
def test_a_patient_clock_believes_what_lasts(step) -> None:
    hands = Hands()
    clock = hands.patient()
    hands.step = step
    assert clock() == hands.true
    hands.true += PATIENCE - 1
    assert clock() == hands.true
    hands.true += 1
    assert clock() == hands.true + step
    hands.step -= DRIFT  # as when a machine follows the time it is told
    assert clock() == hands.true + step - DRIFT


@given(
    st.lists(
        st.tuples(st.integers(-2 * HOUR, 2 * HOUR), st.integers(0, 60_000)), min_size=1, max_size=40
    )
)
def test_an_onward_clock_never_goes_back_nor_stands_still(moves: list[tuple[int, int]]) -> None:
    hands = Hands()
    hands.true = 10 * HOUR
    clock = Onward(hands.wall, hands.steady)
    shown = clock()
    for step, passed in moves:
        hands.step = step
        hands.true += passed
        before, shown = shown, clock()
        assert shown >= max(before, hands.wall())
        assert shown == hands.wall() or shown >= before + passed // 2 - 1
    ahead = shown - hands.wall()
    hands.true += 2 * ahead
    assert clock() <= hands.wall() + 1  # met again after twice the time it was ahead


def test_the_steady_clock_goes_on() -> None:
    one = steady_clock()
    while steady_clock() == one:
        pass
    assert Patient(true_ms)() == pytest.approx(true_ms(), abs=SLACK)


# --- steps of the machine's clock ----------------------------------------------------------------


def stepped(folder: Path, at: int = 0, **keys: object) -> Stepped:
    """Start a server with one session in the middle of its evening."""
    running = {
        "starts": timedelta(minutes=-10),
        "goes_live": "by_clock",
        "lasts": timedelta(minutes=40),
    }
    slug = declare(folder / "sessions", "uhr", **(running | keys))  # type: ignore[arg-type]
    server = Stepped(folder, {"live": slug}, messages_per_10s=1_000, staff_messages_per_10s=1_000)
    server.step(at)
    server.migrate()
    server.start()
    return server


def line(server: Stepped, browser: Browser, place: str = "", stream: str = "floor") -> Live:
    page = server.page(browser, server.slugs["live"], place)
    return Live(browser, server.slugs["live"], page=page.live, stream=stream)


async def done(one: Live, do: str, **fields: object) -> Message:
    answer = await one.command(do, **fields)  # type: ignore[arg-type]
    assert answer["type"] == "done", answer
    result: Message = answer["result"]
    return result


async def rev(team: Live, number: int) -> int:
    await team.until(lambda: number in team.questions)
    return int(team.questions[number]["rev"])


@pytest.mark.parametrize(
    "times", [pytest.param(1, id="small"), pytest.param(15, marks=pytest.mark.large, id="large")]
)
async def test_a_step_in_the_middle_of_an_evening_is_none_of_its_business(
    tmp_path, times: int
) -> None:
    server = await asyncio.to_thread(stepped, tmp_path)
    slug = server.slugs["live"]
    try:
        anna, boris = server.volunteer(slug, "Anna"), server.volunteer(slug, "Boris")
        mara = await asyncio.to_thread(server.staff, slug, "moderator")
        page = server.page(boris, slug)
        desk = line(server, mara, "/moderation", "desk")
        async with line(server, anna) as one, line(server, boris) as two, desk as team:
            for index, step in enumerate((0, HOUR, 0, -HOUR, 0, HOUR) * times):
                server.step(step)
                await an_hour_like_any_other(index, one, two, team)
                form = {"token": page.token, "key": str(uuid4()), "on": str(index % 2)}
                path = f"/sessions/{slug}/questions/1/upvote"
                assert (await asyncio.to_thread(boris.post, path, form)).status == 303
            assert one.session["phase"] == "live"
            await a_client_a_day_off(two)
        print(f"{6 * times} steps of an hour, {assert_forward(server)} entries in order")
    finally:
        await asyncio.to_thread(server.stop)
    server.check_log()


async def an_hour_like_any_other(index: int, one: Live, two: Live, team: Live) -> None:
    """Ask, approve, support, take back, claim and reword; look at all that depends on time."""
    number = int((await done(one, "ask", text=f"Frage {index} {uuid4().hex}?"))["number"])
    before = await rev(team, number)
    await done(one, "reword", number=number, rev=before, text=f"Anders {uuid4().hex}?")
    await team.until(lambda: team.questions[number]["rev"] > before)
    await done(team, "claim", number=number)
    await team.until(lambda: bool(team.questions[number]["claimed"]))
    until = ms(team.questions[number]["claimed"]["until"])
    assert until == pytest.approx(true_ms() + 2 * MINUTE, abs=SLACK)
    await done(team, "approve", number=number, rev=await rev(team, number))
    await two.until(lambda: number in two.questions)
    for on, count in ((True, 2), (False, 1), (True, 2)):
        told = await two.upvote(number, on=on, intent=true_ms())
        assert told["result"]["upvotes"] == count, told
    assert ms(two.questions[number]["asked"]) == pytest.approx(true_ms(), abs=SLACK)
    polled = await asyncio.to_thread(one._browser.get, f"/sessions/{one._slug}/updates")
    me = polled.json()[0]
    assert ms(me["now"]) == pytest.approx(true_ms(), abs=SLACK)
    assert ms(one.session["ends"]) - ms(me["now"]) == pytest.approx(30 * MINUTE, abs=SLACK + MINUTE)


async def a_client_a_day_off(two: Live) -> None:
    """Yesterday's taps are told to be stale; tomorrow's are held to now, and stop nobody's next."""
    day = 24 * HOUR
    assert (await two.upvote(2, intent=true_ms() - day))["code"] == "stale"
    tomorrow = await two.upvote(2, on=False, intent=true_ms() + day)
    assert tomorrow["result"]["on"] is False
    await asyncio.sleep(0.01)  # a tap of the same millisecond would be the same tap
    again = await two.upvote(2, intent=true_ms() + MINUTE)  # by another clock, hardly ahead
    assert again["result"]["on"] is True


def assert_forward(server: Stepped) -> int:
    """The journal is gapless and its times never go back; return how long it is."""
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as stored:
        rows = stored.execute("SELECT number, at FROM journal ORDER BY session, number").fetchall()
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    times = [at for _, at in rows]
    assert times == sorted(times)
    return len(times)


async def test_after_a_restart_with_the_clock_set_back_everything_goes_on(tmp_path) -> None:
    """What was stored an hour ahead has happened; nobody is too early, too late or locked out."""
    server = await asyncio.to_thread(stepped, tmp_path, ask_seconds=1, lasts=timedelta(hours=6))
    slug = server.slugs["live"]
    try:
        anna, boris = server.volunteer(slug, "Anna"), server.volunteer(slug, "Boris")
        mara = await asyncio.to_thread(server.staff, slug, "moderator")
        page = server.page(boris, slug)
        async with line(server, anna) as one, line(server, mara, "/moderation", "desk") as team:
            await done(one, "ask", text="Von vorher?")
            await done(team, "approve", number=1, rev=await rev(team, 1))
        await asyncio.to_thread(again, server, -HOUR)

        async with Live(boris, slug, page=page.live) as two:  # the page of before is still good
            await two.until(lambda: bool(two.questions))
            now = ms(two.seen[0]["now"])
            assert now >= ms(two.questions[1]["asked"])
            told = await two.upvote(1, intent=now)
            assert told["result"]["upvotes"] == 2
            form = {"token": page.token, "key": str(uuid4()), "on": "0"}
            path = f"/sessions/{slug}/questions/1/upvote"
            assert (await asyncio.to_thread(boris.post, path, form)).status == 303
            await two.until(lambda: two.questions[1]["upvotes"] == 1)
            await done(two, "ask", text="Die erste von Boris?")
            soon = await two.command("ask", text="Gleich noch eine?")
            assert soon["code"] == "too_fast"
            assert soon["retry_ms"] <= 1_000
            for _ in range(100):  # the pace is what is tested
                await asyncio.sleep(soon.get("retry_ms", 0) / 1_000)
                soon = await two.command("ask", text="Gleich noch eine?")
                if soon["type"] == "done":
                    break
            assert soon["type"] == "done"
        async with line(server, mara, "/moderation", "desk") as team:
            await done(team, "claim", number=2)
            await team.until(lambda: bool(team.questions[2]["claimed"]))
            ahead = ms(team.questions[2]["claimed"]["until"]) - ms(team.seen[0]["now"])
            assert ahead == pytest.approx(2 * MINUTE, abs=SLACK)
        assert_forward(server)
    finally:
        await asyncio.to_thread(server.stop)
    server.check_log()


def again(server: Stepped, step: int) -> None:
    """Restart the server under another time."""
    server.terminate()
    server.wait()
    server.step(step)
    server.start(amiss="clock")


def test_a_journal_never_goes_back() -> None:
    """Even where the clock that is handed in does."""
    from dialog.forum.commands import Ask
    from dialog.forum.journal import Opened
    from dialog.forum.names import SYSTEM
    from dialog.hub.ledger import Ledger, Waiting
    from tests.hub.doubles import ANNA, DECLARE

    ledger = Ledger(Opened("0" * 16, (), {}, ()))
    ledger.draft([Waiting(DECLARE, SYSTEM)], 10 * HOUR)
    draft = ledger.draft([Waiting(Ask("Wann?"), ANNA)], 9 * HOUR)
    assert draft.now == 10 * HOUR
    assert ledger.session.at == 10 * HOUR


# --- clients whose clocks are wrong --------------------------------------------------------------


SHIFTED = """(() => {
  const Real = Date, shift = %d;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})()"""


def test_in_a_browser_a_day_off_taps_count_and_the_countdown_is_right(
    tmp_path, chromium_path
) -> None:
    server = stepped(tmp_path, lasts=timedelta(minutes=60))
    slug = server.slugs["live"]
    try:
        asker, team = server.volunteer(slug, "Anna"), server.staff(slug, "organiser")
        form = {"token": server.page(asker, slug).token, "key": str(uuid4()), "text": "Zählt es?"}
        assert asker.post(f"/sessions/{slug}/questions", form).status == 303
        command = {"do": "approve", "number": 1, "rev": asked_rev(team, slug)}
        desk = f"/sessions/{slug}/moderation"
        assert team.submit(desk, desk, **command).status == 303
        tour(chromium_path, server, lambda people: wrong_clocks(people, slug))
        polled = asker.get(f"/sessions/{slug}/updates").json()
        assert polled[1]["questions"][0]["upvotes"] == 2
    finally:
        server.stop()
    server.check_log()


def asked_rev(team: Browser, slug: str) -> int:
    return int(team.get(f"/sessions/{slug}/updates?stream=desk").json()[1]["questions"][0]["rev"])


def wrong_clocks(people: People, slug: str) -> None:
    page = people.page()
    page.add_init_script(SHIFTED % (-24 * HOUR))
    join(page, slug)
    connected(page)
    row = ranked(page, "Zählt es?")
    row.get_by_role("button").first.click()
    expect(row.locator("[aria-pressed=true]")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page = people.page()
    page.add_init_script(SHIFTED % (24 * HOUR))
    page.goto(people.invite(slug, "organiser", "Olga Beispielname"))
    page.get_by_role("button", name="anmelden").click()
    connected(page)
    expect(page.get_by_text(re.compile(r"noch (4[5-9]|50)\sMin\."))).to_be_visible()


def join(page: Page, slug: str) -> None:
    page.goto(f"/sessions/{slug}/join")
    page.get_by_role("button", name="Am Dialog teilnehmen").click()


# --- the nights in October and in March ----------------------------------------------------------

TOML = """title = "Nachts"
topics = ["Wohnen"]
identity = "open"
goes_live = "by_clock"
opens = {opens}
starts = {starts}
ends = {ends}
[answerer]
name = "Staatsminister"
office = "Ministerium"
"""
AUTUMN = {
    "opens": "2026-10-24T12:00:00+02:00",
    "starts": "2026-10-25T02:30:00+01:00",
    "ends": "2026-10-25T04:00:00+01:00",
}
SPRING = {
    "opens": "2027-03-27T12:00:00+01:00",
    "starts": "2027-03-28T01:30:00+01:00",
    "ends": "2027-03-28T03:30:00+02:00",
}


def write(root: Path, times: dict[str, str]) -> str:
    slug = f"{times['starts'][:10]}-nachts"
    (root / slug).mkdir(parents=True)
    (root / slug / "session.toml").write_text(TOML.format(**times), "utf-8")
    (root / slug / "intro.de.md").write_text("In der Nacht.\n", "utf-8")
    return slug


@pytest.mark.parametrize(
    "starts, utc",
    [
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z"),  # the first of two
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),  # the second
        ("2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"),
        ("2026-10-25T03:30:00+02:00", None),  # summer time is over
        ("2026-10-25T02:30:00", None),  # which of the two?
        ("2026-10-25T02:30:60+01:00", None),  # a leap second
        ("2027-03-28T01:59:59+01:00", "2027-03-28T00:59:59Z"),
        ("2027-03-28T03:00:00+02:00", "2027-03-28T01:00:00Z"),
        ("2027-03-28T02:30:00+01:00", None),  # an hour that does not exist
        ("2027-03-28T02:30:00+02:00", None),
        ("2027-03-28T02:30:00", None),
    ],
)
def test_declared_times_are_one_moment_or_refused(tmp_path, starts, utc) -> None:
    day = starts[:10]
    late = "2026-10-25T22:00:00+01:00" if day < "2027" else "2027-03-28T22:00:00+02:00"
    write(tmp_path, {"opens": "2026-10-20T12:00:00+02:00", "starts": starts, "ends": late})
    read = programme(tmp_path)
    if utc is None:
        assert read.declarations == ()
        assert read.faults
    else:
        (declared,) = read.declarations
        assert declared.starts.timestamp() == datetime.fromisoformat(utc).timestamp()
        assert declared.video is None


def test_in_the_night_in_october_ages_and_deadlines_are_right() -> None:
    def said(template: str, now: str, then: str) -> str:
        made = environment("de").from_string(template)
        return made.render(now=datetime.fromisoformat(now), then=then).replace("\xa0", " ")

    early, late = "2026-10-25T00:50:00.000Z", "2026-10-25T01:10:00+00:00"
    assert said("{{ then|minutes_ago }}", late, early) == "vor 20 Minuten"
    assert said("{{ then|since }}", late, early) == "seit 20 Minuten"
    assert said("{{ then|clock }}", late, early) == "02:50"
    assert said("{{ then|plus(15)|clock }}", late, early) == "02:05"
    spring, later = "2027-03-28T00:50:00.000Z", "2027-03-28T01:10:00+00:00"
    assert said("{{ then|minutes_ago }}", later, spring) == "vor 20 Minuten"
    assert said("{{ then|plus(15)|clock }}", later, spring) == "03:05"


def test_in_the_nights_of_daylight_saving_phases_and_calendars_are_right(tmp_path) -> None:
    autumn, spring = write(tmp_path / "sessions", AUTUMN), write(tmp_path / "sessions", SPRING)
    server = Stepped(tmp_path, {})
    server.step(until("2026-10-25T00:50:00Z"))
    server.migrate()
    server.start()
    try:
        reader = server.browser()
        page, calendar = seen(reader, autumn), unfolded(reader, autumn)
        assert "02:30" in page
        assert "DTSTART:20261025T013000Z" in calendar
        assert "DTEND;TZID=Europe/Berlin:20261025T040000" in calendar
        assert phase(reader, autumn) == "open"  # the first half past two is over
        again(server, until("2027-03-28T01:29:00Z"))
        assert (phase(reader, autumn), phase(reader, spring)) == ("closed", "live")
        calendar = unfolded(reader, spring)
        assert "DTSTART;TZID=Europe/Berlin:20270328T013000" in calendar
        assert "DTEND;TZID=Europe/Berlin:20270328T033000" in calendar
        assert "03:30" in seen(reader, spring)
        again(server, until("2027-03-28T01:31:00Z"))
        assert phase(reader, spring) == "closed"
    finally:
        server.stop()
    server.check_log()


def until(moment: str) -> int:
    """Return the step that lets a machine's clock show a moment."""
    return ms(moment) - true_ms()


def seen(reader: Browser, slug: str) -> str:
    return reader.get(f"/sessions/{slug}").text


def unfolded(reader: Browser, slug: str) -> str:
    return reader.get(f"/sessions/{slug}.ics").text.replace("\r\n ", "")


def phase(reader: Browser, slug: str) -> str:
    """Return a session's phase once the clock's commands of the start are stored."""
    deadline = time.monotonic() + 20

    def found() -> str:
        told: Message = reader.get(f"/sessions/{slug}/updates").json()[1]
        return str(told["session"]["phase"])

    last = ""
    while (now := found()) != last:
        assert time.monotonic() < deadline
        last = now
        time.sleep(0.1)
    return last


@pytest.mark.parametrize(
    "text, kept",
    [
        ("2026-12-18", "2026-12-18"),
        ("2026-12-31T23:59:60", ""),  # a leap second
        ("2026-02-29", ""),
        ("0000-01-01", ""),
        ("2026-12-18\n", ""),
        ("9" * 100_000, ""),
    ],
)
def test_a_promise_is_for_a_day_that_there_is(text, kept) -> None:
    from dialog.forum.scribing import _day

    assert _day(text) == kept
