"""The manual of administrators."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part

ADMINISTRATOR: Final = Manual(
    "administrator",
    N_("Hilfe für die Administration"),
    N_(
        "Sie betreiben den Server. Eine virtuelle Maschine hinter einem "
        "Reverse-Proxy genügt. Schritt für Schritt steht alles in docs/operations.md, "
        "die mit dem Programm kommt."
    ),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_(
                    "Installieren Sie das Programm, legen Sie zwei Ordner an, und nennen Sie "
                    "sie in DIALOG_DATA und DIALOG_SESSIONS. Die Adresse der Seiten steht in "
                    "DIALOG_BASE_URL."
                ),
                N_(
                    "„python -m dialog migrate“ legt die Datenbank an, „python -m dialog "
                    "organiser ADRESSE --name NAME“ gibt den Link für die erste Organisation, "
                    "„python -m dialog serve“ startet."
                ),
                N_(
                    "Stellen Sie einen Reverse-Proxy mit TLS davor, und nennen Sie ihn in "
                    "DIALOG_PROXIES. Sonst zählt der Server alle Menschen als einen. Beispiele "
                    "für nginx, Caddy und systemd liegen im Ordner deploy."
                ),
                N_(
                    "„python -m dialog doctor ADRESSE“ sieht sich den Server von außen an und "
                    "sagt, was zu ändern ist."
                ),
                N_(
                    "Tragen Sie den Mailserver in DIALOG_MAIL_RELAY ein. Ohne ihn verlassen "
                    "keine Einladungen das Haus."
                ),
                N_(
                    "Tragen Sie die Angaben des Betreibers ein: DIALOG_OPERATOR und alles, "
                    "was mit DIALOG_OPERATOR_, DIALOG_PRIVACY_ und DIALOG_ACCESSIBILITY_ "
                    "beginnt. Was fehlt, sagt der Server beim Start."
                ),
            ),
        ),
        Part(
            "before",
            "points",
            N_("Vor dem Dialog"),
            (
                N_(
                    "Lassen Sie jede Nacht „python -m dialog purge“ laufen: Es löscht, was "
                    "seine Zeit gehabt hat."
                ),
                N_(
                    "Lassen Sie täglich „python -m dialog backup ORDNER“ laufen. Die Datei "
                    "secret, der Ordner deletions und der Ordner der Dialoge gehören dazu."
                ),
                N_(
                    "Spielen Sie mit „python -m dialog rehearsal“ und „python -m dialog "
                    "rehearse“ ein paar hundert Menschen gegen Ihren Server, am besten über "
                    "dasselbe Netz wie am Abend."
                ),
                N_("Sehen Sie nach, dass die Uhr stimmt und Platz auf der Platte ist."),
            ),
        ),
        Part(
            "during",
            "points",
            N_("Während des Dialogs"),
            (
                N_("„/readyz“ sagt, ob der Server annimmt und speichert; „/healthz“, ob er lebt."),
                N_(
                    "Mit DIALOG_METRICS_PORT gibt er Messwerte für Prometheus aus; Beispiele für "
                    "Alarme liegen in deploy/alerts.yml."
                ),
                N_(
                    "Das Protokoll des Servers hat eine Zeile je Störung, ohne Texte und "
                    "Namen von Menschen."
                ),
                N_(
                    "Ein Neustart ist kein Ereignis: Die Seiten kommen von selbst wieder, "
                    "nichts Bestätigtes geht verloren."
                ),
                N_("Spielen Sie keine neue Fassung ein, während ein Dialog läuft."),
            ),
        ),
        Part(
            "after",
            "points",
            N_("Nach dem Dialog"),
            (
                N_(
                    "Die Protokolle liegen als Dateien in den Ordnern der Dialoge und "
                    "überleben jeden Server. „python -m dialog export“ packt sie zusammen."
                ),
                N_(
                    "Vor einem Umzug oder einer neuen Fassung: Sicherung, dann „python -m "
                    "dialog migrate“."
                ),
                N_(
                    "Zurück führt „python -m dialog restore DATEI“ bei angehaltenem Server. "
                    "Was seither gelöscht wurde, wird noch einmal gelöscht."
                ),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Der Server startet nicht"),
                    N_(
                        "Er sagt in einem Satz, warum: eine Einstellung, die es so nicht gibt, "
                        "eine Datenbank, die „python -m dialog migrate“ braucht, ein belegter "
                        "Port oder ein zweiter Server auf derselben Datenbank."
                    ),
                ),
                (
                    N_("Ein Dialog erscheint nicht im Programm"),
                    N_("„python -m dialog check“ nennt jeden Fehler in den Ordnern."),
                ),
                (
                    N_("Seiten bleiben bei „Verbindung wird aufgebaut“"),
                    N_(
                        "Der Proxy lässt keine Websockets durch, oder er puffert. „python -m "
                        "dialog doctor ADRESSE“ sagt, was. Bis dahin geht alles ohne sie, etwas "
                        "langsamer."
                    ),
                ),
                (
                    N_("Die Platte ist voll"),
                    N_(
                        "Gelesen werden kann weiter, Neues wird mit einer Zeitangabe abgelehnt. "
                        "Schaffen Sie Platz; es geht von selbst weiter."
                    ),
                ),
                (
                    N_("Niemand in der Organisation kommt mehr hinein"),
                    N_(
                        "„python -m dialog organiser ADRESSE --name NAME“ gibt einen neuen Link, "
                        "auch ohne Mailserver."
                    ),
                ),
            ),
        ),
    ),
)
