"""The English catalogue: every sentence has its words, and the compiled ones are the same."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from dialog.web.catalogue import FOLDER

ROOT = FOLDER.parent.parent
WORDS = FOLDER / "en" / "LC_MESSAGES"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def read(path: Path) -> Catalog:
    """A catalogue of translations."""
    with path.open("rb") as file:
        return read_po(file, "en")


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The English words."""
    return read(WORDS / "dialog.po")


@pytest.fixture(scope="module")
def source() -> Catalog:
    """What code and templates say now."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for part in ("dialog", "templates"):
        # The patterns of the mapping begin at the root; a walk over all of it would take long.
        inside = [(pattern.removeprefix(f"{part}/"), method) for pattern, method in methods]
        asked = {pattern.removeprefix(f"{part}/"): value for pattern, value in options.items()}
        texts = extract_from_dir(ROOT / part, inside, asked, KEYWORDS)
        for _file, _line, text, _comments, context in texts:
            found.add(text, context=context)
    return found


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """The German and the English text of a message, for each of its forms."""
    german = message.id if isinstance(message.id, tuple) else (message.id,)
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    yield from zip(german, said, strict=True)


def said_by(compiled: Catalog) -> dict[str, object]:
    """The sentences of a compiled catalogue with their words, without its header."""
    return {str(message.id): message.string for message in compiled if message.id}


def texts(catalogue: Catalog) -> set[object]:
    """The sentences of a catalogue, without its header."""
    return {message.id for message in catalogue if message.id}


def test_the_extraction_finds_code_and_templates(source):
    assert {"Frage einreichen", "Frage {n}", ("%(num)s Antwort", "%(num)s Antworten")} <= texts(
        source
    )


def test_every_sentence_has_an_english_one_and_none_is_left_over(source, english):
    assert texts(english) == texts(source)
    assert not english.obsolete
    empty = [message.id for message in english if not all(said for _, said in forms(message))]
    assert not empty
    assert not [message.id for message in english if message.id and message.fuzzy]


def test_placeholders_are_the_same_in_both_languages(english):
    wrong = [
        (german, said)
        for message in english
        if message.id
        for german, said in forms(message)
        if sorted(PLACEHOLDER.findall(german)) != sorted(PLACEHOLDER.findall(said))
    ]
    assert not wrong


def test_quotes_are_those_of_each_language(english):
    said = [text for message in english if message.id for _, text in forms(message)]
    assert not [text for text in said if re.search("[„\"']|‚", text)]
    assert all(text.count("“") == text.count("”") for text in said)


def test_the_compiled_catalogue_is_the_written_one(english):
    fresh = BytesIO()
    write_mo(fresh, english)
    fresh.seek(0)
    with (WORDS / "dialog.mo").open("rb") as committed:
        assert said_by(read_mo(committed)) == said_by(read_mo(fresh))


def test_what_has_one_name_in_german_has_one_in_english(english: Catalog):
    strange = re.compile(
        r"\b[Dd]ialogue|\bDialogs?\b(?! digital)|[Bb]eamer|\b(re)?order information"
    )
    texts = [text for message in english if message.id for _, text in forms(message)]
    assert [text for text in texts if strange.search(text)] == []
