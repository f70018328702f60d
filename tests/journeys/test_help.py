"""Help in a browser: on paper one sheet, on a phone the right picture, from each role's page."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import People
from tests.live.server import Server

pytestmark = pytest.mark.browser

A4 = (595.3, 841.9)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_how_it_works_fits_on_one_sheet(people: People, server: Server, lang: str) -> None:
    page = people.page()
    page.goto(f"/help/short?lang={lang}")
    body = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 1
    box = re.search(rb"/MediaBox\s*\[([^\]]*)\]", body)
    assert box
    size = [float(part) for part in box[1].split()][2:]
    assert size == pytest.approx(A4, abs=1)
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
    expect(page.get_by_text(server.base.partition("://")[2])).to_be_visible()
    expect(page.locator("footer")).to_be_hidden()


def test_pictures_follow_theme_and_language(people: People) -> None:
    page = people.page()
    for lang in ("de", "en"):
        page.goto(f"/help/volunteer?lang={lang}")
        picture = page.locator(".shot img").first
        picture.scroll_into_view_if_needed()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            shown = f"img => img.complete && img.naturalWidth && img.currentSrc.endsWith('ask.{lang}.{theme}.webp')"  # noqa: E501
            page.wait_for_function(f"() => ({shown})(document.querySelector('.shot img'))")


def test_help_is_one_step_away_without_script_and_by_keyboard(
    people: People, server: Server
) -> None:
    slug = server.slugs["live"]
    desk = people.staff(slug, "moderator", "Kaya Demir")
    link = desk.locator("footer").get_by_role("link", name="Hilfe")
    link.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1, name="Hilfe für die Moderation")).to_be_visible()
    desk.get_by_role("link", name="Tasten", exact=True).press("Enter")
    expect(desk.get_by_role("heading", name="Tasten", exact=True)).to_be_in_viewport()
    people.leave()
