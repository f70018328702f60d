"""A declared session as pages show it: its times in its zone, its introduction as safe HTML."""

from dataclasses import dataclass
from datetime import datetime

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from dialog.forum.commands import Declare
from dialog.forum.names import SECOND, Limits, Show
from dialog.forum.phase import Schedule
from dialog.programme import Answerer, Declaration, Recording, Video

_markdown = MarkdownIt("commonmark", {"html": False})
_TAGS = {"p", "em", "strong", "ul", "ol", "li", "a", "h2", "h3", "blockquote", "br"}


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a page says of a session beside its live state."""

    slug: str
    title: str
    intro: Markup
    topics: tuple[str, ...]
    opens: datetime
    starts: datetime
    ends: datetime
    questions_until: datetime | None
    answerer: Answerer
    video: Video | None
    recording: Recording | None
    identity: str
    code: str
    readers: bool
    release: str
    rehearsal: bool
    names: tuple[Show, ...] = tuple(Show)
    postponed: bool = False


def announce(declaration: Declaration) -> Announcement:
    """Return the announcement of a declared session."""
    return Announcement(
        slug=declaration.slug,
        title=declaration.title,
        intro=safe(declaration.intro),
        topics=declaration.topics,
        opens=declaration.opens,
        starts=declaration.starts,
        ends=declaration.ends,
        questions_until=declaration.questions_until,
        answerer=declaration.answerer,
        video=declaration.video,
        recording=declaration.recording,
        identity=declaration.identity,
        code=declaration.code or "",
        readers=declaration.readers,
        release=declaration.release,
        rehearsal=declaration.rehearsal_until is not None,
        names=declaration.names,
        postponed=declaration.postponed,
    )


def declare(declaration: Declaration) -> Declare:
    """Return what the rules need to know of a declared session."""
    until = declaration.questions_until
    limits = declaration.limits
    return Declare(
        schedule=Schedule(
            _ms(declaration.opens.timestamp()),
            _ms(declaration.starts.timestamp()),
            _ms(declaration.ends.timestamp()),
            _ms(until.timestamp()) if until else 0,
        ),
        topics=declaration.topics,
        by_clock=declaration.goes_live == "by_clock",
        readers=declaration.readers,
        second_person=declaration.release == "second_person",
        limits=Limits(
            text=limits.text,
            background=limits.background,
            waiting=limits.waiting,
            ask_ms=limits.ask_seconds * SECOND,
        ),
        rehearsal=declaration.rehearsal_until is not None,
        shows=declaration.names,
    )


def safe(markdown: str) -> Markup:
    """Return Markdown as HTML in which nothing but text and links is left."""
    return Markup(nh3.clean(_markdown.render(markdown), tags=_TAGS, link_rel="noreferrer"))  # noqa: S704 - cleaned


def plain(markdown: str) -> str:
    """Return Markdown as text: paragraphs stay apart, marks and addresses of links go."""
    blocks = (token.children or () for token in _markdown.parse(markdown) if token.type == "inline")
    return "\n\n".join("".join(map(_said, block)) for block in blocks)


def _said(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _ms(seconds: float) -> int:
    return round(seconds * SECOND)
