"""A screen reader's view of the live room, while a hundred upvotes a second arrive."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import People, numbers, ranked
from tests.live.client import Live
from tests.live.crowd import QUICK, crowd, text
from tests.live.server import Server

pytestmark = pytest.mark.browser

SETTINGS = QUICK
QUESTIONS = 8
VOTERS = 20
A_SECOND = 100
SECONDS = 22  # room for a third sentence, ten seconds apart
APART_MS = 10_000
LONGEST = 80

# Everything that a screen reader would be told of by itself, with its moment.
LISTEN = """() => {
  window.heard = [];
  const live = "[role=status], [role=alert], [aria-live]";
  const placeOf = ({ target }) => (target.closest ? target : target.parentElement)?.closest(live);
  new MutationObserver((records) => {
    for (const place of new Set(records.map(placeOf))) {
      const text = place?.checkVisibility() && place.textContent.trim();
      if (text) heard.push({ at: performance.now(), role: place.getAttribute("role"), text });
    }
  }).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
}"""


class Storm:
    """Volunteers who support and take back without a pause, and a team that is busy as well."""

    def __init__(self, server: Server, slug: str) -> None:
        self.server, self.slug = server, slug
        self.given = 0
        self.over = False
        self._enough = asyncio.Event()

    async def blow(self) -> None:
        """Go on for so long, and until so many upvotes were acknowledged."""
        voters = await asyncio.gather(*(asyncio.to_thread(self._voter) for _ in range(VOTERS)))
        organiser = await asyncio.to_thread(self.server.staff, self.slug, "organiser")
        place = await asyncio.to_thread(self.server.page, organiser, self.slug, "/organiser")
        desk = Live(organiser, self.slug, page=place.live, stream="desk")
        async with desk, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._team(desk))
            for one in enumerate(voters):
                tasks.create_task(self._support(*one))
            await asyncio.sleep(SECONDS)
            await self._enough.wait()
            self.over = True

    def _voter(self) -> Live:
        joined = self.server.volunteer(self.slug, "")
        return Live(joined, self.slug, page=self.server.page(joined, self.slug).live)

    async def _support(self, place: int, voter: Live) -> None:
        async with voter:
            began = time.monotonic()
            for turn in count():
                if self.over:
                    return
                number = (place + turn) % QUESTIONS + 1
                answer = await voter.upvote(number, on=turn // QUESTIONS % 2 == 0)
                assert answer["type"] == "done", answer
                self.given += 1
                if self.given == A_SECOND * SECONDS * 4 // 5:
                    self._enough.set()
                await asyncio.sleep(began + (turn + 1) * VOTERS / A_SECOND - time.monotonic())

    async def _team(self, desk: Live) -> None:
        """New questions and announcements: what may be said, many times in ten seconds."""
        for turn in count(1):
            if self.over:
                return
            given = await desk.command("ask", text=text(50 + turn), via="hall")
            number = given["result"]["number"]
            await desk.until(lambda number=number: number in desk.questions)
            await desk.command("approve", number=number, rev=desk.questions[number]["rev"])
            await desk.command("banner", text=f"Durchsage Nummer {turn}")
            await asyncio.sleep(1)


@pytest.fixture(scope="module")
def slug(server: Server) -> str:
    slug = server.slugs["other"]
    with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
        thread.submit(asyncio.run, crowd(server, slug, QUESTIONS)).result(60)
    return slug


@pytest.fixture
def storm(server: Server, slug: str) -> Iterator[tuple[Storm, ThreadPoolExecutor]]:
    with ThreadPoolExecutor(1) as thread:
        storm = Storm(server, slug)
        yield storm, thread
        storm.over = True


def test_a_room_in_a_storm_is_quiet_and_stands_still(
    people: People, slug: str, storm: tuple[Storm, ThreadPoolExecutor]
) -> None:
    blowing, thread = storm
    pages = {choice: listening(people, slug, choice) for choice in ("all", "mine", "none")}
    reader = pages["mine"]
    pressed = ranked(reader, text(3)).get_by_role("button", name="Unterstützen")
    pressed.focus()
    before, order = tree(reader), numbers(reader)
    counts = reader.locator("[data-list=ranking] [data-field=upvotes]").all_inner_texts()
    done: Future[None] = thread.submit(asyncio.run, blowing.blow())
    expect(reader.locator("[data-fresh]")).to_be_visible()
    seen = [tree(reader)]
    while not done.done():
        reader.wait_for_timeout(500)
        seen.append(tree(reader))
    done.result()
    assert reader.locator("[data-list=ranking] [data-field=upvotes]").all_inner_texts() != counts
    assert numbers(reader) == order
    for after in seen:
        unmoved(before, after)
    quiet(pages)
    # What one does oneself is heard at once, by whoever wants to hear anything.
    heard = len(said(reader))
    reader.keyboard.press("Enter")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(reader.locator("[data-status]")).to_contain_text("3")
    assert len(said(reader)) == heard + 1
    ranked(pages["none"], text(3)).get_by_role("button", name="Unterstützen").click()
    expect(ranked(pages["none"], text(3)).get_by_role("button")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert said(pages["none"]) == []


def listening(people: People, slug: str, choice: str) -> Page:
    page = people.volunteer(slug)
    page.get_by_label("Ansagen").select_option(choice)
    page.evaluate(LISTEN)
    return page


def said(page: Page) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = page.evaluate("heard")
    return heard


def quiet(pages: dict[str, Page]) -> None:
    """At most one polite sentence in ten seconds; none but one's own; none at all."""
    assert said(pages["none"]) == []
    assert said(pages["mine"]) == []
    heard = said(pages["all"])
    assert len(heard) > 1, "nothing to hear proves nothing"
    assert {one["role"] for one in heard} == {"status"}
    assert max(len(one["text"]) for one in heard) <= LONGEST
    moments = [one["at"] for one in heard]
    apart = [later - earlier for earlier, later in pairwise(moments)]
    assert min(apart) >= APART_MS - 50, apart  # a timer may be a little early for a page's clock


def tree(page: Page) -> dict[str, Any]:
    """Return what a screen reader gets of a page."""
    asked = page.context.new_cdp_session(page)
    nodes = asked.send("Accessibility.getFullAXTree")["nodes"]
    asked.detach()
    found = [node for node in nodes if not node["ignored"]]
    told: dict[str, Any] = {"alone": [], "buttons": [], "focused": [], "headings": [], "lists": 0}
    for node in found:
        role, name = node["role"]["value"], node.get("name", {}).get("value", "")
        has = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        if has.get("live", "off") != "off" and has.get("root") is None:
            told["alone"].append((role, has["live"]))
        if has.get("focused") and role != "RootWebArea":
            told["focused"].append((role, name, node["backendDOMNodeId"]))
        if role == "button" and "pressed" in has:
            described = node.get("description", {}).get("value", "")
            told["buttons"].append((name, has["pressed"], described))
        if role == "heading" and has.get("level") == 3:
            told["headings"].append(name)
        told["lists"] += role == "list"
    return told


def unmoved(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Names, states, descriptions, order and focus are what they were; one place may speak."""
    assert [role for role, _ in before["alone"]].count("status") == 1
    assert {role for role, _ in after["alone"]} <= {"status"}, after["alone"]
    assert after["focused"] == before["focused"]
    assert after["focused"][0][:2] == ("button", "Unterstützen")
    assert after["buttons"] == before["buttons"]
    assert {name for name, _, _ in after["buttons"]} == {"Unterstützen"}
    assert {described for _, _, described in after["buttons"]} >= {text(1), text(QUESTIONS)}
    assert after["headings"][: len(before["headings"])] == before["headings"]
    assert after["lists"] >= 1
