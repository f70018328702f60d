"""What was found, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is: a note can wait, what is bad will be felt by people."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``remedy`` says what to change, empty where all is well."""

    about: str
    grade: Grade
    said: str
    remedy: str = ""


def good(about: str, said: str) -> Finding:
    """Return that something is as it must be."""
    return Finding(about, Grade.GOOD, said)


def note(about: str, said: str, remedy: str) -> Finding:
    """Return something that should be better."""
    return Finding(about, Grade.NOTE, said, remedy)


def bad(about: str, said: str, remedy: str) -> Finding:
    """Return something that has to be changed."""
    return Finding(about, Grade.BAD, said, remedy)


def lacking(settings: Sequence[str]) -> Finding:
    """Return whether the operator's pages say all that they have to, or which settings lack."""
    if not settings:
        return good("operator", "The operator's pages say what they have to.")
    return note("operator", "The operator's pages lack something.", f"Set {', '.join(settings)}.")
