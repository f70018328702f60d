"""Notices, calls and guides at a real server: written, published, read, ended, handed in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.archive.readers import feed
from tests.hostile import MARKUP
from tests.live.client import Browser
from tests.live.server import Server, running
from tests.live.team import hand_in, signed_in
from tests.promises.test_p22_bad_text_is_harmless import harm_in

DESK, GUIDES = "/organiser/information", "/organiser/guides"
LIST = (Path(__file__).parents[2] / "dialog/demo/guides.csv").read_bytes()
RECORD = "2026-10-06-wohnen-und-ankommen"
TEXT = {
    "kind": "notice",
    "title": "Neue Regeln für Sprachkurse",
    "body": "Ab **Januar** gilt:\n\n- mehr",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("information")
    with running(folder, staff_messages_per_10s=5_000) as started:
        yield started


@pytest.fixture(scope="module")
def olga(server: Server) -> Browser:
    return signed_in(server, "olga@example.org")


def write(olga: Browser, do: str = "publish", place: str = "new", **fields: str):
    """Send the form of a notice as its page has it, with these fields changed."""
    address = f"{DESK}/{place}"
    page = olga.get(address)
    said = {k: v for k, v in page.fields.items() if k not in {"token", "do"}}
    return olga.submit(
        address, address, **{**said, **(TEXT if place == "new" else {}), "do": do, **fields}
    )


def sure(olga: Browser, place: str, do: str):
    """Press the button of the page that asks once more."""
    page, address = f"{DESK}/{place}?confirm={do}", f"{DESK}/{place}"
    return olga.submit(page, address, do=do, rev=olga.get(page).fields["rev"])


def number(answer) -> str:
    assert answer.status == 303, answer.text
    found = re.search(rf"{DESK}/(\d+)", answer.headers["location"])
    assert found
    return found[1]


def path_of(olga: Browser, place: str) -> str:
    found = re.search(
        r'href="(/information/2[^"]+)"', olga.get(f"{DESK}/{place}?done=published").text
    )
    assert found
    return found[1]


def test_a_notice_is_a_draft_then_public_then_changed_then_gone(server, olga) -> None:
    reader = server.browser()
    place = number(write(olga, "save", title="Nur für uns"))
    assert "Nur für uns" in olga.get(DESK).text
    assert "Nur für uns" not in reader.get("/information").text
    assert number(write(olga, "publish", place, title="Für alle", topics="Sprache, Kurse")) == place
    path = path_of(olga, place)
    assert path.endswith("-fuer-alle")
    listed, shown = reader.get("/information"), reader.get(path)
    assert "Für alle" in listed.text
    assert "<strong>Januar</strong>" in shown.text
    assert "set-cookie" not in shown.headers
    etag = shown.headers["etag"]
    assert reader.get(path, if_none_match=etag).status == 304
    assert "Für alle" in reader.get("/information?topic=Kurse").text
    assert "Für alle" not in reader.get("/information?topic=Miete").text
    told = feed(reader.get("/information/feed.atom").body)
    assert any("Für alle" in str(one) for one in told)
    assert path in reader.get("/sitemap.xml").text
    assert number(write(olga, "save", place, title="Für alle, anders")) == place
    assert "Für alle, anders" in reader.get(path).text  # at once, and at the same address
    gone = sure(olga, place, "withdraw")
    assert gone.headers["location"] == f"{DESK}?done=withdrawn"
    assert reader.get(path).status == 410
    assert "Für alle" not in reader.get("/information").text
    assert path not in reader.get("/sitemap.xml").text
    assert reader.get("/information/2020-01-01-nie").status == 404


def test_a_preview_stores_nothing_and_loses_nothing(server, olga) -> None:
    before = olga.get(DESK).text.count("<li")
    seen = write(olga, "preview", title="Erst ansehen", body="<script>x</script> **so**")
    assert seen.status == 200
    assert "<strong>so</strong>" in seen.text
    assert "<script>x" not in seen.text
    assert 'value="Erst ansehen"' in seen.text
    assert olga.get(DESK).text.count("<li") == before


def test_a_draft_can_be_deleted_and_a_public_notice_cannot(server, olga) -> None:
    place = number(write(olga, "save", title="Weg damit"))
    address = f"{DESK}/{place}"
    assert sure(olga, place, "delete").status == 303
    assert olga.get(address).status == 404
    place = number(write(olga, "publish", title="Bleibt"))
    address = f"{DESK}/{place}"
    rev = olga.get(address).fields["rev"]
    assert olga.submit(address, address, do="delete", rev=rev).status == 409
    assert olga.get(path_of(olga, place)).status == 200


@pytest.mark.parametrize(
    "said, status, field",
    [
        ({"title": " "}, 422, "title"),
        ({"title": "x" * 151}, 422, "title"),
        ({"body": ""}, 422, "body"),
        ({"body": "\u202e"}, 422, "body"),
        ({"from_": "gestern"}, 422, "from_"),
        ({"from_": "2.1.2027", "until": "1.1.2027"}, 422, "until"),
        ({"topics": "a,b,c,d,e,f"}, 422, "topics"),
        ({"kind": "call"}, 422, "deadline"),
        ({"kind": "call", "deadline.day": "1.1.2020"}, 422, "deadline"),
        ({"kind": "call", "deadline.day": "2099-02-30"}, 422, "deadline"),
        ({"kind": "call", "deadline.day": "2099-02-01", "deadline.time": "25:00"}, 422, "deadline"),
        ({"links": "https://example.org/"}, 404, "links"),
        ({"links": "/archive/2026-10-06-wohnen-und-ankommen/999"}, 404, "links"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(olga, said, status, field) -> None:
    summary = "Das soll stehen bleiben"
    refused = write(olga, "publish", **{"summary": summary, **said})
    assert refused.status == status, refused.text
    assert summary in refused.text
    assert f'href="#{field}"' in refused.text or "data-refusal" in refused.text
    assert "<title>Fehler:" in refused.text


def test_of_two_who_change_one_the_second_is_told(server, olga) -> None:
    place = number(write(olga, "save", title="Zu zweit"))
    address = f"{DESK}/{place}"
    rev = olga.get(address).fields["rev"]
    assert write(olga, "save", place, title="Zuerst").status == 303
    late = olga.submit(address, address, do="save", **TEXT | {"title": "Danach", "rev": rev})
    assert late.status == 409
    assert 'value="Danach"' in late.text
    assert "Zuerst" in olga.get(address).text


def test_a_call_has_a_deadline_for_the_calendar_and_ends_by_itself(server, olga) -> None:
    reader = server.browser()
    call = {"kind": "call", "deadline.day": "31.1.2099", "deadline.time": "18:30"}
    place = number(write(olga, "publish", title="Integrationspreis", **call))
    path = path_of(olga, place)
    assert "Frist: 31.\u00a0Januar 2099, 18:30\u00a0Uhr" in reader.get(path).text
    told = reader.get(f"{path}.ics").text
    assert "DTSTART;VALUE=DATE:20990131" in told
    assert "Bis 18:30\u00a0Uhr" in told
    assert "STATUS:CONFIRMED" in told
    first = int(re.search(r"SEQUENCE:(\d+)", told)[1])  # type: ignore[index]
    # An earlier deadline of a call that is public already may lie in the past: it is over then.
    assert write(olga, "save", place, **{"deadline.day": "1.1.2020"}).status == 303
    assert "Dieser Aufruf ist beendet" in reader.get(path).text
    assert path not in reader.get("/information").text
    assert path in reader.get("/information?view=earlier").text
    later = reader.get(f"{path}.ics").text
    assert int(re.search(r"SEQUENCE:(\d+)", later)[1]) > first  # type: ignore[index]
    assert sure(olga, place, "withdraw").status == 303
    assert "STATUS:CANCELLED" in reader.get(f"{path}.ics").text
    assert reader.get(f"{path}.ics".replace("integrationspreis", "nie")).status == 404


def test_strangers_and_staff_without_the_office_write_nothing(server) -> None:
    stranger, slug = server.browser(), server.slugs["live"]
    for path in (DESK, f"{DESK}/new", f"{DESK}/1", GUIDES, f"{GUIDES}.csv"):
        assert stranger.get(path).status == 403
        assert server.staff(slug, "organiser").get(path).status == 403
    assert stranger.post(f"{DESK}/new", {"do": "publish", **TEXT}).status == 403
    assert stranger.post(GUIDES, {"do": "take"}).status == 403


@pytest.mark.parametrize("name", sorted(MARKUP))
def test_no_text_harms_whoever_reads_a_notice(server, olga, name) -> None:
    text, reader = MARKUP[name], server.browser()
    said = {"title": text[:150], "summary": text[:300], "body": text, "topics": text[:60]}
    seen = write(olga, "preview", **said)
    done = write(olga, "publish", kind="call", **{**said, "deadline.day": "1.1.2099"})
    shown = [seen, done]
    if done.status == 303:
        place = number(done)
        path = path_of(olga, place)
        assert path.startswith("/information/2")
        shown += [olga.get(at) for at in (DESK, f"{DESK}/{place}")]
        shown += [reader.get(at) for at in ("/", "/information", path, "/subscription")]
        shown += [
            reader.get(at) for at in ("/information/feed.atom", f"{path}.ics", "/sitemap.xml")
        ]
        assert sure(olga, place, "withdraw").status == 303
    else:  # the gate for texts refused it
        assert done.status == 422
    for page in shown:  # what was typed stays in a form as it was typed
        found = [one for one in harm_in(page) if page.status == 200 or not one.startswith("sign")]
        assert not found, name


# --- guides --------------------------------------------------------------------------------------


def take(olga: Browser, content: bytes):
    """Hand a list in, look at it and take it over."""
    page = olga.get(hand_in(olga, content).headers["location"])
    seen = re.search(r'name="seen" value="(\d+)"', page.text)
    count = re.search(r'name="count" value="(\d+)"', page.text)
    roll = re.search(r'name="roll" value="(\w+)"', page.text)
    assert seen, page.text
    assert count
    assert roll
    form = {"do": "take", "seen": seen[1], "count": count[1], "roll": roll[1], "sheet": "0"}
    return olga.submit(GUIDES, GUIDES, **form)


def test_a_directory_is_looked_at_before_it_replaces_the_one_before(server, olga) -> None:
    reader = server.browser()
    assert take(olga, LIST).headers["location"] == f"{GUIDES}?done=taken"
    both = reader.get("/guides?district=augsburg").text
    assert "Landkreis Augsburg" in both
    assert "Stadt Augsburg" in both
    assert "Mehrere passen" in both
    one = json.loads(reader.get(f"/guides.json?district={quote('Lkr. ERDING')}").body)
    assert [it["district"] for it in one["meant"]] == ["Landkreis Erding"]
    doubtful = reader.get(f"/guides?district={quote('Stadt Erding')}").text
    assert "Meinen Sie vielleicht?" in doubtful
    assert "steht niemand" in reader.get("/guides?district=Atlantis").text
    again = olga.get(f"{GUIDES}.csv").body
    page = olga.get(hand_in(olga, again).headers["location"]).text
    assert re.search(r"neu oder geändert</dt><dd>0<", page)
    assert "fällt weg" not in page
    header, first, *_ = LIST.decode().splitlines()
    wrong = f"{header}\n{first}\nLandkreis Erding;Amt;;112;;;\n".encode()
    page = olga.get(hand_in(olga, wrong).headers["location"]).text
    assert "Zeile 3: Die Telefonnummer stimmt nicht" in page
    assert "Orte fallen weg" in page
    assert "Landkreis Erding" in reader.get("/guides").text  # nothing was taken over yet


def test_a_list_that_cannot_be_read_says_why(olga) -> None:
    for content, status, sentence in (
        (b"", 422, "In der Liste steht nichts"),
        (b"PK\x03\x04kaputt", 422, "nicht lesbar"),
        (b"Name;Mail\nA;a@example.org", 422, "fehlen die Überschriften"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1alt", 422, "altes Format"),
        (b"Landkreis;Name\n" + b"x;y\n" * 5_001, 413, "zu groß"),
    ):
        refused = hand_in(olga, content)
        assert refused.status == status, sentence
        assert sentence in refused.text
    assert olga.get(f"{GUIDES}?roll={'0' * 32}").text.count("nicht mehr da") == 1


def test_of_two_lists_at_the_same_time_the_second_is_held_up(olga) -> None:
    page = olga.get(hand_in(olga, LIST).headers["location"])
    named = re.findall(r'name="(seen|count|roll)" value="(\w+)"', page.text)
    form = dict(named)
    assert take(olga, LIST).status == 303
    late = olga.submit(GUIDES, GUIDES, do="take", sheet="0", **form)
    assert late.status == 409
    assert "Das steht in der Liste" in late.text
    assert (
        olga.submit(GUIDES, GUIDES, do="drop", roll=form["roll"])
        .headers["location"]
        .endswith("dropped")
    )
    assert olga.submit(GUIDES, GUIDES, do="take", sheet="0", **form).status == 410
