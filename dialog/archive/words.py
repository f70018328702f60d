"""The words of an export: who makes one hands them down, for sentences belong to the web."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date
from babel.numbers import format_decimal

NBSP = "\N{NO-BREAK SPACE}"
DAY_FORMS = {"de": f"d.{NBSP}MMMM y", "en": f"d{NBSP}MMMM y"}
DAY = len("2026-12-18")


@dataclass(frozen=True, slots=True)
class Words:
    """One language: what stands for a code, and how days and numbers are written in a zone."""

    lang: str
    zone: tzinfo
    said: Callable[[str], str]

    def say(self, code: str, **given: object) -> str:
        """Say a code with what belongs into its braces."""
        return self.said(code).format_map(given)

    def day(self, moment: str) -> str:
        """Say the day of a moment, or a bare day: 24. November 2026."""
        return format_date(self.local(moment), DAY_FORMS[self.lang], locale=self.lang)

    def clock(self, moment: str) -> str:
        """Say a moment's time of day: 18:41."""
        return f"{self.local(moment):%H:%M}"

    def number(self, value: int) -> str:
        """Say a count with its language's thousands: 1.234."""
        return format_decimal(value, locale=self.lang)

    def upvotes(self, value: int) -> str:
        """Say a count of upvotes: 187 Unterstützungen."""
        noun = self.say("upvotes.one" if value == 1 else "upvotes.many")
        return f"{self.number(value)}{NBSP}{noun}"

    def local(self, moment: str) -> datetime | date:
        """Return a moment in the zone; a bare day stays what it is."""
        if len(moment) == DAY:
            return date.fromisoformat(moment)
        return datetime.fromisoformat(moment).astimezone(self.zone)


def stamp(seconds: int) -> str:
    """Say a place in the recording: 0:41:20."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def utc(moment: str) -> datetime:
    """Return a moment of a record in UTC, to compare it with others."""
    return datetime.fromisoformat(moment).astimezone(UTC)
