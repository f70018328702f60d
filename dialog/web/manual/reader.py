"""The manual of readers."""

from typing import Final

from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.manual.shape import Manual, Part, Picture

READER: Final = Manual(
    "reader",
    N_("Hilfe zum Mitlesen und Nachlesen"),
    N_("Programm und Archiv stehen allen offen: ohne Anmeldung, ohne Cookie, ohne JavaScript."),
    (
        Part(
            "first",
            "steps",
            N_("Erste Schritte"),
            (
                N_("Im Programm steht, was läuft, was kommt und was zuletzt veröffentlicht wurde."),
                N_(
                    "Läuft ein Dialog und dürfen alle mitlesen, öffnen Sie ihn mit „Nur "
                    "mitlesen“. Zum Fragen und Unterstützen nehmen Sie teil."
                ),
                N_(
                    "Im Archiv steht jedes Protokoll unter einer festen Adresse, und jede "
                    "Frage unter einer eigenen."
                ),
            ),
            picture=Picture(
                "archive",
                N_(
                    "Das Archiv: ein Suchfeld und die veröffentlichten Protokolle, daneben "
                    "die Filter."
                ),
            ),
        ),
        Part(
            "search",
            "points",
            N_("Suchen und finden"),
            (
                N_(
                    "Die Suche findet auch gebeugte Wörter und Teile: „Behörde“ findet auch "
                    "die Ausländerbehörde."
                ),
                N_("Grenzen Sie nach Thema, Jahr, Ergebnis und danach ein, wer antwortete."),
                N_("„Alle Zusagen“ zeigt, was zugesagt wurde: überfällig, offen und eingelöst."),
            ),
        ),
        Part(
            "use",
            "points",
            N_("Weiterverwenden"),
            (
                N_("Jedes Protokoll gibt es als PDF, Tabelle, JSON und Markdown und zum Drucken."),
                N_(
                    "„Zitat kopieren“ auf der Seite einer Frage gibt einen Text mit Adresse "
                    "und Tag."
                ),
                N_(
                    "Mit Atom erfahren Sie von neuen Protokollen, Berichtigungen und "
                    "eingelösten Zusagen."
                ),
                N_("Berichtigungen bleiben sichtbar: Durchgestrichen steht die frühere Fassung."),
                N_(
                    "Schwarze Balken stehen, wo der Schutz von Menschen es verlangt. Was "
                    "darunter stand, ist überall gelöscht."
                ),
            ),
        ),
        Part(
            "information",
            "points",
            N_("Informationen und Ansprechpersonen"),
            (
                N_(
                    "Unter „Informationen“ stehen neue Maßnahmen und Regeln und Aufrufe mit "
                    "Frist, auch als Atom und, wenn der Server E-Mails verschickt, per E-Mail."
                ),
                N_(
                    "Für E-Mails tragen Sie dort Ihre Adresse ein und bestätigen den Link, der "
                    "Ihnen zugeht. Jede E-Mail hat einen Link zum Abbestellen."
                ),
                N_(
                    "Wer in Ihrem Landkreis berät, zeigt auf derselben Seite „Ansprechperson "
                    "finden“."
                ),
                N_(
                    "Stört Sie eine Barriere, melden Sie sie mit „Barriere melden“ am Ende "
                    "jeder Seite."
                ),
            ),
        ),
        Part(
            "trouble",
            "troubles",
            N_("Wenn etwas nicht geht"),
            (
                (
                    N_("Ich finde nichts"),
                    N_(
                        "Versuchen Sie ein kürzeres oder ein anderes Wort, zum Beispiel „Kurs“ "
                        "statt „Sprachkursangebot“."
                    ),
                ),
                (
                    N_("Ein Dialog lässt sich nicht mitlesen"),
                    N_(
                        "Manche Dialoge sind bis zur Veröffentlichung nur für Teilnehmende. "
                        "Danach steht das Protokoll allen offen."
                    ),
                ),
                (
                    N_("In einem Protokoll steht etwas über mich"),
                    N_(
                        "Schreiben Sie an den Kontakt am Ende jeder Seite. Die Organisation kann "
                        "Stellen, Namen und Fragen jederzeit herausnehmen."
                    ),
                ),
            ),
        ),
    ),
)
