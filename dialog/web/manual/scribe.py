"""The manual of scribes."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

SCRIBE: Final = Manual(
    "scribe",
    N_("Hilfe für das Protokoll"),
    N_(
        "Sie halten fest, was geantwortet und zugesagt wird. Daraus wird das öffentliche Protokoll."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Öffnen Sie den Link aus der E-Mail der Organisation, oder melden Sie "
                    "sich unter „Für das Team“ mit Ihrer dienstlichen Adresse an. Ein "
                    "Kennwort gibt es nicht."
                ),
                N_(
                    "Oben steht die Frage auf dem Podium, darunter das Feld für die Antwort, "
                    "an der Sie schreiben."
                ),
                N_(
                    "Üben Sie vorher in einer Probe: Die Organisation legt sie an, sie sieht "
                    "genauso aus, und nichts davon wird veröffentlicht."
                ),
            ),
            picture=Picture(
                "scribe",
                N_(
                    "Das Protokoll: oben die Frage auf dem Podium, darunter das Feld für die "
                    "Antwort, daneben Art, Ergebnis und Quellen."
                ),
            ),
        ),
        Part(
            "before",
            "points",
            N_("Vor dem Dialog"),
            (
                N_(
                    "Schreiben Sie zu zweit: Eine Person schreibt, die andere übernimmt die "
                    "nächste Frage und gibt frei."
                ),
                N_(
                    "Klären Sie mit der Organisation, ob eine zweite Person freigeben muss. "
                    "Dann gibt niemand die eigene Antwort frei."
                ),
            ),
        ),
        Part(
            "during",
            "steps",
            N_("Während des Dialogs"),
            (
                N_(
                    "Schreiben Sie mit. Gesichert wird von selbst; wann zuletzt, steht über "
                    "dem Feld."
                ),
                N_(
                    "Kommt die nächste Frage, bleibt Ihr Feld stehen. „Neue Frage – wechseln“ "
                    "öffnet die neue; die unfertige Antwort bleibt unter „Offen“."
                ),
                N_(
                    "Wählen Sie, ob es eine Zusammenfassung oder der Wortlaut ist, und das "
                    "Ergebnis: beantwortet, zugesagt, schriftlich, verwiesen."
                ),
                N_(
                    "Zu einer Zusage gehören wer und bis wann. „Wir prüfen das“ ohne Tag ist keine."
                ),
                N_(
                    "Drücken Sie „Zur Freigabe geben“. Eine zweite Person gibt unter "
                    "„Freigabe“ frei; erst dann ist die Antwort öffentlich."
                ),
            ),
        ),
        Part(
            "after",
            "points",
            N_("Nach dem Dialog"),
            (
                N_(
                    "Arbeiten Sie ab, was unter „Offen“ steht. Die Veröffentlichung wartet "
                    "auf Freigaben, nicht auf schriftliche Antworten: Die können später "
                    "folgen."
                ),
                N_(
                    "Unter „Zusagen“ steht, was noch aussteht. Ist etwas gekommen, tragen Sie "
                    "es dort ein. Erinnert wird 14 und 3 Tage vorher per E-Mail und im "
                    "Kalender."
                ),
                N_(
                    "Eine veröffentlichte Antwort berichtigen Sie, statt sie zu ersetzen: "
                    "Beide Fassungen bleiben lesbar."
                ),
            ),
        ),
        Part(
            "keys",
            "keys",
            N_("Tasten"),
            (
                ("Tab", N_("zum nächsten Knopf oder Feld; mit Umschalt zurück")),
                ("H", N_("sofort ausblenden, was auf dem Podium ist")),
                ("B", N_("Beamer und Einblendung leeren oder wieder zeigen")),
                ("Esc", N_("das Textfeld verlassen, damit einzelne Tasten wirken")),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("„Noch nicht gesichert“ steht über dem Feld"),
                    N_(
                        "Es fehlt die Verbindung. Schreiben Sie weiter: Ihr Text bleibt in diesem "
                        "Browser und wird gesichert, sobald sie wieder da ist."
                    ),
                ),
                (
                    N_("Jemand anderes schreibt diese Antwort"),
                    N_(
                        "Nehmen Sie eine andere Frage, oder drücken Sie „Antwort übernehmen“, "
                        "wenn die andere Person nicht mehr da ist."
                    ),
                ),
                (
                    N_("Mein Text ist weg"),
                    N_(
                        "Unter „Frühere Fassungen“ steht, was vorher da war, auch was jemand "
                        "überschrieben hat."
                    ),
                ),
                (
                    N_("Ich habe zu früh abgegeben"),
                    N_(
                        "Öffnen Sie die Antwort unter „Freigabe“ und drücken Sie „Überarbeiten“. "
                        "Nach der Freigabe hilft eine Berichtigung."
                    ),
                ),
            ),
        ),
    ),
)
