"""Places in a question where personal data seems to stand: patterns, a hint and no verdict.

Found outside the rules; a moderator decides. Dates, amounts and paragraphs are no telephone
numbers: seven digits at least, and a leading 0 or +.
"""

import re

from dialog.forum.question import Mark

_CAPITAL = "[A-ZÄÖÜÇŞİĆČŠŽĐ]"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?\d{4}){3,7}(?:[ ]?\d{1,4})?\b")
_FILE_NUMBER = re.compile(
    r"""(?i: \b (?: az | azr | aktenzeichen | geschäftszeichen ) \b [.:\s-]*
        (?: (?: nr | nummer ) \b [.:\s]* )? ) [\w./-]* \d [\w./-]*""",
    re.VERBOSE,
)
_PHONE = re.compile(
    r"""(?: (?: Tel | Telefon | Handy | Mobil ) [.:]? \s* )?
        (?<! [\w.] ) (?: \+ | 00? ) [1-9] (?: [\ ()/-]{0,2} \d ){6,13} (?! \w )""",
    re.VERBOSE,
)
_NAME = re.compile(
    rf"""\b (?: Frau | Herrn? | Familie | Fam\. ) \s+ (?: Dr\. \s+ )?
        (?! Staats | Minister ) {_CAPITAL} [\w’'-]* \.?
        (?: \s (?! Staats ) {_CAPITAL} [^\W\d_]+ )?""",
    re.VERBOSE,
)
_PATTERNS = (
    ("email", _EMAIL),
    ("iban", _IBAN),
    ("file_number", _FILE_NUMBER),
    ("phone", _PHONE),
    ("name", _NAME),
)


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marked places of a text in reading order, none overlapping another."""
    found: list[Mark] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= mark.start or start >= mark.end for mark in found):
                found.append(Mark(kind, start, end))
    return tuple(sorted(found, key=lambda mark: mark.start))
