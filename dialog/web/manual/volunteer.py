"""The manual of volunteers."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

VOLUNTEER: Final = Manual(
    "volunteer",
    N_("Hilfe für Helferinnen und Helfer"),
    N_(
        "So stellen Sie Fragen, unterstützen die Fragen anderer und lesen die "
        "Antworten mit. Alles geht am Telefon, mit der Tastatur und ohne "
        "JavaScript."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Öffnen Sie den Link aus Ihrer Einladung und drücken Sie „Am Dialog "
                    "teilnehmen“. Der Link gilt auf jedem Ihrer Geräte. Bitte geben Sie ihn "
                    "nicht weiter."
                ),
                N_(
                    "Ohne Einladung: Öffnen Sie im Programm den Dialog und drücken Sie „Am "
                    "Dialog teilnehmen“. Wird ein Code verlangt, steht er auf dem Beamer oder "
                    "im Video."
                ),
                N_(
                    "Geben Sie einen Namen an, wenn Sie möchten. Sie brauchen kein Konto, "
                    "kein Programm und kein Kennwort."
                ),
                N_("Legen Sie den Termin mit „Termin speichern (.ics)“ in Ihren Kalender."),
            ),
        ),
        Part(
            "before",
            "steps",
            N_("Vor dem Dialog"),
            (
                N_(
                    "Lesen Sie auf der Seite des Dialogs, worum es geht, wer antwortet und "
                    "wann das Video öffnet."
                ),
                N_(
                    "Sind Fragen vorab möglich, stellen Sie Ihre schon jetzt und unterstützen "
                    "Sie die der anderen."
                ),
                N_(
                    "Lesen Sie unten auf derselben Seite, was andere gefragt haben. Was viele "
                    "unterstützen, kommt zuerst dran."
                ),
            ),
        ),
        Part(
            "ask",
            "steps",
            N_("Eine Frage stellen"),
            (
                N_(
                    "Drücken Sie „Frage stellen“ und schreiben Sie in einem oder zwei Sätzen. "
                    "Wie viele Zeichen noch frei sind, steht darunter."
                ),
                N_(
                    "Steht unter dem Feld schon eine ähnliche Frage, unterstützen Sie lieber "
                    "die: „Diese unterstützen“. Das bringt sie nach oben. Antworten aus "
                    "früheren Dialogen stehen auch dort."
                ),
                N_("Was man zum Verstehen wissen muss, gehört unter „Hintergrund ergänzen“."),
                N_(
                    "Unter „Name und Ort“ wählen Sie, wie Sie erscheinen: mit Namen, nur für "
                    "das Team, oder anonym."
                ),
                N_("Bitte keine Namen, Aktenzeichen oder Gesundheitsangaben anderer Menschen."),
                N_(
                    "Drücken Sie „Frage einreichen“. Die Moderation prüft sie; den Stand "
                    "lesen Sie unter „Meine Fragen“."
                ),
            ),
            picture=Picture(
                "ask",
                N_(
                    "Das Formular auf dem Telefon: ein Feld für die Frage, „Name und Ort“, "
                    "„Hintergrund ergänzen“ und der Knopf „Frage einreichen“."
                ),
            ),
        ),
        Part(
            "during",
            "points",
            N_("Während des Dialogs"),
            (
                N_(
                    "Oben steht, welche Frage gerade beantwortet wird und welche als Nächstes "
                    "kommen."
                ),
                N_(
                    "Unter jeder Frage steht „Unterstützen“. Jede Person zählt einmal; noch "
                    "einmal gedrückt, nehmen Sie es zurück."
                ),
                N_(
                    "Nichts springt: Kommen neue Fragen oder ändert sich die Reihenfolge, "
                    "wartet das hinter einem Knopf, bis Sie ihn drücken."
                ),
                N_(
                    "Unter „Aktualisierung“ wählen Sie: laufend, alle 30 Sekunden oder "
                    "angehalten. Unter „Ansagen“ wählen Sie, was ein Screenreader sagt: "
                    "alles, nur Ihre Fragen oder nichts."
                ),
                N_(
                    "Ist Ihre Frage an der Reihe, liest die Moderation sie vor. Sie müssen "
                    "nichts tun und brauchen kein Mikrofon."
                ),
                N_(
                    "Antworten erscheinen als Text. Sie können dem Dialog also auch ohne "
                    "Video folgen."
                ),
            ),
            picture=Picture(
                "room",
                N_(
                    "Ein laufender Dialog: oben die Frage auf dem Podium und die nächsten "
                    "zwei, darunter links die Rangliste mit dem Knopf „Unterstützen“, rechts "
                    "das Formular."
                ),
            ),
        ),
        Part(
            "after",
            "points",
            N_("Nach dem Dialog"),
            (
                N_(
                    "Was noch wartet, wird vor der Veröffentlichung entschieden. Sie lesen es "
                    "unter „Meine Fragen“."
                ),
                N_(
                    "Das Protokoll mit allen öffentlichen Fragen und Antworten bleibt "
                    "dauerhaft im Archiv, jede Frage unter eigener Adresse."
                ),
                N_(
                    "Ist Ihnen eine Antwort zugesagt, steht unter „Alle Zusagen“, bis wann "
                    "und ob sie kam."
                ),
                N_(
                    "Hat die Antwort Sie an eine andere Stelle verwiesen, steht unter „Meine "
                    "Fragen“, wer in Ihrem Landkreis hilft. Geben Sie dafür bei der Frage "
                    "Landkreis oder Stadt an."
                ),
                N_(
                    "Unter „Meine Daten“ sehen Sie alles, was über Sie gespeichert ist, "
                    "nehmen es mit oder löschen es."
                ),
            ),
        ),
        Part(
            "keys",
            "keys",
            N_("Mit der Tastatur"),
            (
                ("Tab", N_("zum nächsten Knopf oder Feld; mit Umschalt zurück")),
                ("Enter", N_("Link öffnen, Knopf drücken")),
                (N_("Leertaste"), N_("Knopf drücken, Kästchen ankreuzen")),
                ("Esc", N_("ein offenes Fenster schließen")),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Der Link gilt nicht mehr"),
                    N_(
                        "Nehmen Sie den neuesten Link aus Ihren E-Mails. Ist das Protokoll schon "
                        "veröffentlicht, führt er nur noch zu Ihren Fragen. Sonst fragen Sie die "
                        "Organisation."
                    ),
                ),
                (
                    N_("Der Code stimmt nicht"),
                    N_(
                        "Er hat sechs Ziffern und gilt nur für diesen Dialog. Lesen Sie ihn noch "
                        "einmal vom Beamer oder aus dem Video ab."
                    ),
                ),
                (
                    N_("„Nicht verbunden“ steht auf der Seite"),
                    N_(
                        "Warten Sie einen Augenblick: Die Seite verbindet sich von selbst. Was "
                        "Sie geschrieben haben, bleibt stehen und wird danach gesendet."
                    ),
                ),
                (
                    N_("Meine Frage kam zurück"),
                    N_(
                        "Grund und nächster Schritt stehen dabei. Sie können neu formulieren oder "
                        "einmal um eine zweite Prüfung bitten."
                    ),
                ),
                (
                    N_("Ich habe mich vertan"),
                    N_(
                        "Solange geprüft wird, können Sie unter „Meine Fragen“ ändern oder "
                        "zurückziehen. Danach entfernen Sie dort Name, Ort und Hintergrund."
                    ),
                ),
                (
                    N_("Ich möchte auf einem anderen Gerät weitermachen"),
                    N_(
                        "Öffnen Sie dort denselben Link aus der Einladung. Ohne Einladung steht "
                        "unter „Meine Fragen“ ein privater Link."
                    ),
                ),
                (
                    N_("Das Video läuft nicht"),
                    N_(
                        "Es kommt von einem anderen Dienst. Steht auf der Seite eine Nummer bei "
                        "„Nur hören:“, rufen Sie dort an. Die Antworten lesen Sie hier."
                    ),
                ),
            ),
        ),
    ),
)
