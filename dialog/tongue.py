"""In which language somebody typed, as far as letters tell: for `lang`, beside `dir="auto"`.

A screen reader that is told nothing reads Arabic with a German voice. No letter tells German from
English or Turkish: what is written in Latin letters is taken for the language of its session.
`static/js/tongue.js` does the same.
"""

import re
from functools import lru_cache
from typing import Final

# By script: its letters, the languages that have letters of their own in it, and which it is else.
SCRIPTS: Final = (
    ("\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
     (("ur", "ٹڈڑے"), ("ps", "ټډړښځڅۍې"), ("ckb", "ۆێڕڵە"), ("fa", "پچژگکی")), "ar"),
    ("\u0400-\u052f", (("uk", "іїєґІЇЄҐ"), ("sr", "ђћљњџјЂЋЉЊЏЈ")), "ru"),
    ("\u3040-\u30ff", (), "ja"),
    ("\u4e00-\u9fff\u3400-\u4dbf", (), "zh"),
    ("\uac00-\ud7a3\u1100-\u11ff", (), "ko"),
    ("\u1200-\u139f", (), "und-Ethi"),
    ("\u0590-\u05ff", (), "he"),
    ("\u0370-\u03ff\u1f00-\u1fff", (), "el"),
    ("\u0530-\u058f", (), "hy"),
    ("\u10a0-\u10ff\u1c90-\u1cbf", (), "ka"),
    ("\u0900-\u097f", (), "und-Deva"),
    ("\u0980-\u09ff", (), "bn"),
    ("\u0b80-\u0bff", (), "ta"),
    ("\u0e00-\u0e7f", (), "th"),
)  # fmt: skip
LATIN: Final = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
OTHER: Final = re.compile(f"[{''.join(letters for letters, _own, _else in SCRIPTS)}]")
READERS: Final = [(re.compile(f"[{letters}]"), own, other) for letters, own, other in SCRIPTS]


@lru_cache(maxsize=4096)
def tongue(text: str, otherwise: str = "de") -> str:
    """Return a language tag (BCP 47) for a text: ``ar``, ``uk`` …, else the one that is named.

    What has more Latin letters than others is in the language that is named.
    """
    if len(OTHER.findall(text)) <= len(LATIN.findall(text)):
        return otherwise
    counts = [len(letters.findall(text)) for letters, _own, _else in READERS]
    if counts[2]:  # Japanese has more signs of Chinese than of its own
        return READERS[2][2]
    _letters, own, other = READERS[counts.index(max(counts))]
    return next((lang for lang, signs in own if not set(signs).isdisjoint(text)), other)
