"""How far an invitation is, and what is wrong in a list of addresses."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.sentences.said import Said, State

INVITATIONS: Final[dict[str, State]] = {
    "unsent": State("mail", "", N_("Noch nicht verschickt")),
    "waiting": State("clock", "", N_("Wartet auf den Versand")),
    "sent": State("mail", "", N_("Verschickt")),
    "failed": State("warn", "warn", N_("Nicht zustellbar")),
    "unclear": State("warn", "warn", N_("Unklar, ob verschickt")),
    "opened": State("check", "act", N_("Geöffnet")),
    "joined": State("check", "ok", N_("War dabei")),
    "withdrawn": State("x", "", N_("Zurückgezogen")),
}

FLAWS: Final[dict[str, str]] = {
    "missing": N_("Adresse fehlt"),
    "no_at": N_("Das @ fehlt"),
    "several": N_("Mehrere Adressen in einem Feld"),
    "space": N_("Leerzeichen in der Adresse"),
    "local": N_("Vor dem @ stimmt etwas nicht"),
    "umlaut": N_("Umlaut oder ß vor dem @: meist schreibt man dort ae, oe, ue, ss"),
    "no_end": N_("Endung fehlt"),
    "domain": N_("Nach dem @ stimmt etwas nicht"),
    "long": N_("Zu lang für eine Adresse"),
    "signs": N_("Zeichen, die sich nicht anzeigen lassen"),
    "name": N_("Der Name ist zu lang oder enthält Zeichen, die sich nicht anzeigen lassen"),
}

_NOTHING: Final = N_("Übernommen wurde noch nichts.")
_AGAIN: Final = N_("Bitte wählen Sie eine andere Datei oder fügen Sie die Adressen als Text ein.")

REFUSED_LISTS: Final[dict[str, Said]] = {
    "empty.list": Said(
        N_("In der Liste steht nichts"),
        _NOTHING,
        N_("Bitte wählen Sie eine Datei oder fügen Sie Adressen ein."),
    ),
    "malformed.list": Said(N_("Diese Datei ist nicht lesbar"), _NOTHING, _AGAIN),
    "malformed.old": Said(
        N_("Diese Datei hat ein altes Format oder ein Kennwort"),
        _NOTHING,
        N_("Bitte speichern Sie sie ohne Kennwort als XLSX oder CSV und wählen Sie sie erneut."),
    ),
    "too_big.list": Said(
        N_("Diese Liste ist zu groß"),
        N_("Möglich sind 2 MB, 5.000 Zeilen und 50 Spalten. Übernommen wurde noch nichts."),
        N_("Bitte teilen Sie sie, oder lassen Sie Spalten weg, die niemand braucht."),
    ),
    "gone.list": Said(
        N_("Diese Liste ist nicht mehr da"),
        N_("Sie wurde übernommen, verworfen oder nach einem Tag gelöscht."),
        N_("Bitte lesen Sie sie noch einmal ein."),
    ),
    "conflict.list": Said(
        N_("Die Zahl hat sich inzwischen geändert"),
        N_("Jemand anderes hat zur selben Zeit eingeladen. Getan wurde noch nichts."),
        N_("Bitte sehen Sie sich den neuen Stand an und drücken Sie dann noch einmal."),
    ),
    "malformed.address": Said(
        N_("Diese Adresse stimmt noch nicht"),
        N_("Eine E-Mail-Adresse sieht so aus: name@beispiel.de"),
        N_("Bitte prüfen Sie die Schreibweise."),
    ),
    "duplicate.address": Said(
        N_("Diese Adresse ist schon eingeladen"),
        N_("Jede Adresse steht einmal in der Liste."),
        N_("Sie finden sie mit der Suche."),
    ),
    "forbidden.mail": Said(
        N_("Aus einer Probe geht keine E-Mail hinaus"),
        N_("Sie ist nur zum Üben da."),
        N_("Den persönlichen Link können Sie hier ansehen und öffnen."),
    ),
    "closed.mail": Said(
        N_("Dieser Dialog ist vorbei"),
        N_("Einladungen gehen nur vor dem Ende hinaus."),
        N_("Die Liste bleibt bis zur Veröffentlichung hier stehen."),
    ),
    "gone.invitation": Said(
        N_("Diese Einladung gilt nicht mehr"),
        N_("Sie wurde zurückgezogen oder durch eine neue ersetzt."),
        N_("Bitte öffnen Sie den neuesten Link aus Ihrer E-Mail."),
    ),
}
