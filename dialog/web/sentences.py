"""Every sentence that stands for a code: refusals, reasons, outcomes, states, live words.

German texts are the gettext source; a caller names the language and gets the text in it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialog.web.catalogue import catalogue
from dialog.web.catalogue import marked as N_  # noqa: N812 - the mark that extraction looks for


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about one code: a title, one sentence, the next step (each may be empty)."""

    title: str
    sentence: str = ""
    next: str = ""

    def translated(self, lang: str) -> "Said":
        """Returns the same in another language."""
        return Said(say(self.title, lang), say(self.sentence, lang), say(self.next, lang))

    def filled(self, fields: Mapping[str, object]) -> "Said":
        """Returns the same with the figures of a refusal in their places."""
        known = DEFAULTS | dict(fields)
        return Said(*(text.format_map(known) for text in (self.title, self.sentence, self.next)))


@dataclass(frozen=True, slots=True)
class State:
    """The status of an own question: icon, tone (a class suffix), words, sentence."""

    icon: str
    tone: str
    label: str
    sentence: str = ""


DEFAULTS: Final[dict[str, object]] = {"limit": 300, "seconds": 20}

REFUSALS: Final[dict[str, Said]] = {
    "empty": Said(
        N_("Es fehlt noch Text"),
        N_("Das Feld ist leer."),
        N_("Bitte schreiben Sie Ihre Frage in das Feld."),
    ),
    "too_long": Said(
        N_("Der Text ist zu lang"),
        N_("Möglich sind höchstens {limit} Zeichen."),
        N_("Bitte kürzen Sie den Text. Erläuterungen passen in den Hintergrund."),
    ),
    "bad_text": Said(
        N_("Der Text enthält Zeichen, die sich nicht anzeigen lassen"),
        N_("Das geschieht manchmal beim Einfügen aus anderen Programmen."),
        N_("Bitte fügen Sie den Text ohne Formatierung ein oder tippen Sie die Stelle neu."),
    ),
    "duplicate": Said(
        N_("Diese Frage haben Sie schon eingereicht"),
        N_("Sie liegt der Moderation vor und geht nicht verloren."),
        N_("Sie finden sie unter „Meine Fragen“."),
    ),
    "too_fast": Said(
        N_("Das ging sehr schnell hintereinander"),
        N_("Zwischen zwei Fragen liegt eine kurze Pause."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_many": Said(
        N_("Von Ihnen warten schon mehrere Fragen"),
        N_("Erst wenn eine davon geprüft ist, können Sie die nächste einreichen."),
        N_("Sie können eine wartende Frage ändern oder zurückziehen."),
    ),
    "closed": Said(
        N_("Das ist gerade nicht möglich"),
        N_("Der Dialog nimmt das jetzt nicht an."),
        N_("Sie können weiter mitlesen. Ihre Fragen und Antworten bleiben hier stehen."),
    ),
    "paused": Said(
        N_("Der Dialog macht eine Pause"),
        N_("Solange wird nichts angenommen."),
        N_("Bitte versuchen Sie es in einigen Minuten noch einmal."),
    ),
    "forbidden": Said(
        N_("Dafür fehlt Ihnen der Zugang"),
        N_("Mit Ihrem jetzigen Zugang ist das nicht möglich."),
        N_("Bitte nehmen Sie über Ihre Einladung oder mit dem Code teil."),
    ),
    "unknown": Said(
        N_("Das gibt es hier nicht"),
        N_("Die Frage ist nicht öffentlich, oder die Adresse ist nicht vollständig."),
        N_("Bitte prüfen Sie die Adresse oder gehen Sie zum Programm."),
    ),
    "gone": Said(
        N_("Das gibt es hier nicht mehr"),
        N_("Dieser Link gilt nicht mehr, oder die Frage wurde zurückgenommen."),
        N_("Bitte öffnen Sie den neuesten Link aus Ihrer Einladung."),
    ),
    "conflict": Said(
        N_("Inzwischen hat sich etwas geändert"),
        N_("Jemand anderes hat zur selben Zeit daran gearbeitet."),
        N_("Bitte sehen Sie sich den neuen Stand an und entscheiden Sie dann."),
    ),
    "key_reused": Said(
        N_("Dieses Formular wurde schon einmal mit anderem Inhalt gesendet"),
        N_("Das kann nach „Zurück“ im Browser geschehen."),
        N_("Bitte senden Sie es noch einmal; es ist jetzt erneuert."),
    ),
    "stale": Said(
        N_("Diese Eingabe ist zu alt"),
        N_("Seitdem ist zu viel Zeit vergangen."),
        N_("Bitte drücken Sie noch einmal."),
    ),
    "malformed": Said(
        N_("Die Angaben waren nicht lesbar"),
        N_("Etwas ist auf dem Weg verloren gegangen."),
        N_("Bitte laden Sie die Seite neu und versuchen Sie es noch einmal."),
    ),
    "too_big": Said(
        N_("Das war zu viel auf einmal"),
        N_("So viel Text nimmt das Formular nicht an."),
        N_("Bitte kürzen Sie den Text."),
    ),
    "muted": Said(
        N_("Sie können in diesem Dialog nur noch mitlesen"),
        N_("Die Organisation hat Ihren Zugang auf Mitlesen umgestellt."),
        N_("Wenn Sie das klären möchten, schreiben Sie an die Kontaktadresse."),
    ),
    "incomplete": Said(
        N_("Es fehlt noch eine Angabe"),
        N_("Ohne sie lässt sich das nicht speichern."),
        N_("Bitte ergänzen Sie das markierte Feld."),
    ),
    "busy": Said(
        N_("Gerade kommen sehr viele Eingaben an"),
        N_("Ihre wurde noch nicht gespeichert."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
}

REASONS: Final[dict[str, Said]] = {
    "off_topic": Said(
        N_("Nicht zum Thema"),
        N_("Ihre Frage gehört nicht zum Thema dieses Dialogs."),
        N_(
            "Bitte beziehen Sie die Frage auf das Thema oder stellen Sie sie in "
            "einem anderen Dialog."
        ),
    ),
    "already_answered": Said(
        N_("Bereits beantwortet"),
        N_("Auf diese Frage gibt es schon eine öffentliche Antwort."),
        N_("Bitte lesen Sie die Antwort und fragen Sie nach, wenn etwas offen bleibt."),
    ),
    "not_ours": Said(
        N_("Nicht unsere Zuständigkeit"),
        N_("Darüber entscheidet eine andere Stelle."),
        N_("Bitte wenden Sie sich an die genannte Stelle."),
    ),
    "single_case": Said(
        N_("Einzelfall"),
        N_("Ihre Frage nennt Menschen, die sich hier nicht äußern können."),
        N_(
            "Bitte fragen Sie allgemein. Für den Einzelfall gibt es eine "
            "vertrauliche Ansprechstelle."
        ),
    ),
    "no_question": Said(
        N_("Keine Frage"),
        N_("Ihr Beitrag ist eine Mitteilung oder Forderung."),
        N_("Bitte formulieren Sie daraus eine Frage."),
    ),
    "insulting": Said(
        N_("Beleidigend oder diskriminierend"),
        N_("Ihr Beitrag verletzt andere Menschen."),
        N_("Bitte fragen Sie sachlich; dieselbe Sache darf gefragt werden."),
    ),
    "pending": Said(
        N_("Laufendes Verfahren oder Geheimhaltung"),
        N_("Dazu darf in diesem Dialog niemand Auskunft geben."),
        N_("Bitte fragen Sie nach der allgemeinen Regel."),
    ),
    "advertising": Said(
        N_("Werbung oder Massenzuschrift"),
        N_("Ihr Beitrag wirbt für etwas oder ist vielfach gleich eingegangen."),
        N_("Bitte stellen Sie eine eigene Frage."),
    ),
    "unclear": Said(
        N_("Nicht verständlich"),
        N_("Wir haben Ihre Frage nicht verstanden."),
        N_("Bitte formulieren Sie neu, am besten in einem kurzen Satz."),
    ),
}

PHASES: Final[dict[str, str]] = {
    "announced": N_("Angekündigt"),
    "open": N_("Fragen vorab möglich"),
    "live": N_("Läuft"),
    "closed": N_("Beendet"),
    "published": N_("Veröffentlicht"),
    "cancelled": N_("Abgesagt"),
}

OUTCOMES: Final[dict[str, str]] = {
    "open": N_("Offen"),
    "aloud": N_("Mündlich beantwortet"),
    "promised": N_("Antwort zugesagt"),
    "written": N_("Schriftlich beantwortet"),
    "referred": N_("Verwiesen"),
    "not_reached": N_("Nicht mehr behandelt"),
}

REVIEWS: Final[dict[str, str]] = {
    "waiting": N_("wartet"),
    "approved": N_("freigegeben"),
    "stage_only": N_("nur Podium"),
    "returned": N_("zurückgegeben"),
    "merged": N_("zusammengeführt"),
    "withdrawn": N_("zurückgezogen"),
    "unreviewed": N_("nicht geprüft"),
}

KINDS: Final[dict[str, str]] = {"summary": N_("Zusammenfassung"), "verbatim": N_("Wortlaut")}
SHOWN: Final[dict[str, str]] = {
    "name": N_("Mit Namen"),
    "team": N_("Name nur für das Team"),
    "anonymous": N_("Anonym"),
}
VIAS: Final[dict[str, str]] = {
    "phone": N_("Telefon"),
    "mail": N_("E-Mail"),
    "chat": N_("Chat"),
    "hall": N_("Saal"),
}
ROLES: Final[dict[str, str]] = {
    "volunteer": N_("Helferin oder Helfer"),
    "moderator": N_("Moderation"),
    "scribe": N_("Protokoll"),
    "minister": N_("Podium"),
    "organiser": N_("Organisation"),
    "reader": N_("Öffentlichkeit"),
}
PERSONAL_DATA: Final[dict[str, str]] = {
    "phone": N_("Telefonnummer"),
    "email": N_("E-Mail-Adresse"),
    "iban": N_("Bankverbindung"),
    "file_number": N_("Aktenzeichen"),
    "name": N_("Name"),
}

STATES: Final[dict[str, State]] = {
    "waiting": State("clock", "", N_("Wird geprüft")),
    "approved": State("check", "act", N_("Freigegeben")),
    "stage_only": State(
        "lock",
        "act",
        N_("Nur für das Podium freigegeben"),
        N_("Wer antwortet, kann Ihre Frage sehen. Öffentlich gezeigt wird sie nicht."),
    ),
    "merged": State(
        "merge",
        "act",
        N_("Zusammengeführt"),
        N_("Ihr Wortlaut bleibt lesbar, und Ihre Unterstützung zählt dort mit."),
    ),
    "returned": State("back", "warn", N_("Zurückgegeben")),
    "appealed": State(
        "clock",
        "",
        N_("Wird noch einmal geprüft"),
        N_(
            "Eine zweite Person entscheidet endgültig, auch nach Ende des Dialogs. "
            "Sie lesen das Ergebnis hier."
        ),
    ),
    "upheld": State(
        "info",
        "",
        N_("Noch einmal geprüft, es bleibt dabei"),
        N_("Diese Entscheidung ist endgültig."),
    ),
    "withdrawn": State("x", "", N_("Von Ihnen zurückgezogen")),
    "unreviewed": State(
        "ring",
        "",
        N_("Nicht geprüft"),
        N_(
            "Bis zum Ende wurde über Ihre Frage nicht entschieden. Sie zählt "
            "öffentlich unter „Nicht geprüft“."
        ),
    ),
    "next": State(
        "right",
        "act",
        N_("Als Nächstes an der Reihe"),
        N_("Die Moderation liest Ihre Frage vor. Sie müssen nichts tun."),
    ),
    "now": State(
        "mic", "act", N_("Jetzt auf dem Podium"), N_("Ihre Frage wird gerade beantwortet.")
    ),
    "aloud": State("check", "ok", N_("Mündlich beantwortet")),
    "promised": State("promise", "", N_("Antwort zugesagt")),
    "kept": State("check", "ok", N_("Zusage eingelöst")),
    "written": State("edit", "ok", N_("Schriftlich beantwortet")),
    "referred": State("right", "ok", N_("Verwiesen")),
    "not_reached": State("ring", "", N_("Nicht mehr behandelt")),
}

# What a live page says by itself. A script fills the braces; the plural is the key's ending.
LIVE: Final[dict[str, str]] = {
    "upvotes.one": N_("Unterstützung"),
    "upvotes.many": N_("Unterstützungen"),
    "open.one": N_("1 offene Frage"),
    "open.many": N_("{n} offene Fragen"),
    "more.one": N_("1 weitere offene Frage anzeigen"),
    "more.many": N_("{n} weitere offene Fragen anzeigen"),
    "fresh.one": N_("1 neue Frage,"),
    "fresh.many": N_("{n} neue Fragen,"),
    "fresh.order": N_("Reihenfolge geändert"),
    "ago.now": N_("gerade eben"),
    "ago.minute": N_("vor einer Minute"),
    "ago.minutes": N_("vor {n} Minuten"),
    "ago.hour": N_("vor einer Stunde"),
    "ago.hours": N_("vor {n} Stunden"),
    "ago.day": N_("vor einem Tag"),
    "ago.days": N_("vor {n} Tagen"),
    "since.now": N_("seit eben"),
    "since.minute": N_("seit einer Minute"),
    "since.minutes": N_("seit {n} Minuten"),
    "since.hour": N_("seit einer Stunde"),
    "since.hours": N_("seit {n} Stunden"),
    "since.day": N_("seit einem Tag"),
    "since.days": N_("seit {n} Tagen"),
    "since.clock": N_("seit {time} Uhr"),
    "at.clock": N_("um {time} Uhr"),
    "place": N_("Platz {n}"),
    "place.ahead": N_("Platz {n}, vorgezogen"),
    "question": N_("Frage {n}"),
    "on.day": N_("am {day}"),
    "until.day": N_("bis {day}"),
    "to": N_("an {to}"),
    "with": N_("mit Frage {n}"),
    "note": N_("Die Moderation schreibt dazu:"),
    "counts": N_("Die Frage zählt öffentlich unter „{title}“."),
    "merged.one": N_("mit einer ähnlichen zusammengeführt"),
    "merged.many": N_("mit {n} ähnlichen zusammengeführt"),
    "anonymous": N_("anonym"),
    "left": N_("noch {n}"),
    "over": N_("{n} zu viel"),
    "left.spoken": N_("Noch {n} Zeichen"),
    "over.spoken": N_("{n} Zeichen zu viel"),
    "shorten.one": N_("Bitte kürzen Sie um 1 Zeichen. Erläuterungen passen in den Hintergrund."),
    "shorten.many": N_("Bitte kürzen Sie um {n} Zeichen. Erläuterungen passen in den Hintergrund."),
    "connected": N_("Verbunden"),
    "connecting": N_("Verbindung wird aufgebaut"),
    "disconnected": N_("Nicht verbunden"),
    "held": N_("Aktualisierung angehalten"),
    "as_of": N_("Stand {time} Uhr"),
    "lost.title": N_("Keine Verbindung seit {time} Uhr."),
    "lost.text": N_("Sie sehen den Stand von {time} Uhr. Wir versuchen es weiter."),
    "lost.draft": N_("Ihr Entwurf ist auf diesem Gerät gesichert."),
    "retry": N_("Erneut verbinden"),
    "hold": N_("Aktualisierung anhalten"),
    "resume": N_("Aktualisierung fortsetzen"),
    "said.connected": N_("Wieder verbunden."),
    "said.disconnected": N_("Keine Verbindung. Wir versuchen es weiter."),
    "said.now": N_("Neu auf dem Podium: {what}"),
    "said.now_hidden": N_("Auf dem Podium: eine Frage, die nicht öffentlich gezeigt wird"),
    "said.mine": N_("Ihre Frage: {what}"),
    "said.asked": N_("Ihre Frage ist eingereicht und wird geprüft."),
    "said.on": N_("Sie unterstützen Frage {n}."),
    "said.off": N_("Sie unterstützen Frage {n} nicht mehr."),
    "said.fresh": N_("Neue Fragen liegen bereit."),
    "said.phase": N_("Der Dialog: {what}"),
    "alike.one": N_("1 ähnliche Frage gefunden"),
    "alike.many": N_("{n} ähnliche Fragen gefunden"),
    "submit": N_("Frage einreichen"),
    "submit.anyway": N_("Trotzdem einreichen"),
    "submit.later": N_("Einreichen, sobald verbunden"),
    "sending": N_("Wird gesendet"),
    "saved": N_("Entwurf gesichert"),
    "closing.one": N_("Noch 1 Minute für neue Fragen"),
    "closing.many": N_("Noch {n} Minuten für neue Fragen"),
    "grace": N_(
        "Bis {time} Uhr. Danach haben Sie 60 Sekunden, um eine angefangene Frage einzureichen."
    ),
    "present.one": N_("1 Mensch verbunden"),
    "present.many": N_("{n} Menschen verbunden"),
}


def say(text: str, lang: str) -> str:
    """Translates one German text; an empty one stays empty (gettext keeps its header there)."""
    return catalogue(lang).gettext(text) if text else ""


def refusal(code: str, lang: str, fields: Mapping[str, Any] | None = None) -> Said:
    """Says a refusal; `retry_ms` becomes whole seconds, an unknown code is said as `malformed`."""
    given = dict(fields or {})
    if "retry_ms" in given:
        given["seconds"] = max(1, -(-int(given["retry_ms"]) // 1000))
    return REFUSALS.get(code, REFUSALS["malformed"]).translated(lang).filled(given)


def refusals(lang: str) -> Iterator[tuple[str, Said]]:
    """Yields every refusal with its braces still open, for the page's script."""
    for code, said in REFUSALS.items():
        yield code, said.translated(lang)


def reason(code: str, lang: str) -> Said:
    """Says why a question went back to its asker."""
    return REASONS[code].translated(lang)


def own_state(row: Mapping[str, Any], upcoming: Collection[int] = ()) -> str:
    """Names the one state an own question is in; `upcoming` are the numbers shown as next."""
    review, appeal, answer = row["review"], row["appeal"], row["answer"]
    if review == "returned" and appeal and appeal["kind"] == "appeal":
        return "appealed" if appeal["open"] else "upheld"
    if review not in ("approved", "stage_only"):
        return str(review)
    if row["place"] == "now":
        return "now"
    if row["outcome"] != "open":
        return "kept" if answer and answer["kept"] else str(row["outcome"])
    if row["place"] == 1 or row["number"] in upcoming:
        return "next"
    return str(review)


def state(name: str, lang: str) -> State:
    """Says the state of an own question."""
    found = STATES[name]
    return State(found.icon, found.tone, say(found.label, lang), say(found.sentence, lang))
