"""From a text to the words by which it is found: one spelling, and the stems of each.

Lower case, ß as ss, without accents; an umlaut and its spelling with e are one ("Behörde",
"Behoerde", "Behorde"). An e after an u stays where the u ends a diphthong or follows a q ("neue",
"Steuer", "Quelle").
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from Stemmer import Stemmer

LONGEST: Final = 60
SHORTEST_STEM: Final = 4

_PART: Final = "[\\w\u0300-\u036f\u00ad]+"
_WORD: Final = re.compile(rf"{_PART}(?:[-\u2010\u2011]{_PART})*")
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "œ": "oe"})
_WITH_E: Final = re.compile("(?<![aeiouyq])([aou])e")
_LEFT_OUT: Final = frozenset({"Mn", "Cf"})
_PLURALS: Final = ("as", "os", "ys")  # Kitas, Büros: the algorithm leaves them as they are
_PARTS: Final = re.compile(_PART)

# What every text has; nobody who types a sentence means these.
STOP: Final = {
    "de": """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit
        dann das dass dem den denn der des dessen deren die dies diese diesem diesen dieser dieses
        doch dort du durch ein eine einem einen einer eines er es etwas euch euer eure für gegen
        hab habe haben hat hatte hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist ja
        jede jedem jeden jeder jedes kann kein keine keinen können man mein meine mich mir mit muss
        nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie
        sind so soll sollen über um und uns unser unsere unserem unseren unter vom von vor war waren
        warum was wegen weil welche welchem welchen welcher welches wenn wer werden wie wieder wir
        wird wo zu zum zur zwischen
    """,
    "en": """
        a about all also an and any are as at be been but by can could did do does for from had has
        have he her his how i if in into is it its me my no not of on or our she so than that the
        their them then there these they this to us was we were what when where which who why will
        with would you your
    """,
}


class Place(NamedTuple):
    """A word of a text: from where to where, and in the one spelling."""

    start: int
    end: int
    word: str


class Stems:
    """The stems of one language: German for every record that is not in English."""

    def __init__(self, language: str) -> None:
        """Begin; nothing that was asked or read is kept."""
        self.compounds = language != "en"
        self._stemmer = Stemmer("german" if self.compounds else "english", 0)

    def of(self, word: str) -> tuple[str, ...]:
        """Return the stems of a folded word, the likeliest first.

        The algorithm takes every final s off: "Sprachkurs" would not be "Sprachkurse" any more.
        """
        stem = self._stemmer.stemWord(word)
        if not self.compounds:
            return (stem,)
        if stem == word and word.endswith(_PLURALS):
            return (word[:-1], word)
        if word.endswith("s") and stem == word[:-1]:
            return (word, stem) if len(stem) >= SHORTEST_STEM else (word,)
        return (stem,)


def fold(word: str) -> str:
    """Return a word in the one spelling; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFC", word).casefold()
    if not plain.isascii():
        spelled = unicodedata.normalize("NFKD", plain.translate(_SPELLED)).casefold()
        plain = "".join(c for c in spelled if unicodedata.category(c) not in _LEFT_OUT)
    return _WITH_E.sub(r"\1", plain)[:LONGEST]


def written(text: str) -> Iterator[str]:
    """Yield the words of a text as they are written, "Kita-Platz" as one."""
    return iter(_WORD.findall(text))


def parts(word: str) -> list[str]:
    """Return what a written word is put together from, folded: "kita", "platz"."""
    return [part for part in map(fold, _PARTS.findall(word)) if part]


def joined(word: str) -> str:
    """Return a written word in one, whether or not it has a hyphen: "kitaplatz"."""
    return "".join(parts(word))[:LONGEST]


def places(text: str) -> Iterator[Place]:
    """Yield where the words of a text stand; one with a hyphen first whole, then its parts."""
    for found in _WORD.finditer(text):
        inner = list(_PARTS.finditer(found[0]))
        if len(inner) > 1:
            yield Place(*found.span(), joined(found[0]))
        for part in inner:
            start = found.start() + part.start()
            yield Place(start, start + len(part[0]), fold(part[0]))


STOPPED: Final = {lang: frozenset(map(fold, words.split())) for lang, words in STOP.items()}
