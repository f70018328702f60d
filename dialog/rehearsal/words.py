"""What a rehearsal says, in one language: sentences, numbers, times."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from babel.numbers import format_decimal

LANGUAGES: Final = ("de", "en")

FILE: Final = Path(__file__).with_name("words.toml")


@cache
def sentences() -> dict[str, tuple[str, str]]:
    """Return all sentences by key, German and English."""
    return {key: (de, en) for key, (de, en) in tomllib.loads(FILE.read_text("utf-8")).items()}


class Words:
    """The words of one language."""

    def __init__(self, lang: str) -> None:
        """Choose ``de`` or ``en``."""
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str, **fields: object) -> str:
        """Say a sentence, numbers as this language writes them."""
        said = {name: self.number(v) if isinstance(v, int) else v for name, v in fields.items()}
        return sentences()[key][self._place].format(**said)

    def number(self, value: float) -> str:
        """Say a number with one decimal at most, a small one with two."""
        rounded = round(value, 1 if value >= 1 else 2)
        return format_decimal(rounded, format="#,##0.##", locale=self.lang)

    def time(self, seconds: float) -> str:
        """Say a duration: 14 ms, 0,2 s, 3 min."""
        if round(seconds, 3) < 0.1:  # noqa: PLR2004 - below that milliseconds are easier to read
            return f"{max(1, round(seconds * 1000)) if seconds else 0}\N{NO-BREAK SPACE}ms"
        if seconds < 120:  # noqa: PLR2004 - above that nobody reads seconds
            return f"{self.number(seconds)}\N{NO-BREAK SPACE}s"
        return f"{self.number(seconds / 60)}\N{NO-BREAK SPACE}min"

    def share(self, value: float) -> str:
        """Say a share in percent."""
        space = "\N{NO-BREAK SPACE}" if self.lang == "de" else ""
        return f"{self.number(round(value * 100))}{space}%"
