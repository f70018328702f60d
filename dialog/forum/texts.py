"""The one gate for everything people type.

Lengths are code points after NFC, CRLF to LF and trimming. The raw length is capped before
anything else looks at the text, because normalising is quadratic in alternating marks.
"""

import re
import unicodedata

from dialog.forum.refusals import Code, Refusal

MARKS_IN_A_ROW = 4
RAW_FACTOR = 4
RAW_SPARE = 64

# Bidirectional overrides and isolates reorder what others read; lone surrogates, controls, line
# separators and noncharacters have no place in any text. ZWJ and ZWNJ stay: Persian needs them.
_PLANES_END = "".join(
    f"{chr(plane + 0xFFFE)}-{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
_REFUSED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u206f\ud800-\udfff"
    f"\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff{_PLANES_END}]"
)
_SPACES = re.compile(r"[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean(raw: str, limit: int, field: str, *, lines: bool = False) -> str | Refusal:
    """Return the text as it is kept, or why it cannot be; an empty text is returned empty.

    ``limit`` is in code points. Without ``lines`` breaks become spaces; with them at most one
    blank line stands between paragraphs.
    """
    if len(raw) > limit * RAW_FACTOR + RAW_SPARE:
        return Refusal(Code.TOO_LONG, field=field, limit=limit, length=len(raw))
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not harmless(text):
        return Refusal(Code.BAD_TEXT, field=field)
    text = _layout(unicodedata.normalize("NFC", text), lines=lines)
    if not any(map(_visible, text)):
        return ""
    if len(text) > limit:
        return Refusal(Code.TOO_LONG, field=field, limit=limit, length=len(text))
    return text


def required(raw: str, limit: int, field: str, *, lines: bool = False) -> str | Refusal:
    """Return the text as ``clean`` does, and refuse an empty one."""
    text = clean(raw, limit, field, lines=lines)
    return Refusal(Code.EMPTY, field=field) if text == "" else text


def harmless(text: str) -> bool:
    """Tell whether a text holds only signs that show what they are, and no towers of marks."""
    return not (_REFUSED.search(text) or _too_many_marks(text))


def plain(text: str) -> str:
    """Return what is the same of texts that differ in case, spaces and closing signs at most."""
    return " ".join(text.casefold().split()).rstrip(" .?!…")


def _layout(text: str, *, lines: bool) -> str:
    if not lines:
        return _SPACES.sub(lambda run: run[0][0], text.replace("\n", " ")).strip()
    rows = "\n".join(row.strip() for row in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", rows).strip()


def _too_many_marks(text: str) -> bool:
    run = 0
    for sign in text:
        if sign < "\u0300":
            run = 0
        elif unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me"):
            run += 1
            if run > MARKS_IN_A_ROW:
                return True
        elif unicodedata.category(sign) != "Cf":  # joiners are no letters: marks go on piling up
            run = 0
    return False


def _visible(sign: str) -> bool:
    return sign not in _INVISIBLE and unicodedata.category(sign)[0] in "LNPS"
