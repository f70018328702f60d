"""The public record in a browser: read without a script, jumped into, cited, printed, looked at."""

import http.client
import io
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.archive.records import record
from tests.journeys.conftest import PUBLISHED
from tests.journeys.looks import Looks, shoot
from tests.journeys.people import ANSWERED, PHONE, People
from tests.live.server import ROOT, Server

pytestmark = pytest.mark.browser

FIFTY, SOME, MANY = record(50, 1), record(200, 2), record(2_000, 3)
RECORDS = {one["slug"]: one for one in (FIFTY, SOME, MANY)}
BASE = f"/archive/{PUBLISHED}"
LINK = re.compile(r'<(?:a|link)\b[^>]*?\shref="([^"]+)"[^>]*>')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that finds four published sessions in its folders, of 38 to 2,000 questions."""
    folder = tmp_path_factory.mktemp("archive")
    sessions = folder / "sessions"
    shutil.copytree(ROOT / "sessions" / PUBLISHED, sessions / PUBLISHED)
    for slug, one in RECORDS.items():
        (sessions / slug).mkdir()
        (sessions / slug / "transcript.json").write_text(json.dumps(one), "utf-8")
    started = Server(folder, {"published": PUBLISHED}, demonstration=True)
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


def first(of: dict[str, Any], what: str) -> int:
    """The number of a question to which something happened."""
    return next(
        q["number"] for q in of["questions"] if what in [change["what"] for change in q["changes"]]
    )


def overdue(of: dict[str, Any]) -> int:
    due = (q for q in of["questions"] if q["outcome"] == "promised" and not q["answer"]["kept"])
    return next(q["number"] for q in due if q["answer"]["until"] < "2026")


def test_every_page_of_a_record_is_for_everyone(people: People, looks: Looks) -> None:
    page = people.page()
    slug = f"/archive/{FIFTY['slug']}"
    addresses = {
        "record-example": BASE,
        "record-50": slug,
        "record-200": f"/archive/{SOME['slug']}",
        "record-contents": f"{slug}/contents",
        "record-answered-later": f"{slug}/{first(FIFTY, 'answered')}",
        "record-corrected": f"{slug}/{first(FIFTY, 'corrected')}",
        "record-kept": f"{BASE}/12",
        "record-overdue": f"{slug}/{overdue(FIFTY)}",
        "record-blackened": f"{BASE}/14",
        "record-english": f"{BASE}/20?lang=en",
    }
    for name, address in addresses.items():
        page.goto(address)
        lay_out(page)
        looks.at(page, name)
        looks.overflow(page, name)
    with people.expecting(ANSWERED.format(404), ANSWERED.format(410)):
        for name, address in (("record-removed", f"{BASE}/56"), ("record-unknown", f"{BASE}/999")):
            page.goto(address)
            looks.at(page, name)
            looks.overflow(page, name)
    assert page.context.cookies() == []


def test_two_thousand_questions_are_for_everyone(people: People, looks: Looks) -> None:
    page = people.page(size=PHONE)
    page.goto(f"/archive/{MANY['slug']}")
    shoot(page, "record-2000", whole=False)
    looks.overflow(page, "record-2000")
    lay_out(page)
    looks._axe_at(page, "record-2000 360 light", contrast=False)


def lay_out(page: Page) -> None:
    """Lay out also what is far from the screen: nobody can tell the size of what is not."""
    page.evaluate("document.querySelector('.turn--long')?.classList.remove('turn--long')")


def test_a_number_leads_to_its_question_among_two_thousand(people: People) -> None:
    page = people.page(script=False, size=PHONE)
    page.goto(f"/archive/{MANY['slug']}")
    numbers = [q["number"] for q in MANY["questions"]]
    for number in (numbers[1_000], numbers[-1]):
        page.goto(f"/archive/{MANY['slug']}")
        page.get_by_label("Zur Frage Nr.").fill(str(number))
        page.get_by_role("button", name="Zeigen").click()
        expect(page).to_have_url(re.compile(f"#f{number}$"))
        place = page.locator(f"#f{number}-t").bounding_box()
        assert place is not None
        assert 0 <= place["y"] <= PHONE["height"] - place["height"]
    with people.expecting(ANSWERED.format(404)):
        page.goto(f"/archive/{MANY['slug']}")
        page.get_by_label("Zur Frage Nr.").fill("siebzehn")
        page.get_by_role("button", name="Zeigen").click()
        expect(page.get_by_label("Zur Frage Nr.")).to_have_value("siebzehn")
        expect(page.get_by_label("Zur Frage Nr.")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("Bitte geben Sie die Nummer einer Frage ein")).to_be_visible()
        page.get_by_role("link", name="Zum ganzen Protokoll").click()
    expect(page.get_by_role("heading", name=MANY["title"])).to_be_visible()


def test_two_thousand_questions_stand_still_and_are_found(people: People) -> None:
    """Nothing jumps where one arrives, and the browser's own search reaches the last of them."""
    page = people.page(size=PHONE)
    number = MANY["questions"][1_200]["number"]
    page.goto(f"/archive/{MANY['slug']}#f{number}")
    place = f"document.getElementById('f{number}').getBoundingClientRect().top"
    landed = _landed(page, place)
    for _ in range(5):
        page.wait_for_timeout(100)
        assert abs(page.evaluate(place) - landed) < 2
    page.mouse.wheel(0, 3_000)
    page.wait_for_timeout(200)
    page.mouse.wheel(0, -3_000)
    page.wait_for_timeout(200)
    assert abs(page.evaluate(place) - landed) < 2
    last = MANY["questions"][-1]
    assert page.evaluate("(text) => window.find(text)", last["text"])
    found = "getSelection().anchorNode.parentElement.closest('.qa').id"
    assert page.evaluate(found) == f"f{last['number']}"


def _landed(page: Page, place: str) -> float:
    """Where an entry stands once the browser has scrolled to it, which a busy machine puts off."""
    for _ in range(300):
        landed = float(page.evaluate(place))
        if 0 <= landed < PHONE["height"] / 2:
            return landed
        page.wait_for_timeout(100)
    raise AssertionError(landed)


def test_a_record_is_read_without_a_script(people: People) -> None:
    page = people.page(script=False)
    page.goto(BASE)
    page.get_by_role("link", name="14", exact=True).click()
    expect(page).to_have_url(re.compile("#f14$"))
    entry = page.locator("#f14")
    expect(entry).to_contain_text(re.compile(r"Überfällig: zugesagt bis 20\.\sNovember 2026"))
    kept = page.locator("#f3").locator(".kept")
    expect(kept).to_contain_text(re.compile(r"Zusage eingelöst am 4\.\sNovember 2026"))
    older = page.locator("#f20").locator("details")
    expect(older.get_by_text("eine mündliche Zusage genügt")).to_be_hidden()
    older.locator("summary").click()
    expect(older.get_by_text("eine mündliche Zusage genügt")).to_be_visible()
    page.locator("#f20").get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Berichtigungen")).to_be_visible()
    expect(page.locator("#zitat")).to_contain_text(f"{people.server.base}{BASE}/20")
    expect(page.get_by_role("button", name="Zitat kopieren")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Nächste im Protokoll")).click()
    page.get_by_role("link", name=re.compile("Vorige im Protokoll")).click()
    expect(page).to_have_url(re.compile(f"{BASE}/20$"))
    page.get_by_role("link", name="Zum ganzen Protokoll").click()
    expect(page).to_have_url(re.compile(f"{BASE}#f20$"))
    page.get_by_role("navigation", name="Inhalt").get_by_role(
        "link", name=re.compile("Ehrenamt")
    ).click()
    expect(page.get_by_role("heading", name="Ehrenamt")).to_be_in_viewport()
    assert page.context.cookies() == []


def test_a_quotation_is_copied_by_keyboard_or_marked(people: People) -> None:
    page = people.page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{BASE}/7")
    button = page.get_by_role("button", name="Zitat kopieren")
    expect(button).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("(it) => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Zitat kopiert.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Staatsminister, Ministerium für Integration (Demonstration), 6.")
    assert copied.endswith(f"Frage 7, {people.server.base}{BASE}/7")
    assert "\n" not in copied
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    button.click()
    expect(page.get_by_text("Das Zitat ist markiert.")).to_be_visible()
    assert page.evaluate("getSelection().toString()").strip().endswith(f"{BASE}/7")


def test_every_link_leads_somewhere(server: Server) -> None:
    """Each address of the pages, in both languages; of two thousand questions every fortieth."""
    reader = server.browser()
    seen: dict[str, str] = {}
    for slug, questions in (
        (PUBLISHED, None), (FIFTY["slug"], None), (SOME["slug"], 20), (MANY["slug"], 40),
    ):  # fmt: skip
        record_page = reader.get(f"/archive/{slug}").text
        numbers = re.findall(r'id="f(\d+)"', record_page)[::questions]
        pages = [f"/archive/{slug}", f"/archive/{slug}?lang=en", f"/archive/{slug}/contents"]
        pages += [f"/archive/{slug}/{number}" for number in numbers]
        for page in pages:
            told = reader.get(page)
            if told.status == 200:
                _follow(server, told.text, page, seen, every=questions)
    assert len(seen) > 300
    wrong = [(link, page) for link, page in seen.items() if _status(server, link) != 200]
    assert wrong == []


def _status(server: Server, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def _follow(
    server: Server, text: str, page: str, seen: dict[str, str], *, every: int | None
) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', text))
    links = [unescape(link).removeprefix(server.base) for link in LINK.findall(text)]
    for link in links[::every]:
        path, _, place = link.partition("#")
        if place and path in ("", page):
            assert place in ids, f"{link} on {page}"
        if path.startswith("/") and not path.endswith(".pdf"):
            seen[path] = page


def test_a_record_on_paper_lacks_nothing(people: People) -> None:
    page = people.page()
    page.goto(BASE)
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    width, height = (round(float(n)) for n in pages[0].mediabox[2:])
    assert (width, height) == (595, 842), "A4"
    texts = [" ".join(one.extract_text().split()) for one in pages]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(pages)}" in text
    whole = " ".join(re.sub(r"^\d+ / \d+ | \d+ / \d+$", "", text) for text in texts)
    example = json.loads((ROOT / "sessions" / PUBLISHED / "transcript.json").read_text("utf-8"))
    for one in example["questions"]:
        if one["removed"]:
            assert one["removed"]["why"] in whole
            continue
        assert " ".join(one["text"].split()) in whole, one["number"]
        if one["answer"]:
            assert " ".join(one["answer"]["text"].split())[-80:] in whole, one["number"]
    assert "eine mündliche Zusage genügt" in whole, "what is folded on the screen is printed"
    assert f"{people.server.base}{BASE}" in whole
    assert "https://video.example/aufzeichnungen/wohnen-und-ankommen?t=348" in whole
    assert "Inhalt Worum es ging" not in whole


def test_a_question_on_paper_names_where_it_is_from(people: People) -> None:
    page = people.page()
    page.goto(f"{BASE}/20")
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    whole = " ".join(" ".join(one.extract_text() for one in pages).split())
    assert f"Quelle: {people.server.base}{BASE}/20, gedruckt am" in whole
    assert "Berichtigung vom 22. Oktober 2026" in whole
    assert "Zitat kopieren" not in whole
    assert len(pages) <= 2
    _black_on_white(page)


def _black_on_white(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
