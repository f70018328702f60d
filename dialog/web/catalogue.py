"""The languages of the interface and their gettext catalogues; German is the source.

``de-simple`` is German in short, plain sentences, named as BCP 47 has it (``simple`` is a
registered variant). What it has no words for is said in German.
"""

import re
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.support import Translations

# Each by its own name: who looks for it has to find it.
NAMES: Final = {"de": "Deutsch", "en": "English", "de-simple": "Einfache Sprache"}
LANGUAGES: Final = tuple(NAMES)
SOURCE: Final = "de"
DOMAIN: Final = "dialog"
FOLDER: Final = Path(__file__).resolve().parent.parent / "locale"

NBSP: Final = "\N{NO-BREAK SPACE}"
NUMBER: Final = r"%\(\w+\)s|\{\w+\}|\d"
UNIT: Final = (
    r"Uhr|Minuten?|Sekunden|Stunden?|Tage?n?|Zeichen|eingelöst|überfällig|erfüllt|"
    r"characters?|minutes?|seconds|hours?|days?|kept|overdue"
)
LOOSE: Final = re.compile(
    rf"({NUMBER}) (?=(?:{UNIT})\b)|\b(Frage|Platz|Question|question|Rank) (?={NUMBER})"
)


@lru_cache(maxsize=4096)
def tied(text: str) -> str:
    """Keeps a number and its unit on one line, also where the number is still a placeholder."""
    return LOOSE.sub(lambda found: f"{found[1] or found[2]}{NBSP}", text)


class Tied(NullTranslations):
    """A catalogue whose sentences keep numbers and units together."""

    def __init__(self, inner: NullTranslations) -> None:
        """Wraps the catalogue that knows the words."""
        super().__init__()
        self.inner = inner

    def gettext(self, message: str) -> str:
        """Translates one sentence."""
        return tied(self.inner.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translates a sentence that depends on a count."""
        return tied(self.inner.ngettext(msgid1, msgid2, n))


def spoken(lang: str) -> str:
    """Returns the language that dates, numbers and documents are in: ``de`` for ``de-simple``."""
    return lang.partition("-")[0]


@cache
def catalogue(lang: str) -> NullTranslations:
    """Returns the translations of one language; the source language has none to load."""
    if lang == SOURCE:
        return Tied(NullTranslations())
    found = Translations.load(FOLDER, [lang.replace("-", "_")], DOMAIN)
    if not isinstance(found, Translations):
        message = f"no compiled catalogue for {lang!r} in {FOLDER}"
        raise FileNotFoundError(message)
    return Tied(found)


def marked(text: str) -> str:
    """Marks a German text for extraction; it is translated when it is said."""
    return text
