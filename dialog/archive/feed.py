"""What happened to records, as entries of a feed: each with an identifier that never changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dialog.archive.addresses import page, question_page
from dialog.archive.words import Words, utc
from dialog.forum.names import Amended

PUBLISHED = "published"
CORRECTIONS = (Amended.CORRECTED, Amended.BLACKENED, Amended.REMOVED)
# A name that was withdrawn is gone; telling where it stood would lead there.
UNTOLD = (Amended.NAME,)
MOST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; moments are ISO 8601, ``text`` is plain and may be empty."""

    id: str
    title: str
    address: str
    published: str
    updated: str
    text: str


def newest(entries: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """Return so many entries, the latest first."""
    return sorted(entries, key=lambda one: (utc(one.updated), one.id), reverse=True)[:most]


def of_record(record: Mapping[str, Any], words: Words, base_url: str) -> Iterator[Entry]:
    """Yield the entry of a record, and one for each later change."""
    figures = record["figures"]
    ends = figures["outcomes"]
    answered = sum(ends.values()) - ends.get("not_reached", 0)
    yield Entry(
        tag(base_url, record),
        words.say("record", title=record["title"]),
        page(base_url, record),
        record["published"],
        record["changed"],
        words.say("told", n=words.number(figures["approved"]), answered=words.number(answered)),
    )
    yield from changes(record, words, base_url)


def of_question(
    record: Mapping[str, Any], question: Mapping[str, Any], words: Words, base_url: str
) -> Iterator[Entry]:
    """Yield the entry of a question, and one for each later change."""
    moments = [record["published"], *(one["at"] for one in question["changes"])]
    answer = question["answer"]
    yield Entry(
        tag(base_url, record, question),
        question["text"] or _named(question, words),
        question_page(base_url, record, question),
        record["published"],
        max(moments, key=utc),
        answer["text"] if answer else words.say(f"outcome.{question['outcome']}"),
    )
    yield from _changes(record, question, words, base_url)


def changes(record: Mapping[str, Any], words: Words, base_url: str) -> Iterator[Entry]:
    """Yield what happened to the questions of a record after its publication."""
    for question in record["questions"]:
        yield from _changes(record, question, words, base_url)


def corrections(record: Mapping[str, Any], words: Words, base_url: str) -> Iterator[Entry]:
    """Yield the corrections of a record."""
    for question in record["questions"]:
        yield from _changes(record, question, words, base_url, CORRECTIONS)


def tag(
    base_url: str,
    record: Mapping[str, Any],
    question: Mapping[str, Any] | None = None,
    more: str = "",
) -> str:
    """Return the identifier of a record, a question or one of its changes (RFC 4151)."""
    host = urlsplit(base_url).hostname or "localhost"
    number = f"/{question['number']}" if question else ""
    return f"tag:{host},{record['slug'][:10]}:/archive/{record['slug']}{number}{more}"


def _changes(
    record: Mapping[str, Any],
    question: Mapping[str, Any],
    words: Words,
    base_url: str,
    told: Iterable[str] = frozenset(Amended) - frozenset(UNTOLD),
) -> Iterator[Entry]:
    for change in question["changes"]:
        what, at = change["what"], change["at"]
        if what in told:
            text = question["text"] or _named(question, words)
            yield Entry(
                tag(base_url, record, question, f"/{what}/{utc(at):%Y%m%dT%H%M%S.%fZ}"),
                words.say("change.title", what=words.say(f"change.{what}"), text=text),
                question_page(base_url, record, question),
                at,
                at,
                _text(question, what),
            )


def _named(question: Mapping[str, Any], words: Words) -> str:
    return words.say("question", n=question["number"])


def _text(question: Mapping[str, Any], what: str) -> str:
    """Return what a question says since a change, where the change is about what it says."""
    answer = question["answer"]
    if what == Amended.REMOVED and question["removed"]:
        return str(question["removed"]["why"])
    if what == Amended.KEPT and answer and answer["kept"]:
        return str(answer["kept"]["text"])
    if what in (Amended.ANSWERED, Amended.CORRECTED) and answer:
        return str(answer["text"])
    return ""
