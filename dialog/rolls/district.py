"""The name of a district or city as people write it, and which of those in a directory it means.

Case, umlauts, abbreviations and „Landkreis“ or „Stadt“ do not matter, but for one thing: whoever
says that it is the city is not led to the county around it.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

LONGEST: Final = 120
SHORTEST_BEGINNING: Final = 4
_WORDS: Final = re.compile(r"[^\W_]+")
_SPELT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_PLAIN: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))
# What stands for what, the longest first; dots are gone by then.
_SHORT: Final = (
    (("a", "d"), ("an", "der")), (("i", "d"), ("in", "der")), (("v", "d"), ("vor", "der")),
    (("a",), ("am",)), (("i",), ("im",)), (("opf",), ("oberpfalz",)), (("obb",), ("oberbayern",)),
    (("ndb",), ("niederbayern",)), (("ofr",), ("oberfranken",)), (("ufr",), ("unterfranken",)),
    (("mfr",), ("mittelfranken",)), (("st",), ("sankt",)),
)  # fmt: skip
_BOTH: Final = (("stadt", "und", "landkreis"), ("landkreis", "und", "stadt"))
# A town that belongs to a county says nothing by it.
_NEITHER: Final = (("grosse", "kreisstadt"), ("kreisstadt",), ("markt",), ("gemeinde",))
_COUNTY: Final = (
    ("landkreis",), ("lkr",), ("lk",), ("kreis",), ("landratsamt",), ("lra",), ("county",),
    ("district",), ("land",),
)  # fmt: skip
_CITY: Final = (
    ("kreisfreie", "stadt"), ("krfr", "stadt"), ("kreisfr", "stadt"), ("landeshauptstadt",),
    ("lh",), ("stadt",), ("city",), ("kreisfrei",),
)  # fmt: skip
_OF: Final = ("of",)


class Kind(StrEnum):
    """What somebody says that a place is."""

    ANY = ""
    COUNTY = "county"
    CITY = "city"


class Place(NamedTuple):
    """A name taken apart: its words, umlauts spelt out, and what it is said to be.

    ``plain`` are its words for those whose keyboard has no umlauts.
    """

    words: tuple[str, ...]
    kind: Kind
    plain: tuple[str, ...]


class Found(NamedTuple):
    """The names that are meant, and others that look like it; both in the order they came in."""

    meant: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def find(asked: str, names: Iterable[str]) -> Found:
    """Return which of these names somebody means; all of them, where several fit."""
    wanted, known = place(asked), dict.fromkeys(names)
    if not wanted.words:
        return Found()
    places = {name: place(name) for name in known}
    for meant in (
        [name for name, one in places.items() if one.words == wanted.words],
        [name for name, one in places.items() if one.plain == wanted.plain],
    ):
        fitting = [name for name in meant if _fits(wanted.kind, places[name].kind)]
        if fitting:
            others = [name for name in meant if name not in fitting]
            return Found(tuple(fitting), tuple(others))
        if meant:  # the city was meant, and only the county around it is there
            return Found((), tuple(meant))
    return Found((), tuple(name for name, one in places.items() if _alike(one, wanted)))


@lru_cache(maxsize=8_192)  # a whole directory is compared with whatever is asked for
def place(name: str) -> Place:
    """Return a name taken apart."""
    text = unicodedata.normalize("NFC", name[:LONGEST]).casefold().translate(_SPELT)
    text = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    words = _said(tuple(_WORDS.findall(text[:LONGEST])))  # one sign may stand for eighteen
    for said, kind in (
        *((said, Kind.ANY) for said in (*_BOTH, *_NEITHER)),
        *((said, Kind.CITY) for said in _CITY),
        *((said, Kind.COUNTY) for said in _COUNTY),
    ):
        rest = _without_words(words, said)
        if rest:
            return Place(rest, kind, tuple(map(_without, rest)))
    return Place(words, Kind.ANY, tuple(map(_without, words)))


def _said(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with their abbreviations written out."""
    made: list[str] = []
    at = 0
    while at < len(words):
        for short, whole in _SHORT:
            # One that begins a name is no abbreviation but a part of it.
            if words[at : at + len(short)] == short and (at or short == ("st",)):
                made += whole
                at += len(short)
                break
        else:
            made.append(words[at])
            at += 1
    return tuple(made)


def _without_words(words: tuple[str, ...], said: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without some that stand at their beginning or end; nothing where they do not."""
    long = len(said)
    if words[:long] == said:
        rest = words[long:]
        return rest[1:] if rest[:1] == _OF else rest
    return words[:-long] if words[-long:] == said else ()


def _without(word: str) -> str:
    for spelt, plain in _PLAIN:
        word = word.replace(spelt, plain)
    return word


def _fits(asked: Kind, known: Kind) -> bool:
    return Kind.ANY in (asked, known) or asked is known


def _alike(one: Place, wanted: Place) -> bool:
    """Tell whether somebody may have meant a name: a word of it, or how one begins.

    There is more than one Neustadt, also where a directory knows one alone.
    """
    beginnings = tuple(word for word in wanted.plain if len(word) >= SHORTEST_BEGINNING)
    return any(word.startswith(beginnings) for word in one.plain)
