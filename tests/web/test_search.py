"""Looking for questions at the desk: what is found, and that everything can be."""

import re

import pytest

from dialog.forum import commands as c
from dialog.forum.names import CLAIM_TIME, SYSTEM, Phase, Show, Via
from dialog.forum.question import Mark
from dialog.web.search import Search
from tests.forum.evening import ANNA, BORIS, MARA, Evening
from tests.live.server import Server
from tests.web.test_forms import act, approved


def evening() -> Evening:
    """Return an evening with a question of every kind that can be looked for."""
    made = Evening(Phase.LIVE)
    made.ask("Wann fährt der Bus nach Neustadt?", ANNA, background="Seit März nicht mehr.")
    made.public("Wer zahlt die Straßenbahn?", BORIS)
    made.give_back(made.ask("Rufen Sie 0170 an?", BORIS))
    made.told(c.Ask("Aus dem Saal?", via=Via.HALL, asker="Frau Größe", show=Show.TEAM), MARA)
    made.told(c.Note(3, (), (Mark("phone", 10, 14),)), SYSTEM)
    made.told(c.Appeal(3, "Bitte."), BORIS)
    made.told(c.Topic(2, made.rev(2), "Wohnen"), MARA)
    made.told(c.Edit(1, made.rev(1), "Wann kommt der Bus?"), MARA)
    made.told(c.Claim(4), MARA)
    made.told(c.Mute(BORIS.person), MARA)
    return made


@pytest.mark.parametrize(
    "query, numbers",
    [
        ({}, [4, 3, 2, 1]),
        ({"q": "bus"}, [1]),
        ({"q": "NEUSTADT märz"}, [1]),
        ({"q": "STRASSENBAHN"}, [2]),
        ({"q": "größe"}, [4]),
        ({"q": "bus bahn"}, []),
        ({"q": "#3"}, [3]),
        ({"q": "3"}, [3]),
        ({"state": "returned"}, [3]),
        ({"state": "approved", "q": "bus"}, []),
        ({"state": "es gibt ihn nicht"}, [4, 3, 2, 1]),
        ({"topic": "Wohnen"}, [2]),
        ({"mark": "personal"}, [3]),
        ({"mark": "appeal"}, [3]),
        ({"mark": "claimed"}, [4]),
        ({"mark": "via"}, [4]),
        ({"mark": "edited"}, [1]),
        ({"mark": "muted"}, [3, 2]),
        ({"mark": "es gibt es nicht"}, [4, 3, 2, 1]),
    ],
)
def test_what_is_found(query: dict[str, str], numbers: list[int]):
    made = evening()
    assert Search.of(query).found(made.session, made.now) == numbers


def test_a_claim_that_ran_out_is_looked_for_in_vain():
    made = evening()
    claimed = Search.of({"mark": "claimed"})
    assert claimed.found(made.session, made.now + CLAIM_TIME) == []


def test_the_page_finds_what_was_decided_long_ago_and_leads_to_it(server: Server):
    slug = server.slugs["live"]
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)
    page = f"/sessions/{slug}/moderation"
    found = desk.get(f"{page}?dialog=search&q={number}&state=approved&topic=&mark=")
    assert f'{page}?number={number}"' in found.text
    assert re.search(r'<option value="approved" selected>', found.text)
    assert f'value="{number}"' in found.text
    none = desk.get(f"{page}?dialog=search&q=gibtesnicht%22%3E%3Cscript%3E")
    assert "0 Fragen gefunden." in none.text
    assert "<script>" not in none.text.partition("</head>")[2].replace('<script type="module"', "")
    assert desk.get(f"{page}?dialog=search&state=x&mark=%00&topic=y").status == 200


def test_in_english_every_link_of_the_desk_keeps_the_language_and_its_number(server: Server):
    slug = server.slugs["live"]
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)
    assert act(desk, slug, "moderation", do="claim", number=number).status == 303
    page = f"/sessions/{slug}/moderation?lang=en"
    for view in ("", "&tab=order", "&tab=log", f"&number={number}", "&dialog=search"):
        shown = desk.get(page + view).text
        links = re.findall(rf'href="(/sessions/{slug}/moderation[^"]*)"', shown)
        assert links
        for link in links:
            assert link.count("?") <= 1, link
    opened = desk.get(f"{page}&number={number}").text
    assert f"Question {number}" in opened.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "role, page, views",
    [
        ("minister", "stage", ("", "&view=list")),
        ("scribe", "scribe", ("", "&tab=open", "&tab=promises", "&tab=versions&number={}")),
        ("organiser", "organiser", ("", "&tab=publish", "&confirm=close")),
    ],
)
def test_in_english_every_link_of_staff_keeps_the_language_and_its_view(
    server: Server, role: str, page: str, views: tuple[str, ...]
):
    slug = server.slugs["live"]
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)
    someone = server.staff(slug, role, "Name Beispielname")
    address = f"/sessions/{slug}/{page}"
    for view in views:
        shown = someone.get(f"{address}?lang=en{view.format(number)}").text
        links = re.findall(rf'href="({address}[?"][^"]*)"(?! lang="de)', shown)
        assert links
        for link in links:
            assert "lang=en" in link, link
            assert link.count("?") == 1, link


def test_english_pages_quote_in_english(server: Server):
    slug = server.slugs["live"]
    desk = server.staff(slug, "moderator", "Mara Beispielname")
    number = approved(server, slug, desk)
    page = f"/sessions/{slug}/moderation?lang=en&number={number}&dialog=return"
    shown = desk.get(page).text
    assert "<q>" in shown
    assert "„" not in shown
