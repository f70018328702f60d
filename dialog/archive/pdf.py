"""A record as tagged PDF, after PDF/UA-1 and PDF/A-2a; set in a process of its own.

Setting takes seconds and may fail on what nobody foresaw: neither may hold the server or end it.
"""

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

TEMPLATE = Path(__file__).with_name("record.typ")
FONTS = Path(__file__).with_name("fonts")
LONGEST_S = 300.0
LAST_IN_LINE = 10
# A PDF/A bounds what names a document: these are beyond all that a server of ours writes.
MOST_SIGNS, MOST_TOPICS = 400, 50
ADDRESSES = ("address", "links")
UNBROKEN = re.compile(r"\S{50,}")
SOFT = "\u200b"  # a line may end here, and nothing is seen
# What the program says of signs that no font shows or the norms forbid.
REFUSED = re.compile(r"(?:the text|codepoint) `\"([^\"`]+)\"`")
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class NotSet(Exception):  # noqa: N818 - it is said of a document
    """A document that could not be set; it says nothing of what stood in it."""


async def pdf(document: Mapping[str, Any], changed: str) -> bytes:
    """Return a document as PDF; ``changed`` is the moment it is dated with.

    Takes up to some seconds; the same document gives the same bytes. Raise ``NotSet``.
    """
    command = (sys.executable, "-m", "dialog.archive.pdf")
    given = msgspec.json.encode((document, changed))
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
    except OSError as fault:
        raise NotSet(type(fault).__name__) from fault
    try:
        made, _ = await asyncio.wait_for(process.communicate(given), LONGEST_S)
    except TimeoutError as fault:
        raise NotSet(f"not within {LONGEST_S:.0f} s") from fault
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotSet(f"code {process.returncode}")
    return made


def typeset(document: Mapping[str, Any], changed: str) -> bytes:
    """Return a document as PDF, set in this process.

    A sign that cannot be shown is named instead: ``[U+4E2D]``.
    """
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
    moment = datetime.fromisoformat(changed).astimezone(UTC)
    named = {name: document[name][:MOST_SIGNS] for name in ("title", "author")}
    topics = [topic[:MOST_SIGNS] for topic in document["topics"][:MOST_TOPICS]]
    bounded = {**document, **named, "topics": topics}
    missing: set[str] = set()
    while True:
        told = msgspec.json.encode(_shown(bounded, missing)).decode()
        try:
            return typst.compile(
                TEMPLATE.read_bytes(),
                font_paths=fonts,
                sys_inputs={"document": told},
                pdf_standards=["ua-1", "a-2a"],
                timestamp=moment,
            )
        except typst.TypstError as fault:
            found = _refused(fault.diagnostic) - missing
            if not found:
                raise
            missing |= found


def _shown(value: object, missing: set[str]) -> Any:  # noqa: ANN401 - whatever it was
    """Return a value whose texts can be set, with places where a long word may be broken."""
    match value:
        case str():
            named = "".join(f"[U+{ord(s):04X}]" if s in missing else s for s in value)
            return UNBROKEN.sub(lambda word: _breakable(word[0]), named)
        case dict():
            return {
                key: inner if key in ADDRESSES else _shown(inner, missing)
                for key, inner in value.items()
            }
        case list():
            return [_shown(inner, missing) for inner in value]
        case _:
            return value


def _breakable(word: str) -> str:
    return SOFT.join(word[at : at + 24] for at in range(0, len(word), 24))


def _refused(diagnostic: str) -> set[str]:
    texts = (ESCAPED.sub(lambda f: chr(int(f[1], 16)), t) for t in REFUSED.findall(diagnostic))
    return set("".join(texts))


def main() -> None:
    """Set what is told on standard input, after everyone else."""
    os.nice(LAST_IN_LINE)
    document, changed = msgspec.json.decode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(typeset(document, changed))


if __name__ == "__main__":
    main()
