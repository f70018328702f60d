"""Jinja environments, one per language, with the filters that say times, counts and names."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from dialog.forum.names import BLACKENED
from dialog.forum.views import instant
from dialog.tongue import tongue
from dialog.web import sentences
from dialog.web.assets import assets
from dialog.web.catalogue import NAMES, catalogue, spoken
from dialog.web.difference import difference
from dialog.web.places import folder
from dialog.web.press import in_turns

NBSP: Final = "\N{NO-BREAK SPACE}"
BERLIN: Final = ZoneInfo("Europe/Berlin")
TEMPLATES: Final = folder("templates")
DAY_FORMS: Final = {"de": f"d.{NBSP}MMMM y", "en": f"d{NBSP}MMMM y"}
SHORT_FORMS: Final = {"de": f"d.{NBSP}MMMM", "en": f"d{NBSP}MMMM"}
UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
ADDRESS: Final = re.compile(r"(https?://\S*[^\s.,;:!?)])")

Instant = str | int | datetime

TABLES: Final[dict[str, Mapping[str, str]]] = {
    "phase": sentences.PHASES,
    "outcome": sentences.OUTCOMES,
    "facet": sentences.FACETS,
    "review": sentences.REVIEWS,
    "kind": sentences.KINDS,
    "shown": sentences.SHOWN,
    "via": sentences.VIAS,
    "role": sentences.ROLES,
    "personal_data": sentences.PERSONAL_DATA,
    "deed": sentences.DEEDS,
    "mark": sentences.MARKS,
    "amended": sentences.AMENDED,
    "flaw": sentences.FLAWS,
    "wrong": sentences.WRONG,
    "column": sentences.COLUMNS,
}


def render(page: str, lang: str, /, **context: Any) -> str:
    """Renders templates/<page>.html in one language."""
    return "".join(in_turns(environment(lang).get_template(f"{page}.html").generate(**context)))


@cache
def environment(lang: str, folder: Path = TEMPLATES) -> Environment:
    """Builds the environment of one language; an undefined name is an error, never a blank."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(catalogue(lang), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(FILTERS)
    plural: Any = made.globals["ngettext"]
    made.globals.update(words_in(lang), ngettext=counted(plural))
    return made


def words_in(lang: str) -> dict[str, Any]:
    """Returns the globals of one language: its code, addresses of static files, the sentences."""
    return {
        "lang": lang,
        "static": assets().address,
        "spoken": spoken(lang),
        "languages": NAMES,
        "word": partial(word, lang),
        "said": lambda text: sentences.say(text, lang),
        "codes": lambda table: list(TABLES[table]),
        "reason": partial(sentences.reason, lang=lang),
        "reasons": lambda: [(code, sentences.reason(code, lang)) for code in sentences.REASONS],
        "refusal_said": partial(sentences.refusal, lang=lang),
        "refusals": partial(sentences.refusals, lang),
        "live_words": lambda: [
            (key, sentences.say(text, lang)) for key, text in sentences.LIVE.items()
        ],
        "own_state": sentences.own_state,
        "own_states": list(sentences.STATES),
        "state": partial(sentences.state, lang=lang),
        "invitation": partial(sentences.invitation, lang=lang),
        "invitations": list(sentences.INVITATIONS),
    }


def counted(plural: Callable[..., str]) -> Callable[..., str]:
    """Returns `ngettext` that writes its count, `%(num)s`, with the language's thousands."""

    @pass_context
    def said(context: Context, one: str, many: str, count: int, **given: object) -> str:
        return plural(context, one, many, count, **{"num": number(context, count)} | given)

    return said


def word(lang: str, table: str, code: str) -> str:
    """Says a code of one of the tables above."""
    return sentences.say(TABLES[table][code], lang)


def zone(context: Context) -> ZoneInfo:
    """Returns the zone of the page's session, else Europe/Berlin."""
    dialog = context.get("dialog")
    starts = (
        dialog.get("starts") if isinstance(dialog, Mapping) else getattr(dialog, "starts", None)
    )
    found = getattr(starts, "tzinfo", None)
    return found if isinstance(found, ZoneInfo) else BERLIN


def moment(context: Context, value: Instant) -> datetime:
    """Reads an ISO instant, milliseconds since 1970 or an aware datetime, in the page's zone."""
    if isinstance(value, int):
        value = datetime.fromtimestamp(value / 1000, UTC)
    elif isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(zone(context))


def day_of(context: Context, value: Instant | date) -> date:
    """Reads a calendar day; a bare day such as a promise's stays what it is in every zone."""
    if isinstance(value, str) and len(value) == len("2026-12-18"):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return moment(context, value).date()


@pass_context
def clock(context: Context, value: Instant) -> str:
    """Says a time of day: 18:41."""
    return f"{moment(context, value):%H:%M}"


@pass_context
def clock_s(context: Context, value: Instant) -> str:
    """Says a time of day with seconds: 18:42:57."""
    return f"{moment(context, value):%H:%M:%S}"


@pass_context
def day(context: Context, value: Instant | date) -> str:
    """Says a date: 24. November 2026."""
    lang = spoken(context["lang"])
    return format_date(day_of(context, value), DAY_FORMS[lang], locale=lang)


@pass_context
def short_day(context: Context, value: Instant | date) -> str:
    """Says a date without its year: 24. November."""
    lang = spoken(context["lang"])
    return format_date(day_of(context, value), SHORT_FORMS[lang], locale=lang)


@pass_context
def weekday(context: Context, value: Instant | date) -> str:
    """Says the day of the week: Dienstag."""
    return format_date(day_of(context, value), "EEEE", locale=spoken(context["lang"]))


@pass_context
def month(context: Context, value: Instant | date) -> str:
    """Says the month: November."""
    return format_date(day_of(context, value), "LLLL", locale=spoken(context["lang"]))


@pass_context
def day_number(context: Context, value: Instant | date) -> str:
    """Says the day of the month as its language writes it: 24. in German, 24 in English."""
    number = day_of(context, value).day
    return f"{number}." if spoken(context["lang"]) == "de" else str(number)


@pass_context
def days_until(context: Context, value: Instant | date) -> int:
    """Counts the calendar days from the page's now."""
    return (day_of(context, value) - moment(context, context["now"]).date()).days


@pass_context
def minutes_ago(context: Context, value: Instant) -> str:
    """Says an age: vor 6 Minuten."""
    return aged(context, "ago", value)


@pass_context
def since(context: Context, value: Instant) -> str:
    """Says a duration up to now: seit 6 Minuten."""
    return aged(context, "since", value)


def aged(context: Context, kind: str, value: Instant) -> str:
    """Says the age of an instant in its largest whole unit."""
    # by timestamp: in one zone Python compares what clocks on walls show, also in October
    seconds = moment(context, context["now"]).timestamp() - moment(context, value).timestamp()
    lang = str(context["lang"])
    for length, unit in UNITS:
        count = int(seconds // length)
        if count == 1:
            return sentences.say(sentences.LIVE[f"{kind}.{unit}"], lang)
        if count > 1:
            many = sentences.say(sentences.LIVE[f"{kind}.{unit}s"], lang)
            return many.format(n=number(context, count))
    return sentences.say(sentences.LIVE[f"{kind}.now"], lang)


def stamp(seconds: int) -> str:
    """Says a place in the recording: 0:41:20."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@pass_context
def number(context: Context, value: int) -> str:
    """Says a count with its language's thousands: 1.234."""
    return format_decimal(value, locale=spoken(context["lang"]))


def millis(instant: str) -> int:
    """Returns an instant of a row in ms UTC, as commands name it."""
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def query(address: str) -> str:
    """Returns an address up to where the next field of its query begins."""
    return f"{address}{'&' if '?' in address else '?'}"


@pass_context
def supports(context: Context, value: int) -> str:
    """Says a count of upvotes: 187 Unterstützungen."""
    return f"{number(context, value)}{NBSP}{supports_word(context, value)}"


@pass_context
def supports_word(context: Context, value: int) -> str:
    """Says the noun that goes with a count of upvotes."""
    return sentences.say(
        sentences.LIVE["upvotes.one" if value == 1 else "upvotes.many"], str(context["lang"])
    )


@pass_context
def asker_line(context: Context, row: Mapping[str, Any]) -> str:
    """Says who asked, as shown: name and district, one of them, or anonym."""
    parts = [part for part in (row["asker"], row["district"]) if part]
    return ", ".join(parts) or sentences.say(sentences.LIVE["anonymous"], str(context["lang"]))


@pass_context
def machine(context: Context, value: Instant) -> str:
    """Writes an instant for datetime=, with the offset of the page's zone."""
    return moment(context, value).isoformat(timespec="seconds")


@pass_context
def plus(context: Context, value: Instant, minutes: int) -> datetime:
    """Returns the instant some minutes later."""
    later = moment(context, value).astimezone(UTC) + timedelta(minutes=minutes)
    return later.astimezone(zone(context))


@pass_context
def blackened(context: Context, text: str) -> Markup:
    """Says to everyone that a place was blackened, also to those who do not see the bar."""
    said = sentences.say(sentences.BLACKENED, str(context["lang"]))
    bar = Markup('<span class="black" lang="{}"><span class="kern-sr-only">[{}]</span></span>')
    return escape(text).replace(BLACKENED, bar.format(context["lang"], said))


def paragraphs(text: str) -> Iterator[str]:
    """Yields the paragraphs of a plain text."""
    return (part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def links(text: str) -> Iterator[tuple[str, bool]]:
    """Yields the parts of a plain text, and of each whether it is a web address."""
    return ((part, at % 2 == 1) for at, part in enumerate(ADDRESS.split(text)) if part)


def typed_in(text: str | None, otherwise: str) -> str:
    """Says in which language something was typed."""
    return tongue(text or "", otherwise)


def called(phone: str) -> str:
    """Returns a telephone number as a link calls it: +49 (0)8122 555-0 is +4981225550."""
    from_abroad = phone.strip().startswith(("+", "00", "(+"))
    return re.sub(r"[^0-9+]", "", phone.replace("(0)", "") if from_abroad else phone)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "clock": clock,
    "clock_s": clock_s,
    "day": day,
    "short_day": short_day,
    "weekday": weekday,
    "month": month,
    "day_number": day_number,
    "days_until": days_until,
    "minutes_ago": minutes_ago,
    "since": since,
    "stamp": stamp,
    "n": number,
    "query": query,
    "millis": millis,
    "instant": instant,
    "changed_to": difference,
    "supports": supports,
    "supports_word": supports_word,
    "asker_line": asker_line,
    "machine": machine,
    "plus": plus,
    "blackened": blackened,
    "paragraphs": paragraphs,
    "links": links,
    "tongue": typed_in,
    "called": called,
}
