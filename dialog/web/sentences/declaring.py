"""What a form says of a declaration: the names of its fields, and what is wrong with them.

A fault that is not said here in words of its own is said as for a file.
"""

from typing import Final

from dialog.programme import Fault
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.catalogue import spoken
from dialog.web.sentences.said import Said, say

LABELS: Final[dict[str, str]] = {
    "title": N_("Überschrift"),
    "intro": N_("Einleitung"),
    "topics": N_("Unterthemen"),
    "answerer.name": N_("Wer antwortet"),
    "answerer.office": N_("Amt"),
    "words": N_("Stichwörter der Adresse"),
    "opens": N_("Fragen ab"),
    "starts": N_("Beginn"),
    "ends": N_("Ende"),
    "questions_until": N_("Neue Fragen bis"),
    "goes_live": N_("Wer beginnt?"),
    "video.url": N_("Adresse der Videokonferenz"),
    "video.phone": N_("Einwahl"),
    "video.pin": N_("Zugang"),
    "video.from": N_("Adresse zeigen ab"),
    "recording.url": N_("Adresse der Aufzeichnung"),
    "recording.starts": N_("Beginn der Aufzeichnung"),
    "identity": N_("Wer darf fragen?"),
    "code": N_("Code"),
    "readers": N_("Öffentlichkeit liest mit"),
    "release": N_("Wer gibt Antworten frei?"),
    "names": N_("Wie Fragende erscheinen"),
    "languages": N_("Sprachen"),
    "hold": N_("Moderationsprotokoll aufbewahren"),
    "limits.text": N_("Länge einer Frage"),
    "limits.background": N_("Länge des Hintergrunds"),
    "limits.waiting": N_("Wartende Fragen je Person"),
    "limits.ask_seconds": N_("Abstand zwischen zwei Fragen"),
}
FAULTS: Final[dict[str, Said]] = {
    "missing": Said("", N_("Diese Angabe fehlt."), N_("Bitte tragen Sie etwas ein.")),
    "empty": Said("", N_("Das Feld ist leer."), N_("Bitte tragen Sie etwas ein.")),
    "bad_choice": Said("", N_("Das ist hier nicht möglich."), N_("Bitte wählen Sie neu.")),
    "bad_code": Said(
        "",
        N_("Der Code besteht nicht aus sechs Ziffern."),
        N_("Bitte schreiben Sie sechs Ziffern, zum Beispiel 482913."),
    ),
    "bad_order": Said(
        "",
        N_("„{early}“ liegt nicht vor „{late}“."),
        N_("Bitte prüfen Sie Tag und Uhrzeit beider Angaben."),
    ),
    "bad_slug": Said(
        "",
        N_("Daraus lässt sich keine Adresse bilden."),
        N_("Bitte schreiben Sie zwei, drei Stichwörter aus Buchstaben und Ziffern."),
    ),
    "past": Said(
        "",
        N_("Das Ende liegt in der Vergangenheit."),
        N_("Bitte prüfen Sie den Tag, bevor Sie den Dialog ankündigen."),
    ),
    "ended": Said(
        "",
        N_("Der Dialog läuft, und dieses Ende wäre schon vorbei."),
        N_("Bitte nennen Sie ein späteres Ende, oder beenden Sie den Dialog auf der Abend-Seite."),
    ),
}


def label(key: str, lang: str) -> str:
    """Says the name of a field; of one of many topics, that of all."""
    return say(LABELS.get(key.partition("[")[0], key), lang)


def fault(found: Fault, lang: str) -> tuple[str, str]:
    """Says what is wrong with a field, and the next step."""
    known = FAULTS.get(found.code)
    if known is None:
        if spoken(lang) == "de":
            return found.sentence, found.next_step
        return found.sentence_en, found.next_step_en
    named = {
        key: label(str(value), lang) if key in ("early", "late") else value
        for key, value in found.fields.items()
    }
    said = known.translated(lang).filled(named)
    return said.sentence, said.next
