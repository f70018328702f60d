"""One word for each code of a closed set, and the words that a page's script fills in."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows

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

# What a question ended in, as the archive counts it.
FACETS: Final[dict[str, str]] = {
    "aloud": N_("Mündlich beantwortet"),
    "written": N_("Schriftlich beantwortet"),
    "kept": N_("Zusage eingelöst"),
    "promised": N_("Zusage offen"),
    "referred": N_("Verwiesen"),
    "not_reached": N_("Nicht mehr behandelt"),
    "open": N_("Offen"),
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

# What became of a question's place in the record after publication, as said before a day.
AMENDED: Final[dict[str, str]] = {
    "answered": N_("Nachträglich beantwortet"),
    "corrected": N_("Berichtigt"),
    "kept": N_("Zusage eingelöst"),
    "blackened": N_("Stelle geschwärzt"),
    "name": N_("Name oder Angaben zur Person zurückgezogen"),
    "removed": N_("Aus dem Protokoll genommen"),
}
BLACKENED: Final = N_("geschwärzt")

# What may be looked for at the desk beside words, state and topic.
MARKS: Final[dict[str, str]] = {
    "personal": N_("mit Personendaten"),
    "appeal": N_("mit Widerspruch"),
    "claimed": N_("gerade geöffnet"),
    "via": N_("für jemanden eingetragen"),
    "edited": N_("bearbeitet"),
    "muted": N_("von Stummgeschalteten"),
}

# What somebody did, as the log says it after "Frage 46".
DEEDS: Final[dict[str, str]] = {
    "approve": N_("freigegeben"),
    "stage_only": N_("nur für das Podium freigegeben"),
    "return": N_("zurückgegeben"),
    "edit": N_("bearbeitet"),
    "merge": N_("zusammengeführt"),
    "merge_all": N_("gemeinsam zusammengeführt"),
    "return_all": N_("gemeinsam zurückgegeben"),
    "unmerge": N_("wieder getrennt"),
    "hide": N_("ausgeblendet"),
    "topic": N_("einem Thema zugeordnet"),
    "brief": N_("mit einer Notiz für das Podium versehen"),
    "ask": N_("eingereicht"),
    "reword": N_("neu formuliert"),
    "withdraw": N_("zurückgezogen"),
    "consent": N_("mit anderer Erlaubnis für das Archiv versehen"),
    "name": N_("mit Name oder Ort geändert"),
    "appeal": N_("zur zweiten Prüfung vorgelegt"),
    "object": N_("nach Einspruch gegen die Bearbeitung vorgelegt"),
    "mute": N_("Eine Person stummgeschaltet"),
    "unmute": N_("Eine Stummschaltung aufgehoben"),
    "message": N_("Nachricht ans Podium gesendet"),
    "order": N_("Ablauf geändert"),
    "now": N_("aufgerufen"),
    "next": N_("aufgerufen"),
    "done": N_("auf dem Podium beendet"),
    "back": N_("zurückgeholt"),
    "acknowledge": N_("Nachricht ans Podium gelesen"),
    "blank": N_("Anzeige geleert"),
    "unblank": N_("Anzeige wieder gezeigt"),
    "take": N_("im Protokoll übernommen"),
    "draft": N_("im Protokoll begonnen"),
    "answer": N_("mit Antwort zur Freigabe gegeben"),
    "release": N_("mit Antwort freigegeben"),
    "phase": N_("Stand des Dialogs geändert"),
    "accept": N_("Schalter geändert"),
    "extend": N_("Dialog verlängert"),
    "pause": N_("Pause geschaltet"),
    "banner": N_("Durchsage geändert"),
    "conclude": N_("Offene Fragen abgeschlossen"),
    "publish": N_("Protokoll veröffentlicht"),
    "redact": N_("geschwärzt"),
    "correct": N_("berichtigt"),
    "keep": N_("Zusage eingelöst"),
    "unpublish": N_("aus dem Protokoll genommen"),
    "tick": N_("Die Uhr hat den Stand des Dialogs geändert"),
}

LIVE: Final[dict[str, str]] = {
    "upvotes.one": N_("Unterstützung"),
    "upvotes.many": N_("Unterstützungen"),
    "open.one": N_("1 offene Frage"),
    "open.many": N_("{n} offene Fragen"),
    "more.one": N_("1 weitere offene Frage anzeigen"),
    "more.many": N_("{n} weitere offene Fragen anzeigen"),
    "beyond": N_("Hier stehen die ersten {n} von {open} offenen Fragen."),
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
    "alike.answer": N_("Antwort vom {day}"),
    "alike.own": N_("Ihre Frage"),
    "alike.now": N_("Jetzt auf dem Podium"),
    "submit": N_("Frage einreichen"),
    "submit.anyway": N_("Trotzdem einreichen"),
    "submit.later": N_("Einreichen, sobald verbunden"),
    "sending": N_("Wird gesendet"),
    "sending.later": N_("Wird eingereicht, sobald verbunden"),
    "saved": N_("Entwurf gesichert"),
    "closing.one": N_("Noch 1 Minute für neue Fragen"),
    "closing.many": N_("Noch {n} Minuten für neue Fragen"),
    "grace": N_(
        "Bis {time} Uhr. Danach haben Sie 60 Sekunden, um eine angefangene Frage einzureichen."
    ),
    "present.one": N_("1 Mensch verbunden"),
    "present.many": N_("{n} Menschen verbunden"),
}
