"""The languages of the interface and their gettext catalogues; German is the source."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.support import Translations

LANGUAGES: Final = ("de", "en")
SOURCE: Final = "de"
DOMAIN: Final = "dialog"
FOLDER: Final = Path(__file__).resolve().parent.parent / "locale"


@cache
def catalogue(lang: str) -> NullTranslations:
    """Returns the translations of one language; the source language has none to load."""
    if lang == SOURCE:
        return NullTranslations()
    found = Translations.load(FOLDER, [lang], DOMAIN)
    if not isinstance(found, Translations):
        message = f"no compiled catalogue for {lang!r} in {FOLDER}"
        raise FileNotFoundError(message)
    return found


def marked(text: str) -> str:
    """Marks a German text for extraction and returns it as it is; it is translated when it is said."""
    return text
