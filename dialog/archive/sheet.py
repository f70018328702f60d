"""A record as a table: one row for each question that was public."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dialog.archive.addresses import question_page
from dialog.archive.document import asker, removal, speaker
from dialog.archive.table import table
from dialog.archive.words import Words, stamp

COLUMNS = (
    "number", "rank", "upvotes", "text", "background", "asker", "district", "topic", "asked",
    "edited", "merged", "outcome", "outcome_at", "speaker", "answer", "kind", "by", "until", "to",
    "sources", "minute", "corrected", "kept_at", "kept", "removed", "address",
)  # fmt: skip


def sheet(record: Mapping[str, Any], words: Words, base_url: str) -> bytes:
    """Return a record as CSV; moments are ISO 8601 in the zone of the words."""
    rows = [_row(record, question, words, base_url) for question in record["questions"]]
    return table([[words.say(f"column.{column}") for column in COLUMNS], *rows])


def _row(
    record: Mapping[str, Any], question: Mapping[str, Any], words: Words, base_url: str
) -> tuple[object, ...]:
    answer = question["answer"] or {}
    kept = answer.get("kept") or {}
    minute = answer.get("minute")
    corrected = (_moment(old["at"], words) for old in answer.get("corrections", ()))
    return (
        question["number"],
        question["rank"],
        question["upvotes"],
        question["text"],
        question["background"],
        "" if question["removed"] else asker(question, words, district=False),
        question["district"],
        question["topic"],
        _moment(question["asked"], words),
        words.say("yes") if question["edited"] else "",
        "\n".join(_merged(question, words)),
        words.say(f"outcome.{question['outcome']}"),
        _moment(question["outcome_at"], words),
        speaker(record, question, words) if answer else "",
        answer.get("text"),
        words.say(f"kind.{answer['kind']}") if answer else "",
        answer.get("by"),
        answer.get("until"),
        answer.get("to"),
        "\n".join(answer.get("sources", ())),
        "" if minute is None else stamp(minute),
        "\n".join(corrected),
        _moment(kept.get("at"), words),
        kept.get("text"),
        removal(question, words),
        question_page(base_url, record, question),
    )


def _merged(question: Mapping[str, Any], words: Words) -> Iterator[str]:
    for one in question["merged"]:
        yield words.say("merged.text", n=one["number"], text=one["text"])


def _moment(moment: str | None, words: Words) -> str:
    """Return a moment to the second: spreadsheets read no fractions."""
    if not moment:
        return ""
    return datetime.fromisoformat(moment).astimezone(words.zone).isoformat(timespec="seconds")
