"""A record as Markdown (CommonMark with tables); what people wrote stays text in it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

# What is markup wherever it stands, what only begins a line, and what some readers make a link of.
ANYWHERE = re.compile(r"[\\`*_\[\]<>#|~&!$^{}@]")
AT_THE_BEGINNING = re.compile(r"^([+\-=:]|\d+(?=[.)]))")
BREAKS = re.compile(r"[\r\n]+")
ADDRESS = re.compile(r"(?<=:)//|(?i:(?<=\bwww)\.)")
WEB = re.compile(r"https?://[^\s<>\"|\\\x00-\x1f]+\Z")


Turns = Callable[[Iterable[str]], Iterable[str]]


def markdown(document: Mapping[str, Any], turns: Turns = iter) -> bytes:
    """Return a document in UTF-8; ``turns`` may let others work between two lines."""
    return ("\n".join(turns(_blocks(document))) + "\n").encode()


def _blocks(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _heading(1, document["title"])
    for line in document["lines"]:
        address = line["address"]
        yield f"- {text(line['text'])}" + (f": {_link(address)}" if address else "")
    yield ""
    introduction = document["introduction"]
    if introduction["paragraphs"]:
        yield from _heading(2, introduction["heading"])
        yield from _paragraphs(introduction["paragraphs"])
    yield from _heading(2, document["figures"]["heading"])
    for one in document["figures"]["tables"]:
        yield from _table(one)
    yield from _heading(2, document["heading"])
    for question in document["questions"]:
        yield from _question(question)


def _question(question: Mapping[str, Any]) -> Iterator[str]:
    yield from _heading(3, question["heading"])
    yield from _paragraphs([question["meta"]])
    for part in question["parts"]:
        if part["label"]:
            yield f"**{text(part['label'])}**"
            yield ""
        yield from _paragraphs(part["paragraphs"])
        if part["links"]:
            yield from (f"- {_link(link)}" for link in part["links"])
            yield ""
    yield _link(question["address"])
    yield ""


def _heading(level: int, said: str) -> Iterator[str]:
    yield f"{'#' * level} {text(said)}"
    yield ""


def _paragraphs(parts: list[str]) -> Iterator[str]:
    for part in parts:
        yield "\\\n".join(text(line) for line in part.split("\n"))
        yield ""


def _table(table: Mapping[str, Any]) -> Iterator[str]:
    yield f"**{text(table['caption'])}**"
    yield ""
    yield f"| {' | '.join(map(text, table['head']))} |"
    yield "| :--- | ---: |"
    for row in table["rows"]:
        yield f"| {'– ' if row['sub'] else ''}{text(row['label'])} | {text(row['count'])} |"
    yield ""


def text(plain: str) -> str:
    """Return one line of plain text, escaped so that a reader of Markdown sees just that."""
    line = ANYWHERE.sub(r"\\\g<0>", BREAKS.sub(" ", plain).strip())
    return ADDRESS.sub(r"\\\g<0>", AT_THE_BEGINNING.sub(_shielded, line))


def _shielded(found: re.Match[str]) -> str:
    """A backslash shields signs, and no digits: of a number it is its end that makes a list."""
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _link(address: str) -> str:
    """Return an address as a link; whatever cannot stand in one as text."""
    return f"<{address}>" if WEB.match(address) else text(address)
