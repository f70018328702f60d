"""Signing in as staff: by a link, a code, a provider; giving roles; being asked again."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import ANSWERED, People
from tests.live.server import Server
from tests.live.team import letters, organiser, rewind, sealed
from tests.oidc.visits import trusting

pytestmark = pytest.mark.browser
T = TypeVar("T")


@pytest.fixture(scope="module")
def server(oidc_provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with mail and a provider."""
    folder = tmp_path_factory.mktemp("signing-in")
    with trusting(folder, oidc_provider, hello_seconds=10, demonstration=True) as started:
        yield started


def aside(work: Callable[..., T], *given: object) -> T:
    """Do something in a thread of its own, for this one belongs to the browser's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *given).result(60)


def link_of(server: Server, address: str, name: str) -> str:
    return aside(organiser, server, address, name)


def code_of(server: Server) -> str:
    """Return the code of the letter that was put last."""
    _, _, told = letters(server)[-1]
    return sealed(server, str(told["signin"])).code


def signed_in(people: People, server: Server, address: str) -> Page:
    page = people.page()
    page.goto(link_of(server, address, "Olga Organ"))
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Mein Konto")).to_be_visible()
    return page


def test_the_first_organiser_enters_by_a_link_from_the_command_line(
    people: People, server: Server, looks: Looks
) -> None:
    page = people.page()
    link = link_of(server, "erste@amt.example", "Erste Organisatorin")
    page.goto(link)
    expect(page.get_by_role("heading", name="Anmelden als Erste Organisatorin")).to_be_visible()
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_text("Angemeldet als Erste Organisatorin.")).to_be_visible()
    other = signed_in(people, server, "erste@amt.example")
    looks.at(other, "account-two-browsers")
    other.get_by_role("button", name="Alle anderen beenden").click()
    expect(other.get_by_text("Ein anderer Browser")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    with people.expecting(ANSWERED.format(410)):
        page.goto(link)
        expect(
            page.get_by_role("heading", name="Dieser Anmeldelink gilt nicht mehr")
        ).to_be_visible()
    looks.at(page, "signin-link-gone")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_code_from_the_mailbox_lets_in_by_keyboard_alone(
    people: People, server: Server, looks: Looks, *, script: bool
) -> None:
    link_of(server, "jana@amt.example", "Jana Brandl")
    page = people.page(script=script)
    page.goto("/signin")
    page.get_by_label("Ihre dienstliche E-Mail-Adresse").press_sequentially("Jana@amt.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sehen Sie in Ihr Postfach")).to_be_visible()
    code = code_of(server)
    if script:
        looks.at(page, "signin-code")
        looks.overflow(page, "signin-code")
    field = page.get_by_label("Oder geben Sie den Code aus der E-Mail ein")
    with people.expecting(ANSWERED.format(403)):
        field.fill(f"{(int(code) + 1) % 1_000_000:06}")
        page.keyboard.press("Enter")
        said = page.get_by_role("alert")
        expect(said).to_contain_text("Der Code stimmt nicht oder gilt nicht mehr")
    if script:
        looks.at(page, "signin-code-wrong")
    field.fill(f"{code[:3]} {code[3:]}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Angemeldet als Jana Brandl.")).to_be_visible()


def test_a_provider_lets_in_and_an_unknown_person_is_told_so(
    people: People, server: Server, looks: Looks
) -> None:
    people.trusted = (server.environment["DIALOG_OIDC_ISSUER"],)
    page = people.page()
    page.goto("/signin?next=/organiser/staff")
    page.get_by_role("button", name="Mit Dienstkonto anmelden").click()
    page.get_by_label("Kennung").fill("olga")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Team", exact=True)).to_be_visible()
    other = people.page()
    other.goto("/signin")
    other.get_by_role("button", name="Mit Dienstkonto anmelden").click()
    other.get_by_label("Kennung").fill("niemand")
    with people.expecting(ANSWERED.format(403)):
        other.get_by_role("button", name="Anmelden").click()
        expect(other.get_by_role("heading", name="Sie sind hier noch nicht")).to_be_visible()
    looks.at(other, "provider-unknown")


def test_roles_are_given_asked_again_and_taken(
    people: People, server: Server, looks: Looks
) -> None:
    page = signed_in(people, server, "chefin@amt.example")
    page.goto("/organiser/staff")
    rewind(server, 11)

    def add() -> None:
        page.get_by_role("button", name="Eintragen").click()

    page.get_by_label("E-Mail-Adresse").fill("neu@amt.example")
    page.locator("#name").fill("Neu im Team")
    page.locator("#moderator-new").check()
    with people.expecting(ANSWERED.format(403)):
        add()
        expect(page.get_by_role("alert")).to_contain_text("Bitte bestätigen Sie, dass Sie es sind")
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value("neu@amt.example")
    looks.at(page, "team-confirm")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Bestätigen (neuer Tab)").click()
    tab = opened.value
    tab.wait_for_load_state()
    tab.get_by_role("button", name="Code per E-Mail senden").click()
    expect(tab.get_by_label("Code aus der E-Mail")).to_be_visible()
    looks.at(tab, "confirm-code")
    tab.get_by_label("Code aus der E-Mail").fill(code_of(server))
    tab.get_by_role("button", name="Bestätigen").click()
    expect(tab.get_by_role("heading", name="Bestätigt")).to_be_visible()
    looks.at(tab, "confirmed")
    tab.close()
    add()
    row = page.get_by_role("listitem").filter(has_text="neu@amt.example")
    expect(row.get_by_label("Moderation")).to_be_checked()
    row.get_by_role("link", name="Entfernen …").click()
    expect(page.get_by_role("heading", name="Neu im Team entfernen?")).to_be_visible()
    looks.at(page, "team-remove")
    page.get_by_role("button", name="Konto entfernen").click()
    expect(page.get_by_text("neu@amt.example")).to_have_count(0)


def test_seats_of_a_session_and_its_wordless_team(
    people: People, server: Server, looks: Looks
) -> None:
    page = signed_in(people, server, "leitung@amt.example")
    slug = server.slugs["live"]
    page.goto(f"/sessions/{slug}/organiser/staff")
    expect(page.get_by_text("Noch niemand.")).to_be_visible()
    with people.expecting(ANSWERED.format(422)):
        page.get_by_role("button", name="Eintragen").click()
        expect(page.get_by_role("alert")).to_contain_text("Das ist keine E-Mail-Adresse")
    looks.at(page, "seats-error")
    for address, name, role in (
        ("mia@amt.example", "Mia Moderation", "moderator"),
        (
            "sven@amt.example",
            "Sven Schreiber-Oberlandesgerichtsrat von und zu Langenname",
            "scribe",
        ),
    ):
        page.get_by_label("E-Mail-Adresse").fill(address)
        page.get_by_label("Vor- und Nachname").fill(name)
        page.locator(f"#{role}-new").check()
        page.get_by_role("button", name="Eintragen").click()
        expect(page.get_by_text(address)).to_be_visible()
    looks.at(page, "seats")
    looks.overflow(page, "seats")
    english = people.page(locale="en-GB")
    english.goto("/signin?lang=en")
    expect(english.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_page_of_staff_leads_a_stranger_to_the_sign_in(
    people: People, server: Server, looks: Looks
) -> None:
    page = people.page()
    with people.expecting(ANSWERED.format(403)):
        page.goto(f"/sessions/{server.slugs['live']}/moderation")
    looks.at(page, "staff-refused")
    page.get_by_role("link", name="Anmelden", exact=True).click()
    expect(page).to_have_url(re.compile(r"/signin\?next=/sessions/"))
