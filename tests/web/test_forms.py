"""Forms without JavaScript: refused with words and status, and what was typed is kept."""

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from dialog.forum.roles import MAY
from dialog.web.forms import typed
from dialog.web.pages.mine import OWN
from tests.live.client import Browser, Page
from tests.live.programme import CODE
from tests.live.server import Server

MANY = 5_000
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["live"]


@pytest.fixture(scope="module")
def moderator(server: Server) -> Browser:
    return server.staff(server.slugs["live"], "moderator")


@pytest.fixture(scope="module")
def organiser(server: Server) -> Browser:
    return server.staff(server.slugs["live"], "organiser", "Olga Beispielname")


def sentence() -> str:
    return f"Wie komme ich in den Kurs {uuid4().hex}?"


def token(browser: Browser, slug: str) -> str:
    """Return a form's token, even where no page offers a form at the moment."""
    pages = (browser.get(f"/sessions/{slug}/{place}") for place in ("mine", "join"))
    return next(page.token for page in pages if page.status == 200)


def ask(browser: Browser, slug: str, text: str, *, json: bool = False, **fields: str) -> Page:
    """Ask by form, whatever the page says of asking."""
    headers = {"accept": "application/json"} if json else {}
    form = {"token": token(browser, slug), "key": str(uuid4()), "text": text} | fields
    return browser.post(f"/sessions/{slug}/questions", form, **headers)


def approved(server: Server, slug: str, moderator: Browser) -> int:
    """Return the number of a fresh public question."""
    done = ask(server.volunteer(slug), slug, sentence(), json=True).json()["result"]
    rev = {"do": "approve", "number": done["number"], "rev": done["rev"]}
    answer = act(moderator, slug, "moderation", **rev)
    assert answer.status == 303, answer.text
    return int(done["number"])


def act(browser: Browser, slug: str, place: str, **fields: object) -> Page:
    """Send a form of one of the staff's pages, or of one's own."""
    address = f"/sessions/{slug}/{place}"
    seal = token(browser, slug) if place == "mine" else browser.get(address).token
    hidden = {"token": seal, "key": str(uuid4())}
    return browser.post(address, hidden | fields)


def test_a_place_in_the_recording_is_read_as_people_write_it() -> None:
    places = {"0:41:20": "2480", " 41:20 ": "2480", "1:00:05": "3605", "2480": "2480", "x": "x"}
    for written, seconds in places.items():
        assert typed({"do": "answer", "minute": written}, 0)["minute"] == seconds


# --- asking --------------------------------------------------------------------------------------


def test_a_question_is_taken_and_stands_among_ones_own(server, slug) -> None:
    browser, text = server.volunteer(slug), sentence()
    answer = ask(browser, slug, text, background="Hintergrund dazu", show="team")
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"/sessions/{slug}")
    assert html.escape(text, quote=False) in browser.get(f"/sessions/{slug}/mine").text


@pytest.mark.parametrize(
    "text, status, code",
    [
        ("", 422, "empty"),
        ("  \n ", 422, "empty"),
        ("lang genug " * 40, 422, "too_long"),
        ("x" * MANY, 422, "too_long"),
        ("Text mit \u202e Richtung?", 422, "bad_text"),
        ("z\u0301\u0302\u0303\u0304\u0305\u0306algo?", 422, "bad_text"),
    ],
)
def test_what_was_typed_is_kept_when_it_is_refused(server, slug, text, status, code) -> None:
    browser = server.volunteer(slug)
    background = f"Hintergrund {uuid4().hex}"
    page = ask(browser, slug, text, background=background, show="team")
    assert page.status == status
    plain = html.unescape(page.text)
    assert text.strip() in plain
    assert background in plain
    message = ask(browser, slug, text, json=True)
    assert (message.status, message.json()["code"]) == (status, code)
    assert message.json()["field"] == "text"


def test_the_same_question_twice_is_refused_and_kept(server, slug) -> None:
    browser, text = server.volunteer(slug), sentence()
    assert ask(browser, slug, text).status == 303
    page = ask(browser, slug, text)
    assert page.status == 409
    assert text in html.unescape(page.text)


def test_too_soon_is_said_with_a_time(server) -> None:
    slug = server.slugs["slow"]
    browser, text = server.volunteer(slug), sentence()
    assert ask(browser, slug, sentence()).status == 303
    page = ask(browser, slug, text)
    assert page.status == 429
    assert text in html.unescape(page.text)
    message = ask(browser, slug, text, json=True)
    assert message.json()["code"] == "too_fast"
    assert 0 < message.json()["retry_ms"] <= 600_000
    assert int(message.headers["retry-after"]) >= message.json()["retry_ms"] / 1_000


def test_too_many_messages_are_refused(server, slug) -> None:
    browser = server.volunteer(slug)
    token = server.page(browser, slug).token
    address, form = f"/sessions/{slug}/questions/1000000/upvote", {"token": token, "on": "1"}

    def post(_turn: int) -> int:
        sent = form | {"key": str(uuid4())}
        return browser.post(address, sent, accept="application/json").status

    with ThreadPoolExecutor(10) as many:  # one by one, a busy machine would be slow enough
        codes = Counter(many.map(post, range(120)))
    assert codes.keys() == {404, 429}
    assert codes[404] >= 40


@pytest.mark.parametrize("name", ["announced", "closed"])
def test_a_session_that_takes_no_questions(server, name) -> None:
    slug = server.slugs[name]
    browser, text = server.volunteer(slug), sentence()
    page = ask(browser, slug, text)
    assert page.status == 409
    assert f"{text}</textarea>" in html.unescape(page.text)
    assert ask(browser, slug, text, json=True).json()["code"] == "closed"
    looked = browser.post(f"/sessions/{slug}/similar", {"token": page.token, "text": text})
    assert f"{text}</textarea>" in html.unescape(looked.text)


@pytest.mark.parametrize("name", ["announced", "closed"])
def test_a_session_that_takes_no_upvotes(server, name) -> None:
    slug = server.slugs[name]
    browser = server.volunteer(slug)
    form = {"token": token(browser, slug), "key": str(uuid4()), "on": "1"}
    address = f"/sessions/{slug}/questions/1/upvote"
    message = browser.post(address, form, accept="application/json")
    assert (message.status, message.json()["code"]) == (409, "closed")
    assert browser.post(address, form).status == 409


def test_a_reader_is_asked_to_join(server, slug) -> None:
    reader = server.browser()
    message = ask(reader, slug, sentence(), json=True)
    assert (message.status, message.json()["code"]) == (403, "forbidden")
    assert ask(reader, slug, sentence()).status == 403


def test_a_pause_and_a_mute_are_said(server, moderator, organiser, slug) -> None:
    browser, text = server.volunteer(slug), sentence()
    assert ask(browser, slug, sentence()).status == 303
    me = browser.get(f"/sessions/{slug}/updates?stream=floor").json()[0]["me"]
    assert act(moderator, slug, "moderation", do="mute", person=me["person"]).status == 303
    page = ask(browser, slug, text)
    assert page.status == 403
    assert text in html.unescape(page.text)
    assert ask(browser, slug, text, json=True).json()["code"] == "muted"
    assert act(moderator, slug, "moderation", do="unmute", person=me["person"]).status == 303
    assert act(organiser, slug, "organiser", do="pause", on="1").status == 303
    try:
        page = ask(browser, slug, text)
        assert page.status == 409
        assert text in html.unescape(page.text)
        assert ask(browser, slug, text, json=True).json()["code"] == "paused"
    finally:
        assert act(organiser, slug, "organiser", do="pause", on="0").status == 303
    assert ask(browser, slug, text).status == 303


def test_the_form_of_a_key_that_was_used_otherwise(server, slug) -> None:
    browser, key = server.volunteer(slug), str(uuid4())
    text = sentence()
    assert ask(browser, slug, text, key=key).status == 303
    assert ask(browser, slug, text, key=key).status == 303
    page = ask(browser, slug, sentence(), key=key)
    assert page.status == 409
    assert key not in page.text
    assert ask(browser, slug, sentence(), key=key, json=True).json()["code"] == "key_reused"


@pytest.mark.parametrize("fields", [{"show": "loudly"}, {"key": "x"}, {"via": "dove"}])
def test_fields_that_no_form_of_ours_has(server, slug, fields) -> None:
    browser, text = server.volunteer(slug), sentence()
    page = ask(browser, slug, text, **fields)
    assert page.status == 422
    assert text in html.unescape(page.text)
    assert ask(browser, slug, text, json=True, **fields).json()["code"] == "malformed"


def test_asking_as_several_bytes_and_parts(server, slug) -> None:
    browser = server.volunteer(slug)
    token, text = server.page(browser, slug).token, sentence()
    parts = {"token": token, "key": str(uuid4()), "text": text}
    body = "".join(
        f'--grenze\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    kind = {"content_type": "multipart/form-data; boundary=grenze", "accept": "application/json"}
    address = f"/sessions/{slug}/questions"
    assert browser.ask("POST", address, body + "--grenze--\r\n", **kind).status == 200
    file = '--grenze\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx\r\n'
    refused = browser.ask("POST", address, body + file + "--grenze--\r\n", **kind)
    assert refused.status == 400
    assert refused.json()["code"] == "malformed"
    odd = browser.ask("POST", address, b"token=%ff%fe&text=\xff\xfe", content_type=FORM)
    assert odd.status == 409


# --- upvotes --------------------------------------------------------------------------------------


def test_support_and_take_it_back(server, slug, moderator) -> None:
    number, browser = approved(server, slug, moderator), server.volunteer(slug)
    address = f"/sessions/{slug}/questions/{number}/upvote"
    for on, count in (("1", 2), ("1", 2), ("0", 1)):
        form = {"token": server.page(browser, slug).token, "key": str(uuid4()), "on": on}
        message = browser.post(address, form, accept="application/json")
        assert message.json()["result"] == {"number": number, "on": on == "1", "upvotes": count}
    form = {"token": server.page(browser, slug).token, "key": str(uuid4()), "on": "1"}
    assert browser.post(address, form).headers["location"] == f"/sessions/{slug}#q-{number}-t"
    question = browser.post(address, form | {"back": "question"}).headers["location"]
    assert question == f"/sessions/{slug}/questions/{number}"
    english = browser.post(f"{address}?lang=en", form).headers["location"]
    assert english == f"/sessions/{slug}?lang=en#q-{number}-t"


@pytest.mark.parametrize(
    "number, on, status",
    [("1000000", "1", 404), ("0", "1", 404), ("9" * 30, "1", 404), ("1", "vielleicht", 422)],
)
def test_upvotes_that_are_refused(server, slug, moderator, number, on, status) -> None:
    approved(server, slug, moderator)
    browser = server.volunteer(slug)
    form = {"token": server.page(browser, slug).token, "key": str(uuid4()), "on": on}
    address = f"/sessions/{slug}/questions/{number}/upvote"
    assert browser.post(address, form).status == status
    assert browser.post(address, form, accept="application/json").status == status


def test_an_address_with_a_number_too_long_to_read(server, slug) -> None:
    browser = server.browser()
    for address in (f"/sessions/{slug}/questions/{'9' * MANY}", f"/archive/{slug}/{'9' * MANY}"):
        assert browser.get(address).status == 404


# --- one's own questions ------------------------------------------------------------------------


def test_reword_withdraw_appeal_and_object(server, slug, moderator) -> None:
    browser = server.volunteer(slug)
    number, rev = made(ask(browser, slug, sentence(), json=True))
    old = act(browser, slug, "mine", do="reword", number=number, rev=rev + 100, text="Neu so?")
    assert old.status == 409
    assert "Neu so?" in old.text
    text = sentence()
    assert act(browser, slug, "mine", do="reword", number=number, rev=rev, text=text).status == 303
    assert text in html.unescape(browser.get(f"/sessions/{slug}/mine").text)
    rev = own(browser, slug)[number]["rev"]
    back = {
        "do": "return",
        "number": number,
        "rev": rev,
        "reason": "unclear",
        "note": "Bitte kürzer",
    }
    assert act(moderator, slug, "moderation", **back).status == 303
    assert "Bitte kürzer" in browser.get(f"/sessions/{slug}/mine").text
    appeal = {"do": "appeal", "number": number, "text": "Doch, bitte."}
    assert act(browser, slug, "mine", **appeal).status == 303
    assert act(browser, slug, "mine", **appeal).status == 409
    assert act(browser, slug, "mine", do="object", number=number).status == 409
    assert act(browser, slug, "mine", do="withdraw", number=number).status == 303
    assert own(browser, slug)[number]["review"] == "withdrawn"


def test_what_was_typed_to_a_question_that_was_decided_meanwhile_stands_there(
    server, slug, moderator
) -> None:
    browser = server.volunteer(slug)
    number, rev = made(ask(browser, slug, sentence(), json=True))
    decided = act(moderator, slug, "moderation", do="approve", number=number, rev=rev)
    assert decided.status == 303
    typed = {"number": number, "rev": rev, "text": "Doch <so>?", "background": "Weil <es>"}
    for do in ("reword", "appeal"):
        page = act(browser, slug, "mine", do=do, **typed)
        assert page.status == 409
        for words in ("Doch &lt;so&gt;?", "Weil &lt;es&gt;"):
            assert page.text.count(f"{words}</textarea>") == 1


def made(page: Page) -> tuple[int, int]:
    result = page.json()["result"]
    return result["number"], result["rev"]


def own(browser: Browser, slug: str) -> dict[int, dict[str, Any]]:
    me = browser.get(f"/sessions/{slug}/updates?stream=floor").json()[0]["me"]
    return {row["number"]: row for row in me["mine"]}


def test_only_ones_own_commands_stand_on_the_page_of_ones_own(server, slug, moderator) -> None:
    number, browser = approved(server, slug, moderator), server.volunteer(slug)
    assert act(browser, slug, "mine", do="withdraw", number=number).status == 404
    assert act(browser, slug, "mine", do="ask", text=sentence()).status == 422
    assert act(browser, slug, "mine", do="").status == 422


def test_the_private_link_gives_the_same_person_on_every_device(server, slug) -> None:
    browser, text = server.volunteer(slug), sentence()
    ask(browser, slug, text)
    page = html.unescape(browser.get(f"/sessions/{slug}/mine").text)
    link = re.search(rf"/sessions/{slug}/mine/[\w-]+", page)[0]  # type: ignore[index]
    for _ in range(2):
        phone = server.browser()
        assert text not in phone.get(link).text
        assert not phone.cookie
        assert phone.submit(link, link).status == 303
        assert text in html.unescape(phone.get(f"/sessions/{slug}/mine").text)
        assert own(phone, slug).keys() == own(browser, slug).keys()
    wrong = f"/sessions/{slug}/mine/gibt-es-nicht"
    assert server.browser().get(wrong).status == 410
    assert server.browser().post(wrong, {"token": server.seal(slug)}).status == 410


def test_a_private_link_leads_to_its_own_session(server, slug) -> None:
    other = server.slugs["open"]
    page = html.unescape(server.volunteer(other).get(f"/sessions/{other}/mine").text)
    token = re.search(rf"/sessions/{other}/mine/([\w-]+)", page)[1]  # type: ignore[index]
    browser = server.volunteer(slug)
    elsewhere = f"/sessions/{slug}/mine/{token}"
    assert browser.submit(elsewhere, elsewhere).headers["location"] == f"/sessions/{other}/mine"
    assert browser.get(f"/sessions/{slug}/mine").status == 200
    assert browser.get(f"/sessions/{other}/mine").status == 200


def test_ones_own_page_asks_strangers_to_join(server, slug) -> None:
    answer = server.browser().get(f"/sessions/{slug}/mine")
    assert (answer.status, answer.headers["location"]) == (303, f"/sessions/{slug}/join")


# --- joining -------------------------------------------------------------------------------------


def test_a_code_lets_people_in_and_a_wrong_one_keeps_what_was_typed(server) -> None:
    slug = server.slugs["code"]
    browser = server.browser()
    page = browser.join(slug, "Samira Kanarienvogel", code="000000")
    assert page.status == 403
    assert "Samira Kanarienvogel" in page.text
    assert browser.join(slug, "Samira Kanarienvogel", code="ü").status == 403
    spaced = f"{CODE[:3]} {CODE[3:]}"
    assert browser.join(slug, "Samira Kanarienvogel", code=spaced).status == 303
    again = browser.get(f"/sessions/{slug}/join?lang=en")
    assert (again.status, again.headers["location"]) == (303, f"/sessions/{slug}?lang=en")


def test_where_a_personal_link_is_needed_nobody_joins_by_form(server) -> None:
    slug, browser = server.slugs["link"], server.browser()
    form = {"token": server.seal(slug), "key": str(uuid4()), "name": "Samira"}
    assert browser.post(f"/sessions/{slug}/join", form).status == 403


@pytest.mark.parametrize("name, code", [("x" * 200, 422), ("x" * 81, 422), ("a\u202eb", 422)])
def test_names_that_are_refused(server, slug, name, code) -> None:
    assert server.browser().join(slug, name).status == code


def test_joining_twice_is_joining_once(server, slug) -> None:
    browser = server.volunteer(slug)
    person = browser.get(f"/sessions/{slug}/updates").json()[0]["me"]["person"]
    page = browser.get(f"/sessions/{slug}")
    address = f"/sessions/{slug}/join"
    assert browser.post(address, {"token": page.token, "name": "Neuer Name"}).status == 303
    me = browser.get(f"/sessions/{slug}/updates").json()[0]["me"]
    assert (me["person"], me["name"]) == (person, "Neuer Name")


# --- staff ---------------------------------------------------------------------------------------


def test_an_invitation_is_used_up_by_posting_and_by_nothing_else(server, slug) -> None:
    link = server.invite(slug, "moderator", "Nora Zweitname")
    path = link.removeprefix(server.base)
    for _ in range(3):
        page = server.browser().get(path)
        assert page.status == 200
        assert "Nora Zweitname" in page.text
        assert "set-cookie" not in page.headers
    token = server.browser().get(path).token

    def use(_: int) -> int:
        return server.browser().post(path, {"token": token}).status

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(use, range(20))) == [303] + [410] * 19
    assert server.browser().get(path).status == 410
    assert server.browser().get("/enter/gibt-es-nicht").status == 410


@pytest.mark.parametrize("place", ["moderation", "stage", "scribe", "organiser"])
def test_pages_of_staff_are_for_staff(server, slug, moderator, place) -> None:
    address = f"/sessions/{slug}/{place}"
    for browser in (server.browser(), server.volunteer(slug)):
        assert browser.get(address).status == 403
        token = browser.get(f"/sessions/{slug}").token
        form = {"token": token, "key": str(uuid4()), "do": "message", "text": "Hallo"}
        assert browser.post(address, form).status == 403
    if place != "moderation":
        assert moderator.get(address).status == 403
    assert server.browser().get(f"/sessions/gibt-es-nicht/{place}").status == 404


def test_an_organiser_may_stand_in_for_everyone(server, slug, organiser) -> None:
    for place in ("moderation", "stage", "scribe", "organiser", ""):
        assert organiser.get(f"/sessions/{slug}/{place}".rstrip("/")).status == 200


def test_a_form_of_one_page_acts_on_no_other(server, slug, moderator, organiser) -> None:
    team = moderator.get(f"/sessions/{slug}/moderation").token
    form = {"token": team, "key": str(uuid4()), "do": "pause", "on": "1"}
    refused = moderator.post(f"/sessions/{slug}/moderation", form, accept="application/json")
    assert (refused.status, refused.json()["code"]) == (403, "forbidden")
    other = {"token": organiser.get(f"/sessions/{slug}/organiser").token, "do": "message"}
    assert moderator.post(f"/sessions/{slug}/moderation", other).status == 409
    elsewhere = server.volunteer(server.slugs["open"])
    token = elsewhere.get(f"/sessions/{server.slugs['open']}").token
    assert (
        elsewhere.post(f"/sessions/{slug}/questions", {"token": token, "text": "?"}).status == 409
    )


def test_a_moderators_refusal_keeps_the_note(server, slug, moderator) -> None:
    number, note = approved(server, slug, moderator), f"Merkzettel {uuid4().hex}"
    page = act(moderator, slug, "moderation", do="edit", number=number, rev=1, text=note)
    assert page.status == 409
    assert note in page.text
    left = act(moderator, slug, "moderation", do="brief", number=number, rev=1, text=note)
    assert (left.status, left.text.count(f"{note}</textarea>")) == (409, 1)
    same = act(moderator, slug, "moderation", do="claim", number=number, back="//böse.example")
    assert same.headers["location"] == f"/sessions/{slug}/moderation"
    view = f"/sessions/{slug}/moderation?tab=log"
    kept = act(moderator, slug, "moderation", do="claim", number=number, back=view)
    assert kept.headers["location"] == view


@pytest.mark.parametrize("do", ["declare", "enter", "tick", "note", "", "tanzen"])
def test_commands_of_the_server_itself_are_not_for_forms(server, slug, organiser, do) -> None:
    assert act(organiser, slug, "organiser", do=do).status == 422


def test_the_stage_and_the_scribe_by_form(server) -> None:
    slug = server.slugs["direct"]
    team = server.staff(slug, "moderator")
    minister = server.staff(slug, "minister", "Mina Beispielname")
    scribe = server.staff(slug, "scribe", "Sven Beispielname")
    number = approved(server, slug, team)
    order = desk_row(team, slug)["order_rev"]
    taken = {"do": "now", "number": number, "order_rev": order}
    assert act(minister, slug, "stage", **taken).status == 303
    assert act(minister, slug, "stage", **taken).status == 409
    rev = {r["number"]: r["rev"] for r in rows(team, slug)}[number]
    answer = {
        "do": "answer",
        "number": number,
        "rev": rev,
        "text": "Ja, ab Januar.",
        "kind": "summary",
    }
    more = {
        "outcome": "promised",
        "until": "2030-01-31",
        "by": "Referat 4",
        "sources": "https://a.example\n\n",
    }
    assert act(scribe, slug, "scribe", **(answer | {"rev": rev + 50})).status == 409
    assert act(scribe, slug, "scribe", **answer, **more).status == 303
    done = {
        "do": "done",
        "order_rev": desk_row(team, slug)["order_rev"],
        "seen": number,
        "outcome": "promised",
    }
    assert act(minister, slug, "stage", **done).status == 303
    page = server.browser().get(f"/sessions/{slug}/questions/{number}")
    assert "Ja, ab Januar." in page.text
    for view in ("?view=list", "?view=background", "?view=now&page=2", "?view=x&page=x"):
        assert minister.get(f"/sessions/{slug}/stage{view}").status == 200
    for tab in ("?tab=open", "?tab=release", f"?number={number}"):
        assert scribe.get(f"/sessions/{slug}/scribe{tab}").status == 200
    for query in ("?tab=order", "?tab=log", f"?number={number}&dialog=merge&into=1", "?number=x"):
        assert team.get(f"/sessions/{slug}/moderation{query}").status == 200


def rows(team: Browser, slug: str) -> list[dict[str, Any]]:
    return list(team.get(f"/sessions/{slug}/updates?stream=desk").json()[1]["questions"])


def desk_row(team: Browser, slug: str) -> dict[str, Any]:
    return dict(team.get(f"/sessions/{slug}/updates?stream=desk").json()[1]["session"])


def test_a_merged_question_leads_to_the_one_that_is_kept(server, slug, moderator) -> None:
    one, two = approved(server, slug, moderator), approved(server, slug, moderator)
    rev = {r["number"]: r["rev"] for r in rows(moderator, slug)}[two]
    assert (
        act(moderator, slug, "moderation", do="merge", number=two, rev=rev, into=one).status == 303
    )
    answer = server.browser().get(f"/sessions/{slug}/questions/{two}")
    assert (answer.status, answer.headers["location"]) == (303, f"/sessions/{slug}/questions/{one}")
    assert server.browser().get(f"/sessions/{slug}/questions/1000000").status == 404


def test_a_body_that_is_too_large(server, slug) -> None:
    browser = server.volunteer(slug)
    form = {"token": server.page(browser, slug).token, "text": "x" * 70_000}
    assert browser.post(f"/sessions/{slug}/questions", form).status == 413
    body = urlencode(form).encode()
    kind = {"content_type": FORM, "x_dialog_token": form["token"]}
    for place in ("questions", "commands"):
        chunked = browser.ask("POST", f"/sessions/{slug}/{place}", iter([body]), **kind)
        assert chunked.status == 413


# --- whatever comes -------------------------------------------------------------------------------

DOINGS = sorted(set().union(*MAY.values()) | {"tanzen"})


def test_no_form_however_poor_meets_a_fault(server) -> None:
    """Every command on every page of staff and of one's own, with as few fields as can be sent."""
    slug = server.slugs["open"]
    volunteer = server.volunteer(slug)
    number, _ = made(ask(volunteer, slug, sentence(), json=True))
    team = server.staff(slug, "organiser", "Olga Beispielname")
    seals = {page: team.get(f"/sessions/{slug}/{page}").token for page in PAGES}
    met = set()
    for do in DOINGS:
        for page, seal in seals.items():
            form = {"token": seal, "key": str(uuid4()), "do": do, "number": number, "rev": 10**6}
            met.add(team.post(f"/sessions/{slug}/{page}", form).status)
        if do in OWN - {"withdraw"}:
            met.add(act(volunteer, slug, "mine", do=do, number=number).status)
            met.add(act(volunteer, slug, "mine", do=do).status)
    for poor in ({}, {"show": ""}, {"text": "Ja?", "show": ""}):
        form = {"token": token(volunteer, slug)} | poor
        met.add(volunteer.post(f"/sessions/{slug}/questions", form).status)
    assert met <= {303, 403, 404, 409, 422, 429}


PAGES = ("moderation", "stage", "scribe", "organiser")

# What a group's form says that somebody wrote by hand.
STRANGE = [
    {"do": do, field: value}
    for do in ("return", "edit", "merge", "approve", "return_all", "merge_all", "")
    for field in ("number", "picked", "into")
    for value in ("", ".", "1.2.3", "9" * MANY, "9" * MANY + ".1", "\u0663.1", "x")
]


@pytest.mark.parametrize("name", ["live", "announced"])
def test_strange_numbers_in_a_form_of_the_desk_are_refused(server, name) -> None:
    """Also where nobody has asked anything, and so no question is in hand."""
    slug, address = server.slugs[name], f"/sessions/{server.slugs[name]}/moderation"
    if name == "live":
        made(ask(server.volunteer(slug), slug, sentence(), json=True))
    team = server.staff(slug, "moderator")
    seal = team.get(address).token
    met = {team.post(address, {"token": seal} | fields).status for fields in STRANGE}
    assert met <= {404, 422}
