"""What programs read in a page: the same as people, and never as markup."""

import json
import re

import pytest

from dialog.archive.structured import event, question
from dialog.web.templating import environment
from tests.archive.records import record
from tests.hostile import TEXTS

BASE = "https://dialog.example"
RECORD = record(50)
MACRO = '{% import "parts/structured.html" as structured %}{{ structured.data(value) }}'


def printed(value: object) -> str:
    return environment("de").from_string(MACRO).render(value=value)


def test_a_session_is_an_event_at_its_permanent_address() -> None:
    said = event(RECORD, BASE)
    assert (said["@context"], said["@type"]) == ("https://schema.org", "Event")
    assert said["@id"] == said["url"] == f"{BASE}/archive/{RECORD['slug']}"
    assert (said["startDate"], said["endDate"]) == (RECORD["starts"], RECORD["ends"])
    assert said["name"].endswith(RECORD["title"])
    assert said["performer"]["name"] == RECORD["answerer"]["name"]
    assert said["performer"]["affiliation"]["name"] == RECORD["answerer"]["office"]
    assert said["recordedIn"]["url"] == RECORD["recording"]["url"]
    plain = event(RECORD | {"recording": None, "introduction": ""}, BASE)
    assert not plain.keys() & {"recordedIn", "description"}


@pytest.mark.parametrize("asked", [q for q in RECORD["questions"] if q["text"]][::5])
def test_a_question_says_what_the_record_says(asked) -> None:
    said = question(RECORD, asked, BASE)
    entity = said["mainEntity"]
    assert (said["@type"], entity["@type"]) == ("QAPage", "Question")
    assert said["url"] == f"{BASE}/archive/{RECORD['slug']}/{asked['number']}"
    assert (entity["name"], entity["upvoteCount"]) == (asked["text"], asked["upvotes"])
    assert entity.get("author", {}).get("name") == asked["asker"]
    answer = asked["answer"]
    assert entity["answerCount"] == bool(answer)
    assert entity.get("acceptedAnswer", {}).get("text") == (answer and answer["text"])
    if answer:
        by = answer["by"] if asked["outcome"] == "written" else RECORD["answerer"]["name"]
        assert entity["acceptedAnswer"]["author"]["name"] == by


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_leaves_its_block(name) -> None:
    text = TEXTS[name].encode("utf-8", "replace").decode()
    html = printed({"text": text})
    inner = re.fullmatch(r'<script type="application/ld\+json">([^<>&]*)</script>', html.strip())
    assert inner
    assert json.loads(inner[1]) == {"text": text}
