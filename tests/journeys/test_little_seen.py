"""Little-seen questions: others get others, and nothing there moves by itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People, connected, numbers
from tests.live.server import Server

pytestmark = pytest.mark.browser

MANY = 24


@pytest.fixture(scope="module")
def slug(server: Server) -> str:
    """A room with more public questions than anybody has in sight."""
    slug = server.slugs["other"]
    with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
        thread.submit(fill, server, slug).result(60)
    return slug


def fill(server: Server, slug: str) -> None:
    team = server.staff(slug, "moderator")
    token = server.page(team, slug, "/moderation").token
    headers = {"content_type": "application/json", "x_dialog_token": token}

    def command(do: str, **fields: object) -> dict[str, int]:
        said = {"type": "command", "key": str(uuid4()), "do": do} | fields
        answer = team.ask("POST", f"/sessions/{slug}/commands", json.dumps(said), **headers)
        assert answer.status == 200, answer.text
        result: dict[str, int] = answer.json()["result"]
        return result

    for place in range(1, MANY + 1):
        text = f"Wie geht es in der Gemeinde Nummer {place} mit dem Deutschkurs weiter?"
        command("ask", text=text, via="phone")
    desk = team.get(f"/sessions/{slug}/updates?stream=desk").json()[-1]
    for row in desk["questions"]:
        command("approve", number=row["number"], rev=row["rev"])


def little(page: Page) -> Locator:
    return page.locator("[data-list=little] > li")


def texts(page: Page) -> list[str]:
    return little(page).locator("[data-field=text]").all_inner_texts()


def test_others_get_others_and_what_is_there_stays(
    people: People, server: Server, slug: str, looks: Looks
) -> None:
    pages = [people.volunteer(slug) for _ in range(4)]
    page, other = pages[:2]
    choices = {tuple(texts(one)) for one in pages}
    assert len(choices) > 1
    expect(page.get_by_role("heading", name="Noch wenig gesehen")).to_be_visible()
    expect(little(page)).to_have_count(3)
    before = texts(page)
    assert not set(before) & set(numbers(page)[:10])
    looks.at(page, "room-little")
    # Support by keyboard; the row stays where it is, also when others support it.
    button = little(page).first.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(little(page).first).to_contain_text("1 Unterstützung")
    expect(button).to_be_focused()
    same = other.locator("[data-list=ranking] > li").filter(has_text=before[0])
    other.locator("[data-all=ranking] > summary").click()
    same.get_by_role("button").click()
    expect(little(page).first).to_contain_text("2 Unterstützungen")
    assert texts(page) == before
    # Only who asks for others gets others, and never those one supports already.
    others = page.get_by_role("button", name="Andere zeigen")
    expect(others).to_be_visible(timeout=25_000)
    others.focus()
    page.keyboard.press("Enter")
    expect(little(page)).to_have_count(3)
    assert not set(texts(page)) & set(before)
    expect(others).to_be_focused()
    page.reload()
    connected(page)
    assert before[0] not in texts(page)


def test_what_was_seen_is_offered_less(people: People, server: Server, slug: str) -> None:
    """A phone that scrolls through the list tells what stood on it for a second."""
    page = people.volunteer(slug, size=PHONE, has_touch=True)
    told: list[dict[str, object]] = []
    with page.expect_websocket() as opened:
        page.reload()
    opened.value.on(
        "framesent", lambda frame: told.append(json.loads(frame)) if "seen" in str(frame) else None
    )
    connected(page)
    little(page).first.scroll_into_view_if_needed()
    page.wait_for_timeout(21_000)  # four until it counts, a second of looking, then within fifteen
    assert [message["type"] for message in told] == ["seen"]
    seen = told[0]["numbers"]
    shown = [int(item.get_attribute("data-number") or 0) for item in little(page).all()]
    assert isinstance(seen, list)
    assert shown[0] in seen
    assert len(seen) < MANY  # what was never on the screen was not seen
    page.wait_for_timeout(16_000)
    assert len(told) == 1  # once for each question and page


def test_without_a_script_each_visit_draws_a_few(people: People, slug: str) -> None:
    page = people.volunteer(slug, script=False, size=PHONE)
    expect(little(page)).to_have_count(3)
    drawn = set()
    for _ in range(6):
        page.reload()
        drawn |= set(texts(page))
    assert len(drawn) > 3
    text = texts(page)[0]
    little(page).first.get_by_role("button").click()
    row = page.locator("[data-list=ranking] > li").filter(has_text=text)
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    assert text not in texts(page)
