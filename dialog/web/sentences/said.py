"""What is said, as values: the texts are German, and translated when they are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialog.web.catalogue import catalogue

DEFAULTS: Final[dict[str, object]] = {"limit": 300, "seconds": 20, "number": "", "open": ""}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about one code: a title, one sentence, the next step (each may be empty)."""

    title: str
    sentence: str = ""
    next: str = ""

    def translated(self, lang: str) -> "Said":
        """Returns the same in another language."""
        return Said(say(self.title, lang), say(self.sentence, lang), say(self.next, lang))

    def filled(self, fields: Mapping[str, object]) -> "Said":
        """Returns the same with the figures of a refusal in their places."""
        known = DEFAULTS | dict(fields)
        return Said(*(text.format_map(known) for text in (self.title, self.sentence, self.next)))


@dataclass(frozen=True, slots=True)
class State:
    """The status of an own question: icon, tone (a class suffix), words, sentence."""

    icon: str
    tone: str
    label: str
    sentence: str = ""


def say(text: str, lang: str) -> str:
    """Translates one German text; an empty one stays empty (gettext keeps its header there)."""
    return catalogue(lang).gettext(text) if text else ""
