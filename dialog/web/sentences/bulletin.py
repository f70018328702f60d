"""Why a notice, a subscription or a directory of guides was not taken, and what is wrong in it."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.sentences.said import Said

WRONG: Final[dict[str, str]] = {
    "district": N_("Landkreis oder Stadt fehlt"),
    "nobody": N_("Weder Stelle noch Name"),
    "contact": N_("Weder Telefon noch E-Mail noch Internet"),
    "mail": N_("Die E-Mail-Adresse stimmt nicht"),
    "phone": N_("Die Telefonnummer stimmt nicht"),
    "web": N_("Die Internetadresse stimmt nicht: Sie beginnt mit https://"),
    "text": N_("Zu lang, oder mit Zeichen, die sich nicht anzeigen lassen"),
    "twice": N_("Steht schon in der Liste"),
}

COLUMNS: Final[dict[str, str]] = {
    "district": N_("Landkreis oder Stadt"),
    "organisation": N_("Stelle"),
    "name": N_("Name"),
    "phone": N_("Telefon"),
    "mail": N_("E-Mail"),
    "web": N_("Internet"),
    "note": N_("Hinweis"),
}

_SHORTER: Final = N_("Bitte kürzen Sie den Text.")
_LIMIT: Final = N_("Möglich sind höchstens {limit} Zeichen.")
_NOTHING: Final = N_("Es gilt weiter das bisherige Verzeichnis.")

REFUSED_NOTICES: Final[dict[str, Said]] = {
    "unknown.notice": Said(
        N_("Diese Information gibt es hier nicht"),
        N_(
            "Die Adresse ist nicht vollständig, oder die Information ist noch nicht veröffentlicht."
        ),
        N_("Unter „Informationen“ steht alles, was gilt."),
    ),
    "gone.notice": Said(
        N_("Diese Information wurde zurückgezogen"),
        N_("Sie gilt nicht und wird hier nicht mehr angezeigt."),
        N_("Unter „Informationen“ steht alles, was gilt."),
    ),
    "empty.title": Said(
        N_("Es fehlt die Überschrift"),
        N_("Unter ihr steht die Information in der Liste und in E-Mails."),
        N_("Bitte schreiben Sie in einem Satz, was neu ist."),
    ),
    "empty.body": Said(
        N_("Es fehlt der Text"),
        N_("Ohne ihn lässt sich die Information nicht veröffentlichen."),
        N_("Bitte schreiben Sie, was gilt, für wen und ab wann."),
    ),
    "too_long.title": Said(N_("Die Überschrift ist zu lang"), _LIMIT, _SHORTER),
    "too_long.summary": Said(N_("Die Zusammenfassung ist zu lang"), _LIMIT, _SHORTER),
    "too_long.body": Said(N_("Der Text ist zu lang"), _LIMIT, _SHORTER),
    "too_long.topics": Said(
        N_("Das sind zu viele Themen, oder eines ist zu lang"),
        N_("Möglich sind fünf, jedes mit höchstens 60 Zeichen."),
        N_("Bitte nennen Sie die wichtigsten."),
    ),
    "malformed.from_": Said(
        N_("Dieser Tag ist nicht lesbar"),
        N_("Ein Tag sieht so aus: 1.1.2027."),
        N_("Bitte prüfen Sie „Gilt ab“."),
    ),
    "malformed.until": Said(
        N_("Dieser Tag ist nicht lesbar, oder er liegt vor dem ersten"),
        N_("Ein Tag sieht so aus: 31.12.2027."),
        N_("Bitte prüfen Sie „Gilt bis“."),
    ),
    "malformed.deadline": Said(
        N_("Diese Frist ist nicht lesbar"),
        N_("Tag und Uhrzeit sehen so aus: 31.1.2027 und 23:59."),
        N_("Bitte prüfen Sie die Frist."),
    ),
    "incomplete.deadline": Said(
        N_("Es fehlt die Frist"),
        N_("Ein Aufruf nennt den letzten Tag, und der liegt in der Zukunft."),
        N_("Bitte ergänzen Sie die Frist."),
    ),
    "unknown.links": Said(
        N_("Diese Antwort gibt es im Archiv nicht"),
        N_("Zeile {number} nennt keine veröffentlichte Frage."),
        N_("Bitte kopieren Sie die Adresse der Frage aus dem Archiv, etwa …/archive/…/12."),
    ),
    "conflict.notice": Said(
        N_("Jemand anderes hat diese Information inzwischen geändert"),
        N_("Ihre Änderungen sind noch nicht gespeichert, stehen aber unten noch da."),
        N_("Bitte öffnen Sie den neuen Stand in einem zweiten Fenster und ergänzen Sie dort."),
    ),
    "too_fast.subscribe": Said(
        N_("Das waren sehr viele Anmeldungen"),
        N_("So schützen wir Postfächer vor zu vielen Nachrichten."),
        N_("Bitte versuchen Sie es in {seconds} Sekunden noch einmal."),
    ),
    "too_fast.subscribe_minutes": Said(
        N_("Das waren sehr viele Anmeldungen"),
        N_("So schützen wir Postfächer vor zu vielen Nachrichten."),
        N_("Bitte versuchen Sie es in {minutes} Minuten noch einmal."),
    ),
    "forbidden.no_letters": Said(
        N_("Dieser Server verschickt noch keine E-Mails"),
        N_("Informationen gibt es hier und als Atom-Feed."),
        N_("Bitte abonnieren Sie den Feed, oder sehen Sie wieder vorbei."),
    ),
    "gone.subscription": Said(
        N_("Dieser Link gilt nicht mehr"),
        N_("Er wurde schon benutzt, durch einen neuen ersetzt oder ist älter als zwei Tage."),
        N_("Sie können die Informationen jederzeit noch einmal bestellen."),
    ),
    "empty.guides": Said(
        N_("In der Liste steht nichts"),
        _NOTHING,
        N_("Bitte wählen Sie eine Datei, in der Einträge stehen."),
    ),
    "malformed.guides": Said(
        N_("Diese Datei ist nicht lesbar"),
        _NOTHING,
        N_("Bitte speichern Sie sie als XLSX oder CSV und wählen Sie sie erneut."),
    ),
    "too_big.guides": Said(
        N_("Diese Liste ist zu groß"),
        N_(
            "Möglich sind 2 MB, 5.000 Zeilen und 50 Spalten. Das bisherige Verzeichnis gilt weiter."
        ),
        N_("Bitte lassen Sie Spalten weg, die niemand braucht."),
    ),
    "incomplete.guides": Said(
        N_("In der Liste fehlen die Überschriften"),
        N_("Eine der ersten zehn Zeilen nennt die Spalten, darunter „Landkreis oder Stadt“."),
        N_("Die Vorlage auf dieser Seite zeigt, wie die Liste aussehen soll."),
    ),
    "gone.guides": Said(
        N_("Diese Liste ist nicht mehr da"),
        N_("Sie wurde übernommen, verworfen oder nach einem Tag gelöscht."),
        N_("Bitte lesen Sie sie noch einmal ein."),
    ),
    "conflict.guides": Said(
        N_("Das Verzeichnis hat sich inzwischen geändert"),
        N_("Jemand anderes hat zur selben Zeit eine Liste übernommen. Getan wurde noch nichts."),
        N_("Bitte sehen Sie sich den neuen Stand an und drücken Sie dann noch einmal."),
    ),
}
