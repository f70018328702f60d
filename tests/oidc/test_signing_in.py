"""Sign-in with a real provider: who gets in as whom, and whose answer counts for nothing."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.live.client import Browser
from tests.live.server import Server, running
from tests.live.team import organiser, rewind, signed_in
from tests.oidc.visits import away, shown, sign_in, trusting


@pytest.fixture(scope="module")
def server(oidc_provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with trusting(tmp_path_factory.mktemp("oidc"), oidc_provider) as started:
        yield started


def account(browser: Browser) -> str:
    page = browser.get("/account")
    return page.text if page.status == 200 else ""


# --- who gets in ---------------------------------------------------------------------------------


def test_a_group_gives_an_account_and_an_office(server) -> None:
    browser = server.browser()
    answer = sign_in(server, browser, "olga")
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    assert "Olga Organ" in account(browser)
    assert "olga@amt.example" in account(browser)
    assert browser.get("/organiser/staff").status == 200
    assert browser.get(f"/sessions/{server.slugs['live']}/organiser").status == 200


def test_one_group_is_one_office(server) -> None:
    browser = server.browser()
    sign_in(server, browser, "mo", next=f"/sessions/{server.slugs['live']}/moderation")
    assert browser.get("/organiser/staff").status == 403
    assert browser.get(f"/sessions/{server.slugs['live']}/moderation").status == 200
    assert browser.get(f"/sessions/{server.slugs['live']}/organiser").status == 403


def test_one_is_led_back_to_where_one_wanted_to_go(server) -> None:
    wanted = f"/sessions/{server.slugs['live']}/moderation"
    browser = server.browser()
    assert sign_in(server, browser, "mo", next=wanted).headers["location"] == wanted
    browser = server.browser()
    answer = sign_in(server, browser, "mo", next="https://evil.example")
    assert answer.headers["location"] == "/account"


def test_whoever_has_neither_group_nor_account_is_told_kindly(server) -> None:
    browser = server.browser()
    page = sign_in(server, browser, "niemand")
    assert page.status == 403
    assert "Sie sind hier noch nicht eingetragen" in page.text
    assert "niemand@amt.example" in page.text
    assert account(browser) == ""


def test_an_account_is_found_by_its_verified_address_and_from_then_on_by_its_subject(
    server,
) -> None:
    boss = signed_in(server, "boss@amt.example")
    added = {"address": "Erika@amt.example", "name": "Erika Eingetragen", "scribe": "1"}
    boss.submit("/organiser/staff", "/organiser/staff", do="add", **added)
    for _ in range(2):
        browser = server.browser()
        assert sign_in(server, browser, "erika").status == 303
        assert "Erika Eingetragen" in account(browser)
    # No group gives or takes what is given on our pages.
    assert browser.get(f"/sessions/{server.slugs['live']}/scribe").status == 200


def test_an_address_that_is_not_verified_opens_nobody_elses_account(server) -> None:
    sign_in(server, server.browser(), "olga")
    browser = server.browser()
    page = sign_in(server, browser, "falsch")
    assert page.status == 403
    assert "Sie sind hier noch nicht eingetragen" in page.text
    assert "olga@amt.example" not in page.text
    assert account(browser) == ""


def test_without_name_and_address_an_office_is_an_account_all_the_same(server) -> None:
    browser = server.browser()
    assert sign_in(server, browser, "ohne").status == 303
    assert "ohne" in account(browser)
    assert browser.get(f"/sessions/{server.slugs['live']}/moderation").status == 200


def test_an_office_that_a_group_gave_goes_with_it(oidc_provider, tmp_path) -> None:
    with trusting(tmp_path, oidc_provider) as server:
        organiser(server, "boss@amt.example", "Boss")  # somebody stays
        organiser(server, "mo@amt.example", "Mo")
        browser = server.browser()
        sign_in(server, browser, "mo")
        assert browser.get("/organiser/staff").status == 403
        assert browser.get(f"/sessions/{server.slugs['live']}/moderation").status == 200


def test_the_last_organiser_stays_though_no_group_says_so(oidc_provider, tmp_path) -> None:
    with trusting(tmp_path, oidc_provider) as server:
        organiser(server, "erika@amt.example", "Erika")
        browser = server.browser()
        assert sign_in(server, browser, "erika").status == 303
        assert browser.get("/organiser/staff").status == 200


# --- what is sent --------------------------------------------------------------------------------


def test_the_provider_is_asked_for_a_code_with_state_nonce_and_challenge(server) -> None:
    browser = server.browser()
    queries = [parse_qs(urlsplit(away(browser)).query) for _ in range(2)]
    for query in queries:
        assert query["response_type"] == ["code"]
        assert query["redirect_uri"] == [f"{server.base}/signin/callback"]
        assert query["code_challenge_method"] == ["S256"]
        assert len(query["code_challenge"][0]) == 43
        assert "prompt" not in query
    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]


def test_the_page_on_the_way_needs_no_other_policy(server) -> None:
    browser = server.browser()
    made = browser.submit("/signin", "/signin/oidc")
    assert "form-action 'self';" in made.headers["content-security-policy"]
    assert 'method="post" action="http' not in made.text


# --- attacks -------------------------------------------------------------------------------------


def refused(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status == 400
    assert "Diese Anmeldung gilt nicht mehr" in page.text
    assert account(browser) == ""


def test_a_callback_is_good_once(server) -> None:
    browser = server.browser()
    back = shown(server, away(browser), "olga")
    cookie = browser.cookie
    assert browser.get(back).status == 303
    page = browser.get(back)
    assert page.status == 400
    assert "Olga" in account(browser)  # nobody is signed out by it either
    thief = server.browser()
    thief.cookie = cookie
    refused(thief, back)


def test_a_callback_is_good_in_the_browser_that_began(server) -> None:
    attacker, victim, begun = server.browser(), server.browser(), server.browser()
    back = shown(server, away(attacker), "olga")
    away(begun)
    volunteer = server.volunteer(server.slugs["live"])
    for browser in (victim, begun):
        refused(browser, back)
    assert volunteer.get(back).status == 400
    assert account(volunteer) == ""
    assert volunteer.get(f"/sessions/{server.slugs['live']}/mine").status == 200
    assert attacker.get(back).status == 303


def test_a_code_of_one_attempt_is_not_taken_for_another(server) -> None:
    browser = server.browser()
    first, second = [shown(server, away(browser), "olga") for _ in range(2)]
    one, two = parse_qs(urlsplit(first).query), parse_qs(urlsplit(second).query)
    mixed = f"/signin/callback?code={one['code'][0]}&state={two['state'][0]}"
    refused(browser, mixed)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=y&state="])
def test_a_callback_without_a_state_of_ours_is_nothing(server, query) -> None:
    browser = server.browser()
    away(browser)
    refused(browser, f"/signin/callback{query}")


def test_a_state_that_was_changed_is_none(server) -> None:
    browser = server.browser()
    back = shown(server, away(browser), "olga")
    state = parse_qs(urlsplit(back).query)["state"][0]
    changed = state[:-1] + ("A" if state[-1] not in "AQgw" else "x")
    refused(browser, back.replace(state, changed))


def test_a_made_up_code_is_none(server) -> None:
    browser = server.browser()
    back = shown(server, away(browser), "olga")
    code = parse_qs(urlsplit(back).query)["code"][0]
    refused(browser, back.replace(code, "erraten"))


def test_whoever_breaks_off_is_told_and_can_begin_again(server) -> None:
    browser = server.browser()
    page = browser.get(shown(server, away(browser), "olga", "abort"))
    assert page.status == 403
    assert "Die Anmeldung wurde abgebrochen" in page.text
    assert "alert(1)" not in page.text
    assert sign_in(server, browser, "olga").status == 303


def test_a_planted_pass_does_not_rise(server) -> None:
    attacker = server.volunteer(server.slugs["live"])
    victim = server.browser()
    victim.cookie = attacker.cookie
    sign_in(server, victim, "olga")
    assert "Olga" in account(victim)
    assert account(attacker) == ""
    assert attacker.get(f"/sessions/{server.slugs['live']}/mine").status == 303


# --- asked again ---------------------------------------------------------------------------------


def test_asking_again_asks_for_the_password_again(server) -> None:
    browser = server.browser()
    sign_in(server, browser, "olga")
    rewind(server, 11)
    place = "/organiser/staff"
    page = browser.submit(place, place, do="add", address="x@y.example", name="X", scribe="1")
    assert page.status == 403
    address = away(browser, "/account/confirm", do="confirm", next=place)
    query = parse_qs(urlsplit(address).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    answer = browser.get(shown(server, address, "olga"))
    assert answer.headers["location"] == "/account/confirm?next=/organiser/staff"
    assert "Bestätigt" in browser.get(answer.headers["location"]).text
    page = browser.submit(place, place, do="add", address="x@y.example", name="X", scribe="1")
    assert page.status == 303


def test_another_account_confirms_nothing(server) -> None:
    browser = server.browser()
    sign_in(server, browser, "olga")
    rewind(server, 11)
    page = browser.get(shown(server, away(browser, "/account/confirm", do="confirm"), "mo"))
    assert page.status == 403
    assert "Das war ein anderes Konto" in page.text
    assert "Olga" in account(browser)
    assert "Bestätigt" not in browser.get("/account/confirm").text


def test_with_no_provider_there_is_none_to_go_to(tmp_path) -> None:
    with running(tmp_path) as server:
        browser = server.browser()
        assert re.search("Dienstkonto anmelden", browser.get("/signin").text) is None
        form = {"token": browser.get(f"/sessions/{server.slugs['live']}/join").token}
        assert browser.post("/signin/oidc", form).status == 409
        assert browser.get("/signin/callback?code=x&state=y").status == 404
        assert "python -m dialog organiser" in browser.get("/signin").text
