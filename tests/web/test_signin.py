"""Signing in by mail: the same answer for all, one use, no way in for whoever guesses or plants."""

import re
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from dialog.web.signing import ANSWER_S
from tests.live.client import Browser, Page
from tests.live.server import Server, running
from tests.live.team import RELAY, follow, letters, organiser, sealed, signed_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("signin"), **RELAY) as started:
        yield started


def new(server: Server, name: str = "Jana Brandl") -> str:
    """Return the address of somebody who has an account."""
    address = f"{uuid4().hex[:12]}@amt.example"
    organiser(server, address, name)
    return address


def asked(browser: Browser, address: str, **fields: str) -> Page:
    return browser.submit("/signin", "/signin", address=address, **fields)


def number(page: Page) -> str:
    return re.search(r'name="signin" value="([0-9a-f]{32})"', page.text)[1]  # type: ignore[index]


def typed(browser: Browser, page: Page, code: str, **fields: str) -> Page:
    form = {"token": page.token, "key": "k", "signin": number(page), "code": code}
    return browser.post("/signin/code", form | {"next": "/account"} | fields)


def who(browser: Browser) -> str:
    page = browser.get("/account")
    return page.text if page.status == 200 else ""


# --- ways in -------------------------------------------------------------------------------------


def test_the_code_lets_in_the_browser_that_asked(server) -> None:
    address, browser = new(server), server.browser()
    page = asked(browser, address.upper())
    assert page.status == 200
    assert letters(server)[-1] == ("signin", address, {"signin": number(page)})
    code = sealed(server, number(page)).code
    answer = typed(browser, page, f" {code[:3]} {code[3:]} ")
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    assert "Jana Brandl" in who(browser)
    assert "Max-Age=604800" in answer.headers["set-cookie"]


def test_the_link_lets_in_any_browser_once(server) -> None:
    address = new(server)
    link = sealed(server, number(asked(server.browser(), address))).token
    other = server.browser()
    for _ in range(2):
        for method in ("GET", "HEAD", "OPTIONS"):
            other.ask(method, f"/signin/{link}")
    shown = other.get(f"/signin/{link}")
    assert shown.status == 200
    assert "Anmelden als Jana Brandl" in shown.text
    follow(other, f"{server.base}/signin/{link}")
    assert "Jana Brandl" in who(other)
    late = server.browser()
    gone = late.get(f"/signin/{link}")
    assert (gone.status, "gilt nicht mehr" in gone.text) == (410, True)
    answer = late.post(f"/signin/{link}", {"token": late.get("/signin").token})
    assert (answer.status, who(late)) == (410, "")


def test_whoever_is_not_known_is_answered_alike(server) -> None:
    known, unknown = new(server), f"{uuid4().hex[:12]}@amt.example"
    before = len(letters(server))
    pages = [asked(server.browser(), address) for address in (known, unknown)]
    assert len(letters(server)) == before + 1
    drawn = r'value="[^"]*"|nonce|' + f"{known}|{unknown}"
    plain = [re.sub(drawn, "", page.text) for page in pages]
    assert plain[0] == plain[1]
    for page in pages:
        browser = server.browser()
        answers = []
        for _ in range(7):
            began = time.monotonic()
            answers.append(typed(browser, page, "000000"))
            assert time.monotonic() - began >= ANSWER_S
        said = {re.sub(drawn, "", answer.text) for answer in answers}
        assert ({answer.status for answer in answers}, len(said)) == ({403}, 1)


def test_nor_does_who_shows_anew_who_they_are_learn_of_others(server) -> None:
    """A code for a sign-in that there is not takes as long as a wrong one."""
    browser, place = signed_in(server, new(server)), "/account/confirm"
    for number in (uuid4().hex, "0"):
        began = time.monotonic()
        refused = browser.submit("/account", place, do="code", signin=number, code="000000")
        assert (refused.status, time.monotonic() - began >= ANSWER_S) == (403, True)


@pytest.mark.parametrize(
    "address",
    ["", "niemand", "@", "a b@c.example", "a@b\u2028.example", "x" * 300, 'a@b"', "a@b,c@d"],
)
def test_what_is_no_address_is_said_to_be_none_and_stays_typed(server, address) -> None:
    page = asked(server.browser(), address)
    assert page.status == 422
    assert "Das ist keine E-Mail-Adresse" in page.text


def test_after_five_wrong_codes_the_link_is_left(server) -> None:
    browser, address = server.browser(), new(server)
    page = asked(browser, address)
    told = sealed(server, number(page))
    wrong = f"{(int(told.code) + 1) % 1_000_000:06}"
    for _ in range(5):
        refused = typed(browser, page, wrong)
        assert (refused.status, number(refused)) == (403, number(page))
    assert typed(browser, page, told.code).status == 403
    follow(browser, f"{server.base}/signin/{told.token}")
    assert "Jana Brandl" in who(browser)


def test_whoever_asks_again_and_again_waits_and_can_use_what_came(server) -> None:
    address = new(server)
    pages = [asked(server.browser(), address) for _ in range(5)]
    assert {page.status for page in pages} == {200}
    late = asked(server.browser(), address)
    assert late.status == 429
    assert 1 <= int(late.headers["retry-after"]) <= 180
    assert re.search(r"in\s\d+\s(Minuten|Sekunden)\snoch\seinmal", late.text)
    follow(server.browser(), f"{server.base}/signin/{sealed(server, number(pages[-1])).token}")
    assert asked(server.browser(), new(server)).status == 200  # others are not held up


# --- attacks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "javascript:1", "/%09/evil.example", "/\t/evil.example", "/ /evil", "http:evil.example",
        "/a@evil.example:80//",
        "///evil.example", "/..//evil.example", "/a\r\nset-cookie: x=y",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(server, wanted) -> None:
    browser, address = server.browser(), new(server)
    page = asked(browser, address, next=wanted)
    answer = typed(browser, page, sealed(server, number(page)).code, next=wanted)
    assert (answer.status, answer.headers["location"]) == (303, "/account")


def test_one_is_led_back_to_a_page_of_ours(server) -> None:
    browser, address = server.browser(), new(server)
    wanted = f"/sessions/{server.slugs['live']}/organiser?tab=publish"
    shown = browser.get(f"/signin?next={wanted}")
    assert f'name="next" value="{wanted}"' in shown.text
    page = asked(browser, address, next=wanted)
    answer = typed(browser, page, sealed(server, number(page)).code, next=wanted)
    assert answer.headers["location"] == wanted
    assert browser.get(wanted).status == 200
    assert browser.get("/signin").headers["location"] == "/account"


def test_a_planted_cookie_does_not_rise(server) -> None:
    slug = server.slugs["live"]
    attacker = server.volunteer(slug)
    victim = server.browser()
    victim.cookie = attacker.cookie
    follow(victim, organiser(server, f"{uuid4().hex[:12]}@amt.example", "Das Opfer"))
    assert victim.cookie != attacker.cookie
    assert (who(attacker), "Das Opfer" in who(victim)) == ("", True)
    assert attacker.get(f"/sessions/{slug}/mine").status == 303


def test_a_volunteer_is_told_before_that_signing_in_ends_taking_part(server) -> None:
    told = "Mit der Anmeldung endet das hier"
    assert told in server.volunteer(server.slugs["live"]).get("/signin").text
    assert told not in server.browser().get("/signin").text


def test_the_host_that_a_request_names_stands_nowhere(server) -> None:
    address, browser = new(server), server.browser()
    token = browser.get("/signin").token
    page = browser.post("/signin", {"token": token, "address": address}, host="evil.example")
    assert "evil.example" not in page.text + str(page.headers)
    link = sealed(server, number(page)).token
    path = f"/signin/{link}"
    token = browser.get(path).token
    answer = browser.post(path, {"token": token}, host="evil.example")
    assert answer.headers["location"] == "/account"


def test_a_form_from_elsewhere_signs_nobody_in(server) -> None:
    address = new(server)
    attacker, victim = server.browser(), server.browser()
    page = asked(attacker, address)
    told = sealed(server, number(page))
    form = {"token": page.token, "signin": number(page), "code": told.code}
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert victim.post("/signin/code", form, **headers).status == 403
        assert victim.post(f"/signin/{told.token}", form, **headers).status == 403
    assert victim.post("/signin/code", form | {"token": ""}).status == 409
    assert who(victim) == ""


def test_pages_of_staff_lead_to_the_sign_in(server) -> None:
    slug = server.slugs["live"]
    page = server.browser().get(f"/sessions/{slug}/moderation")
    assert page.status == 403
    assert f"/signin?next=/sessions/{slug}/moderation" in page.text


# --- one's account -------------------------------------------------------------------------------


def submit(browser: Browser, do: str, **fields: object) -> Page:
    return browser.submit("/account", "/account", do=do, **fields)


def test_own_sign_ins_are_seen_and_ended(server) -> None:
    address = f"{uuid4().hex[:12]}@amt.example"
    here, there, elsewhere = [signed_in(server, address) for _ in range(3)]
    page = here.get("/account")
    assert page.text.count("Ein anderer Browser") == 2
    numbers = re.findall(r'name="number" value="(\d+)"', page.text)
    assert submit(here, "end", number=numbers[0]).status == 303
    assert [bool(who(one)) for one in (here, there, elsewhere)] in (
        [True, True, False],
        [True, False, True],
    )
    assert submit(here, "end_others").status == 303
    assert [bool(who(one)) for one in (here, there, elsewhere)] == [True, False, False]
    cookie = here.cookie
    away = submit(here, "sign_out")
    assert (away.status, away.headers["location"]) == (303, "/")
    thief = server.browser()
    thief.cookie = cookie
    assert who(thief) == ""


def test_nobody_ends_what_is_somebody_elses(server) -> None:
    mine, theirs = [signed_in(server, f"{uuid4().hex[:12]}@amt.example") for _ in range(2)]
    other = signed_in(server, f"{uuid4().hex[:12]}@amt.example")
    for guessed in range(1, 60):
        submit(mine, "end", number=guessed) if who(mine) else None
    assert who(theirs)
    assert who(other)


@pytest.mark.parametrize(
    "do, fields", [("end", {"number": "9" * 30}), ("end", {}), ("speak", {"lang": "xx"}), ("", {})]
)
def test_what_the_account_page_does_not_know_is_refused(server, do, fields) -> None:
    assert submit(signed_in(server, f"{uuid4().hex[:12]}@amt.example"), do, **fields).status == 422


def test_letters_come_in_the_language_one_chooses(server) -> None:
    browser = signed_in(server, f"{uuid4().hex[:12]}@amt.example")
    assert submit(browser, "speak", lang="en").status == 303
    assert re.search(r'value="en" selected', browser.get("/account").text)


def test_strangers_have_no_account_page(server) -> None:
    browser = server.volunteer(server.slugs["live"])
    assert browser.get("/account").headers["location"] == "/signin"
    assert browser.get("/account/confirm").status == 403
    token = browser.get("/signin").token
    assert browser.post("/account", {"token": token, "do": "end_others"}).status == 403
