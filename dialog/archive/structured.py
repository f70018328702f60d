"""A record in the words of schema.org, for programs that read pages (JSON-LD)."""

from collections.abc import Mapping
from typing import Any

from dialog.archive.addresses import page, question_page

CONTEXT = "https://schema.org"
NAME = "Dialog digital"


def event(record: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return a session as an event; ``base_url`` is the server's address, without a slash."""
    address = page(base_url, record)
    said = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": f"{NAME}: {record['title']}",
        "inLanguage": record["language"],
        "startDate": record["starts"],
        "endDate": record["ends"],
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address},
        "performer": _answerer(record),
        "isAccessibleForFree": True,
    }
    if record["introduction"]:
        said["description"] = record["introduction"]
    if record["recording"]:
        said["recordedIn"] = {"@type": "CreativeWork", "url": record["recording"]["url"]}
    return said


def question(record: Mapping[str, Any], asked: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return a question of a record as a page of questions and answers; one with a text."""
    address = question_page(base_url, record, asked)
    answer = asked["answer"]
    entity = {
        "@type": "Question",
        "@id": address,
        "name": asked["text"],
        "text": asked["background"] or asked["text"],
        "dateCreated": asked["asked"],
        "upvoteCount": asked["upvotes"],
        "answerCount": int(answer is not None),
    }
    if asked["asker"]:
        entity["author"] = {"@type": "Person", "name": asked["asker"]}
    if answer:
        entity["acceptedAnswer"] = _answer(record, asked, address)
    return {
        "@context": CONTEXT,
        "@type": "QAPage",
        "url": address,
        "inLanguage": record["language"],
        "isPartOf": {"@type": "Event", "@id": page(base_url, record)},
        "dateModified": record["changed"],
        "mainEntity": entity,
    }


def _answer(record: Mapping[str, Any], asked: Mapping[str, Any], address: str) -> dict[str, Any]:
    answer = asked["answer"]
    said = {"@type": "Answer", "text": answer["text"], "url": address}
    said["author"] = _author(record, asked)
    if answer["at"]:
        said["dateCreated"] = answer["at"]
    if answer["sources"]:
        said["citation"] = answer["sources"]
    return said


def _author(record: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return who speaks: whoever handed a written answer in, else the answerer."""
    by = asked["answer"]["by"]
    if asked["outcome"] == "written" and by:
        return {"@type": "Organization", "name": by}
    return _answerer(record)


def _answerer(record: Mapping[str, Any]) -> dict[str, Any]:
    answerer = record["answerer"]
    office = {"@type": "Organization", "name": answerer["office"]}
    return {"@type": "Person", "name": answerer["name"], "affiliation": office}
