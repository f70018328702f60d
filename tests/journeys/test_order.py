"""The running order is put by hand: by mouse, by touch, by buttons; a collision puts it back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import PHONE, People, ask, connected, decide
from tests.live.server import Server

pytestmark = pytest.mark.browser

TEXTS = ("Wer zahlt die Kurse?", "Wann beginnt das Jahr?", "Wo gibt es Wohnungen?")


def texts(desk: Page) -> Locator:
    return desk.locator("[data-rows=order] [data-t=text]")


def ordered(people: People, slug: str) -> Page:
    """Let three questions be asked, approved and put into the running order by buttons."""
    desk = people.staff(slug, "moderator", "Kaya Demir")
    for n, text in enumerate(TEXTS, 1):
        ask(people.volunteer(slug), text)
        decide(desk, text, "a")
        expect(desk.get_by_text(f"Frage {n} freigegeben")).to_be_visible()
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    connected(desk)
    ranking = desk.locator("[data-rows=ranking] > li")
    for n, text in enumerate(TEXTS, 1):
        ranking.filter(has_text=text).get_by_role("button", name="Ans Ende des Ablaufs").click()
        expect(texts(desk)).to_have_count(n)
    expect(texts(desk)).to_have_text(TEXTS)
    return desk


@contextmanager
def held(desk: Page, text: str, onto: str) -> Iterator[None]:
    """Hold a question's handle and move it over the upper end of another one."""
    rows = desk.locator("[data-rows=order] > li")
    handle = rows.filter(has_text=text).locator("[data-drag]")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), rows.filter(has_text=onto).bounding_box()
    assert start is not None
    assert end is not None
    desk.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    desk.mouse.down()
    for part in range(1, 9):
        down = start["y"] + (end["y"] + 4 - start["y"]) * part / 8
        desk.mouse.move(start["x"] + start["width"] / 2, down)
    yield
    desk.mouse.up()


def test_by_mouse_and_two_who_collide(people: People, server: Server) -> None:
    slug = server.slugs["live"]
    desk = ordered(people, slug)
    with held(desk, TEXTS[2], TEXTS[0]):
        pass
    moved = (TEXTS[2], TEXTS[0], TEXTS[1])
    expect(texts(desk)).to_have_text(moved)
    other = people.staff(slug, "moderator", "Jo Berger")
    other.goto(f"/sessions/{slug}/moderation?tab=order")
    connected(other)
    expect(texts(other)).to_have_text(moved)
    expect(other.locator("[data-rows=order] [data-t=place]")).to_have_text(["1.", "2.", "3."])
    expect(other.locator("[data-rows=order] [data-t=rank]").first).to_contain_text("Platz")

    with held(desk, TEXTS[1], TEXTS[2]):
        expect(texts(desk)).to_have_text((TEXTS[1], TEXTS[2], TEXTS[0]))
        desk.keyboard.press("Escape")
        expect(texts(desk)).to_have_text(moved)
    expect(texts(other)).to_have_text(moved)

    with held(desk, TEXTS[1], TEXTS[2]):
        row = other.locator("[data-rows=order] > li").filter(has_text=TEXTS[2])
        row.get_by_role("button", name="Herausnehmen").click()
        expect(texts(other)).to_have_count(2)
    told = desk.get_by_role("alert").filter(has_text="Jo Berger war um")
    expect(told).to_be_visible()
    expect(texts(desk)).to_have_text((TEXTS[0], TEXTS[1]))


def test_by_touch(people: People, server: Server) -> None:
    slug = server.slugs["other"]
    ordered(people, slug)
    desk = people.staff(slug, "moderator", "Jo Berger", size=PHONE, has_touch=True, is_mobile=True)
    desk.goto(f"/sessions/{slug}/moderation?tab=order")
    connected(desk)
    expect(texts(desk)).to_have_text(TEXTS)
    rows = desk.locator("[data-rows=order] > li")
    handle = rows.nth(1).locator("[data-drag]")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), rows.nth(0).bounding_box()
    assert start is not None
    assert end is not None
    assert min(start["width"], start["height"]) >= 44
    touch = desk.context.new_cdp_session(desk)
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2

    def finger(kind: str, *at: float) -> None:
        points = [{"x": x, "y": down} for down in at]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", y)
    for part in range(1, 9):
        finger("touchMove", y + (end["y"] + 4 - y) * part / 8)
    expect(texts(desk)).to_have_text((TEXTS[1], TEXTS[0], TEXTS[2]))
    finger("touchEnd")
    expect(desk.locator("[data-status]")).to_contain_text("auf Platz 1 im Ablauf")
    desk.reload()
    expect(texts(desk)).to_have_text((TEXTS[1], TEXTS[0], TEXTS[2]))
