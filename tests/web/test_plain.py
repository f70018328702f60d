"""Einfache Sprache: complete where volunteers and readers are, and as plain as its rules say.

No test tells whether it is understood; people for whom it is meant have to.
"""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from io import BytesIO

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo, write_mo

from dialog.mail import letters
from dialog.store.outbox import Kind
from dialog.web import sentences
from dialog.web.catalogue import FOLDER, catalogue
from dialog.web.sentences.refusals import BY_PAGE, REFUSALS, TO_STAFF
from tests.mail.test_letters import told
from tests.web.german import forms, written
from tests.web.test_catalogue import said_by, texts

ROOT = FOLDER.parent.parent
PLAIN = "de_simple"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true",
         "silent": "false", "extensions": "jinja2.ext.i18n,jinja2.ext.do"}  # fmt: skip
# What volunteers and readers see.
PAGES = (
    "base", "home", "join", "room", "mine", "data", "questions", "question", "archive",
    "archive_promises", "archive_search", "answer", "contents", "transcript", "removed", "unknown",
    "error", "figures", "parts/about", "parts/answer", "parts/answered", "parts/archive",
    "parts/ask", "parts/connection", "parts/downloads", "parts/finals", "parts/foot",
    "parts/languages", "parts/own", "parts/podium", "parts/published", "parts/question",
    "parts/ranking", "parts/record", "parts/room_before", "parts/ui", "parts/words",
    "information", "notice", "guides", "subscription", "subscription_link", "parts/guides",
    "parts/notices", "help", "manual", "short", "rules", "accessibility", "barrier", "imprint",
    "parts/service", "privacy",
)  # fmt: skip
TABLES = (
    sentences.LIVE, sentences.PHASES, sentences.OUTCOMES, sentences.FACETS, sentences.REVIEWS,
    sentences.KINDS, sentences.SHOWN, sentences.ROLES, sentences.PERSONAL_DATA, sentences.AMENDED,
)  # fmt: skip
# Refusals that a page of volunteers or readers says by itself; the rest of BY_PAGE is the team's.
OWN_PAGES = (
    "too_fast.search", "conflict.archive", "forbidden.code", "forbidden.link", "forbidden.screen",
    "busy.pdf", "too_fast.network", "forbidden.stranger", "forbidden.staff", "forbidden.account",
)  # fmt: skip
LETTERS = ("invitation", "changed", "cancelled", "reminder", "transcript")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
# What makes German hard: subjunctive, officialese, two thoughts in one sentence.
HARD = re.compile(
    r"\b(würden?|wären?|hätten?|könnten?|möge|müssten?|dürften?|bezüglich|hinsichtlich|gemäß|"
    r"mittels|seitens|aufgrund|sofern|soweit|sobald|solange|wodurch|wobei|beziehungsweise|bzw|"
    r"z\. ?B|d\. ?h|usw|ggf)\b|;"
)
MOST_WORDS = 15
# Quoted, and no words of our pages.
EXAMPLES = {
    "Zurück", "Kopieren", "Behörde", "Ausländerbehörde", "kommt früher dran", "Dialog digital",
    "Kurs", "Sprachkursangebot", "Wir prüfen das",
}  # fmt: skip


def of_file(path: str) -> Iterator[str]:
    """Yield what a template or a module says."""
    method, options = ("jinja2", JINJA) if path.endswith(".html") else ("python", {})
    with (ROOT / path).open("rb") as read:
        for _line, said, _comments, _context in extract(method, read, KEYWORDS, (), options):
            yield said if isinstance(said, str) else said[0]


def needed() -> set[str]:
    """All sentences that need plain words."""
    found = {text for name in PAGES for text in of_file(f"templates/{name}.html")}
    found |= {
        text for who in ("volunteer", "reader") for text in of_file(f"dialog/web/manual/{who}.py")
    }
    found |= {text for table in TABLES for text in table.values()}
    found |= {text for one in sentences.STATES.values() for text in (one.label, one.sentence)}
    told = [said for code, said in REFUSALS.items() if code not in BY_PAGE | TO_STAFF]
    told += [REFUSALS[code] for code in OWN_PAGES] + list(sentences.REASONS.values())
    found |= {text for said in told for text in (said.title, said.sentence, said.next)}
    return found - {""}


def said() -> dict[str, tuple[tuple[str, str], ...]]:
    """The forms of every sentence that has plain words."""
    found = {}
    for message in written(PLAIN):
        if message.id:
            pairs = tuple(forms(message))
            if any(plain for _german, plain in pairs):
                found[pairs[0][0]] = pairs
    return found


SAID = said()


def test_what_volunteers_and_readers_see_is_said_plainly() -> None:
    assert not sorted(needed() - SAID.keys())


class Heard(NullTranslations):
    """A catalogue that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message


@pytest.mark.parametrize("kind", LETTERS)
def test_letters_to_volunteers_are_written_plainly(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    monkeypatch.setattr(letters, "catalogue", lambda _lang: heard)
    letters.write(kind, told(kind))
    assert len(heard.asked) > len(LETTERS)
    assert not sorted(heard.asked - SAID.keys())


def test_it_has_all_sentences_and_none_is_left_over() -> None:
    assert texts(written(PLAIN)) == texts(written("en"))
    assert not written(PLAIN).obsolete


def test_each_form_is_said_with_its_placeholders() -> None:
    wrong = [
        (german, plain)
        for pairs in SAID.values()
        for german, plain in pairs
        if sorted(PLACEHOLDER.findall(german)) != sorted(PLACEHOLDER.findall(plain))
    ]
    assert not wrong


def test_it_keeps_to_its_rules() -> None:
    plain = sorted({text for pairs in SAID.values() for _, text in pairs})
    assert not [text for text in plain if HARD.search(text) or re.search("[\"'–]", text)]
    every = [part for text in plain for part in re.split(r"[.!?:](?:\s|$)", text)]
    assert not [part for part in every if len(part.split()) > MOST_WORDS]


def test_what_it_quotes_is_called_so_on_the_pages() -> None:
    """A button that a manual names has to be found under that name."""
    plain = {text for pairs in SAID.values() for _, text in pairs}
    quoted = {one for text in plain for one in re.findall("„([^“%{]+)“", text)}
    assert not sorted(quoted - plain - EXAMPLES)
    assert quoted >= EXAMPLES


def test_what_has_no_plain_words_is_said_in_german() -> None:
    plain = catalogue("de-simple")
    without = next(
        m.id for m in written(PLAIN) if m.id and m.id not in SAID and isinstance(m.id, str)
    )
    assert plain.gettext(without).replace("\xa0", " ") == without
    one, many = next(
        m.id for m in written(PLAIN) if isinstance(m.id, tuple) and m.id[0] not in SAID
    )
    assert plain.ngettext(one, many, 2).replace("\xa0", " ") == many


def test_the_compiled_catalogue_is_the_written_one() -> None:
    fresh = BytesIO()
    write_mo(fresh, written(PLAIN))
    fresh.seek(0)
    with (FOLDER / PLAIN / "LC_MESSAGES" / "dialog.mo").open("rb") as committed:
        assert said_by(read_mo(committed)) == said_by(read_mo(fresh))
