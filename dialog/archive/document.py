"""A record as a document to be read from top to bottom: headings, paragraphs, tables, notes.

Whoever prints it – as Markdown, as PDF – sets texts and adds none; every text is plain.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from dialog.archive.addresses import page, question_page
from dialog.archive.words import Words, stamp
from dialog.forum.names import Amended, Outcome
from dialog.tongue import tongue

LINES = ("approved", "merged", "returned", "stage_only", "withdrawn", "unreviewed")
OUTCOMES = ("aloud", "promised", "written", "referred", "not_reached")

HEADING = 1_000  # three times what a question may have; a record from elsewhere may have more

Part = dict[str, Any]


def document(record: Mapping[str, Any], words: Words, base_url: str) -> dict[str, Any]:
    """Return the document; ``base_url`` is the server's address, without a slash.

    A line is a text with an address or None, a part ``{"label", "paragraphs", "links"}``, a row of
    a table a label with its count, ``sub`` where it belongs to the row above.
    """
    introduction = paragraphs(record["introduction"])
    questions = [_question(record, one, words, base_url) for one in record["questions"]]
    return {
        "lang": words.lang,
        "tongue": record["language"],
        "tongues": dict(_tongues(record["language"], introduction, questions)),
        "title": words.say("record", title=record["title"]),
        "author": record["answerer"]["office"],
        "topics": record["topics"],
        "lines": list(_lines(record, words, base_url)),
        "contents": words.say("contents"),
        "introduction": {
            "heading": words.say("introduction"),
            "paragraphs": introduction,
        },
        "figures": {"heading": words.say("figures"), "tables": _tables(record["figures"], words)},
        "heading": words.say("questions") if record["questions"] else words.say("no_questions"),
        "questions": questions,
        "source": page(base_url, record),
        "page": words.say("page"),
    }


def _tongues(
    own: str, introduction: list[str], questions: list[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield the texts in another language than the record's, with its code (ISO 639)."""
    parts = [part for one in questions for part in one["parts"]]
    typed = [one["heading"] for one in questions] + introduction
    for text in chain(typed, *(part["paragraphs"] for part in parts)):
        found = tongue(text, own)
        if found != own:
            yield text, found.partition("-")[0]


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text."""
    lines = text.replace("\r\n", "\n")
    return [part.strip() for part in re.split(r"\n\s*\n", lines) if part.strip()]


def speaker(record: Mapping[str, Any], question: Mapping[str, Any], words: Words) -> str:
    """Say who speaks: whoever handed a written answer in, else the answerer."""
    by = question["answer"]["by"]
    if question["outcome"] == Outcome.WRITTEN and by:
        return words.say("in_writing", by=by)
    return "{name}, {office}".format_map(record["answerer"])


def asker(question: Mapping[str, Any], words: Words, *, district: bool = True) -> str:
    """Say who asked, as shown: name and district, one of them, or that nobody is named."""
    shown = (question["asker"], question["district"] if district else None)
    return ", ".join(filter(None, shown)) or words.say("anonymous")


def removal(question: Mapping[str, Any], words: Words) -> str:
    """Say when and why a question was taken out; empty where it was not."""
    removed = question["removed"]
    if not removed:
        return ""
    if not removed["at"]:
        return words.say("removed", why=removed["why"])
    return words.say("removed.on", day=words.day(removed["at"]), why=removed["why"])


def ending(question: Mapping[str, Any], words: Words) -> str:
    """Say how a question ended, with who promised what until when."""
    outcome, answer = question["outcome"], question["answer"]
    said = words.say(f"outcome.{outcome}")
    if not answer:
        return said
    if outcome == Outcome.PROMISED and answer["until"]:
        said = words.say("promised.until", day=words.day(answer["until"]))
    if outcome == Outcome.PROMISED and answer["by"]:
        said = words.say("promised.by", said=said, by=answer["by"])
    if outcome == Outcome.REFERRED and answer["to"]:
        said = words.say("referred.to", to=answer["to"])
    return said


def _lines(
    record: Mapping[str, Any], words: Words, base_url: str
) -> Iterator[dict[str, str | None]]:
    starts, ends = record["starts"], record["ends"]
    hours = {"starts": words.clock(starts), "ends": words.clock(ends)}
    yield _told(words.say("held", day=words.day(starts), **hours))
    yield _told(words.say("answered_by", **record["answerer"]))
    yield _told(words.say("published", day=words.day(record["published"])))
    if record["changed"] != record["published"]:
        yield _told(words.say("changed", day=words.day(record["changed"])))
    if record["recording"]:
        yield _told(words.say("recording"), record["recording"]["url"])
    yield _told(words.say("address"), page(base_url, record))


def _told(text: str, address: str | None = None) -> dict[str, str | None]:
    return {"text": text, "address": address}


def _tables(figures: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    counts = dict(figures) | {"returned": sum(figures["returned"].values())}
    rows = [_line("received", counts["received"], words)]
    for line in LINES:
        rows.append(_line(line, counts[line], words))
        if line == "returned":
            reasons = figures["returned"].items()
            rows += [_line(f"reason.{code}", n, words, sub=True) for code, n in reasons if n]
    outcomes = figures["outcomes"]
    ends = [_line(f"outcome.{code}", outcomes.get(code, 0), words) for code in OUTCOMES]
    ends.insert(OUTCOMES.index("promised") + 1, _line("kept", figures["kept"], words, sub=True))
    supports = [
        _line("voters", figures["voters"], words),
        _line("upvoted", figures["upvotes"], words),
    ]
    tables = (
        ("review", "step", rows),
        ("outcomes", "outcome", ends),
        ("upvotes", "item", supports),
    )
    return [
        {
            "caption": words.say(f"caption.{code}"),
            "head": [words.say(head), words.say("count")],
            "rows": told,
        }
        for code, head, told in tables
    ]


def _line(code: str, count: int, words: Words, *, sub: bool = False) -> dict[str, Any]:
    return {"label": words.say(code), "count": words.number(count), "sub": sub}


def _question(
    record: Mapping[str, Any], question: Mapping[str, Any], words: Words, base_url: str
) -> dict[str, Any]:
    number = words.say("question", n=question["number"])
    text = question["text"] or words.say("taken_out")
    parts = list(_parts(record, question, words))
    if len(text) > HEADING:
        text, parts = text[:HEADING] + "…", [_part("", text), *parts]
    return {
        "number": question["number"],
        "heading": f"{number}: {text}",
        "meta": " · ".join(_meta(question, words)),
        "parts": parts,
        "address": question_page(base_url, record, question),
    }


def _meta(question: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield words.upvotes(question["upvotes"])
    if question["rank"]:
        yield words.say("place", n=question["rank"])
    if not question["removed"]:
        yield asker(question, words)
    if question["topic"]:
        yield words.say("topic", topic=question["topic"])
    if question["asked"]:
        yield words.say("asked", day=words.day(question["asked"]))
    if question["edited"]:
        yield words.say("edited")


def _parts(record: Mapping[str, Any], question: Mapping[str, Any], words: Words) -> Iterator[Part]:
    if question["background"]:
        yield _part(words.say("background"), question["background"])
    for one in question["merged"]:
        yield _part(words.say("merged.with", n=one["number"]), one["text"])
    if question["removed"]:
        yield _part("", removal(question, words))
    yield _part(words.say("outcome"), ending(question, words))
    if question["answer"]:
        yield from _answer(record, question, words)


def _answer(record: Mapping[str, Any], question: Mapping[str, Any], words: Words) -> Iterator[Part]:
    answer, kept = question["answer"], question["answer"]["kept"]
    kind = words.say(f"kind.{answer['kind']}")
    by = speaker(record, question, words)
    yield _part(words.say("answer.by", speaker=by, kind=kind), answer["text"])
    if answer["sources"]:
        yield {"label": words.say("sources"), "paragraphs": [], "links": list(answer["sources"])}
    if answer["minute"] is not None:
        recording = record["recording"]
        links = [_at(recording["url"], answer["minute"])] if recording else []
        label = words.say("minute", stamp=stamp(answer["minute"]))
        yield {"label": label, "paragraphs": [], "links": links}
    if later := [one["at"] for one in question["changes"] if one["what"] == Amended.ANSWERED]:
        yield _part("", words.say("answered.on", day=words.day(later[-1])))
    for old in answer["corrections"]:
        yield _part(words.say("corrected.on", day=words.day(old["at"])), old["before"])
    if kept:
        yield _part(words.say("kept.on", day=words.day(kept["at"])), kept["text"])
        for old in kept["corrections"]:
            yield _part(words.say("kept.corrected", day=words.day(old["at"])), old["before"])


def _at(url: str, seconds: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}t={seconds}"


def _part(label: str, text: str) -> Part:
    return {"label": label, "paragraphs": paragraphs(text), "links": []}
