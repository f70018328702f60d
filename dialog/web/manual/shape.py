"""What a manual is made of; every sentence is a German one that gettext knows."""

from typing import Literal, NamedTuple

Kind = Literal["steps", "points", "keys", "troubles"]


class Picture(NamedTuple):
    """A picture of the product: its name among ``SIZES``, and what it shows."""

    name: str
    alt: str


class Part(NamedTuple):
    """A part of a manual under its own heading.

    ``said`` are sentences: steps in order, or points; in pairs the keys with what they do, or what
    goes wrong with what helps.
    """

    id: str
    kind: Kind
    title: str
    said: tuple[str | tuple[str, str], ...]
    picture: Picture | None = None


class Manual(NamedTuple):
    """What somebody in one role has to know."""

    role: str
    title: str
    lead: str
    parts: tuple[Part, ...]
