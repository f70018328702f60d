"""The pages of the operator, and help: what they say is so, and is there for everybody."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dialog.forum.names import Reason
from dialog.forum.retention import CANCELLED, DAY, FORTNIGHT, MONTH, UNPUBLISHED, YEAR
from dialog.operating import NEEDED, lines, missing
from dialog.settings import Settings
from dialog.store.people import HOUR
from dialog.store.subscriptions import GOOD_MS
from dialog.web.catalogue import catalogue
from dialog.web.manual import MANUALS
from dialog.web.manual.pictures import SIZES
from dialog.web.sentences import REASONS
from tests.live.client import Browser, Page
from tests.live.server import Server, running

ROOT = Path(__file__).resolve().parents[2]
HELP = ROOT / "static" / "help"
MOST = 90_000  # bytes of a picture: a manual is read on a phone, too
PUBLIC = ("/help", "/help/short", "/rules", "/imprint", "/privacy", "/accessibility")
QUOTED = {"de": re.compile("„([^“]*)“"), "en": re.compile("“([^”]*)”")}
# What is quoted in a manual and is no name of anything on a page.
WORDS = {"Behörde", "Kurs", "Sprachkursangebot", "Wir prüfen das", "We will look into it"}
GIVEN: dict[str, Any] = {
    "operator": "Amt für Beispiele",
    "operator_address": "Amt für Beispiele; Beispielweg 1\n00000 Musterstadt;",
    "operator_email": "amt@example.org",
    "operator_phone": "+49 89 / 1234-0",
    "operator_represented": "Leitung, E. Muster",
    "operator_vat": "DE999999999",
    "operator_authority": "Oberamt; Oberweg 2",
    "operator_editor": "P. Presse; Beispielweg 1",
    "privacy_officer": "D. Schutz; schutz@example.org",
    "privacy_authority": "Landesbeauftragte; Landweg 3",
    "privacy_basis": "Artikel 6 Absatz 1 Buchstabe e DSGVO.",
    "privacy_processor": "Rechenhaus GmbH",
    "accessibility_result": "partial",
    "accessibility_date": "2026-11-02",
    "accessibility_method": "Selbstbewertung",
    "accessibility_gaps": "Karten ohne Text; Alte PDF",
    "accessibility_enforcement": "Durchsetzungsstelle; Stellweg 4",
    "security_contact": "https://sicher.example/melden",
    "security_policy": "https://sicher.example/regeln",
    "mail_relay": "smtp://nutzer:geheim@relay.example:587",
    "oidc_issuer": "https://anmeldung.example/realms/amt",
    "oidc_client": "dialog",
    "proxies": "10.9.8.7",
    "pass_days": 171,
    "pass_idle_days": 23,
    "staff_days": 5,
    "staff_idle_hours": 11,
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose operator has said everything."""
    with running(tmp_path_factory.mktemp("told"), **GIVEN) as started:
        yield started


def words(page: Page) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).replace("\xa0", " ").split())


def days(term: int) -> int:
    return term // DAY


# --- what the operator says -----------------------------------------------------------------------


def test_everything_that_is_set_stands_on_the_page_for_it(told) -> None:
    browser = told.browser()
    pages = {name: words(browser.get(f"/{name}")) for name in ("imprint", "privacy")}
    pages["accessibility"] = words(browser.get("/accessibility"))
    for setting, text in GIVEN.items():
        group = setting.partition("_")[0]
        on = pages.get({"operator": "imprint"}.get(group, group))
        if on is None or setting in ("accessibility_result", "accessibility_date"):
            continue
        for line in lines(str(text)):
            assert line in on, setting
    assert "erfüllen ihn teilweise" in pages["accessibility"]
    assert "2. November 2026" in pages["accessibility"]
    assert 'href="tel:+498912340"' in browser.get("/imprint").text
    assert not [page for page in pages.values() if "noch nicht eingetragen" in page]


def test_what_is_missing_is_said_to_readers_and_to_the_administrator(server) -> None:
    browser = server.browser()
    for page in ("/imprint", "/privacy", "/accessibility"):
        assert "noch nicht eingetragen" in words(browser.get(page))
        assert "Bitte wenden Sie sich an die Stelle" in words(browser.get(page))
    said = server.log.read_text("utf-8")
    for name in NEEDED:
        assert f"DIALOG_{name.upper()}" in said
    assert "DIALOG_MAIL_RELAY" in said
    assert missing(Settings()) == tuple(
        f"DIALOG_{name.upper()}" for name in (*NEEDED, "mail_relay")
    )


def test_nothing_is_missing_where_all_is_said_or_pages_of_ones_own_stand_instead() -> None:
    assert missing(Settings.model_construct(**GIVEN)) == ()
    names = ("imprint", "privacy", "accessibility", "barrier")
    own: dict[str, Any] = dict.fromkeys(names, "https://amt.example/")
    assert missing(Settings.model_construct(**own)) == ()
    assert missing(Settings.model_construct(demonstration=True)) == ()
    relayed = Settings.model_construct(mail_relay="smtp://relay.example")
    assert missing(relayed)[-1] == "DIALOG_BARRIER_MAIL"


def test_pages_of_ones_own_replace_ours_also_in_the_footer(tmp_path) -> None:
    names = {"imprint": "", "privacy": "", "accessibility": "", "barrier": "accessibility/report"}
    own: dict[str, Any] = {name: f"https://amt.example/{name}" for name in names}
    with running(tmp_path, **own) as started:
        browser = started.browser()
        home = browser.get("/").text
        for name, path in names.items():
            answer = browser.get(f"/{path or name}")
            assert (answer.status, answer.headers["location"]) == (303, own[name])
            assert f'href="{own[name]}"' in home


# --- privacy --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_privacy_notice_is_made_from_what_is_in_force(told, server, lang) -> None:
    said = words(told.browser().get(f"/privacy?lang={lang}"))
    for figure in (171, 23, 5, 11):
        assert re.search(rf"\b{figure} (Tage|Stunden|days|hours)", said), figure
    for host in ("relay.example", "anmeldung.example"):
        assert host in said
    assert "geheim" not in said
    assert "nutzer" not in said
    for term in (UNPUBLISHED, CANCELLED, FORTNIGHT, MONTH, YEAR):
        assert re.search(rf"\b{days(term)} (Tage|days)", said), term
    assert re.search(rf"\b{GOOD_MS // HOUR} (Stunden|hours)", said)
    bare = words(server.browser().get(f"/privacy?lang={lang}"))
    proxied = {"de": "ein weiterer des Betreibers", "en": "another one of the operator"}[lang]
    assert proxied in said
    assert proxied not in bare
    assert "example" not in bare


def test_the_cookie_is_named_as_it_is(server) -> None:
    browser = server.volunteer(server.slugs["live"])
    assert f"„{browser.cookie.partition('=')[0]}“" in words(browser.get("/privacy"))


def test_the_privacy_notice_says_when_was_last_deleted(server) -> None:
    page = words(server.browser().get("/privacy?lang=de"))
    assert "das tägliche Löschen ist noch nicht eingerichtet" in page
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    seen = server.folder / "data" / "purge.seen"
    seen.write_text(str(int(moment.timestamp() * 1000)), "ascii")
    # With a cookie nobody gets a page from memory that may be a minute old.
    assert "am 3. November 2026" in words(server.volunteer(server.slugs["live"]).get("/privacy"))
    seen.unlink()


# --- house rules, security.txt, footer ------------------------------------------------------------


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_nine_reasons_stand_in_their_order_with_their_sentences(server, lang) -> None:
    said = words(server.browser().get(f"/rules?lang={lang}"))
    assert list(REASONS) == [reason.value for reason in Reason]
    told = [one.translated(lang) for one in REASONS.values()]
    places = [said.index(f"{one.title} {one.sentence} {one.next}") for one in told]
    assert places == sorted(places)
    assert len(places) == 9


def test_security_txt_is_good_for_a_while(told, server) -> None:
    page = told.browser().get("/.well-known/security.txt")
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in page.text.splitlines())
    assert fields["Contact"] == GIVEN["security_contact"]
    assert fields["Policy"] == GIVEN["security_policy"]
    assert fields["Canonical"] == f"{told.base}/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    now = datetime.now(UTC)
    assert now + timedelta(days=170) < expires < now + timedelta(days=366)
    assert server.browser().get("/.well-known/security.txt").status == 404


def test_the_footer_is_the_same_on_every_page_and_leads_to_the_help_of_the_role(server) -> None:
    slug = server.slugs["live"]
    team = {
        "moderation": "moderator",
        "scribe": "scribe",
        "organiser": "organiser",
        "organiser/ready": "organiser",
    }
    browsers: dict[str, Browser] = {role: server.staff(slug, role) for role in set(team.values())}
    feet = []
    for place, role in team.items():
        page = browsers[role].get(f"/sessions/{slug}/{place}?lang=de").text
        assert f'href="/help/{role}?lang=de"' in page
        feet.append(labels(page))
    room = server.volunteer(slug).get(f"/sessions/{slug}?lang=de").text
    assert 'href="/help/volunteer?lang=de"' in room
    others = ("/", "/archive", "/signin", "/gibt-es-nicht", *PUBLIC)
    feet += [labels(server.browser().get(f"{page}?lang=de").text) for page in others]
    assert set(feet) == {labels(room)}
    stage = server.staff(slug, "minister").get(f"/sessions/{slug}/stage").text
    assert 'href="/help/minister"' in stage


def labels(page: str) -> tuple[str, ...]:
    """What the links of a footer say, in their order."""
    foot = page.partition("<footer")[2]
    return tuple(re.findall(r"<li>.*?>([^<>]+)</a>", foot))


def test_public_pages_need_no_cookie_and_come_from_memory(server) -> None:
    for path in (*PUBLIC, *(f"/help/{role}" for role in MANUALS)):
        first = server.browser().get(path)
        assert first.status == 200
        assert "set-cookie" not in first.headers
        again = server.browser().ask("GET", path, "", if_none_match=first.headers["etag"])
        assert again.status == 304
    assert server.browser().get("/help/king").status == 404


# --- manuals --------------------------------------------------------------------------------------


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence of the manuals, with its role."""
    for manual in MANUALS.values():
        yield from ((manual.role, text) for text in (manual.title, manual.lead))
        for part in manual.parts:
            for one in part.said:
                for text in one if isinstance(one, tuple) else (one,):
                    yield manual.role, text


def names_on_pages() -> dict[str, set[str]]:
    """Every sentence that templates and scripts show, by language."""
    source = "\n".join(
        path.read_text("utf-8")
        for folder, ends in (("templates", "html"), ("dialog/web/sentences", "py"))
        for path in sorted((ROOT / folder).rglob(f"*.{ends}"))
    )
    german = set(re.findall(r'_\(\s*"([^"]*)"', source))
    english = catalogue("en")
    return {"de": german, "en": {english.gettext(text).replace("\xa0", " ") for text in german}}


@pytest.mark.parametrize("lang", ["de", "en"])
def test_what_a_manual_calls_by_name_is_called_so_on_a_page(lang) -> None:
    known, said = names_on_pages()[lang], catalogue(lang)
    strange = {
        (role, name)
        for role, text in sentences()
        for name in QUOTED[lang].findall(said.gettext(text).replace("\xa0", " "))
        if name not in known | WORDS and not name.startswith(("python -m dialog", "/"))
    }
    assert not strange


def test_every_command_in_a_manual_is_one() -> None:
    said = " ".join(text for _, text in sentences())
    commands = set(re.findall(r"python -m dialog (\w+)", said))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {"purge", "backup", "restore"} <= commands
    assert not [one for one in commands if not re.search(rf"^\| `{one}\b", readme, re.MULTILINE)]


def test_every_key_of_the_desk_stands_in_the_manual() -> None:
    desk = (ROOT / "templates" / "parts" / "desk_sheets.html").read_text("utf-8")
    keys = re.findall(r'\("([^"]+)", _\("([^"]+)"\)\)', desk.partition("macro keys()")[2])
    (part,) = (one for one in MANUALS["moderator"].parts if one.id == "keys")
    assert len(keys) > 10
    assert set(keys) <= set(part.said)


@pytest.mark.parametrize("role", MANUALS)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_manual_goes_through_the_whole_evening_with_pictures(server, role, lang) -> None:
    page = server.browser().get(f"/help/{role}?lang={lang}").text
    manual = MANUALS[role]
    ids = [part.id for part in manual.parts]
    assert ids[0] == "first"
    assert ids[-1] == "trouble"
    assert len(set(ids)) == len(ids)
    for id_ in ids:
        assert f'id="{id_}"' in page
        assert f'href="#{id_}"' in page
    pictures = re.findall(r'<img src="([^"]+)" width="(\d+)" height="(\d+)"', page)
    alts = re.findall(r'<img [^>]*alt="([^"]+)"', page)
    assert len(alts) == len(pictures) == len([p for p in manual.parts if p.picture])
    assert pictures or role == "administrator"
    for path, width, height in pictures:
        assert f".{lang}." in path
        assert (int(width), int(height)) in SIZES.values()
        there = server.browser().ask("HEAD", path, "")
        assert (there.status, there.headers["content-type"]) == (200, "image/webp")


def test_every_picture_is_there_light_and_dark_in_both_languages_and_none_besides() -> None:
    wanted = {
        f"{name}.{lang}.{theme}.webp"
        for name in SIZES
        for lang in ("de", "en")
        for theme in ("light", "dark")
    }
    assert {path.name for path in HELP.iterdir()} == wanted
    used = {p.picture.name for m in MANUALS.values() for p in m.parts if p.picture}
    assert used == set(SIZES)
    for path in HELP.iterdir():
        body = path.read_bytes()
        assert len(body) < MOST, path.name
        assert size(body) == SIZES[path.name.partition(".")[0]], path.name


def size(webp: bytes) -> tuple[int, int]:
    """Width and height of a WebP picture as browsers write it."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    if webp[12:16] == b"VP8X":
        return (
            int.from_bytes(webp[24:27], "little") + 1,
            int.from_bytes(webp[27:30], "little") + 1,
        )
    assert webp[12:16] == b"VP8 "
    return (
        int.from_bytes(webp[26:28], "little") & 0x3FFF,
        int.from_bytes(webp[28:30], "little") & 0x3FFF,
    )
