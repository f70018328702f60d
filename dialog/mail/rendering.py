"""A letter's blocks as text and as HTML; nothing in it is fetched from anywhere."""

from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from dialog.mail.letters import Block, Said
from dialog.tongue import tongue
from dialog.web.places import folder
from dialog.web.templating import links

_LETTERS: Final = Environment(
    loader=FileSystemLoader(folder("templates") / "mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_LETTERS.globals.update(links=links, tongue=tongue)


def as_text(said: Said, lang: str) -> str:
    """Return a letter as plain text."""
    return _LETTERS.get_template("letter.txt").render(said=said, lang=lang, kind=kind)


def as_html(said: Said, lang: str) -> str:
    """Return a letter as an HTML document."""
    return _LETTERS.get_template("letter.html").render(said=said, lang=lang, kind=kind)


def kind(block: Block) -> str:
    """Return what a block is, for templates."""
    return type(block).__name__.lower()
