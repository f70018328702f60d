"""What letters say: one function for each kind, from what is known to a subject and blocks.

The same blocks become text and HTML, so that neither says more than the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from babel.dates import format_date

from dialog.programme import Answerer, Video
from dialog.store.outbox import Kind
from dialog.web.catalogue import catalogue, spoken
from dialog.web.sentences import ROLES

DAYS: Final = {"de": "EEEE, d. MMMM y", "en": "EEEE, d MMMM y"}
BARE_DAYS: Final = {"de": "d. MMMM y", "en": "d MMMM y"}


class Text(NamedTuple):
    """A paragraph."""

    said: str


class Rows(NamedTuple):
    """Facts, each with its name."""

    rows: tuple[tuple[str, str], ...]


class Link(NamedTuple):
    """A way on, with its address in full."""

    said: str
    href: str


class Code(NamedTuple):
    """What is typed from here into a page."""

    said: str
    code: str


Block = Text | Rows | Link | Code


class Said(NamedTuple):
    """A letter's subject and blocks; ``note`` stands above all, ``foot`` beneath."""

    subject: str
    blocks: tuple[Block, ...]
    foot: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known when a letter is written; times are aware, in the session's zone.

    ``link`` is where the letter leads, ``end`` where such letters are ended, ``write_to`` whom to
    write to, ``told`` the letter's own facts. Without a session ``title`` is empty, or a notice's,
    and there are no times; ``opens`` is none, too, once questions are taken.
    """

    lang: str
    operator: str
    write_to: str
    link: str = ""
    end: str = ""
    name: str = ""
    title: str = ""
    answerer: Answerer | None = None
    opens: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    video: Video | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def write(kind: Kind, told: Told) -> Said:
    """Return what a letter says."""
    return LETTERS[kind](told)


# --- staff ---------------------------------------------------------------------------------------


def _appointed(told: Told) -> Said:
    """Say which roles somebody has from now on, and how they sign in."""
    _ = catalogue(told.lang).gettext
    roles = ", ".join(_(ROLES[role]) for role in told.told["roles"] if role in ROLES)
    rows = [(_("Ihre Aufgabe"), roles)]
    if told.title and told.starts:
        rows += [(_("Dialog"), told.title), (_("Tag"), _day(told.starts, told.lang))]
    else:
        rows.append((_("Dialog"), _("jeder, auch künftige")))
    return Said(
        _("Ihre Aufgabe bei Dialog digital: {roles}").format(roles=roles),
        (
            Text(_("Guten Tag,")),
            Text(_("die Organisation hat Sie mit dieser Adresse in das Team eingetragen.")),
            Rows(tuple(rows)),
            Link(_("Anmelden"), told.link),
            Text(
                _(
                    "Sie brauchen kein Kennwort: Auf dieser Seite geben Sie Ihre Adresse an und "
                    "bekommen einen Link, der einmal gilt."
                )
            ),
        ),
        _foot(told),
    )


def _signin(told: Told) -> Said:
    if "roles" in told.told:
        return _appointed(told)
    _ = catalogue(told.lang).gettext
    code = str(told.told["code"])
    return Said(
        _("Ihre Anmeldung bei Dialog digital"),
        (
            Text(_("Guten Tag,")),
            Text(
                _(
                    "mit dieser Adresse meldet sich gerade jemand bei Dialog digital an. "
                    "Wenn Sie das sind, geben Sie diesen Code auf der Seite ein, die Sie "
                    "dafür geöffnet haben:"
                )
            ),
            Code(_("Ihr Code"), f"{code[:3]} {code[3:]}"),
            Text(_("Oder öffnen Sie diesen Link und bestätigen Sie dort die Anmeldung:")),
            Link(_("Anmelden"), told.link),
            Text(_("Code und Link gelten 10 Minuten, und nur einmal.")),
            Text(
                _(
                    "Wenn Sie sich nicht anmelden wollten, brauchen Sie nichts zu tun. "
                    "Bitte geben Sie Code und Link niemandem weiter."
                )
            ),
        ),
        _foot(told),
    )


def _promise_due(told: Told) -> Said:
    _, ngettext = catalogue(told.lang).gettext, catalogue(told.lang).ngettext
    days = int(told.told["days"])
    subject = ngettext("Zusage fällig in {n} Tag: {by}", "Zusage fällig in {n} Tagen: {by}", days)
    if not days:
        subject = _("Zusage heute fällig: {by}")
    until = _day(date.fromisoformat(str(told.told["until"])), told.lang)
    question = str(told.told["text"]) or _(
        "Sie nennt einen Einzelfall und steht nicht in dieser Nachricht."
    )
    rows = (
        (_("Zugesagt von"), str(told.told["by"])),
        (_("Bis"), until),
        (_("Dialog"), told.title),
        (_("Frage {n}").format(n=told.told["question"]), question),
    )
    return Said(
        subject.format(n=days, by=told.told["by"]),
        (
            Text(_("Guten Tag,")),
            Text(
                _(
                    "eine Zusage aus einem Dialog wird fällig und ist noch nicht als "
                    "eingelöst vermerkt:"
                )
            ),
            Rows(rows),
            Link(_("Zu den Zusagen"), told.link),
            Text(
                _(
                    "Ist sie eingelöst, tragen Sie dort bitte ein, was gekommen ist. Im "
                    "Archiv steht sie bis dahin als offen, danach als überfällig."
                )
            ),
            Text(_("Wir erinnern 14 und 3 Tage vor dem Tag, je einmal.")),
        ),
        _foot(told),
    )


# --- the operator --------------------------------------------------------------------------------


def _barrier(told: Told) -> Said:
    """Say what somebody cannot do here; a report is told in its own words."""
    _ = catalogue(told.lang).gettext
    facts = told.told
    given = (
        (_("Seite"), str(facts["where"])),
        (_("Womit"), str(facts["aid"])),
        (_("Sprache der Seite"), str(facts["lang"])),
        (_("Antwort an"), str(facts["reply"]) or _("keine Adresse angegeben")),
    )
    return Said(
        _("Eine Barriere wurde gemeldet"),
        (
            Text(_("Guten Tag,")),
            Text(_("auf der Seite „Barriere melden“ hat jemand geschrieben:")),
            *(Text(part.strip()) for part in str(facts["barrier"]).split("\n\n")),
            Rows(tuple((what, said) for what, said in given if said)),
            Link(_("Zur Erklärung zur Barrierefreiheit"), told.link),
            Text(
                _(
                    "Bitte antworten Sie, wenn eine Adresse angegeben ist. Auf diesem Server "
                    "bleibt die Meldung nicht gespeichert."
                )
            ),
        ),
        _foot(told),
    )


# --- the invited ---------------------------------------------------------------------------------


def _invitation(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    return Said(
        _("Einladung: {title} am {day}").format(
            title=told.title, day=_bare(told.starts, told.lang)
        ),
        (
            _greeting(told),
            Text(
                _(
                    "wir laden Sie herzlich ein, beim Dialog digital mitzureden: Sie "
                    "stellen Fragen, unterstützen die Fragen anderer und bekommen im "
                    "Gespräch Antwort."
                )
            ),
            Rows((*_what(told), *_ways(told))),
            Link(_("Zu Ihrem Dialog"), told.link),
            Text(
                _(
                    "Dieser Link gilt nur für Sie: auf jedem Ihrer Geräte und bis zur "
                    "Veröffentlichung des Protokolls. Bitte geben Sie ihn nicht weiter, "
                    "denn wer ihn öffnet, nimmt in Ihrem Namen teil. Sie brauchen kein "
                    "Konto und kein Programm."
                )
            ),
            Text(
                _("Fragen stellen und unterstützen können Sie ab {when}.").format(
                    when=_moment(told.opens, told.lang)
                )
                if told.opens
                else _("Fragen stellen und unterstützen können Sie schon jetzt.")
            ),
            Text(_("Der Termin liegt als Datei für Ihren Kalender bei.")),
            Text(
                _(
                    "Wenn Sie nicht teilnehmen möchten, brauchen Sie nichts zu tun. Wenn "
                    "Sie zu diesem Dialog keine Nachrichten mehr bekommen möchten, "
                    "wenden Sie sich bitte an {write_to}. Ihre Adresse löschen wir mit der "
                    "Veröffentlichung des Protokolls, auf Wunsch sofort."
                ).format(write_to=told.write_to)
            ),
        ),
        _foot(told),
    )


def _test(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    if not told.title:
        return Said(
            _("Testnachricht von Dialog digital"),
            (
                Text(_("Guten Tag,")),
                Text(
                    _(
                        "diese Nachricht zeigt, dass Dialog digital E-Mails verschicken kann. Sie "
                        "haben sie auf der Seite „E-Mail“ selbst angefordert."
                    )
                ),
                Link(_("Zur Seite „E-Mail“"), told.link),
            ),
            _foot(told),
        )
    shown = _invitation(told)
    return shown._replace(
        subject=_("Test – {subject}").format(subject=shown.subject),
        note=_(
            "Dies ist ein Test: So sieht die Einladung aus. Nur Sie haben diese "
            "Nachricht bekommen, und ihr Link führt zum Programm statt zu einem "
            "persönlichen Zugang."
        ),
    )


def _changed(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    was = datetime.fromisoformat(told.told["starts"]) if "starts" in told.told else told.starts
    moved = was != told.starts
    before = ((_("Bisher"), _moment(was, told.lang)),) if moved else ()
    day = _bare(told.starts, told.lang)
    subject = (
        _("Neuer Termin: {title} am {day}") if moved else _("Geänderte Angaben: {title} am {day}")
    )
    said = (
        _("der Dialog digital, zu dem Sie eingeladen sind, findet zu einer anderen Zeit statt.")
        if moved
        else _("zu dem Dialog digital, zu dem Sie eingeladen sind, haben sich Angaben geändert.")
    )
    return Said(
        subject.format(title=told.title, day=day),
        (
            _greeting(told),
            Text(said),
            Rows((*before, *_what(told), *_ways(told))),
            Link(_("Zu Ihrem Dialog"), told.link),
            Text(
                _(
                    "Ihr persönlicher Link bleibt derselbe, und was Sie schon gefragt oder "
                    "unterstützt haben, bleibt bestehen. Die Datei für Ihren Kalender "
                    "ersetzt die bisherige."
                )
            ),
            _refuse(told),
        ),
        _foot(told),
    )


def _cancelled(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    return Said(
        _("Abgesagt: {title} am {day}").format(title=told.title, day=_bare(told.starts, told.lang)),
        (
            _greeting(told),
            Text(
                _(
                    "der folgende Dialog digital, zu dem Sie eingeladen waren, findet "
                    "leider nicht statt."
                )
            ),
            Rows(_what(told)),
            Link(_("Zum Programm"), told.link),
            Text(
                _(
                    "Wir bitten um Verständnis. Die beiliegende Datei nimmt den Termin aus "
                    "Ihrem Kalender."
                )
            ),
            Text(
                _("Bei Fragen wenden Sie sich bitte an {write_to}.").format(write_to=told.write_to)
            ),
        ),
        _foot(told),
    )


def _reminder(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    return Said(
        _("Erinnerung: {title} am {day}").format(
            title=told.title, day=_bare(told.starts, told.lang)
        ),
        (
            _greeting(told),
            Text(_("der Dialog digital, zu dem Sie eingeladen sind, beginnt bald.")),
            Rows((*_what(told), *_ways(told))),
            Link(_("Zu Ihrem Dialog"), told.link),
            Text(_("Dieser Link gilt nur für Sie. Bitte geben Sie ihn nicht weiter.")),
            _refuse(told),
        ),
        _foot(told),
    )


def _transcript(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    return Said(
        _("Das Protokoll ist da: {title}").format(title=told.title),
        (
            _greeting(told),
            Text(
                _(
                    "Sie hatten um Nachricht gebeten: Das Protokoll dieses Dialogs ist "
                    "veröffentlicht, mit allen öffentlichen Fragen und den Antworten."
                )
            ),
            Rows(_what(told)),
            Link(_("Zum Protokoll"), told.link),
            Text(
                _(
                    "Ihre Adresse hatten wir nur noch dafür; sie wird in den nächsten Tagen "
                    "gelöscht. Vielen Dank, dass Sie dabei waren."
                )
            ),
        ),
        _foot(told),
    )


# --- subscribers ---------------------------------------------------------------------------------


def _subscribe(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    topics = ", ".join(told.told["topics"]) or _("alle")
    return Said(
        _("Bitte bestätigen: Informationen per E-Mail"),
        (
            Text(_("Guten Tag,")),
            Text(
                _(
                    "jemand möchte mit dieser Adresse Informationen zu Asyl und Integration "
                    "beziehen. Wenn Sie das sind, bestätigen Sie es bitte:"
                )
            ),
            Rows(((_("Themen"), topics),)),
            Link(_("Bestellung bestätigen"), told.link),
            Text(_("Der Link gilt zwei Tage. Vorher bekommen Sie nichts.")),
            Text(
                _(
                    "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihre Adresse wird nach "
                    "zwei Tagen gelöscht."
                )
            ),
        ),
        _foot(told),
    )


def _notice(told: Told) -> Said:
    _ = catalogue(told.lang).gettext
    facts = told.told
    rows = [
        (said, value if name == "topics" else _date(value, told.lang))
        for name, said in (
            ("from", _("Gilt ab")),
            ("until", _("Gilt bis")),
            ("topics", _("Themen")),
        )
        if (value := str(facts[name]))
    ]
    if told.ends:
        rows.insert(0, (_("Frist"), _moment(told.ends, told.lang)))
    summary = (Text(str(facts["summary"])),) if facts["summary"] else ()
    return Said(
        told.title,
        (
            Text(_("Guten Tag,")),
            Text(
                _("es gibt eine neue Information:")
                if facts["new"]
                else _("eine Information wurde geändert:")
            ),
            Text(told.title),
            *summary,
            *((Rows(tuple(rows)),) if rows else ()),
            Link(_("Weiterlesen"), told.link),
            Text(
                _("Sie bekommen diese Nachricht, weil Sie Informationen per E-Mail bestellt haben.")
            ),
            Link(_("Keine E-Mails mehr erhalten"), told.end),
        ),
        _foot(told),
    )


LETTERS: Final[Mapping[Kind, Callable[[Told], Said]]] = {
    "signin": _signin,
    "invitation": _invitation,
    "test": _test,
    "changed": _changed,
    "cancelled": _cancelled,
    "reminder": _reminder,
    "transcript": _transcript,
    "promise_due": _promise_due,
    "subscribe": _subscribe,
    "notice": _notice,
    "barrier": _barrier,
}


# --- parts ---------------------------------------------------------------------------------------


def _greeting(told: Told) -> Text:
    _ = catalogue(told.lang).gettext
    if told.name:
        return Text(_("Guten Tag {name},").format(name=told.name))
    return Text(_("Guten Tag,"))


def _what(told: Told) -> tuple[tuple[str, str], ...]:
    """Return the rows that say which session this is."""
    _ = catalogue(told.lang).gettext
    if told.starts is None or told.ends is None or told.answerer is None:
        return ()
    hours = {"start": f"{told.starts:%H:%M}", "end": f"{told.ends:%H:%M}"}
    when = _("{day}, {start} bis {end} Uhr").format(day=_day(told.starts, told.lang), **hours)
    return (
        (_("Thema"), told.title),
        (_("Wann"), when),
        (_("Es antwortet"), f"{told.answerer.name}, {told.answerer.office}"),
    )


def _ways(told: Told) -> tuple[tuple[str, str], ...]:
    """Return the rows that say where it is seen and heard, and from when."""
    _ = catalogue(told.lang).gettext
    video = told.video
    if video is None:
        return ()
    offered = ((_("Bild und Ton"), video.url), (_("Offen ab"), _moment(video.from_, told.lang)))
    phone = _("{phone}, Zugang {pin}") if video.pin else "{phone}"
    by_phone = (_("Nur hören, per Telefon"), phone.format(phone=video.phone, pin=video.pin))
    return (*offered, by_phone) if video.phone else offered


def _refuse(told: Told) -> Text:
    _ = catalogue(told.lang).gettext
    return Text(
        _(
            "Wenn Sie zu diesem Dialog keine Nachrichten mehr bekommen möchten, "
            "wenden Sie sich bitte an {write_to}."
        ).format(write_to=told.write_to)
    )


def _foot(told: Told) -> tuple[str, ...]:
    _ = catalogue(told.lang).gettext
    return (told.operator, _("Diese Nachricht wurde automatisch verschickt."))


def _day(day: date | None, lang: str) -> str:
    return format_date(day, DAYS[spoken(lang)], locale=spoken(lang))


def _date(day: str, lang: str) -> str:
    return _day(date.fromisoformat(day), lang)


def _bare(day: date | None, lang: str) -> str:
    return format_date(day, BARE_DAYS[spoken(lang)], locale=spoken(lang))


def _moment(moment: datetime | None, lang: str) -> str:
    if moment is None:
        return ""
    _ = catalogue(lang).gettext
    return _("{day}, {time} Uhr").format(day=_day(moment, lang), time=f"{moment:%H:%M}")
