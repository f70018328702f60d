"""The manual of organisers."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

ORGANISER: Final = Manual(
    "organiser",
    N_("Hilfe für die Organisation"),
    N_(
        "Von der ersten Idee bis zum Protokoll: So führen Sie einen Dialog durch. "
        "Nehmen Sie sich beim ersten Mal drei Wochen Vorlauf."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Melden Sie sich unter „Für das Team“ an. Den allerersten Link gibt Ihnen "
                    "die Administration."
                ),
                N_(
                    "Senden Sie sich unter „E-Mail“ eine Testnachricht. Kommt sie nicht an, "
                    "hilft die Administration."
                ),
                N_(
                    "Sehen Sie sich vorher die Demonstration oder eine Probe an: Dort können "
                    "Sie nichts kaputt machen."
                ),
            ),
        ),
        Part(
            "plan",
            "steps",
            N_("Drei Wochen vorher"),
            (
                N_(
                    "Legen Sie mit „Neuer Dialog“ einen Entwurf an, oder kopieren Sie den "
                    "letzten: Thema, wer antwortet, Zeiten, Videokonferenz, wer teilnehmen "
                    "darf."
                ),
                N_(
                    "Wählen Sie die Teilnahme: nur Eingeladene mit persönlichem Link, alle "
                    "mit Code, oder alle mit dem offenen Link. Wer nicht teilnimmt, kann "
                    "mitlesen, wenn Sie es erlauben."
                ),
                N_(
                    "Sehen Sie sich die Vorschau an und drücken Sie „Ankündigen“. Der Dialog "
                    "steht dann im Programm; verschickt wird nichts."
                ),
                N_(
                    "Tragen Sie unter „Team“ mindestens zwei Menschen für die Moderation ein, "
                    "zwei für das Protokoll und ein Gerät für das Podium."
                ),
                N_(
                    "Lesen Sie unter „Einladungen“ Ihre Liste ein. Sie sehen zuerst, was "
                    "darin steht; dann Testmail an sich selbst; dann senden."
                ),
            ),
            picture=Picture(
                "ready",
                N_(
                    "Die Seite „Bereit?“: eine Liste, wer verbunden ist, was schon da ist und "
                    "was noch fehlt."
                ),
            ),
        ),
        Part(
            "before",
            "steps",
            N_("In den Tagen vorher"),
            (
                N_(
                    "Legen Sie eine Probe an und üben Sie mit dem ganzen Team eine halbe "
                    "Stunde: fragen, prüfen, aufrufen, mitschreiben, ausblenden."
                ),
                N_(
                    "Fragen vorab öffnen sich zur angegebenen Zeit von selbst. Sehen Sie "
                    "nach, dass jemand sie prüft."
                ),
                N_(
                    "Ändern Sie Zeit oder Video, oder sagen Sie ab, erfahren es die "
                    "Eingeladenen erst, wenn Sie es ihnen senden. Die Seite weist Sie darauf "
                    "hin."
                ),
                N_("Prüfen Sie Beamer und Einblendung auf den Geräten, die an dem Abend laufen."),
            ),
        ),
        Part(
            "evening",
            "steps",
            N_("Am Abend"),
            (
                N_(
                    "Öffnen Sie eine halbe Stunde vorher „Bereit?“. Dort steht, wer verbunden "
                    "ist und was noch fehlt."
                ),
                N_(
                    "Drücken Sie „Dialog beginnen …“, wenn alle da sind, sofern nicht die Uhr "
                    "beginnt."
                ),
                N_(
                    "Unter „Abend“ sehen Sie die Zahlen, verlängern, halten an und zeigen mit "
                    "„Durchsage zeigen“ allen einen Satz."
                ),
                N_(
                    "Kommen zu viele Fragen von Unbekannten, lassen Sie mit „Nur Eingeladene“ "
                    "nur noch diese zu."
                ),
                N_(
                    "Drücken Sie am Ende „Dialog beenden …“. Wer gerade schreibt, hat noch 60 "
                    "Sekunden. Bis zur Veröffentlichung können Sie wieder aufnehmen."
                ),
            ),
            picture=Picture(
                "evening",
                N_(
                    "Die Seite „Abend“: die Zahlen des Dialogs, darunter die Schalter und das "
                    "Feld für eine Durchsage."
                ),
            ),
        ),
        Part(
            "after",
            "steps",
            N_("Nach dem Abend"),
            (
                N_(
                    "Unter „Veröffentlichen“ steht, was noch fehlt: Fragen, die warten, "
                    "Fragen ohne Ergebnis, Antworten ohne Freigabe."
                ),
                N_(
                    "Lesen Sie die Vorschau des Protokolls. Was Menschen schaden kann, "
                    "schwärzen Sie vorher."
                ),
                N_(
                    "Drücken Sie „Protokoll veröffentlichen …“. Das lässt sich nicht "
                    "zurücknehmen: Sofort wird gelöscht, wer was unterstützt hat."
                ),
                N_(
                    "Später ergänzen Sie schriftliche Antworten, berichtigen, lösen Zusagen "
                    "ein und nehmen auf Bitte Stellen oder Fragen heraus."
                ),
            ),
        ),
        Part(
            "information",
            "points",
            N_("Informationen und Lotsenverzeichnis"),
            (
                N_(
                    "Unter „Informationen“ schreiben Sie Kurzes zu Maßnahmen und neuen "
                    "Regeln, mit „Neuer Aufruf“ auch solche mit einer Frist. „Veröffentlichen“ "
                    "zeigt sie allen und schickt sie denen, die sie per E-Mail wollen."
                ),
                N_(
                    "Gehört eine Information zu einer Antwort, kopieren Sie die Adresse der Frage "
                    "in das Feld „Adressen aus dem Archiv“. Beide führen dann zueinander."
                ),
                N_(
                    "Unter „Lotsen“ lesen Sie die Liste der Integrationslotsinnen und "
                    "-lotsen ein. Wird eine Frage verwiesen, steht der Kontakt für den "
                    "angegebenen Landkreis unter „Meine Fragen“."
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
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Niemand moderiert"),
                    N_(
                        "Auf der Abend-Seite steht dann „niemand verbunden“. Sie können selbst "
                        "prüfen: „Moderation“ oben auf derselben Seite."
                    ),
                ),
                (
                    N_("Wer antwortet, verspätet sich"),
                    N_(
                        "Zeigen Sie unter „Bereit?“ allen einen Satz, und verlängern Sie später. "
                        "Beginnen Sie erst, wenn alle da sind."
                    ),
                ),
                (
                    N_("Das Video fällt aus"),
                    N_(
                        "Die Fragen laufen hier weiter. Zeigen Sie eine Durchsage mit der neuen "
                        "Adresse, und ändern Sie sie unter „Bearbeiten“."
                    ),
                ),
                (
                    N_("Jemand hat seinen Link verloren"),
                    N_(
                        "Suchen Sie die Person unter „Einladungen“. Dort steht ihr persönlicher "
                        "Link für ein Telefongespräch, und Sie können die Einladung noch einmal "
                        "senden."
                    ),
                ),
                (
                    N_("E-Mails kommen nicht an"),
                    N_(
                        "Unter „E-Mail“ steht je Nachricht, woran es liegt. Was nicht zugestellt "
                        "ist, senden Sie dort noch einmal."
                    ),
                ),
                (
                    N_("Etwas Falsches steht auf allen Bildschirmen"),
                    N_(
                        "Drücken Sie „Sofort ausblenden“. „Anhalten …“ nimmt danach Fragen und "
                        "Unterstützungen für alle an die Leine."
                    ),
                ),
                (
                    N_("Der Dialog muss ausfallen"),
                    N_(
                        "„Absagen …“ auf der Abend-Seite, mit einem Grund. Danach den "
                        "Eingeladenen senden."
                    ),
                ),
            ),
        ),
    ),
)
