"""Places in a question where personal data seems to stand: patterns, a hint and no verdict.

Found outside the rules; a moderator decides. Dates, amounts and paragraphs are no telephone
numbers: seven digits at least, and a leading 0 or +.
"""

import re

from dialog.forum.question import Mark

_PATTERNS = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?\d{4}){3,7}(?:[ ]?\d{1,4})?\b")),
    ("file_number", re.compile(r"(?i:\b(?:az|azr|aktenzeichen|geschäftszeichen)\b[.:\s-]*(?:nr\b[.:\s]*)?)[\w./-]*\d[\w./-]*")),
    ("phone", re.compile(r"(?:(?:Tel|Telefon|Handy|Mobil)[.:]?\s*)?(?<![\w.])(?:\+|00?)[1-9](?:[ ()/-]{0,2}\d){6,13}(?!\w)")),
    ("name", re.compile(r"\b(?:Frau|Herrn?|Familie|Fam\.)\s+(?:Dr\.\s+)?(?!Staats|Minister)[A-ZÄÖÜÇŞİĆČŠŽĐ][\w’'-]*\.?(?:\s(?!Staats)[A-ZÄÖÜÇŞİĆČŠŽĐ][a-zäöüßçğışćčšžđ]+)?")),
)  # fmt: skip


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marked places of a text in reading order, none overlapping another."""
    found: list[Mark] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= mark.start or start >= mark.end for mark in found):
                found.append(Mark(kind, start, end))
    return tuple(sorted(found, key=lambda mark: mark.start))
