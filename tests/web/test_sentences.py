"""No sentence of the interface stands anywhere but in the catalogues."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from tests.web.german import found, words

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SAYS = frozenset({"_", "N_", "gettext", "ngettext"})
LEXER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])

# Names, keys, file kinds, commands: the same in every language.
NAMES = re.compile(
    r"Dialog digital|^(–|,) Dialog digital$|^(Open|Async)API|"
    r"^(Dialog|digital|Enter|Esc|Markdown|Europe/Berlin|\(Atom\))$|"
    r"^python -m dialog [\w -]+$|^podium nowbar$|^--name$|^Erika Beispiel <erika@example.org>$"
)
SHOWN = re.compile(r'\b(?:aria-label|title|placeholder|alt|aria-roledescription)="([^"]*)"')
ENGLISH = re.compile(r'<section[^>]* lang="en".*?</section>', re.DOTALL)  # and says so
TAG = re.compile(r"<[^>]*>")
HOLE = "\x01"

# What has a reason to be German, or German and English beside each other: what the demonstration's
# people say, the words of the command line, comments in files that people write, word lists.
OWN = {
    "dialog/archive/query.py": "the quotation marks that a search may have",
    "dialog/archive/spelling.py": "words that searches pass over",
    "dialog/demo": "an evening in Germany: its people speak German, its command line, too",
    "dialog/hub/marks.py": "how personal data is written",
    "dialog/programme": "faults of files, which it says in both languages, and comments in files",
    "dialog/rehearsal/volunteers.py": "what invented volunteers ask",
    "dialog/doctor/visit.py": "a word with umlauts that goes there and back",
    "dialog/rolls": "how lists name languages, columns and districts",
    "dialog/web/pages/information_desk.py": "how a time may be typed",
    "dialog/settings.py": "the German name of what an address leads to",
    "dialog/web/catalogue.py": "languages by their own names, and units",
    "dialog/web/guards.py": "both languages in one line, before any page is known",
}


def pieces(template: str) -> Iterator[str]:
    """Yield what a template says without asking a catalogue: texts, attributes, strings."""
    plain, calls, before = [], [""], ""
    for _line, kind, text in LEXER.lex(template):
        if kind == "data":
            plain.append(text)
        elif kind.endswith("_begin"):
            plain.append(HOLE)
        elif kind == "operator" and text == "(":
            calls.append(before)
        elif kind == "operator" and text == ")":
            calls.pop()
        elif kind == "string" and calls[-1] not in SAYS:
            yield text[1:-1]
        if kind != "whitespace":
            before = text
    page = ENGLISH.sub("", "".join(plain))
    yield from (part for text in SHOWN.findall(page) for part in text.split(HOLE))
    yield from (part for text in TAG.split(page) for part in text.split(HOLE))


def is_sentence(text: str) -> bool:
    """Tell whether people would read it as words of a language; attributes in pieces are none."""
    text = text.strip()
    if NAMES.search(text) or re.search(r'["=<>/{}]|^#?[a-z_-]*(\.[a-z]+)?$|&nbsp;', text):
        return False
    capital = re.search(r"\b[A-ZÄÖÜ][a-zäöüß]{2,}", text)
    return bool(capital or (words(text) and found(text)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    assert not [text.strip() for text in pieces(path.read_text("utf-8")) if is_sentence(text)]


def test_what_a_template_says_by_itself_is_found() -> None:
    said = '<p title="Jetzt neu">Frage</p>{{ x or "Keine Antwort" }}{{ _("Ja", n="Nein danke") }}'
    assert {"Jetzt neu", "Frage", "Keine Antwort"} <= {t for t in pieces(said) if is_sentence(t)}
    assert "Ja" not in set(pieces(said))


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the texts of which no catalogue is asked, with their lines; not what documents."""
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if name in SAYS:
                aside.update(id(text) for text in ast.walk(node))
        elif isinstance(node, ast.Expr):
            aside.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            yield node.lineno, node.value


def is_german(text: str) -> bool:
    """Tell whether a text of a program is a German sentence: a word alone may be a key."""
    return bool(re.search("[äöüßÄÖÜ„]", text) or (" " in text.strip() and found(text)))


def test_the_program_says_nothing_by_itself() -> None:
    said = []
    for path in sorted((ROOT / "dialog").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not name.startswith(tuple(OWN)):
            tree = ast.parse(path.read_text("utf-8"))
            said += [f"{name}:{line} {text}" for line, text in literals(tree) if is_german(text)]
    assert not said


def test_what_the_program_says_by_itself_is_found() -> None:
    tree = ast.parse('"""Eine Frage."""\nx = "Die Frage fehlt"\ny = _("Ist nicht da")')
    assert [text for _line, text in literals(tree) if is_german(text)] == ["Die Frage fehlt"]


COMMENT = re.compile(r"/\*.*?\*/|(?<![:\\\"'`])//[^\n]*", re.DOTALL)
TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
# A sentence of any language: a capital and two words more. What an error of the program says is
# read by those who mend it.
SENTENCE = re.compile(r"^\W*[A-ZÄÖÜ][a-zäöüß]+ [\w{}$.]+ [\w{}$.]+")
THROWN = re.compile(r"(?:Error|console\.\w+)\(\s*$")


def said_by(script: str) -> Iterator[str]:
    """Yield the sentences that a script has in itself."""
    script = COMMENT.sub("", script)
    for text in TEXT.finditer(script):
        said = text[1] if text[1] is not None else text[2]
        thrown = THROWN.search(script[: text.start()])
        if not thrown and (SENTENCE.search(said) or is_german(said)):
            yield said


# One letter that its folding would turn into two; a list of classes.
NONE = {"ß", "podium nowbar"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    assert not [text for text in said_by(path.read_text("utf-8")) if text not in NONE]


def test_what_a_script_says_by_itself_is_found() -> None:
    script = 'a = "Your question is kept"; // "Nicht hier"\nb = `Frage ${n} fehlt`; c = "is-own on"'
    assert list(said_by(script)) == ["Your question is kept", "Frage ${n} fehlt"]


def test_the_document_says_nothing_by_itself() -> None:
    script = COMMENT.sub("", (ROOT / "dialog/archive/record.typ").read_text("utf-8"))
    assert not [text[1] for text in TEXT.finditer(script) if text[1] and is_german(text[1])]


def test_what_is_left_aside_is_still_there() -> None:
    assert all((ROOT / name).exists() for name in OWN)
