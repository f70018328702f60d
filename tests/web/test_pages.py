"""Every page and every POST: headers, cookies, tokens, languages, and nothing inline."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.routing import Route, WebSocketRoute

from dialog.forum.refusals import Code
from dialog.web import sentences
from dialog.web.errors import STATUS
from dialog.web.routes import routes
from tests.live.client import Browser
from tests.live.server import Server, running

ROOT = Path(__file__).resolve().parents[2]
POSTS = sorted(r.path for r in routes() if isinstance(r, Route) and "POST" in (r.methods or ()))
GETS = sorted(r.path for r in routes() if isinstance(r, Route) and "GET" in (r.methods or ()))
STAFF = ("moderation", "stage", "scribe", "organiser")
OPEN = {"script": "src", "link": "href", "style": ""}


def filled(path: str, slug: str) -> str:
    """Return an address of a route, with something in every place."""
    path = re.sub(r":\w+}", "}", path).replace("{slug}", slug).replace("{token}", "irgendeiner")
    return path.replace("{number}", "1")


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


@pytest.fixture(scope="module")
def people(server: Server) -> dict[str, Browser]:
    """A browser for every role."""
    slug = server.slugs["live"]
    roles = {"moderation": "moderator", "stage": "minister"} | {
        r: r for r in ("scribe", "organiser")
    }
    team = {page: server.staff(slug, role, f"{role} Beispielname") for page, role in roles.items()}
    return team | {"": server.volunteer(slug), "reader": server.browser()}


@pytest.fixture(scope="module")
def pages(server: Server, people: dict[str, Browser]) -> dict[str, str]:
    """The HTML of every page that answers, by its address."""
    slug = server.slugs["live"]
    found = {}
    for path in GETS:
        address = filled(path, slug)
        place = address.rpartition("/")[2]
        page = people.get(place, people[""]).get(address)
        if page.headers.get("content-type", "").startswith("text/html"):
            found[address] = page.text
    for place in STAFF:
        found[place] = people[place].get(f"/sessions/{slug}/{place}").text
    for name in ("announced", "closed", "code", "link"):
        for end in ("", "/join"):
            address = f"/sessions/{server.slugs[name]}{end}"
            found[address] = people["reader"].get(address).text
    return found


# --- every POST -----------------------------------------------------------------------------------


def test_every_post_is_known() -> None:
    assert len(POSTS) == 40


@pytest.mark.parametrize("path", POSTS)
def test_no_post_without_a_token(server, slug, people, path) -> None:
    browser = people.get(path.rpartition("/")[2], people[""])
    form = {"key": str(uuid4()), "do": "withdraw", "text": "Hallo?", "name": "Samira", "on": "1"}
    for token in ({}, {"token": ""}, {"token": "erfunden"}):
        answer = browser.post(filled(path, slug), form | token)
        assert answer.status in (403, 409)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "header",
    [
        {"origin": "https://anderswo.example"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_no_post_from_elsewhere(server, slug, people, path, header) -> None:
    browser = people.get(path.rpartition("/")[2], people[""])
    seal = people[""].get(f"/sessions/{slug}/mine").token
    form = {"token": seal, "key": str(uuid4()), "text": "Hallo?", "on": "1", "do": "message"}
    answer = browser.post(filled(path, slug), form, **header)
    assert answer.status == 403
    assert "Fremde Herkunft" in answer.text


def test_posts_of_ones_own_pages(server, slug, people) -> None:
    for header in ({"origin": server.base}, {"sec_fetch_site": "same-origin"}, {"origin": "null"}):
        seal = people[""].get(f"/sessions/{slug}/mine").token
        form = {"token": seal, "key": str(uuid4()), "text": f"Geht das {uuid4().hex}?"}
        assert people[""].post(f"/sessions/{slug}/questions", form, **header).status == 303


# --- every answer ---------------------------------------------------------------------------------


def answers(server: Server, people: dict[str, Browser]) -> Iterator[tuple[str, dict[str, str]]]:
    slug = server.slugs["live"]
    for path in (*GETS, "/gibt-es-nicht", "/static/icons/dialog.svg", "/sessions/nein"):
        address = filled(path, slug) + ("?epoch=x" if path.endswith("updates") else "")
        yield address, dict(people[""].get(address).headers)
    yield "POST", dict(people[""].post(f"/sessions/{slug}/questions", {}).headers)
    yield "foreign", dict(people[""].post("/", {}, origin="https://anderswo.example").headers)
    yield "PUT", dict(people[""].ask("PUT", "/", "x").headers)
    yield "large", dict(people[""].post("/", {"text": "x" * 70_000}).headers)


def test_every_answer_carries_the_policy(server, people) -> None:
    for address, headers in answers(server, people):
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy
        assert f"connect-src 'self' ws://127.0.0.1:{server.port}" in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in headers


def test_what_a_page_loads_opens_nothing_and_says_no_more(server) -> None:
    """Headers for documents would be a tenth of a room's first visit."""
    for path in ("css/base.css", "js/room.js", "fonts/source-sans-3-latin-wght-normal.woff2"):
        headers = server.browser().ask("HEAD", f"/static/{path}").headers
        policy = "default-src 'none'; frame-ancestors 'none'"
        assert headers["content-security-policy"] == policy, path
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "permissions-policy" not in headers, path


class Inline(HTMLParser):
    """Finds what the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.found.append(f"<{tag} {name}>")
            if name in ("href", "src", "action") and (value or "").lower().startswith(
                "javascript:"
            ):
                self.found.append(f"<{tag} {name}={value}>")
            if name in ("src", "srcset") or (tag == "link" and name == "href"):
                assert not re.match(r"(https?:)?//", value or ""), value


def test_nothing_is_inline_and_nothing_from_elsewhere(pages) -> None:
    assert len(pages) >= 18
    for address, text in pages.items():
        reader = Inline()
        reader.feed(text)
        assert not reader.found, address
        assert reader.lang == "de", address


def test_no_page_shows_a_fault(pages) -> None:
    for address, text in pages.items():
        assert "{{" not in text, address
        assert "Undefined" not in text, address


# --- cookies --------------------------------------------------------------------------------------


def test_the_cookie_on_loopback(server, slug) -> None:
    cookie = server.browser().join(slug, "Samira").headers["set-cookie"]
    assert re.match(r"dialog=[\w-]{20,}; HttpOnly; Max-Age=15552000; Path=/; SameSite=lax$", cookie)


def test_the_cookie_by_https_is_bound_to_the_host(tmp_path) -> None:
    with running(tmp_path, base_url="https://dialog.example") as server:
        slug = server.slugs["live"]
        answer = server.browser().join(slug, "Samira")
        assert answer.headers["set-cookie"].startswith("__Host-dialog=")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in answer.headers["set-cookie"]
        assert "Domain" not in answer.headers["set-cookie"]
        assert "wss://dialog.example" in answer.headers["content-security-policy"]
        calendar = server.browser().get(f"/sessions/{slug}.ics").text
        assert f"https://dialog.example/sessions/{slug}" in calendar.replace("\r\n ", "")
        browser = server.browser()
        form = {"token": browser.get(f"/sessions/{slug}/join").token, "name": ""}
        same = browser.post(f"/sessions/{slug}/join", form, origin="https://dialog.example")
        assert same.status == 303
        assert browser.post(f"/sessions/{slug}/join", form, origin=server.base).status == 403


@pytest.mark.parametrize(
    "cookie", ["dialog=", "dialog=x", f"dialog={'x' * 5_000}", "dialog=ä", "a;b;;="]
)
def test_cookies_that_are_none_of_ours(server, slug, cookie) -> None:
    browser = server.browser()
    browser.cookie = cookie
    assert browser.get(f"/sessions/{slug}").status == 200
    assert browser.get(f"/sessions/{slug}/mine").status == 303


def test_reading_sets_no_cookie(pages, people) -> None:
    assert pages
    assert people["reader"].cookie == ""


# --- languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query, accepted, lang",
    [
        ("", "", "de"),
        ("?lang=en", "", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=tlh", "en-GB,en;q=0.9", "en"),
        ("", "en-US,en;q=0.9,de;q=0.8", "en"),
        ("", "de;q=0.9,en;q=0.2", "de"),
        ("", "fr,tlh;q=0.3", "de"),
        ("", "en;q=0", "de"),
        ("", "en;q=schnell, de;q=0.1", "de"),
        ("", "en;level=1", "en"),
        ("", ";;;=,," + "x" * 9_000, "de"),
    ],
)
def test_the_language_of_a_page(server, slug, query, accepted, lang) -> None:
    for path in ("/", f"/sessions/{slug}", f"/sessions/{slug}/join", "/archive", "/gibt-es-nicht"):
        headers = {"accept_language": accepted} if accepted else {}
        page = server.browser().get(path + query, **headers)
        reader = Inline()
        reader.feed(page.text)
        assert reader.lang == lang, path


def test_a_chosen_language_is_kept_from_page_to_page(server, slug) -> None:
    page = server.browser().get(f"/sessions/{slug}/join?lang=en")
    assert f'action="/sessions/{slug}/join?lang=en"' in page.text
    browser = server.browser()
    answer = browser.post(f"/sessions/{slug}/join?lang=en", {"token": page.token, "name": ""})
    assert answer.headers["location"] == f"/sessions/{slug}?lang=en"


# --- single pages ---------------------------------------------------------------------------------


def test_signs_of_life(server) -> None:
    assert server.browser().get("/healthz").text == "ok\n"
    assert server.browser().get("/readyz").text == "ready\n"


def test_the_calendar_says_where_and_when(server, slug) -> None:
    answer = server.browser().get(f"/sessions/{slug}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert f'filename="{slug}.ics"' in answer.headers["content-disposition"]
    text = answer.text.replace("\r\n ", "")
    for part in (
        "BEGIN:VTIMEZONE",
        "BEGIN:VALARM",
        "https://video.example/probe",
        "089 99998-421",
        "UID:",
    ):
        assert part in text
    assert server.browser().get("/sessions/gibt-es-nicht.ics").status == 404


def test_a_cancelled_session_is_cancelled_in_the_calendar(server) -> None:
    slug = server.slugs["code"]
    team = server.staff(slug, "organiser", "Olga Beispielname")
    form = {"token": team.get(f"/sessions/{slug}/organiser").token, "key": str(uuid4())}
    sent = team.post(f"/sessions/{slug}/organiser", form | {"do": "phase", "to": "cancelled"})
    assert sent.status == 303
    text = server.browser().get(f"/sessions/{slug}.ics").text
    assert "STATUS:CANCELLED" in text
    assert "VALARM" not in text
    join = f"/sessions/{slug}/join"
    seal = server.seal(slug)
    assert server.browser().post(join, {"token": seal, "name": "", "code": "482913"}).status == 409


def test_addresses_that_are_not_there(server) -> None:
    browser = server.browser()
    for path in (
        "/gibt-es-nicht",
        "/sessions/nein",
        "/archive/nein",
        "/archive/nein/1",
        "/archive/nein.json",
    ):
        page = browser.get(path)
        assert page.status == 404
        message = browser.get(path, accept="application/json")
        assert (message.status, message.json()["code"]) == (404, "unknown")
    assert browser.ask("DELETE", "/").status == 405
    assert browser.ask("HEAD", "/").status == 200
    assert browser.get("/static/../pyproject.toml").status == 404
    assert browser.get("/static/%2e%2e/pyproject.toml").status == 404


def test_readers_see_only_what_is_for_them(server) -> None:
    slug = server.slugs["link"]
    for path in ("", "/questions/1"):
        assert server.browser().get(f"/sessions/{slug}{path}").status == 403


@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_has_its_words_in_both_languages(code) -> None:
    said = {lang: sentences.refusal(code.value, lang, {}) for lang in ("de", "en")}
    for words in said.values():
        assert words.title
        assert words.sentence
        assert words.next
        assert "{" not in words.title + words.sentence + words.next
    assert said["de"] != said["en"]
    assert code in STATUS


# --- what is documented ---------------------------------------------------------------------------


def test_every_address_is_named_in_the_documentation() -> None:
    said = "".join(
        (ROOT / name).read_text("utf-8") for name in ("docs/reference.md", "ARCHITECTURE.md")
    )
    paths = {r.path for r in routes() if isinstance(r, Route | WebSocketRoute)}
    for path in paths:
        plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
        short = plain.replace("/sessions/{slug}", "…", 1)
        assert plain in said or short in said, plain
