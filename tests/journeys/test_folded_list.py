"""A list that is folded: what changes out of sight is there as soon as it is unfolded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from tests.journeys.people import connected, ranked
from tests.live.crowd import crowd, text

COUNT, FOLDED, SEEN = 14, 13, 2


def test_a_count_that_changed_out_of_sight_is_there_when_the_list_is_unfolded(people, server):
    slug = server.slugs["third"]
    with ThreadPoolExecutor(1) as thread:  # this one has playwright's loop
        thread.submit(asyncio.run, crowd(server, slug, COUNT)).result(30)
    wanda, amira = people.volunteer(slug, "Wanda"), people.volunteer(slug, "Amira")
    folded, seen = ranked(amira, text(FOLDED)), ranked(amira, text(SEEN))
    expect(folded).to_be_hidden()
    wanda.locator("details[data-all=ranking] > summary").click()
    for number in (FOLDED, SEEN):
        button = ranked(wanda, text(number)).get_by_role("button", name="Unterstützen")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    expect(seen.locator("[data-field=upvotes]")).to_have_text("1")
    amira.locator("details[data-all=ranking] > summary").click()
    expect(folded.locator("[data-field=upvotes]")).to_have_text("1")
    connected(amira)
