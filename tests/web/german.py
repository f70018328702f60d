"""German words of the interface, to find sentences that are said in no other language."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dialog.web.catalogue import FOLDER

WORD = re.compile(r"[^\W\d_]{3,}")
SIGN = re.compile("[äöüßÄÖÜ„]")
# Words of both languages, of which the English catalogue has no use.
BOTH = frozenset({"die", "war", "hat", "lang"})


def written(folder: str) -> Catalog:
    """A catalogue as it is written, by the name of its folder."""
    file: Path = FOLDER / folder / "LC_MESSAGES" / "dialog.po"
    with file.open("rb") as read:
        return read_po(read, folder)


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """The German text of a message and what is said for it, for each of its forms."""
    german = message.id if isinstance(message.id, tuple) else (message.id,)
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    yield from zip(german, said, strict=True)


def words(text: str) -> set[str]:
    """The words of a text."""
    return {word.casefold() for word in WORD.findall(text)}


@cache
def german_only() -> frozenset[str]:
    """All words of our German sentences that no English sentence of ours has."""
    german, english = set[str](), set(BOTH)
    for message in written("en"):
        if message.id:
            for source, said in forms(message):
                german |= words(source) if said else set()
                english |= words(said)
    return frozenset(german - english)


def found(text: str) -> set[str]:
    """The German words in a text."""
    return words(text) & german_only() | set(SIGN.findall(text))
