"""Who leaves is out at once: the pass opens nothing any more, whoever still has its cookie."""

from uuid import uuid4

import pytest

from tests.live.client import Browser, Live
from tests.live.programme import evening
from tests.live.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("leaving")
    started = Server(folder, evening(folder / "sessions"))
    started.migrate()
    started.start()
    yield started
    started.stop()
    started.check_log()


def leave(browser: Browser, slug: str, place: str) -> int:
    """Press the button on a page, and return the answer's status."""
    return browser.submit(f"/sessions/{slug}/{place}", f"/sessions/{slug}/leave").status


async def test_leaving_closes_the_socket_and_the_cookie_opens_nothing(server) -> None:
    slug = server.slugs["live"]
    browser = server.volunteer(slug)
    page, cookie = server.page(browser, slug), browser.cookie
    async with Live(browser, slug, page=page.live) as one:
        assert leave(browser, slug, "mine") == 303
        assert await one.closed() == 4501
    thief = Browser(server.base)
    thief.cookie = cookie
    assert thief.get(f"/sessions/{slug}/mine").status == 303
    forged = {"token": page.token, "key": str(uuid4()), "text": "Noch eine?"}
    assert thief.post(f"/sessions/{slug}/questions", forged).status == 409


def test_staff_leave_by_the_same_button(server) -> None:
    slug = server.slugs["live"]
    browser = server.staff(slug, "moderator")
    cookie = browser.cookie
    assert leave(browser, slug, "moderation") == 303
    browser.cookie = cookie
    assert browser.get(f"/sessions/{slug}/moderation").status == 403
