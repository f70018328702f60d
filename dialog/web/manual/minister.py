"""The manual of the stage."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

MINISTER: Final = Manual(
    "minister",
    N_("Hilfe für das Podium"),
    N_(
        "Eine Frage groß, die nächsten zwei klein, und ein Knopf: „Nächste "
        "Frage“. Mehr brauchen Sie an diesem Abend nicht."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Öffnen Sie den Link für das Podium auf dem Tablet oder Rechner, der vor "
                    "Ihnen steht. Er gilt nur einmal; danach ist das Gerät angemeldet."
                ),
                N_("Ist die Schrift zu klein, drücken Sie „Schrift größer“."),
                N_(
                    "Legen Sie das Gerät ans Netz. Solange die Seite offen ist, bleibt der "
                    "Bildschirm an."
                ),
            ),
            picture=Picture(
                "stage",
                N_(
                    "Das Podium: eine Frage in sehr großer Schrift, darunter die nächsten "
                    "zwei und der Knopf „Nächste Frage“."
                ),
            ),
        ),
        Part(
            "before",
            "points",
            N_("Vor dem Dialog"),
            (
                N_(
                    "„Liste“ zeigt alle offenen Fragen nach Unterstützungen, fünf je Seite. "
                    "So können Sie sich vorbereiten."
                ),
                N_("Bis zum Beginn steht hier, wann es losgeht. Beginnen lässt die Organisation."),
            ),
        ),
        Part(
            "during",
            "points",
            N_("Während des Dialogs"),
            (
                N_(
                    "„Nächste Frage“ ruft die nächste auf und beendet die vorige als mündlich "
                    "beantwortet. Die Moderation liest sie vor."
                ),
                N_("Solange Sie antworten, ändert sich nichts an der Reihenfolge."),
                N_(
                    "„Zurück“ holt die vorige Frage wieder. Zweimal kurz hintereinander "
                    "gedrückt, überspringt „Nächste Frage“ keine."
                ),
                N_("„Hintergrund“ und „Notiz“ erscheinen nur, wenn es zu dieser Frage etwas gibt."),
                N_(
                    "Steht oben „nicht öffentlich“, nennt die Frage einen Einzelfall. Im Raum "
                    "ist sie nicht zu sehen: Bitte antworten Sie allgemein."
                ),
                N_("Eine Nachricht der Regie bleibt stehen, bis Sie „Gelesen“ drücken."),
                N_("Oben stehen die Zeit auf dieser Frage und die Zeit, die noch bleibt."),
                N_(
                    "Sagen Sie etwas zu, nennen Sie einen Tag: Nur dann steht es als Zusage "
                    "im Archiv."
                ),
            ),
        ),
        Part(
            "after",
            "points",
            N_("Nach dem Dialog"),
            (
                N_(
                    "Am Ende steht, wie viele Fragen eingegangen und beantwortet sind. Sie "
                    "können die Seite schließen."
                ),
                N_("Was nicht mehr drankam, kann das Team später schriftlich beantworten."),
            ),
        ),
        Part(
            "keys",
            "keys",
            N_("Tasten, Fußschalter und Fernbedienung"),
            (
                (
                    N_("Pfeil nach rechts"),
                    N_("nächste Frage; ebenso Bild ab und die Taste für den nächsten Titel"),
                ),
                (
                    N_("Pfeil nach links"),
                    N_("zurück; ebenso Bild auf und die Taste für den vorigen Titel"),
                ),
                ("H", N_("sofort ausblenden, was auf dem Podium ist")),
                ("B", N_("Beamer und Einblendung leeren oder wieder zeigen")),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Oben steht, dass keine Verbindung besteht"),
                    N_(
                        "Die Frage bleibt zu lesen, die Knöpfe ruhen. Antworten Sie weiter; die "
                        "Moderation kann für Sie aufrufen. Es verbindet sich von selbst."
                    ),
                ),
                (
                    N_("Die falsche Frage steht da"),
                    N_(
                        "Drücken Sie „Zurück“, oder bitten Sie die Moderation, eine andere "
                        "aufzurufen."
                    ),
                ),
                (
                    N_("Etwas soll sofort von den Bildschirmen"),
                    N_(
                        "Unter „Notfall“ steht „Sofort ausblenden“, und „Anzeige leeren“ leert "
                        "Beamer und Einblendung."
                    ),
                ),
                (
                    N_("Das Gerät fällt aus"),
                    N_(
                        "Die Organisation gibt Ihnen einen neuen Link für ein anderes Gerät. Die "
                        "Frage steht dort sofort wieder."
                    ),
                ),
            ),
        ),
    ),
)
